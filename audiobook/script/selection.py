"""Which parts of a book are spoken: its body, and what else is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import chain, pairwise

from audiobook.model import Book, BookChapter, Cue, Omission, Paragraph, Role

__all__ = ["selected"]


def selected(book: Book, include: Collection[Role] = ()) -> Book:
    """A book without the paragraphs that are not wanted; they are listed as left out.

    Args:
        book: as its reader found it.
        include: what is spoken besides the body.
    """
    kept: list[BookChapter] = []
    omitted: list[Omission] = []
    for chapter in book.chapters:
        items = tuple(item for item in chapter.items if _is_spoken(item, include))
        if any(isinstance(item, Paragraph) for item in items):
            kept.append(replace(chapter, items=items))
            left = [item for item in chapter.items if not _is_spoken(item, include)]
        else:
            left = list(chapter.items)
        omitted += chain.from_iterable(map(_omissions, left))
    if not omitted:
        return replace(book, chapters=tuple(kept))
    left_out = sorted((*book.left_out, *omitted), key=lambda omission: omission.start)
    joined = tuple(_joined(left_out, book.source.text))
    return replace(book, chapters=tuple(kept), left_out=joined)


def _is_spoken(item: Paragraph | Cue, include: Collection[Role]) -> bool:
    return isinstance(item, Cue) or item.role is Role.BODY or item.role in include


def _omissions(item: Paragraph | Cue) -> Iterator[Omission]:
    """An omission for each stretch of the source that a paragraph holds, or a cue."""
    if isinstance(item, Cue):
        if item.start < item.end:
            yield Omission(item.start, item.end, "a scene break")
        return
    for (index, offset), (following, _) in pairwise((*item.anchors, (len(item.text), item.end))):
        yield Omission(offset, offset + following - index, item.role.value)


def _joined(omissions: list[Omission], text: str) -> Iterator[Omission]:
    """Omissions for the same reason, with nothing but white space between, made one."""
    held: Omission | None = None
    for omission in omissions:
        if held and held.why == omission.why and not text[held.end : omission.start].strip():
            held = replace(held, end=max(held.end, omission.end))
            continue
        if held:
            yield held
        held = omission
    if held:
        yield held
