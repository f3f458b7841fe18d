"""A look-ahead limiter with a finite memory: what it does at a sample depends on 11 ms around it.

Where no true peak exceeds the ceiling it changes nothing at all, so it costs almost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.control import hann_mean, sliding_maximum
from audiobook.sound.loudness import true_peaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = ["limit", "limiter_reach_samples", "turned_down"]

_LOOK_MS = 5.0


def limiter_reach_samples(sample_rate: int) -> int:
    """Sound further away than this makes no difference to a sample."""
    return 2 * _look_samples(sample_rate) + 16


def limit(sound: Sound, ceiling: float, sample_rate: int) -> Sound:
    """Turn peaks down so that no true peak exceeds the ceiling (a factor of full scale).

    Args:
        sound: shape (channels, n); the first and last `limiter_reach_samples` are only context.
        ceiling: the highest true peak allowed.
        sample_rate: samples per second.
    """
    return turned_down(sound, true_peaks(sound, ceiling), ceiling, sample_rate)


def turned_down(
    sound: Sound, peaks: NDArray[np.float32], ceiling: float, sample_rate: int
) -> Sound:
    """The sound with less gain where peaks, its own or those of what becomes of it, are too high.

    The gain that the highest peak within 5 ms asks for is held, then smoothed by a Hann window of
    that length: it is down in time, and never jumps.

    Args:
        sound: shape (channels, n).
        peaks: shape (n,), as of `true_peaks`.
        ceiling: what they are to be brought to where they exceed it.
        sample_rate: samples per second.
    """
    over = np.nonzero(peaks > ceiling)[0]
    if not len(over):
        return sound
    look = _look_samples(sample_rate)
    softer = sound.copy()
    for start, stop in _stretches(over, 2 * look, sound.shape[1]):
        asked = np.pad(np.maximum(peaks[start:stop] / ceiling, 1.0), 2 * look, constant_values=1.0)
        held = sliding_maximum(asked, 2 * look + 1)
        softer[:, start:stop] *= hann_mean(1 / held, 2 * look + 1).astype(np.float32)
    return softer


def _look_samples(sample_rate: int) -> int:
    return int(sample_rate * _LOOK_MS / 1000)


def _stretches(over: NDArray[np.intp], reach: int, n: int) -> list[tuple[int, int]]:
    """Samples over the ceiling with what they reach, as (start, stop), none touching another."""
    breaks = np.nonzero(np.diff(over) > 2 * reach)[0]
    starts = over[np.concatenate([[0], breaks + 1])]
    stops = over[np.concatenate([breaks, [len(over) - 1]])]
    return [
        (max(0, int(first) - reach), min(n, int(last) + reach + 1))
        for first, last in zip(starts, stops, strict=True)
    ]
