"""Readers of text bear anything: a book of which all is accounted for, or an error of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import AudiobookError
from audiobook.model import Book
from audiobook.script import split
from audiobook.script.accounting import Use, account
from audiobook.script.readers import fountain, markdown, text

READERS = [text.read, markdown.read, fountain.read]
PIECES = [
    "---\n",
    "title: A\n",
    "cast: {Anna: {}}\n",
    "segments: lines\n",
    "# One\n",
    "## Two {pause=2s}\n",
    "Anna: ",
    "Anna?: ",
    "“Yes,” said Anna. ",
    "— Oui. ",
    "[400ms]",
    '(Almaty)[sub:"x"]',
    "![music](lute-bed){fade=3s}",
    "![sound](a.wav)",
    "***\n",
    "* * *\n",
    "<b>bold</b>",
    "<!-- no -->",
    "<script>",
    "`code`",
    "[a](b)",
    "| verse\n",
    "CHAPTER IV\n",
    "INT. ROOM - DAY\n",
    "ANNA\n",
    "(softly)\n",
    "/* boneyard */",
    "[[note]]",
    "> CUT TO:\n",
    "\\",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "  ",
    "[Illustration: a]",
    "[1] A note.",
    "_word_",
    "1. ",
    "- ",
    "&amp;",
    "\u00ad",
    "\u200b",
    "\ufeff",
    "*** START OF THE PROJECT GUTENBERG EBOOK A ***\n",
    "Снег. ",
    "雪。",
    "\u202e",
]
STORIES = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=40).map(
    lambda parts: "".join(parts).encode("utf-8", "replace")
)


def _check(read: Callable[..., Book], data: bytes) -> None:
    try:
        book = read(data, "story", ("Anna",))
        script = split(book, language="en", title="Story")
    except AudiobookError:
        return
    assert not [s for s in account(book, script).stretches if s.use is Use.LOST]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__module__.rpartition(".")[2])
@settings(max_examples=60, deadline=None)
@given(data=st.one_of(STORIES, st.binary(max_size=300)))
def test_any_file_is_read_or_refused(read: Callable[..., Book], data: bytes) -> None:
    _check(read, data)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__module__.rpartition(".")[2])
@settings(max_examples=10_000, deadline=None)
@given(data=st.one_of(STORIES, st.binary(max_size=300)))
def test_very_many_files_are_read_or_refused(read: Callable[..., Book], data: bytes) -> None:
    _check(read, data)
