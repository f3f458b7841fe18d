from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from fakes.accounts import check_accounted, paragraphs, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Book, Cue, Kind, Paragraph, Role
from audiobook.script import read
from audiobook.script.readers import text

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
    "Hoofdstuk 2",
    "ROZDZIAŁ III",
    "Kapitola 4. Domů",
    "Розділ 5",
    "1-тарау",
    "2-БӨЛІМ. Жол",
    "3. Kapitel",
]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("CHAPTER I\n\nA LETTER ARRIVES", "CHAPTER I: A LETTER ARRIVES"),
        ("Chapter Two.\n\n_The Will_", "Chapter Two: The Will"),
        ("1. Kapitel\n\n\nDer Brief", "1. Kapitel: Der Brief"),
        ("PART ONE\n\nWHO GOES THERE?", "PART ONE: WHO GOES THERE?"),
    ],
)
def test_a_title_alone_below_a_number_is_that_of_its_chapter(
    read_text: ReadText, lines: str, title: str
) -> None:
    contents = "Contents\n\nI. A Letter Arrives 1\nII. The Will 9\nIII. Home 12\n\n"
    for front in ("", contents):
        book = read_text(f"{front}{lines}\n\nIt was late.\n\nCHAPTER IX\n\nNobody came.\n")
        assert [chapter.title for chapter in book.chapters][-2:] == [title, "CHAPTER IX"]
        kinds = [item.kind for item in book.chapters[-2].items if isinstance(item, Paragraph)]
        assert kinds == [Kind.HEADING, Kind.HEADING, Kind.NARRATION]


@pytest.mark.parametrize("line", ["Home.", "it was late", "“Who?” he said,", "II", "Chapter 2"])
def test_what_is_no_title_below_a_number_is_not_put_to_it(read_text: ReadText, line: str) -> None:
    book = read_text(f"CHAPTER I\n\n{line}\n\nIt was late.")
    assert book.chapters[0].title == "CHAPTER I"


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
        "2 books",
        "3 parts of it",
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


PROSE = """It was a long road, and it went on for longer than any of those who had set out
on it in the morning would have thought, had they thought at all of such a thing.
They had not, and so the night found them where they were."""


def test_verse_keeps_its_lines(read_text: ReadText) -> None:
    stanza = "The wind is in the willow,\nThe rain is on the hill,\nMy head is on the pillow,\nAnd"
    book = read_text(f"{PROSE}\n\n{stanza} I am lying still.\n\n{PROSE}")
    check_accounted(book)
    verse = [item for item in paragraphs(book) if item.kind is Kind.VERSE]
    assert [item.text for item in verse][1] == "The rain is on the hill,"
    assert [item.goes_on for item in verse] == [True, True, True, False]
    assert len(paragraphs(book)) == 6


def test_lines_that_are_set_in_are_kept(read_text: ReadText) -> None:
    book = read_text(f"{PROSE}\n\n      12, the old mill,\n      near the river\n\n{PROSE}")
    assert [item.text for item in paragraphs(book) if item.kind is Kind.VERSE] == [
        "12, the old mill,",
        "near the river",
    ]


def test_wrapped_prose_is_no_verse(read_text: ReadText) -> None:
    capitals = """She went to Paris and Rome and Vienna and all of the other places of which one
Hears so much and sees so little, with her aunt and a maid and eleven boxes of
Clothes, of which seven were lost on the way and one was never opened at all."""
    assert len(texts(read_text(f"{PROSE}\n\n{capitals}"))) == 2


def test_lines_that_each_end_a_sentence_are_paragraphs(read_text: ReadText) -> None:
    book = read_text(f"{PROSE}\n\n“Is it far?”\n“Not far.”\nHe laughed.\n\n{PROSE}")
    assert texts(book)[1:4] == ["“Is it far?”", "“Not far.”", "He laughed."]
    assert {item.kind for item in paragraphs(book)} == {Kind.NARRATION}


def test_first_lines_that_are_set_in_begin_paragraphs(read_text: ReadText) -> None:
    lines = PROSE.splitlines()
    assert len(texts(read_text("\n".join(["   " + lines[0], *lines[1:]] * 3)))) == 3


def test_marks_of_emphasis_are_left_out(read_text: ReadText) -> None:
    book = read_text("It was _very\nlate_, she said; file_name_here and __init__ stay.")
    check_accounted(book)
    assert texts(book) == ["It was very late, she said; file_name_here and __init__ stay."]
    assert [run.why for run in book.left_out] == ["a mark of emphasis"] * 2


