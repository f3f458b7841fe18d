"""Music from a file beside the story: found, read, and made to go round without a seam.

What the name, the file and its content say is not to be trusted: the file must lie in the story's
folder, and no more than `MOST_BYTES` and `MOST_S` are read of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from audiobook.decoding import UNDECODABLE, Decoder, open_sound
from audiobook.errors import ConfigError, Where
from audiobook.sound import Sound
from audiobook.sound.pieces import LOOP_GRID_SAMPLES

__all__ = [
    "LEAST_LOOP_S",
    "MOST_BYTES",
    "MOST_S",
    "content_digest",
    "find_file",
    "read_file",
    "seamless",
    "shown",
    "with_channels",
]

MOST_BYTES = 200 * 10**6
"""A larger file is refused."""
MOST_S = 600
"""Longer music is refused; in seconds."""
LEAST_LOOP_S = 2.0
"""Shorter music is refused as a bed; in seconds."""

_LEAST_HZ, _MOST_HZ = 4_000, 384_000
_MOST_FACTOR = 1e4
"""Samples beyond 80 dB over full scale, and what is no number, are no music."""
_BLOCK_VALUES = 1 << 18
_CROSSFADE_S = 3.0
_LONGEST_SHOWN = 80


def find_file(name: str, folder: Path, *, where: Where | None = None) -> Path | None:
    """The file of that name in the story's folder, or None when there is none.

    Raises:
        ConfigError: the name leads out of the folder, or the file is too large.
    """
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        inside = path.is_relative_to(root) and not Path(name).is_absolute()
        n_bytes = path.stat().st_size if inside and path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None  # a name no file can have, or links that go round in a circle
    if not inside:
        raise ConfigError(
            f"music {shown(name)} lies outside the story's folder",
            where=where,
            hint="put the file beside the story and name it from there",
        )
    if n_bytes is None:
        return None
    if not path.is_file():
        raise _unreadable(name, where)
    if n_bytes > MOST_BYTES:
        raise ConfigError(
            f"music {shown(name)} is too large: {n_bytes / 1e6:.0f} MB",
            where=where,
            hint=f"use a file of at most {MOST_BYTES // 10**6} MB",
        )
    return path


def content_digest(path: Path, *, where: Where | None = None) -> str:
    """A digest of what a file holds: 40 hex digits.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"music {shown(path.name)} cannot be read: {reason}", where=where
        ) from error


def read_file(path: Path, *, sample_rate: int, channels: int, where: Where | None = None) -> Sound:
    """What a sound file holds, at the rate and with the channels wanted.

    Args:
        path: a WAV, FLAC, OGG or MP3 file, or another that libsndfile knows.
        sample_rate: samples per second wanted.
        channels: 1 or 2.
        where: where the file is named, for the error.

    Raises:
        ConfigError: it is not a sound file that can be read, or it is too long.
    """
    try:
        # Opened here, libsndfile sees no name: an ending does not make it try a decoder in vain.
        with path.open("rb") as stream, open_sound(stream) as file:
            if not _LEAST_HZ <= file.samplerate <= _MOST_HZ:
                raise ConfigError(
                    f"music {shown(path.name)} has an unusual sample rate: {file.samplerate} Hz",
                    where=where,
                    hint=f"use a file of {_LEAST_HZ} to {_MOST_HZ} Hz",
                )
            blocks = _blocks(file, path.name, channels, where)
            sound = _resampled(blocks, file.samplerate, sample_rate, channels)
    except (OSError, *UNDECODABLE) as error:
        raise _unreadable(path.name, where) from error
    return sound


def seamless(sound: Sound, sample_rate: int) -> Sound:
    """The sound as a loop: its end laid over its beginning in a crossfade of equal power.

    Its length is the greatest multiple of `LOOP_GRID_SAMPLES` that leaves room for the
    crossfade: 3 s, or a quarter of a short sound.
    """
    n_fade = min(int(_CROSSFADE_S * sample_rate), sound.shape[1] // 4)
    n_loop = (sound.shape[1] - n_fade) // LOOP_GRID_SAMPLES * LOOP_GRID_SAMPLES
    turn = np.linspace(0, np.pi / 2, n_fade, endpoint=False)
    loop = sound[:, :n_loop].copy()
    loop[:, :n_fade] *= np.sin(turn).astype(np.float32)
    loop[:, :n_fade] += sound[:, n_loop : n_loop + n_fade] * np.cos(turn).astype(np.float32)
    return loop


def with_channels(sound: Sound, channels: int) -> Sound:
    """The sound in 1 or 2 channels: more than two are mixed to one, and one is heard in both."""
    if sound.shape[0] == channels:
        return sound
    if sound.shape[0] > 1:
        sound = sound.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.repeat(sound, channels, axis=0)


def shown(name: str) -> str:
    """A name in quotes as an error may print it: on one line, not too long, no control codes."""
    clean = "".join(character if character.isprintable() else "�" for character in name)
    return f'"{clean}"' if len(clean) <= _LONGEST_SHOWN else f'"{clean[: _LONGEST_SHOWN - 1]}…"'


def _blocks(file: Decoder, name: str, channels: int, where: Where | None) -> Iterator[Sound]:
    """What a file holds, a little at a time; the end is where nothing comes, not where it says."""
    n_read = 0
    n_block = max(1, _BLOCK_VALUES // file.channels)
    while len(block := file.read(n_block, dtype="float32", always_2d=True)):
        n_read += len(block)
        if n_read > MOST_S * file.samplerate:
            raise ConfigError(
                f"music {shown(name)} is longer than {MOST_S // 60} minutes",
                where=where,
                hint="cut it shorter: a bed is repeated for as long as it is needed",
            )
        if not np.abs(block).max() < _MOST_FACTOR:
            raise _unreadable(name, where)
        yield with_channels(block.T, channels)


def _resampled(blocks: Iterator[Sound], from_hz: int, to_hz: int, channels: int) -> Sound:
    """Blocks joined, at another rate."""
    if from_hz == to_hz:
        return np.concatenate([np.zeros((channels, 0), np.float32), *blocks], axis=1)
    stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality="HQ")
    parts = [stream.resample_chunk(np.ascontiguousarray(block.T)) for block in blocks]
    parts.append(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))
    return np.concatenate([part.reshape(-1, channels).T for part in parts], axis=1)


def _unreadable(name: str, where: Where | None) -> ConfigError:
    return ConfigError(
        f"music {shown(name)} is not a sound file that can be read",
        where=where,
        hint="use a WAV, FLAC, OGG or MP3 file",
    )
