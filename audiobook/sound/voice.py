"""The voice chain: a clip made ready for the programme.

    trim ─▶ high-pass ─▶ narration preset, by choice ─▶ fade ─▶ level ─▶ tame peaks

A pure function of the clip, run at the clip's own rate. What it gives is kept in the store, so
that rendering has only to load it and bring it to the programme's rate.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import soxr

from audiobook.errors import LostError
from audiobook.sound.control import drawn, hann_mean, in_ticks, sliding_maximum, tick_samples
from audiobook.sound.filtering import bins_hz, filtered
from audiobook.sound.loudness import (
    integrated_lufs,
    k_response,
    k_settling_samples,
    k_weighted,
    step_samples,
    true_peaks,
)
from audiobook.sound.narration import narrated
from audiobook.speech.synthesis import load_clip
from audiobook.store import Store, digest
from audiobook.utterance import Clip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = ["WORKING_LUFS", "Room", "Take", "find_take", "kept_length", "kept_take", "speech_of"]

WORKING_LUFS = -24.0
"""Every clip is brought to this loudness; the programme's gain takes it from there."""

_VERSION = 5
"""Another number when the chain makes anything else of a clip."""
_TAKE_KIND = "take"
_FACTS = struct.Struct("<QQQd")
_VOICE_KIND = "voice"
_RATE = struct.Struct("<I")

_SILENCE_DB = -50.0
"""Samples this far below the clip's peak count as the engine's own silence."""
_KEPT_BEFORE_MS = 15
_KEPT_AFTER_MS = 60
_HIGH_PASS_HZ = 70.0
_HIGH_PASS_REACH_S = 0.06
"""What lies further off the high-pass passes over, to 1 part in 50,000."""
_FADE_MS = 8
_MOST_GAIN_DB = 30.0
_MOST_TAMED_DB = 12.0
"""Gain beyond that of speech without peaks to tame: more would be heard as distortion."""
_SOUGHT_DB = 3.0
"""Peaks between samples are sought for this much more gain; if it is not enough, for the most."""
_LOOK_TICKS = 5
_NEAR_ENOUGH_DB = 0.02
_LEAST_SLOPE = 0.1
_TRIES = 8
_FULL_SCALE = 32_767 / 32_768


@dataclass(frozen=True, slots=True)
class Room:
    """What the programme has room for, and how its voices are to sound."""

    sample_rate: int
    """Its rate, in samples per second."""
    crest_db: float
    """How far a peak may rise above the loudness of the voice, in dB."""
    narration: bool = False
    """Whether voices go through the narration preset (see `narration`)."""
    chain: int = _VERSION
    """Version of the chain; with the rest it is part of the key of all that is made."""


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
    """What brought it to `WORKING_LUFS`, in dB."""


def find_take(store: Store, clip_key: str, room: Room) -> Take:
    """The take of a clip: from the store, else made and kept there with its speech.

    Raises:
        LostError: the clip is not in the store.
    """
    if kept := kept_take(store, clip_key, room):
        return kept
    key = _key(clip_key, room)
    take, speech = _prepared(_clip(store, clip_key), clip_key, room)
    store.put(_VOICE_KIND, key, speech)
    facts = _FACTS.pack(take.first, take.last, take.n_samples, take.gain_db)
    store.put(_TAKE_KIND, key, facts)
    return take


def kept_take(store: Store, clip_key: str, room: Room) -> Take | None:
    """The take of a clip if it is in the store."""
    kept = store.get(_TAKE_KIND, _key(clip_key, room))
    return None if kept is None else Take(clip_key, *_FACTS.unpack(kept))


def kept_length(store: Store, clip_key: str, room: Room) -> int | None:
    """The length of a clip's take, in samples at the programme's rate, if the clip was kept.

    It costs no more than reading the clip, be the take there or not.
    """
    if take := kept_take(store, clip_key, room):
        return take.n_samples
    if clip := load_clip(store, clip_key):
        first, last = _sounding(clip)
        return _resampled_length(last - first, clip.sample_rate, room.sample_rate)
    return None


