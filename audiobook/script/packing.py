"""Neighbouring sentences put together, for engines whose requests are what costs.

pieces ─packed▶ fewer pieces, by `packs`, which knows lengths alone
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

from audiobook.model import Kind, Paragraph, Segment
from audiobook.script.pieces import Item, Piece, as_segment

__all__ = ["Packing", "packed", "packs"]


@dataclass(frozen=True, slots=True)
class Packing:
    """How much goes into one segment."""

    max_characters: int
    """The most, as it is written and as it is spoken."""
    read: Callable[[Segment], Segment]
    """Gives a segment the readings that it will be spoken with."""


def packed(
    items: list[Item], text: Paragraph, packing: Packing, max_characters: int | None
) -> list[Item]:
    """Put pieces together with their neighbours, as far as they would not be cut again.

    Args:
        items: pieces of a text, with the cues and chapters among them.
        text: what they are pieces of.
        packing: how much goes together.
        max_characters: the longest segment the engine takes; None for any length.
    """

    def length(start: int, middle: int, stop: int) -> int | None:
        pack = _pack(items[start:stop])
        if not isinstance(pack, Piece) or not _go_together(items[middle - 1], items[middle], text):
            return None
        segment = as_segment(pack, text)
        return max(len(segment.text), len(packing.read(segment).spoken))

    most = min(packing.max_characters, max_characters or packing.max_characters)
    return [_pack(items[start:stop]) for start, stop in packs(len(items), length, most)]


def _go_together(item: Item, after: Item, text: Paragraph) -> bool:
    """Whether two neighbours may be one segment, with one volume in the mix."""
    return (
        isinstance(item, Piece)
        and isinstance(after, Piece)
        and item.pause_ms is None
        and item.kind is not Kind.VERSE
        and not (item.is_whole or after.is_whole)
        and (item.paragraph, item.kind, item.speaker, item.confidence)
        == (after.paragraph, after.kind, after.speaker, after.confidence)
        and (not text.deliveries or _volume(item, text) == _volume(after, text))
    )


def _volume(piece: Piece, text: Paragraph) -> str | None:
    return as_segment(piece, text).volume


def _pack(items: Sequence[Item]) -> Item:
    """Pieces that go together as one."""
    first, last = items[0], items[-1]
    if isinstance(first, Piece) and isinstance(last, Piece):
        return replace(first, stop=last.stop, pause_ms=last.pause_ms)
    return first


def packs(
    n_items: int, length: Callable[[int, int, int], int | None], most: int
) -> list[tuple[int, int]]:
    """Put neighbours together, first those that leave the least room in what they share.

    What goes together so hangs on what stands near by alone: an edit leaves packs further away as
    they are, where filling one after the other would shift all that follow.

    Args:
        n_items: how many there are, in a row.
        length: of the items from the first to before the third index, those before the second
            index being together already, and so the others; None where they must not be.
        most: the greatest length there may be.

    Returns:
        The packs, each from an index to before another, in order; together they are all items.
    """
    stops = {start: start + 1 for start in range(n_items)}
    starts = {stop: start for start, stop in stops.items()}

    def fits(start: int, middle: int, stop: int) -> list[tuple[int, int, int, int]]:
        together = length(start, middle, stop)
        return [] if together is None or together > most else [(-together, start, middle, stop)]

    heap = [pair for middle in range(1, n_items) for pair in fits(middle - 1, middle, middle + 1)]
    heapify(heap)
    while heap:
        _, start, middle, stop = heappop(heap)
        if stops.get(start) != middle or stops.get(middle) != stop:
            continue  # one of them has gone to its other neighbour
        del stops[middle], starts[middle]
        stops[start], starts[stop] = stop, start
        neighbours = []
        if start in starts:
            neighbours += fits(starts[start], start, stop)
        if stop in stops:
            neighbours += fits(start, stop, stops[stop])
        for pair in neighbours:
            heappush(heap, pair)
    return sorted(stops.items())
