"""PDF with a text layer, read by PDFium in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeAlias

from audiobook.errors import MissingError, StoryError, Where
from audiobook.language_tags import is_language_tag
from audiobook.model import Book, Cue, Kind, Omission, Paragraph, Role, Source
from audiobook.script.assemble import Run, chapters, paragraph
from audiobook.script.documents.limits import (
    MAX_PACKED_BYTES,
    MAX_PDF_CHARACTERS,
    MAX_PDF_PAGES,
    MAX_PDF_SECONDS,
)
from audiobook.script.documents.pages import Page, PageLine, body_size, roles_of
from audiobook.script.documents.typesetting import (
    SetLine,
    drops_hyphen,
    is_drop_cap,
    set_pages,
    set_paragraphs,
    words_of,
)
from audiobook.script.plain.contents import folded
from audiobook.script.plain.headings import is_break, is_chapter_line
from audiobook.script.stretches import has_word

__all__ = ["read"]

_CHILD = "audiobook.script.readers._pdf_child"
_ERRORS = {
    "damaged": ("is damaged, or no PDF", "make or fetch the file anew"),
    "locked": ("is locked with a password", "save it without one, from a program that opens it"),
    "too many pages": (f"has more than {MAX_PDF_PAGES:,} pages", "split it into several files"),
    "too much text": (
        f"holds more than {MAX_PDF_CHARACTERS:,} characters",
        "split it into several files",
    ),
}
_SCAN_HINT = "it may be a scan: recognise its text first (OCR), for example with ocrmypdf"

_HEADING_SIZE = 1.12
_MAX_HEADING_LINES = 4
_MAX_BOLD_HEADING = 80
_MIN_LEADERS = 3
_LEADER = re.compile(r"(?:[ ]?[.·…]){3,}[ ]*(?:\d+|[ivxlc]+)\Z")
_NO_TITLE = re.compile(
    r"untitled|unknown|microsoft word\b.*|.*\.(?:docx?|indd|tex|dvi|qxd|pdf|rtf)", re.IGNORECASE
)
_NO_AUTHOR = re.compile(r"anonymous|unknown|user|admin(?:istrator)?", re.IGNORECASE)

_Item: TypeAlias = Paragraph | Cue | Omission


@dataclass(frozen=True, slots=True)
class _Document:
    """What the other process found."""

    pages: list[Page]
    title: str | None
    authors: tuple[str, ...]
    language: str | None
    outline: list[tuple[int, str, int]]
    """Level, title and page, both from 0."""
    warnings: tuple[str, ...]


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a PDF. Nobody is named as a speaker: the cast plays no part.

    Running heads, folios, notes and tables of contents have a role of their own; words and
    paragraphs that lines and pages part are whole again. Of each page, what stands beside the
    text comes after it.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: not used.

    Raises:
        StoryError: it is no PDF, it is locked, too large, takes too long, or has no text layer.
        MissingError: what reads it is not installed.
    """
    document = _extracted(data, name)
    if not any(line.text.strip() for page in document.pages for line in page):
        raise StoryError("has no text layer", where=Where(name), hint=_SCAN_HINT)
    laid = _Laid(words_of(document.pages))
    blocks = list(_blocks(document))
    openings = _openings(blocks, document.outline)
    items = [
        (item, item.text if n in openings and isinstance(item, Paragraph) else None)
        for n, block in enumerate(blocks)
        for item in laid.items(block)
    ]
    return Book(
        Source(name, laid.text),
        title=document.title,
        authors=document.authors,
        language=document.language,
        chapters=chapters(items),
        left_out=tuple(item for item, _ in items if isinstance(item, Omission)),
        warnings=document.warnings,
    )


def _extracted(data: bytes, name: str) -> _Document:
    """What the other process finds in a file."""
    where = Where(name)
    if len(data) > MAX_PACKED_BYTES:
        raise StoryError(f"is larger than {MAX_PACKED_BYTES >> 20} MiB", where=where)
    command = [sys.executable, "-P", "-m", _CHILD]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=MAX_PDF_SECONDS, check=False
        )
        if b"ModuleNotFoundError" in done.stderr:
            raise MissingError("PDF cannot be read here", hint="pip install pypdfium2")
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise StoryError(f"takes longer than {MAX_PDF_SECONDS} s to read", where=where) from error
    except OSError as error:
        raise MissingError(f"PDF cannot be read here: {error}") from error
    except ValueError as error:  # it crashed, or was ended for what it took
        raise _unusable("damaged", where) from error
    if found["error"]:
        raise _unusable(found["error"], where)
    title, author = found["title"].strip(), found["author"].strip()
    return _Document(
        [[_page_line(line) for line in page] for page in found["pages"]],
        title if title and not _NO_TITLE.fullmatch(title) else None,
        (author,) if author and not _NO_AUTHOR.fullmatch(author) else (),
        found["language"] if is_language_tag(found["language"]) else None,
        [(level, title, page) for level, title, page in found["outline"]],
        tuple(found["warnings"]),
    )


def _unusable(error: str, where: Where) -> StoryError:
    what, hint = _ERRORS[error]
    return StoryError(what, where=where, hint=hint)


