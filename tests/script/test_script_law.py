"""The law: segments say all of the source's text, once, in order, and nothing else.

For Markdown the other witness is markdown-it's own account of the text, which knows no offsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from audiobook.errors import AudiobookError, StoryError, UnknownNameError
from audiobook.model import Book, Script
from audiobook.script import read, split

LIMITS = st.one_of(st.none(), st.integers(20, 80))

WORDS = ("One", "two", "é", "a.", "Mr.", "no.", "don’t", "‘tis", "“Yes,”", "‘No!’", "3.5", "x" * 25)
MARKS = ('"', "“", "”", "«", "»", "…", ". . .", "—", "?!", ",", ";", "_" * 30)
LINES = ("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "Chapter 1", "IV", "***")
SPACES = (" ", " ", " ", "\t", "\f", "\xa0", "\u2028")
PROSE = st.sampled_from([*WORDS, *MARKS, *LINES, *SPACES])

BLOCKS = (
    "# ",
    "## ",
    "\n---\n",
    "\n===\n",
    "> ",
    "- ",
    "1. ",
    "7) ",
    "    ",
    "```\n",
    "```\na\n```\n",
)
INLINES = (
    "*",
    "**",
    "_",
    "`",
    "``",
    "~",
    "[a](b)",
    "[",
    "](",
    "]",
    "!",
    "  \n",
    "&amp;",
    "&mdash;",
)
HTML = ("<b>", "</b>", "<!-- c -->", "<div>\n", "<https://x.org>", "<", ">", "&", "\\", "\\*", "|")
OTHERS = ("\n[a]: b\n", "|a|b|\n|-|-|\n", "![x](y)", "![music](z)", "![sting](<a b>){gain=-3dB}")
MARKUP = st.sampled_from([*BLOCKS, *INLINES, *HTML, *OTHERS])

TEXTS = st.lists(PROSE, max_size=40).map("".join)
MARKDOWNS = st.lists(st.one_of(PROSE, MARKUP), max_size=40).map("".join)


def _split(book: Book, max_characters: int | None) -> Script | None:
    try:
        return split(book, language="en", title="Story", max_characters=max_characters)
    except StoryError as error:
        assert "nothing to speak" in error.what  # noqa: PT017  # both outcomes are lawful
        return None


@settings(max_examples=400, deadline=None)
@given(TEXTS, LIMITS)
def test_text_is_said_whole(
    read_text: Callable[[str], Book], check_whole: Callable[..., None], story: str, limit: int
) -> None:
    script = _split(read_text(story), limit)
    if script is None:
        assert not any(character.isalnum() for character in story)
        return
    check_whole(script)
    assert all(len(segment.text) <= (limit or len(story)) for segment in script.segments)


@settings(max_examples=600, deadline=None)
@given(MARKDOWNS)
@example("\\![sting](<a b>){gain=-3dB}")
def test_markdown_is_said_whole(
    read_markdown: Callable[..., Book], check_whole: Callable[..., None], story: str
) -> None:
    try:
        book = read_markdown(story)
    except (StoryError, UnknownNameError) as error:
        assert _is_lawful(error, story)  # noqa: PT017  # both outcomes are lawful
        return
    script = _split(book, None)
    if script is not None:
        check_whole(script, said="".join(_words(story)))


def _is_lawful(refusal: AudiobookError, story: str) -> bool:
    """Whether a story is refused at its place for a mark that never ends, or is mistyped."""
    if "never ends" in refusal.what:
        return refusal.where is not None and ("```" in story or "~~~" in story)
    mistyped = re.search(r"no setting of|stand apart|no pause|cannot be read|mark", refusal.what)
    return refusal.where is not None and mistyped is not None and bool({"{", "!"} & set(story))


def _words(story: str) -> list[str]:
    """The text that markdown-it finds in a story."""
    parser = MarkdownIt("commonmark").enable("table").disable("code")
    words: list[str] = []
    counts: list[int] = []
    in_table = False
    env: dict[str, object] = {}
    for token in parser.parse(story, env):
        in_table = (in_table or token.type == "table_open") and token.type != "table_close"
        if token.type.endswith("list_open"):
            counts.append(0)
        elif token.type.endswith("list_close"):
            counts.pop()
        elif token.type == "list_item_open":
            counts[-1] += 1
            said = token.info not in ("", "1", str(counts[-1]))
            words += [token.info + token.markup] if said else []
        elif token.type == "html_block":
            inside: list[Token] = []
            parser.inline.parse(token.content.rstrip(), parser, env, inside)
            words += _inline_words(inside)
        elif token.type == "inline" and not in_table:
            words += _inline_words(token.children or [])
    return words


def _inline_words(tokens: list[Token]) -> list[str]:
    """The text of a block; the settings after a picture are no text."""
    words = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("text", "text_special", "code_inline"):
            after_picture = before is not None and before.type == "image"
            words.append(token.content.removeprefix("{gain=-3dB}" if after_picture else ""))
    return words


@pytest.mark.parametrize("limit", [None, 20, 33, 100])
@pytest.mark.parametrize("name", ["ferry.txt", "clock.txt", "brunnen-cp1252-crlf.txt"])
def test_a_real_text_is_said_whole(
    data: Path, check_whole: Callable[..., None], name: str, limit: int | None
) -> None:
    script = _split(read(data / name), limit)
    assert script is not None
    check_whole(script)
    assert all(len(segment.text) <= (limit or 1000) for segment in script.segments)


@pytest.mark.parametrize("limit", [None, 20, 100])
def test_a_real_markdown_story_is_said_whole(
    data: Path, check_whole: Callable[..., None], limit: int | None
) -> None:
    script = _split(read(data / "lantern.md", cast=["Mara", "Old Tom"]), limit)
    assert script is not None
    check_whole(
        script,
        said="""
        The Lantern The hill
        It was late, it was very late — and the hill was steeper than the map said.
        “Is it far?” she asked. “Not far. Not near.” He laughed. Mind the step.
        Mara: that was the name on the gate. “Turn back,” said the sign,
        in letters as long as an arm. a lamp, a rope, 1912. That was the year of the flood.
        The lantern Nobody spoke. “I know,” she said. “I know.”
        """,
    )
