"""Makes the blocks of one programme: any of them, in any order, in any thread or process.

block among its neighbours ─make_scene▶ Scene ─render▶ sound ─encode, measure▶ store

A `Studio` is all that this takes, in plain values, so that it can be handed to another process.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from audiobook.episode.blocks import KeptBlock, find_block, keep_block
from audiobook.episode.encoder import EncodedBlock, Encoder
from audiobook.sound import Sound
from audiobook.sound.blocks import Block
from audiobook.sound.levels import Levels, levels_of, packed, true_peak, unpacked
from audiobook.sound.music import Piece
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
_VERSION = 8
"""Part of every block's key: another number when rendering changes what it makes of a scene."""
_LOWER_STILL_DB = (0.1, 0.5, 1.0, 2.0)
"""How far below what is allowed a block that was too loud is to peak, the first time it is made
again, the second, and so on: an encoder can make such a peak of what no limiter would touch yet."""


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
        again under a lower one.

        Raises:
            LostError: speech has gone from the store.
            SoundError: the block cannot be rendered or encoded.
            OutputError: the store cannot be written.
        """
        scene, flush, key = self._scene(near)
        block, levels, over = self._encoded(scene, near, flush)
        for still_db in _LOWER_STILL_DB:
            if over <= 1:
                break
            lower_db = scene.mix.ceiling_db - 20 * math.log10(over) - still_db
            scene = replace(scene, mix=replace(scene.mix, ceiling_db=lower_db))
            block, levels, over = self._encoded(scene, near, flush)
        self.store.put(_LEVELS_KIND, key, packed(levels))
        kept = keep_block(self.store, key, block)
        return MadeBlock(kept, levels, _n_segments(near), was_kept=False)

    def _encoded(self, scene: Scene, near: Near, flush: int) -> tuple[EncodedBlock, Levels, float]:
        """A block rendered and encoded, its levels, and its true peak as a factor of the ceiling.

        All that its frames have a part in counts: what is too loud where two blocks meet is turned
        down in both.
        """
        blocks, index = near
        pcm = render(scene, self._speech, self._piece)
        first = -scene.start
        n_frames = blocks[index].n_frames
        last = first + n_frames * self.grid.frame_samples
        block = self.encoder.encode(pcm, first // self.grid.frame_samples, n_frames + flush)
        place, heard = self.encoder.decoded(block)
        begins = first + place
        start, stop = max(0, begins), min(begins + heard.shape[1], pcm.shape[1])
        pcm[:, start:stop] = heard[:, start - begins : stop - begins]  # it is what players hear
        levels = levels_of(pcm, self.mix.sample_rate, first=first, last=last)
        beside = max(true_peak(pcm, start, first), true_peak(pcm, last, stop))
        return block, levels, max(levels.true_peak, beside) / 10 ** (self.ceiling_dbtp / 20)

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
        return self.pieces[key].samples, self.pieces[key].loops


def _n_segments(near: Near) -> int:
    blocks, index = near
    return sum(slot.take is not None for slot in blocks[index].slots)
