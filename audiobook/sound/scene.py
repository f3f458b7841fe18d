"""All that shapes the sound of a block, and nothing else: what is heard in it and near it.

A Scene counts its samples from the block's own first, so that it is the same wherever the block
stands in the programme. Its digest is the block's key; `audiobook.sound.render` makes its sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from audiobook.sound.blocks import Block
from audiobook.sound.duck import CONTROL_SAMPLES, Ducking
from audiobook.sound.limit import limiter_reach_samples
from audiobook.sound.timeline import RING_MS, Grid, Slot
from audiobook.sound.voice import Take

__all__ = ["Mix", "Reach", "Run", "Scene", "Spoken", "make_scene", "seen_frames"]

_BED_JOIN_MS = 1500
"""A bed goes over from one phase to another, in the middle of a block, over this."""
_BED_FADE_MS = 2500
"""A bed enters and leaves over this, where its cue sets nothing else."""
_SOLO_FADE_MS = 5
"""Music alone begins and ends over this, likewise. No fade is shorter, in case its file begins or
ends loud."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How what is heard is balanced: the same for a whole programme."""

    sample_rate: int
    """Samples per second."""
    channels: int
    """1 or 2."""
    gain_db: float
    """Applied to everything at the end, in dB."""
    ceiling_db: float
    """No true peak is to exceed this, in dB of full scale."""
    bed_db: float
    """Level of beds where nobody speaks, in dB against the voice."""
    solo_db: float
    """Level of music alone, likewise."""
    ducking: Ducking
    """How beds make way for speech."""
    room_tone: str
    """Key of the piece that is faintly there all the time."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How much an encoder wants to hear around a block, in samples."""

    before: int
    """Before its first sample."""
    after: int
    """After its last."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Speech in a scene."""

    at: int
    """Its first sample."""
    take: Take
    """What is said."""
    gain_db: float
    """The speaker's level, in dB."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of music in a scene."""

    at: int
    """Its first sample."""
    stop: int
    """The sample after its last."""
    piece: str
    """Key of what plays."""
    phase: int
    """Where in the piece it begins, in samples."""
    fade_in: int = 0
    """It comes up over this many samples."""
    fade_out: int = 0
    """It goes down over this many samples, ending at `stop`."""
    gain_db: float = 0.0
    """Its level against others, in dB."""
    duck_db: float = 0.0
    """Its gain while somebody speaks, in dB; of account where it is a bed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that shapes the sound of a block."""

    mix: Mix
    """The balance."""
    start: int
    """The first sample wanted, ≤ 0: what comes before 0 is context for the encoder."""
    stop: int
    """The sample after the last one wanted."""
    spoken: tuple[Spoken, ...]
    """Speech, in order."""
    speech: tuple[tuple[int, int], ...]
    """Where speech makes beds go down: from further away than is heard, where there are beds."""
    solos: tuple[Run, ...]
    """Music alone."""
    beds: tuple[Run, ...]
    """Music under the voice."""
    tones: tuple[Run, ...]
    """Room tone, without gaps."""


def make_scene(near: Sequence[Block], index: int, grid: Grid, mix: Mix, reach: Reach) -> Scene:
    """The scene of a block.

    Args:
        near: the block among its neighbours: as far as `seen_frames` on either side, or to the
            programme's first and last; before and after those there is nothing.
        index: of the block among them.
        grid: the programme's frames.
        mix: how it is balanced.
        reach: how much context is wanted around it; less where the programme begins or ends.
    """
    return _Scout(near, index, grid, mix, reach).scene()


def seen_frames(grid: Grid, mix: Mix, reach: Reach) -> tuple[int, int]:
    """How far before and after a block its scene looks, in frames."""
    beyond = limiter_reach_samples(mix.sample_rate) + _speech_reach(grid, mix)
    return grid.frames(reach.before + beyond), grid.frames(reach.after + beyond)


def _duck_reach(grid: Grid, mix: Mix) -> int:
    return round(mix.ducking.reach_ms * grid.sample_rate / 1000) + CONTROL_SAMPLES


def _speech_reach(grid: Grid, mix: Mix) -> int:
    """How far from what is heard a slot may lie that still shapes it, in samples."""
    return max(_duck_reach(grid, mix), grid.frames_of_ms(RING_MS) * grid.frame_samples)