def _page_line(fields: list[Any]) -> PageLine:
    text, left, right, baseline, size, is_bold, is_parted, marks = fields
    pairs = tuple((start, stop) for start, stop in marks)
    return PageLine(text, left, right, baseline, size, is_bold, is_parted, pairs)


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together."""

    lines: list[SetLine]
    kind: Kind = Kind.NARRATION
    role: Role = Role.BODY

    @property
    def text(self) -> str:
        return " ".join(line.line.text.strip() for line in self.lines)


def _blocks(document: _Document) -> Iterator[_Block]:
    """All of a document in reading order: of each page, what is no text of the book comes last."""
    roles = roles_of(document.pages)
    body = [_of_role(page, of, Role.BODY) for page, of in zip(document.pages, roles, strict=True)]
    contents = {n for n, page in enumerate(body) if _is_contents(page)}
    size = body_size(body)
    done = 0
    for lines in set_paragraphs(set_pages(body)):
        for n in range(done, lines[0].page):
            yield from _asides(document.pages[n], roles[n])
        done = max(done, lines[0].page)
        if lines[0].page in contents:
            yield from (_Block([line], role=Role.CONTENTS) for line in lines)
        else:
            yield _Block(lines, Kind.HEADING if _is_heading(lines, size) else Kind.NARRATION)
    for n in range(done, len(document.pages)):
        yield from _asides(document.pages[n], roles[n])


def _of_role(page: Page, roles: list[Role], role: Role) -> Page:
    return [line for line, of in zip(page, roles, strict=True) if of is role]


def _asides(page: Page, roles: list[Role]) -> Iterator[_Block]:
    """A page's notes, running heads and folios."""
    notes = set_pages([_of_role(page, roles, Role.NOTES)])
    yield from (_Block(lines, role=Role.NOTES) for lines in set_paragraphs(notes))
    furniture = set_pages([_of_role(page, roles, Role.PAGES)])
    yield from (_Block([line], role=Role.PAGES) for line in furniture)


def _is_contents(page: Page) -> bool:
    n_entries = sum(bool(_LEADER.search(line.text.rstrip())) for line in page)
    return n_entries >= max(_MIN_LEADERS, len(page) // 2)


def _is_heading(lines: list[SetLine], size: float) -> bool:
    text = " ".join(line.line.text.strip() for line in lines)
    if len(lines) > _MAX_HEADING_LINES or is_break(text) or not has_word(text):
        return False
    if min(line.line.size for line in lines) > _HEADING_SIZE * size or is_chapter_line(text):
        return True
    all_bold = all(line.line.is_bold for line in lines)
    return all_bold and len(text) <= _MAX_BOLD_HEADING and text[-1] not in ".,;"


def _openings(blocks: list[_Block], outline: list[tuple[int, str, int]]) -> set[int]:
    """Indices of the headings that open chapters.

    They are those that the outline lists, at the level with most of them; else those with the
    words of one, such as "Chapter 3"; else those of the largest size that there are several of.
    """
    headings = [n for n, block in enumerate(blocks) if block.kind is Kind.HEADING]
    listed = _listed(blocks, headings, outline)
    if len(listed) > 1:
        return listed
    worded = {n for n in headings if is_chapter_line(blocks[n].text)}
    if len(worded) > 1:
        return worded
    sizes = Counter(blocks[n].lines[0].line.size for n in headings)
    several = [size for size, n in sizes.items() if n > 1]
    size = max(several or sizes, default=0.0)
    return {n for n in headings if blocks[n].lines[0].line.size == size}


def _listed(
    blocks: list[_Block], headings: list[int], outline: list[tuple[int, str, int]]
) -> set[int]:
    """The headings at the level of an outline that most of them are found at."""
    by_page: dict[int, list[int]] = {}
    for n in headings:
        by_page.setdefault(blocks[n].lines[0].page, []).append(n)
    found: dict[int, set[int]] = {}
    for level, title, page in outline:
        for n in by_page.get(page, ()):
            heading = folded(blocks[n].text)
            if heading and (heading in folded(title) or folded(title) in heading):
                found.setdefault(level, set()).add(n)
                break
    return max(found.values(), key=len, default=set())


@dataclass(slots=True)
class _Laid:
    """The text of a document as it is laid down, block by block, and where it stands there."""

    words: Counter[str]
    parts: list[str] = field(default_factory=list)
    length: int = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def items(self, block: _Block) -> Iterator[_Item]:
        """Lay down a block; what it is, and what is left out of it."""
        start = self.length
        if is_break(block.text):
            self._add("\n".join(line.line.text.strip() for line in block.lines) + "\n")
            yield Cue("break", start, self.length - 1)
            return
        runs: list[Run] = []
        for line, after in pairwise([*block.lines, None]):
            if line is not None:
                yield from self._line(line, after, runs)
        if made := paragraph(runs, block.kind):
            yield replace(made, role=block.role)

    def _line(self, line: SetLine, after: SetLine | None, runs: list[Run]) -> Iterator[Omission]:
        """Lay down a line; what is left out of it."""
        text = line.line.text
        end = len(text.rstrip())
        drops = drops_hyphen(line.line, after.line, self.words) if after else None
        cuts = [(start, stop, "a note’s mark") for start, stop in line.line.marks if stop <= end]
        if drops:
            cuts.append((end - 1, end, "a hyphen at a line’s end"))
        at = 0
        for start, stop, why in cuts:
            runs.append((text[at:start], self.length + at))
            yield Omission(self.length + start, self.length + stop, why)
            at = stop
        joined = drops is not None or (after is not None and is_drop_cap(line, after))
        rest = text[at:end] + ("" if joined else "\n")
        runs.append((rest, self.length + at))
        self._add(text[:end] + "\n")

    def _add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
