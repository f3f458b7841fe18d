"""Fountain, the plain text form of screenplays and audio drama (https://fountain.io/syntax)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import TypeAlias

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Omission, Paragraph, Source
from audiobook.script.assemble import chapters, paragraph
from audiobook.script.encoding import decode
from audiobook.script.plain.lines import ANY_LINE, Line
from audiobook.script.plain.transcript import display_name
from audiobook.script.stretches import between
from audiobook.show import NARRATOR

__all__ = ["read"]


class _Sort(Enum):
    """What a line of a screenplay is; the value says why it is left out, where it is."""

    BLANK = ""
    SECTION = "section"
    SCENE = "scene"
    ACTION = "action"
    CUE = "who speaks"
    PARENTHETICAL = "parenthetical"
    SPEECH = "speech"
    LYRIC = "lyric"
    TRANSITION = "a transition"
    SYNOPSIS = "a synopsis"
    PAGE = "a page break"


@dataclass(frozen=True, slots=True)
class _Element:
    """A line and what it is."""

    sort: _Sort
    line: Line
    start: int
    """Offset of what is spoken of it."""
    end: int
    """Offset just past that."""
    speaker: str | None = None


_Item: TypeAlias = Paragraph | Cue | Omission

_KEY = re.compile(r"([A-Za-z][\w ]{0,30}):[ \t]*(.*)")
_BONEYARD = "/*"
_HIDDEN = re.compile(r"/\*(?:.*?\*/)?|\[\[(?:(?!\[\[).)*?\]\]", re.DOTALL)
_HIDDEN_WHY = {"/": "cut by the author", "[": "the author’s note"}

_SCENE = re.compile(r"(?:INT|EXT|EST|INT\.?/EXT|EXT\.?/INT|I\.?/E)[. ]", re.IGNORECASE)
_NUMBER = r"(?:(?:(?<![ \t])[ \t]+)?#[\w.-]+#)?"
_FORCED = (
    (_Sort.LYRIC, re.compile(r"~(?P<said>.*)")),
    (_Sort.ACTION, re.compile(r"!(?P<said>.*)")),
    (_Sort.SECTION, re.compile(r"#{1,6}[ \t]*(?P<said>[^\s#].*)")),
    (_Sort.PAGE, re.compile(r"(?P<said>===.*)")),
    (_Sort.SYNOPSIS, re.compile(r"(?P<said>=.*)")),
    (_Sort.ACTION, re.compile(r">(?P<said>.*)<")),  # centred
    (_Sort.TRANSITION, re.compile(r"(?P<said>>.*)")),
    (_Sort.SCENE, re.compile(rf"\.(?P<said>[^.].*?){_NUMBER}")),
)
_AFTER_BLANK = ((_Sort.SCENE, re.compile(rf"(?P<said>(?i:{_SCENE.pattern}).*?){_NUMBER}")),)
_ALONE = ((_Sort.TRANSITION, re.compile(r"(?P<said>[^a-z]*TO:|FADE (?:IN|OUT|TO BLACK)[:.]?)")),)
"""What a line is by its form: anywhere, after a blank line, and between two of them."""
_CUE = re.compile(r"@?(?P<name>[^()^]*[^()^\s])[ \t]*(?:\([^()]*\)[ \t]*)*\^?")
_MARKS = re.compile(
    r"\\(?=[*_\\@!.>~#=\[])"
    r"|(?<!\\)(?P<emphasis>\*{1,3}|_)(?=\S)(?P<inner>(?:\\.|(?!(?P=emphasis))[^\\]){1,500}?)"
    r"(?<=[^\s\\])(?P=emphasis)",
    re.DOTALL,
)


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a screenplay in Fountain.

    Characters' cues name who speaks, parentheticals, action and scene headings are the narrator's;
    of dual dialogue, one speaks after the other. Notes, boneyards, synopses and transitions are
    left out. Sections are chapters; where there are none, scenes are.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names of those who speak in it, for their spelling; others may speak, too.

    Raises:
        StoryError: it is no text, or what the author cut never ends.
    """
    source = Source(name, decode(data, name))
    start, fields = _title_page(source.text)
    hidden = list(_hidden(source, start))
    text = _blanked(source.text, hidden)
    elements = list(_elements(_lines(text, start), cast))
    openings = _openings(elements)
    found = [
        (
            item,
            item.text if isinstance(item, Paragraph) and group[0].line.start in openings else None,
        )
        for group in _grouped(elements)
        for item in _items(text, group, hidden)
    ]
    left_out = [item for item, _ in found if isinstance(item, Omission)]
    title_page = source.text[:start].strip()
    if title_page:
        at = source.text.index(title_page)
        left_out.append(Omission(at, at + len(title_page), "the title page"))
    return Book(
        source,
        title=fields.get("title"),
        authors=_authors(fields),
        language=fields.get("language"),
        chapters=chapters(found),
        left_out=tuple(sorted((*left_out, *hidden), key=lambda run: run.start)),
    )


