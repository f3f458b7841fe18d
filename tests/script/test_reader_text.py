from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audiobook.model import Book, Cue, Kind, Paragraph
from audiobook.script import read

ReadText = Callable[[str], Book]


def _texts(book: Book) -> list[list[str]]:
    return [
        [item.text if isinstance(item, Paragraph) else item.kind for item in chapter.items]
        for chapter in book.chapters
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_joined_and_blank_lines_part_paragraphs(
    read_text: ReadText, line_end: str
) -> None:
    story = line_end.join(["  One", "and a \thalf.", "", " \t", "Two.", ""])
    book = read_text(story)
    assert _texts(book) == [["One and a half.", "Two."]]
    one, two = book.chapters[0].items
    assert story[slice(*one.source_span(4, 9))] == "and a"
    assert story[slice(*two.source_span(0, 4))] == "Two."
    assert book.chapters[0].title == ""


def test_lines_too_long_to_be_wrapped_are_paragraphs(read_text: ReadText) -> None:
    long = "word " * 40
    assert _texts(read_text(f"Chapter 1\n{long}\nShort.\n{long}")) == [
        ["Chapter 1", long.strip(), "Short.", long.strip()]
    ]


CHAPTER_LINES = [
    "Chapter 1",
    "CHAPTER IV.",
    "Chapter One: The Road",
    "Chapter Twenty-One — Home",
    "CHAPTER THE FIRST",
    "Part II",
    "Prologue",
    "EPILOGUE.",
    "IV.",
    "12",
    "Kapitel 3",
    "Erstes Kapitel",
    "Chapitre premier",
    "Chapitre II - La mer",
    "Capítulo 2",
    "Глава 1",
    "ГЛАВА ПЕРВАЯ",
]


@pytest.mark.parametrize("line", CHAPTER_LINES)
def test_a_chapter_line_opens_a_chapter(read_text: ReadText, line: str) -> None:
    book = read_text(f"Before.\n\n   {line}\n\nAfter.")
    assert [chapter.title for chapter in book.chapters] == ["", line]
    heading = book.chapters[1].items[0]
    assert (heading.text, heading.kind) == (line, Kind.HEADING)


@pytest.mark.parametrize(
    "line",
    [
        "Chapter and verse, he said.",
        "Part of it was true.",
        "Part two of the plan was simple.",
        "Introduction to it all.",
        "Book club.",
        "MIX",
        "IIII",
        "2020",
        "I did.",
        "Chapter 1: " + "a long story " * 10,
    ],
)
def test_other_short_lines_do_not(read_text: ReadText, line: str) -> None:
    assert len(read_text(f"Before.\n\n{line}\n\nAfter.").chapters) == 1


def test_a_chapter_line_within_a_paragraph_does_not(read_text: ReadText) -> None:
    assert len(read_text("See the end of\nChapter 1\nand the rest.").chapters) == 1


def test_a_chapter_may_have_its_title_on_a_second_line(read_text: ReadText) -> None:
    book = read_text("CHAPTER I.\nDown the Well\n\nIt was deep.")
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I. Down the Well"]


@pytest.mark.parametrize("mark", ["***", "* * *", "  *   *   *  ", "---", "⁂", "#", "~~~~"])
def test_scene_breaks_are_cues(read_text: ReadText, mark: str) -> None:
    story = f"One.\n\n{mark}\n\nTwo."
    book = read_text(story)
    assert _texts(book) == [["One.", "break", "Two."]]
    cue = book.chapters[0].items[1]
    assert isinstance(cue, Cue)
    assert story[cue.start : cue.end] == mark.strip()


def test_a_scene_break_needs_no_blank_lines(read_text: ReadText) -> None:
    assert _texts(read_text("One.\n***\nTwo.")) == [["One.", "break", "Two."]]


def test_a_story_without_a_word_is_read(read_text: ReadText) -> None:
    assert _texts(read_text("")) == []
    assert _texts(read_text("  \r\n\r\n")) == []


def test_what_gutenberg_puts_around_a_book_is_left_out(data: Path) -> None:
    book = read(data / "brunnen-cp1252-crlf.txt")
    assert (book.title, book.authors, book.language) == ("Der Brunnen", ("Nemo Niemand",), "de")
    assert [chapter.title for chapter in book.chapters] == ["Erstes Kapitel", "Zweites Kapitel"]
    header, licence = book.left_out
    text = book.source.text
    assert text[: header.end].endswith("Somewhere\r\n")
    assert text[header.end : licence.start].strip().startswith("Erstes Kapitel")
    assert text[header.end : licence.start].strip().endswith("Es war niemand da.")
    assert (header.start, licence.end) == (0, len(text))


def test_a_book_with_only_a_header_is_read_to_its_end(read_text: ReadText) -> None:
    book = read_text("*** START OF THE PROJECT GUTENBERG EBOOK A\nB ***\n\nOne.\n\nTwo.")
    assert _texts(book) == [["One.", "Two."]]
    assert (book.title, book.authors, book.language) == (None, (), None)
