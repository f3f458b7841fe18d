"""LAME by way of PyAV, for platforms where the one in lameenc's wheel keeps its functions hidden.

The frames differ from that one's, since the release does; they lean on no others either, so all
that holds of blocks holds here. It is slower by half or more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from audiobook.decoding import open_bytes
from audiobook.episode.mp3_settings import Mp3Settings, Vbr
from audiobook.errors import MissingError, SoundError

if TYPE_CHECKING:
    import av

    from audiobook.sound import Sound

__all__ = ["PyavLame", "load_pyav"]

_QUALITY_STEP = 118  # of FFmpeg's quality scale: FF_QP2LAMBDA


class PyavLame:
    """The libmp3lame inside PyAV; fills `audiobook.episode.mp3.FrameCodec`.

    Raises:
        MissingError: PyAV is not installed, or has no libmp3lame.
    """

    name = "LAME"

    def __init__(self) -> None:
        try:
            import av  # noqa: PLC0415  # only where it is needed: it brings all of FFmpeg

            av.CodecContext.create("libmp3lame", "w")
        except (ImportError, ValueError) as error:
            raise MissingError(
                f"there is no MP3 encoder: {error}",
                hint="python3 -m pip install av, or --format wav",
            ) from error
        self._av = av
        libraries = sorted((name, *numbers) for name, numbers in av.library_versions.items())
        self.version = f"pyav {av.__version__} {libraries} at full level"

    def __reduce__(self) -> tuple[Callable[[], PyavLame], tuple[()]]:
        return load_pyav, ()  # another process loads its own

    def encode(self, pcm: Sound, settings: Mp3Settings) -> bytes:
        """The frames that these samples complete, and those that a flush adds."""
        return self._encoded(pcm / self._preset_level(settings), settings)

    def _encoded(self, pcm: Sound, settings: Mp3Settings) -> bytes:
        context = self._context(settings)
        frames: list[bytes] = []
        try:
            for start in range(0, pcm.shape[1], context.frame_size or 1152):
                part = np.ascontiguousarray(pcm[:, start : start + (context.frame_size or 1152)])
                frame = self._av.AudioFrame.from_ndarray(part, "fltp", context.layout.name)
                frame.sample_rate, frame.pts = settings.sample_rate, start
                frame.time_base = context.time_base
                frames += map(bytes, context.encode(frame))
            frames += map(bytes, context.encode(None))
        except self._av.FFmpegError as error:
            raise SoundError(f"LAME failed: {error}") from error
        return b"".join(frames)

    def _context(self, settings: Mp3Settings) -> av.AudioCodecContext:
        context = self._av.CodecContext.create("libmp3lame", "w")
        context.sample_rate = settings.sample_rate
        context.layout = "mono" if settings.channels == 1 else "stereo"
        context.format = "fltp"
        context.time_base = Fraction(1, settings.sample_rate)
        options = {"reservoir": "0", "compression_level": str(settings.effort)}
        if isinstance(settings.rate, Vbr):
            options |= {
                "flags": "+qscale",
                "global_quality": str(round(settings.rate.quality * _QUALITY_STEP)),
            }
        else:
            context.bit_rate = settings.rate.kbps * 1000
        context.options = options
        context.open()
        return context

    @functools.lru_cache(maxsize=16)  # noqa: B019  # there is one PyavLame
    def _preset_level(self, settings: Mp3Settings) -> np.float32:
        """The factor by which LAME's preset turns the sound down, in hundredths; 1 for VBR.

        Only presets of a bit rate do that. A tone is not kept to the level by VBR, which takes up
        to a decibel from it and nothing from speech.
        """
        if isinstance(settings.rate, Vbr):
            return np.float32(1)
        time_s = np.arange(settings.sample_rate) / settings.sample_rate
        wave = (0.5 * np.sin(2 * np.pi * 1000 * time_s)).astype(np.float32)
        tone = np.tile(wave, (settings.channels, 1))
        with open_bytes(self._encoded(tone, settings)) as decoder:
            decoded = decoder.read(dtype="float32")
        middle = slice(settings.sample_rate // 4, settings.sample_rate * 3 // 4)
        return np.float32(round(float(np.std(decoded[middle]) / np.std(tone)), 2))


@functools.cache
def load_pyav() -> PyavLame:
    """The one PyavLame.

    Raises:
        MissingError: there is none.
    """
    return PyavLame()
