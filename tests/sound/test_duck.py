"""Beds are down while somebody speaks, move smoothly, and the same on any window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.sound.duck import CONTROL_SAMPLES, Ducking, duck_gain

RATE = 44_100
DUCKING = Ducking()
DEPTH = 10 ** (DUCKING.depth_db / 20)


def samples(ms: float) -> int:
    return round(ms * RATE / 1000)


@st.composite
def speeches(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Intervals of speech, ascending and apart."""
    at, intervals = draw(st.integers(-3 * RATE, RATE)), []
    for _ in range(draw(st.integers(0, 5))):
        stop = at + draw(st.integers(1, 2 * RATE))
        intervals.append((at, stop))
        at = stop + draw(st.integers(1, 3 * RATE))
    return intervals


def test_the_bed_is_down_before_the_first_sound_and_up_after_the_last() -> None:
    first, last = 5 * RATE, 7 * RATE
    gain = duck_gain([(first, last)], DUCKING, RATE, 0, 12 * RATE)
    lead, attack = samples(DUCKING.lead_ms), samples(DUCKING.attack_ms)
    hold, release = samples(DUCKING.hold_ms), samples(DUCKING.release_ms)
    np.testing.assert_array_equal(gain[: first - lead - attack - CONTROL_SAMPLES], 1)
    np.testing.assert_allclose(gain[first - lead + CONTROL_SAMPLES : last + hold], DEPTH, rtol=1e-6)
    np.testing.assert_array_equal(gain[last + hold + release + CONTROL_SAMPLES :], 1)
    assert (np.diff(gain[:last]) <= 0).all()
    assert (np.diff(gain[last:]) >= 0).all()


@pytest.mark.parametrize(("gap_ms", "stays"), [(300, True), (1590, True), (1610, False)])
def test_it_stays_down_over_short_gaps(gap_ms: int, stays: bool) -> None:
    speech = [(RATE, 2 * RATE), (2 * RATE + samples(gap_ms), 5 * RATE)]
    gain = duck_gain(speech, DUCKING, RATE, 0, 6 * RATE)
    between = gain[2 * RATE : 2 * RATE + samples(gap_ms)]
    assert (between.max() < 1.001 * DEPTH) == stays


def test_without_speech_the_bed_is_left_alone() -> None:
    np.testing.assert_array_equal(duck_gain([], DUCKING, RATE, -64, 1000), np.ones(1064))


@settings(deadline=None)
@given(
    speech=speeches(),
    first=st.integers(0, 3000),
    length=st.integers(1, 2 * RATE),
    shift=st.integers(-(10**6), 10**6),
    lead_ms=st.integers(0, 400),
    release_ms=st.integers(1, 1500),
)
def test_windows_agree_wherever_they_begin(
    speech: list[tuple[int, int]],
    first: int,
    length: int,
    shift: int,
    lead_ms: int,
    release_ms: int,
) -> None:
    ducking = Ducking(lead_ms=lead_ms, release_ms=release_ms)
    whole = duck_gain(speech, ducking, RATE, 0, 3000 * 64 + length)
    start = first * CONTROL_SAMPLES
    part = duck_gain(speech, ducking, RATE, start, start + length)
    np.testing.assert_array_equal(part, whole[start : start + length])
    moved = [(start + 64 * shift, stop + 64 * shift) for start, stop in speech]
    elsewhere = duck_gain(moved, ducking, RATE, start + 64 * shift, start + 64 * shift + length)
    np.testing.assert_array_equal(elsewhere, part)


@settings(deadline=None)
@given(speech=speeches(), start=st.integers(-100, 100), length=st.integers(1, RATE))
def test_speech_beyond_its_reach_makes_no_difference(
    speech: list[tuple[int, int]], start: int, length: int
) -> None:
    start *= CONTROL_SAMPLES
    reach = samples(DUCKING.reach_ms) + CONTROL_SAMPLES
    low, high = start - reach, start + length + reach
    near = [(max(a, low), min(b, high)) for a, b in speech if a < high and b > low]
    np.testing.assert_array_equal(
        duck_gain(near, DUCKING, RATE, start, start + length),
        duck_gain(speech, DUCKING, RATE, start, start + length),
    )


@settings(deadline=None)
@given(speech=speeches())
def test_it_moves_without_zipper_noise(speech: list[tuple[int, int]]) -> None:
    gain = duck_gain(speech, DUCKING, RATE, 0, 6 * RATE).astype(np.float64)
    # The steepest is the middle of the attack, at 1.5 times its mean slope in dB.
    slope_db = 1.5 * -DUCKING.depth_db / samples(DUCKING.attack_ms)
    steepest = slope_db * np.log(10) / 20
    assert np.abs(np.diff(gain)).max() <= steepest * 1.01
    # Between two points of control it goes in a straight line.
    bends = np.abs(np.diff(gain[: len(gain) // 64 * 64].reshape(-1, 64), n=2, axis=1))
    assert bends.max() < 5e-7
