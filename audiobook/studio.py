"""Makes the blocks of one programme: any of them, in any order, in any thread or process.

block among its neighbours ─make_scene▶ Scene ─render▶ sound ─encode, measure▶ store

A `Studio` is all that this takes, in plain values, so that it can be handed to another process.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from audiobook.episode.blocks import KeptBlock, find_block, keep_block
from audiobook.episode.encoder import EncodedBlock, Encoder
from audiobook.sound import Sound
from audiobook.sound.blocks import Block
from audiobook.sound.levels import Levels, levels_of, packed, true_peak, unpacked
from audiobook.sound.limit import limit, turned_down
from audiobook.sound.loudness import true_peaks
from audiobook.sound.music import Piece, samples_of
from audiobook.sound.render import render
from audiobook.sound.roomtone import ROOM_TONE_KEY, room_tone
from audiobook.sound.scene import Mix, Reach, Scene, make_scene, seen_frames
from audiobook.sound.timeline import Grid
from audiobook.sound.voice import Room, Take, speech_of
from audiobook.store import Store, digest

__all__ = ["MadeBlock", "Near", "Studio"]

Near: TypeAlias = tuple[tuple[Block, ...], int]
"""A block among its neighbours, and its index among them; see `with_neighbours`."""

_LEVELS_KIND = "levels"
_VERSION = 10
"""Part of every block's key: another number when rendering changes what it makes of a scene."""
_PEAKS_LOWER_DB = (0.1, 0.3, 0.6, 1.0)
"""How far below what is allowed the peaks that were too loud are to be, the first time a block is
made again, the second, and so on: what an encoder makes of them is known only when it has."""
_ALL_LOWER_DB = (0.3, 1.0, 2.0)
"""Likewise for all of its peaks, where that was not enough: each time others were too loud."""


