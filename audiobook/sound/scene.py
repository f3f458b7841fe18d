"""All that shapes the sound of a block, and nothing else: what is heard in it and near it.

A Scene counts its samples from the block's own first, so that it is the same wherever the block
stands in the programme. Its digest is the block's key; `audiobook.sound.render` makes its sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.sound.blocks import Block
from audiobook.sound.duck import CONTROL_SAMPLES, Ducking
from audiobook.sound.limit import limiter_reach_samples
from audiobook.sound.timeline import RING_MS, Slot, Timeline
from audiobook.sound.voice import Take

__all__ = ["Mix", "Reach", "Run", "Scene", "Spoken", "make_scene"]

_BED_JOIN_MS = 1500
"""A bed goes over from one phase to another, in the middle of a block, over this."""
_BED_FADE_MS = 2500
"""A bed enters and leaves over this."""
_SOLO_FADE_MS = 5
"""Music alone begins and ends over this, in case its file does not."""


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


def make_scene(
    timeline: Timeline, blocks: tuple[Block, ...], index: int, mix: Mix, reach: Reach
) -> Scene:
    """The scene of one of a timeline's blocks.

    Before the programme's first sample and after its last there is nothing: `start` and `stop`
    end there, at the latest.
    """
    return _Scout(timeline, blocks, index, mix, reach).scene()


class _Scout:
    """Looks around from a block: positions are samples from the block's first."""

    def __init__(
        self, timeline: Timeline, blocks: tuple[Block, ...], index: int, mix: Mix, reach: Reach
    ) -> None:
        self.timeline, self.blocks, self.mix = timeline, blocks, mix
        self.index = index
        self.frame = timeline.grid.frame_samples
        self.block = block = blocks[index]
        end = block.start_frame + block.n_frames
        self.start = -min(reach.before, block.start_frame * self.frame)
        self.stop = block.n_frames * self.frame + min(
            reach.after, (blocks[-1].start_frame + blocks[-1].n_frames - end) * self.frame
        )
        self.ms = timeline.grid.sample_rate / 1000
        margin = limiter_reach_samples(mix.sample_rate)
        self.heard = self.start - margin, self.stop + margin
        self.duck_reach = round(mix.ducking.reach_ms * self.ms) + CONTROL_SAMPLES
        self.reach = max(self.duck_reach, timeline.grid.frames_of_ms(RING_MS) * self.frame)

    def scene(self) -> Scene:
        first, last = self.heard
        near = list(self._slots(first - self.reach, last + self.reach))
        spoken = [Spoken(at, slot.take, slot.gain_db) for at, slot in near if slot.take]
        blocks = self._blocks_in(first, last)
        beds = tuple(self._heard(run for block in blocks for run in self._beds(block)))
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
        for block in self._blocks_in(first, last):
            for at, slot in self._slots_of(block):
                if at < last and at + slot.n_frames * self.frame > first:
                    yield at, slot

    def _slots_of(self, block: Block) -> Iterator[tuple[int, Slot]]:
        at = self._at(block)
        for slot in self.timeline.slots[block.first : block.last]:
            yield at, slot
            at += slot.n_frames * self.frame

    def _at(self, block: Block) -> int:
        return (block.start_frame - self.block.start_frame) * self.frame

    def _blocks_in(self, first: int, last: int) -> Iterator[Block]:
        low = self.index
        while low > 0 and self._at(self.blocks[low]) > first:
            low -= 1
        for block in self.blocks[low:]:
            if self._at(block) >= last:
                return
            yield block

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
        return Run(at, stop, run.piece, phase, fade_in, fade_out)

    def _solos(self, near: list[tuple[int, Slot]]) -> Iterator[Run]:
        """Music alone, a run for each of its slots."""
        fade = round(_SOLO_FADE_MS * self.ms)
        for at, slot in near:
            if slot.solo:
                stop, fade_out = slot.solo_stop, fade
                if stop is None:
                    stop, fade_out = slot.n_frames * self.frame, 0
                fade_in = 0 if slot.solo_sample else fade
                yield Run(at, at + stop, slot.solo, slot.solo_sample, fade_in, fade_out)

    def _beds(self, block: Block) -> Iterator[Run]:
        """The beds of a block, for each stretch of slots with the same one."""
        slots = self.timeline.slots
        index, at = block.first, self._at(block)
        while index < block.last:
            last = index + 1
            while last < block.last and _goes_on(slots[last - 1], slots[last]):
                last += 1
            stop = at + sum(slot.n_frames for slot in slots[index:last]) * self.frame
            if slots[index].bed:
                yield from self._bed(index, last, at, stop)
            index, at = last, stop

    def _bed(self, first: int, last: int, at: int, stop: int) -> Iterator[Run]:
        """The bed of a stretch of slots.

        Where it crosses the edge of a block, its phase there is that which the slot beyond the
        edge decides, on both sides: a block hears nothing of how long its neighbours are. It is in
        the middle of the block that the bed goes over from one phase to the other.
        """
        slots, bed = self.timeline.slots, self.timeline.slots[first].bed
        assert bed is not None
        fade = min(round(_BED_FADE_MS * self.ms), stop - at)
        phase, fade_in = slots[first].bed_phase, fade if slots[first].bed_enters else 0
        if last == len(slots) or not _goes_on(slots[last - 1], slots[last]):
            yield Run(at, stop, bed, phase, fade_in, fade)
            return
        join = min(round(_BED_JOIN_MS * self.ms), stop - at)
        turn = (at + stop - join) // 2
        yield Run(at, turn + join, bed, phase, fade_in, join)
        yield Run(turn, stop, bed, slots[last].bed_phase - (stop - turn), join, 0)

    def _tones(self, near: list[tuple[int, Slot]]) -> Iterator[Run]:
        """Room tone under each slot, from a place in it that only the slot decides."""
        for at, slot in near:
            stop = at + slot.n_frames * self.frame
            yield Run(at, stop, self.mix.room_tone, int(slot.identity[:12], 16))


def _goes_on(before: Slot, after: Slot) -> bool:
    """Whether the bed of a slot goes on in the next."""
    return after.bed is not None and after.bed == before.bed and not after.bed_enters
