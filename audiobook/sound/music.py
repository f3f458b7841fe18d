"""Music by name: a piece made here by code, or a file beside the story, all at one level."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audiobook.errors import ConfigError, LostError, Where, did_you_mean, near_names
from audiobook.sound import Sound
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.sound.music_file import (
    LEAST_LOOP_S,
    content_digest,
    find_file,
    read_file,
    seamless,
    shown,
    with_channels,
)
from audiobook.sound.pieces import LOOP_GRID_SAMPLES, PHRASE_BEATS, PIECES, compose
from audiobook.store import Store, digest, read_value

__all__ = ["PIECE_LUFS", "Piece", "built_in_names", "energies_of", "load_piece", "samples_of"]

PIECE_LUFS = -21.0
"""Integrated loudness of every piece, gated (ITU-R BS.1770-5), as two loudspeakers play it: mono is
measured as the same sound in both, 3 dB above its own loudness, so that a piece stands to a voice
in mono as it does in stereo."""

_PEAK = 10 ** (-1 / 20)
"""No sample of a piece goes beyond this; one with greater peaks stays softer than PIECE_LUFS."""
_VERSION = 5
"""To be raised when instruments, room, reading or levelling change what a piece sounds like."""
_KIND = "music"
_ENERGIES_KIND = "music-energies"
_LEAST_S = 0.4
_MOST_PIECES = 4
"""Another process keeps so many at hand: it works on a programme from its beginning to its end."""
_FILE_PHRASE_SAMPLES = 400 * LOOP_GRID_SAMPLES
"""Where the phrases of a file begin is not known: about every 10 s is taken."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Music ready to be mixed."""

    name: str
    """As the script names it."""
    samples: Sound = field(repr=False, compare=False)
    """Shape (channels, n), float32, read-only, at PIECE_LUFS; n is 0 where the piece has come from
    another process (see `samples_of`)."""
    loops: bool
    """Whether its end goes on into its beginning; n is then a multiple of LOOP_GRID_SAMPLES."""
    phrase_samples: int
    """A listener hears no break where it is taken up at a multiple of this."""
    key: str
    """Digest of all that shaped the samples; it belongs in the key of what is mixed from them."""

    def __reduce__(self) -> tuple[Callable[..., Piece], tuple[object, ...]]:
        """Without the samples, which another process takes from the store: they are megabytes."""
        none = self.samples[:, :0]
        return Piece, (self.name, none, self.loops, self.phrase_samples, self.key)


def built_in_names() -> list[str]:
    """The names of the pieces made by code, sorted."""
    return sorted(PIECES)


def load_piece(
    name: str,
    folder: Path | None,
    *,
    sample_rate: int,
    channels: int,
    store: Store,
    loop: bool = True,
    where: Where | None = None,
) -> Piece:
    """Music at the programme's rate, from the store when it was made before.

    Args:
        name: a built-in piece, or a sound file named from `folder`.
        folder: the story's folder; None when there are only the built-in pieces.
        sample_rate: samples per second of the programme.
        channels: of the programme, 1 or 2.
        store: where pieces are kept.
        loop: whether it is to be repeated as a bed, so that its ends must meet.
        where: where the name stands, for the error.

    Raises:
        ConfigError: there is no such music, or the file cannot be used.
        OutputError: the store cannot be written.
    """
    if name in PIECES:
        return _built_in(name, sample_rate, channels, store, loop=loop)
    path = find_file(name, folder, where=where) if folder else None
    if path is None:
        raise _missing(name, folder, where)
    content = content_digest(path, where=where)
    key = digest("music file", _VERSION, content, sample_rate, channels, loop)
    samples = _kept(store, key, channels)
    if samples is None:
        sound = read_file(path, sample_rate=sample_rate, channels=channels, where=where)
        _check_length(name, sound.shape[1] / sample_rate, loop, where)
        # An offset, which a cheap converter leaves, is not heard and takes the room of peaks.
        sound -= sound.mean(axis=1, keepdims=True, dtype=np.float64)
        if loop:
            sound = seamless(sound, sample_rate)
        sound = _levelled(sound, sample_rate)
        if not sound.any():
            hint = "use a file in which something is heard, or none"
            raise ConfigError(f"music {shown(name)} is silent", where=where, hint=hint)
        samples = _keep(store, key, sound)
    return Piece(name, samples, loop, _FILE_PHRASE_SAMPLES, key)


