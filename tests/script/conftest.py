"""The law of the script room, and a short way to a Script."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from audiobook.model import Book, Cue, Script
from audiobook.script import split
from audiobook.script.readers import markdown, text

DATA = Path(__file__).parent / "data"


def _folded(string: str) -> str:
    return re.sub(r"\s", "", string)


def _not_spoken(script: Script) -> str:
    """The source with spaces in place of what is left out and of cues."""
    cues = [item for chapter in script.chapters for item in chapter.items if isinstance(item, Cue)]
    characters = list(script.source.text)
    for run in (*script.left_out, *cues):
        characters[run.start : run.end] = " " * (run.end - run.start)
    return "".join(characters)


def _check_whole(script: Script, said: str | None = None) -> None:
    """See that segments say all the source's text, once, in order, at their places."""
    source = _not_spoken(script)
    segments = list(script.segments)
    expected = source if said is None else said
    assert _folded("".join(segment.text for segment in segments)) == _folded(expected)
    end = 0
    for segment in segments:
        assert end <= segment.start < segment.end <= len(source)
        end = segment.end
        assert re.search(r"[^\W_]", segment.text)
        assert segment.text == " ".join(segment.text.split())
        if said is None:
            assert segment.text == " ".join(source[segment.start : segment.end].split())


@pytest.fixture(scope="session")
def check_whole() -> Callable[..., None]:
    return _check_whole


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def read_text() -> Callable[[str], Book]:
    return lambda story: text.read(story.encode(), "story.txt", ())


@pytest.fixture(scope="session")
def read_markdown() -> Callable[..., Book]:
    return lambda story, *cast: markdown.read(story.encode(), "story.md", cast)


@pytest.fixture(scope="session")
def said() -> Callable[..., list[str]]:
    """The texts of a book's segments."""

    def texts(book: Book, language: str = "en", max_characters: int | None = None) -> list[str]:
        script = split(book, language=language, title="Story", max_characters=max_characters)
        return [segment.text for segment in script.segments]

    return texts
