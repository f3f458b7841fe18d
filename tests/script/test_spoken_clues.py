"""A clue spares work and decides nothing: what a rule reads, it reads with its clue and without."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Kind
from audiobook.script.spoken.rule import Clue, Context, Rule
from audiobook.script.spoken.table import RULES

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "uk", "pl", "cs", "kk", "ja")
AROUND = st.sampled_from(
    ["", "", " ", ".", "a ", "He ", " men", " 5", "1", "”", "the ", " (", ")."]
)


def readings(rule: Rule, text: str, context: Context) -> list[str]:
    """What a rule says of a text, whatever its clue."""
    said = (rule.say(match, context) for match in rule.pattern.finditer(text))
    return [one for one in said if one is not None]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.pattern.pattern[:20]}")
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_rule_reads_nothing_without_its_clue(rule: Rule, data: st.DataObject) -> None:
    shape = data.draw(st.from_regex(rule.pattern))
    text = " ".join(f"{data.draw(AROUND)}{shape}{data.draw(AROUND)}".split())
    clue = re.compile(rule.clue.value)
    for kind, language in product((Kind.HEADING, Kind.NARRATION), rule.languages or LANGUAGES):
        if readings(rule, text, Context(language, "GB", kind)):
            assert clue.search(text), (text, rule.clue)


def test_every_clue_leads_to_a_rule() -> None:
    assert {rule.clue for rule in RULES} == set(Clue)
