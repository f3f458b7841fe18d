"""What a cue's fade, gain and duck say is what is heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from fakes.programmes import BED, GRID, MIX, STING, Line, laid_out, piece_of
from fakes.rendered import bed_alone, cue, level_db, placed, whole
from numpy.typing import NDArray

from audiobook.model import Cue
from audiobook.sound.timeline import Slot, Timeline

RATE, FRAME = GRID.sample_rate, GRID.frame_samples
CUED = [Line("one", 6.0, 900), Line("two", 9.0, 2500), Line("three", 6.0, 300)]


def heard_bed(**settings: str) -> tuple[Timeline, NDArray[np.float64]]:
    """A bed that enters at a cue, without what is spoken over it, shape (n,)."""
    timeline = laid_out([[cue("music", BED, settings), *CUED, Cue("music", 0, 1), *CUED]])
    return timeline, bed_alone(timeline)[0].astype(np.float64)


def spans(timeline: Timeline, wanted: Callable[[Slot], object]) -> list[slice]:
    """The samples of the slots that are wanted."""
    return [
        slice(at * FRAME, (at + slot.n_frames) * FRAME)
        for at, slot in placed(timeline)
        if wanted(slot)
    ]


@pytest.mark.parametrize("gain_db", [-6.0, 4.5])
def test_a_beds_gain_is_heard_alone_and_under_the_voice(gain_db: float) -> None:
    timeline, usual = heard_bed()
    other, changed = heard_bed(gain=f"{gain_db:+}dB")
    assert [slot.n_frames for slot in timeline.slots] == [slot.n_frames for slot in other.slots]
    for span in spans(timeline, lambda slot: slot.bed):
        assert level_db(changed[span]) - level_db(usual[span]) == pytest.approx(gain_db, abs=0.3)


@pytest.mark.parametrize("duck_db", [0.0, -6.0, -24.0])
def test_a_bed_goes_as_far_down_as_its_cue_says(duck_db: float) -> None:
    timeline, bed = heard_bed(duck=f"{duck_db}dB")
    full_db = level_db(piece_of(BED)[0]) + MIX.bed_db
    spoken = spans(timeline, lambda slot: slot.bed and slot.take)
    assert len(spoken) == 3
    for span in spoken:
        ducked_db = level_db(bed[span.start : span.start + 5 * RATE])
        assert ducked_db - full_db == pytest.approx(duck_db, abs=0.3)
    before = bed[spoken[0].start - 9 * RATE // 10 : spoken[0].start - RATE // 2]
    assert level_db(before) == pytest.approx(full_db, abs=0.5)


def test_beds_that_duck_otherwise_are_each_as_if_alone() -> None:
    first, second = {"duck": "0dB"}, {"duck": "-30dB", "gain": "+3dB"}
    both = laid_out([[cue("music", BED, first), *CUED, cue("music", BED, second), *CUED]])
    bed = bed_alone(both)[0].astype(np.float64)
    full_db = level_db(piece_of(BED)[0]) + MIX.bed_db
    levels_db = [
        level_db(bed[span.start : span.start + 5 * RATE]) - full_db
        for span in spans(both, lambda slot: slot.bed and slot.take)
    ]
    assert levels_db == pytest.approx([0, 0, 0, -27, -27, -27], abs=0.5)


def envelope_of_entering(timeline: Timeline, bed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The factors by which a bed comes up, until it makes way for the first word."""
    (enters,) = spans(timeline, lambda slot: slot.bed_enters)
    sounding = bed[enters][: -RATE // 2]
    piece = np.resize(piece_of(BED)[0][0], len(sounding)) * 10 ** (MIX.bed_db / 20)
    is_loud = np.abs(piece) > 1e-3  # elsewhere a quotient tells nothing
    times = np.arange(len(piece))
    return np.interp(times, times[is_loud], sounding[is_loud] / piece[is_loud])


@pytest.mark.parametrize("fade_s", [0.2, 2.5, 4.0, 20.0])
def test_a_bed_comes_up_over_its_fade(fade_s: float) -> None:
    timeline, bed = heard_bed(fade=f"{fade_s}s")
    envelope = envelope_of_entering(timeline, bed)
    n = round(fade_s * RATE)
    wanted = np.sin(np.minimum(np.arange(len(envelope)) / n, 1) * np.pi / 2)
    # When it has come up it may go over to another phase.
    np.testing.assert_allclose(envelope[:n], wanted[:n], atol=2e-3)


@pytest.mark.parametrize("fade_s", [1.0, 2.5, 12.0])
def test_a_bed_goes_down_over_the_fade_of_the_cue_that_ends_it(fade_s: float) -> None:
    ending = cue("music", None, {"fade": f"{fade_s}s"})
    timeline = laid_out([[cue("music", BED, {"fade": "1.5s"}), *CUED, ending]])
    bed = bed_alone(timeline)[0].astype(np.float64)
    end = spans(timeline, lambda slot: slot.bed)[-1].stop
    full_db = level_db(piece_of(BED)[0]) + MIX.bed_db
    assert not bed[end:].any()
    for share in (0.15, 0.5, 0.9):  # of the fade that is left
        middle, around = end - round(share * fade_s * RATE), round(fade_s * RATE / 20)
        wanted_db = full_db + 20 * np.log10(np.sin(share * np.pi / 2))
        heard_db = level_db(bed[middle - around : middle + around])
        assert heard_db == pytest.approx(wanted_db, abs=0.5)
    before = bed[end - round((fade_s + 0.2) * RATE) : end - round(fade_s * RATE)]
    assert level_db(before) == pytest.approx(full_db, abs=0.5)


def test_a_bed_without_a_fade_enters_at_once_and_without_a_click() -> None:
    timeline, bed = heard_bed(fade="0s")
    envelope = envelope_of_entering(timeline, bed)
    n = round(0.005 * RATE)
    wanted = np.sin(np.minimum(np.arange(len(envelope)) / n, 1) * np.pi / 2)
    np.testing.assert_allclose(envelope[: RATE // 4], wanted[: RATE // 4], atol=0.05)


def alone(name: str, **settings: str) -> NDArray[np.float64]:
    """A piece as it is heard alone between two lines, against the piece itself: its factors."""
    mix = replace(MIX, gain_db=0.0, ceiling_db=20.0)
    timeline = laid_out([[Line("one", 9.0), cue("sound", name, settings), Line("two", 1.0)]])
    sound = whole(timeline, mix) - whole(timeline, replace(mix, solo_db=-300.0))
    piece = piece_of(name)[0][0].astype(np.float64) * 10 ** (mix.solo_db / 20)
    start = spans(timeline, lambda slot: slot.solo)[0].start
    assert not sound[0, :start].any()
    assert not sound[0, start + len(piece) :].any()
    heard = sound[0, start : start + len(piece)].astype(np.float64)
    is_loud = np.abs(piece) > 1e-3
    times = np.arange(len(piece))
    return np.interp(times, times[is_loud], heard[is_loud] / piece[is_loud])


@pytest.mark.parametrize("gain_db", [-12.0, 3.0])
def test_music_alone_has_its_gain(gain_db: float) -> None:
    factors = alone(STING, gain=f"{gain_db}dB")
    middle = factors[RATE:-RATE]
    np.testing.assert_allclose(20 * np.log10(middle), gain_db, atol=0.01)


@pytest.mark.parametrize(("name", "fade_s"), [(STING, 1.0), ("long sting", 6.0)])
def test_music_alone_comes_up_and_goes_down_over_its_fade(name: str, fade_s: float) -> None:
    """The end of the long one lies in its last two slots."""
    factors = alone(name, fade=f"{fade_s}s")
    times = np.arange(len(factors))
    n = round(fade_s * RATE)
    nearer = np.minimum(times, len(factors) - times)
    wanted = np.sin(np.minimum(nearer / n, 1) * np.pi / 2)
    np.testing.assert_allclose(factors, wanted, atol=2e-3)


def test_a_fade_that_is_longer_than_the_piece_meets_in_its_middle() -> None:
    factors = alone(STING, fade="60s")
    half = len(factors) // 2
    nearer = np.minimum(np.arange(len(factors)), len(factors) - np.arange(len(factors)))
    wanted = np.sin(np.minimum(nearer / half, 1) * np.pi / 2)
    np.testing.assert_allclose(factors, wanted, atol=2e-3)
