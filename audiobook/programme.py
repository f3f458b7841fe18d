"""A script whose lines have been spoken becomes the finished file of one programme.

takes ─arrange▶ slots ─cut▶ blocks ─render, encode▶ store ─join▶ file

All of it is done a bounded stretch behind the last take that has come.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from audiobook.episode.blocks import KeptBlock
from audiobook.episode.encoder import Encoder
from audiobook.episode.formats import load_encoder
from audiobook.errors import Where
from audiobook.model import Cue, Script, Segment
from audiobook.parallel import in_order
from audiobook.progress import Listener, StageAdvanced, StageEnded, StageStarted
from audiobook.show import NARRATOR, Music, Show
from audiobook.sound.blocks import cut_blocks, with_neighbours
from audiobook.sound.duck import Ducking
from audiobook.sound.levels import Figures, Levels, figures_of, quiet_ends_s
from audiobook.sound.mastering import foretold_db, rounded_gain_db
from audiobook.sound.music import Piece, energies_of, load_piece
from audiobook.sound.music_file import find_file
from audiobook.sound.profiles import Profile
from audiobook.sound.roomtone import ROOM_TONE_KEY
from audiobook.sound.scene import Mix
from audiobook.sound.timeline import (
    Grid,
    PieceFacts,
    Slot,
    Timeline,
    arrange,
    timeline_of,
    use_of,
)
from audiobook.sound.voice import WORKING_LUFS, Room, Take
from audiobook.speech.pacing import Pacer
from audiobook.store import Store
from audiobook.studio import MadeBlock, Studio

__all__ = [
    "Mixed",
    "Tools",
    "arranged",
    "encoder_of",
    "estimated_take",
    "facts_of",
    "load_music",
    "mix_and_encode",
    "room_of",
]

_STAGE = "mix"
_SOLO_DB = -2.0
"""Music alone against the voice."""
_MP3_OVERSHOOT_DB = 1.0
"""A lossy encoder's output peaks higher than its input, by a little; room is left for it."""
_MIX_DB = 1.0
"""Peaks of the mix lie higher than those of its voices, by about this."""
_MOST_CORRECTIONS = 3
_LEAST_SLOPE = 0.25
"""What is turned up meets the limiter, and may have to be turned up more than it lacks; but no more
than four times as much."""
_SILENCE_DB = 40.0
"""A programme as far as that from its aim has nothing in it to be turned up."""
_CHARACTERS_PER_S = 16.5
"""At a voice's own speed; espeak-ng was measured to speak 17.9 in English and in German."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a build works with."""

    store: Store
    """Where everything made is kept."""
    executor: Executor
    """Where sound is worked on: threads, processes, or other machines that share the store."""
    speakers: Executor
    """Threads in which engines are waited for."""
    n_ahead: int
    """How many pieces of work may be in hand at once."""
    listen: Listener
    """Who is told of it."""
    pacer: Pacer = field(default_factory=Pacer)
    """Holds engines to their pace."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A programme whose blocks are all in the store."""

    timeline: Timeline
    """What is heard when."""
    blocks: tuple[KeptBlock, ...]
    """Its blocks, in order."""
    n_encoded: int
    """How many had to be made, those of a first try at the gain included."""
    figures: Figures
    """What was measured of the sound that was encoded."""

    @property
    def takes(self) -> Iterator[Take]:
        """The takes that are heard in it, in order."""
        return (slot.take for slot in self.timeline.slots if slot.take is not None)


def load_music(
    music: Music, script: Script, folders: Sequence[Path], profile: Profile, store: Store
) -> dict[str, Piece]:
    """Every piece that a show's settings and a script's cues name, by its use (see `use_of`).

    Args:
        music: the show's.
        script: whose cues may name others.
        folders: where sound files may lie, the first to be looked in first.
        profile: what the programme is mastered to.
        store: where pieces are kept.

    Raises:
        ConfigError: there is no such music, or it cannot be used; with the place.
    """
    pieces: dict[str, Piece] = {}

    def load(name: str | None, where: Where | None, *, loop: bool) -> None:
        if name is None:
            return
        use = use_of(name, loop=loop)
        if use not in pieces:
            holds_it = (folder for folder in folders if find_file(name, folder, where=where))
            pieces[use] = load_piece(
                name,
                next(holds_it, folders[0] if folders else None),
                sample_rate=profile.sample_rate,
                channels=profile.channels,
                store=store,
                loop=loop,
                where=where,
            )

    load(music.bed, music.where("bed"), loop=True)
    for chapter in script.chapters:
        for item in chapter.items:
            if isinstance(item, Cue) and item.kind in ("music", "sting", "sound"):
                load(item.name, script.source.where(item.start), loop=item.kind == "music")
    load(music.opening, music.where("opening"), loop=False)
    load(music.closing, music.where("closing"), loop=False)
    return pieces