def speech_of(store: Store, take: Take, room: Room) -> Sound:
    """The samples of a take at the programme's rate, shape (1, take.n_samples).

    Raises:
        LostError: neither its speech nor its clip is in the store.
    """
    key = _key(take.clip, room)
    kept = store.get(_VOICE_KIND, key)
    if kept is None:
        _, kept = _prepared(_clip(store, take.clip), take.clip, room)
        store.put(_VOICE_KIND, key, kept)
    (sample_rate,) = _RATE.unpack_from(kept)
    samples = np.frombuffer(kept, "<i2", offset=_RATE.size) * np.float32(1 / 32_768)
    if sample_rate != room.sample_rate:
        samples = soxr.resample(samples, sample_rate, room.sample_rate, quality="HQ")
    speech = np.zeros((1, take.n_samples), np.float32)
    speech[0, : len(samples)] = samples
    return speech


def _key(clip_key: str, room: Room) -> str:
    return digest(clip_key, _room_key(room))


@lru_cache(maxsize=16)
def _room_key(room: Room) -> str:
    return digest(room)


def _clip(store: Store, key: str) -> Clip:
    clip = load_clip(store, key)
    if clip is None:
        raise LostError(
            "a clip has gone from the store while it was in use",
            hint="build again: what is missing is made anew",
        )
    return clip


def _prepared(clip: Clip, key: str, room: Room) -> tuple[Take, bytes]:
    """A clip's take, and its speech as it is kept.

    That is its rate as a little-endian uint32 and its samples as little-endian int16. Rounding
    them makes a noise of −101 dB of full scale, 77 dB below the voice.
    """
    first, last = _sounding(clip)
    raw = clip.samples[np.newaxis, first:last] * np.float32(1 / 32_768)
    speech, weighted = _high_passed(raw, clip.sample_rate)
    if room.narration:
        speech = narrated(speech, clip.sample_rate)
        weighted = k_weighted(speech, clip.sample_rate)
    for sound in speech, weighted:
        _fade(sound, clip.sample_rate)
    gain_db = _level(speech, clip.sample_rate, _Loudness(weighted[0], clip.sample_rate), room)
    rounded = np.rint(speech[0] * np.float32(32_768)).astype("<i2")
    n_samples = _resampled_length(last - first, clip.sample_rate, room.sample_rate)
    take = Take(key, first, last, n_samples, gain_db)
    return take, _RATE.pack(clip.sample_rate) + rounded.tobytes()


def _resampled_length(n_samples: int, from_rate: int, to_rate: int) -> int:
    """How many samples soxr makes of so many, to the bit; one at least."""
    return max(1, math.floor(n_samples / (from_rate / to_rate) + 0.5))


def _sounding(clip: Clip) -> tuple[int, int]:
    """The clip's samples without the silence that the engine put around them."""
    samples = clip.samples
    peak = max(int(samples.max()), -int(samples.min()))
    least = int(peak * 10 ** (_SILENCE_DB / 20))
    loud = (samples > least) | (samples < -least)
    if not peak:
        return 0, len(samples)
    ms = clip.sample_rate / 1000
    first = int(loud.argmax()) - round(_KEPT_BEFORE_MS * ms)
    last = len(samples) - int(loud[::-1].argmax()) + round(_KEPT_AFTER_MS * ms)
    return max(0, first), min(len(samples), last)


def _high_passed(speech: Sound, sample_rate: int) -> tuple[Sound, Sound]:
    """Speech without what lies below it (hum, rumble, an offset); and that, K-weighted.

    Both come of one transform, which is a good part of the chain's work.
    """
    reach = int(_HIGH_PASS_REACH_S * sample_rate)
    high_pass = _high_pass_response(sample_rate)
    both = np.asarray(high_pass * k_response(sample_rate), np.complex64)
    before = reach + k_settling_samples(sample_rate)
    passed, weighted = filtered(speech, [high_pass, both], before, after=reach, hold=True)
    return passed, weighted


@lru_cache(maxsize=16)
def _high_pass_response(sample_rate: int) -> NDArray[np.float32]:
    """A Butterworth filter of third order run both ways: 18 dB an octave each, −3 dB at 70 Hz."""
    corner_hz = _HIGH_PASS_HZ * (math.sqrt(2) - 1) ** (1 / 6)
    powers = (bins_hz(sample_rate) / corner_hz) ** 6
    return np.asarray(powers / (1 + powers), np.float32)


