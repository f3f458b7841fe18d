"""The one gain that brings a programme to its profile, known before a word of it is spoken.

Every clip is brought to one loudness, so what a programme will measure hangs on how much of it is
speech, pause and music, and that its script tells nearly enough. The gain is rounded to a quarter
of a decibel: one sentence moves an hour's loudness by some thousandths, so an edit all but never
moves the gain, and with it every block of the programme; and the same script always has the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.duck import duck_share_at
from audiobook.sound.loudness import energy_of_lufs, integrated_lufs, step_samples, ungated_lufs
from audiobook.sound.profiles import Profile
from audiobook.sound.scene import Mix
from audiobook.sound.timeline import Grid, Slot
from audiobook.sound.voice import WORKING_LUFS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAIN_STEP_DB", "foretold_db", "rounded_gain_db"]

GAIN_STEP_DB = 0.25
"""Gains are multiples of this."""

_LEAST_GAIN_DB = -40.0
_MOST_GAIN_DB = 22.0
"""Room tone, at −82 dB, is then at −60 dB, the most that any profile allows it; a voice that is not
turned down needs 16 dB for the loudest profile there may be."""
_STEP_MS = 100


def rounded_gain_db(gain_db: float) -> float:
    """The gain to use where this one is wanted, from −40 to 22 dB; 0 where that is no number."""
    if not math.isfinite(gain_db):
        return 0.0
    steps = round(gain_db / GAIN_STEP_DB)
    return max(_LEAST_GAIN_DB, min(steps * GAIN_STEP_DB, _MOST_GAIN_DB))


def foretold_db(
    slots: Sequence[Slot],
    grid: Grid,
    mix: Mix,
    music: Mapping[str, NDArray[np.float64]],
    profile: Profile,
) -> float:
    """What a programme will measure before its gain, of that which its profile aims at.

    That is the integrated loudness in LUFS, or the RMS in dB. K-weighting takes from speech what
    its offset adds: RMS is the ungated loudness of one channel, to about 0.2 dB.

    Args:
        slots: what is heard; of takes only the length counts, and may be estimated.
        grid: the programme's frames.
        mix: its balance; its own gain counts for nothing.
        music: K-weighted energies of each piece's 100 ms steps, by key.
        profile: what it is to be mastered to.
    """
    step = step_samples(mix.sample_rate)
    placed = list(_placed(slots, grid))
    n_steps = (placed[-1].stop if placed else 0) // step + 2
    energies = _beds(placed, n_steps, mix, music)
    voice = energy_of_lufs(WORKING_LUFS) * mix.channels
    for place in placed:
        slot, first = place.slot, round(place.at / step)
        if slot.take is not None:
            last = first + round(slot.take.n_samples / step)
            energies[first:last] += voice * 10 ** (slot.gain_db / 10)
        if slot.solo and not slot.solo_sample:
            heard = music[slot.solo] * 10 ** ((mix.solo_db + slot.music_gain_db) / 10)
            _fade(heard, slot.fade_ms, rises=True, falls=True)
            energies[first : first + len(heard)] += heard[: n_steps - first]
    if profile.rms_db is None:
        return integrated_lufs(energies)
    return ungated_lufs(energies[: placed[-1].stop // step if placed else 0] / mix.channels)


@dataclass(frozen=True, slots=True)
class _Place:
    """A slot where it stands, in samples."""

    at: int
    stop: int
    slot: Slot


def _placed(slots: Sequence[Slot], grid: Grid) -> Iterator[_Place]:
    at = 0
    for slot in slots:
        stop = at + slot.n_frames * grid.frame_samples
        yield _Place(at, stop, slot)
        at = stop


def _beds(
    placed: Sequence[_Place], n_steps: int, mix: Mix, music: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The energies of beds in a programme's steps, shape (n_steps,)."""
    step = step_samples(mix.sample_rate)
    energies, depths_db = np.zeros(n_steps), np.full(n_steps, mix.ducking.depth_db)
    means = {key: float(steps.mean()) * 10 ** (mix.bed_db / 10) for key, steps in music.items()}
    for place in placed:
        slot, steps = place.slot, slice(round(place.at / step), round(place.stop / step))
        if slot.bed:
            energies[steps] = means[slot.bed] * 10 ** (slot.music_gain_db / 10)
            enters = slot.bed_enters
            _fade(energies[steps], slot.fade_ms, rises=enters, falls=not enters)
        if slot.duck_db is not None:
            depths_db[steps] = slot.duck_db
    if energies.any():
        speech = [(p.at, p.at + p.slot.take.n_samples) for p in placed if p.slot.take]
        middles = np.arange(n_steps) * step + step // 2
        share = duck_share_at(speech, mix.ducking, mix.sample_rate, middles)
        energies *= 10 ** (depths_db / 10 * share)
    return energies


def _fade(energies: NDArray[np.float64], fade_ms: int | None, *, rises: bool, falls: bool) -> None:
    """Let energies come up and go down over that long, as is heard; None for hardly any time."""
    if fade_ms is None:
        return
    n = min(round(fade_ms / _STEP_MS), len(energies) // (rises + falls))
    ramp = np.sin((np.arange(n) + 0.5) / max(n, 1) * (np.pi / 2)) ** 2
    if rises:
        energies[:n] *= ramp
    if falls:
        energies[len(energies) - n :] *= ramp[::-1]
