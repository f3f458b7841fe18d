"""A script whose lines have been spoken becomes the finished file of one programme.

takes ─arrange▶ Timeline ─cut▶ blocks ─render, encode▶ store ─join▶ file
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiobook.config import NARRATOR, Music, Show
from audiobook.episode.blocks import KeptBlock, find_block, keep_block
from audiobook.episode.encoder import Encoder
from audiobook.model import Cue, Script, Sound
from audiobook.parallel import in_order
from audiobook.progress import Listener, StageAdvanced, StageEnded, StageStarted
from audiobook.sound.blocks import Block, cut_blocks
from audiobook.sound.duck import Ducking
from audiobook.sound.loudness import integrated_lufs, step_energies, true_peak
from audiobook.sound.mastering import programme_gain_db
from audiobook.sound.music import Piece, energies_of, load_piece
from audiobook.sound.profiles import Profile
from audiobook.sound.render import render
from audiobook.sound.roomtone import ROOM_TONE_KEY, room_tone
from audiobook.sound.scene import Mix, Reach, Scene, make_scene
from audiobook.sound.timeline import Grid, PieceFacts, Timeline, arrange
from audiobook.sound.voice import Room, Take, speech_of
from audiobook.store import Store, digest

__all__ = ["Mixed", "Tools", "lay_out", "load_music", "mix_and_encode", "room_of"]

_STAGE = "mix"
_SOLO_DB = -2.0
"""Music alone against the voice."""
_MP3_OVERSHOOT_DB = 0.5
"""A lossy encoder's output peaks higher than its input, by a little; room is left for it."""
_MIX_DB = 1.5
"""Peaks of the mix lie higher than those of its voices, by about this."""
_MEASURED_KIND = "measured"
_INAUDIBLE = 1e-9
_VERSION = 2
"""Part of every block's key: another number when rendering changes what it makes of a scene."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a build works with."""

    store: Store
    """Where everything made is kept."""
    executor: Executor
    """Where the work is done."""
    n_ahead: int
    """How many pieces of work may be in hand at once."""
    listen: Listener
    """Who is told of it."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """The blocks of a programme, all of them in the store."""

    blocks: tuple[KeptBlock, ...]
    """In order."""
    n_encoded: int
    """How many were made now; the others were kept."""
    integrated_lufs: float
    """Integrated loudness of what was encoded (ITU-R BS.1770-5)."""
    true_peak_dbtp: float
    """Its highest true peak, in dB of full scale."""


def load_music(
    music: Music, script: Script, folder: Path | None, profile: Profile, store: Store
) -> dict[str, Piece]:
    """Every piece that a show's settings and a script's cues name, by name.

    Raises:
        ConfigError: there is no such music, or it cannot be used; with the place.
    """
    pieces: dict[str, Piece] = {}

    def load(name: str | None, *, loop: bool, cue: Cue | None = None) -> None:
        if name is not None and name not in pieces:
            where = script.source.where(cue.start) if cue else music.where
            pieces[name] = load_piece(
                name,
                folder,
                sample_rate=profile.sample_rate,
                channels=profile.channels,
                store=store,
                loop=loop,
                where=where,
            )

    load(music.bed, loop=True)
    for chapter in script.chapters:
        for item in chapter.items:
            if isinstance(item, Cue) and item.kind in ("music", "sting"):
                load(item.name, loop=item.kind == "music", cue=item)
    load(music.opening, loop=False)
    load(music.closing, loop=False)
    return pieces


def room_of(profile: Profile) -> Room:
    """What a programme of that profile has room for.

    Where voice and bed meet, and where pauses make the programme's gain greater than the voice's,
    peaks come out a little higher than those of the voice alone.
    """
    return Room(profile.sample_rate, profile.crest_db - _MP3_OVERSHOOT_DB - _MIX_DB)


def lay_out(
    script: Script, takes: Iterable[Take], show: Show, pieces: Mapping[str, Piece], grid: Grid
) -> Timeline:
    """Lay a script out in time."""
    gains_db: dict[str | None, float] = {m.name: m.gain_db for m in show.cast}
    gains_db[None] = gains_db.get(NARRATOR, 0.0)
    facts = {
        name: PieceFacts(piece.key, piece.samples.shape[1], piece.phrase_samples)
        for name, piece in pieces.items()
    }
    return arrange(script, takes, gains_db, show.music, facts, grid)


def mix_and_encode(
    timeline: Timeline,
    profile: Profile,
    music: Music,
    pieces: Iterable[Piece],
    encoder: Encoder,
    tools: Tools,
) -> Mixed:
    """Render and encode the blocks that the store does not hold yet.

    Raises:
        SoundError: a block cannot be rendered or encoded.
        OutputError: the store cannot be written.
    """
    by_key = {piece.key: piece for piece in pieces}
    blocks = cut_blocks(timeline)
    mix = _mix(timeline, profile, music, by_key, tools.store)
    studio = _Studio(timeline, blocks, mix, room_of(profile), by_key, encoder, tools.store)
    tools.listen(StageStarted(_STAGE, len(blocks)))
    made: list[_Made] = []
    n_kept = 0
    with closing(in_order(tools.executor, studio.make, range(len(blocks)), tools.n_ahead)) as done:
        for block in done:
            made.append(block)
            n_kept += block.was_kept
            tools.listen(StageAdvanced(_STAGE, len(made), n_kept))
    lufs = integrated_lufs(np.concatenate([block.energies for block in made]))
    peak_db = 20 * math.log10(max(block.peak for block in made) or _INAUDIBLE)
    tools.listen(StageEnded(_STAGE, f"{lufs:.1f} LUFS, {peak_db:.1f} dBTP"))
    return Mixed(tuple(block.kept for block in made), len(made) - n_kept, lufs, peak_db)


def _mix(
    timeline: Timeline, profile: Profile, music: Music, pieces: Mapping[str, Piece], store: Store
) -> Mix:
    """The balance of a programme, with the gain that brings it to its profile."""
    mix = Mix(
        profile.sample_rate,
        profile.channels,
        gain_db=0.0,
        ceiling_db=profile.ceiling_dbtp - _MP3_OVERSHOOT_DB,
        bed_db=music.bed_db,
        solo_db=_SOLO_DB,
        ducking=Ducking(depth_db=music.duck_db),
        room_tone=ROOM_TONE_KEY,
    )
    energies = {key: energies_of(p, profile.sample_rate, store) for key, p in pieces.items()}
    gain_db = programme_gain_db(timeline, mix, energies, profile.loudness_lufs)
    return dataclasses.replace(mix, gain_db=gain_db)


@dataclass(frozen=True, slots=True)
class _Made:
    """A block in the store, and what was measured of its sound."""

    kept: KeptBlock
    energies: NDArray[np.float64]
    peak: float
    was_kept: bool


@dataclass(frozen=True, slots=True)
class _Studio:
    """Makes the blocks of one programme, any of them, in any order, on any thread."""

    timeline: Timeline
    blocks: tuple[Block, ...]
    mix: Mix
    room: Room
    pieces: Mapping[str, Piece]
    encoder: Encoder
    store: Store

    def make(self, index: int) -> _Made:
        """One block: from the store, else rendered, encoded, measured and kept there."""
        encoder = self.encoder
        reach = Reach(
            encoder.lead_frames * encoder.frame_samples, encoder.tail_frames * encoder.frame_samples
        )
        scene = make_scene(self.timeline, self.blocks, index, self.mix, reach)
        is_last = index == len(self.blocks) - 1
        n_frames = self.blocks[index].n_frames + (encoder.flush_frames if is_last else 0)
        key = digest(_VERSION, encoder.version, n_frames, self.room, scene)
        return self._found(key) or self._rendered(key, scene, index, n_frames)

    def _found(self, key: str) -> _Made | None:
        kept, measured = find_block(self.store, key), self.store.get(_MEASURED_KIND, key)
        if kept is None or measured is None:
            return None
        values = np.frombuffer(measured, "<f8")
        return _Made(kept, values[1:], float(values[0]), was_kept=True)

    def _rendered(self, key: str, scene: Scene, index: int, n_frames: int) -> _Made:
        pcm = render(scene, self._speech, self._piece)
        block = self.encoder.encode(pcm, -scene.start // self.encoder.frame_samples, n_frames)
        stop = self.blocks[index].n_frames * self.encoder.frame_samples - scene.start
        energies = step_energies(pcm[:, :stop], self.mix.sample_rate, lead_samples=-scene.start)
        peak = true_peak(pcm[:, -scene.start : stop])
        kept = keep_block(self.store, key, block)
        self.store.put(_MEASURED_KIND, key, np.array([peak, *energies], "<f8").tobytes())
        return _Made(kept, energies, peak, was_kept=False)

    def _speech(self, take: Take) -> Sound:
        return speech_of(self.store, take, self.room)

    def _piece(self, key: str) -> tuple[Sound, bool]:
        if key == ROOM_TONE_KEY:
            return room_tone(self.mix.sample_rate, self.mix.channels), True
        return self.pieces[key].samples, self.pieces[key].loops
