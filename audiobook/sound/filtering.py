"""Filters given by their frequency response, applied by overlapping Fourier transforms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = ["SINGLE", "Response", "bins_hz", "filtered"]

Response: TypeAlias = "NDArray[np.complex64] | NDArray[np.float32]"
"""What a filter does at each of `bins_hz`; a real one moves nothing in time."""

_TRANSFORM_SAMPLES = 1 << 14
"""Length of a transform up to `_USUAL_HZ`; at higher rates it is doubled until it lasts as long."""
_USUAL_HZ = 48_000
SINGLE: Literal["ortho"] = "ortho"
"""How transforms there and back are scaled: with this, NumPy keeps to float32 where it is given
that. The factor 1, as it is without, counts as double precision, and takes four times as long."""
_ROWS_AT_ONCE = 4
"""Several at once are worked on side by side; these few stay in a processor's cache."""


@lru_cache(maxsize=16)
def bins_hz(sample_rate: int) -> NDArray[np.floating]:
    """The frequencies that a response is given at, ascending from 0.

    They say how long a transform is: a power of two, and no less than 0.34 s at any rate.
    """
    n_transform = _TRANSFORM_SAMPLES
    while n_transform * _USUAL_HZ < _TRANSFORM_SAMPLES * sample_rate:
        n_transform *= 2
    return np.arange(n_transform // 2 + 1) * (sample_rate / n_transform)


def filtered(
    sound: Sound, responses: Sequence[Response], before: int, after: int, *, hold: bool = False
) -> list[Sound]:
    """Sound through each of some filters, all of the sound's own shape.

    Stretches of the sound overlap by what the filters reach, and only what is whole of them is
    kept (overlap-save).

    Args:
        sound: shape (channels, n), n > 0.
        responses: of the filters, at `bins_hz` of the sound's rate.
        before: the filters remember this many samples.
        after: and look ahead this many; both together are less than a transform, 0.34 s.
        hold: beyond its ends the sound goes on at its first and last value; else it is silent.
    """
    channels, n = sound.shape
    n_transform = 2 * (len(responses[0]) - 1)
    new = n_transform - before - after
    rows = -(-n // new)
    padded = np.zeros((channels, before + rows * new + after), np.float32)
    padded[:, before : before + n] = sound
    if hold:
        padded[:, :before] = sound[:, :1]
        padded[:, before + n :] = sound[:, -1:]
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_transform, axis=1)
    results = [np.empty((channels, rows, new), np.float32) for _ in responses]
    for row in range(0, rows, _ROWS_AT_ONCE):
        stretch = windows[:, row * new : (row + _ROWS_AT_ONCE) * new : new]
        spectra = np.fft.rfft(stretch, axis=2, norm=SINGLE)
        for response, result in zip(responses, results, strict=True):
            stretches = np.fft.irfft(spectra * response, n_transform, axis=2, norm=SINGLE)
            result[:, row : row + _ROWS_AT_ONCE] = stretches[:, :, before : before + new]
    return [result.reshape(channels, -1)[:, :n] for result in results]
