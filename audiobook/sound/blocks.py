"""The programme cut into blocks: the unit of rendering, measuring, encoding and keeping.

Where a block ends is decided by what is heard there, not by where it stands, so that an edit moves
no cut but those next to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiobook.sound.timeline import Grid, Slot, Timeline

__all__ = ["Block", "cut_blocks"]

_SHORTEST_S = 8.0
_LONGEST_S = 30.0
_ONE_IN = 4
"""Past the shortest length, one slot in so many ends a block."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of slots that is rendered and encoded by itself."""

    first: int
    """Index of its first slot in the timeline."""
    last: int
    """Index of the slot after its last."""
    start_frame: int
    """Its first frame in the programme."""
    n_frames: int
    """Its length in frames."""


def cut_blocks(timeline: Timeline) -> tuple[Block, ...]:
    """Cut a timeline into blocks of whole slots, 8 to 30 s long, or as near as its slots allow.

    A chapter begins a block, whatever that makes of the one before.
    """
    return tuple(_cut(timeline.slots, timeline.grid))


def _cut(slots: tuple[Slot, ...], grid: Grid) -> Iterator[Block]:
    shortest, longest = grid.frames_of_ms(_SHORTEST_S * 1000), grid.frames_of_ms(_LONGEST_S * 1000)
    first = start = length = 0
    for index, slot in enumerate(slots):
        too_long = length + slot.n_frames > longest
        if length and (slot.chapter is not None or too_long):
            yield Block(first, index, start, length)
            first, start, length = index, start + length, 0
        length += slot.n_frames
        if length >= shortest and int(slot.identity[:8], 16) % _ONE_IN == 0:
            yield Block(first, index + 1, start, length)
            first, start, length = index + 1, start + length, 0
    if length:
        yield Block(first, len(slots), start, length)
