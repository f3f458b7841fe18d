"""Finished files of every kind, made from sound, and one that a shop for audiobooks would take."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiobook.episode.encoder import FrameTable
from audiobook.episode.formats import load_encoder
from audiobook.episode.tags import Tag
from audiobook.sound import Sound
from fakes.programmes import speech_like

__all__ = ["narration", "room_noise", "write_mp3"]


def write_mp3(
    path: Path,
    sound: Sound,
    sample_rate: int,
    kbps: int | tuple[int, ...] = 96,
    vbr_quality: float | None = None,
) -> Path:
    """An MP3 of a sound, shape (channels, n): of one bit rate, or of one after another."""
    rates = (kbps,) if isinstance(kbps, int) else kbps
    encoders = [load_encoder("mp3", sample_rate, len(sound), k, vbr_quality) for k in rates]
    frame = encoders[0].frame_samples
    n_frames = -(-sound.shape[1] // frame)
    bounds = np.linspace(0, n_frames, len(encoders) + 1).astype(int).tolist()
    tables: list[FrameTable] = []
    data = b""
    for encoder, first, last in zip(encoders, bounds, bounds[1:], strict=False):
        lead = min(first, encoder.lead_frames)
        flush = encoder.flush_frames if last == n_frames else 0
        block = encoder.encode(sound[:, (first - lead) * frame :], lead, last - first + flush)
        tables.append(block.table)
        data += block.data
    path.write_bytes(encoders[0].head(Tag("A Story"), tables, sound.shape[1]) + data)
    return path


def room_noise(seconds: float, level_db: float, sample_rate: int = 44_100) -> np.ndarray:
    """Noise of that RMS, shape (n,)."""
    random = np.random.default_rng(7)
    return 10 ** (level_db / 20) * random.standard_normal(round(seconds * sample_rate))


def narration(
    rms_db: float = -20.0,
    head_s: float = 0.75,
    tail_s: float = 2.0,
    noise_db: float = -72.0,
    sample_rate: int = 44_100,
) -> Sound:
    """Something like speech with a pause in it, in a room that is never quite still; one channel.

    Args:
        rms_db: of all of it together.
        head_s: what comes before it, in seconds.
        tail_s: what comes after it.
        noise_db: RMS of the room.
        sample_rate: samples per second.
    """
    speech = [np.tanh(4 * speech_like(3 * sample_rate, sample_rate, seed)) for seed in (1, 2)]
    pause = np.zeros(round(0.8 * sample_rate))
    lead, trail = (np.zeros(round(s * sample_rate)) for s in (head_s, tail_s))
    sound = np.concatenate([lead, speech[0], pause, speech[1], trail])
    sound *= 10 ** (rms_db / 20) / np.sqrt(np.mean(sound**2))
    sound += room_noise(len(sound) / sample_rate, noise_db, sample_rate)[: len(sound)]
    return sound.astype(np.float32)[np.newaxis]
