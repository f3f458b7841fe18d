"""A Scene becomes sound: the one place where everything that is heard comes together.

A pure function of the scene. Rendered alone or as part of a longer stretch, a sample is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from audiobook.sound.duck import CONTROL_SAMPLES, duck_gain
from audiobook.sound.limit import limit, limiter_reach_samples
from audiobook.sound.scene import Run, Scene, Spoken
from audiobook.sound.stitch import stitch_and_overlay
from audiobook.sound.voice import Take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = ["Pieces", "Speech", "render"]

Speech: TypeAlias = "Callable[[Take], Sound]"
"""Gives the samples of a take, shape (1, take.n_samples)."""
Pieces: TypeAlias = "Callable[[str], tuple[Sound, bool]]"
"""Gives a piece by its key: samples, shape (channels, n), and whether it loops."""

_STRETCH_S = 4
"""A scene is made this much at a time: what that takes stays in a processor's cache."""


@dataclass(frozen=True, slots=True)
class _Window:
    """The stretch of a scene that is made, context and all."""

    start: int
    stop: int
    channels: int

    @property
    def n_samples(self) -> int:
        return self.stop - self.start

    def silence(self, n_samples: int) -> Sound:
        return np.zeros((self.channels, n_samples), np.float32)


def render(scene: Scene, speech: Speech, pieces: Pieces) -> Sound:
    """The sound of a scene from its `start` to its `stop`, shape (channels, stop - start)."""
    mix = scene.mix
    sound = np.empty((mix.channels, scene.stop - scene.start), np.float32)
    latest = lru_cache(maxsize=2)(speech)  # a line may go on into the next stretch
    stretch = _STRETCH_S * mix.sample_rate
    for start in range(scene.start, scene.stop, stretch):
        stop = min(start + stretch, scene.stop)
        made = _mastered(scene, latest, pieces, start, stop)
        sound[:, start - scene.start : stop - scene.start] = made
    return sound


def _mastered(scene: Scene, speech: Speech, pieces: Pieces, start: int, stop: int) -> Sound:
    """A stretch of a scene, shape (channels, stop - start)."""
    mix = scene.mix
    margin = limiter_reach_samples(mix.sample_rate)
    margin += (start - margin) % CONTROL_SAMPLES  # windows begin on the ducking's grid
    window = _Window(start - margin, stop + margin, mix.channels)
    sound = _mixed(scene, speech, pieces, window)
    sound *= _factor(mix.gain_db)
    sound = limit(sound, 10 ** (mix.ceiling_db / 20), mix.sample_rate)
    return sound[:, margin : margin + stop - start]


def _mixed(scene: Scene, speech: Speech, pieces: Pieces, window: _Window) -> Sound:
    """Voice and music over a window, before gain and limiter."""
    mix = scene.mix
    voice = _voice(scene.spoken, speech, _music(scene.tones, pieces, window), window)
    return stitch_and_overlay(voice, _layers(scene, pieces, window), mix.sample_rate)


def _layers(scene: Scene, pieces: Pieces, window: _Window) -> Iterator[Sound]:
    """What is heard over the voice: music alone, and beds."""
    if scene.solos:
        yield _music(scene.solos, pieces, window) * _factor(scene.mix.solo_db)
    yield from _ducked_beds(scene, pieces, window)


def _ducked_beds(scene: Scene, pieces: Pieces, window: _Window) -> Iterator[Sound]:
    """Beds, those together that make way for speech as far as each other."""
    mix = scene.mix
    for depth_db in dict.fromkeys(run.duck_db for run in scene.beds):
        ducking = replace(mix.ducking, depth_db=depth_db)
        gain = duck_gain(scene.speech, ducking, mix.sample_rate, window.start, window.stop)
        runs = [run for run in scene.beds if run.duck_db == depth_db]
        yield _music(runs, pieces, window) * _factor(mix.bed_db) * gain


def _voice(
    spoken: Sequence[Spoken], speech: Speech, room: Sound, window: _Window
) -> Iterator[Sound]:
    """Speech and the pauses between it, end to end over a window, in the tone of the room."""
    at = window.start
    for line in spoken:
        first = max(line.at, at)
        last = min(line.at + line.take.n_samples, window.stop)
        if first < last:
            heard = speech(line.take)[:, first - line.at : last - line.at]
            yield room[:, at - window.start : first - window.start]
            around = room[:, first - window.start : last - window.start]
            yield heard * _factor(line.gain_db) + around
            at = last
    yield room[:, at - window.start :]


def _music(runs: Sequence[Run], pieces: Pieces, window: _Window) -> Sound:
    """The sum of runs of music over a window, shape (channels, n)."""
    total = window.silence(window.n_samples)
    for run in runs:
        first, last = max(run.at, window.start), min(run.stop, window.stop)
        if first < last:
            samples, loops = pieces(run.piece)
            played = _played(samples, loops, run.phase + first - run.at, last - first)
            if run.fade_in or run.fade_out:
                played = played * _fades(run, first, last)
            if run.gain_db:
                played = played * _factor(run.gain_db)
            total[:, first - window.start : last - window.start] += played
    return total


def _played(samples: Sound, loops: bool, phase: int, n_samples: int) -> Sound:
    """A piece from `phase` on: over and over if it loops, else with silence after it."""
    if loops:
        phase %= samples.shape[1]
        n_rounds = -(-(phase + n_samples) // samples.shape[1])
        return (samples if n_rounds == 1 else np.tile(samples, n_rounds))[
            :, phase : phase + n_samples
        ]
    played = samples[:, phase : phase + n_samples]
    return np.pad(played, ((0, 0), (0, n_samples - played.shape[1])))


def _fades(run: Run, first: int, last: int) -> NDArray[np.float32]:
    """The equal-power fades of a run over part of it, as factors, shape (last - first,)."""
    gain = np.ones(last - first, np.float32)
    risen = min(run.at + run.fade_in, last)
    if first < risen:
        gain[: risen - first] *= _quarter_sine((np.arange(first, risen) - run.at) / run.fade_in)
    falls = max(run.stop - run.fade_out, first)
    if falls < last:
        gain[falls - first :] *= _quarter_sine((run.stop - np.arange(falls, last)) / run.fade_out)
    return gain


def _quarter_sine(share: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.sin(share * (np.pi / 2)).astype(np.float32)


def _factor(gain_db: float) -> np.float32:
    return np.float32(10 ** (gain_db / 20))
