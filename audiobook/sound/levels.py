"""What is measured of a sound, block by block, and what it says of a whole programme.

The same measurement serves a build, which takes it of each block and keeps it, and a check, which
takes it of a finished file's decoded sound. Levels of parts join to those of the whole.
"""

from __future__ import annotations

import array
import math
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiobook.sound import Sound
from audiobook.sound.loudness import integrated_lufs, step_energies, true_peaks

__all__ = [
    "SILENCE_DB",
    "Figures",
    "Levels",
    "figures_of",
    "levels_of",
    "packed",
    "quiet_ends_s",
    "true_peak",
    "unpacked",
]

_STEPS_PER_S = 20
_QUIET_STEPS = _STEPS_PER_S // 2
_SOUNDING = 10 ** (-50.0 / 10)
"""Mean square from which something is heard."""
SILENCE_DB = -120.0
"""What stands for the level of silence, in dB of full scale."""
_PEAK_CONTEXT_SAMPLES = 16
"""More than the meter for true peaks looks to either side."""
_PEAKS_AT_ONCE = 1 << 18
"""Samples in which peaks are sought; what that takes stays in a processor's cache."""
_HEAD = struct.Struct("<ddII")


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """The levels of a stretch of sound."""

    energies: NDArray[np.float32]
    """Of each 100 ms: K-weighted mean square, summed over channels (BS.1770-5)."""
    squares: NDArray[np.float32]
    """Of each 50 ms: mean square, averaged over channels."""
    true_peak: float
    """The greatest true peak, as a factor of full scale."""
    sample_peak: float
    """The greatest sample, as a factor of full scale."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a listener, or a shop that sells audiobooks, measures of a programme."""

    integrated_lufs: float
    """Integrated loudness (BS.1770-5), in LUFS; −120 for silence, here and below."""
    true_peak_dbtp: float
    """Highest true peak, in dBTP."""
    sample_peak_db: float
    """Highest sample, in dB of full scale."""
    rms_db: float
    """RMS of all of it, in dB of full scale."""
    noise_floor_db: float
    """RMS of its quietest half second."""
    head_s: float
    """How long it takes until a level of −50 dB RMS is reached."""
    tail_s: float
    """How long it goes on after that level was there last."""


def levels_of(
    sound: Sound,
    sample_rate: int,
    *,
    first: int = 0,
    last: int | None = None,
) -> Levels:
    """Measure the samples from `first` up to `last`; those around them are context.

    Parts measured with the context that K-weighting remembers before them and 16 samples after say
    together what the whole says, where each but the last is a number of whole 100 ms long.

    Args:
        sound: shape (channels, n).
        sample_rate: samples per second.
        first: the first sample measured.
        last: the one after the last; None for the end.
    """
    last = sound.shape[1] if last is None else last
    squares = _squares(sound[:, first:last], sample_rate)
    energies = step_energies(sound[:, :last], sample_rate, lead_samples=first)
    return Levels(
        energies.astype(np.float32),
        squares.astype(np.float32),
        true_peak(sound, first, last),
        _sample_peak(sound[:, first:last]),
    )


def true_peak(sound: Sound, first: int, last: int) -> float:
    """The greatest true peak from sample `first` up to `last`, as a factor of full scale.

    A sound that is cut off short overshoots between its last samples: those around are context.

    Args:
        sound: shape (channels, n).
        first: the first sample measured.
        last: the one after the last; nothing is measured where it is not beyond the first.
    """
    measured = sound[:, first : max(first, last)]
    peak = _sample_peak(measured)
    for start in range(first, last, _PEAKS_AT_ONCE):
        stop, before = min(start + _PEAKS_AT_ONCE, last), max(0, start - _PEAK_CONTEXT_SAMPLES)
        peaks = true_peaks(sound[:, before : stop + _PEAK_CONTEXT_SAMPLES], peak)
        peak = max(peak, float(peaks[start - before : stop - before].max()))
    return peak


def quiet_ends_s(sound: Sound, sample_rate: int, gain_db: float) -> tuple[float, float]:
    """What a sound, at a gain, adds to the head and to the tail of what begins or ends with it.

    Both are all of it where it never reaches −50 dB RMS.
    """
    sounding = _squares(sound, sample_rate) * 10 ** (gain_db / 10) > _SOUNDING
    if not sounding.any():
        return len(sounding) / _STEPS_PER_S, len(sounding) / _STEPS_PER_S
    return int(sounding.argmax()) / _STEPS_PER_S, int(sounding[::-1].argmax()) / _STEPS_PER_S


