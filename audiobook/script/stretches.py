"""Stretches of a text, as offsets in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audiobook.model import Omission

__all__ = ["between", "stripped"]


def stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    """A stretch without the white space around it; of a blank one, its stop and its start."""
    stretch = text[start:stop]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())


def between(start: int, stop: int, runs: Sequence[Omission]) -> Iterator[tuple[int, int]]:
    """What of a stretch lies between runs of it, which are in order and do not overlap."""
    starts = [start, *(run.end for run in runs)]
    stops = [*(run.start for run in runs), stop]
    return ((a, b) for a, b in zip(starts, stops, strict=True) if a < b)