def _title_page(text: str) -> tuple[int, dict[str, str]]:
    """The offset at which the screenplay begins, and the title page's fields, keys in lower case.

    A title page begins on the first line with a key and ends at the first blank one.
    """
    fields: dict[str, list[str]] = {}
    key, at = "", 0
    for match in ANY_LINE.finditer(text):
        line = match[1]
        at = match.start()
        if not line.strip():
            break
        found = _KEY.fullmatch(line)
        if found:
            key = found[1].strip().lower()
            fields.setdefault(key, []).extend(filter(None, [_plain(found[2])]))
        elif key and line[0] in " \t":
            fields[key].append(_plain(line))
        else:
            return 0, {}
        at = match.end()
    return (at, {key: " ".join(values) for key, values in fields.items()}) if fields else (0, {})


def _authors(fields: dict[str, str]) -> tuple[str, ...]:
    named = fields.get("authors") or fields.get("author") or ""
    return tuple(filter(None, (name.strip() for name in re.split(r"[,&;]| and ", named))))


def _plain(text: str) -> str:
    return re.sub(r"[*_]{1,3}", "", text).strip()


def _hidden(source: Source, start: int) -> Iterator[Omission]:
    for found in _HIDDEN.finditer(source.text, start):
        if found.group() == _BONEYARD:
            raise StoryError(
                "what /* cuts never ends",
                where=source.where(found.start()),
                hint=r"close it with */, or write /\* to have it spoken",
            )
        yield Omission(*found.span(), _HIDDEN_WHY[found.group()[0]])


def _blanked(text: str, hidden: list[Omission]) -> str:
    """The text with spaces in place of what is hidden, so that all offsets stay."""
    parts: list[str] = []
    at = 0
    for run in hidden:
        parts += text[at : run.start], re.sub(r"[^\r\n]", " ", text[run.start : run.end])
        at = run.end
    return "".join([*parts, text[at:]])


def _lines(text: str, start: int) -> list[Line]:
    """All lines, blank ones too, the last one blank."""
    lines = []
    for match in ANY_LINE.finditer(text, start):
        indent = len(match[1]) - len(match[1].lstrip())
        lines.append(Line(match[1].strip(), match.start() + indent, indent))
    return lines


def _elements(lines: list[Line], cast: Collection[str]) -> Iterator[_Element]:
    """What each line is, by its form and what stands before and after it."""
    speaker: str | None = None
    in_dialogue = False
    blank = Line("", 0, 0)
    for before, line, after in zip([blank, *lines], lines, [*lines[1:], blank], strict=False):
        if not line.text:
            # Two spaces on a line that is blank otherwise keep the speech going.
            in_dialogue = in_dialogue and line.indent >= 2
            if not in_dialogue:
                yield _Element(_Sort.BLANK, line, line.start, line.end)
            continue
        if not in_dialogue and _is_cue(before, line, after):
            name = display_name(_cue_name(line), cast)
            speaker, in_dialogue = (None if name == NARRATOR else name), True
            yield _Element(_Sort.CUE, line, line.start, line.end)
        else:
            element = _element(line, bool(before.text), bool(after.text), in_dialogue)
            spoken = in_dialogue and element.sort in (_Sort.SPEECH, _Sort.LYRIC)
            yield replace(element, speaker=speaker) if spoken else element


def _element(line: Line, follows: bool, goes_on: bool, in_dialogue: bool) -> _Element:
    """A line that is no character's cue.

    Args:
        line: the line, not blank.
        follows: whether there is another right before it.
        goes_on: whether there is another right after it.
        in_dialogue: whether it stands under a cue.
    """
    if in_dialogue and not line.text.startswith("~"):
        parenthetical = line.text.startswith("(") and line.text.endswith(")")
        sort = _Sort.PARENTHETICAL if parenthetical else _Sort.SPEECH
        return _Element(sort, line, line.start, line.end)
    after_blank = () if follows else _AFTER_BLANK
    alone = () if follows or goes_on else _ALONE
    for sort, pattern in (*_FORCED, *after_blank, *alone):
        if found := pattern.fullmatch(line.text):
            start, end = found.span("said")
            return _Element(sort, line, line.start + start, line.start + end)
    return _Element(_Sort.ACTION, line, line.start, line.end)


