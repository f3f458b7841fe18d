"""A clip made ready for the programme: trimmed, brought to its rate, levelled, its peaks tamed.

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
from audiobook.sound.limit import limit
from audiobook.sound.loudness import integrated_lufs, step_energies, step_samples
from audiobook.speech.synthesis import load_clip
from audiobook.store import Store, digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.model import Sound

__all__ = ["WORKING_LUFS", "Room", "Take", "find_take", "speech_of"]

WORKING_LUFS = -24.0
"""Every clip is brought to this loudness; the programme's gain takes it from there."""

_VERSION = 2
"""Part of every take's key: another number when the treatment below changes."""
_KIND = "take"
_SILENCE_DB = -50.0
"""Samples this far below the clip's peak count as the engine's own silence."""
_KEPT_BEFORE_MS = 15
_KEPT_AFTER_MS = 60
_FADE_MS = 8
_MOST_GAIN_DB = 30.0
_MOST_TAMED_DB = 12.0
"""Gain beyond that of speech without peaks to tame: more would be heard as distortion."""
_NEAR_ENOUGH_DB = 0.1
_LEAST_SLOPE = 0.1
_TRIES = 6


@dataclass(frozen=True, slots=True)
class Room:
    """What the programme has room for."""

    sample_rate: int
    """Its rate, in samples per second."""
    crest_db: float
    """How far a peak may rise above the loudness of the voice, in dB."""


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
    """Of each 100 ms, K-weighted, as it will be heard (see `loudness.step_energies`)."""


def find_take(store: Store, clip_key: str, room: Room) -> Take:
    """The take of a clip: from the store, else measured and kept there.

    Raises:
        SoundError: the clip is not in the store.
    """
    key = digest(_VERSION, clip_key, room)
    if (kept := store.get(_KIND, key)) is not None:
        fields = json.loads(kept)
        return Take(**{**fields, "energies": tuple(fields["energies"])})
    take = _measured(_clip(store, clip_key), clip_key, room)
    fields = {name: getattr(take, name) for name in Take.__slots__}
    store.put(_KIND, key, json.dumps(fields).encode())
    return take


def speech_of(store: Store, take: Take, room: Room) -> Sound:
    """The samples of a take at the programme's rate, shape (1, take.n_samples).

    Raises:
        SoundError: its clip is not in the store.
    """
    clip = _clip(store, take.clip)
    return _levelled(_resampled(clip, take.first, take.last, room.sample_rate), take.gain_db, room)


def _clip(store: Store, key: str) -> Clip:
    clip = load_clip(store, key)
    if clip is None:
        raise SoundError(
            "a clip has gone from the store while it was in use",
            hint="build again: what is missing is made anew",
        )
    return clip


def _measured(clip: Clip, key: str, room: Room) -> Take:
    first, last = _sounding(clip)
    speech = _resampled(clip, first, last, room.sample_rate)
    gain_db = _levelling_gain_db(speech, room)
    energies = _energies(_levelled(speech, gain_db, room), room)
    rounded = tuple(float(f"{energy:.6g}") for energy in energies)
    return Take(key, first, last, speech.shape[1], gain_db, rounded)


def _levelling_gain_db(speech: Sound, room: Room) -> float:
    """What brings speech to `WORKING_LUFS` once its peaks are tamed, in dB; 0 for silence.

    Taming costs loudness, so the gain is sought by secants. Where it would take too much of that,
    as with a click, the speech stays softer.
    """
    untamed_db = WORKING_LUFS - integrated_lufs(_energies(speech, room))
    if not math.isfinite(untamed_db):
        return 0.0
    gain_db = untamed_db = max(-_MOST_GAIN_DB, min(untamed_db, _MOST_GAIN_DB))
    slope, before, step_db = 1.0, 0.0, 0.0
    for _ in range(_TRIES):
        loudness = integrated_lufs(_energies(_levelled(speech, gain_db, room), room))
        if step_db:
            slope = max((loudness - before) / step_db, _LEAST_SLOPE)
        most_db = untamed_db + _MOST_TAMED_DB - gain_db
        step_db = min((WORKING_LUFS - loudness) / slope, most_db)
        if abs(WORKING_LUFS - loudness) < _NEAR_ENOUGH_DB or not step_db:
            break
        before = loudness
        gain_db += step_db
    return round(gain_db, 2)


def _levelled(speech: Sound, gain_db: float, room: Room) -> Sound:
    """Speech after a gain, with no peak beyond what there is room for."""
    ceiling = 10 ** ((WORKING_LUFS + room.crest_db) / 20)
    return limit(speech * np.float32(10 ** (gain_db / 20)), ceiling, room.sample_rate)


def _energies(speech: Sound, room: Room) -> NDArray[np.float64]:
    """Of each 100 ms, the last one filled up with silence."""
    missing = -speech.shape[1] % step_samples(room.sample_rate)
    return step_energies(np.pad(speech, ((0, 0), (0, missing))), room.sample_rate)


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
