"""The parts of a marked-up book: what each is for, and which of them are chapters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeGuard

from audiobook.model import BookChapter, Kind, Paragraph, Role
from audiobook.script.assemble import chapters, title_and_chapters
from audiobook.script.documents.flow import Flow, Item, Place, is_heading
from audiobook.script.documents.package import Entry, Package
from audiobook.script.documents.semantics import role_of_title
from audiobook.script.plain.contents import entry_key
from audiobook.script.plain.gutenberg import Edition, edition
from audiobook.script.plain.headings import is_bare_chapter_line, is_chapter_line, is_title_line

__all__ = [
    "chapters_by_contents",
    "chapters_by_headings",
    "find_headings",
    "set_apart",
    "with_roles",
]

_IMPRINT = re.compile(
    r"\bISBN\b|\ball rights reserved\b|\blibrary of congress\b|\balle rechte vorbehalten\b"
    r"|\btous droits réservés\b|\btodos los derechos reservados\b",
    re.IGNORECASE,
)
_MAX_IMPRINT_CHARACTERS = 4000
_MAX_NOTE_ITEMS = 20
_MIN_CONTENTS_LINES = 4
_MIN_TYPED_ENTRIES = 3
_MAX_TYPED_CHARACTERS = 200
"""Nothing in contents that were typed is longer."""
_MAX_CHAPTER_LEVEL = 6
_FOUND_LEVEL = 2
_NUMBER = re.compile(r"(?:\w{1,20}\s)?(?:[IVXLCDM]{1,15}|\d{1,5})\.?|chapter [\w-]{1,20}", re.I)
_MAX_WHOLE_CHARACTERS = 200
"""The longest title that is set before a number; many numbers may stand under one title."""


def find_headings(flow: Flow) -> None:
    """Take for headings what opens chapters by its words, where none is marked but a title.

    Many write a book without styles: ``CHAPTER ONE`` stands on a line, and its title on the next.
    """
    if sum(map(is_heading, flow.items)) > 1:
        return
    _set_typed_contents_apart(flow)
    is_opened = False
    for n, item in enumerate(flow.items):
        if not _is_body(item) or item.kind is not Kind.NARRATION or item.goes_on:
            is_opened = False
        elif (opens := is_chapter_line(item.text)) or (is_opened and is_title_line(item.text)):
            flow.items[n] = replace(item, kind=Kind.HEADING)
            flow.levels[n] = _FOUND_LEVEL if opens else _FOUND_LEVEL + 1
            is_opened = is_bare_chapter_line(item.text)
        else:
            is_opened = False


def _set_typed_contents_apart(flow: Flow) -> None:
    """Say of lines that name chapters, and stand again further on, that they are contents."""
    texts = [item.text if _is_body(item) else "" for item in flow.items]
    keys = [entry_key(text) for text in texts]
    last_at = {key: n for n, key in enumerate(keys)}
    is_listed = [bool(text) and last_at[keys[n]] > n for n, text in enumerate(texts)]
    listed = [n for n, text in enumerate(texts) if is_listed[n] and is_chapter_line(text)]
    if len(listed) < _MIN_TYPED_ENTRIES:
        return
    first, stop = listed[0], listed[-1] + 1
    if any(len(text) > _MAX_TYPED_CHARACTERS for text in texts[first:stop]):
        return  # chapters whose numbers begin again in another part
    while first and is_listed[first - 1]:
        first -= 1
    while is_listed[stop]:
        stop += 1
    if first and role_of_title(texts[first - 1]) is Role.CONTENTS:
        first -= 1
    _set_role(flow, first, stop, Role.CONTENTS)


def with_roles(flow: Flow, text: str, notes: Iterable[Place]) -> Edition:
    """Say what paragraphs are for that their own markup leaves open.

    Args:
        flow: the paragraphs; those that listeners do not want are changed in it.
        text: its text.
        notes: the places that the marks of notes lead to.

    Returns:
        What Project Gutenberg says of the book, where it comes from there.
    """
    for place in notes:
        first, stop = flow.places.get(place, (0, 0))
        headings = any(map(is_heading, flow.items[first : min(stop, first + _MAX_NOTE_ITEMS + 1)]))
        if stop - first <= _MAX_NOTE_ITEMS and not headings:
            _set_role(flow, first, stop, Role.NOTES)
    for first, stop, role in _titled(flow):
        _set_role(flow, first, stop, role)
    for first, stop in _lists_of_links(flow):
        _set_role(flow, first, stop, Role.CONTENTS)
    found = edition(text)
    for n, item in enumerate(flow.items):
        if isinstance(item, Paragraph) and item.end <= found.start:
            _set_role(flow, n, n + 1, Role.FRONT)
        elif isinstance(item, Paragraph) and item.source_offset(0) >= found.end:
            _set_role(flow, n, n + 1, Role.BACK)
    return found


def set_apart(flow: Flow, package: Package) -> None:
    """Say what parts of an EPUB are for, as its package, their titles or their words tell."""
    roles: dict[int, Role] = {}
    for entry in (*package.landmarks, *package.contents):
        place = flow.places.get((entry.path, entry.anchor))
        role = entry.role if entry.role is not Role.BODY else role_of_title(entry.title)
        if place is not None and role is not Role.BODY:
            roles.setdefault(place[0], role)
    marks = sorted({*_marks(flow, package), len(flow.items)})
    for first, stop in pairwise(marks):
        if first in roles:
            _set_role(flow, first, stop, roles[first])
    for document in package.spine:
        first, stop = flow.places.get((document.path, ""), (0, 0))
        if not document.is_linear:
            _set_role(flow, first, stop, Role.BACK)
        elif _is_imprint(flow, first, stop):
            _set_role(flow, first, stop, Role.FRONT)


def chapters_by_contents(
    flow: Flow, package: Package, warnings: list[str]
) -> tuple[BookChapter, ...]:
    """The chapters of a table of contents; none if it parts the book nowhere.

    Headings right before a place that it names belong to what begins there. Where entries are
    nested, one that is but a number is called after what it is a part of, and a heading with
    nothing under it but other chapters begins the first of these.
    """
    starts: dict[int, _Start] = {}
    headings = _headings(flow, package)
    lost = 0
    for entry, start in _starts(package):
        place = flow.places.get((entry.path, entry.anchor))
        first = place[0] if place else headings.get((entry.path, entry.title))
        if first is None:
            lost += 1
        elif start.title or first not in starts:
            starts[first] = start
    if lost:
        warnings.append(f"the table of contents names {lost} places that are not there")
    if len(starts) < 2:
        return ()
    documents = {first for (_, anchor), (first, _) in flow.places.items() if not anchor} | {0}
    opened = {
        _with_headings(flow, first, starts, documents): start for first, start in starts.items()
    }
    _join_bare(flow, opened)
    made = []
    for first, stop in pairwise(sorted({0, len(flow.items), *opened})):
        items = tuple(flow.items[first:stop])
        heading = next((item.text for item in items if is_heading(item)), "")
        title = opened[first].title if first in opened else ""
        made.append(BookChapter(title or heading, items))
    return tuple(chapter for chapter in made if chapter.items)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a chapter begins, by the table of contents."""

    title: str
    depth: int