def _is_cue(before: Line, line: Line, after: Line) -> bool:
    if before.text or not after.text:
        return False
    if line.text.startswith("@"):
        return len(line.text) > 1
    found = _CUE.fullmatch(line.text)
    if not found or line.text[0] in "!.>~=#" or _SCENE.match(line.text):
        return False
    return found["name"].isupper() and not line.text.endswith("TO:")


def _cue_name(line: Line) -> str:
    found = _CUE.fullmatch(line.text)
    return found["name"].lstrip("@ \t") if found else line.text.lstrip("@ \t")


def _openings(elements: list[_Element]) -> frozenset[int]:
    """Offsets of the lines that open chapters.

    They are the sections of the highest level of which there are several, else of the highest;
    in a screenplay without sections, the scene headings.
    """
    levels = {
        element.line.start: len(element.line.text) - len(element.line.text.lstrip("#"))
        for element in elements
        if element.sort is _Sort.SECTION
    }
    if not levels:
        return frozenset(e.line.start for e in elements if e.sort is _Sort.SCENE)
    counts = Counter(levels.values())
    level = min((each for each in counts if counts[each] > 1), default=min(counts))
    return frozenset(start for start, each in levels.items() if each == level)


def _grouped(elements: list[_Element]) -> Iterator[list[_Element]]:
    """Lines of speech, or of action, that follow each other are a group; any other is its own."""
    for joins, group in groupby(elements, key=_joined_sort):
        if joins is not None:
            yield list(group)
        else:
            yield from ([element] for element in group if element.sort is not _Sort.BLANK)


def _joined_sort(element: _Element) -> _Sort | None:
    """What a line is, if it goes on as the next one; None where it stands for itself."""
    is_whole = (element.start, element.end) == (element.line.start, element.line.end)
    return element.sort if is_whole and element.sort in (_Sort.SPEECH, _Sort.ACTION) else None


_KINDS = {
    _Sort.SECTION: Kind.HEADING,
    _Sort.SCENE: Kind.HEADING,
    _Sort.LYRIC: Kind.VERSE,
}
_NOT_SPOKEN = (_Sort.CUE, _Sort.TRANSITION, _Sort.SYNOPSIS, _Sort.PAGE)


def _items(text: str, group: list[_Element], hidden: list[Omission]) -> Iterator[_Item]:
    """What a group of lines gives: a paragraph, and the marks around and within it.

    Args:
        text: the screenplay, with spaces in place of what is hidden.
        group: the lines.
        hidden: what is hidden, in order.
    """
    first, last = group[0], group[-1]
    if first.sort in _NOT_SPOKEN:
        yield from _left_out(first.line.start, first.line.end, first.sort.value, hidden)
        return
    for element in group:
        for start, end in ((element.line.start, element.start), (element.end, element.line.end)):
            yield from _left_out(start, end, "a mark", hidden)
    marks = list(_emphasis(text, first.start, last.end))
    yield from marks
    inside = (*marks, *_within(hidden, first.start, last.end))
    cuts = sorted(inside, key=lambda run: run.start)
    runs = [(text[a:b], a) for a, b in between(first.start, last.end, cuts)]
    if made := paragraph(runs, _KINDS.get(first.sort, Kind.NARRATION), first.speaker):
        yield made


def _left_out(start: int, end: int, why: str, hidden: list[Omission]) -> Iterator[Omission]:
    """A stretch as left out, but for what of it is left out as hidden already."""
    for a, b in between(start, end, _within(hidden, start, end)):
        yield Omission(a, b, why)


def _within(hidden: list[Omission], start: int, end: int) -> list[Omission]:
    """What of a stretch is hidden."""
    first = bisect_right(hidden, start, key=lambda run: run.end)
    return hidden[first : bisect_left(hidden, end, key=lambda run: run.start)]


def _emphasis(text: str, start: int, end: int) -> Iterator[Omission]:
    for mark in _MARKS.finditer(text, start, end):
        if not mark["emphasis"]:
            yield Omission(*mark.span(), "a mark")
            continue
        inner_start, inner_end = mark.span("inner")
        yield Omission(mark.start(), inner_start, "a mark of emphasis")
        yield from _emphasis(text, inner_start, inner_end)
        yield Omission(inner_end, mark.end(), "a mark of emphasis")
