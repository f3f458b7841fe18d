"""All rules, in the order in which they are tried: what one has read, no later one reads."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from audiobook.script.spoken import (
    abbreviations,
    addresses,
    characters,
    dates,
    emoji,
    headings,
    languages,
    letters,
    money,
    numbers,
    roman,
    times,
    units,
)
from audiobook.script.spoken.rule import Clue, Rule

__all__ = ["RULES", "Group", "groups_for"]

RULES: tuple[Rule, ...] = (
    *addresses.RULES,
    *headings.RULES,
    *emoji.RULES,
    *characters.RULES,
    *numbers.POWERS,
    *letters.STOPPED,
    *money.RULES,
    *abbreviations.RULES,
    *dates.RULES,
    *times.RULES,
    *units.RULES,
    *roman.RULES,
    *numbers.RULES,
    *languages.RULES,
    *letters.RULES,
)
"""Every rule there is."""


@dataclass(frozen=True, slots=True)
class Group:
    """The rules that one clue leads to."""

    clue: re.Pattern[str]
    """What a text must hold for them to be tried."""
    rules: tuple[tuple[int, Rule], ...]
    """Pairs (rank, rule): of two that read the same, the one of the lower rank holds."""


@lru_cache(maxsize=64)
def groups_for(language: str, switched_off: tuple[str, ...] = ()) -> tuple[Group, ...]:
    """The rules that hold for a language, without those of some names.

    Args:
        language: primary subtag.
        switched_off: names of rules.
    """
    by_clue: defaultdict[Clue, list[tuple[int, Rule]]] = defaultdict(list)
    for rank, rule in enumerate(RULES):
        if (not rule.languages or language in rule.languages) and rule.name not in switched_off:
            by_clue[rule.clue].append((rank, rule))
    return tuple(Group(re.compile(clue.value), tuple(rules)) for clue, rules in by_clue.items())
