"""Which encoder makes which format: by entry points of group ``audiobook.formats``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from audiobook.episode.encoder import Encoder
from audiobook.episode.mp3 import mp3_encoder
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.episode.wav import WavEncoder
from audiobook.errors import MissingError, UnknownNameError, UsageError
from audiobook.plugins import blaming, load_plugin, plugin_names

__all__ = ["check_formats", "check_rates", "format_names", "load_encoder", "mp3", "wav"]

_GROUP = "audiobook.formats"


def mp3(
    sample_rate: int, channels: int, bitrate_kbps: int, vbr_quality: float | None = None
) -> Encoder:
    """MP3 at a constant bit rate, or of a constant quality where one is given."""
    return mp3_encoder(_mp3_settings(sample_rate, channels, bitrate_kbps, vbr_quality))


def _mp3_settings(
    sample_rate: int, channels: int, bitrate_kbps: int, vbr_quality: float | None
) -> Mp3Settings:
    rate = Cbr(bitrate_kbps) if vbr_quality is None else Vbr(vbr_quality)
    return Mp3Settings(sample_rate, channels, rate)


def wav(
    sample_rate: int, channels: int, bitrate_kbps: int, vbr_quality: float | None = None
) -> Encoder:
    """WAVE, whatever the bit rate."""
    del bitrate_kbps, vbr_quality
    return WavEncoder(sample_rate, channels)


def format_names() -> list[str]:
    """The names of all registered formats, sorted."""
    return plugin_names(_GROUP)


def check_formats(names: Iterable[str]) -> None:
    """See that there are formats, and that they are known.

    Raises:
        UsageError: there is none.
        UnknownNameError: one is not registered.
    """
    known = format_names()
    names = list(names)
    if not names:
        raise UsageError("no format is asked for", hint="known: " + ", ".join(known))
    for name in names:
        if name not in known:
            raise UnknownNameError("format", name, known)


def check_rates(
    sample_rate: int, channels: int, bitrate_kbps: int, vbr_quality: float | None = None
) -> None:
    """See that what a profile asks for can be made.

    Raises:
        ConfigError: MP3 has no such rates.
    """
    _mp3_settings(sample_rate, channels, bitrate_kbps, vbr_quality)


def load_encoder(
    name: str,
    sample_rate: int,
    channels: int,
    bitrate_kbps: int,
    vbr_quality: float | None = None,
) -> Encoder:
    """Make the encoder of a format.

    Args:
        name: of the format.
        sample_rate: in Hz.
        channels: 1 or 2.
        bitrate_kbps: of a format that has a constant bit rate.
        vbr_quality: LAME's V, for an MP3 whose bit rate follows the sound; None for a constant one.

    Raises:
        UnknownNameError: no format is registered under that name.
        MissingError: what it needs is not installed, or does not work here; or it is no format.
    """
    what = f'format "{name}"'
    try:
        plugin = load_plugin(_GROUP, name, what)
    except LookupError:
        raise UnknownNameError("format", name, format_names()) from None
    make = cast(Callable[[int, int, int, float | None], Encoder], plugin)
    with blaming(what, make):
        encoder = make(sample_rate, channels, bitrate_kbps, vbr_quality)
        if not isinstance(encoder, Encoder):
            raise MissingError(f"{what} gives no encoder, but {type(encoder).__name__}")
    return encoder