def _squares(sound: Sound, sample_rate: int) -> NDArray[np.float32]:
    """Of each whole 50 ms: mean square, averaged over channels."""
    step = sample_rate // _STEPS_PER_S
    whole = sound.shape[1] // step * step
    steps = sound[:, :whole].reshape(len(sound), -1, step)
    return np.asarray(np.einsum("cij,cij->i", steps, steps) / (step * len(sound)))


def _sample_peak(sound: Sound) -> float:
    return float(max(sound.max(initial=0.0), -sound.min(initial=0.0)))


def figures_of(parts: Iterable[Levels]) -> Figures:
    """What the levels of a programme's parts, laid end to end, say of it.

    What a part has beyond its last whole step is of no account: less than 100 ms. Parts are let go
    as they come, so that a long programme takes no more room than its energies do.
    """
    meter = _Meter()
    for part in parts:
        meter.add(part)
    return meter.figures()


class _Meter:
    """What is known of a programme so far."""

    def __init__(self) -> None:
        self._energies = array.array("f")
        self._n_steps = 0
        self._n_head: int | None = None
        """Steps before the first that sounds; None while none has."""
        self._n_tail = 0
        """Steps since the last that sounded."""
        self._square_sum = 0.0
        self._quietest = math.inf
        """The least mean square of half a second."""
        self._latest: NDArray[np.float32] = np.zeros(0, np.float32)
        """The squares of the last steps, which windows that go on into the next part need."""
        self._true_peak = self._sample_peak = 0.0

    def add(self, part: Levels) -> None:
        """Take in what comes next."""
        self._energies.frombytes(part.energies.astype(np.float32).tobytes())
        self._true_peak = max(self._true_peak, part.true_peak)
        self._sample_peak = max(self._sample_peak, part.sample_peak)
        self._square_sum += float(part.squares.sum(dtype=np.float64))
        self._look_for_quiet(part.squares)
        self._look_for_sound(part.squares)
        self._n_steps += len(part.squares)

    def figures(self) -> Figures:
        """What all of it measures."""
        mean = self._square_sum / max(self._n_steps, 1)
        loudness = integrated_lufs(np.frombuffer(self._energies, np.float32))
        return Figures(
            loudness if math.isfinite(loudness) else SILENCE_DB,
            _db(self._true_peak**2),
            _db(self._sample_peak**2),
            _db(mean),
            _db(mean if math.isinf(self._quietest) else self._quietest),
            (self._n_steps if self._n_head is None else self._n_head) / _STEPS_PER_S,
            self._n_tail / _STEPS_PER_S,
        )

    def _look_for_quiet(self, squares: NDArray[np.float32]) -> None:
        squares = np.concatenate([self._latest, squares])
        if len(squares) >= _QUIET_STEPS:
            windows = np.lib.stride_tricks.sliding_window_view(squares, _QUIET_STEPS)
            sums = np.einsum("ij->i", windows)
            self._quietest = min(self._quietest, float(sums.min()) / _QUIET_STEPS)
        self._latest = squares[-(_QUIET_STEPS - 1) :].copy()

    def _look_for_sound(self, squares: NDArray[np.float32]) -> None:
        sounding = squares > _SOUNDING
        if not sounding.any():
            self._n_tail += len(squares)
            return
        if self._n_head is None:
            self._n_head = self._n_steps + int(sounding.argmax())
        self._n_tail = int(sounding[::-1].argmax())


def packed(levels: Levels) -> bytes:
    """Levels as bytes, of which `unpacked` makes the same again."""
    head = _HEAD.pack(
        levels.true_peak, levels.sample_peak, len(levels.energies), len(levels.squares)
    )
    return head + levels.energies.astype("<f4").tobytes() + levels.squares.astype("<f4").tobytes()


def unpacked(data: bytes) -> Levels:
    """What `packed` made.

    Raises:
        ValueError: it made no such bytes.
    """
    try:
        true_peak, sample_peak, n_energies, n_squares = _HEAD.unpack_from(data)
    except struct.error as error:
        raise ValueError(str(error)) from error
    if len(data) != _HEAD.size + 4 * (n_energies + n_squares):
        raise ValueError("levels of another length")
    values = np.frombuffer(data, "<f4", offset=_HEAD.size).astype(np.float32)
    return Levels(values[:n_energies], values[n_energies:], true_peak, sample_peak)


def _db(power: float) -> float:
    return 10 * math.log10(power) if power > 10 ** (SILENCE_DB / 10) else SILENCE_DB
