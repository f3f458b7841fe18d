"""Levels of parts join to those of the whole; what they say is what the sound is."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from fakes.programmes import speech_like
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.sound import Sound
from audiobook.sound.levels import (
    SILENCE_DB,
    Levels,
    figures_of,
    levels_of,
    packed,
    unpacked,
)

RATE = 16_000
STEP = RATE // 10
N_STEPS = 60


@cache
def speech(channels: int = 1) -> Sound:
    parts = [0.5 * speech_like(N_STEPS * STEP, RATE, seed) for seed in range(channels)]
    return np.stack(parts).astype(np.float32)


def tone(level_db: float, seconds: float, hz: float = 997.0) -> Sound:
    """A sine of that peak level."""
    cycles = np.arange(round(seconds * RATE)) * hz / RATE
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * cycles)).astype(np.float32)[np.newaxis]


def silence(seconds: float) -> Sound:
    return np.zeros((1, round(seconds * RATE)), np.float32)


def same(one: Levels, other: Levels) -> bool:
    return (
        np.array_equal(one.energies, other.energies)
        and np.array_equal(one.squares, other.squares)
        and (one.true_peak, one.sample_peak) == (other.true_peak, other.sample_peak)
    )


@settings(deadline=None)
@given(
    cuts=st.sets(st.integers(1, N_STEPS - 1), max_size=8),
    channels=st.sampled_from([1, 2]),
    around=st.tuples(st.integers(STEP, 4 * STEP), st.integers(16, 400)),
)
def test_parts_join_to_the_whole(cuts: set[int], channels: int, around: tuple[int, int]) -> None:
    sound = speech(channels)
    bounds = [0, *sorted(cut * STEP for cut in cuts), sound.shape[1]]
    parts = []
    for first, last in itertools.pairwise(bounds):
        start, stop = max(0, first - around[0]), last + around[1]
        part = sound[:, start:stop]
        parts.append(levels_of(part, RATE, first=first - start, last=last - start))
    whole = levels_of(sound, RATE)
    energies = np.concatenate([part.energies for part in parts])
    np.testing.assert_allclose(energies, whole.energies, rtol=1e-3, atol=1e-9)
    squares = np.concatenate([part.squares for part in parts])
    np.testing.assert_allclose(squares, whole.squares, rtol=1e-5)
    one, other = figures_of(parts), figures_of([whole])
    assert one.sample_peak_db == other.sample_peak_db
    assert one.true_peak_dbtp == pytest.approx(other.true_peak_dbtp, abs=1e-5)
    assert one.integrated_lufs == pytest.approx(other.integrated_lufs, abs=1e-3)
    assert one.rms_db == pytest.approx(other.rms_db, abs=1e-4)
    assert one.noise_floor_db == pytest.approx(other.noise_floor_db, abs=1e-3)
    assert (one.head_s, one.tail_s) == (other.head_s, other.tail_s)


def test_a_cut_through_something_loud_adds_no_peak() -> None:
    loud = np.full((1, 4 * STEP), 0.5, np.float32)
    part = levels_of(loud, RATE, first=STEP, last=2 * STEP)
    assert part.true_peak == pytest.approx(0.5, abs=0.005)


def test_what_is_context_is_not_measured() -> None:
    sound = np.concatenate([tone(-3, 0.5), silence(1), tone(-3, 0.5)], axis=1)
    levels = levels_of(sound, RATE, first=9 * STEP, last=14 * STEP)
    assert levels.sample_peak == levels.true_peak == 0.0
    assert len(levels.energies) == 5
    assert len(levels.squares) == 10


@given(
    energies=st.lists(st.floats(0, 10, width=32), max_size=20),
    squares=st.lists(st.floats(0, 1, width=32), max_size=20),
    peaks=st.tuples(st.floats(0, 4), st.floats(0, 4)),
)
def test_what_is_packed_comes_out_again(
    energies: list[float], squares: list[float], peaks: tuple[float, float]
) -> None:
    levels = Levels(np.array(energies, np.float32), np.array(squares, np.float32), *peaks)
    assert same(unpacked(packed(levels)), levels)


@given(st.binary(max_size=80))
@example(b"")
@example(bytes(23))
@example(b"\xff" * 24)
@example(bytes(25))
def test_other_bytes_are_no_levels(data: bytes) -> None:
    try:
        levels = unpacked(data)
    except ValueError:
        return
    assert packed(levels) == data or math.isnan(levels.true_peak + levels.sample_peak)


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"\0", lambda d: d[:24]])
def test_bytes_of_another_length_are_refused(change) -> None:  # type: ignore[no-untyped-def]
    data = packed(levels_of(speech(), RATE))
    with pytest.raises(ValueError, match="length"):
        unpacked(change(data))


def test_the_figures_of_a_tone() -> None:
    sound = np.concatenate([silence(0.75), tone(-6, 4), silence(2)], axis=1)
    figures = figures_of([levels_of(sound, RATE)])
    assert figures.sample_peak_db == pytest.approx(-6, abs=0.02)
    assert figures.true_peak_dbtp == pytest.approx(-6, abs=0.05)
    # A sine's RMS lies 3.01 dB under its peak; here it sounds 4 s of 6.75.
    assert figures.rms_db == pytest.approx(-9.01 + 10 * math.log10(4 / 6.75), abs=0.02)
    # The gates leave silence out, but not the windows that are partly so.
    assert figures.integrated_lufs == pytest.approx(-9.2, abs=0.3)
    assert figures.noise_floor_db == SILENCE_DB
    assert (figures.head_s, figures.tail_s) == (0.75, 2.0)


def test_the_noise_floor_is_that_of_the_quietest_half_second() -> None:
    parts = [tone(-6, 2), tone(-67, 0.5), tone(-6, 2), tone(-57, 3)]
    figures = figures_of([levels_of(np.concatenate(parts, axis=1), RATE)])
    assert figures.noise_floor_db == pytest.approx(-70, abs=0.1)
    short = figures_of([levels_of(tone(-57, 0.3), RATE)])
    assert short.noise_floor_db == pytest.approx(-60, abs=0.1)


@pytest.mark.parametrize("seconds", [0, 0.01, 3])
def test_silence_has_figures(seconds: float) -> None:
    figures = figures_of([levels_of(silence(seconds), RATE)] if seconds else [])
    assert figures.integrated_lufs == figures.true_peak_dbtp == figures.rms_db == SILENCE_DB
    assert figures.noise_floor_db == figures.sample_peak_db == SILENCE_DB
    assert figures.head_s == pytest.approx(seconds, abs=0.05)
    assert figures.tail_s == pytest.approx(seconds, abs=0.05)


@given(
    squares=st.lists(st.sampled_from([0.0, 1e-7, 1e-4, 0.1]), max_size=60),
    cuts=st.sets(st.integers(0, 60), max_size=6),
)
def test_figures_are_the_same_however_it_is_parted(squares: list[float], cuts: set[int]) -> None:
    whole = np.array(squares, np.float32)
    energies = np.zeros(0, np.float32)
    parts = [Levels(energies, part, 0.5, 0.5) for part in np.split(whole, sorted(cuts))]
    one, other = figures_of(parts), figures_of([Levels(energies, whole, 0.5, 0.5)])
    assert (one.head_s, one.tail_s) == (other.head_s, other.tail_s)
    assert one.noise_floor_db == pytest.approx(other.noise_floor_db, abs=1e-6)
    assert one.rms_db == pytest.approx(other.rms_db, abs=1e-6)
