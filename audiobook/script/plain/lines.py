"""Lines and blocks of plain text, and what their lengths and indents tell: wrapped, or verse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

__all__ = [
    "ANY_LINE",
    "MAX_VERSE_CHARACTERS",
    "Block",
    "Line",
    "are_verse",
    "blocks_of",
    "is_verse",
    "parts_of_block",
    "wrap_columns",
]

ANY_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
"""A line with its end, whatever stands on it; its text is group 1."""

# A run of spaces is looked at from its beginning alone, so that a long one takes no more time.
_LINE = re.compile(r"(?:(?<![^\S\r\n])[^\S\r\n]++)?\S[^\r\n]*")
_BLOCK = re.compile(rf"{_LINE.pattern}(?:(?:\r\n|\r|\n){_LINE.pattern})*")

_MAX_WRAP_COLUMNS = 120
"""Nobody wraps lines by hand beyond this: text with longer ones has a paragraph on each."""
_MIN_WRAP_COLUMNS = 60
"""Nor at less than this; a text of shorter lines is not wrapped, or all of it is verse."""

MAX_VERSE_CHARACTERS = 60
"""The longest line of verse that is known by its breaks alone."""
_MIN_VERSE_LINES = 3
_VERSE_LINE = re.compile(r"[\W_]*[^\W\d_a-z]")

_INDENT = 2
_SLACK = 3
_SENTENCE_END = re.compile(r"[.!?…:][\"”’»)\]_]*\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank."""

    text: str
    """What stands on it, without the white space around it."""
    start: int
    """Offset of its first character that is no white space."""
    indent: int
    """Characters of white space before it."""

    @property
    def end(self) -> int:
        """Offset just past its last character that is no white space."""
        return self.start + len(self.text)

    @property
    def columns(self) -> int:
        """How far to the right it goes."""
        return self.indent + len(self.text)


Block: TypeAlias = tuple[Line, ...]
"""Lines with no blank one between them; never empty."""


def blocks_of(text: str, start: int, end: int) -> list[Block]:
    """The blocks of `text[start:end]`, with offsets in `text`."""
    return [
        tuple(_line(line, block.start()) for line in _LINE.finditer(block.group()))
        for block in _BLOCK.finditer(text, start, end)
    ]


def _line(match: re.Match[str], base: int) -> Line:
    whole = match.group()
    indent = len(whole) - len(whole.lstrip())
    return Line(whole.strip(), base + match.start() + indent, indent)


def are_verse(lines: Sequence[str]) -> bool:
    """Whether lines that their author broke are verse: short, with capitals, and a few of them."""
    return (
        len(lines) >= _MIN_VERSE_LINES
        and all(len(line) <= MAX_VERSE_CHARACTERS for line in lines)
        and all(map(_VERSE_LINE.match, lines))
    )


def wrap_columns(blocks: list[Block]) -> int:
    """The column at which a text is wrapped: but for a few, no line that goes on is longer."""
    columns = sorted(line.columns for block in blocks for line in block[:-1])
    widest = columns[int(0.95 * (len(columns) - 1))] if columns else 0
    return min(max(widest, _MIN_WRAP_COLUMNS), _MAX_WRAP_COLUMNS)


def is_verse(block: Block, columns: int) -> bool:
    """Whether lines end where their writer chose, as in verse, addresses and signatures.

    There the next line's first word would have fitted; and lines begin with capitals, or all are
    set in. Lines that each end a sentence are paragraphs, not verse.

    Args:
        block: its lines.
        columns: where the text is wrapped; see `wrap_columns`.
    """
    breaks = list(pairwise(block))
    if not breaks or all(_SENTENCE_END.search(line.text) for line in block):
        return False
    if sum(not _had_room(line, after, columns) for line, after in breaks) > len(breaks) // 10:
        return False
    if min(line.indent for line in block) >= _INDENT:
        return True
    n_capitals = sum(_begins_with_capital(line.text) for line in block)
    return len(block) > 2 and n_capitals >= 0.8 * len(block)


def parts_of_block(block: Block, columns: int) -> list[Block]:
    """The paragraphs of a block that is no verse: most often one.

    There are several where lines are too long to be wrapped, where each line ends a sentence
    with room to spare, and where first lines are set in.
    """
    if any(len(line.text) > _MAX_WRAP_COLUMNS for line in block) or _is_by_line(block, columns):
        return [(line,) for line in block]
    margin = min(line.indent for line in block)
    if block[0].indent < margin + _INDENT:
        return [block]
    starts = [n for n, line in enumerate(block) if line.indent >= margin + _INDENT]
    return [block[a:b] for a, b in pairwise([*starts, len(block)])]


def _is_by_line(block: Block, columns: int) -> bool:
    return (
        len(block) > 1
        and all(_SENTENCE_END.search(line.text) for line in block)
        and all(_had_room(line, after, columns) for line, after in pairwise(block))
    )


def _had_room(line: Line, after: Line, columns: int) -> bool:
    """Whether the next line's first word would have fitted on this one."""
    word = after.text.split(maxsplit=1)[0]
    return line.columns + 1 + len(word) <= columns - _SLACK


def _begins_with_capital(text: str) -> bool:
    first = next((character for character in text if character.isalpha()), "")
    return first.isupper()
