"""What a Word document's styles and lists say of its paragraphs (ISO/IEC 29500-1, section 17)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from audiobook.script.documents.markup import attributes_of, local_name
from audiobook.script.numerals import MAX_ROMAN, roman_numeral

__all__ = [
    "Lists",
    "Style",
    "attribute",
    "child",
    "children",
    "outline_level",
    "read_lists",
    "read_styles",
    "value",
]

_HEADING = re.compile(r"heading (\d)")
_MAX_ANCESTRY = 20
_BODY_LEVEL = 9
_N_LEVELS = 9
_PLACE = re.compile(r"%(\d)")
_MAX_LABEL = 60


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children of that local name, in lower case; none of None."""
    if element is not None:
        yield from (each for each in element.iterchildren("*") if local_name(each) == name)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first of them."""
    return next(children(element, name), None)


def attribute(element: etree._Element | None, name: str) -> str:
    """An attribute, by its name without a namespace, or ""."""
    if element is None:
        return ""
    found = (each for key, each in attributes_of(element).items() if _bare(key) == name)
    return next(found, "")


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def value(element: etree._Element | None, name: str) -> str:
    """The `val` of a child, or ""."""
    return attribute(child(element, name), "val")


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph's style says of it."""

    name: str = ""
    """What Word calls it, in lower case; the same in every language for those that are its own."""
    level: int = 0
    """Of a heading: 1 for a title, 2 for "heading 1", 7 for a subtitle; else 0."""
    list_id: str = ""
    """The list whose numbers it bears, or ""."""
    list_level: int = 0
    """The level of that list, from 0."""


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """The paragraph styles of a document, by their id.

    Args:
        root: of its part ``styles.xml``; None where there is none.
    """
    elements = {attribute(each, "styleId"): each for each in children(root, "style")}
    return {name: _style(name, elements) for name in elements}


def _style(name: str, elements: dict[str, etree._Element]) -> Style:
    """A style with what it has from those it is based on."""
    ancestry: list[etree._Element] = []
    while name in elements and len(ancestry) < _MAX_ANCESTRY:
        ancestry.append(elements[name])
        name = value(elements[name], "basedon")
    own = value(ancestry[0], "name").lower()
    names = [value(each, "name").lower() for each in ancestry]
    properties = [child(each, "ppr") for each in ancestry]
    outline = next(filter(None, (value(each, "outlinelvl") for each in properties)), "")
    lists = [child(each, "numpr") for each in properties]
    list_id = next(filter(None, (value(each, "numid") for each in lists)), "")
    list_level = next(filter(None, (value(each, "ilvl") for each in lists)), "")
    return Style(own, _level(names, outline), list_id, _index(list_level) or 0)


def _level(names: list[str], outline: str) -> int:
    for name in names:
        if name == "title":
            return 1
        if name == "subtitle":
            return 7
        if found := _HEADING.fullmatch(name):
            return min(int(found[1]) + 1, 7)
    return outline_level(outline)


def outline_level(outline: str) -> int:
    """The level of a heading by its outline level, "0" for the highest; 0 where it is text."""
    at = _index(outline)
    return 0 if at is None or at >= _BODY_LEVEL else min(at + 2, 7)


def _index(number: str) -> int | None:
    return int(number) if number.isdecimal() and len(number) < 5 else None


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered."""

    form: str
    text: str
    start: int


@dataclass(slots=True)
class Lists:
    """The lists of a document while it is read from its beginning."""

    levels: dict[str, dict[int, _Level]]
    """How they are numbered, by list and level."""
    counts: dict[str, list[int | None]] = field(default_factory=dict)
    """By list, the last number of each level; None where there is none since the level above."""

    def label(self, list_id: str, level: int) -> str:
        """Count a paragraph of a list; its number as the reader of the document sees it, or ""."""
        found = self.levels.get(list_id, {})
        if level not in found:
            return ""
        counts = self.counts.setdefault(list_id, [None] * _N_LEVELS)
        before = counts[level]
        counts[level] = found[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_N_LEVELS - level - 1)
        if found[level].form in ("bullet", "none", ""):
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            shown = found.get(at)
            if shown is None:
                return ""
            count = counts[at]
            return _written(shown.start if count is None else count, shown.form)

        return _PLACE.sub(number, found[level].text)


def read_lists(root: etree._Element | None) -> Lists:
    """The lists of a document.

    Args:
        root: of its part ``numbering.xml``; None where there is none.
    """
    abstract = {
        attribute(each, "abstractNumId"): {
            at: _Level(
                value(level, "numfmt"),
                value(level, "lvltext")[:_MAX_LABEL],
                _index(value(level, "start")) or 0,
            )
            for level in children(each, "lvl")
            if (at := _index(attribute(level, "ilvl"))) is not None and at < _N_LEVELS
        }
        for each in children(root, "abstractnum")
    }
    return Lists(
        {
            attribute(each, "numId"): abstract.get(value(each, "abstractnumid"), {})
            for each in children(root, "num")
        }
    )


def _written(number: int, form: str) -> str:
    written: Callable[[int], str] = {
        "lowerRoman": lambda n: _roman(n).lower(),
        "upperRoman": _roman,
        "lowerLetter": lambda n: _letters(n).lower(),
        "upperLetter": _letters,
    }.get(form, str)
    return written(number)


def _letters(number: int) -> str:
    """A to Z, then AA to ZZ, as Word counts."""
    return chr(ord("A") + (number - 1) % 26) * min(1 + (number - 1) // 26, 9) if number else "0"


def _roman(number: int) -> str:
    return roman_numeral(number) if 0 < number <= MAX_ROMAN else str(number)
