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


def _check_accounted(book: Book) -> None:
    """See that each visible character is in one paragraph, cue or omission, at its place."""
    text = book.source.text
    runs = [(omission.start, omission.end) for omission in book.left_out]
    for chapter in book.chapters:
        for item in chapter.items:
            if isinstance(item, Cue):
                runs.append((item.start, item.end))
                continue
            ends = [index for index, _ in item.anchors[1:]] + [len(item.text)]
            for (index, offset), end in zip(item.anchors, ends, strict=True):
                runs.append((offset, offset + end - index))
                there = text[offset : offset + end - index]
                assert re.sub(r"\s", " ", there) == item.text[index:end]
            assert runs[-1][1] == item.end
    counts = [0] * len(text)
    for start, end in runs:
        assert 0 <= start <= end <= len(text)
        for n in range(start, end):
            counts[n] += 1
    for character, count in zip(text, counts, strict=True):
        assert count == 1 or character.isspace()


@pytest.fixture(scope="session")
def check_accounted() -> Callable[[Book], None]:
    return _check_accounted


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
