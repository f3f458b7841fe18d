"""Plain text: prose, wrapped or not, verse, and scripts in which each line names its speaker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from audiobook.model import Book, Cue, Kind, Omission, Role, Source
from audiobook.script.assemble import Titled, chapters, paragraph
from audiobook.script.documents.limits import few_warnings
from audiobook.script.documents.semantics import role_of_title
from audiobook.script.encoding import decode
from audiobook.script.plain.asides import (
    aside,
    asides_joined,
    marking_letters,
    note_labels,
    without_marks,
)
from audiobook.script.plain.contents import Contents, find_contents, folded
from audiobook.script.plain.gutenberg import Edition, edition, is_credit
from audiobook.script.plain.headings import (
    is_bare_chapter_line,
    is_break,
    is_chapter_line,
    is_numeral,
    is_title_line,
)
from audiobook.script.plain.lines import Block, blocks_of, is_verse, parts_of_block, wrap_columns
from audiobook.script.plain.title_page import TitlePage, find_title_page
from audiobook.script.plain.transcript import display_name, labels_of, turn, untold
from audiobook.show import NARRATOR

__all__ = ["read"]

_MAX_TITLE = 60
_SCRIPT_CURE = (
    "plain text is a script from four such lines on, by two who speak twice; "
    "in Markdown, names stand under cast: in the front matter"
)


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a story in plain text.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names of those who speak in it, for their spelling; others may speak, too.

    Raises:
        StoryError: it is no text.
    """
    source = Source(name, decode(data, name))
    found = edition(source.text)
    blocks = asides_joined(blocks_of(source.text, found.start, found.end))
    title_page = None
    warnings: list[str] = []
    if labels := labels_of(blocks):
        items = list(_script(source.text, blocks, labels, cast))
    else:
        page = _page(source.text, found, blocks)
        title_page = page.title_page
        items = list(_prose(page))
        warnings += untold(source, blocks, _SCRIPT_CURE)
    left_out = [item for item, _ in items if isinstance(item, Omission)]
    return Book(
        source,
        title=title_page.title if title_page else found.title,
        authors=title_page.authors if title_page else found.authors,
        language=found.language,
        chapters=chapters(items),
        left_out=tuple(sorted((*found.left_out, *left_out), key=lambda run: run.start)),
        warnings=few_warnings(warnings),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A text on its way through the reader, and what is known of it as a whole."""

    text: str
    blocks: list[Block]
    columns: int
    """Where it is wrapped."""
    contents: Contents
    titles: Mapping[int, str]
    """By the index of a block that is a chapter's number, the title alone in the next one."""
    letters: frozenset[str]
    """Those that stand in it as marks of notes do."""
    notes: frozenset[str]
    """The labels of its notes."""
    title: str
    """Its title, folded, or ""."""
    front_stop: int
    """Index of the first block after a publisher's title page; 0 without one."""
    title_page: TitlePage | None
    """A title and its authors that an author wrote before all else."""


def _page(text: str, found: Edition, blocks: list[Block]) -> _Page:
    contents = find_contents(blocks)
    letters = marking_letters(text)
    openings = (n for n, block in enumerate(blocks) if _opens_chapter(block, contents.titles))
    opening = next(openings, 0)
    has_title_page = bool(found.left_out) or contents.stop > 0
    first = min(opening, contents.first) if contents.stop else opening
    return _Page(
        text,
        blocks,
        wrap_columns(blocks),
        contents,
        dict(_titles(blocks)),
        letters,
        note_labels(blocks, letters),
        folded(found.title or ""),
        opening if has_title_page else 0,
        None if found.left_out else find_title_page(blocks, first),
    )


def _titles(blocks: list[Block]) -> Iterator[tuple[int, str]]:
    """The index of each chapter's number with a title alone below it, and the title."""
    for n, (above, below) in enumerate(pairwise(blocks)):
        is_number = len(above) == 1 and is_bare_chapter_line(above[0].text)
        if is_number and len(below) == 1 and is_title_line(below[0].text):
            yield n, below[0].text.strip("_")


def _prose(page: _Page) -> Iterator[Titled]:
    """All that a text holds that is no script."""
    for n, block in enumerate(page.blocks):
        if page.contents.first <= n < page.contents.stop:
            yield from _by_line(page, block, Kind.NARRATION, Role.CONTENTS)
        elif page.title_page and n < page.title_page.stop:
            yield from _by_line(page, block, Kind.HEADING)
        elif found := aside(page.text, block, page.letters):
            yield from ((omission, None) for omission in found.left_out)
            yield from _said(page, found.start, found.end, role=found.role)
        elif n < page.front_stop and _is_of_title_page(page, block):
            is_title = folded(" ".join(line.text for line in block)) == page.title
            kind, role = (Kind.HEADING, Role.BODY) if is_title else (Kind.NARRATION, Role.FRONT)
            yield from _said(page, block[0].start, block[-1].end, kind, role)
        elif _heads_notes(page, n):
            yield from _by_line(page, block, Kind.HEADING, Role.NOTES)
        elif n - 1 in page.titles:
            yield from _by_line(page, block, Kind.HEADING)
        else:
            yield from _story(page, block, page.titles.get(n, ""))


def _heads_notes(page: _Page, n: int) -> bool:
    """Whether a block is a heading such as "Footnotes:", with a note right below it."""
    (line, *more), below = page.blocks[n], page.blocks[n + 1 : n + 2]
    if more or not below or role_of_title(line.text) is not Role.NOTES:
        return False
    note = aside(page.text, below[0], page.letters)
    return note is not None and note.role is Role.NOTES


def _story(page: _Page, block: Block, title: str) -> Iterator[Titled]:
    """A block of the story itself; the title is that of a chapter whose number it is."""
    for is_mark, grouped in groupby(block, key=lambda line: is_break(line.text)):
        lines = tuple(grouped)
        if is_mark:
            yield from ((Cue("break", line.start, line.end), None) for line in lines)
        elif _opens_chapter(lines, page.contents.titles):
            yield from _heading(page, lines, title)
        elif is_verse(lines, page.columns):
            yield from _by_line(page, lines, Kind.VERSE)
        else:
            for part in parts_of_block(lines, page.columns):
                if len(part) < len(lines) and _opens_chapter(part, page.contents.titles):
                    yield from _heading(page, part)
                else:
                    yield from _said(page, part[0].start, part[-1].end)


def _heading(page: _Page, lines: Block, title: str = "") -> Iterator[Titled]:
    for item, name in _said(page, lines[0].start, lines[-1].end, Kind.HEADING, opens=True):
        yield item, f"{name.rstrip('.:')}: {title}" if name and title else name


def _by_line(page: _Page, block: Block, kind: Kind, role: Role = Role.BODY) -> Iterator[Titled]:
    """A paragraph for each line, all but the last going on."""
    for line in block:
        yield from _said(page, line.start, line.end, kind, role, goes_on=line is not block[-1])


def _said(
    page: _Page,
    start: int,
    end: int,
    kind: Kind = Kind.NARRATION,
    role: Role = Role.BODY,
    *,
    goes_on: bool = False,
    opens: bool = False,
) -> Iterator[Titled]:
    """A stretch of text as a paragraph, and the marks that are left out of it."""
    runs, left_out = without_marks(page.text, start, end, page.notes)
    yield from ((omission, None) for omission in left_out)
    if made := paragraph(runs, kind):
        yield replace(made, role=role, goes_on=goes_on), made.text if opens else None


def _opens_chapter(block: Block, titles: Collection[str]) -> bool:
    first, *rest = block
    if not rest and (is_chapter_line(first.text) or is_numeral(first.text)):
        return True
    if len(rest) == 1 and is_chapter_line(first.text) and len(rest[0].text) <= _MAX_TITLE:
        return True  # its title stands on the second line
    return len(block) <= 3 and folded(" ".join(line.text for line in block)) in titles


def _is_of_title_page(page: _Page, block: Block) -> bool:
    """Whether a block before the first chapter is no text to be read: a title, a printer."""
    if is_credit(block[0].text):
        return True
    return len(block) <= 8 and all(len(line.text) <= 0.75 * page.columns for line in block)


def _script(
    text: str, blocks: list[Block], labels: Collection[str], cast: Collection[str]
) -> Iterator[Titled]:
    """All that a script holds: each turn's lines are one paragraph."""
    for block in blocks:
        if _opens_chapter(block, ()):
            yield from _turn(text, block[0].start, block[-1].end, Kind.HEADING)
            continue
        for is_mark, grouped in groupby(block, key=lambda line: is_break(line.text)):
            lines = tuple(grouped)
            if is_mark:
                yield from ((Cue("break", line.start, line.end), None) for line in lines)
            else:
                yield from _turns(text, lines, labels, cast)


def _turns(
    text: str, block: Block, labels: Collection[str], cast: Collection[str]
) -> Iterator[Titled]:
    """A block's turns; lines before the first are narration."""
    speaker: str | None = None
    start = end = block[0].start
    for line in block:
        found = turn(line)
        if found and found.label.casefold() in labels:
            yield from _turn(text, start, end, Kind.NARRATION, speaker)
            name = display_name(found.label, cast)
            speaker = None if name == NARRATOR else name
            start = found.start
            yield Omission(line.start, found.head_end, "who speaks"), None
        end = line.end
    yield from _turn(text, start, end, Kind.NARRATION, speaker)


def _turn(
    text: str, start: int, end: int, kind: Kind, speaker: str | None = None
) -> Iterator[Titled]:
    if made := paragraph([(text[start:end], start)], kind, speaker):
        yield made, made.text if kind is Kind.HEADING else None
