"""A walk through an MP3 of whatever origin, which tells whether it is whole, and its bit rate.

Sources: ISO/IEC 11172-3 and 13818-3 for frames; "ID3 tag version 2.4.0 - Main Structure", section
3.1, for the tag before them; "Mp3 Info Tag revision 1 specifications" for the first frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END, BufferedIOBase
from itertools import chain
from pathlib import Path

from audiobook.episode.mp3_frame import HEADER_BYTES, FrameHeader, parse_header
from audiobook.errors import SoundError

__all__ = ["BitRate", "check_length", "survey"]

_ID3_HEADER_BYTES = 10
_ID3_FOOTER = 0x10
_TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3")
_LONGEST_MARK = max(map(len, _TAGS_BEHIND))
_KNOWN = "MP3, WAVE, AIFF, FLAC and Ogg files can be measured"
_XING = struct.Struct(">4s I I I")  # name, flags, frames and bytes where the lowest flags say so
_XING_HAS_FRAMES, _XING_HAS_BYTES = 1, 2


@dataclass(frozen=True, slots=True)
class BitRate:
    """How many bits an MP3 takes."""

    kbps: float
    """On average, in kilobits per second."""
    is_constant: bool
    """Whether all frames have the same rate."""


def survey(file: BufferedIOBase) -> BitRate:
    """Go from frame to frame to the end.

    Raises:
        SoundError: it does not begin with a frame, ends too early, or holds something else.
    """
    start = _skip_id3(file)
    headers = _headers(file)
    try:
        first = next(headers)
    except StopIteration:
        raise SoundError("it holds no MP3 frame") from None
    announced = _announced(file, start, first, _XING_HAS_FRAMES)
    heard = headers if announced is not None else chain([first], headers)
    n_frames = n_bytes = 0
    rates: set[int] = set()
    for header in heard:
        n_frames += 1
        n_bytes += header.size
        rates.add(header.bitrate_kbps)
    if n_frames < max(1, announced or 0):
        raise SoundError(f"it ends early, after {n_frames} of {announced} MP3 frames")
    seconds = n_frames * first.frame_samples / first.sample_rate
    return BitRate(n_bytes * 8 / 1000 / seconds, len(rates) == 1)


def check_length(path: Path) -> None:
    """See that an MP3 is as long as its first frame says, where that does; no more of it is read.

    Raises:
        SoundError: it cannot be read, does not begin with a frame, or ends too early.
    """
    try:
        with path.open("rb") as file:
            _check_length(file)
    except OSError as error:
        raise SoundError(f"cannot read {path}: {error.strerror or error}") from error
    except SoundError as error:
        raise SoundError(f"{path} is damaged: {error.what}", hint="build it again") from error


def _check_length(file: BufferedIOBase) -> None:
    start = _skip_id3(file)
    first = next(_headers(file), None)
    if first is None:
        raise SoundError("it holds no MP3 frame")
    n_announced = _announced(file, start, first, _XING_HAS_BYTES) or 0
    n_bytes = file.seek(0, SEEK_END) - start
    if n_bytes < n_announced:
        raise SoundError(f"it ends early, after {n_bytes} of {n_announced} bytes")


def _skip_id3(file: BufferedIOBase) -> int:
    """Go behind the ID3v2 tags to where the sound begins, and say where that is."""
    start = 0
    while True:
        file.seek(start)
        head = file.read(_ID3_HEADER_BYTES)
        if head[:3] != b"ID3" or len(head) < _ID3_HEADER_BYTES:
            file.seek(start)
            return start
        size = 0
        for part in head[6:]:  # seven bits of each byte
            size = size << 7 | part & 127
        has_footer = bool(head[5] & _ID3_FOOTER)
        start += _ID3_HEADER_BYTES * (1 + has_footer) + size


def _headers(file: BufferedIOBase) -> Iterator[FrameHeader]:
    """The headers of the frames from this place of the file on, up to a tag or its end.

    Raises:
        SoundError: there is something else, or the last frame is cut short.
    """
    at = file.tell()
    end = file.seek(0, SEEK_END)
    while at < end:
        file.seek(at)
        mark = file.read(_LONGEST_MARK)
        if mark.startswith(_TAGS_BEHIND):
            return
        try:
            header = parse_header(mark[:HEADER_BYTES])
        except SoundError:
            if at == 0:
                raise SoundError("it does not begin as sound files do", hint=_KNOWN) from None
            raise SoundError(f"at byte {at} there is no MP3 frame") from None
        at += header.size
        if at > end:
            raise SoundError(f"it ends early: its last MP3 frame lacks {at - end} bytes")
        yield header


def _announced(file: BufferedIOBase, start: int, first: FrameHeader, what: int) -> int | None:
    """How many frames or bytes a first frame that holds no sound announces.

    None where it holds sound; 0 where it does not say how many.
    """
    file.seek(start + first.side_info_offset + first.side_info_bytes)
    name, flags, *fields = _XING.unpack(file.read(_XING.size).ljust(_XING.size, b"\0"))
    if name not in (b"Xing", b"Info"):
        return None
    if not flags & what:
        return 0
    # Only what is told is there: bytes follow where frames would stand if those are not told.
    before = what == _XING_HAS_BYTES and flags & _XING_HAS_FRAMES
    return int(fields[1 if before else 0])
