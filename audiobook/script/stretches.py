"""Stretches of a text, as offsets in it."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import TypeVar

from audiobook.model import Omission, Reading
from audiobook.utterance import Delivery

__all__ = ["anchored", "between", "delivered", "has_word", "is_within", "moved", "stripped"]

_WORD = re.compile(r"[^\W_]")
_Marked = TypeVar("_Marked", Reading, Delivery)


def stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    """A stretch without the white space around it; of a blank one, its stop and its start."""
    stretch = text[start:stop]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def has_word(text: str, start: int = 0, stop: int = sys.maxsize) -> bool:
    """Whether there is a letter or digit in a stretch, or in all of a text."""
    return _WORD.search(text, start, stop) is not None


def moved(marked: Iterable[_Marked], by: int) -> Iterator[_Marked]:
    """Readings or deliveries with indices that are so much greater."""
    for one in marked:
        yield replace(one, start=one.start + by, stop=one.stop + by)


def is_within(index: int, readings: Sequence[Reading]) -> bool:
    """Whether a cut at an index would part one of some readings, which are in order."""
    before = bisect_left(readings, index, key=lambda reading: reading.start) - 1
    return before >= 0 and index < readings[before].stop


def delivered(deliveries: Sequence[Delivery], start: int, stop: int) -> tuple[Delivery, ...]:
    """What of deliveries lies in a stretch, with indices that count from its first character."""
    first = bisect_right(deliveries, start, key=lambda delivery: delivery.stop)
    last = bisect_left(deliveries, stop, key=lambda delivery: delivery.start)
    return tuple(
        replace(one, start=max(one.start, start) - start, stop=min(one.stop, stop) - start)
        for one in deliveries[first:last]
    )


def anchored(
    anchors: Sequence[tuple[int, int]], start: int, stop: int
) -> tuple[tuple[int, int], ...]:
    """The anchors of a stretch, with indices that count from its first character.

    None where text and source go on character by character from there: a long book has many such.
    """
    first = bisect_right(anchors, start, key=itemgetter(0)) - 1
    last = bisect_left(anchors, stop, key=itemgetter(0))
    if last - first == 1:
        return ()
    return tuple(
        (max(index, start) - start, offset + max(index, start) - index)
        for index, offset in anchors[first:last]
    )


def between(start: int, stop: int, runs: Sequence[Omission]) -> Iterator[tuple[int, int]]:
    """What of a stretch lies between runs of it, which are in order and do not overlap."""
    starts = [start, *(run.end for run in runs)]
    stops = [*(run.start for run in runs), stop]
    return ((a, b) for a, b in zip(starts, stops, strict=True) if a < b)