def _fade(speech: Sound, sample_rate: int) -> None:
    """Let speech rise from silence and fall to it, in place."""
    n_fade = min(round(_FADE_MS * sample_rate / 1000), speech.shape[1] // 2)
    fade = (0.5 - 0.5 * np.cos(np.pi * np.arange(n_fade) / max(1, n_fade))).astype(np.float32)
    speech[:, :n_fade] *= fade
    speech[:, speech.shape[1] - n_fade :] *= fade[::-1]


def _level(speech: Sound, sample_rate: int, loudness: _Loudness, room: Room) -> float:
    """Bring speech to `WORKING_LUFS` with no peak beyond what there is room for, in place.

    Returns:
        The gain in dB, before peaks were tamed.
    """
    ceiling = min(10 ** ((WORKING_LUFS + room.crest_db) / 20), _FULL_SCALE)
    untamed_db = WORKING_LUFS - loudness.lufs()
    if not math.isfinite(untamed_db):
        untamed_db = 0.0
    untamed_db = max(-_MOST_GAIN_DB, min(untamed_db, _MOST_GAIN_DB))
    tick = tick_samples(sample_rate)
    for more_db in (_SOUGHT_DB, _MOST_TAMED_DB):
        above = ceiling / 10 ** ((untamed_db + more_db) / 20)
        peaks = true_peaks(speech, above)
        tamer = _Tamer(in_ticks(peaks, tick).T.copy().max(axis=0) / ceiling)
        gain_db = _gain_db(loudness, tamer, untamed_db)
        if gain_db <= untamed_db + more_db:
            break
    factor = 10 ** (gain_db / 20)
    taming = tamer.gains(factor)
    if taming is None:
        speech *= np.float32(factor)
    else:
        speech *= drawn(taming * factor, tick, speech.shape[1])
    return gain_db


def _gain_db(loudness: _Loudness, tamer: _Tamer, untamed_db: float) -> float:
    """What brings speech to `WORKING_LUFS` once its peaks are tamed, in dB.

    Taming costs loudness, so the gain is sought by secants. Where it would take too much of that,
    as with a click, the speech stays softer.
    """
    gain_db = untamed_db
    slope, before, step_db = 1.0, 0.0, 0.0
    for _ in range(_TRIES):
        factor = 10 ** (gain_db / 20)
        taming = tamer.gains(factor)
        if taming is None:
            break
        lufs = loudness.lufs(taming * factor)
        if step_db:
            slope = max((lufs - before) / step_db, _LEAST_SLOPE)
        most_db = untamed_db + _MOST_TAMED_DB - gain_db
        step_db = min((WORKING_LUFS - lufs) / slope, most_db)
        if abs(WORKING_LUFS - lufs) < _NEAR_ENOUGH_DB or not step_db:
            break
        before = lufs
        gain_db += step_db
    return round(gain_db, 2)


class _Loudness:
    """The loudness of speech, also under gains that change slowly.

    One K-weighting serves for all: a gain that changes slowly makes the same of what comes out of
    it as of what goes in.
    """

    def __init__(self, weighted: NDArray[np.float32], sample_rate: int) -> None:
        tick, self._step = tick_samples(sample_rate), step_samples(sample_rate)
        ticks = in_ticks(weighted, tick)
        self._energies = np.einsum("ij,ij->i", ticks, ticks).astype(np.float64)
        self._firsts = np.arange(0, len(weighted), self._step) // tick

    def lufs(self, gains: NDArray[np.float64] | None = None) -> float:
        """The integrated loudness under gains at the edges of ticks, or as it is."""
        energies = self._energies
        if gains is not None:
            energies = energies * ((gains[:-1] + gains[1:]) / 2) ** 2
        return integrated_lufs(np.add.reduceat(energies, self._firsts) / self._step)


class _Tamer:
    """Turns peaks down to a ceiling."""

    def __init__(self, peaks: NDArray[np.float32]) -> None:
        self._peaks = peaks.astype(np.float64)
        """The greatest true peak in each tick, as a factor of the ceiling."""

    def gains(self, factor: float) -> NDArray[np.float64] | None:
        """The gains, at the edges of ticks, that speech needs after a gain; None for none.

        What the highest peak near by asks for is held, then smoothed over a little less than that:
        at both edges of every tick the gain is as low as its own peak asks for, or lower.
        """
        excess = self._peaks * factor
        if excess.max() <= 1:
            return None
        held = 2 * _LOOK_TICKS
        around = np.pad(np.maximum(excess, 1.0), held - 1, constant_values=1.0)
        return hann_mean(1 / sliding_maximum(around, held), held - 1)
