"""The title of a plain text and who wrote it, where they stand alone before all else.

The Lighthouse

by Ann Example
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.script.plain.lines import Block

__all__ = ["TitlePage", "find_title_page"]

_MAX_TITLE = 60
_BY = r"by|von|par|por|di|door"
_PARTICLE = r"de|del|della|der|den|di|du|la|le|van|von|zu"
_WORD = r"[^\W\d_a-zà-öø-ÿ][\w.'’-]*"
_NAME = rf"{_WORD}(?: (?:(?:{_PARTICLE}) ){{0,2}}{_WORD}){{0,4}}"
_JOINED = r",? (?:and|und|et|y|e|en|&) "
_CREDIT = re.compile(rf"(?i:{_BY}) (?P<names>{_NAME}(?:(?i:{_JOINED}){_NAME})?)")
_BY_ALONE = re.compile(_BY, re.IGNORECASE)
_NO_TITLE_END = (".", ",", ";", ":")


@dataclass(frozen=True, slots=True)
class TitlePage:
    """What stands before a text's first chapter: a title, and who wrote it."""

    title: str
    """The title, as it is written, marks of emphasis removed."""
    authors: tuple[str, ...]
    """Their names, as they are written."""
    stop: int
    """Index of the first block after them."""


def find_title_page(blocks: list[Block], stop: int) -> TitlePage | None:
    """Find a text's title and authors; None unless there is nothing else before its first chapter.

    Args:
        blocks: of the text.
        stop: index of the first that opens a chapter, or is of a table of contents.
    """
    lines = [line.text.strip("_* ") for block in blocks[: min(stop, 4)] for line in block]
    if stop > 3 or not 2 <= len(lines) <= 3:
        return None
    title, *credit = lines
    if len(credit) == 2 and not _BY_ALONE.fullmatch(credit[0]):
        return None
    found = _CREDIT.fullmatch(" ".join(" ".join(credit).split()))
    is_title = len(title) <= _MAX_TITLE and title[:1].isalnum() and title[-1] not in _NO_TITLE_END
    if found is None or not is_title:
        return None
    return TitlePage(title, tuple(re.split(_JOINED, found["names"], flags=re.IGNORECASE)), stop)
