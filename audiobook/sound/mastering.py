"""The one gain that brings a programme to its profile, known before a word of it is spoken.

Every clip is brought to one loudness, so what a programme will measure hangs on how much of it is
speech, pause and music, and that its script tells nearly enough. The gain is rounded to a quarter
of a decibel: one sentence moves an hour's loudness by some thousandths, so an edit all but never
moves the gain, and with it every block of the programme; and the same script always has the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.duck import duck_gain_at
from audiobook.sound.loudness import energy_of_lufs, integrated_lufs, step_samples
from audiobook.sound.scene import Mix
from audiobook.sound.timeline import Grid, Slot
from audiobook.sound.voice import WORKING_LUFS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAIN_STEP_DB", "foretold_lufs", "rounded_gain_db"]

GAIN_STEP_DB = 0.25
"""Gains are multiples of this."""

_MOST_GAIN_DB = 40.0


def rounded_gain_db(gain_db: float) -> float:
    """The gain to use where this one is wanted; 0 where that is no number."""
    if not math.isfinite(gain_db):
        return 0.0
    steps = round(gain_db / GAIN_STEP_DB)
    return max(-_MOST_GAIN_DB, min(steps * GAIN_STEP_DB, _MOST_GAIN_DB))


def foretold_lufs(
    slots: Sequence[Slot], grid: Grid, mix: Mix, music: Mapping[str, NDArray[np.float64]]
) -> float:
    """The integrated loudness that a programme will have before its gain, in LUFS.

    Args:
        slots: what is heard; of takes only the length counts, and may be estimated.
        grid: the programme's frames.
        mix: its balance; its own gain counts for nothing.
        music: K-weighted energies of each piece's 100 ms steps, by key.
    """
    step, frame = step_samples(mix.sample_rate), grid.frame_samples
    n_steps = sum(slot.n_frames for slot in slots) * frame // step + 2
    energies, beds = np.zeros(n_steps), np.zeros(n_steps)
    bed_means = {key: float(steps.mean()) * 10 ** (mix.bed_db / 10) for key, steps in music.items()}
    voice = energy_of_lufs(WORKING_LUFS) * mix.channels
    speech: list[tuple[int, int]] = []
    at = 0
    for slot in slots:
        stop = at + slot.n_frames * frame
        first, last = round(at / step), round(stop / step)
        if slot.take is not None:
            n_spoken = round(slot.take.n_samples / step)
            energies[first : first + n_spoken] += voice * 10 ** (slot.gain_db / 10)
            speech.append((at, at + slot.take.n_samples))
        if slot.solo:
            heard = music[slot.solo][round(slot.solo_sample / step) :]
            heard = heard[: last - first] if slot.solo_stop is None else heard
            _add(energies, first, heard * 10 ** (mix.solo_db / 10))
        if slot.bed:
            beds[first:last] = bed_means[slot.bed]
        at = stop
    if beds.any():
        middles = np.arange(n_steps) * step + step // 2
        beds *= duck_gain_at(speech, mix.ducking, mix.sample_rate, middles) ** 2
    return integrated_lufs(energies + beds)


def _add(energies: NDArray[np.float64], first: int, more: NDArray[np.float64]) -> None:
    energies[first : first + len(more)] += more[: len(energies) - first]
