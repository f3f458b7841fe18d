"""A programme laid out in time: whole frames, marks that tile it, music in its places."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from fakes.programmes import BED, GRID, NO_MUSIC, STING, Line, laid_out, script_of, take_of
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import AudiobookError, StoryError, UnknownNameError
from audiobook.model import Cue
from audiobook.show import Music
from audiobook.sound.timeline import Grid, Slot, Timeline, arrange
from audiobook.utterance import Delivery

WITH_BED = Music(None, BED, None)
ALL_MUSIC = Music(STING, BED, "long sting")

ITEMS = st.one_of(
    st.builds(
        Line,
        name=st.text("abcdef", min_size=1, max_size=4),
        speech_s=st.floats(0.0001, 20),
        pause_ms=st.integers(0, 3000),
        speaker=st.sampled_from([None, "Ann", "Bob"]),
    ),
    st.just(Cue("music", 0, 1, BED)),
    st.just(Cue("music", 0, 1, BED, (("fade", "20s"), ("gain", "-3dB"), ("duck", "-9dB")))),
    st.just(Cue("music", 0, 1, None)),
    st.just(Cue("sting", 0, 1, STING)),
    st.just(Cue("sound", 0, 1, STING, (("fade", "1s"), ("gain", "6dB")))),
    st.just(Cue("break", 0, 1)),
)
CHAPTERS = st.lists(
    st.lists(ITEMS, max_size=6).map(lambda items: [*items, Line("last")]), min_size=1, max_size=4
)


def starts(timeline: Timeline) -> list[int]:
    """First sample of each slot."""
    at, result = 0, []
    for slot in timeline.slots:
        result.append(at)
        at += slot.n_frames * timeline.grid.frame_samples
    return result


@settings(max_examples=80, deadline=None)
@given(chapters=CHAPTERS, music=st.sampled_from([NO_MUSIC, WITH_BED, ALL_MUSIC]))
def test_slots_and_marks_tile_the_programme(chapters: list[list[Line | Cue]], music: Music) -> None:
    timeline = laid_out(chapters, music)
    assert all(slot.n_frames > 0 for slot in timeline.slots)
    said = [item for chapter in chapters for item in chapter if isinstance(item, Line)]
    spoken = [slot for slot in timeline.slots if slot.take]
    assert [slot.take.clip for slot in spoken if slot.take] == [line.name for line in said]
    for slot, line in zip(spoken, said, strict=True):
        n_samples = slot.n_frames * GRID.frame_samples
        needed = take_of(line).n_samples + line.pause_ms * GRID.sample_rate / 1000
        assert 0 <= n_samples - needed < GRID.frame_samples + 1
    marks = timeline.marks
    assert [mark.title for mark in marks] == [f"Chapter {i + 1}" for i in range(len(chapters))]
    assert marks[0].start_frame == 0
    assert marks[-1].end_frame == timeline.n_frames
    for before, after in pairwise(marks):
        assert before.start_frame < before.end_frame == after.start_frame < after.end_frame


@given(st.integers(1, 10**7), st.sampled_from([576, 1024, 1152]))
def test_frames_hold_what_they_must_and_no_more(n_samples: int, frame_samples: int) -> None:
    n_frames = Grid(44_100, frame_samples).frames(n_samples)
    assert (n_frames - 1) * frame_samples < n_samples <= n_frames * frame_samples


@pytest.mark.parametrize("kind", ["sting", "sound"])
def test_a_chapter_is_marked_where_its_music_begins(kind: str) -> None:
    lines = [Line("one"), Line("two")]
    sting = Cue(kind, 0, 1, STING)
    timeline = laid_out([lines, [sting, *lines]])
    solo = next(index for index, slot in enumerate(timeline.slots) if slot.solo)
    assert timeline.slots[solo].chapter == 1
    assert timeline.marks[1].start_frame * GRID.frame_samples == starts(timeline)[solo]


def test_a_chapter_that_is_never_heard_is_refused() -> None:
    with pytest.raises(StoryError):
        laid_out([[Line("one")], []])


def test_speakers_have_their_levels() -> None:
    lines = [
        Line("a"),
        Line("b", speaker="Ann"),
        Line("c", speaker="Bob"),
        Line("d", speaker="Eve"),
    ]
    spoken = [slot.gain_db for slot in laid_out([lines]).slots if slot.take]
    assert spoken == [0.0, -3.0, 2.5, 0.0]


def test_a_volume_of_a_whole_segment_is_its_level() -> None:
    script = script_of([[Line("hush", speaker="Ann"), Line("hush", speaker="Ann"), Line("hush")]])
    hushed = tuple(
        replace(segment, deliveries=(Delivery(0, stop, volume="soft"),))
        for segment, stop in zip(script.segments, (len("hush la"), 4, 99), strict=True)
    )
    script = replace(script, chapters=(replace(script.chapters[0], items=hushed),))
    takes = [take_of(Line(name)) for name in "abc"]
    slots = arrange(script, takes, {"Ann": -3.0}, NO_MUSIC, {}, GRID)
    assert [slot.gain_db for slot in slots if slot.take] == [-3.0, -3.0, -4.0]


def test_the_bed_is_heard_alone_before_the_first_word_and_after_the_last() -> None:
    timeline = laid_out([[Line("one"), Line("two")]], WITH_BED)
    head, before, one, _, after, tail = timeline.slots
    assert not head.bed
    assert not tail.bed
    for rest in (before, after):
        assert rest.bed == BED
        assert rest.take is None
        assert GRID.seconds(rest.n_frames) == pytest.approx(3.5, abs=0.04)
    assert before.bed_enters
    assert before.bed_phase == 0
    assert not one.bed_enters


def test_the_opening_rings_out_over_the_bed() -> None:
    timeline = laid_out([[Line("one")]], ALL_MUSIC)
    opening, bed = timeline.slots[1:3]
    assert opening.solo == STING
    assert bed.bed == BED
    end = opening.n_frames * GRID.frame_samples
    assert opening.solo_stop == 80_007 - opening.solo_sample
    assert opening.solo_stop - end == pytest.approx(3.2 * GRID.sample_rate, abs=576)
    assert opening.solo_stop < end + bed.n_frames * GRID.frame_samples


def test_without_a_bed_the_first_word_waits_for_the_opening_to_end() -> None:
    timeline = laid_out([[Line("one")]], Music(STING, None, None))
    opening, spoken = timeline.slots[1:3]
    assert spoken.take
    assert opening.solo_stop <= opening.n_frames * GRID.frame_samples


def test_the_closing_comes_after_the_bed_has_gone() -> None:
    slots = laid_out([[Line("one")]], ALL_MUSIC).slots
    solos = [slot for slot in slots if slot.solo == "long sting"]
    assert solos == list(slots[-4:-1])
    assert not any(slot.bed for slot in solos)
    assert all(GRID.seconds(slot.n_frames) < 15.1 for slot in solos)
    at = 0
    for slot in solos:
        assert slot.solo_sample == at
        at += slot.n_frames * GRID.frame_samples
    assert {slot.solo_sample + slot.solo_stop for slot in solos} == {16_000 * 33 + 7}


def test_cues_begin_and_end_the_bed() -> None:
    begin, end = Cue("music", 0, 1, BED), Cue("music", 0, 1, None)
    slots = laid_out([[Line("a"), begin, Line("b"), end, Line("c")]]).slots
    heard = [(slot.take.clip if slot.take else None, slot.bed) for slot in slots]
    assert heard == [
        (None, None), ("a", None), (None, BED), ("b", BED), (None, BED), ("c", None), (None, None)
    ]  # fmt: skip
    assert [slot.bed_enters for slot in slots] == [index == 2 for index in range(7)]


def test_the_bed_enters_anew_after_a_sting() -> None:
    slots = laid_out([[Line("a"), Cue("sting", 0, 1, STING), Line("b")]], WITH_BED).slots
    assert [slot.take.clip for slot in slots if slot.take and slot.bed_enters] == ["b"]


def test_a_cue_after_a_sting_does_not_bring_the_old_bed_back() -> None:
    items = [Line("a"), Cue("sting", 0, 1, STING), Cue("music", 0, 1), Line("b")]
    slots = laid_out([items], WITH_BED).slots
    assert [slot.bed for slot in slots] == [None, BED, BED, None, None, None]


@pytest.mark.parametrize("name", [BED, None])
def test_a_bed_that_goes_where_a_chapter_begins_is_heard_alone_but_once(name: str | None) -> None:
    cue = Cue("music", 0, 1, name)
    slots = laid_out([[Line("a")], [cue, Line("b")]], WITH_BED).slots
    said = [slot.take.clip if slot.take else None for slot in slots]
    between = slots[said.index("a") + 1 : said.index("b")]
    assert [slot.bed_enters for slot in between] == ([False, True] if name else [False])
    assert all(GRID.seconds(slot.n_frames) == pytest.approx(3.5, abs=0.04) for slot in between)
    assert between[0].chapter == 1


def test_another_bed_where_the_story_begins_is_the_only_one_heard() -> None:
    slots = laid_out([[Cue("music", 0, 1, STING), Line("a")]], ALL_MUSIC).slots
    assert BED not in [slot.bed for slot in slots]


def test_the_opening_never_rings_on_over_speech() -> None:
    slots = laid_out([[Cue("music", 0, 1), Line("a")]], ALL_MUSIC).slots
    opening, after = slots[1:3]
    assert opening.solo_stop <= (opening.n_frames + after.n_frames) * GRID.frame_samples
    assert not after.take


def music(name: str | None, **options: str) -> Cue:
    return Cue("music", 0, 1, name, tuple(options.items()))


def test_levels_hold_for_all_of_a_bed_and_fades_where_it_enters_and_leaves() -> None:
    cues = music(BED, gain="-3dB", duck="-6.5dB", fade="4s"), music(BED), music(None, fade="500ms")
    lines = [Line(name) for name in "abcd"]
    items = [lines[0], cues[0], lines[1], cues[1], lines[2], cues[2], lines[3]]
    slots = laid_out([items]).slots[1:-1]
    settings = [(slot.music_gain_db, slot.duck_db, slot.fade_ms) for slot in slots]
    assert settings == [
        (0.0, None, None),
        (-3.0, -6.5, 4000),  # enters
        (-3.0, -6.5, None),
        (-3.0, -6.5, 4000),  # leaves as it has entered
        (0.0, None, None),  # the other one enters as usual
        (0.0, None, None),
        (0.0, None, 500),  # leaves as the cue says that ends it
        (0.0, None, None),
    ]
    rests_s = [GRID.seconds(slot.n_frames) for slot in slots if slot.take is None]
    assert rests_s == pytest.approx([5.5, 5.5, 3.5, 3.5], abs=0.04)


def test_a_bed_of_a_cue_leaves_at_the_programmes_end_as_it_has_entered() -> None:
    slots = laid_out([[music(BED, fade="9s"), Line("a")]]).slots
    assert [slot.fade_ms for slot in slots] == [None, 9000, None, 9000, None]


def test_another_fade_changes_no_slot_but_those_where_the_bed_turns() -> None:
    lines = [Line(str(i)) for i in range(6)]
    one, other = (laid_out([[music(BED, fade=fade), *lines]]).slots for fade in ("4s", "5s"))
    same = [a.identity == b.identity for a, b in zip(one, other, strict=True)]
    assert same == [True, False, *[True] * 6, False, True]


@pytest.mark.parametrize("kind", ["sting", "sound"])
def test_music_alone_has_its_settings_in_all_its_slots(kind: str) -> None:
    cue = Cue(kind, 0, 1, "long sting", (("gain", "+2dB"), ("fade", "1.5s")))
    slots = laid_out([[Line("a"), cue, Line("b")]]).slots
    solos = [(slot.music_gain_db, slot.fade_ms) for slot in slots if slot.solo]
    assert solos == [(2.0, 1500)] * 3


@pytest.mark.parametrize(
    ("kind", "option", "error"),
    [
        ("music", ("fade", "3"), StoryError),
        ("music", ("fade", "2h"), StoryError),
        ("music", ("fade", "61s"), StoryError),
        ("music", ("gain", "13dB"), StoryError),
        ("music", ("gain", "nandB"), StoryError),
        ("music", ("duck", "3dB"), StoryError),
        ("sting", ("gain", ""), StoryError),
        ("sting", ("duck", "-3dB"), UnknownNameError),
        ("sound", ("volume", "3"), UnknownNameError),
        ("break", ("fade", "3s"), UnknownNameError),
    ],
)
def test_settings_that_no_reader_has_checked_are_refused_with_their_place(
    kind: str, option: tuple[str, str], error: type[AudiobookError]
) -> None:
    with pytest.raises(error) as caught:
        laid_out([[Line("a"), Cue(kind, 0, 1, STING, (option,))]])
    assert caught.value.where
    assert (caught.value.where.path, caught.value.where.line) == ("story.md", 1)


@pytest.mark.parametrize("name", [f.name for f in fields(Slot) if f.compare])
def test_every_field_that_is_heard_is_in_a_slots_identity(name: str) -> None:
    slot = Slot(10)
    others: dict[str, object] = {
        "n_frames": 11,
        "take": take_of(Line("other")),
        "gain_db": 1.0,
        "solo": STING,
        "solo_sample": 1,
        "solo_stop": 1,
        "bed": BED,
        "bed_enters": True,
        "bed_phase": 1,
        "music_gain_db": -1.0,
        "fade_ms": 0,
        "duck_db": -15.0,
    }
    assert replace(slot, **{name: others[name]}).identity != slot.identity  # type: ignore[arg-type]


def test_where_a_slot_stands_is_not_in_its_identity() -> None:
    assert {f.name for f in fields(Slot) if not f.compare and f.init} == {"segment", "chapter"}
    segment = next(script_of([[Line("a")]]).segments)
    assert Slot(10, segment=segment, chapter=3).identity == Slot(10).identity
    assert json.dumps(Slot(10).identity).isascii()


def test_too_few_takes_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(RuntimeError):
        list(arrange(script_of([[Line("a")]]), [], {}, NO_MUSIC, {}, GRID))
