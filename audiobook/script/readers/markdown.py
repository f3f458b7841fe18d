"""Markdown: CommonMark with front matter, cues for music and names for who speaks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TypeGuard

from markdown_it.token import Token

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Omission, Paragraph, Role, Source
from audiobook.script.assemble import Titled, chapters, title_and_chapters
from audiobook.script.documents.limits import few_warnings
from audiobook.script.documents.semantics import role_of_title
from audiobook.script.encoding import decode
from audiobook.script.notation.annotations import PauseMark, Place, attributes_at, duration_ms
from audiobook.script.notation.footnotes import LABEL, LABEL_WHY
from audiobook.script.notation.front import front_matter, is_script_file
from audiobook.script.notation.markdown_block import Item, Page, paragraphs
from audiobook.script.notation.markdown_inline import Passage, make_parser
from audiobook.script.notation.slips import unplayed
from audiobook.script.plain.lines import ANY_LINE, blocks_of
from audiobook.script.plain.transcript import untold
from audiobook.script.stretches import between, stripped

__all__ = ["read"]

_HEADING_SETTINGS = ("pause", "title", "spoken")
_CHAPTER_SETTINGS = {"title", "spoken"}
_BLANK = " \t"
"""What Markdown takes from the beginning of a line (CommonMark 0.31, section 4.8)."""
_BRACE = re.compile(r"(?<!\S)\{")
_RAW = re.compile(r"\s*<(script|style|pre|textarea)\b", re.IGNORECASE)
_COMMENT = re.compile(r"\s*<!--")
_LEAVES = {"inline", "html_block", "hr", "fence", "table_open"}
_DEFINITION = re.compile(r"[\s>*+-]*\[")
_DEFINITION_WHY = "a link's address"
_CAST_CURE = "names are told from text where the front matter has them under cast:"
_NESTED_WHY = "nested too deeply"


@dataclass(frozen=True, slots=True)
class _Heading:
    """What a heading says beside its text."""

    level: int
    """1 to 6; 0 within a quote or a list."""
    title: str
    """What a player shows, where it opens a chapter."""
    start: int
    """Offset of its text in the source."""
    settings: frozenset[str]
    """The names of the settings that it has."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An item of the story; the first one of a heading with what it says."""

    item: Item
    heading: _Heading | None = None


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a story in Markdown, or a script file: see docs/script-format.md.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names that a line may begin with, and a colon, to say who speaks; of a mapping,
            each stands for the name that it leads to.

    Raises:
        StoryError: it is no text, its front matter, a comment, a script or code never ends, or a
            mark in it cannot be read.
        UnknownNameError: a line names a speaker who is not in the cast, or a mark has a name or
            a setting that there is not.
    """
    source = Source(name, decode(data, name))
    front = front_matter(source.text, name)
    start = front.end if front else 0
    in_script = front is not None and is_script_file(front, name)
    lines = [line.span(1) for line in ANY_LINE.finditer(source.text, start)]
    page = Page(source, lines, cast, in_script, make_parser(), {})
    tokens = page.parser.parse(source.text[start:] + "\n", page.env)  # the last line ends, too
    found = list(_items(page, tokens))
    left_out = [one.item for one in found if isinstance(one.item, Omission)]
    if front:
        left_out.append(Omission(0, start, "front matter"))
    headings = [one.heading for one in found if one.heading and one.heading.level]
    levels = [heading.level for heading in headings]
    has_title, chapter_level = (False, 1) if in_script else title_and_chapters(levels)
    heard = _with_headed_notes(_paused(source, found))
    return Book(
        source,
        title=headings[0].title if has_title else None,
        authors=(),
        language=None,
        chapters=chapters(_titled(heard, chapter_level, source)),
        left_out=tuple(sorted(left_out, key=lambda omission: omission.start)),
        front_matter=front.yaml if front else "",
        warnings=few_warnings(_doubts(page, start, [one.item for one in found])),
    )


def _doubts(page: Page, start: int, items: Collection[Item]) -> Iterator[str]:
    """A line for all that may have been meant otherwise than it is read."""
    yield from unplayed(page.source, items)
    is_cued = any(isinstance(item, Paragraph) and item.speaker is not None for item in items)
    if not is_cued and not page.in_script:
        text = page.source.text
        yield from untold(page.source, blocks_of(text, start, len(text)), _CAST_CURE)


def _paused(source: Source, found: list[_Found]) -> list[_Found]:
    """What is heard, and each pause that stands first in its block given to what is before it."""
    heard: list[_Found] = []
    last = 0  # index of the last that is not of a note
    for one in found:
        before = heard[last].item if heard else None
        if not isinstance(one.item, PauseMark):
            if one.heading or not isinstance(one.item, Omission):
                heard.append(one)
                last = last if _is_note(one.item) else len(heard) - 1
        elif isinstance(before, Paragraph) and before.pause_ms is None:
            heard[last] = replace(heard[last], item=replace(before, pause_ms=one.item.ms))
        else:
            raise StoryError(
                "this pause has nothing before it",
                where=source.where(one.item.start),
                hint="put one pause after what is spoken, before any music or scene break",
            )
    return heard


def _with_headed_notes(heard: list[_Found]) -> list[_Found]:
    """What is heard, a heading such as "Notes" over nothing but notes as one of them."""
    headed: list[_Found] = []
    has_notes, after = False, None
    for one in reversed(heard):
        item = one.item
        if _is_note(item):
            has_notes = True
        elif (
            has_notes
            and (after is None or _is_heading(after))
            and _is_heading(item)
            and role_of_title(item.text) is Role.NOTES
        ):
            one = replace(one, item=replace(item, role=Role.NOTES))  # noqa: PLW2901
        else:
            has_notes, after = False, item
        headed.append(one)
    return headed[::-1]


def _titled(found: list[_Found], level: int, source: Source) -> Iterator[Titled]:
    """What is heard, headings of a level with the titles of the chapters that they open."""
    for one in found:
        title = None
        if one.heading and one.heading.level == level:
            title = one.heading.title
        elif one.heading and one.heading.settings & _CHAPTER_SETTINGS:
            raise StoryError(
                "this heading opens no chapter, so it has no title of its own",
                where=source.where(one.heading.start),
                hint="leave out title= and spoken=",
            )
        if not isinstance(one.item, PauseMark):
            yield one.item, title


def _items(page: Page, tokens: list[Token]) -> Iterator[_Found]:
    """All that the story holds."""
    covered = bytearray(len(page.lines))
    numbers, labels = _numbers(page, tokens), _labels(page, tokens)
    n_open = 0
    for n, (before, token) in enumerate(pairwise([Token("", "", 0), *tokens])):
        n_open += token.nesting if token.type in ("note_open", "note_close") else 0
        found = [_Found(items[n]) for items in (numbers, labels) if n in items]
        if token.map and token.type in _LEAVES:
            covered[slice(*token.map)] = b"\1" * (token.map[1] - token.map[0])
        if token.type == "inline" and before.type == "heading_open":
            found += _heading(page, token, int(before.tag[1]) if before.level == 0 else 0)
        else:
            found += map(_Found, _block(page, token, before))
        yield from _of_note(found) if n_open else found
    read_out = [Omission(one.source_offset(0), one.end, "a number") for one in numbers.values()]
    apart = sorted((*read_out, *labels.values()), key=lambda omission: omission.start)
    yield from map(_Found, _uncovered(page, covered, apart))


def _of_note(found: Iterable[_Found]) -> Iterator[_Found]:
    """What is found in a footnote; no music is heard there, and no pause set for the story."""
    for one in found:
        if isinstance(one.item, Paragraph):
            yield _Found(replace(one.item, role=Role.NOTES))
        elif isinstance(one.item, Cue):
            yield _Found(Omission(one.item.start, one.item.end, Role.NOTES.value))
        elif isinstance(one.item, Omission):
            yield _Found(one.item)


def _is_note(item: Item) -> bool:
    return isinstance(item, Paragraph) and item.role is Role.NOTES


def _is_heading(item: Item) -> TypeGuard[Paragraph]:
    return isinstance(item, Paragraph) and item.kind is Kind.HEADING


def _heading(page: Page, token: Token, level: int) -> Iterator[_Found]:
    """A heading's items, the first paragraph with what its settings say."""
    passage, settings, omissions = _with_settings(_passage(page, token))
    items = paragraphs(page, passage, Kind.HEADING)
    texts = [item for item in items if isinstance(item, Paragraph)]
    title = settings.get("title") or (texts[0].text if texts else "")
    heading = _Heading(level, title, passage.offset(0), frozenset(settings))
    for item in items:
        if isinstance(item, Paragraph):
            says = heading if item is texts[0] else None
            yield _Found(_as_set(item, settings), says)
        else:
            yield _Found(item)
    yield from map(_Found, omissions)


