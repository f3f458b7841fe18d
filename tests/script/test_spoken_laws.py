"""What holds of readings whatever the text, the language and the lexicon."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Chapter, Kind, Reading, Script, Segment, Source
from audiobook.script.spoken import pronounced

LANGUAGES = (
    *("en", "en-GB", "en-US", "de", "fr", "es", "it", "pt"),
    *("nl", "pl", "ru", "uk", "cs", "kk", "ja"),
)
PARTS = (
    "Dr.", "St.", "Mr", "No.", "pp.", "etc.", "World War", "II", "I", "Henry", "VIII", "CHAPTER",
    "IV", "FBI", "U.S.", "J. R.", "Tolkien", "word", "é", "drôle", "won", "in", "March", "May",
    "p.m.", "million", "km", "5'10\"", "$", "£", "€", "%", "°C", "½", "²", "[12]", "*", "†", "_",
    "www.a.org", "a@b.com", "#", "&", "&amp;", "<i>", "\u00ad", "ﬁ", "-", "–", "/", ":", ",", ".",
    "'", "’", "s", "th", "st", "x", "+", "=", "(", ")", "г-н", "т. д.", "z. B.", "M.",
    "…", "”", "“",
)  # fmt: skip
DIGITS = st.text("01234567890123456789٠٥٣５७", min_size=1, max_size=7)
JOINTS = st.sampled_from(["", "", " ", " "])
TEXTS = (
    st.lists(st.tuples(st.one_of(st.sampled_from(PARTS), DIGITS), JOINTS), min_size=1, max_size=14)
    .map(lambda parts: " ".join("".join(a + b for a, b in parts).split()))
    .filter(lambda text: re.search(r"[^\W_]", text) is not None)
)
KINDS = st.sampled_from(list(Kind))
LEXICON = Lexicon(
    (
        LexiconEntry("World War", "great war"),
        LexiconEntry("word", ipa="wɜːd"),
        LexiconEntry("[0-9]{5}", "a code", pattern=True),
    )
)


def script_of(text: str, language: str, kind: Kind, readings: tuple[Reading, ...] = ()) -> Script:
    segment = Segment(text, kind, None, 1.0, 250, 0, len(text), readings)
    return Script(Source("story.txt", text), "Story", language, (Chapter("", (segment,)),))


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(LANGUAGES), KINDS)
def test_readings_lie_in_the_text_in_order_and_apart(text: str, language: str, kind: Kind) -> None:
    script = script_of(text, language, kind)
    (segment,) = pronounced(script, LEXICON).segments

    assert segment.text == text
    end = 0
    for reading in segment.readings:
        assert end <= reading.start < reading.stop <= len(text)
        assert reading.say != text[reading.start : reading.stop] or reading.ipa
        end = reading.stop
    assert re.search(r"[^\W_]", segment.spoken)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(LANGUAGES), KINDS)
def test_reading_what_is_read_changes_nothing(text: str, language: str, kind: Kind) -> None:
    once = pronounced(script_of(text, language, kind), LEXICON)
    assert pronounced(once, LEXICON) == once


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["en", "en-GB", "en-US"]), KINDS)
def test_every_digit_of_english_is_said_in_words(text: str, language: str, kind: Kind) -> None:
    (segment,) = pronounced(script_of(text, language, kind)).segments
    assert not re.search(r"\d", segment.spoken)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.data())
def test_what_the_author_set_stays(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    own = Reading(start, stop, "as I say", None, "author")
    (segment,) = pronounced(script_of(text, "en", Kind.NARRATION, (own,)), LEXICON).segments
    assert own in segment.readings


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(["en", "de", "ru"]), st.integers(20, 60))
@example("2121- 2117", "en", 20)  # one part would fall on the space
@example("Dr.Dr.0+ 0", "en", 20)  # a reading ends in white space, at a cut
def test_no_engine_is_given_more_than_it_takes(text: str, language: str, limit: int) -> None:
    script = script_of(text, language, Kind.NARRATION)
    (whole,) = pronounced(script, LEXICON).segments
    fitted = pronounced(script, LEXICON, max_characters=limit)
    pieces = list(fitted.segments)

    assert all(len(piece.spoken) <= limit for piece in pieces)
    said = "".join(piece.spoken for piece in pieces)
    left = "".join(text[omission.start : omission.end] for omission in fitted.left_out)
    assert sorted(re.sub(r"[\W_]", "", said)) == sorted(re.sub(r"[\W_]", "", whole.spoken))
    written = "".join(piece.text for piece in pieces) + left
    assert sorted(written.replace(" ", "")) == sorted(text.replace(" ", ""))
    end = 0
    for piece in pieces:
        assert end <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end] == piece.text
        end = piece.end
    assert pieces[-1].pause_ms == 250


HOSTILE = [
    "1" * 20_000,
    "1,234," * 3000,
    "1-" * 4000,
    "+1 " * 3000,
    "a." * 4000,
    "A. " * 3000,
    "http://a.a/" + "." * 9000,
    "x@" * 4000,
    "<a " * 3000,
    "IVXL" * 4000,
    "AB " * 3000,
    "* " * 4000 + "a",
    "£1 " * 3000,
    "(((((" * 4000 + "a",
    "March 1" * 3000,
    ("+" + "1" * 31 + "a ") * 1000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_takes_long(text: str, language: str) -> None:
    began = time.process_time()
    pronounced(script_of(text.strip(), language, Kind.NARRATION))
    assert time.process_time() - began < 2
