"""The programme cut into blocks: the unit of rendering, measuring, encoding and keeping.

Where a block ends is decided by what is heard there, not by where it stands, so that an edit moves
no cut but those next to it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.timeline import Grid, Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Block", "cut_blocks"]

_SHORTEST_S = 8
_LONGEST_S = 30


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
    """Cut a timeline into blocks of whole slots, 8 to 30 s long.

    A chapter begins a block, and is one where it is short. A longer one is cut after the slot with
    the lowest digest, and what lies on either side of the cut likewise: as in a treap, a slot that
    comes, goes or changes moves hardly any cuts but its own. None leaves less than 8 s on either
    side, so a block is longer than 30 s only where none can.
    """
    slots = timeline.slots
    starts = list(accumulate((slot.n_frames for slot in slots), initial=0))
    ranks = np.array([int(slot.identity[:15], 16) for slot in slots])
    index_of = {frame: index for index, frame in enumerate(starts)}
    chapters = pairwise([*(index_of[mark.start_frame] for mark in timeline.marks), len(slots)])
    waiting = list(chapters)[::-1]
    blocks: list[Block] = []
    while waiting:
        first, last = waiting.pop()
        cut = _best_cut(first, last, starts, ranks, timeline.grid)
        if cut is None:
            blocks.append(Block(first, last, starts[first], starts[last] - starts[first]))
        else:
            waiting += [(cut, last), (first, cut)]
    return tuple(blocks)


def _best_cut(
    first: int, last: int, starts: Sequence[int], ranks: NDArray[np.int64], grid: Grid
) -> int | None:
    """Where to cut a run of slots, as the index of a slot; None where it is to stay whole."""
    if starts[last] - starts[first] <= _LONGEST_S * grid.sample_rate // grid.frame_samples:
        return None
    shortest = grid.frames_of_ms(_SHORTEST_S * 1000)
    low = bisect_left(starts, starts[first] + shortest)
    high = bisect_right(starts, starts[last] - shortest)
    return low + int(np.argmin(ranks[low - 1 : high - 1])) if low < high else None
