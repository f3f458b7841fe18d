"""The programme laid out in time, before any of it is rendered.

A Timeline is a row of slots on the encoder's frame grid. A slot holds one segment with the pause
after it, or a stretch of music alone, or a rest; what plays under it is said beside it. Everything
that needs a time (chapter marks, subtitles, the feed) reads it off here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TypeAlias

from audiobook.errors import StoryError
from audiobook.model import Chapter, Cue, Script, Segment, Source
from audiobook.show import Music
from audiobook.sound.cue_settings import CueSettings, settings_of
from audiobook.sound.voice import Take
from audiobook.store import digest

__all__ = [
    "RING_MS",
    "Grid",
    "Mark",
    "PieceFacts",
    "Slot",
    "Timeline",
    "arrange",
    "timeline_of",
    "use_of",
]

_HEAD_MS = 600
"""Room tone before anything is heard, where that is as long as is asked for."""
_TAIL_MS = 1500
"""Room tone after everything was heard, likewise."""
_ONSET_MS = 100
"""Speech and beds are heard up to this much later than they begin."""
_BED_ALONE_MS = 3500
"""How long a bed is heard alone before the first word, between chapters, and after the last."""
_BED_FULL_MS = 1500
"""Where its fade is long, this much longer than the fade."""
RING_MS = 3200
"""The opening's last notes ring on over the bed, where there is one, this long."""
_LONGEST_SLOT_MS = 15_000
"""Music and room tone alone are cut into slots of at most this, so that blocks stay short."""
_VOLUMES_DB = {"x-soft": -10.0, "soft": -4.0, "medium": 0.0, "loud": 3.5, "x-loud": 6.0}
"""What the volume of a whole segment changes: as much as espeak-ng makes of that of a word."""


