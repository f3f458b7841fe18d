"""Loudness and peaks as ITU-R BS.1770-5 and EBU Tech 3341 measure them.

The energies of 100 ms steps can be measured apart and put together again: the integrated loudness
of a programme is exact from those of its blocks, and foretold from those of its clips.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.filtering import bins_hz, filtered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = [
    "energy_of_lufs",
    "integrated_lufs",
    "k_response",
    "k_settling_samples",
    "k_weighted",
    "step_energies",
    "step_samples",
    "true_peaks",
    "ungated_lufs",
]

_SETTLING_S = 0.06
_OFFSET = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_TAPS_BEFORE = 11
"""As many as BS.1770-5 shows, 5, read up to 0.6 dB too little of bursts that reach up to 19 kHz."""
_HITS_AT_ONCE = 1 << 15
_WINDOWS_AT_ONCE = 1 << 16
"""A programme of days has millions."""
_STEPS_AT_ONCE = 49
"""At 44.1 kHz they fill sixteen transforms; what that takes stays in a processor's cache."""


def step_samples(sample_rate: int) -> int:
    """Length of a step, 100 ms, in samples."""
    return sample_rate // 10


def step_energies(sound: Sound, sample_rate: int, *, lead_samples: int = 0) -> NDArray[np.float64]:
    """Energy of each whole 100 ms step after K-weighting, summed over channels, as mean squares.

    Args:
        sound: shape (channels, n).
        sample_rate: samples per second.
        lead_samples: this much at the start only settles the filter and is not measured.
    """
    step = step_samples(sample_rate)
    energies = np.empty(max(0, sound.shape[1] - lead_samples) // step)
    for done in range(0, len(energies), _STEPS_AT_ONCE):
        some = energies[done : done + _STEPS_AT_ONCE]
        start = lead_samples + done * step
        settling = min(start, k_settling_samples(sample_rate))
        heard = sound[:, start - settling : start + len(some) * step]
        weighted = k_weighted(heard, sample_rate)[:, settling:]
        steps = weighted.reshape(len(sound), -1, step)
        some[:] = np.einsum("cij,cij->i", steps, steps, dtype=np.float64) / step
    return energies


def k_weighted(sound: Sound, sample_rate: int) -> Sound:
    """Sound through the K-weighting filter (BS.1770-5 annex 1), of the same shape."""
    settling = k_settling_samples(sample_rate)
    return filtered(sound, [k_response(sample_rate)], before=settling, after=0)[0]


@lru_cache(maxsize=16)
def k_response(sample_rate: int) -> NDArray[np.complex64]:
    """Frequency response of the K-weighting filter, at `filtering.bins_hz`.

    Both biquads are given in BS.1770-5 for 48 kHz; these are the analogue prototypes behind them,
    brought to any rate by the bilinear transform.
    """
    z = np.exp(-2j * np.pi * bins_hz(sample_rate) / sample_rate)
    q, k = 0.7071752369554196, math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = (high + band * k / q + k * k) + 2 * (k * k - high) * z
    shelf += (high - band * k / q + k * k) * z * z
    shelf /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
    q, k = 0.5003270373238773, math.tan(math.pi * 38.13547087602444 / sample_rate)
    high_pass = (1 - 2 * z + z * z) * (1 + k / q + k * k)
    high_pass /= (1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z
    return np.asarray(shelf * high_pass, np.complex64)


def k_settling_samples(sample_rate: int) -> int:
    """What lies further back the K-weighting filter has forgotten, to 3 parts in a million."""
    return int(_SETTLING_S * sample_rate)


def integrated_lufs(energies: NDArray[np.floating]) -> float:
    """Integrated loudness with both gates (BS.1770-5 annex 1) of 100 ms steps; −inf for silence."""
    above_silence = _mean_above(energies, energy_of_lufs(_ABSOLUTE_GATE_LUFS))
    if not above_silence:
        return -math.inf
    gate = energy_of_lufs(_lufs(above_silence) + _RELATIVE_GATE_LU)
    return _lufs(_mean_above(energies, gate))


def _mean_above(energies: NDArray[np.floating], gate: float) -> float:
    """The mean of those windows of 400 ms that are above a gate; 0 where none is."""
    total, n_above = 0.0, 0
    for windows in _windows(energies):
        above = windows[windows > gate]
        total += float(above.sum())
        n_above += len(above)
    return total / max(n_above, 1)


def _windows(energies: NDArray[np.floating]) -> Iterator[NDArray[np.float64]]:
    """The mean energies of all windows of 400 ms, or of what is shorter, some at a time."""
    n_summed = min(4, len(energies))
    n_windows = len(energies) - n_summed + 1 if n_summed else 0
    for start in range(0, n_windows, _WINDOWS_AT_ONCE):
        windows = np.zeros(min(_WINDOWS_AT_ONCE, n_windows - start))
        for at in range(start, start + n_summed):
            windows += energies[at : at + len(windows)]
        yield windows / n_summed


def ungated_lufs(energies: NDArray[np.float64]) -> float:
    """Loudness of 100 ms steps, quiet ones and all; −∞ for silence."""
    return _lufs(float(energies.mean())) if energies.any() else -math.inf


def true_peaks(sound: Sound, above: float) -> NDArray[np.float32]:
    """Of each sample, the greatest magnitude there or on the way to the next, over all channels.

    Peaks between samples are sought by oversampling four times (BS.1770-5 annex 2), and only beside
    samples at which the sound turns round, and near which it exceeds half of `above`: elsewhere
    there are none that reach it. Beyond its ends the sound goes on at its first and last value.

    Args:
        sound: shape (channels, n).
        above: peaks that do not exceed this need not be found.

    Returns:
        Shape (n,).
    """
    peaks = np.abs(sound[0])
    for channel in sound[1:]:
        np.maximum(peaks, np.abs(channel), out=peaks)
    high = _near(peaks > above / 2) & _turns(sound)
    high[:-1] |= high[1:]  # the way to a high sample begins at the one before
    hits = np.nonzero(high)[0]
    taps = _oversampling_taps()
    around = np.arange(taps.shape[1]) - _TAPS_BEFORE
    for start in range(0, len(hits), _HITS_AT_ONCE):
        some = hits[start : start + _HITS_AT_ONCE]
        windows = sound.take(some[:, np.newaxis] + around, axis=1, mode="clip")
        # not by "@": BLAS would start threads of its own, and may round otherwise elsewhere
        between = np.abs(np.einsum("cnt,pt->pcn", windows, taps)).max(axis=(0, 1))
        peaks[some] = np.maximum(peaks[some], between)
    return np.asarray(peaks)


def _near(samples: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those samples, and the two on either side of each.

    Beside a peak of what lies beyond a third of the sample rate both samples are less than half as
    high; one of the four nearest is higher up to 20 kHz.
    """
    near = samples.copy()
    for distance in (1, 2):
        near[distance:] |= samples[:-distance]
        near[:-distance] |= samples[distance:]
    return near


def _turns(sound: Sound) -> NDArray[np.bool_]:
    """Whether the sound, in any channel, goes no further at a sample than it was before it."""
    rises = sound[:, 1:] > sound[:, :-1]
    turns = np.ones(sound.shape, bool)
    turns[:, 1:-1] = rises[:, 1:] != rises[:, :-1]
    return np.asarray(turns.any(axis=0))


@lru_cache(maxsize=1)
def _oversampling_taps() -> NDArray[np.float32]:
    """Weights for the three points between two samples, shape (3, 24): a Kaiser-windowed sinc."""
    offsets = np.arange(-_TAPS_BEFORE, _TAPS_BEFORE + 2) - np.array([[0.25], [0.5], [0.75]])
    window = np.i0(5.0 * np.sqrt(1 - (offsets / (_TAPS_BEFORE + 1.25)) ** 2)) / np.i0(5.0)
    taps = np.sinc(offsets) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)


def _lufs(energy: float) -> float:
    return _OFFSET + 10 * math.log10(energy)


def energy_of_lufs(lufs: float) -> float:
    """The mean square after K-weighting, summed over channels, that a loudness stands for."""
    return float(10 ** ((lufs - _OFFSET) / 10))