def room_of(profile: Profile, *, narration: bool = False) -> Room:
    """What a programme of that profile has room for, with or without the narration preset.

    Where voice and bed meet, and where pauses make the programme's gain greater than the voice's,
    peaks come out a little higher than those of the voice alone.
    """
    crest_db = profile.crest_db - _MP3_OVERSHOOT_DB - _MIX_DB
    return Room(profile.sample_rate, crest_db, narration)


def encoder_of(name: str, profile: Profile) -> Encoder:
    """The encoder of a format, at the rates of a profile; see `load_encoder`."""
    return load_encoder(
        name, profile.sample_rate, profile.channels, profile.bitrate_kbps, profile.vbr_quality
    )


def arranged(
    script: Script,
    takes: Iterable[Take],
    show: Show,
    profile: Profile,
    pieces: Mapping[str, PieceFacts],
    grid: Grid,
) -> Iterator[Slot]:
    """Lay out a script with the cast and the music of a show for a profile; see `arrange`."""
    return arrange(
        script,
        takes,
        _gains_db(show),
        show.music,
        pieces,
        grid,
        head_s=profile.head_s,
        tail_s=profile.tail_s,
    )


def facts_of(pieces: Mapping[str, Piece], profile: Profile) -> dict[str, PieceFacts]:
    """Pieces as the timeline sees them; what is heard of each alone, as its level is foretold."""
    return {use: _facts(piece, profile) for use, piece in pieces.items()}


def _facts(piece: Piece, profile: Profile) -> PieceFacts:
    gain_db = profile.loudness_lufs - WORKING_LUFS + _SOLO_DB
    quiet_s = quiet_ends_s(piece.samples, profile.sample_rate, gain_db)
    return PieceFacts(
        piece.key, piece.samples.shape[1], piece.phrase_samples, *(1000 * s for s in quiet_s)
    )


def estimated_take(segment: Segment, show: Show, sample_rate: int) -> Take:
    """A take as long as that of a segment will be, more or less."""
    member = show.member(segment.speaker or NARRATOR)
    characters_per_s = _CHARACTERS_PER_S * (member.rate if member else 1.0)
    n_samples = round(max(1, len(segment.text)) / characters_per_s * sample_rate)
    return Take("", 0, 1, n_samples, 0.0)


def mix_and_encode(
    script: Script,
    takes: Iterable[Take],
    *,
    show: Show,
    profile: Profile,
    pieces: Mapping[str, Piece],
    encoder: Encoder,
    tools: Tools,
) -> Mixed:
    """Lay out, render and encode a script while it is still being spoken.

    The gain that the script foretells is all but always the right one. Where the finished sound
    measures otherwise, it is made once more with a gain that does.

    Args:
        script: what is heard.
        takes: one for each of its segments, in order; each is asked for when it is wanted.
        show: its cast and its music.
        profile: what it is mastered to.
        pieces: its music, by use.
        encoder: what makes the frames.
        tools: what to work with.

    Raises:
        SoundError: a block cannot be rendered or encoded.
        OutputError: the store cannot be written.
    """
    grid = Grid(encoder.sample_rate, encoder.frame_samples)
    n_segments = sum(1 for _ in script.segments)
    likely = (estimated_take(segment, show, grid.sample_rate) for segment in script.segments)
    facts = facts_of(pieces, profile)
    estimated = list(arranged(script, likely, show, profile, facts, grid))
    mix = _balance(profile, show.music)
    energies = {p.key: energies_of(p, grid.sample_rate, tools.store) for p in pieces.values()}
    foretold = foretold_db(estimated, grid, mix, energies, profile)
    gain_db = rounded_gain_db(profile.aim_db - foretold)
    del estimated, energies
    studio = Studio(
        grid,
        dataclasses.replace(mix, gain_db=gain_db),
        profile.ceiling_dbtp,
        room_of(profile, narration=show.narration),
        {piece.key: piece for piece in pieces.values()},
        encoder,
        tools.store,
    )
    slots = arranged(script, takes, show, profile, facts, grid)
    mixed = _mixed(studio, script, slots, n_segments, tools)
    mixed = _corrected(mixed, studio, script, profile, n_segments, tools)
    figures = mixed.figures
    told = f"{figures.integrated_lufs:.1f} LUFS, {figures.true_peak_dbtp:.1f} dBTP"
    tools.listen(StageEnded(_STAGE, told))
    return mixed


