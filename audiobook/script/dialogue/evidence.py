"""What tells for whom in a dialogue, in log-odds.

The weights are set by hand on labelled dialogue; benchmarks/dialogue.py measures what they give.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from audiobook.script.dialogue.names import title_of
from audiobook.script.dialogue.roster import Roster
from audiobook.script.dialogue.tags import Tag
from audiobook.script.dialogue.turns import Turn

__all__ = ["NARRATOR", "SOMEBODY", "evidence", "passing"]

NARRATOR = "\0narrator"
"""The candidate who is the narrator, speaking as one of the characters."""
SOMEBODY = "\0somebody"
"""The candidate who is none of the others."""

_MOST_CANDIDATES = 5
_NEAR_TURNS = 6
_HINTS_BACK = 3
_FAR_GAP = 3
"""Paragraphs of narration after which a conversation is another."""
_N_MAIN = 4
"""How many of the main characters a pronoun may mean without their being named near."""

_RECENT = (1.4, 0.9, 0.4, 0.0, -0.3)
"""For those named last in narration, the latest first."""
_NOT_RECENT = -0.8
_FORGOTTEN = 12
"""Turns after which somebody is no longer thought of."""
_FIRST_PERSON = 5
"""How often "said I" must stand in a book whose narrator is in it."""
_PRESENT = 0.4
"""For a narrator who is one of the characters, and mostly there."""
_TAKES_PART = 1.4
"""For those who are told to speak in turns near."""
_FREQUENT = 0.15
"""For each doubling of how often somebody is told to speak in the book."""
_BY_RULE = {"said": 6.0, "colon": 4.0, "beat": 3.0}
_LEAD = {"said": 1.2, "colon": 3.0, "beat": 1.2}
_GENDER_FITS, _GENDER_DIFFERS = 1.5, -5.0
_NAMED_BESIDE, _NAMED_ALONE = 1.0, 1.8
_OBJECT = -3.0  # named beside “said she”: as a rule it is to them that she speaks
_ADDRESSES, _SPEAKS_OF = -4.0, -1.5
_ADDRESSED_BEFORE, _ADDRESSED_AFTER = 2.5, 1.8
_SPOUSE = 4.0

_PARENTS = frozenset(["mother", "father", "aunt", "uncle", "mamma", "mama", "papa"])
_SPOUSES = frozenset(["wife", "husband", "lady"])
_DAUGHTERS = frozenset(["daughter", "sister", "niece", "girl"])
_MARRIED = frozenset(["mr", "mrs", "sir", "lady", "lord"])


def passing(turn: Turn, first: str, second: str, third: str) -> float:
    """Log-odds of three speakers in a row, of whom the last speaks the given turn."""
    if turn.goes_on:
        return 6.0 if third == second else 0.0
    if SOMEBODY in (second, third) or turn.gap > _FAR_GAP:
        return 0.0
    if third == second:
        return -2.5 if turn.gap == 0 else -0.7
    if third == first:
        return 1.2 if turn.gap == 0 else 0.6
    return 0.0


def evidence(
    chapters: Sequence[Sequence[Turn]], roster: Roster
) -> Iterator[list[dict[str, float]]]:
    """For each turn of each chapter, who may speak it and what tells for them.

    Args:
        chapters: the turns of a book.
        roster: everybody who may speak.
    """
    told = Counter(name for turns in chapters for turn in turns for name in _explicit(turn))
    genders = {character.name: character.gender for character in roster.characters}
    for turns in chapters:
        chapter = _Chapter(turns, genders, told)
        yield [chapter.odds_of(number) for number in range(len(turns))]


def _explicit(turn: Turn) -> list[str]:
    """Who is said to speak a turn, if it is said; at most one."""
    if not (turn.tag and turn.tag.is_explicit):
        return []
    return [turn.tag.name or NARRATOR]


class _Chapter:
    """The turns of a chapter, and who was named when."""

    def __init__(
        self, turns: Sequence[Turn], genders: dict[str, str | None], told: Counter[str]
    ) -> None:
        self._turns = turns
        self._genders = genders
        self._told = told
        self._main = [name for name, _ in told.most_common() if name != NARRATOR]
        self._recent = list(_recent(turns))
        self._is_told_by_one = told[NARRATOR] >= _FIRST_PERSON
        self._hints: list[str | None] = []
        for number in range(len(turns)):
            self._hints.append(self._hint(number))

    def odds_of(self, number: int) -> dict[str, float]:
        """Candidates for a turn with their log-odds; one alone where the text says it."""
        turn = self._turns[number]
        if explicit := _explicit(turn):
            return dict.fromkeys(explicit, 0.0)
        if turn.tag and turn.tag.rule == "said" and turn.tag.is_stranger:
            return {SOMEBODY: 0.0}
        near = self._near(number)
        odds = {name: self._odds(number, name, near) for name in self._candidates(number, near)}
        best = sorted(odds, key=lambda name: (-odds[name], name))[:_MOST_CANDIDATES]
        return {name: odds[name] for name in best} | {SOMEBODY: 0.0}

    def _hint(self, number: int) -> str | None:
        """Who is likely to speak a turn, by its tag alone."""
        tag = self._turns[number].tag
        if tag is None:
            return None
        if tag.name or tag.is_narrator:
            return tag.name or NARRATOR
        if spouse := self._spouse(number, tag):
            return spouse
        turn = self._turns[number]
        before = self._hints[max(0, number - _HINTS_BACK) :][::-1]
        others = {*turn.told, *before[: turn.gap == 0]}
        for name in filter(None, (*before, *self._recent[number], *self._main)):
            fits = tag.gender and self._genders.get(name) == tag.gender and name not in others
            if fits and _by_role(tag.role, name) >= 0:
                return name
        return None

    def _near(self, number: int) -> set[str]:
        """Who seems to take part in the conversation that a turn belongs to."""
        first = last = number
        while first > 0 and number - first < _NEAR_TURNS and self._turns[first].gap <= _FAR_GAP:
            first -= 1
        while (
            last + 1 < len(self._turns)
            and last - number < _NEAR_TURNS
            and self._turns[last + 1].gap <= _FAR_GAP
        ):
            last += 1
        return {hint for hint in self._hints[first : last + 1] if hint}

    def _candidates(self, number: int, near: set[str]) -> list[str]:
        turn = self._turns[number]
        names = [*self._recent[number], *turn.told, *sorted(near)]
        names += [NARRATOR] * self._is_told_by_one
        for other in self._turns[max(0, number - 1) : number + 2]:
            names += sorted(other.addressed)
        if turn.lead and turn.lead.name:
            names.append(turn.lead.name)
        if turn.tag and turn.tag.gender:
            fitting = (name for name in self._main if self._genders[name] == turn.tag.gender)
            names += [name for name, _ in zip(fitting, range(_N_MAIN), strict=False)]
            names += filter(None, [self._spouse(number, turn.tag)])
        return list(dict.fromkeys(names))

    def _odds(self, number: int, name: str, near: set[str]) -> float:
        turn = self._turns[number]
        recent = self._recent[number]
        odds = _RECENT[recent.index(name)] if name in recent else _NOT_RECENT
        odds = max(odds, _PRESENT) if name == NARRATOR else odds
        odds += _FREQUENT * math.log2(1 + self._told[name])
        odds += _TAKES_PART * (name in near)
        odds += _ADDRESSES * (name in turn.addressed) + _SPEAKS_OF * (name in turn.spoken_of)
        if turn.tag:
            odds += self._by_tag(number, turn.tag, name)
        if name in turn.told:
            odds += _by_told(turn)
        if turn.lead and turn.lead.name == name:
            odds += _LEAD[turn.lead.rule]
        if number and turn.gap <= 1 and name in self._turns[number - 1].addressed:
            odds += _ADDRESSED_BEFORE
        after = self._turns[number + 1] if number + 1 < len(self._turns) else None
        if after and after.gap <= 1 and name in after.addressed:
            odds += _ADDRESSED_AFTER
        return odds

    def _by_tag(self, number: int, tag: Tag, name: str) -> float:
        if tag.name == name or (tag.is_narrator and name == NARRATOR):
            return _BY_RULE[tag.rule]
        gender = self._genders.get(name)
        if tag.gender and (name == NARRATOR or gender not in (None, tag.gender)):
            return _GENDER_DIFFERS
        if not (tag.gender and gender):
            return 0.0
        spouse = _SPOUSE if self._spouse(number, tag) == name else 0.0
        return _GENDER_FITS + spouse + _by_role(tag.role, name)

    def _spouse(self, number: int, tag: Tag) -> str | None:
        """Whom "his wife" or "her husband" means: of those named last the other of a couple."""
        if tag.role not in _SPOUSES:
            return None
        title = "Mrs" if tag.gender == "female" else "Mr"
        turn = self._turns[number]
        for name in (*sorted(turn.addressed), *self._recent[number]):
            surname = name.rpartition(" ")[2]
            for known in (f"{title}. {surname}", f"{title} {surname}"):
                if known != name and known in self._genders:
                    return known
        return None


def _recent(turns: Sequence[Turn]) -> Iterator[list[str]]:
    """Who was named last in narration before each turn, the latest first."""
    seen: dict[str, int] = {}
    for number, turn in enumerate(turns):
        _note(seen, turn.earlier, number)
        latest = [name for name in reversed(seen) if number - seen[name] <= _FORGOTTEN]
        yield latest[: len(_RECENT)]
        _note(seen, [*turn.told, *_explicit(turn)], number)


def _note(seen: dict[str, int], names: Sequence[str], number: int) -> None:
    """Put names last, as seen at the turn of that number."""
    for name in names:
        seen.pop(name, None)
        seen[name] = number


def _by_told(turn: Turn) -> float:
    """What it tells of somebody to be named beside a turn, though not as its speaker."""
    if turn.tag and turn.tag.rule == "said" and turn.tag.gender:
        return _OBJECT
    return _NAMED_ALONE if len(set(turn.told)) == 1 else _NAMED_BESIDE


def _by_role(role: str, name: str) -> float:
    """What a noun such as "mother" tells of the title of whoever it stands for."""
    if role in _PARENTS or role in _SPOUSES:
        return 2.0 if title_of(name) in _MARRIED else -0.5
    if role in _DAUGHTERS:
        return -1.5 if title_of(name) in ("mrs", "lady") else 0.0
    return 0.0
