from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.script.quotes import spans

# Speech stands between bars.
MARKED = [
    '|"Stop!"| he cried. |"No—"| He fell 6" short.',
    "|“Yes,”| he said. |“No.”| He left.",
    "|‘I’m the boys’ friend,’| he said. |‘Don’t go!’| The dogs’ bowls were empty.",
    "|‘He said “go,” so I went,’| she said.",
    "|‘’Tis I,’| he said.",
    "‘Tis the season, he said. |‘Yes,’| said she.",
    "|« Oui, dit-il. »| Il partit.",
    "|»Nein«,| sagte er, |»nie.«|",
    "|„Ja“,| sagte er. |„Nein!“|",
    "|»Hej»,| sanoi hän.",
    "|”Hej”,| sa han.",
    "Jane—|“what is it?”|—turned.",
    "She asked: |“Why?”| (|“Why not?”)| and left.",
    'He had a "stable" career, a ‘stable’ one, a “stable,” quiet one.',
    "She read “Emma” aloud.",
    "An “unclosed quote is narration.",
    "It’s the 1960’s; rock ’n’ roll.",
]


@pytest.mark.parametrize("marked", MARKED)
def test_speech_is_told_from_narration(marked: str) -> None:
    text = marked.replace("|", "")
    found = spans(text)
    assert "".join(f"|{text[s.start : s.stop]}|" if s.spoken else text[s.start : s.stop]
                   for s in found) == marked  # fmt: skip


def test_a_quote_that_goes_on_in_the_next_paragraph_needs_no_end() -> None:
    assert [span.spoken for span in spans("He began: “One. Two.", runs_on=True)] == [False, True]


@given(st.text("aZ .,!’‘“”\"«»„'é—", max_size=80), st.booleans())
def test_spans_are_all_of_the_paragraph(text: str, runs_on: bool) -> None:
    found = spans(text, runs_on=runs_on)
    assert "".join(text[span.start : span.stop] for span in found) == text
    assert all(span.start < span.stop for span in found)
