"""No true peak beyond the ceiling, nothing touched below it, the same whole or in blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from fakes.programmes import oversampled_peak, speech_like
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.sound import Sound
from audiobook.sound.limit import limit, limiter_reach_samples

RATE = 44_100
CEILING = 10 ** (-1.5 / 20)
DRIVE = 10 ** (8 / 20)


def driven(kind: str, channels: int = 1, seconds: float = 4) -> Sound:
    """Sound up to 18 kHz, as far as an MP3 goes, whose peaks are 8 dB above the ceiling."""
    n = int(seconds * RATE)
    random = np.random.default_rng(3)
    signals = {
        "speech": lambda seed: speech_like(n, RATE, seed),
        "white noise": lambda seed: random.standard_normal(n) / 4,
        "clicks": lambda seed: (random.random(n) > 0.9995) * random.uniform(-1, 1, n),
        "quarter of the rate": lambda seed: np.sin(np.pi / 2 * np.arange(n) + np.pi / 4 + seed),
    }
    spectrum = np.fft.rfft([signals[kind](seed) for seed in range(channels)])
    spectrum[:, np.fft.rfftfreq(n, 1 / RATE) > 18_000] = 0
    sound = np.fft.irfft(spectrum, n) * np.minimum(1, (n - np.abs(2 * np.arange(n) - n)) / RATE)
    return (sound / np.abs(sound).max() * CEILING * DRIVE).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("kind", "over_db"),
    [("speech", 0.05), ("white noise", 0.15), ("clicks", 0.05), ("quarter of the rate", 0.05)],
)
def test_driven_by_8_db_it_stays_under_its_ceiling(
    kind: str, over_db: float, channels: int
) -> None:
    limited = limit(driven(kind, channels), CEILING, RATE)
    peak = oversampled_peak(limited)
    assert -0.2 < 20 * np.log10(peak / CEILING) < over_db


def test_what_is_below_the_ceiling_is_not_touched() -> None:
    quiet = driven("speech") / np.float32(1.3 * DRIVE)
    np.testing.assert_array_equal(limit(quiet, CEILING, RATE), quiet)


def test_only_the_neighbourhood_of_a_peak_is_touched() -> None:
    sound = driven("speech") / np.float32(2 * DRIVE)
    at, reach = 2 * RATE, limiter_reach_samples(RATE)
    sound[:, at] = 1.5
    limited = limit(sound, CEILING, RATE)
    np.testing.assert_array_equal(limited[:, : at - reach], sound[:, : at - reach])
    np.testing.assert_array_equal(limited[:, at + reach + 1 :], sound[:, at + reach + 1 :])
    assert abs(limited[0, at]) <= CEILING * 1.0001
    gain = limited[0, at - reach : at + reach] / sound[0, at - reach : at + reach]
    assert np.abs(np.diff(gain)).max() < 0.005  # it comes and goes smoothly


def test_both_channels_go_down_together() -> None:
    sound = driven("speech", 2)
    sound[1] = 0.1 * sound[0]
    limited = limit(sound, CEILING, RATE)
    np.testing.assert_allclose(limited[1], 0.1 * limited[0], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    starts=st.lists(st.integers(1, 3 * RATE - 1), min_size=1, max_size=5, unique=True),
    kind=st.sampled_from(["speech", "white noise", "clicks"]),
)
def test_blocks_with_their_context_are_the_whole(starts: list[int], kind: str) -> None:
    sound = driven(kind, seconds=3)
    whole, reach = limit(sound, CEILING, RATE), limiter_reach_samples(RATE)
    edges = [0, *sorted(starts), sound.shape[1]]
    for start, stop in pairwise(edges):
        low, high = max(0, start - reach), stop + reach
        alone = limit(sound[:, low:high], CEILING, RATE)[:, start - low : stop - low]
        np.testing.assert_array_equal(alone, whole[:, start:stop])
