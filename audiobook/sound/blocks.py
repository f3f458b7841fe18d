"""The programme cut into blocks: the unit of rendering, measuring, encoding and keeping.

Where a block ends is decided by what is heard there, not by where it stands, so that an edit moves
no cut but those next to it. Blocks are cut as slots come, a little behind the last of them, so
that a programme can be rendered while it is still being spoken.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from audiobook.sound.timeline import Grid, Slot

__all__ = ["Block", "cut_blocks", "with_neighbours"]

_SHORTEST_S = 8
_LONGEST_S = 30
_WINDOW_S = 11
"""A slot ends a block when no slot that ends so near to it has a lower digest."""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of slots that is rendered and encoded by itself."""

    start_frame: int
    """Its first frame in the programme."""
    slots: tuple[Slot, ...]
    """What is heard in it."""

    @property
    def n_frames(self) -> int:
        """Its length in frames."""
        return sum(slot.n_frames for slot in self.slots)

    @property
    def end_frame(self) -> int:
        """The frame after its last."""
        return self.start_frame + self.n_frames


def cut_blocks(slots: Iterable[Slot], grid: Grid) -> Iterator[Block]:
    """Cut a programme into blocks of whole slots, 8 to 30 s long.

    A chapter begins a block, and is one where it is short. Within a chapter a slot ends a block
    where its digest is the lowest of all that end within 11 s of it, on either side. That depends
    on nothing further away; what lies between two such slots and is longer than 30 s is cut after
    its lowest digest, and so on. No cut leaves less than 8 s, so a block is longer than 30 s only
    where none can be made.
    """
    start = 0
    for run in _runs(slots, grid):
        for part in _shortened(run, grid):
            block = Block(start, tuple(part))
            yield block
            start = block.end_frame


def with_neighbours(
    blocks: Iterable[Block], n_before: int, n_after: int
) -> Iterator[tuple[tuple[Block, ...], int]]:
    """Each block among those around it, and its index among them.

    Args:
        blocks: a programme's, in order.
        n_before: frames that those before it must reach back, where there are as many.
        n_after: frames that those after it must reach on; there is one more, where there is one.
    """
    near: deque[Block] = deque()
    coming = iter(blocks)
    at, is_ended = 0, False  # where in `near` the block is whose neighbours are sought
    while True:
        while not is_ended and (
            at + 1 >= len(near) or near[-1].start_frame < near[at].end_frame + n_after
        ):
            block = next(coming, None)
            is_ended = block is None
            near.extend(() if block is None else (block,))
        if at == len(near):
            return
        while near[0].end_frame <= near[at].start_frame - n_before:
            near.popleft()
            at -= 1
        yield tuple(near), at
        at += 1


def _runs(slots: Iterable[Slot], grid: Grid) -> Iterator[list[Slot]]:
    """Runs of slots that end at a chapter's end or at a slot that is lowest where it stands."""
    chapter = _Chapter(grid)
    for slot in slots:
        if slot.chapter:  # not the first, which the programme's beginning belongs to
            yield from chapter.rest()
            chapter = _Chapter(grid)
        yield from chapter.runs_with(slot)
    yield from chapter.rest()


class _Chapter:
    """The slots of a chapter that are not in a run yet, and the digests that still matter."""

    def __init__(self, grid: Grid) -> None:
        self._window = grid.frames_of_ms(_WINDOW_S * 1000)
        self._shortest = grid.frames_of_ms(_SHORTEST_S * 1000)
        self._run: list[Slot] = []
        self._ends: list[tuple[int, str]] = []
        """Of slots near the one to be decided, and of all after it: last frame, digest."""
        self._next = 0
        """Index in `_ends` of the slot to be decided."""
        self._waiting: deque[Slot] = deque()
        self._length = 0

    def runs_with(self, slot: Slot) -> Iterator[list[Slot]]:
        """Take one slot more, and give the runs that can be told now."""
        self._length += slot.n_frames
        self._ends.append((self._length, slot.identity))
        self._waiting.append(slot)
        while self._next < len(self._ends):
            end, _ = self._ends[self._next]
            if self._length - end < self._window:
                return
            yield from self._decided(is_cut=self._is_lowest() and end >= self._shortest)

    def rest(self) -> Iterator[list[Slot]]:
        """The runs that are left when the chapter has ended."""
        while self._waiting:
            end, _ = self._ends[self._next]
            is_far = end >= self._shortest and self._length - end >= self._shortest
            yield from self._decided(is_cut=is_far and self._is_lowest())
        if self._run:
            yield self._run

    def _decided(self, *, is_cut: bool) -> Iterator[list[Slot]]:
        self._run.append(self._waiting.popleft())
        end, _ = self._ends[self._next]
        self._next += 1
        while self._ends[0][0] <= end - self._window:
            del self._ends[0]
            self._next -= 1
        if is_cut:
            run, self._run = self._run, []
            yield run

    def _is_lowest(self) -> bool:
        """Whether no slot near by has a lower digest, nor one before it the same."""
        end, digest = self._ends[self._next]
        before = (d for e, d in self._ends[: self._next] if end - e < self._window)
        after = (d for e, d in self._ends[self._next + 1 :] if e - end < self._window)
        return all(d > digest for d in before) and all(d >= digest for d in after)


def _shortened(run: list[Slot], grid: Grid) -> Iterator[list[Slot]]:
    """A run in parts of at most 30 s, as far as it can be cut."""
    ends = list(accumulate((slot.n_frames for slot in run), initial=0))
    longest = _LONGEST_S * grid.sample_rate // grid.frame_samples
    if ends[-1] <= longest:
        yield run
        return
    ranks = [slot.identity for slot in run]
    waiting = [(0, len(run))]
    while waiting:
        first, last = waiting.pop()
        cut = _lowest(ranks, ends, first, last, grid.frames_of_ms(_SHORTEST_S * 1000))
        if cut is None or ends[last] - ends[first] <= longest:
            yield run[first:last]
        else:
            waiting += [(cut, last), (first, cut)]


def _lowest(
    ranks: Sequence[str], ends: Sequence[int], first: int, last: int, shortest: int
) -> int | None:
    """Where to cut between two slots: after the lowest rank that leaves enough on either side."""
    low = bisect_left(ends, ends[first] + shortest)
    high = bisect_right(ends, ends[last] - shortest)
    middle = (first + last) // 2  # of equal ones, so that a thousand of them are cut evenly
    cuts = range(max(low, first + 1), min(high, last))
    return min(cuts, key=lambda cut: (ranks[cut - 1], abs(cut - middle)), default=None)
