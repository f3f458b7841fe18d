"""A clip made ready for the programme: trimmed, brought to its rate, levelled.

All of it is a pure function of the clip. What the programme must know beforehand (length, level,
energies) is a Take, measured once and kept; the samples are made anew whenever they are wanted.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import soxr

from audiobook.errors import SoundError
from audiobook.model import Clip
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.speech.synthesis import load_clip
from audiobook.store import Store, digest

if TYPE_CHECKING:
    from audiobook.model import Sound

__all__ = ["WORKING_LUFS", "Take", "find_take", "speech_of"]

WORKING_LUFS = -24.0
"""Every clip is brought to this loudness; the programme's gain takes it from there."""

_VERSION = 1
"""Part of every take's key: another number when the treatment below changes."""
_KIND = "take"
_SILENCE_DB = -50.0
"""Samples this far below the clip's peak count as the engine's own silence."""
_KEPT_BEFORE_MS = 15
_KEPT_AFTER_MS = 60
_FADE_MS = 8
_MOST_GAIN_DB = 30.0


@dataclass(frozen=True, slots=True)
class Take:
    """A clip as the programme uses it."""

    clip: str
    """The clip's key in the store."""
    first: int
    """The first of the clip's samples that is used."""
    last: int
    """The one after the last, greater than `first`."""
    n_samples: int
    """Its length at the programme's rate, in samples."""
    gain_db: float
    """What brings it to `WORKING_LUFS`, in dB."""
    energies: tuple[float, ...]
    """Of each 100 ms, K-weighted and after the gain (see `loudness.step_energies`)."""


def find_take(store: Store, clip_key: str, sample_rate: int) -> Take:
    """The take of a clip at the programme's rate: from the store, else measured and kept there.

    Raises:
        SoundError: the clip is not in the store.
    """
    key = digest(_VERSION, clip_key, sample_rate)
    if (kept := store.get(_KIND, key)) is not None:
        fields = json.loads(kept)
        return Take(**{**fields, "energies": tuple(fields["energies"])})
    take = _measured(_clip(store, clip_key), clip_key, sample_rate)
    fields = {name: getattr(take, name) for name in Take.__slots__}
    store.put(_KIND, key, json.dumps(fields).encode())
    return take


def speech_of(store: Store, take: Take, sample_rate: int) -> Sound:
    """The samples of a take at the programme's rate, shape (1, take.n_samples).

    Raises:
        SoundError: its clip is not in the store.
    """
    gain = np.float32(10 ** (take.gain_db / 20))
    return _resampled(_clip(store, take.clip), take.first, take.last, sample_rate) * gain


def _clip(store: Store, key: str) -> Clip:
    clip = load_clip(store, key)
    if clip is None:
        raise SoundError(
            "a clip has gone from the store while it was in use",
            hint="build again: what is missing is made anew",
        )
    return clip


def _measured(clip: Clip, key: str, sample_rate: int) -> Take:
    first, last = _sounding(clip)
    speech = _resampled(clip, first, last, sample_rate)
    energies = step_energies(_whole_steps(speech, sample_rate), sample_rate)
    loudness = integrated_lufs(energies)
    gain_db = WORKING_LUFS - loudness if math.isfinite(loudness) else 0.0
    gain_db = round(max(-_MOST_GAIN_DB, min(gain_db, _MOST_GAIN_DB)), 2)
    levelled = energies * 10 ** (gain_db / 10)
    rounded = tuple(float(f"{energy:.6g}") for energy in levelled)
    return Take(key, first, last, speech.shape[1], gain_db, rounded)


def _sounding(clip: Clip) -> tuple[int, int]:
    """The clip's samples without the silence that the engine put around them."""
    magnitudes = np.abs(clip.samples.astype(np.int32))
    loud = np.nonzero(magnitudes > magnitudes.max() * 10 ** (_SILENCE_DB / 20))[0]
    if not len(loud):
        return 0, len(magnitudes)
    ms = clip.sample_rate / 1000
    first = max(0, int(loud[0]) - round(_KEPT_BEFORE_MS * ms))
    return first, min(len(magnitudes), int(loud[-1]) + 1 + round(_KEPT_AFTER_MS * ms))


def _resampled(clip: Clip, first: int, last: int, sample_rate: int) -> Sound:
    """Part of a clip at the programme's rate, faded at its ends, shape (1, n)."""
    samples = clip.samples[first:last].astype(np.float32) / np.float32(32768)
    if clip.sample_rate != sample_rate:
        samples = soxr.resample(samples, clip.sample_rate, sample_rate, quality="HQ")
    n_fade = min(round(_FADE_MS * sample_rate / 1000), len(samples) // 2)
    fade = (0.5 - 0.5 * np.cos(np.pi * np.arange(n_fade) / max(1, n_fade))).astype(np.float32)
    samples = np.array(samples, np.float32)
    samples[:n_fade] *= fade
    samples[len(samples) - n_fade :] *= fade[::-1]
    return samples[np.newaxis]


def _whole_steps(sound: Sound, sample_rate: int) -> Sound:
    """Sound with silence after it, up to a whole number of 100 ms steps."""
    return np.pad(sound, ((0, 0), (0, -sound.shape[1] % (sample_rate // 10))))
