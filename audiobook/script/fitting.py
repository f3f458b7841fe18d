"""Pieces longer, as they are written, than an engine takes, cut into several.

As they are spoken they may still be too long: see `audiobook.script.spoken.fitting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from audiobook.model import Omission, Paragraph
from audiobook.script.clauses import cut
from audiobook.script.pieces import Item, Piece
from audiobook.script.stretches import has_word, is_within, stripped

__all__ = ["fitted"]


def fitted(
    items: Iterable[Item], text: Paragraph, max_characters: int
) -> tuple[list[Item], list[Omission]]:
    """Cut pieces to a limit, where clauses end, else between words, and within no reading.

    Args:
        items: pieces of a text, with the cues and chapters among them.
        text: what they are pieces of.
        max_characters: the limit, at least 20.

    Returns:
        The items, and the punctuation that fits in with no word.
    """
    found: list[Item] = []
    unfit: list[Omission] = []
    for item in items:
        if not isinstance(item, Piece):
            found.append(item)
            continue
        start, stop = item.start, stripped(text.text, item.start, item.stop)[0]
        for part in cut(text.text[stop : item.stop], max_characters):
            stop += len(part)
            if is_within(stop, text.readings):
                continue
            if has_word(text.text, start, stop):
                pause_ms = item.pause_ms if stop == item.stop else None
                found.append(replace(item, start=start, stop=stop, pause_ms=pause_ms))
            elif not text.text[start:stop].isspace():
                unfit.append(
                    Omission(
                        *text.source_span(*stripped(text.text, start, stop)),
                        "punctuation without a word",
                    )
                )
            start = stop
    return found, unfit
