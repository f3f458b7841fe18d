"""A finished file measured by decoding it, a stretch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import numpy as np

from audiobook.decoding import UNDECODABLE, Decoder, open_sound
from audiobook.episode.mp3_survey import BitRate, survey
from audiobook.errors import SoundError, UsageError
from audiobook.sound import Sound
from audiobook.sound.levels import Figures, Levels, figures_of, levels_of
from audiobook.sound.loudness import step_samples

__all__ = ["Measured", "measure"]

_STRETCH_STEPS = 200  # of 100 ms
_BEFORE_STEPS = 2
_AFTER_STEPS = 1
_SAMPLE_RATES = range(8_000, 192_001)
_OTHER_FORMATS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM")


@dataclass(frozen=True, slots=True)
class Measured:
    """A finished file, as its listeners' players decode it."""

    path: Path
    """The file."""
    sample_rate: int
    """Samples per second."""
    channels: int
    """1 or 2."""
    duration_s: float
    """How long it plays, in seconds."""
    bit_rate: BitRate | None
    """Of an MP3; None for other formats."""
    figures: Figures
    """Its levels."""


def measure(path: Path) -> Measured:
    """Decode a file and measure it; memory does not grow with its length.

    Raises:
        UsageError: there is no such file, or it may not be read.
        SoundError: it is no MP3, WAVE, AIFF, FLAC or Ogg file of 1 or 2 channels, or is damaged.
    """
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            raise UsageError(f"{path} is a folder", hint="name the files in it")
        if not S_ISREG(mode):
            raise UsageError(f"{path} is no file that can be measured")
        with path.open("rb") as file:
            return _measured(path, file)
    except FileNotFoundError:
        raise UsageError(f"no such file: {path}") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except SoundError as error:
        raise SoundError(f"{path} cannot be measured: {error.what}", hint=error.hint) from error


def _measured(path: Path, file: BufferedIOBase) -> Measured:
    is_mp3 = file.read(4) not in _OTHER_FORMATS
    # An MP3 is looked through first: the decoder would tell of damage on standard error.
    bit_rate = survey(file) if is_mp3 else None
    file.seek(0)
    try:
        with open_sound(file) as decoder:
            rate, channels = decoder.samplerate, decoder.channels
            if channels not in (1, 2):
                raise SoundError(f"it has {channels} channels", hint="one or two can be measured")
            if rate not in _SAMPLE_RATES:
                raise SoundError(f"it has a sample rate of {rate} Hz")
            figures = figures_of(_levels(decoder, rate))
            n_samples = decoder.tell()
    except UNDECODABLE as error:
        raise SoundError("it is no sound that can be decoded") from error
    return Measured(path, rate, channels, n_samples / rate, bit_rate, figures)


def _levels(decoder: Decoder, sample_rate: int) -> Iterator[Levels]:
    """The levels of stretches of a file, each with a little of what is around it as context."""
    step = step_samples(sample_rate)
    sound: Sound = np.zeros((decoder.channels, 0), np.float32)
    first = 0
    while (more := decoder.read(_STRETCH_STEPS * step, "float32", always_2d=True).T).size:
        if not np.isfinite(more).all():
            raise SoundError("it holds values that are not numbers")
        sound = np.concatenate([sound, more], axis=1)
        if more.shape[1] == _STRETCH_STEPS * step:  # else it is the end, which follows below
            last = sound.shape[1] - _AFTER_STEPS * step
            yield levels_of(sound, sample_rate, first=first, last=last)
            start = max(0, last - _BEFORE_STEPS * step)
            sound, first = sound[:, start:], last - start
    if not sound.size:
        raise SoundError("it holds no sound")
    yield levels_of(sound, sample_rate, first=first)