def _corrected(
    mixed: Mixed, studio: Studio, script: Script, profile: Profile, n_segments: int, tools: Tools
) -> Mixed:
    """A programme made anew, with another gain, until it measures what its profile aims at."""
    slope = 1.0  # what a decibel of gain adds to the measure; less where the limiter takes from it
    for _ in range(_MOST_CORRECTIONS):
        error_db = profile.error_db(mixed.figures)
        if not profile.near_enough_db < abs(error_db) < _SILENCE_DB:
            break
        gain_db = rounded_gain_db(studio.mix.gain_db + error_db / slope)
        step_db = gain_db - studio.mix.gain_db
        if not step_db:
            break
        studio = dataclasses.replace(studio, mix=dataclasses.replace(studio.mix, gain_db=gain_db))
        again = _mixed(studio, script, mixed.timeline.slots, n_segments, tools)
        slope = max((error_db - profile.error_db(again.figures)) / step_db, _LEAST_SLOPE)
        mixed = dataclasses.replace(again, n_encoded=mixed.n_encoded + again.n_encoded)
    return mixed


def _gains_db(show: Show) -> dict[str | None, float]:
    gains_db: dict[str | None, float] = {member.name: member.gain_db for member in show.cast}
    return gains_db | {None: gains_db.get(NARRATOR, 0.0)}


def _balance(profile: Profile, music: Music) -> Mix:
    """The balance of a programme, before its gain."""
    return Mix(
        profile.sample_rate,
        profile.channels,
        gain_db=0.0,
        ceiling_db=profile.ceiling_dbtp - _MP3_OVERSHOOT_DB,
        bed_db=music.bed_db,
        solo_db=_SOLO_DB,
        ducking=Ducking(depth_db=music.duck_db),
        room_tone=ROOM_TONE_KEY,
    )


def _mixed(
    studio: Studio, script: Script, slots: Iterable[Slot], n_segments: int, tools: Tools
) -> Mixed:
    """Make the blocks of slots, a bounded stretch behind the last that has come."""
    laid: list[Slot] = []
    kept: list[KeptBlock] = []
    n_encoded = 0
    near = with_neighbours(cut_blocks(_noted(slots, laid), studio.grid), *studio.seen_frames)
    work = in_order(tools.executor, studio.make, near, tools.n_ahead, known=studio.kept)

    def levels() -> Iterator[Levels]:
        nonlocal n_encoded
        for block in _told(work, n_segments, tools.listen):
            kept.append(block.kept)
            n_encoded += not block.was_kept
            yield block.levels

    with closing(work):
        figures = figures_of(levels())
    return Mixed(timeline_of(script, laid, studio.grid), tuple(kept), n_encoded, figures)


def _told(blocks: Iterable[MadeBlock], n_segments: int, listen: Listener) -> Iterator[MadeBlock]:
    """Blocks as they come, each told of on its way."""
    n_done = n_kept = 0
    for n, block in enumerate(blocks):
        if not n:  # by now the stage before has told of itself
            listen(StageStarted(_STAGE, n_segments))
        n_done += block.n_segments
        n_kept += block.n_segments * block.was_kept
        listen(StageAdvanced(_STAGE, n_done, n_kept))
        yield block


def _noted(slots: Iterable[Slot], laid: list[Slot]) -> Iterator[Slot]:
    """Slots as they come, each put into a list on its way."""
    for slot in slots:
        laid.append(slot)
        yield slot
