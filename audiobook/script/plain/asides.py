"""What plain text says in brackets beside the story: pictures, notes, page numbers, emphasis."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from audiobook.model import Omission, Role
from audiobook.script.assemble import Run
from audiobook.script.plain.lines import Block, Line
from audiobook.script.stretches import between

__all__ = [
    "Aside",
    "aside",
    "asides_joined",
    "marking_letters",
    "note_labels",
    "without_marks",
]

_PICTURES = "Illustration|Frontispiece|Picture|Map|Music"

_LABEL = r"\d{1,4}|[A-Za-z*†‡§]{1,2}"
_NOTE = re.compile(rf"\[(?P<word>Footnote[ \t]+)?(?P<label>{_LABEL})(?:\][ \t:]+|:\s+)(?=\S)")
_LETTERS_AFTER = re.compile(
    r"(?:(?<=[\w.,;:!?…’”)*])|(?<=[.,!?][\"']))"
    r"(?:\[([A-Za-z]{1,2})\]|[ \t]\[([A-Za-z]{1,2})\](?=[.,;:!?…’”)\r\n]|\Z))"
)
_OPENINGS = (
    (_NOTE, Role.NOTES),
    (re.compile(r"\[(?:Side|Foot|End)?note:\s*", re.IGNORECASE), Role.NOTES),
    (re.compile(r"\[Transcriber[’']?s?[’']? notes?\b[:.]?\s*", re.IGNORECASE), Role.NOTES),
    (
        re.compile(r"Transcriber[’']?s?[’']? notes?(?:[:.]|[ \t]*(?:[\r\n]|\Z))\s*", re.IGNORECASE),
        Role.NOTES,
    ),
    (re.compile(rf"\[(?:{_PICTURES})\b[.:]?\s*"), Role.PICTURES),
)
_ASIDE = re.compile(rf"\[(?:Footnote[ \t]|Transcriber|\w*note:|(?:{_PICTURES})\b)", re.IGNORECASE)
_LONG_ASIDE = re.compile(r"\[(?:Footnote[ \t]|Transcriber|Illustration:|\w*note:)", re.IGNORECASE)
_MAX_ASIDE_BLOCKS = 30
_BRACKET = re.compile(r"[\[\]]")
_PICTURE_MARK = re.compile(rf"\[(?:{_PICTURES})[.:]?\]")

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


def marking_letters(text: str) -> frozenset[str]:
    """The letters in brackets that follow a word or a sentence, as marks of notes do."""
    return frozenset(a or b for a, b in _LETTERS_AFTER.findall(text))


def note_labels(blocks: list[Block], letters: Collection[str]) -> frozenset[str]:
    """The labels of the notes there are: only what points to one of them is a note's mark.

    Args:
        blocks: of the text.
        letters: its `marking_letters`.
    """
    marks = filter(None, (_NOTE.match(block[0].text) for block in blocks))
    return frozenset(mark["label"] for mark in marks if _is_label(mark, letters))


def _is_label(mark: re.Match[str], letters: Collection[str]) -> bool:
    """Whether a note begins here: ``[He] said`` is an editor's word, unless a mark points to it."""
    return bool(mark["word"]) or not mark["label"].isalpha() or mark["label"] in letters


def asides_joined(blocks: list[Block]) -> list[Block]:
    """The blocks of a text, those of a note in brackets with several paragraphs made one."""
    blocks = [part for block in blocks for part in _apart(block)]
    joined: list[Block] = []
    at = 0
    while at < len(blocks):
        stop = at + 1
        if _LONG_ASIDE.match(blocks[at][0].text):
            near = blocks[at : at + _MAX_ASIDE_BLOCKS]
            closing = _closing(chain.from_iterable(near))
            stop = next((n for n, block in enumerate(near, at) if block[-1].end == closing), at) + 1
        joined.append(tuple(line for block in blocks[at:stop] for line in block))
        at = stop
    return joined


def _apart(block: Block) -> Iterator[Block]:
    """A block, cut where one aside ends with a line and another begins with the next."""
    first = 0
    for n, (line, following) in enumerate(pairwise(block), 1):
        if line.text.rstrip().endswith("]") and _ASIDE.match(following.text):
            yield block[first:n]
            first = n
    yield block[first:]


def aside(text: str, block: Block, letters: Collection[str]) -> Aside | None:
    """What a block is if it stands beside the story, as ``[Illustration: The well]`` does.

    Args:
        text: all the text.
        block: the lines of it that are asked for.
        letters: its `marking_letters`.
    """
    start, end = block[0].start, block[-1].end
    opening, role = _opening(text, start, end, letters)
    if opening is None:
        return None
    is_open = opening.group().startswith("[") and "]" not in opening.group()
    closing = _closing(block) if is_open else None
    if closing is not None and re.search(r"\w", text[closing:end]):
        return None  # the story goes on after it
    if role is Role.PICTURES and closing is None:
        return None
    inner_end = end if closing is None else closing - 1
    if role is Role.PICTURES and not re.search(r"\w", text[opening.end() : inner_end]):
        return Aside(role, end, end, (Omission(start, end, "a picture"),))
    marks = [Omission(start, start + len(opening.group().rstrip()), "the mark of an aside")]
    if inner_end < end:
        marks.append(Omission(inner_end, end, "the mark of an aside"))
    return Aside(role, opening.end(), inner_end, tuple(marks))


def _opening(
    text: str, start: int, end: int, letters: Collection[str]
) -> tuple[re.Match[str] | None, Role]:
    """How an aside begins, and what it is."""
    for pattern, role in _OPENINGS:
        found = pattern.match(text, start, end)
        if found and (pattern is not _NOTE or _is_label(found, letters)):
            return found, role
    return None, Role.BODY


def _closing(lines: Iterable[Line]) -> int | None:
    """Offset just past the bracket that closes the one the lines begin with; None without one."""
    depth = 0
    for line in lines:
        for bracket in _BRACKET.finditer(line.text):
            depth += 1 if bracket[0] == "[" else -1
            if depth == 0:
                return line.start + bracket.end()
    return None


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
