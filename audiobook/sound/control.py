"""Gains that change slowly, worked out about a thousand times a second and drawn through.

What they follow is measured over ticks, of about a millisecond each. The gains stand at the edges
of ticks, so that there is one more of them than there are ticks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["drawn", "hann_mean", "in_ticks", "sliding_maximum", "tick_samples"]

_T = TypeVar("_T", np.float32, np.float64)


def tick_samples(sample_rate: int) -> int:
    """Length of a tick in samples."""
    return max(1, sample_rate // 1000)


def in_ticks(samples: NDArray[_T], tick: int) -> NDArray[_T]:
    """Samples, shape (n,), as shape (ticks, tick); the last tick is filled up with zeros."""
    return np.pad(samples, (0, -len(samples) % tick)).reshape(-1, tick)


def sliding_maximum(values: NDArray[_T], width: int) -> NDArray[_T]:
    """The greatest of every `width` values in a row, shape (n - width + 1,)."""
    span = 1
    while span < width:  # each pass all but doubles the span
        step = min(span, width - span)
        values = np.maximum(values[:-step], values[step:])
        span += step
    return values


def hann_mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The mean of every `width` values in a row, by a Hann window, shape (n - width + 1,)."""
    window = np.hanning(width + 2)[1:-1]
    return np.convolve(values, window / window.sum(), "valid")


def drawn(gains: NDArray[np.float64], tick: int, n_samples: int) -> NDArray[np.float32]:
    """Gains at the edges of ticks as straight lines between them, shape (n_samples,)."""
    edges = gains.astype(np.float32)
    share = np.arange(tick, dtype=np.float32) / np.float32(tick)
    lines = edges[:-1, np.newaxis] + np.diff(edges)[:, np.newaxis] * share
    return np.asarray(lines.ravel()[:n_samples])
