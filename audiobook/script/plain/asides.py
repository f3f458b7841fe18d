"""What plain text says in brackets beside the story: pictures, notes, page numbers, emphasis."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from audiobook.model import Omission, Role
from audiobook.script.assemble import Run
from audiobook.script.plain.lines import Block
from audiobook.script.stretches import between

__all__ = ["Aside", "aside", "asides_joined", "note_labels", "without_marks"]

_LABEL = r"\d{1,4}|[A-Za-z*†‡§]{1,2}"
_NOTE = re.compile(rf"\[(?:Footnote[ \t]+)?({_LABEL})(?:\][ \t:]+|:\s+)(?=\S)")
_OPENINGS = (
    (_NOTE, Role.NOTES),
    (re.compile(r"\[(?:Side|Foot|End)?note:\s*", re.IGNORECASE), Role.NOTES),
    (re.compile(r"\[?Transcriber[’']?s?[’']? notes?[:.]?\s*", re.IGNORECASE), Role.NOTES),
    (re.compile(r"\[(?:Illustration|Frontispiece|Picture|Map|Music)\b[.:]?\s*"), Role.PICTURES),
)
_LONG_ASIDE = re.compile(r"\[(?:Footnote[ \t]|Transcriber|Illustration:|\w*note:)", re.IGNORECASE)
_MAX_ASIDE_BLOCKS = 30
_PICTURE_MARK = re.compile(r"\[(?:Illustration|Frontispiece|Picture|Map|Music)[.:]?\]")

_MARKS = re.compile(
    r"(?P<emphasis>(?<![\w_])_(?=[^\s_])[^_]{1,1000}(?<=\S)_(?![\w_]))"
    r"|(?P<page>\[(?:Pg|p|page)\.?[ \t]?[\divxlc]{1,6}\]|\{(?:p\.?[ \t]?)?\d{1,4}\})"
    rf"|\[(?P<note>{_LABEL})\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Aside:
    """A block that stands beside the story."""

    role: Role
    """What it is."""
    start: int
    """Offset of what it says; `end` where it says nothing."""
    end: int
    """Offset just past what it says."""
    left_out: tuple[Omission, ...]
    """The marks around it."""


def note_labels(blocks: list[Block]) -> frozenset[str]:
    """The labels of the notes there are: only what points to one of them is a note's mark."""
    marks = (_NOTE.match(block[0].text) for block in blocks)
    return frozenset(mark[1] for mark in marks if mark)


def asides_joined(blocks: list[Block]) -> list[Block]:
    """The blocks of a text, those of a note in brackets with several paragraphs made one."""
    joined: list[Block] = []
    at = 0
    while at < len(blocks):
        stop = at + 1
        if _LONG_ASIDE.match(blocks[at][0].text):
            near = range(at, min(at + _MAX_ASIDE_BLOCKS, len(blocks)))
            stop = next((n for n in near if blocks[n][-1].text.endswith("]")), at) + 1
        joined.append(tuple(line for block in blocks[at:stop] for line in block))
        at = stop
    return joined


def aside(text: str, block: Block) -> Aside | None:
    """What a block is if it stands beside the story, as ``[Illustration: The well]`` does.

    Args:
        text: all the text.
        block: the lines of it that are asked for.
    """
    start, end = block[0].start, block[-1].end
    openings = ((pattern.match(text, start, end), role) for pattern, role in _OPENINGS)
    opening, role = next((found for found in openings if found[0]), (None, Role.BODY))
    if opening is None:
        return None
    closed = text[opening.start()] == "[" and text.endswith("]", start, end)
    if role is Role.PICTURES and not closed:
        return None
    inner_end = end - (closed and "]" not in opening.group())
    if role is Role.PICTURES and not re.search(r"\w", text[opening.end() : inner_end]):
        return Aside(role, end, end, (Omission(start, end, "a picture"),))
    marks = [Omission(start, start + len(opening.group().rstrip()), "the mark of an aside")]
    if inner_end < end:
        marks.append(Omission(inner_end, end, "the mark of an aside"))
    return Aside(role, opening.end(), inner_end, tuple(marks))


def without_marks(
    text: str, start: int, end: int, notes: Collection[str]
) -> tuple[list[Run], list[Omission]]:
    """A stretch of text without its marks, and the marks: underscores, pages, notes.

    Args:
        text: all the text.
        start: offset of the stretch.
        end: offset just past it.
        notes: the labels of the notes that there are.
    """
    left_out: list[Omission] = []
    for mark in _MARKS.finditer(text, start, end):
        if mark["emphasis"]:
            left_out.append(Omission(mark.start(), mark.start() + 1, "a mark of emphasis"))
            left_out += without_marks(text, mark.start() + 1, mark.end() - 1, notes)[1]
            left_out.append(Omission(mark.end() - 1, mark.end(), "a mark of emphasis"))
        elif mark["page"]:
            left_out.append(Omission(*mark.span(), "a page number"))
        elif mark["note"] in notes:
            left_out.append(Omission(*mark.span(), "a note’s mark"))
    left_out += (
        Omission(*mark.span(), "a picture") for mark in _PICTURE_MARK.finditer(text, start, end)
    )
    left_out.sort(key=lambda omission: omission.start)
    return [(text[a:b], a) for a, b in between(start, end, left_out)], left_out
