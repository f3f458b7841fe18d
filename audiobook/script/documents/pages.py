"""Pages as a printer made them: which lines are running heads, folios, notes, and which text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from audiobook.model import Role
from audiobook.script.numerals import roman_value

__all__ = ["Page", "PageLine", "body_size", "roles_of"]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of text on a page; lengths are in points."""

    text: str
    """What it says."""
    left: float
    """Where it begins, from the left edge of the page."""
    right: float
    """Where it ends."""
    baseline: float
    """The height at which its letters stand, from the foot of the page."""
    size: float
    """The size of its letters."""
    is_bold: bool = False
    """Whether they are bold."""
    is_parted: bool = False
    """Whether it ends in a hyphen that parts a word."""
    marks: tuple[tuple[int, int], ...] = ()
    """Start and stop in `text` of raised figures that point to notes."""


Page: TypeAlias = Sequence[PageLine]
"""The lines of a page in reading order."""

_EDGE_LINES = 2
_MIN_REPEATS = 3
_HEAD_TOLERANCE = 6.0
"""How far, in points, running heads may stand from one another's height."""
_SMALL = 0.92
_LARGE = 1.12
_NOTE = re.compile(r"\[?(?:\d{1,3}|[*†‡§]{1,3})[\])., ]?\s*\S")
_FOLIO = re.compile(
    r"[-–—|\[(\s]*(?:(?:page|seite|p\.|s\.|стр\.)\s*)?(?P<number>\d{1,5}|[ivxlcdm]{1,9})"
    r"(?:\s*(?:/|of|von|de)\s*\d{1,5})?[-–—|\])\s]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")


def body_size(pages: Sequence[Page]) -> float:
    """The size in which most of a book is set."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def roles_of(pages: Sequence[Page]) -> list[list[Role]]:
    """What each line of each page is for: BODY, PAGES or NOTES.

    Running heads are not larger than the text; they stand at one height at the edge of three pages
    or more, the same words in the same size, and what number they have counts with the pages. A
    folio is a number alone at a page's edge that counts with the pages. Notes are smaller than
    the text, at the foot of a page, and one of them begins with its mark, unless they go on from
    the page before.
    """
    size = body_size(pages)
    furniture: defaultdict[int, set[int]] = defaultdict(set)
    for n, at in _running_heads(pages, size) | _folios(pages):
        furniture[n].add(at)
    roles: list[list[Role]] = []
    has_notes = False
    for n, page in enumerate(pages):
        notes = _notes(page, furniture[n], size, has_notes)
        has_notes = bool(notes)
        roles.append(
            [
                Role.PAGES if at in furniture[n] else Role.NOTES if at in notes else Role.BODY
                for at in range(len(page))
            ]
        )
    return roles


def _running_heads(pages: Sequence[Page], size: float) -> set[tuple[int, int]]:
    """Page and index of each line that recurs at the head or the foot of pages.

    Args:
        pages: the book.
        size: of its text.
    """
    largest = _LARGE * size
    found: dict[tuple[str, float], list[tuple[int, int]]] = defaultdict(list)
    for n, page in enumerate(pages):
        for at in (at for at in _edges(page) if page[at].size <= largest):
            key = _NUMBER.sub("#", page[at].text.strip()).casefold()
            found[key, page[at].size].append((n, at))
    return {place for places in found.values() for place in _repeated(pages, places)}


def _repeated(pages: Sequence[Page], places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those of some like lines that stand at one height and count with the pages."""
    middle = median(pages[n][at].baseline for n, at in places)
    near = [(n, at) for n, at in places if abs(pages[n][at].baseline - middle) <= _HEAD_TOLERANCE]
    if len({n for n, _ in near}) < _MIN_REPEATS:
        return
    if not _NUMBER.search(pages[near[0][0]][near[0][1]].text):
        yield from near
        return
    counted = Counter(_ahead(pages, n, at) for n, at in near)
    yield from (
        (n, at) for n, at in near if counted[_ahead(pages, n, at)] >= min(_MIN_REPEATS, len(near))
    )


def _ahead(pages: Sequence[Page], n: int, at: int) -> int:
    """By how much the last number of a line is ahead of its page's."""
    return int(_NUMBER.findall(pages[n][at].text)[-1][:9]) - n


def _folios(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Page and index of each number at an edge that counts with the pages."""
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for n, page in enumerate(pages):
        for at in _edges(page):
            folio = _FOLIO.fullmatch(page[at].text)
            if folio and (value := _value(folio["number"])):
                found[value - n].add((n, at))
    return {
        place for places in found.values() if len({n for n, _ in places}) > 1 for place in places
    }


def _value(number: str) -> int | None:
    """What a number in figures or Roman numerals says; None where it says none."""
    return int(number) if number.isdecimal() else roman_value(number.upper())


def _edges(page: Page) -> set[int]:
    """Indices of the lines at a page's head and foot."""
    by_height = sorted(range(len(page)), key=lambda at: -page[at].baseline)
    return {*by_height[:_EDGE_LINES], *by_height[-_EDGE_LINES:]}


def _notes(page: Page, furniture: set[int], size: float, go_on: bool) -> set[int]:
    """Indices of the notes at a page's foot.

    Args:
        page: the page.
        furniture: indices of its running heads and folios.
        size: of the book's text.
        go_on: whether notes of the page before may go on here.
    """
    upwards = sorted(
        (at for at in range(len(page)) if at not in furniture), key=lambda at: page[at].baseline
    )
    notes: set[int] = set()
    for at in upwards:
        if page[at].size > _SMALL * size:
            break
        notes.add(at)
    if len(notes) == len(upwards) and not go_on:
        return set()  # a page in small print
    return notes if go_on or any(_NOTE.match(page[at].text) for at in notes) else set()
