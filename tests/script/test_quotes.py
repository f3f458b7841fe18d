from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.script.dialogue.quotes import opens_with_quote, spans

# Language, and a text with its speech between bars.
MARKED = [
    ("en", '|"Stop!"| he cried. |"No—"| He fell 6" short.'),
    ("en", "|“Yes,”| he said. |“No.”| He left."),
    ("en", "|‘I’m the boys’ friend,’| he said. |‘Don’t go!’| The dogs’ bowls were empty."),
    ("en", "|‘He said “go,” so I went,’| she said."),
    ("en", "|“He said ‘go,’ so I went,”| she said."),
    ("en", "|‘’Tis I,’| he said."),
    ("en", "‘Tis the season, he said. |‘Yes,’| said she."),
    ("en", "|'I'm the boys' friend,'| he said. |'Don't go!'| The dogs' bowls were empty."),
    ("en", "'Tis late, and the '90s are over; rock 'n' roll is 'em. |'Yes,'| said she."),
    ("en", "|''Tis late,'| said he."),
    ("en", "|'He said \"go,\" so I went,'| she said."),
    ("en", "|“One “two” three,”| she said. |“Four.”|"),
    ("en", "|“Never closed at all."),
    ("en", "He stopped. “Stray. |“Yes,”| she said."),
    ("en", 'He stopped. "Stray. |"Yes,"| she said.'),
    ("en", "Jane—|“what is it?”|—turned."),
    ("en", "She asked: |“Why?”| (|“Why not?”)| and left."),
    ("en", 'He had a "stable" career, a ‘stable’ one, a “stable,” quiet one.'),
    ("en", "She read “Emma” aloud."),
    ("en", "An “unclosed quote is narration."),
    ("en", "It’s the 1960’s; rock ’n’ roll."),
    ("fr", "|« Oui, c’est « oui » que je dis. »| Il partit."),
    ("fr", "|» Et la suite. »| Il partit."),
    ("fr", "Il dit : |« Oui ! »| et partit."),
    ("de", "|»Nein«,| sagte er, |»nie.«|"),
    ("de", "|„Ja“,| sagte er. |„Nein!“| |„Er rief ‚halt‘ und lief.”|"),
    ("de", "|›Ja‹,| sagte er."),
    ("", "|„Ja“,| sagte er. |»Nein!«|"),
    ("fi", "|»Hej»,| sanoi hän."),
    ("sv", "|”Hej”,| sa han."),
    ("es", "|«Sí»,| dijo. |“No.”|"),
    ("es", "Es 'no' y ”no”, dijo."),
]


@pytest.mark.parametrize(("language", "marked"), MARKED)
def test_speech_is_told_from_narration(language: str, marked: str) -> None:
    text = marked.replace("|", "")
    found = spans(text, language)
    shown = [f"|{text[s.start : s.stop]}|" if s.spoken else text[s.start : s.stop] for s in found]
    assert "".join(shown).rstrip("|") == marked.rstrip("|")


def test_a_quote_that_goes_on_in_the_next_paragraph_needs_no_end() -> None:
    assert [span.spoken for span in spans("He began: “One. Two.", runs_on=True)] == [False, True]
    assert [span.spoken for span in spans("He began: 'One. Two.", "en", runs_on=True)] == [
        False,
        True,
    ]


def test_a_paragraph_may_open_with_speech_that_goes_on() -> None:
    assert opens_with_quote("“And then", "en")
    assert opens_with_quote("» Et puis", "fr")
    assert not opens_with_quote("”Och sedan", "en")
    assert not opens_with_quote("", "en")


@given(
    st.text("aZ .,!’‘“”\"«»„'é—‚›", max_size=80),
    st.sampled_from(["", "en", "en-GB", "de", "fr", "sv", "es", "xx"]),
    st.booleans(),
)
def test_spans_are_all_of_the_paragraph(text: str, language: str, runs_on: bool) -> None:
    found = spans(text, language, runs_on=runs_on)
    assert "".join(text[span.start : span.stop] for span in found) == text
    assert all(span.start < span.stop for span in found)