def samples_of(piece: Piece, store: Store) -> Sound:
    """A piece's samples, from the store where it has come from another process.

    Raises:
        LostError: they are not there.
    """
    if piece.samples.size:
        return piece.samples
    return _samples_at(store.file(_KIND, piece.key), len(piece.samples))


@lru_cache(maxsize=_MOST_PIECES)
def _samples_at(file: str, channels: int) -> Sound:
    value = read_value(file)
    if value is None:
        raise LostError(
            "music has gone from the store while it was in use",
            hint="build again: what is missing is made anew",
        )
    return _unpacked(value, channels)


def energies_of(piece: Piece, sample_rate: int, store: Store) -> NDArray[np.float64]:
    """Energies of a piece's 100 ms steps (see `loudness.step_energies`), measured once and kept.

    Raises:
        OutputError: the store cannot be written.
    """
    kept = store.get(_ENERGIES_KIND, piece.key)
    if kept is None:
        kept = step_energies(piece.samples, sample_rate).astype("<f8").tobytes()
        store.put(_ENERGIES_KIND, piece.key, kept)
    return np.frombuffer(kept, "<f8")


def _built_in(name: str, sample_rate: int, channels: int, store: Store, *, loop: bool) -> Piece:
    piece = PIECES[name]
    if loop:  # one that has an end is played round and round: it rings on in its beginning
        piece = replace(piece, loops=True, fade_beats=0)
    key = digest("built-in music", _VERSION, piece, sample_rate, channels)
    samples = _kept(store, key, channels)
    if samples is None:
        sound = with_channels(compose(piece, sample_rate), channels)
        samples = _keep(store, key, _levelled(sound, sample_rate))
    n_phrase = samples.shape[1] * min(PHRASE_BEATS, piece.beats) // piece.beats
    return Piece(name, samples, piece.loops, n_phrase, key)


def _levelled(sound: Sound, sample_rate: int) -> Sound:
    """Bring a sound, in place, to PIECE_LUFS, or as near to it as its peaks allow."""
    lufs = _loudness_lufs(sound, sample_rate)
    if lufs == -math.inf:
        return np.zeros_like(sound)  # all of it is below the gate: nobody would hear it
    gain = min(10 ** ((PIECE_LUFS - lufs) / 20), _PEAK / float(max(sound.max(), -sound.min())))
    sound *= np.float32(gain)
    return sound


def _loudness_lufs(sound: Sound, sample_rate: int) -> float:
    heard_twice = 2 / sound.shape[0]
    return integrated_lufs(step_energies(sound, sample_rate) * heard_twice)


def _kept(store: Store, key: str, channels: int) -> Sound | None:
    value = store.get(_KIND, key)
    return None if value is None else _unpacked(value, channels)


def _keep(store: Store, key: str, sound: Sound) -> Sound:
    """Put a sound into the store, and give it back as it will be read from there; it is used up."""
    sound *= np.float32(32767)
    value = np.rint(sound, out=sound).T.astype("<i2", order="C").tobytes()
    store.put(_KIND, key, value)
    return _unpacked(value, sound.shape[0])


def _unpacked(value: bytes, channels: int) -> Sound:
    samples = np.frombuffer(value, "<i2").reshape(-1, channels).T.astype(np.float32, order="C")
    samples *= np.float32(1 / 32767)
    samples.flags.writeable = False
    return samples


def _check_length(name: str, duration_s: float, loop: bool, where: Where | None) -> None:
    least_s = LEAST_LOOP_S if loop else _LEAST_S
    if duration_s < least_s:
        raise ConfigError(
            f"music {shown(name)} is too short: {duration_s:.1f} s",
            where=where,
            hint=f"use at least {least_s:g} s" + (" for a bed" if loop else ""),
        )


def _missing(name: str, folder: Path | None, where: Where | None) -> ConfigError:
    hint = did_you_mean(near_names(name, PIECES))
    place = f"no such file in {shown(str(folder))} and " if folder else ""
    return ConfigError(
        f"there is no music {shown(name)}: {place}no built-in piece of that name",
        where=where,
        hint=hint or "built-in pieces: " + ", ".join(built_in_names()),
    )
