"""Faint room tone, there all the time, so that no pause is digital silence."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from audiobook.sound import Sound

__all__ = ["ROOM_TONE_KEY", "room_tone"]

ROOM_TONE_KEY = "room tone 2"
"""Part of the key of every block; another number when the tone changes."""

_LOOP_SAMPLES = 345_600
_LEVEL_DB = -82.0
_SEED = 2101
_CORNER_HZ = 400.0


@lru_cache(maxsize=4)
def room_tone(sample_rate: int, channels: int) -> Sound:
    """Noise that falls off above 400 Hz like that of a quiet room, shape (channels, n), read-only.

    A seamless loop of 8 s and more, at −82 dB RMS of full scale before the programme's gain.
    """
    noise = np.random.RandomState(_SEED).standard_normal((channels, _LOOP_SAMPLES))
    frequency_hz = np.fft.rfftfreq(_LOOP_SAMPLES, 1 / sample_rate)
    high_pass = frequency_hz / np.hypot(frequency_hz, 30.0)
    shape = high_pass / np.sqrt(1 + (frequency_hz / _CORNER_HZ) ** 2)
    tone = np.fft.irfft(np.fft.rfft(noise, axis=1) * shape, _LOOP_SAMPLES, axis=1)
    tone *= 10 ** (_LEVEL_DB / 20) / np.sqrt(np.mean(tone**2))
    quiet = tone.astype(np.float32)
    quiet.flags.writeable = False
    return quiet
