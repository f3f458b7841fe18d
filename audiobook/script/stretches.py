"""Stretches of a text, as offsets in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from audiobook.model import Delivery, Omission

__all__ = ["between", "delivered", "stripped"]


def stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    """A stretch without the white space around it; of a blank one, its stop and its start."""
    stretch = text[start:stop]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def delivered(deliveries: Sequence[Delivery], start: int, stop: int) -> tuple[Delivery, ...]:
    """What of deliveries lies in a stretch, with indices that count from its first character."""
    first = bisect_right(deliveries, start, key=lambda delivery: delivery.stop)
    last = bisect_left(deliveries, stop, key=lambda delivery: delivery.start)
    return tuple(
        replace(one, start=max(one.start, start) - start, stop=min(one.stop, stop) - start)
        for one in deliveries[first:last]
    )


def between(start: int, stop: int, runs: Sequence[Omission]) -> Iterator[tuple[int, int]]:
    """What of a stretch lies between runs of it, which are in order and do not overlap."""
    starts = [start, *(run.end for run in runs)]
    stops = [*(run.start for run in runs), stop]
    return ((a, b) for a, b in zip(starts, stops, strict=True) if a < b)