def _starts(package: Package) -> Iterator[tuple[Entry, _Start]]:
    """The entries of a table of contents; a mere number is called after what it is a part of."""
    above: list[str] = []
    for entry in package.contents:
        above = above[: entry.depth] + [""] * (entry.depth - len(above))
        whole = above[-1] if above and above[-1] != package.title else ""
        is_part = 0 < len(whole) <= _MAX_WHOLE_CHARACTERS and _NUMBER.fullmatch(entry.title)
        title = f"{whole}: {entry.title}" if is_part else entry.title
        above.append(title)
        yield entry, _Start(title, entry.depth)


def _join_bare(flow: Flow, opened: dict[int, _Start]) -> None:
    """Join chapters that are only a heading to the first of those that stand under it."""
    for first, after in reversed(list(pairwise(sorted(opened)))):
        above, below = opened[first], opened[after]
        said = [item for item in flow.items[first:after] if _is_body(item)]
        if above.depth < below.depth and said and all(map(is_heading, said)):
            is_named = below.title.startswith(above.title)
            title = below.title if is_named else f"{above.title}: {below.title}"
            opened[first] = _Start(title, below.depth)
            del opened[after]


def chapters_by_headings(flow: Flow) -> tuple[BookChapter, ...]:
    """The chapters that a book's headings make."""
    levels = [
        level
        for item, level in zip(flow.items, flow.levels, strict=True)
        if 0 < level <= _MAX_CHAPTER_LEVEL and _is_body(item)
    ]
    _, chapter_level = title_and_chapters(levels)
    return chapters(
        (item, item.text if level == chapter_level and _is_body(item) else None)
        for item, level in zip(flow.items, flow.levels, strict=True)
    )


