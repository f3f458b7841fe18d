"""Blocks tile the timeline, are 8 to 30 s long, and an edit moves no cut far from it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from fakes.programmes import BED, GRID, MIX, NO_MUSIC, STING, Line, blocks_of, laid_out
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Cue
from audiobook.show import Music
from audiobook.sound.blocks import Block, cut_blocks, with_neighbours
from audiobook.sound.scene import Reach, make_scene, seen_frames
from audiobook.sound.timeline import Slot, Timeline
from audiobook.store import digest

WITH_BED = Music(None, BED, None)
SHORTEST, LONGEST = GRID.frames_of_ms(8000), 30 * GRID.sample_rate // GRID.frame_samples

LINES = st.builds(
    Line,
    name=st.text("abcdef", min_size=1, max_size=3),
    speech_s=st.floats(0.01, 14),
    pause_ms=st.integers(0, 2000),
)
CUES = st.sampled_from([Cue("sting", 0, 1, STING), Cue("music", 0, 1, BED), Cue("music", 0, 1)])
CHAPTERS = st.lists(
    st.lists(st.one_of(LINES, LINES, CUES), max_size=25).map(lambda items: [*items, Line("end")]),
    min_size=1,
    max_size=3,
)


def cuttable(timeline: Timeline, block: Block) -> bool:
    """Whether a cut within the block leaves 8 s on both sides."""
    done = 0
    for slot in block.slots:
        done += slot.n_frames
        if SHORTEST <= done <= block.n_frames - SHORTEST:
            return True
    return False


@settings(max_examples=80, deadline=None)
@given(chapters=CHAPTERS, music=st.sampled_from([NO_MUSIC, WITH_BED, Music(STING, BED, STING)]))
def test_blocks_tile_the_timeline(chapters: list[list[Line | Cue]], music: Music) -> None:
    timeline = laid_out(chapters, music)
    blocks = blocks_of(timeline)
    assert blocks[0].start_frame == 0
    assert tuple(slot for block in blocks for slot in block.slots) == timeline.slots
    for before, after in pairwise(blocks):
        assert before.start_frame + before.n_frames == after.start_frame
    for block in blocks:
        slots = block.slots
        assert block.n_frames == sum(slot.n_frames for slot in slots) > 0


@settings(max_examples=80, deadline=None)
@given(chapters=CHAPTERS, music=st.sampled_from([NO_MUSIC, WITH_BED]))
def test_blocks_are_8_to_30_seconds_long(chapters: list[list[Line | Cue]], music: Music) -> None:
    timeline = laid_out(chapters, music)
    blocks = blocks_of(timeline)
    edges = {block.start_frame for block in blocks}
    assert {mark.start_frame for mark in timeline.marks} <= edges
    chapter_lengths = {mark.start_frame: mark.end_frame for mark in timeline.marks}
    for block in blocks:
        end = block.start_frame + block.n_frames
        whole_chapter = chapter_lengths.get(block.start_frame) == end
        assert block.n_frames >= SHORTEST or whole_chapter
        assert block.n_frames <= LONGEST or not cuttable(timeline, block)


def test_a_thousand_equal_sentences_are_cut_quickly() -> None:
    blocks = blocks_of(laid_out([[Line("same")] * 3000]))
    assert len(blocks) > 300


def book(seed: int, n_lines: int) -> list[Line]:
    """Sentences as long as sentences are, no two alike."""
    rng = random.Random(seed)
    return [
        Line(f"{seed}:{index}", rng.lognormvariate(1.15, 0.6), rng.choice([250, 350, 600, 900]))
        for index in range(n_lines)
    ]


def edited(lines: list[Line], kind: str, at: int, name: str) -> list[Line]:
    new = replace(lines[at], name=name, speech_s=lines[at].speech_s * 1.1)
    middle = {"replace": [new], "insert": [new, lines[at]], "delete": []}[kind]
    return [*lines[:at], *middle, *lines[at + 1 :]]


def keys(timeline: Timeline) -> list[str]:
    """What each block is kept by."""
    blocks, reach = blocks_of(timeline), Reach(98 * GRID.frame_samples, GRID.frame_samples)
    return [digest(make_scene(blocks, index, GRID, MIX, reach)) for index in range(len(blocks))]


@pytest.mark.parametrize("music", [NO_MUSIC, WITH_BED], ids=["speech", "bed"])
@pytest.mark.parametrize("kind", ["replace", "insert", "delete"])
def test_an_edit_costs_at_most_three_blocks(kind: str, music: Music) -> None:
    rng = random.Random(11)
    lines = book(3, 90)
    old = keys(laid_out([lines], music))
    assert len(old) > 12
    costs: Counter[int] = Counter()
    for index in range(60):
        new = keys(laid_out([edited(lines, kind, rng.randrange(90), f"new {index}")], music))
        costs[len(set(new) - set(old))] += 1
        changed = [place for place, key in enumerate(new) if key not in set(old)]
        # They lie side by side: what is beyond them is kept.
        assert changed == list(range(changed[0], changed[-1] + 1))
    # About three times in a thousand one more than three: where a new sentence draws a cut to
    # itself and what is left on either side is a little too long for one block.
    assert costs.total() == 60
    assert costs[1] + costs[2] >= 48
    assert max(costs) <= 4
    assert costs[4] <= 1


def test_hardly_any_edit_of_thousands_moves_more_than_three_blocks() -> None:
    """By what is heard in blocks and right beside them, which is all that their scenes show."""
    rng = random.Random(12)
    costs: Counter[int] = Counter()
    for seed in range(40):
        slots = laid_out([book(seed, 90)]).slots
        others = laid_out([book(seed + 1000, 25)]).slots[1:-1]
        old = blocks_with_their_edges(slots)
        for new in others:
            at, n_gone = rng.randrange(1, 90), rng.randrange(2)
            edited = [*slots[:at], new, *slots[at + n_gone :]]
            costs[len(blocks_with_their_edges(edited) - old)] += 1
    assert costs.total() == 1000
    assert max(costs) <= 4
    assert costs[4] <= 6


def blocks_with_their_edges(slots: Sequence[Slot]) -> set[tuple[str, ...]]:
    """What each block holds, and the slots before and after it."""
    blocks = [tuple(slot.identity for slot in block.slots) for block in cut_blocks(slots, GRID)]
    befores = [(), *(block[-1:] for block in blocks)]
    afters = [*(block[:1] for block in blocks[1:]), ()]
    return {
        ("before", *before, "block", *block, "after", *after)
        for before, block, after in zip(befores, blocks, afters, strict=False)
    }


@settings(max_examples=60, deadline=None)
@given(chapters=CHAPTERS, music=st.sampled_from([NO_MUSIC, WITH_BED, Music(STING, BED, STING)]))
def test_the_neighbours_of_a_block_are_enough_for_its_scene(
    chapters: list[list[Line | Cue]], music: Music
) -> None:
    blocks = blocks_of(laid_out(chapters, music))
    reach = Reach(98 * GRID.frame_samples, GRID.frame_samples)
    near = list(with_neighbours(iter(blocks), *seen_frames(GRID, MIX, reach)))
    assert [around[index] for around, index in near] == list(blocks)
    for whole_index, (around, index) in enumerate(near):
        here = make_scene(around, index, GRID, MIX, reach)
        assert here == make_scene(blocks, whole_index, GRID, MIX, reach)
        assert (around[-1] == blocks[-1]) >= (index == len(around) - 1)


def test_blocks_are_cut_before_the_programme_is_known_to_its_end() -> None:
    slots = iter(laid_out([book(5, 400)]).slots)
    first = next(cut_blocks(slots, GRID))
    n_taken = 400 + 2 - sum(1 for _ in slots)
    assert len(first.slots) < n_taken < 40
