"""Markdown: CommonMark with front matter, cues for music and names for who speaks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Omission, Paragraph, Source
from audiobook.script.assemble import Run, chapters, paragraph
from audiobook.script.encoding import decode
from audiobook.script.front import front_matter
from audiobook.script.markdown_inline import Passage, inline, make_parser
from audiobook.script.speakers import SpokenLine, spoken_line

__all__ = ["read"]

_Item: TypeAlias = Paragraph | Cue | Omission

_RAW = re.compile(r"\s*<(script|style|pre|textarea)\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*<!--")
_LEFT_OUT = {"fence": "code", "table_open": "a table"}
_LEAVES = {"inline", "html_block", "hr", *_LEFT_OUT}
_DEFINITION = re.compile(r"[\s>*+-]*\[")
_DEFINITION_WHY = "a link's address"
_NESTED_WHY = "nested too deeply"
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class _Page:
    """A story on its way through the reader."""

    source: Source
    lines: list[tuple[int, int]]
    """Start and end of each line after the front matter, as offsets in the source."""
    cast: Collection[str]
    parser: MarkdownIt
    env: dict[str, Any]
    """What markdown-it keeps about the document: its link definitions."""


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a story in Markdown.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names that a line may begin with, and a colon, to say who speaks.

    Raises:
        StoryError: it is no text, or its front matter, a comment or a script never ends.
        UnknownNameError: a line names a speaker who is not in the cast.
    """
    source = Source(name, decode(data, name))
    front = front_matter(source.text, name)
    start = front.end if front else 0
    lines = [line.span(1) for line in _LINE.finditer(source.text, start)]
    page = _Page(source, lines, cast, make_parser(), {})
    found = list(_items(page, page.parser.parse(source.text[start:], page.env)))
    left_out = [item for item, _ in found if isinstance(item, Omission)]
    if front:
        left_out.append(Omission(0, start, "front matter"))
    title, chapter_level = _title_and_level(found)
    return Book(
        source,
        title=title,
        authors=(),
        language=None,
        chapters=chapters(
            (item, level == chapter_level)
            for item, level in found
            if not isinstance(item, Omission)
        ),
        left_out=tuple(sorted(left_out, key=lambda omission: omission.start)),
        front_matter=front.yaml if front else "",
    )


def _title_and_level(found: list[tuple[_Item, int]]) -> tuple[str | None, int]:
    """The book's title, and the level of the headings that open chapters (-1: there are none).

    The only heading of the highest level, before all others, is the title of the book; where
    there are others, they are the chapters.
    """
    headings = [(level, item) for item, level in found if level]
    levels = [level for level, _ in headings]
    if not headings:
        return None, -1
    top, title = headings[0]
    if not isinstance(title, Paragraph) or top > min(levels) or levels.count(top) > 1:
        return None, min(levels)
    return title.text, min(levels[1:], default=top)


def _items(page: _Page, tokens: list[Token]) -> Iterator[tuple[_Item, int]]:
    """All that the story holds, each with the level of the heading that it is, or 0."""
    covered = bytearray(len(page.lines))
    numbers = _numbers(page, tokens)
    for n, (before, token) in enumerate(pairwise([Token("", "", 0), *tokens])):
        if n in numbers:
            yield numbers[n], 0
        if token.map and token.type in _LEAVES:
            covered[slice(*token.map)] = b"\1" * (token.map[1] - token.map[0])
        if token.type == "inline" and before.type == "heading_open":
            level = int(before.tag[1]) if before.level == 0 else 0
            for item in _spoken(page, token, Kind.HEADING):
                yield item, level
                level = 0 if isinstance(item, Paragraph) else level
        else:
            yield from ((item, 0) for item in _block(page, token, before))
    yield from ((omission, 0) for omission in _uncovered(page, covered))


def _block(page: _Page, token: Token, before: Token) -> Iterator[_Item]:
    if token.type == "inline" and before.type == "paragraph_open":
        yield from _spoken(page, token)
    elif token.type == "html_block":
        yield from _html(page, token)
    elif token.type == "hr":
        yield Cue("break", *_extent(page, token))
    elif token.type in _LEFT_OUT:
        yield Omission(*_extent(page, token), _LEFT_OUT[token.type])


def _numbers(page: _Page, tokens: list[Token]) -> dict[int, Paragraph]:
    """By the index of its token, the number of each list item that is more than a marker.

    CommonMark takes "1912. A good year." for an item of a list. A number that counts its list's
    items, or is 1 on every one, is markup; any other is read out.
    """
    numbers: dict[int, Paragraph] = {}
    counts: list[int] = []
    end = 0
    for n, token in enumerate(tokens):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            counts.append(0)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            counts.pop()
        elif token.type == "list_item_open" and token.info and token.map:
            counts[-1] += 1
            if int(token.info) in (1, counts[-1]):
                continue
            number = token.info + token.markup
            at = page.source.text.index(number, max(end, page.lines[token.map[0]][0]))
            end = at + len(number)
            numbers[n] = Paragraph(number, ((0, at),), end, goes_on=True)
    return numbers


