"""The room in which the built-in music is heard: reverberation and tone, round a circle.

Everything here is circular: what rings beyond the end of the sound is heard at its beginning, as
in a loop. A piece that is not a loop ends in silence long enough for it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audiobook.sound import Sound
from audiobook.sound.filtering import SINGLE

__all__ = ["add_round", "in_room"]

_SEED = 1001
_REVERB_S = 2.6
_DECAY_PER_S = 2.9
_WET = 0.42
_SHARED = 0.5


def add_round(mix: Sound, sound: Sound, start: int) -> None:
    """Add a sound to a circular mix from a sample on; both of shape (channels, samples)."""
    n_mix = mix.shape[1]
    start %= n_mix
    done = 0
    while done < sound.shape[1]:
        n_run = min(n_mix - start, sound.shape[1] - done)
        mix[:, start : start + n_run] += sound[:, done : done + n_run]
        done += n_run
        start = 0


def in_room(dry: Sound, sample_rate: int) -> Sound:
    """The sound, stereo and circular, with the room around it and a place left for a voice.

    It is made in the place of the dry one, which is used up: a minute of it is some 20 MB.

    The tone leaves out what is below 50 Hz, dips by 4 dB about 2.2 kHz, where speech has its
    consonants, and falls off above 5 kHz. The room is exponentially decaying noise, darker than
    the dry sound and in part the same left and right, so that it lasts in mono.
    """
    n_samples = dry.shape[1]
    frequency_hz = np.fft.rfftfreq(n_samples, 1 / sample_rate).astype(np.float32)
    tone = _tone(frequency_hz)
    wet = np.float32(_WET * math.sqrt(n_samples))  # the root undoes the scale of one transform
    damping = wet / (1 + (frequency_hz / np.float32(1500)) ** 2)
    del frequency_hz
    for sound, ring in zip(dry, _room_responses(n_samples, sample_rate), strict=True):
        room = np.fft.rfft(ring, n_samples, norm=SINGLE)
        room *= damping
        room += 1
        room *= tone
        room *= np.fft.rfft(sound, norm=SINGLE)
        np.fft.irfft(room, n_samples, norm=SINGLE, out=sound)
    return dry


def _tone(frequency_hz: NDArray[np.float32]) -> NDArray[np.float32]:
    gain: NDArray[np.float32] = frequency_hz**4 / (frequency_hz**4 + np.float32(50**4))
    octaves = np.log2(np.maximum(frequency_hz, 1) / 2200)
    gain *= 10 ** (-4 / 20 * np.exp(-0.5 * (octaves / 0.8) ** 2))
    del octaves
    gain *= 1 / (1 + (frequency_hz / 5000) ** 4)
    return gain


def _room_responses(n_samples: int, sample_rate: int) -> Sound:
    """Impulse responses for left and right, each of unit energy; at most `n_samples` long."""
    n_ring = min(n_samples, int(_REVERB_S * sample_rate))
    # RandomState, since its numbers are promised to stay the same in every release of NumPy.
    noise = np.random.RandomState(_SEED).standard_normal((3, n_ring))
    time_s = np.arange(n_ring) / sample_rate
    swell = np.clip((time_s - 0.012) / 0.04, 0, 1)
    envelope = swell * np.exp(-_DECAY_PER_S * time_s) * np.clip((_REVERB_S - time_s) / 0.4, 0, 1)
    sides = (_SHARED * noise[0] + noise[1:]) * envelope
    sides /= np.sqrt((sides**2).sum(axis=1, keepdims=True))
    return np.asarray(sides, np.float32)
