"""Tables of contents in plain text: a list near the beginning of what stands further on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.script.plain.headings import is_chapter_line
from audiobook.script.plain.lines import Block, Line

__all__ = ["Contents", "entry_key", "find_contents", "folded"]

_HEADING = re.compile(
    r"(?:the |table of )?contents[.:]?|inhalt(?:sverzeichnis)?[.:]?|table des matières|sommaire"
    r"|[íi]ndice|inhoud|содержание|оглавление",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:[ \t]*[.·…_][ .·…_]*|[ \t]{2,}|[ \t]+(?=\d+\Z))(?:\d{1,4}|[ivxlc]{1,7})\Z")
_NUMBERED = re.compile(r"(?:[IVXLC]{1,7}|\d{1,3})[.):]?(?:[ \t]|\Z)")
_CHAPTER = re.compile(r"(\w+)[ \t]+([ivxlc]+|\d+)\b", re.IGNORECASE)

_SEARCHED_BLOCKS = 300
_MIN_ENTRIES = 3
_MAX_ENTRY = 100


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents and what it tells."""

    first: int
    """Index of its first block."""
    stop: int
    """Index just past its last block."""
    titles: frozenset[str]
    """What it lists, `folded`, with and without numbers before it."""


_NO_CONTENTS = Contents(0, 0, frozenset())


def folded(title: str) -> str:
    """A title as it is compared: its letters and digits in one case, without a page's number."""
    if len(title) <= _MAX_ENTRY:
        title = _PAGE.sub("", title)
    return " ".join(re.findall(r"\w+", title.replace("_", " ").casefold()))


def entry_key(line: str) -> str:
    """What an entry and its chapter have in common: "chapter 4" of either, or all the line."""
    if is_chapter_line(line) and (chapter := _CHAPTER.match(line)):
        return f"{chapter[1]} {chapter[2]}".casefold()
    return folded(line)


def find_contents(blocks: list[Block]) -> Contents:
    """Find a text's table of contents, with a heading of its own or without.

    Its entries end with a page's number, begin with a number, or stand further on as lines of
    their own. A chapter line that is nowhere further on, or was listed before, is the chapter.
    """
    last_at = {key: n for n, block in enumerate(blocks) for key in _keys_of_block(block)}
    for first, block in enumerate(blocks[:_SEARCHED_BLOCKS]):
        headed = _HEADING.fullmatch(block[0].text) is not None
        if headed or _is_listed_chapter(block[0], last_at, first):
            found = _entries(blocks, first, headed, last_at)
            if found:
                return found
    return _NO_CONTENTS


def _entries(
    blocks: list[Block], first: int, headed: bool, last_at: dict[str, int]
) -> Contents | None:
    seen: set[str] = set()
    titles: set[str] = set()
    n_entries = 0
    at = first
    while at < len(blocks):
        entries = blocks[at][1:] if headed and at == first else blocks[at]
        keys = [entry_key(line.text) for line in entries]
        if not seen.isdisjoint(keys) or not _are_entries(entries, at, last_at, headed):
            break
        seen.update(keys)
        n_entries += len(entries)
        titles.update(title for line in entries for title in _titles(line))
        at += 1
    return Contents(first, at, frozenset(titles)) if n_entries >= _MIN_ENTRIES else None


def _are_entries(entries: Block, at: int, last_at: dict[str, int], headed: bool) -> bool:
    """Whether most lines of a block are entries, and none too long for one."""
    if any(len(line.text) > _MAX_ENTRY for line in entries):
        return False
    n_listed = sum(last_at.get(entry_key(line.text), -1) > at for line in entries)
    if not headed or any(is_chapter_line(line.text) for line in entries):
        return n_listed >= 0.5 * len(entries)
    n_marked = sum(
        last_at.get(entry_key(line.text), -1) > at
        or bool(_PAGE.search(line.text) or _NUMBERED.match(line.text))
        for line in entries
    )
    return n_marked >= 0.5 * len(entries)


def _is_listed_chapter(line: Line, last_at: dict[str, int], at: int) -> bool:
    return is_chapter_line(line.text) and last_at.get(entry_key(line.text), -1) > at


def _keys_of_block(block: Block) -> Iterator[str]:
    """What a block may be listed as: its first line, and all of it where that is short."""
    yield entry_key(block[0].text)
    if 1 < len(block) <= 3:
        yield folded(" ".join(line.text for line in block))
        yield folded(" ".join(line.text for line in block[1:]))


def _titles(line: Line) -> Iterator[str]:
    whole = folded(line.text)
    bare = folded(_NUMBERED.sub("", line.text))
    yield from (title for title in (whole, bare) if len(title) > 3)
