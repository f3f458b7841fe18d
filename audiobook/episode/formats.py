"""Which encoder makes which format: by entry points of group ``audiobook.formats``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import cast

from audiobook.episode.encoder import Encoder
from audiobook.episode.mp3 import mp3_encoder
from audiobook.episode.mp3_settings import Cbr, Mp3Settings
from audiobook.episode.wav import WavEncoder
from audiobook.errors import MissingError, UnknownNameError

__all__ = ["check_formats", "format_names", "load_encoder", "mp3", "wav"]

_GROUP = "audiobook.formats"


def mp3(sample_rate: int, channels: int, bitrate_kbps: int) -> Encoder:
    """MP3 at a constant bit rate."""
    return mp3_encoder(Mp3Settings(sample_rate, channels, Cbr(bitrate_kbps)))


def wav(sample_rate: int, channels: int, bitrate_kbps: int) -> Encoder:
    """WAVE, whatever the bit rate."""
    del bitrate_kbps
    return WavEncoder(sample_rate, channels)


def format_names() -> list[str]:
    """The names of all registered formats, sorted."""
    return sorted(point.name for point in entry_points(group=_GROUP))


def check_formats(names: Iterable[str]) -> None:
    """See that formats are known.

    Raises:
        UnknownNameError: one is not registered.
    """
    known = format_names()
    for name in names:
        if name not in known:
            raise UnknownNameError("format", name, known)


def load_encoder(name: str, sample_rate: int, channels: int, bitrate_kbps: int) -> Encoder:
    """Make the encoder of a format.

    Raises:
        UnknownNameError: no format is registered under that name.
        MissingError: what it needs is not installed, or does not work here.
    """
    check_formats([name])
    points = {point.name: point for point in entry_points(group=_GROUP)}
    try:
        make = cast(Callable[[int, int, int], Encoder], points[name].load())
    except ImportError as error:
        raise MissingError(f'format "{name}" cannot be loaded: {error}') from error
    return make(sample_rate, channels, bitrate_kbps)