def test_pictures_notes_and_pages_are_told_apart(read_text: ReadText) -> None:
    story = """One[1] and [Pg 12] two {13} and [2] three.

[Illustration]

[Illustration: The well
at night]

[1] A note
on wells.

[Footnote 7: It goes on

for two paragraphs.]

[Sidenote: A.D. 1066]

Transcriber's Note: commas were mended.

Four.
"""
    book = read_text(story)
    check_accounted(book)
    assert texts(book) == ["One and two and [2] three.", "Four."]
    assert texts(book, Role.PICTURES) == ["The well at night"]
    assert texts(book, Role.NOTES) == [
        "A note on wells.",
        "It goes on for two paragraphs.",
        "A.D. 1066",
        "commas were mended.",
    ]


def test_a_table_of_contents_is_known_and_tells_the_chapters(read_text: ReadText) -> None:
    story = f"""CONTENTS

   The Mill ....... 1
   The Long Road .. 25
   Chapter III       40

The Mill

{PROSE}

THE LONG ROAD

{PROSE}

Chapter III

{PROSE}"""
    book = read_text(story)
    check_accounted(book)
    assert len(texts(book, Role.CONTENTS)) == 4
    assert [chapter.title for chapter in book.chapters][-3:] == [
        "The Mill",
        "THE LONG ROAD",
        "Chapter III",
    ]


def test_contents_without_a_heading_are_no_chapters(read_text: ReadText) -> None:
    listed = "\n\n".join(f"Chapter {n}. Of Things" for n in (1, 2, 3))
    told = "\n\n".join(f"Chapter {n}.\n\n{PROSE}" for n in (1, 2, 3))
    book = read_text(f"{listed}\n\n{told}")
    check_accounted(book)
    assert len(texts(book, Role.CONTENTS)) == 3
    assert [c.title for c in book.chapters if c.title] == ["Chapter 1.", "Chapter 2.", "Chapter 3."]


def test_chapter_lines_without_a_list_are_all_chapters(read_text: ReadText) -> None:
    told = "\n\n".join(f"Chapter {n}.\n\n{PROSE}" for n in (1, 2, 3))
    assert texts(read_text(told), Role.CONTENTS) == []


OLD_HEADER = """The Project Gutenberg Etext of A Mill, by Nemo
#1 in our series

*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*

This etext was prepared by Somebody, of Somewhere,
from the first edition.

"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD_HEADER, "\n\nEnd of Project Gutenberg's A Mill, by Nemo\n"),
        ("***START OF THE PROJECT GUTENBERG EBOOK A MILL***\n\n", "\n\n***END OF THE PROJECT G"
         "UTENBERG EBOOK A MILL***\n\nSection 1.\n"),
        ("** START OF PROJECT GUTENBERG'S ETEXT A MILL **\n\nE-text prepared by Nemo\n\n",
         "\n\nEnd of the Project Gutenberg Etext of A Mill"),
    ],
)  # fmt: skip
def test_older_marks_of_gutenberg_are_known(read_text: ReadText, before: str, after: str) -> None:
    book = read_text(before + PROSE + after)
    check_accounted(book)
    assert texts(book) == [" ".join(PROSE.split())]
    assert len(book.left_out) == 2


def test_a_title_page_is_front_matter(read_text: ReadText) -> None:
    story = f"""Title: The Mill

*** START OF THE PROJECT GUTENBERG EBOOK THE MILL ***

THE MILL

BY

NEMO NIEMAND

Printed by Somebody

CHAPTER I.

{PROSE}"""
    book = read_text(story)
    check_accounted(book)
    assert texts(book, Role.FRONT) == ["BY", "NEMO NIEMAND", "Printed by Somebody"]
    assert texts(book)[:2] == ["THE MILL", "CHAPTER I."]


PODCAST = """ALICE: Welcome back to the show.
[00:12] Bob (laughing): Thank you
for having me.

ALICE: So.
Narrator: They pause.

***

