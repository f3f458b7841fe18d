"""Neighbouring sentences put together, for engines whose requests are what costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from audiobook.model import Segment

__all__ = ["Packing", "packs"]


@dataclass(frozen=True, slots=True)
class Packing:
    """How much goes into one segment."""

    max_characters: int
    """The most, as it is written and as it is spoken."""
    read: Callable[[Segment], Segment]
    """Gives a segment the readings that it will be spoken with."""


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
