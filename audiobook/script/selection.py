"""Which parts of a book are spoken: its body, and what else is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from audiobook.model import Book, BookChapter, Cue, Omission, Paragraph, Role

__all__ = ["selected"]


def selected(book: Book, include: Collection[Role] = ()) -> Book:
    """A book without the paragraphs that are not wanted; they are listed as left out.

    Music and sounds of a chapter in which nothing is spoken are heard where the next one begins, or
    where the last one ends.

    Args:
        book: as its reader found it.
        include: what is spoken besides the body.
    """
    kept: list[BookChapter] = []
    held: list[Paragraph | Cue] = []
    omitted: list[Omission] = []
    for chapter in book.chapters:
        is_spoken = any(isinstance(i, Paragraph) and _is_wanted(i, include) for i in chapter.items)
        for item in chapter.items:
            if _is_music(item) or (is_spoken and _is_wanted(item, include)):
                held.append(item)
            else:
                omitted += _omissions(item)
        if is_spoken:
            kept.append(replace(chapter, items=tuple(held)))
            held = []
    if kept and held:
        kept[-1] = replace(kept[-1], items=(*kept[-1].items, *held))
    if not omitted:
        return replace(book, chapters=tuple(kept))
    left_out = sorted((*book.left_out, *omitted), key=lambda omission: omission.start)
    joined = tuple(_joined(left_out, book.source.text))
    return replace(book, chapters=tuple(kept), left_out=joined)


def _is_music(item: Paragraph | Cue) -> bool:
    return isinstance(item, Cue) and item.kind != "break"


def _is_wanted(item: Paragraph | Cue, include: Collection[Role]) -> bool:
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