Bob:
It is a long story.
"""


def test_a_script_names_its_speakers() -> None:
    book = text.read(PODCAST.encode(), "talk.txt", ["bob"])
    check_accounted(book)
    assert [(item.speaker, item.text) for item in paragraphs(book)] == [
        ("Alice", "Welcome back to the show."),
        ("bob", "Thank you for having me."),
        ("Alice", "So."),
        (None, "They pause."),
        ("bob", "It is a long story."),
    ]
    assert [run.why for run in book.left_out] == ["who speaks"] * 5
    assert book.left_out[1].end - book.left_out[1].start == len("[00:12] Bob (laughing):")


@pytest.mark.parametrize(
    "story",
    [
        f"{PROSE}\n\nNote: it was late.\n\n{PROSE}\n\nNote: it was dark.\n\n{PROSE}",
        "He said: yes.\nShe said: no.\n" + PROSE,
        "From: Ann\nTo: Ben\nSubject: Hay\n\nHay.\n\nFrom: Ben\nTo: Ann\nSubject: Hay\n\nOats.",
        "Oak: a tree.\nElm: a tree.\nIvy: none.\nAsh: a tree.\nYew: a tree.\nFir: a tree.",
        "Alice: Hello.\nBob: Hello.",
        "\n\n".join(f"{n}: {PROSE}\n\n{PROSE}" for n in ["One", "Two"] * 3),
    ],
)
def test_prose_with_colons_is_no_script(read_text: ReadText, story: str) -> None:
    assert {item.speaker for item in paragraphs(read_text(story))} == {None}


def test_lines_that_seem_to_name_speakers_are_told(read_text: ReadText) -> None:
    book = read_text("\nIda: Who is there?\nTom: I am.\nIda: Come in.\n")
    assert {item.speaker for item in paragraphs(book)} == {None}
    (warning,) = book.warnings
    assert warning.startswith('line 2: "Ida:" is read aloud: plain text is a script from four such')


@pytest.mark.parametrize(
    "story",
    [
        PODCAST,
        "Note: this.\nTip: that.",
        "Ida: Who is there?\nNobody spoke.\nNobody came.\nTom: I am.",
        "Ida: Who is there?\nIda: I hear you.",
    ],
)
def test_nothing_is_told_of_other_lines(read_text: ReadText, story: str) -> None:
    assert read_text(story).warnings == ()


MARKS = ("_", "_so_", "[1]", "[1] ", "[Footnote 2: ", "]", "[Illustration", ": a", "]\n\n", "***\n")
LISTED = ("Contents\n\n", "Chapter 1\n\n", "Chapter 2\n\n", "IV.\n\n", "{12}", "[Pg 3]")
AROUND = ("*** START OF THE PROJECT GUTENBERG EBOOK ***\n", "End of Project Gutenberg's ")
SPOKEN = ("Ann: ", "Ben: ", "Transcriber's note: ", "word", "Word.", PROSE)
SPACES = ("\n", "\n\n", " ", "  ", "\r\n", "\f", "\x85", "\u2028")
MARKED = st.sampled_from([*MARKS, *LISTED, *AROUND, *SPOKEN, *SPACES, *SPACES])


@settings(max_examples=400, deadline=None)
@given(st.lists(MARKED, max_size=30).map("".join))
def test_every_character_is_accounted_for(read_text: ReadText, story: str) -> None:
    check_accounted(read_text(story))


@pytest.mark.slow
def test_a_long_text_takes_little_time(read_text: ReadText) -> None:
    started = perf_counter()
    for unit in (PROSE + "\n\n", "Ann: a\n", "_a ", "[Footnote 1: a\n\n", "Contents\n\n", "a\n"):
        read_text(unit * (100_000 // len(unit)))
    assert perf_counter() - started < 20


# A title and its author


@pytest.mark.parametrize(
    ("front", "title", "authors"),
    [
        ("THE LIGHTHOUSE\n\nby Ann Example\n\n", "THE LIGHTHOUSE", ("Ann Example",)),
        ("_The Lighthouse_\r\nBy A. B. van der EXAMPLE\r\n\r\n", "The Lighthouse",
         ("A. B. van der EXAMPLE",)),
        ("What Now?\n\nBY\n\nANN EXAMPLE and Bob O'Hara\n\n", "What Now?",
         ("ANN EXAMPLE", "Bob O'Hara")),
        ("Der Turm\n\nvon Änne Beispiel\n\n", "Der Turm", ("Änne Beispiel",)),
    ],
)  # fmt: skip
def test_a_title_and_its_author_before_the_first_chapter(
    read_text: ReadText, front: str, title: str, authors: tuple[str, ...]
) -> None:
    book = read_text(f"{front}CHAPTER I\n\nIt was late.\n\nCHAPTER II\n\nIt was later.\n")
    assert (book.title, book.authors) == (title, authors)
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I", "CHAPTER II"]
    assert next(item.text for item in paragraphs(book) if item.kind is Kind.HEADING) == title
    check_accounted(book)


@pytest.mark.parametrize(
    "front",
    [
        "The end of the day\n\nby the sea\n\n",
        "He went on.\n\nBy Jove\n\n",
        "THE LIGHTHOUSE\n\nby Ann Example\n\nIt was early.\n\n",
        "THE LIGHTHOUSE\n\nA Tale\n\nby Ann Example\n\n",
        "by Ann Example\n\n",
        f"{'A title ' * 10}\n\nby Ann Example\n\n",
        "THE LIGHTHOUSE\n\nby Ann Example, who lives by the sea\n\n",
    ],
)
def test_what_is_not_surely_a_title_page_is_text(read_text: ReadText, front: str) -> None:
    book = read_text(f"{front}CHAPTER I\n\nIt was late.\n\nCHAPTER II\n\nIt was later.\n")
    assert (book.title, book.authors) == (None, ())
    assert [chapter.title for chapter in book.chapters] == ["", "CHAPTER I", "CHAPTER II"]


def test_a_text_without_chapters_has_no_title_page(read_text: ReadText) -> None:
    book = read_text("THE LIGHTHOUSE\n\nby Ann Example\n\nIt was late.\n")
    assert book.title is None
