from __future__ import annotations

from pathlib import Path
from time import perf_counter, process_time

import pytest
from fakes.accounts import check_accounted, paragraphs, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Kind
from audiobook.script import read, split
from audiobook.script.readers import fountain

PLAY = """Title: _The **Ferry**_
Credit: written by
Authors: Ann Nobody and Ben Nobody
Draft date: today

FADE IN:

EXT. RIVER BANK - NIGHT #1#

= He waits.

Rain. /* It was
snow once. */ A lantern *swings*.

FERRYMAN (V.O.)
(beat)
Not today. [[Or tomorrow?]]
Not **ever**,
\x20\x20
I say.

@McAvoy
I can pay.

MRS. O'BRIEN ^
So can I.
~Row, row,
~row your boat

NARRATOR
He rows.

CUT TO:

.the far bank

> THE END <

!BANG
> Fade out.
===
"""


def _read(story: str, *cast: str) -> Book:
    return fountain.read(story.encode(), "play.fountain", cast)


def test_a_screenplay_names_who_speaks() -> None:
    book = _read(PLAY)
    check_accounted(book)
    assert (book.title, book.authors) == ("The Ferry", ("Ann Nobody", "Ben Nobody"))
    assert [(item.speaker, item.text) for item in paragraphs(book)] == [
        (None, "EXT. RIVER BANK - NIGHT"),
        (None, "Rain. A lantern swings."),
        (None, "(beat)"),
        ("Ferryman", "Not today. Not ever, I say."),
        ("McAvoy", "I can pay."),
        ("Mrs. O'Brien", "So can I."),
        ("Mrs. O'Brien", "Row, row,"),
        ("Mrs. O'Brien", "row your boat"),
        (None, "He rows."),
        (None, "the far bank"),
        (None, "THE END"),
        (None, "BANG"),
    ]
    assert [chapter.title for chapter in book.chapters] == [
        "EXT. RIVER BANK - NIGHT",
        "the far bank",
    ]
    assert [item.text for item in paragraphs(book) if item.kind is Kind.VERSE] == [
        "Row, row,",
        "row your boat",
    ]


def test_all_that_is_left_out_says_why() -> None:
    reasons = {run.why for run in _read(PLAY).left_out}
    assert {"who speaks", "a transition", "a synopsis", "a page break", "the title page"} < reasons
    assert {"cut by the author", "the author’s note", "a mark of emphasis"} < reasons


def test_the_cast_tells_how_a_name_is_written() -> None:
    book = _read("MCKAY\nYes.\n\nMcKay (O.S.)\nNo.\n\nD'ARCY\nYes.", "McKay")
    assert [item.speaker for item in paragraphs(book)] == ["McKay", None, "D'Arcy"]


def test_sections_are_chapters_before_scenes() -> None:
    book = _read("# The Play\n\n## One\n\nINT. BARN\n\nHay.\n\n## Two\n\nMore hay.")
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]
    assert texts(book) == ["The Play", "One", "INT. BARN", "Hay.", "Two", "More hay."]


@pytest.mark.parametrize(
    "line", ["BANG!", "INT. HOUSE", "CUT TO:", "he says", "!BOB", "> BOB", "123", "(BOB)"]
)
def test_other_lines_in_capitals_are_no_cues(line: str) -> None:
    book = _read(f"Before.\n\n{line}\n\nAfter.")
    assert {item.speaker for item in paragraphs(book)} == {None}


def test_escaped_marks_are_read() -> None:
    book = _read(r"Two \* two \_is\_ *four\**.")
    check_accounted(book)
    assert texts(book) == ["Two * two _is_ four*."]


@pytest.mark.parametrize("cut", ["/* two", "/*/ two", "/* a */ b /* [[two]]"])
def test_a_cut_that_never_ends_is_told(cut: str) -> None:
    with pytest.raises(StoryError, match=r"/\* cuts never ends") as caught:
        _read(f"One.\n\n{cut}\n\nBOB\nThree.\n")
    assert str(caught.value.where) == f"play.fountain:3:{cut.rindex('/*') + 1}"
    assert "close it with */" in (caught.value.hint or "")


def test_an_escaped_cut_is_read() -> None:
    book = _read(r"He types /\* and */.")
    check_accounted(book)
    assert texts(book) == ["He types /* and */."]


def test_a_screenplay_is_found_by_its_suffix_and_split(tmp_path: Path) -> None:
    (tmp_path / "play.fountain").write_text(PLAY)
    script = split(read(tmp_path / "play.fountain"), language="en", title="Play")
    assert {"Ferryman", "McAvoy", "Mrs. O'Brien", None} == {s.speaker for s in script.segments}


MARKS = (
    "*",
    "**",
    "_",
    "\\",
    "[[",
    "]]",
    "/*",
    "*/",
    "~",
    ">",
    "<",
    "=",
    "===",
    "!",
    "@",
    "#",
    "^",
)
LINES = ("BOB\n", "@Bob (V.O.)\n", "INT. X #1#\n", ".x\n", "CUT TO:\n", "Title: x\n", "(beat)\n")
SPACES = ("\n", "\n\n", "  \n", " ", "\r\n", "\t", "\f")
PIECES = st.sampled_from([*MARKS, *LINES, *SPACES, *SPACES, "word", "so.", "é"])


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_every_character_is_accounted_for(story: str) -> None:
    try:
        book = _read(story)
    except StoryError as error:
        assert "never ends" in error.what  # noqa: PT017  # both outcomes are lawful
        return
    check_accounted(book)


def test_rubbish_is_refused() -> None:
    with pytest.raises(StoryError, match="is not text"):
        fountain.read(b"\0\1\2" * 50, "play.fountain", ())


@pytest.mark.parametrize(
    "line", ["A *" + r"\1" * 24 + " b", "INT. A" + " " * 60_000 + "B", ".A" + "\t" * 60_000 + "B"]
)
def test_no_line_takes_more_than_its_length(line: str) -> None:
    began = process_time()
    book = _read(f"{line}\n\nSo.")
    assert process_time() - began < 1
    assert texts(book) == [" ".join(line.removeprefix(".").split()), "So."]


def test_a_scene_is_told_without_its_number() -> None:
    assert texts(_read("INT. BARN   #1#\n\n.MILL#2#\n\n.MEADOW #1\n")) == [
        "INT. BARN",
        "MILL",
        "MEADOW #1",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["[[", "/**/", "*a ", "_", "A\nb\n\n", "a [[b]] ", "# a\n\n", "\\*"]
)
def test_a_long_screenplay_takes_little_time(unit: str) -> None:
    started = perf_counter()
    _read(unit * (50_000 // len(unit)))
    assert perf_counter() - started < 10
