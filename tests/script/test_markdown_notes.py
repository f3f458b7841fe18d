"""Footnotes of Markdown stand beside the story: left out and listed, or spoken when asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes.work import n_lines_run
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Paragraph, Role
from audiobook.script import split
from audiobook.script.accounting import Use, account
from audiobook.script.selection import selected

ReadMarkdown = Callable[..., Book]

MARK = "a note’s mark"


def _texts(book: Book) -> list[tuple[str, str]]:
    """The paragraphs of a book, each with what it is for."""
    items = [item for chapter in book.chapters for item in chapter.items]
    return [(item.text, item.role.value) for item in items if isinstance(item, Paragraph)]


def _left_out(book: Book) -> list[tuple[str, str]]:
    return [(book.source.text[one.start : one.end], one.why) for one in book.left_out]


def test_notes_are_left_out_and_listed(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("It rained.[^1] And more.\n\n[^1]: A *long* note.\n")
    assert _texts(book) == [("It rained. And more.", "body"), ("A long note.", "notes")]
    assert _left_out(book) == [("[^1]", MARK), ("[^1]:", MARK)]
    left = selected(book)
    assert _texts(left) == [("It rained. And more.", "body")]
    assert ("long", "notes") in _left_out(left)
    assert _texts(selected(book, {Role.NOTES})) == _texts(book)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("story", "body", "notes"),
    [
        ("A[^a], b[^b].\n[^a]: one\ntwo\n[^b]: three[^a]\n", "A, b.", "one two / three"),
        ("A[^1].\n\n[^1]:\n    one\n\n    two\n\n\ttwo and a half\n\nB.", "A. / B.",
         "one / two / two and a half"),
        ("A[^1].\n\n[^1]: one\n\n    - two\n    - three\n\n   B.", "A. / B.", "one / two / three"),
        ("> A[^1].\n>\n> [^1]: one\n\nB.", "A. / B.", "one"),
        ("- A[^1].\n\n  [^1]: one\n\n  B.\n- C.", "A. / B. / C.", "one"),
        ("A[^Ü-1].\n\n[^ü-1]: one\n\n[^unused]: two", "A.", "one / two"),
        ("[^1]: > one\n[^2]: 1912. two\n\nA[^1][^2].", "A.", "one / 1912. / two"),
        ("[^1]: one\n\n[^1]: two\n\nA[^1].", "A.", "one / two"),
        ("[^1]: [^2]: one two\n\nA[^2].", "A[^2].", "[^2]: one two"),
        ("[^1]:\n[^2]:\n\nA[^2].", "A.", ""),
        ("A[^1] \\[^2] `[^2]` [^] [^ 2].\n\n[^2]: one", "A[^1] [^2] [^2] [^] [^ 2].", "one"),
    ],
)  # fmt: skip
def test_a_note_goes_on_where_it_is_set_in(
    read_markdown: ReadMarkdown, story: str, body: str, notes: str, line_end: str
) -> None:
    found = _texts(read_markdown(story.replace("\n", line_end)))
    assert [text for text, role in found if role == "body"] == body.split(" / ")
    assert [text for text, role in found if role == "notes"] == notes.split(" / ") * bool(notes)


def test_a_note_sets_no_music_and_no_pause_for_the_story(read_markdown: ReadMarkdown) -> None:
    book = read_markdown(
        "A[^1].\n\n[^1]: One ![sting](door) two[1s].\n\n    ***\n\n    [3s]\n\n[2s]\n\nB.\n"
    )
    (chapter,) = book.chapters
    assert not any(isinstance(item, Cue) for item in chapter.items)
    assert [(p.text, p.pause_ms) for p in chapter.items if isinstance(p, Paragraph)] == [
        ("A.", 2000), ("One", None), ("two.", None), ("B.", None)
    ]  # fmt: skip
    assert ("![sting](door)", "notes") in _left_out(book)
    assert ("***", "notes") in _left_out(book)


def test_notes_before_the_first_chapter_make_none(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("# Book[^1]\n\n[^1]: one\n\n## One\n\na\n")
    assert [chapter.title for chapter in book.chapters] == ["One"]
    assert book.title == "Book"


@pytest.mark.parametrize(
    ("story", "titles"),
    [
        ("# A\n\na[^1]\n\n# Notes\n\n[^1]: one\n", ["A"]),
        ("# A\n\na[^1]\n\n## Anmerkungen\n\n[^1]: one\n\n# B\n\nb", ["A", "B"]),
        ("# A\n\na\n\n# Notes\n\n[^1]: one\n\nSpoken[^1].\n", ["A", "Notes"]),
        ("# A\n\na\n\n# Two[^1]\n\n[^1]: one\n", ["A", "Two"]),
    ],
)
def test_a_heading_over_nothing_but_notes_is_one_of_them(
    read_markdown: ReadMarkdown, story: str, titles: list[str]
) -> None:
    book = selected(read_markdown(story))
    assert [chapter.title for chapter in book.chapters] == titles
    assert "Anmerkungen" not in dict(_texts(book))


LABELS = ("[^1]", "[^1]: ", "[^2]:", "\n[^1]: ", "\n\n[^2]: ", "\n    ", "\n\n    ", "\n\n", "\n")
MARKS = ("> ", "- ", "# ", "7. ", "***\n", "`", "*", "[a]: b", "[c](d)", "\\", " ", "\t", "\x00")
BLOCKS = ("```\nx\n```\n", "<div>\n", "<!-- c -->", "[2s]", "![music](x)", "|a|\n|-|\n")
SCRAPS = st.sampled_from([*LABELS, *MARKS, *BLOCKS, "one", "two. "])


@settings(max_examples=300, deadline=None)
@given(st.lists(SCRAPS, max_size=30).map("".join))
def test_nothing_of_notes_is_lost(read_markdown: ReadMarkdown, story: str) -> None:
    try:
        book = selected(read_markdown(story), set(Role))
        script = split(book, language="en", title="T")
    except StoryError as error:
        assert error.where or "nothing to speak" in error.what  # noqa: PT017
        return
    told = account(book, script)
    for stretch in told.stretches:
        assert stretch.use is not Use.LOST
        if stretch.use is Use.MARKUP:
            marks = story[stretch.start : stretch.end]
            assert not any(map(str.isalnum, marks)) or marks.strip("> -#").rstrip(".").isdecimal()


@pytest.mark.parametrize(
    "unit",
    [
        "[^1]: one\n",
        "[^1]:\n",
        "[^1]: ",
        "a[^1] ",
        "[^1]: one\n\n    two\n\n",
        "[^",
        "> [^1]: one\n",
    ],
)
def test_many_notes_are_no_more_work_than_their_number(
    read_markdown: ReadMarkdown, unit: str
) -> None:
    def n_lines(n_notes: int) -> int:
        story = "[^1]: one\n\n" + unit * n_notes
        return n_lines_run(lambda: read_markdown(story))

    n_lines(1)
    assert n_lines(400) < 5 * n_lines(100)