def _as_set(text: Paragraph, settings: Mapping[str, str]) -> Item:
    """A heading's text as its settings want it."""
    if settings.get("spoken") == "no":
        return Omission(text.source_offset(0), text.end, "a heading that is not spoken")
    if "pause" not in settings or text.goes_on:
        return text
    return replace(text, pause_ms=duration_ms(settings["pause"]))


def _with_settings(passage: Passage) -> tuple[Passage, Mapping[str, str], list[Omission]]:
    """A heading without the settings in curly brackets at its end, and those."""
    content = passage.content
    for brace in _BRACE.finditer(content):
        at = brace.start()
        found = attributes_at(content, at, _HEADING_SETTINGS, passage.where)
        if found is None or found.end < len(content):
            continue
        _check_settings(found.values, passage.where, at)
        omission = Omission(*passage.span(at, found.end), "a heading's settings")
        return replace(passage, content=content[:at].rstrip()), found.values, [omission]
    return passage, {}, []


def _check_settings(settings: Mapping[str, str], place: Place, at: int) -> None:
    if "pause" in settings:
        duration_ms(settings["pause"], place, at)
    if settings.get("spoken", "no") not in ("yes", "no"):
        raise StoryError("spoken is yes or no", where=place(at), hint="write spoken=no")
    if settings.get("spoken") == "no" and "pause" in settings:
        raise StoryError("a heading that is not spoken has no pause", where=place(at))