@dataclass(frozen=True, slots=True)
class MadeBlock:
    """A block in the store, and what was measured of its sound."""

    kept: KeptBlock
    """Where it is."""
    levels: Levels
    """What was measured of it."""
    n_segments: int
    """How many segments are spoken in it."""
    was_kept: bool
    """Whether it was there already."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A block as players hear it."""

    block: EncodedBlock
    """Its frames."""
    sound: Sound
    """What is decoded of all that they have a part in, amid the rendered sound."""
    levels: Levels
    """Of the block alone."""
    over: float
    """The highest true peak of all that, as a factor of the ceiling."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What the blocks of a programme are made with."""

    grid: Grid
    """The programme's frames."""
    mix: Mix
    """Its balance and its gain."""
    ceiling_dbtp: float
    """No true peak of what is decoded is to exceed this; the mix leaves room for an encoder."""
    room: Room
    """What it has room for."""
    pieces: Mapping[str, Piece]
    """Its music, by key."""
    encoder: Encoder
    """What makes the frames."""
    store: Store
    """Where speech is, and where blocks are put."""

    @property
    def seen_frames(self) -> tuple[int, int]:
        """How far before and after a block its scene looks, in frames."""
        return seen_frames(self.grid, self.mix, self._reach)

    def kept(self, near: Near) -> MadeBlock | None:
        """A block from the store, if all of it is there."""
        blocks, index = near
        _, flush, key = self._scene(near)
        kept, levels = find_block(self.store, key), self.store.get(_LEVELS_KIND, key)
        if kept is None or levels is None:
            return None
        if kept.table.n_frames != blocks[index].n_frames + flush:  # the file of another block
            return None
        try:
            return MadeBlock(kept, unpacked(levels), _n_segments(near), was_kept=True)
        except ValueError:
            return None

    def make(self, near: Near) -> MadeBlock:
        """Everything from sound to store; the frames go in last, when all else is there.

        An encoder moves peaks: a block that peaks beyond the ceiling once it is decoded is made
        again, softer where it does; if that is not enough, under a lower ceiling.

        Raises:
            LostError: speech or music has gone from the store.
            SoundError: the block cannot be rendered or encoded.
            OutputError: the store cannot be written.
        """
        scene, flush, key = self._scene(near)
        heard = self._heard(self._rendered(scene), scene, near, flush)
        if heard.over > 1:
            heard = self._softer(heard, scene, near, flush)
        self.store.put(_LEVELS_KIND, key, packed(heard.levels))
        kept = keep_block(self.store, key, heard.block)
        return MadeBlock(kept, heard.levels, _n_segments(near), was_kept=False)

    def _softer(self, heard: _Heard, scene: Scene, near: Near, flush: int) -> _Heard:
        """A block that was too loud made again, until it is not or nothing more can be done."""
        pcm = self._rendered(scene)
        for lower_db in _PEAKS_LOWER_DB:
            if heard.over > 1:
                pcm = self._peaks_turned_down(pcm, heard.sound, lower_db)
                heard = self._heard(pcm.copy(), scene, near, flush)
        ceiling_db = scene.mix.ceiling_db
        for lower_db in _ALL_LOWER_DB:
            if heard.over > 1:
                ceiling_db -= 20 * math.log10(heard.over) + lower_db
                pcm = limit(pcm, 10 ** (ceiling_db / 20), self.mix.sample_rate)
                heard = self._heard(pcm.copy(), scene, near, flush)
        return heard

    def _heard(self, pcm: Sound, scene: Scene, near: Near, flush: int) -> _Heard:
        """Encode the sound of a scene, and measure what is decoded of it; it is used up.

        All that its frames have a part in counts: what is too loud where two blocks meet is turned
        down in both.
        """
        blocks, index = near
        first = -scene.start
        n_frames = blocks[index].n_frames
        last = first + n_frames * self.grid.frame_samples
        block = self.encoder.encode(pcm, first // self.grid.frame_samples, n_frames + flush)
        place, decoded = self.encoder.decoded(block)
        begins = first + place
        start, stop = max(0, begins), min(begins + decoded.shape[1], pcm.shape[1])
        pcm[:, start:stop] = decoded[:, start - begins : stop - begins]
        levels = levels_of(pcm, self.mix.sample_rate, first=first, last=last)
        beside = max(true_peak(pcm, start, first), true_peak(pcm, last, stop))
        over = max(levels.true_peak, beside) / 10 ** (self.ceiling_dbtp / 20)
        return _Heard(block, pcm, levels, over)

    def _rendered(self, scene: Scene) -> Sound:
        return render(scene, self._speech, self._piece)

    def _peaks_turned_down(self, pcm: Sound, heard: Sound, lower_db: float) -> Sound:
        """Sound to be encoded, softer where what was heard of it went beyond the ceiling."""
        ceiling = 10 ** (self.ceiling_dbtp / 20)
        peaks = true_peaks(heard, ceiling)
        peaks *= np.where(peaks > ceiling, np.float32(10 ** (lower_db / 20)), 0)
        return turned_down(pcm, peaks, ceiling, self.mix.sample_rate)

    def _scene(self, near: Near) -> tuple[Scene, int, str]:
        """The scene of a block, the frames that end the programme with it, and its key."""
        blocks, index = near
        scene = make_scene(blocks, index, self.grid, self.mix, self._reach)
        flush = self.encoder.flush_frames if index == len(blocks) - 1 else 0
        shaped_by = (flush, self.ceiling_dbtp, repr(self.room), repr(scene))
        return scene, flush, digest(_VERSION, self.encoder.version, *shaped_by)

    @property
    def _reach(self) -> Reach:
        encoder = self.encoder
        return Reach(
            encoder.lead_frames * encoder.frame_samples, encoder.tail_frames * encoder.frame_samples
        )

    def _speech(self, take: Take) -> Sound:
        return speech_of(self.store, take, self.room)

    def _piece(self, key: str) -> tuple[Sound, bool]:
        if key == ROOM_TONE_KEY:
            return room_tone(self.mix.sample_rate, self.mix.channels), True
        return samples_of(self.pieces[key], self.store), self.pieces[key].loops


def _n_segments(near: Near) -> int:
    blocks, index = near
    return sum(slot.take is not None for slot in blocks[index].slots)
