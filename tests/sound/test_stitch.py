"""Stitching and overlaying, through pydub, is exact."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.sound import Sound
from audiobook.sound.stitch import stitch_and_overlay


def noise(channels: int, n_samples: int, seed: int) -> Sound:
    random = np.random.default_rng(seed)
    return random.uniform(-0.25, 0.25, (channels, n_samples)).astype(np.float32)


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 3000), min_size=1, max_size=6),
    n_layers=st.integers(0, 3),
    channels=st.sampled_from([1, 2]),
    sample_rate=st.sampled_from([16_000, 22_050, 24_000, 44_100, 48_000]),
)
def test_it_is_the_sum_that_numpy_makes(
    lengths: list[int], n_layers: int, channels: int, sample_rate: int
) -> None:
    parts = [noise(channels, n, seed) for seed, n in enumerate(lengths)]
    layers = [noise(channels, sum(lengths), 100 + seed) for seed in range(n_layers)]
    mixed = stitch_and_overlay(parts, layers, sample_rate)
    wanted = np.concatenate(parts, axis=1).astype(np.float64) + np.sum(
        [np.zeros((channels, sum(lengths))), *layers], axis=0, dtype=np.float64
    )
    assert mixed.dtype == np.float32
    assert mixed.shape == wanted.shape
    np.testing.assert_allclose(mixed, wanted, rtol=0, atol=1e-7)


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_far_beyond_full_scale_does_not_wrap(channels: int) -> None:
    loud = np.linspace(-10, 10, 4413 * channels, dtype=np.float32).reshape(channels, -1)
    alone = stitch_and_overlay([loud], [], 44_100)
    np.testing.assert_array_equal(np.sign(alone), np.sign(loud))
    np.testing.assert_allclose(alone, loud, rtol=1e-7, atol=1e-8)
    both = stitch_and_overlay([loud / 2], [loud / 2], 44_100)
    np.testing.assert_allclose(both, loud, rtol=2e-7, atol=1e-8)


def test_what_cannot_be_held_stays_at_its_limit() -> None:
    loud = np.full((1, 441), 12, np.float32)
    mixed = stitch_and_overlay([loud, -loud], [np.concatenate([loud, -loud], axis=1)], 44_100)
    assert mixed[0, :441].min() > 15.9
    assert mixed[0, 441:].max() < -15.9


def test_it_can_be_loaded_where_there_is_no_path() -> None:
    code = "import os, audiobook.sound.stitch; print('PATH' in os.environ)"
    environment = {name: value for name, value in os.environ.items() if name != "PATH"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
