"""A block is rendered from its scene alone, and is the same as in the whole programme."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from fakes.programmes import (
    BED,
    GRID,
    MIX,
    NO_MUSIC,
    STING,
    Line,
    blocks_of,
    laid_out,
    piece_of,
    scene_of,
    speech_of_take,
)
from fakes.rendered import EVERYTHING, bed_alone, cue, level_db, placed, rendered, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Cue
from audiobook.show import Music
from audiobook.sound.blocks import Block
from audiobook.sound.duck import Ducking
from audiobook.sound.render import render
from audiobook.sound.roomtone import ROOM_TONE_KEY
from audiobook.sound.scene import Mix, Reach, Run, Scene, make_scene
from audiobook.sound.timeline import Timeline
from audiobook.store import digest

BED_ALONE = Music(None, BED, None)
ALL_MUSIC = Music(STING, BED, "long sting")
RATE, FRAME = GRID.sample_rate, GRID.frame_samples

LINES = st.builds(
    Line,
    name=st.text("abcdef", min_size=1, max_size=3),
    speech_s=st.floats(0.01, 9),
    pause_ms=st.sampled_from([0, 300, 600, 900, 1100, 2500]),
    speaker=st.sampled_from([None, "Ann", "Bob"]),
)
SETTINGS = {
    "fade": st.sampled_from(["0s", "300ms", "4s", "17s"]),
    "gain": st.sampled_from(["-7dB", "+5dB"]),
}
DUCK = {"duck": st.sampled_from(["0dB", "-6dB", "-60dB"])}
CUES = st.one_of(
    st.builds(
        cue,
        st.just("music"),
        st.sampled_from([BED, None]),
        st.fixed_dictionaries({}, optional=SETTINGS | DUCK),
    ),
    st.builds(
        cue,
        st.sampled_from(["sting", "sound"]),
        st.just(STING),
        st.fixed_dictionaries({}, optional=SETTINGS),
    ),
)
CHAPTERS = st.lists(
    st.lists(st.one_of(LINES, LINES, LINES, CUES), min_size=1, max_size=8).map(
        lambda items: [*items, Line("end", 2.0, 900)]
    ),
    min_size=1,
    max_size=3,
)
# With the last one the limiter is at work all the time.
MIXES = [MIX, replace(MIX, channels=2), replace(MIX, gain_db=26.0)]


@cache
def scored() -> Timeline:
    """A programme with all there is: chapters, speakers, bed, stings, opening, closing."""
    speakers = [None, "Ann", None, "Bob"]
    chapters: list[list[Line | Cue]] = [
        [
            Line(f"{n}-{i}", 1.5 + i % 4, (0, 1100, 600, 2500)[i % 4], speakers[i % 4])
            for i in range(9)
        ]
        for n in range(2)
    ]
    chapters[0].insert(4, Cue("sting", 0, 1, STING))
    chapters[1].insert(5, Cue("music", 0, 1))
    return laid_out(chapters, ALL_MUSIC)


@settings(max_examples=20, deadline=None)
@given(
    chapters=CHAPTERS,
    music=st.sampled_from([NO_MUSIC, Music(None, BED, None), ALL_MUSIC]),
    mix=st.sampled_from(MIXES),
    reach=st.sampled_from([Reach(0, 0), Reach(98 * FRAME, FRAME), Reach(8 * FRAME, 3 * FRAME)]),
    data=st.data(),
)
def test_blocks_rendered_alone_are_the_whole_rendered_at_once(
    chapters: list[list[Line | Cue]], music: Music, mix: Mix, reach: Reach, data: st.DataObject
) -> None:
    timeline = laid_out(chapters, music)
    blocks = blocks_of(timeline)
    programme = whole(timeline, mix, data.draw(st.integers(0, len(blocks) - 1)))
    assert programme.shape == (mix.channels, timeline.n_frames * FRAME)
    for index, block in enumerate(blocks):
        # Sample for sample, to the last bit: the block and its context on either side.
        scene, sound = rendered(timeline, index, mix, reach)
        first = block.start_frame * FRAME + scene.start
        last = block.start_frame * FRAME + scene.stop
        np.testing.assert_array_equal(sound, programme[:, first:last])
        end = (block.start_frame + block.n_frames) * FRAME
        assert first == max(0, block.start_frame * FRAME - reach.before)
        assert last == min(timeline.n_frames * FRAME, end + reach.after)


def test_what_lies_far_off_is_not_in_a_scene() -> None:
    timeline = scored()
    blocks = blocks_of(timeline)
    slots = list(timeline.slots)
    middle = len(blocks) // 2
    edges = [block.start_frame for block in blocks]
    near_ms = max(MIX.ducking.reach_ms, 3300) + 100
    near = GRID.frames_of_ms(near_ms)
    block = blocks[middle]
    at = 0
    for index, slot in enumerate(slots):
        stop = at + slot.n_frames
        if stop < block.start_frame - near or at > block.start_frame + block.n_frames + near:
            slots[index] = replace(slot, gain_db=slot.gain_db + 1)
        at = stop
    assert tuple(slots) != timeline.slots
    other = replace(timeline, slots=tuple(slots))
    # The same cuts, whatever the changed slots' digests would make of them.
    cut = [
        Block(start, tuple(slot for at, slot in placed(other) if start <= at < end))
        for start, end in pairwise([*edges, other.n_frames])
    ]
    changed = make_scene(cut, middle, GRID, MIX, Reach(0, 0))
    assert digest(changed) == digest(scene_of(timeline, middle, MIX, Reach(0, 0)))


def test_a_scene_is_the_same_wherever_its_block_stands() -> None:
    lines = [Line(f"{index}", 4.0, 500) for index in range(24)]
    music = Music(None, BED, None)
    one, later = laid_out([lines, lines], music), laid_out([[Line("x", 7.7), *lines], lines], music)
    keys = [
        [
            digest(scene_of(timeline, index, MIX, Reach(0, 0)))
            for index in range(len(blocks_of(timeline)))
        ]
        for timeline in (one, later)
    ]
    assert len(keys[0]) >= 6
    assert keys[0][-3:] == keys[1][-3:]


@pytest.mark.parametrize("name", [field.name for field in fields(Mix)])
def test_every_field_of_the_mix_is_in_a_scenes_digest(name: str) -> None:
    others: dict[str, object] = {
        "sample_rate": 24_000,
        "channels": 2,
        "gain_db": 1.0,
        "ceiling_db": -3.0,
        "bed_db": -6.0,
        "solo_db": 0.0,
        "ducking": Ducking(depth_db=-12.0),
        "room_tone": "another",
    }
    scene = scene_of(scored(), 0, MIX, Reach(0, 0))
    mix = replace(MIX, **{name: others[name]})  # type: ignore[arg-type]
    assert digest(replace(scene, mix=mix)) != digest(scene)


@pytest.mark.parametrize("name", [field.name for field in fields(Ducking)])
def test_every_field_of_the_ducking_is_in_a_scenes_digest(name: str) -> None:
    scene = scene_of(scored(), 0, MIX, Reach(0, 0))
    ducking = replace(Ducking(), **{name: 7})
    other = replace(scene, mix=replace(MIX, ducking=ducking))
    assert digest(other) != digest(scene)


@pytest.mark.parametrize("name", [field.name for field in fields(Scene)])
def test_every_field_of_a_scene_is_in_its_digest(name: str) -> None:
    scene = scene_of(scored(), 1, MIX, Reach(FRAME, 0))
    others: dict[str, object] = {"mix": replace(MIX, channels=2), "start": -1, "stop": 1}
    run = Run(0, 1, "x", 0)
    other = replace(scene, **{name: others.get(name, (run,))})  # type: ignore[arg-type]
    assert digest(other) != digest(scene)


def test_the_speech_is_where_the_timeline_says_and_nowhere_else() -> None:
    lines = [Line("one", 2.0, 1500), Line("two", 1.0, 700, "Ann"), Line("three", 3.0, 0, "Bob")]
    timeline = laid_out([lines])
    sound = whole(timeline, replace(MIX, gain_db=0.0))
    at = 0
    for slot in timeline.slots:
        stop = at + slot.n_frames * FRAME
        n_spoken = slot.take.n_samples if slot.take else 0
        if slot.take:
            wanted = speech_of_take(slot.take) * 10 ** (slot.gain_db / 20)
            np.testing.assert_allclose(sound[:, at : at + n_spoken], wanted, atol=2e-3)
        # Nothing else but the room tone, which is never silent.
        pause = sound[0, at + n_spoken : stop]
        assert np.abs(pause).max(initial=0) < 2e-3
        if len(pause) > RATE // 10:
            assert (
                np.abs(pause).reshape(-1)[: len(pause) // 100 * 100].reshape(-1, 100).any(1).all()
            )
        at = stop


def test_the_bed_is_heard_alone_ducks_before_each_word_and_closes() -> None:
    lines = [Line("one", 4.0, 2500), Line("two", 4.0, 300), Line("three", 4.0, 0)]
    timeline = laid_out([lines], BED_ALONE)
    bed = bed_alone(timeline)
    first = timeline.slots[0].n_frames * FRAME
    spoken, at = [], 0
    for slot in timeline.slots:
        if slot.take:
            spoken.append((at, at + slot.take.n_samples))
        at += slot.n_frames * FRAME
    full_db = level_db(piece_of(BED)[0]) + MIX.bed_db
    ms = RATE // 1000

    assert level_db(bed[:, : first - 1]) < -120
    entered = bed[:, spoken[0][0] - 900 * ms : spoken[0][0] - 500 * ms]
    assert level_db(entered) == pytest.approx(full_db, abs=0.5)
    down_db = full_db + MIX.ducking.depth_db
    for start, stop in spoken:
        assert level_db(bed[:, start - 100 * ms : start]) == pytest.approx(down_db, abs=0.5)
        assert level_db(bed[:, start + ms : stop]) == pytest.approx(down_db, abs=0.5)
    gap = bed[:, spoken[0][1] + 1300 * ms : spoken[1][0] - 500 * ms]
    assert level_db(gap) == pytest.approx(full_db, abs=0.7)  # it rises in a long pause
    short_gap = bed[:, spoken[1][1] : spoken[2][0]]
    assert level_db(short_gap) == pytest.approx(down_db, abs=0.5)  # but not in a short one
    alone = bed[:, spoken[2][1] + 1250 * ms :][:, : 200 * ms]
    assert -6 < level_db(alone) - full_db < 0.5
    end = at - timeline.slots[-1].n_frames * FRAME
    assert level_db(bed[:, end - 50 * ms : end]) < full_db - 20  # it has faded
    assert level_db(bed[:, end + 1 :]) < -120


def test_the_bed_keeps_its_power_where_it_goes_over_to_another_phase() -> None:
    # Speech that never pauses: the bed stays down, and its power must not change.
    lines = [Line(f"line {index}", 4.0, 0) for index in range(30)]
    timeline = laid_out([lines], BED_ALONE)
    assert len(blocks_of(timeline)) > 4
    bed = bed_alone(timeline)
    begin = 6 * RATE
    seconds = bed[0, begin : begin + 110 * RATE].reshape(-1, RATE // 2).astype(np.float64)
    levels_db = 10 * np.log10(np.mean(seconds**2, axis=1))
    assert np.ptp(levels_db) < 1.2
    # And where a block ends it goes on as if there were no block.
    piece = piece_of(BED)[0][0]
    factor = 10 ** ((MIX.bed_db + MIX.ducking.depth_db) / 20)
    for block in blocks_of(timeline)[1:]:
        edge, phase = block.start_frame * FRAME, block.slots[0].bed_phase
        around = np.arange(-RATE, RATE)
        wanted = factor * np.take(piece, around + phase, mode="wrap")
        np.testing.assert_allclose(bed[0, around + edge], wanted, atol=1e-6)


def test_the_bed_goes_over_to_another_phase_without_a_click() -> None:
    """Of a pure tone a cut would be heard wherever it is made."""
    timeline = laid_out([[Line(f"line {index}", 4.0, 0) for index in range(30)]], BED_ALONE)
    n_loop = piece_of(BED)[0].shape[1]
    turns = 2 * np.pi * 1601 / n_loop  # of each sample; phrases begin at other places of a wave
    tone = np.sin(turns * np.arange(n_loop))[np.newaxis].astype(np.float32)
    loudest = 10 ** ((MIX.bed_db + MIX.ducking.depth_db) / 20)
    for index in range(1, len(blocks_of(timeline)) - 1):
        scene = scene_of(timeline, index, replace(MIX, gain_db=0.0), Reach(0, 0))
        sound = render(
            scene,
            lambda take: np.zeros((1, take.n_samples), np.float32),
            lambda key: (tone if key == BED else np.zeros_like(tone), True),
        )
        assert np.abs(sound).max() > 0.9 * loudest
        bends = np.abs(np.diff(sound[0].astype(np.float64), n=2))
        assert bends.max() < 1.5 * loudest * turns**2  # two at once are 1.4 times as loud


def test_nothing_clicks_at_the_joins_of_blocks() -> None:
    timeline = scored()
    sound = whole(timeline, replace(MIX, gain_db=0.0))[0].astype(np.float64)
    bends = np.abs(np.diff(sound, n=2))
    usual = np.percentile(bends, 99.9)
    for block in blocks_of(timeline)[1:]:
        at = block.start_frame * FRAME
        assert bends[at - 4 : at + 3].max() <= usual


def test_music_alone_fades_at_its_ends_and_ends_with_the_piece() -> None:
    timeline = laid_out([[Line("one", 1.0), Cue("sting", 0, 1, STING), Line("two", 1.0)]])
    mix = replace(MIX, gain_db=0.0, ceiling_db=20.0)
    alone = whole(timeline, mix) - whole(timeline, replace(mix, solo_db=-300.0))
    slots = [slot.n_frames for slot in timeline.slots]
    start = sum(slots[:2]) * FRAME
    n_piece = piece_of(STING)[0].shape[1]
    played = alone[:, start : start + n_piece]
    wanted = piece_of(STING)[0] * 10 ** (mix.solo_db / 20)
    fade = round(0.005 * RATE)
    np.testing.assert_allclose(played[:, fade:-fade], wanted[:, fade:-fade], atol=1e-6)
    for end in (played[0, :8], played[0, -8:]):
        assert np.abs(end).max() < 0.02
    assert not alone[:, :start].any()
    assert not alone[:, start + n_piece :].any()


def test_the_room_tone_is_there_from_end_to_end() -> None:
    timeline = laid_out([[Line("one", 2.0, 2000)]])
    scene, _ = rendered(timeline, 0, MIX, EVERYTHING)
    assert all(run.piece == ROOM_TONE_KEY for run in scene.tones)
    at = scene.start
    for run in scene.tones:
        assert run.at == at
        at = run.stop
    assert at == scene.stop
