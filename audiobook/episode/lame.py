"""LAME, the MP3 encoder: the library inside the wheel of lameenc, called through ctypes.

lameenc's own interface cannot turn the bit reservoir off, and without that frames lean on those
before them. But on Linux and macOS its compiled module exports LAME's whole C interface (lame.h),
and that can. ctypes lets go of the interpreter lock during each call, so threads encode at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from audiobook.episode.mp3_frame import main_data_begin, split_frames
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.errors import MissingError, SoundError
from audiobook.sound import Sound

__all__ = ["Lame", "load_lame"]


# lame.h: enumerations and error codes.
_VBR_OFF, _VBR_MTRH = 0, 4
_JOINT_STEREO, _MONO = 1, 3
_ENCODE_ERRORS = {-1: "buffer too small", -2: "out of memory", -3: "not set up", -4: "bad sound"}

_STRING, _HANDLE, _INT = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int
_FUNCTIONS = {
    # name: (result, *arguments)
    "get_lame_short_version": (_STRING,),
    "lame_init": (_HANDLE,),
    "lame_set_in_samplerate": (_INT, _HANDLE, _INT),
    "lame_set_out_samplerate": (_INT, _HANDLE, _INT),
    "lame_set_num_channels": (_INT, _HANDLE, _INT),
    "lame_set_mode": (_INT, _HANDLE, _INT),
    "lame_set_quality": (_INT, _HANDLE, _INT),
    "lame_set_VBR": (_INT, _HANDLE, _INT),
    "lame_set_VBR_quality": (_INT, _HANDLE, ctypes.c_float),
    "lame_set_brate": (_INT, _HANDLE, _INT),
    "lame_set_disable_reservoir": (_INT, _HANDLE, _INT),
    "lame_set_bWriteVbrTag": (_INT, _HANDLE, _INT),
    "lame_init_params": (_INT, _HANDLE),
    "lame_get_scale": (ctypes.c_float, _HANDLE),
    "lame_encode_buffer_ieee_float": (_INT, _HANDLE, _HANDLE, _HANDLE, _INT, _HANDLE, _INT),
    "lame_close": (_INT, _HANDLE),
}

_PIECE_SAMPLES = 4 * 44100
"""LAME copies all it is given at once, so a block goes in by pieces."""


class Lame:
    """The LAME library in a file.

    Args:
        path: the shared library.

    Raises:
        MissingError: it cannot be loaded, or lacks a function.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._library = ctypes.CDLL(str(path))
            for name, (result, *arguments) in _FUNCTIONS.items():
                function = getattr(self._library, name)
                function.restype = result
                function.argtypes = arguments
            self._build = hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
        except (OSError, AttributeError) as error:
            raise _missing(f"the LAME library in {path.name} cannot be used: {error}") from error
        self._release = self._library.get_lame_short_version().decode("ascii", "replace")

    def __reduce__(self) -> tuple[Callable[[], Lame], tuple[()]]:
        return load_lame, ()  # another process loads its own

    @property
    def name(self) -> str:
        """What it calls itself in a LAME tag, such as "LAME3.100"; 9 characters at most."""
        return f"LAME{self._release}"[:9]

    @property
    def version(self) -> str:
        """The release and a digest of the file: builds of one release differ in their frames."""
        return f"lame {self._release} {self._build} at full level"

    def encode(self, pcm: Sound, settings: Mp3Settings) -> bytes:
        """The frames that these samples complete, without a flush: the last stay inside.

        Args:
            pcm: shape (channels, samples), full scale ±1.
            settings: the bit reservoir is off whatever they say.

        Raises:
            SoundError: LAME refused.
        """
        pcm = np.ascontiguousarray(pcm, dtype=np.float32)
        with self._configured(settings) as handle:
            # Some of LAME's presets turn the sound down, by up to half a decibel: take that back.
            scale = np.float32(self._library.lame_get_scale(handle))
            return b"".join(
                self._encode_piece(handle, pcm[:, start : start + _PIECE_SAMPLES] / scale)
                for start in range(0, pcm.shape[1], _PIECE_SAMPLES)
            )

    @contextlib.contextmanager
    def _configured(self, settings: Mp3Settings) -> Iterator[int]:
        lame = self._library
        handle = lame.lame_init()
        if not handle:
            raise SoundError("LAME found no memory")
        try:
            _demand(lame.lame_set_in_samplerate(handle, settings.sample_rate))
            _demand(lame.lame_set_out_samplerate(handle, settings.sample_rate))
            _demand(lame.lame_set_num_channels(handle, settings.channels))
            _demand(lame.lame_set_mode(handle, _MONO if settings.channels == 1 else _JOINT_STEREO))
            _demand(lame.lame_set_quality(handle, settings.effort))
            if isinstance(settings.rate, Vbr):
                _demand(lame.lame_set_VBR(handle, _VBR_MTRH))
                _demand(lame.lame_set_VBR_quality(handle, settings.rate.quality))
            else:
                _demand(lame.lame_set_VBR(handle, _VBR_OFF))
                _demand(lame.lame_set_brate(handle, settings.rate.kbps))
            _demand(lame.lame_set_disable_reservoir(handle, 1))
            _demand(lame.lame_set_bWriteVbrTag(handle, 0))
            _demand(lame.lame_init_params(handle))
            yield handle
        finally:
            lame.lame_close(handle)

    def _encode_piece(self, handle: int, piece: Sound) -> bytes:
        n_samples = piece.shape[1]
        out = np.empty(n_samples * 5 // 4 + 7200, dtype=np.uint8)  # the worst case, says lame.h
        n_bytes = self._library.lame_encode_buffer_ieee_float(
            handle,
            piece[0].ctypes.data,
            piece[-1].ctypes.data,
            n_samples,
            out.ctypes.data,
            len(out),
        )
        if n_bytes < 0:
            raise SoundError(f"LAME failed: {_ENCODE_ERRORS.get(n_bytes, n_bytes)}")
        return out[:n_bytes].tobytes()


def _demand(result: int) -> None:
    if result < 0:
        raise SoundError("LAME refused its settings")


@functools.cache
def load_lame() -> Lame:
    """The LAME inside the wheel of lameenc, found to do what blocks need.

    Raises:
        MissingError: it is not there, or this build of it does otherwise.
    """
    spec = importlib.util.find_spec("lameenc")
    if spec is None or spec.origin is None:
        raise MissingError(
            "lameenc, which holds the MP3 encoder, is not installed",
            hint="python3 -m pip install lameenc",
        )
    lame = Lame(Path(spec.origin))
    _test(lame)
    return lame


def _test(lame: Lame) -> None:
    """Encode a second of a rising tone: whole frames must come out that lean on no others.

    It also fills LAME's tables, which it shares between threads, before there are any.
    """
    settings = Mp3Settings(sample_rate=44100, channels=1, rate=Cbr(96))
    time_s = np.arange(44100) / 44100
    tone = (0.5 * np.sin(2 * np.pi * (100 + 4000 * time_s) * time_s)).astype(np.float32)
    try:
        frames = split_frames(lame.encode(tone[np.newaxis], settings))
        are_independent = not any(main_data_begin(frame) for frame in frames)
    except SoundError as error:
        raise _missing(f"LAME does not work here: {error.what}") from error
    if len(frames) != 44100 // 1152 or not are_independent:
        raise _missing("this build of LAME does not make independent frames")


def _missing(what: str) -> MissingError:
    return MissingError(what, hint="choose another format: --format wav")
