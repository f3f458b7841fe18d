"""What an engine is given is never longer than it takes, and offsets stay true."""

from __future__ import annotations

from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Chapter, Kind, Reading, Script, Segment, Source
from audiobook.script.spoken import pronounced


def fitted(
    text: str,
    limit: int,
    *entries: LexiconEntry,
    readings: tuple[Reading, ...] = (),
    source: str | None = None,
) -> list[Segment]:
    source = text if source is None else source
    segment = Segment(text, Kind.DIALOGUE, "Mara", 0.9, 600, 0, len(source), readings)
    script = Script(Source("s.md", source), "S", "en", (Chapter("", (segment,)),))
    made = pronounced(script, Lexicon(entries), max_characters=limit)
    assert made.left_out == ()
    return list(made.segments)


def test_a_segment_that_fits_is_one() -> None:
    (segment,) = fitted("In 1905 he left.", 40)
    assert segment.pause_ms == 600


def test_it_is_cut_at_clauses_with_a_short_pause_between() -> None:
    first, second = fitted("In 1905, the year 1911, he went.", 40)

    assert first.spoken == "In nineteen oh five,"
    assert second.spoken == "the year nineteen eleven, he went."
    assert [first.text, second.text] == ["In 1905,", "the year 1911, he went."]
    assert (first.pause_ms, second.pause_ms) == (60, 600)
    assert {(s.kind, s.speaker, s.confidence) for s in (first, second)} == {
        (Kind.DIALOGUE, "Mara", 0.9)
    }


def test_no_cut_falls_within_a_reading() -> None:
    pieces = fitted("He saw 1,234,567 men", 80)
    assert [piece.text for piece in pieces] == ["He saw", "1,234,567", "men"]


def test_a_reading_longer_than_the_limit_is_dealt_out() -> None:
    own = Reading(4, 7, "a long and winding road to nowhere", None, "author")
    pieces = fitted("The map.", 20, readings=(own,))

    assert all(len(piece.spoken) <= 20 for piece in pieces)
    said = " ".join(piece.spoken for piece in pieces).replace(" .", ".")
    assert said == "The a long and winding road to nowhere."
    assert "".join(piece.text for piece in pieces).replace(" ", "") == "Themap."


def test_what_cannot_be_dealt_out_stays_as_written() -> None:
    (segment,) = fitted("The x.", 20, LexiconEntry("x", "a long and winding road to nowhere"))
    assert segment.spoken == "The x."


def test_offsets_count_in_the_source_with_its_markup() -> None:
    source = "In *1905*, the **year**\n1911, he went."
    text = "In 1905, the year 1911, he went."
    first, second = fitted(text, 40, source=source)

    assert source[first.start : first.end].startswith("In *1905")
    assert source[second.start : second.end] == "the **year**\n1911, he went."
