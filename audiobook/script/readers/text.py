"""Plain text: hard-wrapped or not, with or without chapter lines, from Gutenberg or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import groupby

from audiobook.model import Book, Cue, Kind, Paragraph, Source
from audiobook.script.assemble import chapters, paragraph
from audiobook.script.encoding import decode
from audiobook.script.gutenberg import edition
from audiobook.script.headings import is_break, is_chapter_line, is_numeral

__all__ = ["read"]

_LINE = re.compile(r"[^\S\r\n]*\S[^\r\n]*")
_BLOCK = re.compile(rf"{_LINE.pattern}(?:(?:\r\n|\r|\n){_LINE.pattern})*")

_WRAP_CHARACTERS = 120
"""Nobody wraps lines by hand beyond this: text with longer ones has a paragraph on each."""


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a story in plain text. Nobody is named as a speaker: the cast plays no part.

    Raises:
        StoryError: it is no text.
    """
    source = Source(name, decode(data, name))
    found = edition(source.text)
    return Book(
        source,
        title=found.title,
        authors=found.authors,
        language=found.language,
        chapters=chapters(_items(source.text, found.start, found.end)),
        left_out=found.left_out,
    )


def _items(text: str, start: int, end: int) -> Iterator[tuple[Paragraph | Cue, bool]]:
    """Paragraphs and scene breaks, each with whether it opens a chapter."""
    for block in _BLOCK.finditer(text, start, end):
        for lines in _units([_stripped(line) for line in _LINE.finditer(block.group())]):
            first, last = (
                block.start() + lines[0][1],
                block.start() + lines[-1][1] + len(lines[-1][0]),
            )
            if is_break(lines[0][0]):
                yield Cue("break", first, last), False
                continue
            opens = _opens_chapter([line for line, _ in lines])
            kind = Kind.HEADING if opens else Kind.NARRATION
            item = paragraph([(text[first:last], first)], kind)
            if item:
                yield item, opens


def _units(lines: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """The lines of a block that belong together: all but scene breaks, if they are wrapped."""
    by_line = any(len(line) > _WRAP_CHARACTERS for line, _ in lines)
    for alone, unit in groupby(lines, key=lambda line: is_break(line[0])):
        if alone or by_line:
            yield from ([line] for line in unit)
        else:
            yield list(unit)


def _opens_chapter(lines: list[str]) -> bool:
    first, *rest = lines
    if not rest:
        return is_chapter_line(first) or is_numeral(first)
    # A chapter line may have its title on the next one.
    return len(rest) == 1 and is_chapter_line(first) and len(rest[0]) <= _WRAP_CHARACTERS // 2


def _stripped(line: re.Match[str]) -> tuple[str, int]:
    """A line without the white space around it, and the offset at which it begins."""
    return line.group().strip(), line.end() - len(line.group().lstrip())
