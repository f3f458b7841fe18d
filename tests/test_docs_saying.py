"""What the page on saying it right promises is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audiobook.lexicon import SPOKEN_RULES, read_entries
from audiobook.model import Chapter, Kind, Script, Segment, Source
from audiobook.script.spoken import pronounced
from audiobook.script.spoken.languages import LANGUAGES
from audiobook.settings import parse_toml

_PAGE = (Path(__file__).parents[1] / "docs" / "saying-it-right.md").read_text("utf-8")
_ROWS = re.findall(r"^\| (\w+) \| (.+) \| (.+) \|$", _PAGE, re.MULTILINE)[1:]


def _script(text: str) -> Script:
    segment = Segment(text, Kind.NARRATION, None, 1.0, 0, 0, len(text))
    return Script(Source("story.txt", text), "Story", "en", (Chapter("", (segment,)),))


@pytest.mark.parametrize(("rule", "written", "said"), _ROWS)
def test_a_rule_says_what_the_page_says(rule: str, written: str, said: str) -> None:
    (segment,) = pronounced(_script(written)).segments
    assert segment.spoken == said
    if written != said:
        assert rule in {reading.why for reading in segment.readings}


def test_every_rule_is_on_the_page() -> None:
    assert {rule for rule, _, _ in _ROWS} == set(SPOKEN_RULES)


def test_the_page_counts_the_languages() -> None:
    (named,) = re.findall(r"^In (German.+?), numbers, decimals", _PAGE, re.MULTILINE)
    assert len(re.split(", | and ", named)) == len(LANGUAGES)


def test_the_lexicon_on_the_page_is_one() -> None:
    (block,) = re.findall(r"```toml\n(\[say\].+?)```", _PAGE, re.DOTALL)
    table = parse_toml(block.encode(), "show.toml").table("say")
    assert table
    script = _script("McTavish of Netherfield saw New York, Worcester and a mcdonald.")
    (segment,) = pronounced(script, read_entries(table)).segments
    assert segment.spoken == "the Scot of Nether-field saw Noo York, Worcester and a mcdonald."
    assert [reading.ipa for reading in segment.readings if reading.ipa] == ["ˈwʊstə"]
