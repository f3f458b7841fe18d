"""The one gain that brings a programme to its profile, known before anything is rendered.

The energies of its clips were measured when they were made; laid on the timeline with those of
the music, they foretell the loudness of the mix. The gain is rounded to a quarter of a decibel:
one sentence moves an hour's loudness by some thousandths, so an edit all but never moves the
gain, and with it every block of the programme; and the same programme always has the same one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.duck import duck_gain
from audiobook.sound.loudness import integrated_lufs, step_samples
from audiobook.sound.scene import Mix
from audiobook.sound.timeline import Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["programme_gain_db", "step_energies_of"]

_GAIN_STEP_DB = 0.25
_MOST_GAIN_DB = 40.0


def programme_gain_db(
    timeline: Timeline, mix: Mix, music: Mapping[str, NDArray[np.float64]], target_lufs: float
) -> float:
    """The gain that brings a programme to a loudness, in quarters of a dB.

    Args:
        timeline: the programme.
        mix: its balance; its own gain counts for nothing.
        music: K-weighted energies of each piece's 100 ms steps, by key.
        target_lufs: what its integrated loudness is to be.
    """
    loudness = integrated_lufs(step_energies_of(timeline, mix, music))
    if not math.isfinite(loudness):
        return 0.0
    steps = round((target_lufs - loudness) / _GAIN_STEP_DB)
    return max(-_MOST_GAIN_DB, min(steps * _GAIN_STEP_DB, _MOST_GAIN_DB))


def step_energies_of(
    timeline: Timeline, mix: Mix, music: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The energy that each 100 ms of a programme will have before its gain, shape (steps,)."""
    step = step_samples(mix.sample_rate)
    frame = timeline.grid.frame_samples
    energies = np.zeros(timeline.n_frames * frame // step + 2)
    beds = np.zeros_like(energies)
    bed_means = {key: float(steps.mean()) * 10 ** (mix.bed_db / 10) for key, steps in music.items()}
    speech: list[tuple[int, int]] = []
    at = 0
    for slot in timeline.slots:
        stop = at + slot.n_frames * frame
        first, last = round(at / step), round(stop / step)
        if slot.take is not None:
            spoken = np.array(slot.take.energies) * 10 ** (slot.gain_db / 10) * mix.channels
            _add(energies, first, spoken)
            speech.append((at, at + slot.take.n_samples))
        if slot.solo:
            heard = music[slot.solo][round(slot.solo_sample / step) :]
            heard = heard[: last - first] if slot.solo_stop is None else heard
            _add(energies, first, heard * 10 ** (mix.solo_db / 10))
        if slot.bed:
            beds[first:last] = bed_means[slot.bed]
        at = stop
    return energies + beds * _ducked(speech, mix, len(energies))


def _add(energies: NDArray[np.float64], first: int, more: NDArray[np.float64]) -> None:
    energies[first : first + len(more)] += more[: len(energies) - first]


def _ducked(speech: list[tuple[int, int]], mix: Mix, n_steps: int) -> NDArray[np.float64]:
    """The power gain of beds at each step."""
    step = step_samples(mix.sample_rate)
    gains = np.empty(n_steps)
    # In stretches, so that an envelope for ten hours is never held at once.
    reach = round(mix.ducking.reach_ms * mix.sample_rate / 1000)
    stretch, low = 600, 0
    for first in range(0, n_steps, stretch):
        last = min(first + stretch, n_steps)
        start, stop = first * step // 64 * 64, last * step
        while low < len(speech) and speech[low][1] < start - reach:
            low += 1
        high = low
        while high < len(speech) and speech[high][0] < stop + reach:
            high += 1
        gain = duck_gain(speech[low:high], mix.ducking, mix.sample_rate, start, stop)
        middles = np.arange(first, last) * step + step // 2 - start
        gains[first:last] = gain[middles].astype(np.float64) ** 2
    return gains
