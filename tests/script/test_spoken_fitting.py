"""What an engine is given is never longer than it takes, and offsets stay true."""

from __future__ import annotations

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Chapter, Kind, Reading, Script, Segment, Source
from audiobook.script import split
from audiobook.script.accounting import Use, account
from audiobook.script.readers import fountain, html, markdown, text
from audiobook.script.selection import selected
from audiobook.script.spoken import pronounced


def fitted(
    said: str,
    limit: int,
    *entries: LexiconEntry,
    readings: tuple[Reading, ...] = (),
) -> list[Segment]:
    segment = Segment(said, Kind.DIALOGUE, "Mara", 0.9, 600, 0, len(said), readings)
    script = Script(Source("s.md", said), "S", "en", (Chapter("", (segment,)),))
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
    book = markdown.read(source.encode(), "s.md", ())
    first, second = pronounced(split(book, language="en", title="S"), max_characters=40).segments

    assert source[first.start : first.end] == "In *1905*,"
    assert source[second.start : second.end] == "the **year**\n1911, he went."


READERS = {"txt": text, "md": markdown, "html": html, "fountain": fountain}
WORDS = (
    *("the", "price", "C{2}990", "1,234,567", "12 March", "£5.50", "2²", "NASA", "Elm St."),
    *("*", "**", "_", "`a b`", "[x](990.md)", '(Go)[sub:"Ga"]', "<b>", "</b>", "&amp;", "##"),
    *(",", ".", "”", "“", "—", "…", "....", "😀", "[1]", "[1s]", "\n", "\n\n", "{.a}", "0 mm"),
    *("<i>", "<!-- 990 -->"),
)
STORIES = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(["", " ", " "])), max_size=40)


@settings(max_examples=500, deadline=None)
@given(STORIES, st.sampled_from(sorted(READERS)), st.integers(20, 130))
@example([("C{2}990 was the price.", "")], "txt", 20)
@example([("the house at *45 Elm St.*, and 1,234,567 more of *12 March 1987*", "")], "md", 40)
@example([("0 mm <b>", " "), ("the price", "")], "txt", 20)
@example([("0 mm {.a}", " "), ("the price is the price", "")], "txt", 20)
@example([("[1]", ""), ('(Go)[sub:"Ga"]', "")], "md", 20)
def test_every_piece_fits_and_knows_its_place(
    parts: list[tuple[str, str]], suffix: str, limit: int
) -> None:
    story = "A " + "".join(word + gap for word, gap in parts)
    try:
        book = selected(READERS[suffix].read(story.encode(), f"s.{suffix}", ()))
        script = pronounced(
            split(book, language="en", title="S", max_characters=limit), max_characters=limit
        )
    except StoryError:
        return
    assert Use.LOST not in {stretch.use for stretch in account(book, script).stretches}
    end = 0
    for piece in script.segments:
        assert len(piece.spoken) <= limit
        assert end <= piece.start < piece.end
        end = piece.end
        for index, character in enumerate(piece.text):
            at = piece.source_offset(index)
            assert piece.start <= at < piece.end
            assert script.source.text[at] == character or character in " &"


def test_punctuation_that_fits_with_no_word_leaves_the_pause_as_it_was() -> None:
    story = f"It was late. [2s] He went on {'.' * 60} [3s] Then it was day."
    book = markdown.read(story.encode(), "s.md", ())
    script = split(book, language="en", title="S", max_characters=40)
    assert [segment.pause_ms for segment in script.segments] == [2000, 3000, 1200]


def test_a_segment_without_end_is_soon_cut() -> None:
    said = ("He had 12 cats and " * 5000).strip()
    began = time.process_time()
    pieces = fitted(said, 40)
    assert time.process_time() - began < 5
    assert " ".join(piece.text for piece in pieces) == said
