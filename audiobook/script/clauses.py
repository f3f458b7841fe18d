"""Where to cut a sentence that is longer than an engine takes."""

from __future__ import annotations

import re

__all__ = ["cut", "cut_index"]

_CONJUNCTIONS = (
    "and|but|or|nor|because|that|which|who|when|while|und|aber|oder|denn|dass|daß|weil|et|mais|ou"
    "|que|qui|car|y|pero|o|porque|e|ma|и|но|а|или|что"
)
_CLOSERS = "[\"'”’»“«)\\]]*"
# The places to cut after, best first. White space stays with the piece before it.
_PLACES = (
    re.compile(rf"[.!?…]{_CLOSERS}\s+|[。！？]{_CLOSERS}"),
    re.compile(rf"[;:]{_CLOSERS}\s+|[—；：]{_CLOSERS}\s*|\s[–-]+\s+"),
    re.compile(rf",{_CLOSERS}\s+|[，、]{_CLOSERS}"),
    re.compile(rf"\s(?=(?:{_CONJUNCTIONS})\s)", re.IGNORECASE),
    re.compile(r"\s+"),
)


def cut(text: str, max_characters: int) -> list[str]:
    """Cut text into pieces of at most so many characters; joined, they are the text.

    Each cut falls at the end of a sentence, else of a clause, else before a conjunction, else
    between words; within a word only where it alone is too long.

    Args:
        text: white space folded.
        max_characters: the limit, white space at a piece's end not counted.
    """
    found = []
    start = 0
    while start < len(text):
        stop = cut_index(text, start, max_characters)
        found.append(text[start:stop])
        start = stop
    return found


def cut_index(text: str, start: int, max_characters: int) -> int:
    """Where the piece that begins at an index ends, if text is cut as by `cut`."""
    limit = start + max_characters
    if len(text.rstrip()) <= limit:
        return len(text)
    earliest = start + max_characters // 3
    for place in _PLACES:
        last = 0
        for match in place.finditer(text, start, limit + 1):  # the one more may be a space
            if match.end() <= limit or text[match.end() - 1].isspace():
                last = match.end()
        if last > earliest or (place is _PLACES[-1] and last > start):
            return last
    return limit
