"""What speech sounds like, frame by frame, so that it can be held against other speech.

Mel-frequency cepstra: Davis and Mermelstein, "Comparison of parametric representations for
monosyllabic word recognition in continuously spoken sentences", IEEE Transactions on Acoustics,
Speech and Signal Processing 28 (1980), 357–366.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HOP_MS", "Frames", "deltas", "frames_of", "highest_hz"]

HOP_MS = 10.0
"""From the middle of one frame to that of the next, in milliseconds."""

_WINDOW_S = 0.025
_PRE_EMPHASIS = 0.97
_N_BANDS = 20
_N_CEPSTRA = 10
_LOWEST_HZ = 80.0
_HIGHEST_HZ = 6_000.0
_OF_NYQUIST = 0.82  # leaves room for scales up to 1.1, and for what coders cut off
_FLOOR = 1e-6  # of the loudest band, in power: what is fainter counts as silence
_FAINTEST = 1.0  # likewise, where all is faint, in power of samples of 16 bits
_CHUNK_FRAMES = 512  # made at a time, so that little is held of a long clip
_DELTA_REACH = 2


@dataclass(frozen=True, slots=True)
class Frames:
    """A clip in frames: the middle of the k-th lies k × `HOP_MS` after the clip's start."""

    cepstra: NDArray[np.float32]
    """Mel-frequency cepstra, shape (n, 10), n > 0."""
    level_db: NDArray[np.float32]
    """How loud each is, shape (n,), in dB; what 0 dB is does not matter."""


def highest_hz(*sample_rates: int) -> float:
    """The highest frequency at which sounds of all these rates can be compared."""
    return min(_HIGHEST_HZ, _OF_NYQUIST * min(sample_rates) / 2)


def frames_of(
    samples: NDArray[np.int16], sample_rate: int, most_hz: float, scale: float = 1.0
) -> Frames:
    """Cut a clip into frames.

    Args:
        samples: mono, shape (n,), n > 0.
        sample_rate: samples per second, 4,000 or more.
        most_hz: nothing above is looked at; see `highest_hz`.
        scale: what all frequencies are multiplied by at which it is listened to, 1.1 at the most:
            below 1 as if the vocal tract were shorter.
    """
    n_window = max(round(_WINDOW_S * sample_rate), 2)
    n_frames = int(1000 * len(samples) / sample_rate / HOP_MS) + 1
    starts = np.round(np.arange(n_frames) * (sample_rate * HOP_MS / 1000)).astype(np.int64)
    padded = np.pad(samples, n_window // 2 + 1)
    filters = _mel_filters(n_window, sample_rate, most_hz, scale)
    powers = np.empty((n_frames, _N_BANDS), np.float32)
    for first in range(0, n_frames, _CHUNK_FRAMES):
        chunk = slice(first, first + _CHUNK_FRAMES)
        powers[chunk] = _band_powers(padded, starts[chunk], n_window, filters)
    powers = np.maximum(powers, max(_FLOOR * float(powers.max()), _FAINTEST))
    level_db = 10 * np.log10(powers.sum(axis=1))
    return Frames(np.log(powers) @ _cosines(), level_db)


def deltas(cepstra: NDArray[np.float32]) -> NDArray[np.float32]:
    """How fast cepstra change: the slope of a line through five frames, of the same shape.

    Furui, "Speaker-independent isolated word recognition using dynamic features of speech
    spectrum", IEEE Transactions on Acoustics, Speech and Signal Processing 34 (1986), 52–59.
    """
    n = len(cepstra)
    padded = np.pad(cepstra, ((_DELTA_REACH, _DELTA_REACH), (0, 0)), mode="edge")
    slopes = np.zeros_like(cepstra)
    for step in range(1, _DELTA_REACH + 1):
        ahead, behind = padded[_DELTA_REACH + step :][:n], padded[_DELTA_REACH - step :][:n]
        slopes += step * (ahead - behind)
    return slopes / np.float32(2 * sum(step**2 for step in range(1, _DELTA_REACH + 1)))


def _band_powers(
    padded: NDArray[np.int16],
    starts: NDArray[np.int64],
    n_window: int,
    filters: NDArray[np.float32],
) -> NDArray[np.float32]:
    """The power in each mel band of the windows that start there (after the first sample)."""
    stretches = padded[starts[:, None] + np.arange(n_window + 1)].astype(np.float32)
    emphasised = stretches[:, 1:] - np.float32(_PRE_EMPHASIS) * stretches[:, :-1]
    windowed = emphasised * np.hamming(n_window).astype(np.float32)
    spectra = np.fft.rfft(windowed, _fft_length(n_window), axis=1)
    powers = (np.abs(spectra) ** 2).astype(np.float32)
    return np.asarray(powers @ filters, np.float32)


@lru_cache(maxsize=8)
def _mel_filters(
    n_window: int, sample_rate: int, most_hz: float, scale: float
) -> NDArray[np.float32]:
    """Triangles, even on the mel scale, that sum up the power in each band: (bins, bands)."""
    mels = np.linspace(_mel(_LOWEST_HZ), _mel(most_hz), _N_BANDS + 2)
    edges_hz = scale * 700 * (10 ** (mels / 2595) - 1)
    bins_hz = np.fft.rfftfreq(_fft_length(n_window), 1 / sample_rate)[:, None]
    low, middle, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) / n_window, np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    """The discrete cosine transform from bands to cepstra: (bands, cepstra)."""
    turns = np.outer(np.arange(_N_BANDS) + 0.5, np.arange(_N_CEPSTRA)) / _N_BANDS
    return np.asarray(np.cos(np.pi * turns) * np.sqrt(2 / _N_BANDS), np.float32)


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _fft_length(n_window: int) -> int:
    return 1 << (n_window - 1).bit_length()