def _block(page: Page, token: Token, before: Token) -> Iterator[Item]:
    if token.type == "inline" and before.type == "paragraph_open":
        yield from paragraphs(page, _passage(page, token), Kind.NARRATION)
    elif token.type == "html_block":
        yield from _html(page, token)
    elif token.type == "hr":
        yield Cue("break", *_extent(page, token))
    elif token.type == "fence":
        yield _fenced(page, token)
    elif token.type == "table_open":
        yield Omission(*_extent(page, token), "a table")


def _numbers(page: Page, tokens: list[Token]) -> dict[int, Paragraph]:
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


def _labels(page: Page, tokens: list[Token]) -> dict[int, Omission]:
    """By the index of its token, what stands before each footnote."""
    labels: dict[int, Omission] = {}
    for n, token in enumerate(tokens):
        if token.type == "note_open" and token.map:
            start = page.source.text.index(LABEL, page.lines[token.map[0]][0])
            labels[n] = Omission(start, start + len(token.content), LABEL_WHY)
    return labels


def _fenced(page: Page, token: Token) -> Omission:
    """Code. Where its end is missing, it goes on to the end of the story, or of its quote or list.

    The parser does not tell whether it came by the end: that is a line beyond those of its content.
    """
    start, stop = _extent(page, token)
    first, past = token.map or (0, 1)
    if past - first < token.content.count("\n") + 2:
        raise StoryError(
            f"the code after {token.markup} never ends",
            where=page.source.where(start),
            hint=f"close it with {token.markup} on a line of its own, or put a backslash before it "
            "if it is no code",
        )
    return Omission(start, stop, "code")


def _html(page: Page, token: Token) -> Iterator[Item]:
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
        yield from paragraphs(page, _passage(page, token), Kind.NARRATION)


def _passage(page: Page, token: Token) -> Passage:
    """Where in the source the lines of a block's content stand: each is the end of one there."""
    first, stop = token.map or (0, 1)
    content = token.content.rstrip()
    anchors = []
    index, n_line = 0, first
    for line in content.split("\n"):
        text = line.lstrip(_BLANK)
        begin = index + len(line) - len(text)
        text = text.rstrip()
        while (offset := _ending_offset(page, n_line, text)) is None and n_line < stop - 1:
            n_line += 1
        anchors.append((begin, offset or page.lines[n_line][0]))
        index += len(line) + 1
        n_line = min(n_line + 1, stop - 1)
    return Passage(page.source, content, tuple(anchors))


def _ending_offset(page: Page, n_line: int, text: str) -> int | None:
    """Offset of a text that ends a line, but for white space and a heading's closing marks."""
    start, stop = page.lines[n_line]
    line = page.source.text[start:stop].rstrip()
    for end in (line, line.rstrip("#").rstrip()):
        if end.endswith(text):
            return start + len(end) - len(text)
    return None


def _extent(page: Page, token: Token) -> tuple[int, int]:
    return _extent_of_lines(page, *(token.map or (0, 1)))


def _extent_of_lines(page: Page, first: int, stop: int) -> tuple[int, int]:
    """Offsets of lines without the white space around them."""
    return stripped(page.source.text, page.lines[first][0], page.lines[stop - 1][1])


def _uncovered(page: Page, covered: bytearray, apart: Sequence[Omission]) -> Iterator[Omission]:
    """What the parser made nothing of: definitions of links, quotes nested too deeply.

    What stands apart is listed, or read out, already: the label of a note, and the number of an
    item of a list that is nested too deeply, or empty.
    """
    starts = [one.start for one in apart]
    for is_covered, lines in groupby(range(len(covered)), lambda n: covered[n]):
        first, *rest = lines
        start, end = _extent_of_lines(page, first, first + len(rest) + 1)
        if is_covered:
            continue
        within = slice(bisect_left(starts, start), bisect_left(starts, end))
        for part_start, part_end in between(start, end, apart[within]):
            text = page.source.text[part_start:part_end]
            if re.search(r"\w", text):
                why = _DEFINITION_WHY if _DEFINITION.match(text) else _NESTED_WHY
                yield Omission(part_start, part_end, why)
