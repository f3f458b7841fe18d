"""What every reader ends with: runs of source text become paragraphs, paragraphs chapters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias

from audiobook.model import BookChapter, Cue, Kind, Omission, Paragraph, Role

__all__ = ["Run", "Titled", "chapters", "paragraph", "title_and_chapters"]

Run: TypeAlias = tuple[str, int]
"""Text and the offset in the source from which it stands there, character by character."""

Titled: TypeAlias = tuple[Paragraph | Cue | Omission, str | None]
"""What a reader found, and the title of the chapter that it opens, if it opens one."""

_WORDS_OR_SPACE = re.compile(r"\S+(?: \S+)*|\s+")
"""Words with single spaces between them need no folding."""


def paragraph(
    runs: Iterable[Run], kind: Kind = Kind.NARRATION, speaker: str | None = None
) -> Paragraph | None:
    """Runs in the order of the source as one paragraph, white space folded; None if blank."""
    parts: list[str] = []
    anchors: list[tuple[int, int]] = []
    length = 0
    space_at: int | None = None
    end = 0
    for text, start in runs:
        for match in _WORDS_OR_SPACE.finditer(text):
            at = start + match.start()
            if match.group().isspace():
                if space_at is None and parts:
                    space_at = at
                continue
            for part, offset in ((" ", space_at), (match.group(), at)):
                if offset is None:
                    continue
                if not anchors or offset != end:
                    anchors.append((length, offset))
                parts.append(part)
                length += len(part)
                end = offset + len(part)
            space_at = None
    return Paragraph("".join(parts), tuple(anchors), end, kind, speaker) if parts else None


def chapters(items: Iterable[Titled]) -> tuple[BookChapter, ...]:
    """Group a story's items by chapter; omissions are in none, though one may open it.

    What stands before the first opening is a chapter without a title, unless it is only headings,
    cues and notes, such as the title of the book: then it goes into the first chapter.
    """
    made: list[BookChapter] = []
    title = ""
    held: list[Paragraph | Cue] = []
    for item, opened in items:
        if opened is not None:
            if title or any(map(_is_body, held)):
                made.append(BookChapter(title, tuple(held)))
                held = []
            title = opened
        if not isinstance(item, Omission):
            held.append(item)
    if held:
        made.append(BookChapter(title, tuple(held)))
    return tuple(made)


def title_and_chapters(levels: list[int]) -> tuple[bool, int]:
    """What a book's headings are for, by their levels in order, 1 being the highest.

    The only heading of the highest level, before all others, is the title of the book; where
    there are others of that level, they are the chapters.

    Returns:
        Whether the first heading is the title, and the level of those that open chapters, which
        a title that stands alone does as well; -1 where there is no heading.
    """
    top = min(levels, default=-1)
    has_title = levels[:1] == [top] and levels.count(top) == 1
    return has_title, min(levels[1:], default=top) if has_title else top


def _is_body(item: Paragraph | Cue) -> bool:
    if not isinstance(item, Paragraph):
        return False
    return item.kind is not Kind.HEADING and item.role is not Role.NOTES
