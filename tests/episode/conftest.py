"""Sound that is as hard to encode as speech, made from numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from audiobook.sound import Sound


def _speech_like(n_samples: int, sample_rate: int, channels: int, seed: int = 0) -> Sound:
    """Voiced bursts with hiss, and pauses of digital silence: what shakes an encoder's memory."""
    random = np.random.default_rng(seed)
    voice = np.zeros(n_samples, dtype=np.float32)
    start = 0
    while start < n_samples:
        length = min(int(random.uniform(0.08, 0.35) * sample_rate), n_samples - start)
        time_s = np.arange(length) / sample_rate
        pitch_hz = random.uniform(90, 220)
        burst = random.uniform(0, 0.3) * random.standard_normal(length)
        for harmonic in range(1, 20):
            burst += np.sin(2 * np.pi * harmonic * pitch_hz * time_s) / harmonic
        voice[start : start + length] = 0.2 * np.hanning(length) * burst
        start += length
        if random.random() < 0.25:
            start += int(random.uniform(0.05, 1.2) * sample_rate)
    return np.stack([voice, 0.7 * np.roll(voice, 40)])[:channels]


@pytest.fixture(scope="session")
def speech_like() -> Callable[..., Sound]:
    return _speech_like
