"""Small programmes as they sound, whole or a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audiobook.model import Cue
from audiobook.sound import Sound
from audiobook.sound.render import render
from audiobook.sound.scene import Mix, Reach, Scene
from audiobook.sound.timeline import Slot, Timeline
from fakes.programmes import GRID, MIX, blocks_of, piece_of, scene_of, speech_of_take

__all__ = ["EVERYTHING", "bed_alone", "cue", "level_db", "placed", "rendered", "whole"]

EVERYTHING = Reach(10**9, 10**9)
"""The whole programme around a block."""


def cue(kind: str, name: str | None, settings: Mapping[str, str]) -> Cue:
    """A cue with settings, such as fade="3s"."""
    return Cue(kind, 0, 1, name, tuple(settings.items()))


def rendered(timeline: Timeline, index: int, mix: Mix, reach: Reach) -> tuple[Scene, Sound]:
    """A block's scene and its sound."""
    scene = scene_of(timeline, index, mix, reach)

    def pieces(key: str) -> tuple[Sound, bool]:
        samples, loops = piece_of(key)
        return np.repeat(samples, mix.channels, axis=0), loops

    return scene, render(scene, speech_of_take, pieces)


def whole(timeline: Timeline, mix: Mix, index: int = 0) -> Sound:
    """The programme in one go, seen from one of its blocks."""
    scene, sound = rendered(timeline, index, mix, EVERYTHING)
    start = blocks_of(timeline)[index].start_frame * GRID.frame_samples
    stop = timeline.n_frames * GRID.frame_samples
    assert (scene.start, scene.stop) == (-start, stop - start)
    return sound


def bed_alone(timeline: Timeline) -> Sound:
    """The bed as it is heard: the mix with it less the mix without it."""
    mix = replace(MIX, gain_db=0.0, ceiling_db=20.0)
    without = replace(mix, bed_db=-300.0)
    return whole(timeline, mix) - whole(timeline, without)


def placed(timeline: Timeline) -> Iterator[tuple[int, Slot]]:
    """Slots, each with its first frame."""
    at = 0
    for slot in timeline.slots:
        yield at, slot
        at += slot.n_frames


def level_db(sound: NDArray[np.floating[Any]]) -> float:
    """Root mean square in dB of full scale."""
    return float(10 * np.log10(np.mean(sound.astype(np.float64) ** 2) + 1e-30))