def _is_body(item: Item) -> TypeGuard[Paragraph]:
    return isinstance(item, Paragraph) and item.role is Role.BODY


def _set_role(flow: Flow, first: int, stop: int, role: Role) -> None:
    """Say what paragraphs are for, if nothing else has."""
    for n in range(first, stop):
        item = flow.items[n]
        if _is_body(item):
            flow.items[n] = replace(item, role=role)


def _titled(flow: Flow) -> Iterator[tuple[int, int, Role]]:
    """Sections whose heading says what they are for: from it to the next of its level."""
    documents = {stop for (_, anchor), (_, stop) in flow.places.items() if not anchor}
    opened: tuple[int, int, Role] | None = None
    for n, (item, level) in enumerate(zip(flow.items, flow.levels, strict=True)):
        if opened and (n in documents or 0 < level <= opened[1]):
            yield opened[0], n, opened[2]
            opened = None
        if opened is None and level and isinstance(item, Paragraph):
            role = role_of_title(item.text)
            opened = (n, level, role) if role is not Role.BODY else None
    if opened:
        yield opened[0], len(flow.items), opened[2]


def _lists_of_links(flow: Flow) -> Iterator[tuple[int, int]]:
    """Runs of paragraphs that do little but lead elsewhere in the book."""
    first = 0
    for n, is_link in enumerate([*flow.links, False]):
        if is_link:
            continue
        if n - first >= _MIN_CONTENTS_LINES:
            yield first, n
        first = n + 1


def _marks(flow: Flow, package: Package) -> Iterator[int]:
    """Where a part of an EPUB may begin: its documents, and what its package names."""
    for document in package.spine:
        if (document.path, "") in flow.places:
            yield flow.places[document.path, ""][0]
    for entry in (*package.contents, *package.landmarks):
        if (entry.path, entry.anchor) in flow.places:
            yield flow.places[entry.path, entry.anchor][0]


def _is_imprint(flow: Flow, first: int, stop: int) -> bool:
    """Whether a document is short and speaks of rights."""
    texts = [item.text for item in flow.items[first:stop] if isinstance(item, Paragraph)]
    is_short = sum(map(len, texts)) <= _MAX_IMPRINT_CHARACTERS
    return is_short and any(map(_IMPRINT.search, texts))


def _headings(flow: Flow, package: Package) -> dict[tuple[str, str], int]:
    """By document and text, the first heading: for contents that name ids which are not there."""
    found: dict[tuple[str, str], int] = {}
    for document in package.spine:
        first, stop = flow.places.get((document.path, ""), (0, 0))
        for n in range(first, stop):
            item = flow.items[n]
            if is_heading(item):
                found.setdefault((document.path, item.text), n)
    return found


def _with_headings(
    flow: Flow, first: int, starts: Collection[int], documents: Collection[int]
) -> int:
    """Go back over headings, up to the beginning of the document or to another chapter's."""
    while first not in documents and first - 1 not in starts and is_heading(flow.items[first - 1]):
        first -= 1
    return first