_Range: TypeAlias = tuple[float, float]
"""Least and most, in seconds."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The programme's rate and the encoder's frames."""

    sample_rate: int
    """Samples per second."""
    frame_samples: int
    """Samples in a frame: every slot is a whole number of frames long."""

    def frames(self, n_samples: int) -> int:
        """The frames that many samples need."""
        return -(-n_samples // self.frame_samples)

    def frames_of_ms(self, ms: float) -> int:
        """The frames that many milliseconds need."""
        return self.frames(round(ms * self.sample_rate / 1000))

    def seconds(self, n_frames: int) -> float:
        """How long that many frames last."""
        return n_frames * self.frame_samples / self.sample_rate


@dataclass(frozen=True, slots=True)
class PieceFacts:
    """What a timeline must know of a piece of music."""

    key: str
    """Its key in the store."""
    n_samples: int
    """Its length at the programme's rate."""
    phrase_samples: int
    """Where its phrases begin: at multiples of this."""
    quiet_before_ms: float = 0.0
    """How long it takes until it is heard, where it is played alone."""
    quiet_after_ms: float = 0.0
    """How long it goes on when it is heard no more, likewise."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of the programme, a whole number of frames long."""

    n_frames: int
    """Its length."""
    take: Take | None = None
    """Speech, from the slot's first sample; the rest of the slot is the pause."""
    gain_db: float = 0.0
    """The speaker's level against the rest of the cast, with the segment's volume."""
    solo: str | None = None
    """Key of a piece that is heard alone here."""
    solo_sample: int = 0
    """Where in that piece the slot begins."""
    solo_stop: int = 0
    """Where the piece ends, in samples from the slot's first: beyond the slot's last it goes on in
    the next, or rings on over what follows."""
    bed: str | None = None
    """Key of a piece that loops under the slot."""
    bed_enters: bool = False
    """True where the bed begins anew here, from its first sample."""
    bed_phase: int = 0
    """Where in the bed a block that begins with this slot takes it up, in samples."""
    music_gain_db: float = 0.0
    """Level of the solo or the bed against others, in dB."""
    fade_ms: int | None = None
    """How long the solo takes to come up and to go down, or the bed where it enters or leaves here;
    None for as long as others."""
    duck_db: float | None = None
    """How far the bed sinks while somebody speaks, in dB; None for as far as others."""
    segment: Segment | None = field(default=None, compare=False)
    """What is spoken; of no account to what is heard."""
    chapter: int | None = field(default=None, compare=False)
    """Index of the chapter that begins here; None elsewhere."""

    identity: str = field(init=False, compare=False, repr=False)
    """A digest of what is heard in the slot, wherever it stands: of all fields that compare."""

    def __post_init__(self) -> None:
        heard = [getattr(self, name) for name in _heard_fields()]
        object.__setattr__(self, "identity", digest(self.take and self.take.clip, *heard))


@cache
def _heard_fields() -> tuple[str, ...]:
    return tuple(f.name for f in fields(Slot) if f.compare and f.name != "take")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a chapter begins."""

    title: str
    """What a player shows."""
    start_frame: int
    """Its first frame."""
    end_frame: int
    """The frame after its last, which is the next one's first."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A programme laid out in time."""

    grid: Grid
    """What its frames are."""
    slots: tuple[Slot, ...]
    """What is heard, in order, without gaps."""
    marks: tuple[Mark, ...]
    """The chapters, from the first frame to the last without gaps."""

    @property
    def n_frames(self) -> int:
        """Its length in frames."""
        return sum(slot.n_frames for slot in self.slots)

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return self.grid.seconds(self.n_frames)


def use_of(name: str, *, loop: bool) -> str:
    """What tells the uses of music apart: as a bed, a file is another piece than played alone."""
    return f"{'bed' if loop else 'solo'} {name}"


def arrange(
    script: Script,
    takes: Iterable[Take],
    gains_db: Mapping[str | None, float],
    music: Music,
    pieces: Mapping[str, PieceFacts],
    grid: Grid,
    *,
    head_s: _Range | None = None,
    tail_s: _Range | None = None,
) -> Iterator[Slot]:
    """Lay out a script, a slot at a time, as its segments are spoken.

    Args:
        script: what is heard.
        takes: one for each of its segments, in order; each is asked for when its slot is.
        gains_db: level by speaker, None being the narrator; 0 where it is not given.
        music: what is played around and under it.
        pieces: every piece that `music` and the script's cues name, by its use (see `use_of`).
        grid: the programme's frames.
        head_s: least and most room tone before the first sound, in seconds; None for any. What
            is too quiet to be heard of that sound counts.
        tail_s: least and most after the last sound, likewise.

    Raises:
        AudiobookError: a cue's settings are not what settings are; with the place.
    """
    arranger = _Arranger(grid, script.source, pieces, gains_db, music.bed)
    heard = arranger.heard(script, iter(takes), music)
    return arranger.in_room_tone(heard, head_s, tail_s)


def timeline_of(script: Script, slots: Sequence[Slot], grid: Grid) -> Timeline:
    """The timeline of a script whose slots have all been laid out.

    Raises:
        StoryError: a chapter has nothing to speak.
    """
    return Timeline(grid, tuple(slots), _marks(script, slots))


_AS_USUAL = CueSettings()


@dataclass
class _Arranger:
    """Walks through a script and says what is heard next; keeps only which bed is on."""

    grid: Grid
    source: Source
    pieces: Mapping[str, PieceFacts]
    gains_db: Mapping[str | None, float]
    bed: str | None
    bed_settings: CueSettings = _AS_USUAL
    bed_enters: bool = True

    def in_room_tone(
        self, heard: Iterator[Slot], head_s: _Range | None, tail_s: _Range | None
    ) -> Iterator[Slot]:
        """What is heard, with room tone before and after it."""
        first = last = next(heard, None)
        if first:
            yield from self.room_tone(_room_tone_ms(_HEAD_MS, self.quiet_before_ms(first), head_s))
            yield first
        for last in heard:
            yield last
        if last:
            yield from self.room_tone(_room_tone_ms(_TAIL_MS, self.quiet_after_ms(last), tail_s))

    def heard(self, script: Script, takes: Iterator[Take], music: Music) -> Iterator[Slot]:
        if music.opening:
            yield from self.alone(music.opening, rings_ms=RING_MS if self.bed else 0)
        for number, chapter in enumerate(script.chapters):
            for index, slot in enumerate(self.chapter(chapter, takes)):
                yield slot if index else replace(slot, chapter=number)
        if self.bed:
            yield self.rest(self.bed_settings.fade_ms)
        if music.closing:
            yield from self.alone(music.closing)

    def room_tone(self, ms: float) -> Iterator[Slot]:
        """Room tone alone."""
        for _, n_frames in self._cut(max(1, self.grid.frames_of_ms(ms))):
            yield Slot(n_frames)

    def quiet_before_ms(self, slot: Slot) -> float:
        """How long a slot lasts until it is heard, where a programme begins with it."""
        return self._piece(slot.solo).quiet_before_ms if slot.solo else 0.0

    def quiet_after_ms(self, slot: Slot) -> float:
        """How long a slot goes on when it is heard no more, where a programme ends with it."""
        stop, quiet_ms = slot.n_frames * self.grid.frame_samples, 0.0
        if slot.take:
            stop -= slot.take.n_samples
        elif slot.solo:
            stop, quiet_ms = stop - slot.solo_stop, self._piece(slot.solo).quiet_after_ms
        else:
            stop = 0  # a bed
        return stop * 1000 / self.grid.sample_rate + quiet_ms

    def chapter(self, chapter: Chapter, takes: Iterator[Take]) -> Iterator[Slot]:
        if self.bed and not self._is_seen_to(chapter.items[:1]):
            yield self.rest()
        for item in chapter.items:
            if isinstance(item, Cue):
                yield from self.cue(item)
            else:
                yield self.spoken(item, next(takes))

    def spoken(self, segment: Segment, take: Take) -> Slot:
        pause = round(segment.pause_ms * self.grid.sample_rate / 1000)
        return self._with_bed(
            Slot(
                self.grid.frames(take.n_samples + pause),
                take=take,
                gain_db=self.gains_db.get(segment.speaker, 0.0)
                + _VOLUMES_DB[segment.volume or "medium"],
                segment=segment,
            )
        )

    def rest(self, fade_ms: int | None = None) -> Slot:
        """The bed alone, long enough for its fade where it enters or leaves here."""
        ms = _BED_ALONE_MS if fade_ms is None else max(_BED_ALONE_MS, fade_ms + _BED_FULL_MS)
        return self._with_bed(Slot(self.grid.frames_of_ms(ms), fade_ms=fade_ms))

    def alone(
        self, name: str, settings: CueSettings = _AS_USUAL, rings_ms: int = 0
    ) -> Iterator[Slot]:
        """A piece from beginning to end; its last `rings_ms` are heard over what follows."""
        piece = self.pieces[use_of(name, loop=False)]
        alone = self.grid.frames(piece.n_samples) - self.grid.frames_of_ms(rings_ms)
        for frame, n_frames in self._cut(max(1, alone)):
            first = frame * self.grid.frame_samples
            yield Slot(
                n_frames,
                solo=piece.key,
                solo_sample=first,
                solo_stop=piece.n_samples - first,
                music_gain_db=settings.gain_db,
                fade_ms=settings.fade_ms,
            )
        self.bed_enters = True

    def cue(self, cue: Cue) -> Iterator[Slot]:
        """A bed that ends or begins is heard alone for a while."""
        settings = settings_of(cue, self.source)
        if cue.kind == "music":
            if self.bed and not self.bed_enters:
                own_ms = self.bed_settings.fade_ms
                yield self.rest(own_ms if settings.fade_ms is None else settings.fade_ms)
            self.bed, self.bed_settings, self.bed_enters = cue.name, settings, True
            if self.bed:
                yield self.rest(settings.fade_ms)
        elif cue.kind in ("sting", "sound") and cue.name:
            yield from self.alone(cue.name, settings)

    def _cut(self, n_frames: int) -> Iterator[tuple[int, int]]:
        """That many frames as the first frames and lengths of slots that are not too long."""
        longest = self.grid.frames_of_ms(_LONGEST_SLOT_MS)
        for frame in range(0, n_frames, longest):
            yield frame, min(longest, n_frames - frame)

    def _piece(self, key: str) -> PieceFacts:
        return next(piece for piece in self.pieces.values() if piece.key == key)

    def _is_seen_to(self, first: Sequence[Segment | Cue]) -> bool:
        """Whether what a chapter begins with lets a bed be heard alone by itself."""
        cues = (item for item in first if isinstance(item, Cue) and item.kind == "music")
        return any(cue.name or not self.bed_enters for cue in cues)

    def _with_bed(self, slot: Slot) -> Slot:
        if self.bed is None:
            return slot
        enters, self.bed_enters = self.bed_enters, False
        piece = self.pieces[use_of(self.bed, loop=True)]
        phrase = int(slot.identity[:8], 16) % max(1, piece.n_samples // piece.phrase_samples)
        phase = 0 if enters else phrase * piece.phrase_samples
        return replace(
            slot,
            bed=piece.key,
            bed_enters=enters,
            bed_phase=phase,
            music_gain_db=self.bed_settings.gain_db,
            duck_db=self.bed_settings.duck_db,
        )


def _room_tone_ms(usual_ms: float, quiet_ms: float, wanted_s: _Range | None) -> float:
    """How much room tone a head or a tail has beside what is too quiet to be heard.

    As much as usual where that is what is wanted, else as brings it half way from least to most.
    """
    least_ms, most_ms = (1000 * s for s in wanted_s) if wanted_s else (0.0, math.inf)
    if least_ms <= usual_ms + quiet_ms <= most_ms - _ONSET_MS:
        return usual_ms
    return (least_ms + most_ms) / 2 - quiet_ms


def _marks(script: Script, slots: Sequence[Slot]) -> tuple[Mark, ...]:
    """Chapter marks; the first begins with the programme, the last ends with it."""
    starts: list[int] = []
    frame = 0
    for slot in slots:
        if slot.chapter is not None:
            starts.append(frame if starts else 0)
        frame += slot.n_frames
    if len(starts) != len(script.chapters):
        raise StoryError("a chapter has nothing to speak")
    ends = [*starts[1:], frame]
    titles = [chapter.title for chapter in script.chapters]
    return tuple(Mark(*mark) for mark in zip(titles, starts, ends, strict=True))