def _html(page: _Page, token: Token) -> Iterator[_Item]:
    """What stands between the tags is text like any other, but for what browsers do not render.

    A block whose end is missing goes on to the end of the story: that is never what was meant.
    """
    start, stop = _extent(page, token)
    raw = _RAW.match(token.content)
    mark, end = (f"<{raw[1]}>", f"</{raw[1]}>") if raw else ("<!--", "-->")
    if (raw or _COMMENT.match(token.content)) and end.lower() not in token.content.lower():
        where = page.source.where(start)
        raise StoryError(f"{mark} never ends", where=where, hint=f"close it with {end}")
    if raw:
        yield Omission(start, stop, "HTML")
    else:
        yield from _spoken(page, token)


def _spoken(page: _Page, token: Token, kind: Kind = Kind.NARRATION) -> Iterator[_Item]:
    """A block's paragraphs: one, unless cues part it."""
    items = []
    for speaker, piece in _parted(page, _passage(page, token), kind):
        item = paragraph(piece, kind, speaker) if isinstance(piece, list) else piece
        if item:
            items.append(item)
    last = max((n for n, item in enumerate(items) if isinstance(item, Paragraph)), default=0)
    for n, item in enumerate(items):
        yield replace(item, goes_on=True) if isinstance(item, Paragraph) and n < last else item


def _parted(
    page: _Page, passage: Passage, kind: Kind
) -> Iterator[tuple[str | None, list[Run] | Cue | Omission]]:
    """A passage's runs gathered up to where a cue stands or another speaker's line begins."""
    cast = page.cast if kind is Kind.NARRATION else ()
    starts = [offset for _, offset in passage.lines]
    runs: list[Run] = []
    current: int | None = None
    cue = SpokenLine(0, 0, None)
    for piece in inline(page.parser, passage, page.env):
        if not isinstance(piece, tuple):
            if isinstance(piece, Cue):
                yield cue.speaker, runs
                runs = []
            yield None, piece
            continue
        text, offset = piece
        n_line = max(0, bisect_right(starts, offset) - 1)
        if n_line != current:
            before, current = cue, n_line
            cue = spoken_line(page.source, starts[n_line], passage.line(n_line), cast)
            if cue.speaker or before.speaker:
                yield before.speaker, runs
                runs = []
        skip = max(0, cue.text_start - offset)
        runs.append((text[skip:], offset + skip))
    yield cue.speaker, runs


def _passage(page: _Page, token: Token) -> Passage:
    """Where in the source the lines of a block's content stand: each is the end of one there."""
    first, stop = token.map or (0, 1)
    content = token.content.rstrip()
    anchors = []
    index, n_line = 0, first
    for line in content.split("\n"):
        text = line.strip()
        while (offset := _ending_offset(page, n_line, text)) is None and n_line < stop - 1:
            n_line += 1
        anchors.append((index + len(line) - len(line.lstrip()), offset or page.lines[n_line][0]))
        index += len(line) + 1
        n_line = min(n_line + 1, stop - 1)
    return Passage(page.source, content, tuple(anchors))


def _ending_offset(page: _Page, n_line: int, text: str) -> int | None:
    """Offset of a text that ends a line, but for white space and a heading's closing marks."""
    start, stop = page.lines[n_line]
    line = page.source.text[start:stop].rstrip()
    for end in (line, line.rstrip("#").rstrip()):
        if end.endswith(text):
            return start + len(end) - len(text)
    return None


def _extent(page: _Page, token: Token) -> tuple[int, int]:
    return _stripped(page, *(token.map or (0, 1)))


def _stripped(page: _Page, first: int, stop: int) -> tuple[int, int]:
    """Offsets of lines without the white space around them."""
    start, end = page.lines[first][0], page.lines[stop - 1][1]
    text = page.source.text[start:end]
    return start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def _uncovered(page: _Page, covered: bytearray) -> Iterator[Omission]:
    """Lines that the parser made nothing of: definitions of links, quotes nested too deeply."""
    for is_covered, lines in groupby(range(len(covered)), lambda n: covered[n]):
        first, *rest = lines
        start, end = _stripped(page, first, first + len(rest) + 1)
        text = page.source.text[start:end]
        if not is_covered and re.search(r"\w", text):
            why = _DEFINITION_WHY if _DEFINITION.match(text) else _NESTED_WHY
            yield Omission(start, end, why)