class _Scout:
    """Looks around from a block: positions are samples from the block's first."""

    def __init__(
        self, near: Sequence[Block], index: int, grid: Grid, mix: Mix, reach: Reach
    ) -> None:
        self.near, self.mix = near, mix
        self.frame = grid.frame_samples
        self.ms = grid.sample_rate / 1000
        self.block = block = near[index]
        left = near[-1].end_frame - block.end_frame
        self.start = -min(reach.before, block.start_frame * self.frame)
        self.stop = (block.n_frames + min(grid.frames(reach.after), left)) * self.frame
        margin = limiter_reach_samples(mix.sample_rate)
        self.heard = self.start - margin, self.stop + margin
        self.duck_reach = _duck_reach(grid, mix)
        self.reach = _speech_reach(grid, mix)

    def scene(self) -> Scene:
        first, last = self.heard
        near = list(self._slots(first - self.reach, last + self.reach))
        spoken = [Spoken(at, slot.take, slot.gain_db) for at, slot in near if slot.take]
        beds = tuple(self._heard(self._beds()))
        return Scene(
            self.mix,
            self.start,
            self.stop,
            tuple(s for s in spoken if s.at < last and s.at + s.take.n_samples > first),
            tuple(self._speech(spoken)) if beds else (),
            tuple(self._heard(self._solos(near))),
            beds,
            tuple(self._heard(self._tones(near))),
        )

    def _speech(self, spoken: list[Spoken]) -> Iterator[tuple[int, int]]:
        """Where somebody speaks, as far as beds that are heard make way for it."""
        first, last = self.heard[0] - self.duck_reach, self.heard[1] + self.duck_reach
        for line in spoken:
            start, stop = max(line.at, first), min(line.at + line.take.n_samples, last)
            if start < stop:
                yield start, stop

    def _slots(self, first: int, last: int) -> Iterator[tuple[int, Slot]]:
        """The slots that lie in a stretch, each with its first sample."""
        for block in self.near:
            at = self._at(block)
            for slot in block.slots:
                if at < last and at + slot.n_frames * self.frame > first:
                    yield at, slot
                at += slot.n_frames * self.frame

    def _at(self, block: Block) -> int:
        return (block.start_frame - self.block.start_frame) * self.frame

    def _heard(self, runs: Iterator[Run]) -> Iterator[Run]:
        """Runs as far as they are heard; what came before is folded into the phase."""
        first, last = self.heard
        for run in runs:
            if run.at < last and run.stop > first:
                yield self._clipped(run, first, last)

    def _clipped(self, run: Run, first: int, last: int) -> Run:
        at, phase, fade_in = run.at, run.phase, run.fade_in
        if at + fade_in <= first:
            at, phase, fade_in = first, phase + first - at, 0
        stop, fade_out = run.stop, run.fade_out
        if stop - fade_out >= last:
            stop, fade_out = last, 0
        return Run(at, stop, run.piece, phase, fade_in, fade_out, run.gain_db, run.duck_db)

    def _fade(self, slot: Slot, usual_ms: int) -> int:
        """How long the music of a slot takes to come up or to go down, in samples."""
        ms = usual_ms if slot.fade_ms is None else max(slot.fade_ms, _SOLO_FADE_MS)
        return round(ms * self.ms)

    def _solos(self, near: list[tuple[int, Slot]]) -> Iterator[Run]:
        """Music alone, a run for each piece from beginning to end, however many slots it has."""
        last_start: int | None = None
        for at, slot in near:
            start, stop = at - slot.solo_sample, at + slot.solo_stop
            if slot.solo and start != last_start:
                fade = min(self._fade(slot, _SOLO_FADE_MS), (stop - start) // 2)
                yield Run(start, stop, slot.solo, 0, fade, fade, slot.music_gain_db)
                last_start = start

    def _beds(self) -> Iterator[Run]:
        """The beds of the blocks, for each stretch of slots with the same one."""
        for block, beyond in zip_longest(self.near, self.near[1:]):
            at, slots = self._at(block), block.slots
            first = 0
            while first < len(slots):
                last = first + 1
                while last < len(slots) and _goes_on(slots[last - 1], slots[last]):
                    last += 1
                stop = at + sum(slot.n_frames for slot in slots[first:last]) * self.frame
                if slots[first].bed:
                    following = slots[last:] or (beyond.slots if beyond else ())
                    yield from self._bed(slots[first:last], following[:1], at, stop)
                first, at = last, stop

    def _bed(
        self, slots: Sequence[Slot], after: Sequence[Slot], at: int, stop: int
    ) -> Iterator[Run]:
        """The bed of a stretch of slots; `after` holds the slot beyond it, if there is one.

        Where it crosses the edge of a block, its phase there is that which the slot beyond the
        edge decides, on both sides: a block hears nothing of how long its neighbours are. It is in
        the middle of the block, or when it has come up, that the bed goes over from one phase to
        the other.
        """
        first, last = slots[0], slots[-1]
        assert first.bed is not None
        goes_on = bool(after) and _goes_on(last, after[0])
        rise = self._fade(first, _BED_FADE_MS) if first.bed_enters else 0
        fall = round(_BED_JOIN_MS * self.ms) if goes_on else self._fade(last, _BED_FADE_MS)
        fall = min(fall, max(stop - at - rise, (stop - at) // 2))
        rise = min(rise, stop - at - fall)
        duck_db = self.mix.ducking.depth_db if first.duck_db is None else first.duck_db
        levels = first.music_gain_db, duck_db
        if not goes_on:
            yield Run(at, stop, first.bed, first.bed_phase, rise, fall, *levels)
            return
        turn = max((at + stop - fall) // 2, at + rise)
        yield Run(at, turn + fall, first.bed, first.bed_phase, rise, fall, *levels)
        yield Run(turn, stop, first.bed, after[0].bed_phase - (stop - turn), fall, 0, *levels)

    def _tones(self, near: list[tuple[int, Slot]]) -> Iterator[Run]:
        """Room tone under each slot, from a place in it that only the slot decides."""
        for at, slot in near:
            stop = at + slot.n_frames * self.frame
            yield Run(at, stop, self.mix.room_tone, int(slot.identity[:12], 16))


def _goes_on(before: Slot, after: Slot) -> bool:
    """Whether the bed of a slot goes on in the next."""
    return after.bed is not None and after.bed == before.bed and not after.bed_enters
