"""Sound files opened by what they hold, whatever they are called and wherever that is."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from io import BufferedIOBase
from typing import TypeAlias

import soundfile

__all__ = ["UNDECODABLE", "Decoder", "open_bytes", "open_sound"]

Decoder: TypeAlias = soundfile.SoundFile
"""What reads a sound, a stretch at a time."""

UNDECODABLE = (soundfile.SoundFileError, RuntimeError, TypeError, ValueError)
"""What opening and reading may raise over a file that is damaged, or is no sound; an OSError is of
the disk."""

_EMPTY_TAG = b"ID3\x04\x00\x00\x00\x00\x00\x20" + bytes(32)
"""An ID3 tag with nothing in it (ID3v2.4 §3.1), of the least length that libsndfile takes for one.
Of frames without a tag it looks in the current folder first for what a Macintosh keeps beside a
sound, `._` or `.AppleDouble`, and fails where it finds one."""


def open_sound(stream: BufferedIOBase) -> Decoder:
    """A decoder for a sound of any kind that libsndfile knows.

    Args:
        stream: the file, at its beginning; it stays open for as long as the decoder is used.

    Raises:
        One of UNDECODABLE: it is none. Reading from the decoder may raise them, too.
        OSError: the stream cannot be read.
    """
    return Decoder(_Stream(stream, _to_go_before(stream.read(2))))


@contextlib.contextmanager
def open_bytes(data: bytes) -> Iterator[Decoder]:
    """A decoder for a sound that is in memory; threads decode side by side.

    libsndfile asks a Python stream for each frame and its header, and waits for the interpreter's
    lock each time: two threads, each with a decoder, took three times as long as one. Of a file of
    the system's it reads by itself.

    Raises:
        As `open_sound` does.
    """
    try:
        file = _file_in_memory(_to_go_before(data) + data)
    except (AttributeError, OSError):  # not on this system, or not allowed
        with open_sound(io.BytesIO(data)) as decoder:
            yield decoder
        return
    with file, Decoder(file.fileno(), closefd=False) as decoder:
        yield decoder


def _file_in_memory(data: bytes) -> io.FileIO:
    file = io.FileIO(os.memfd_create("sound"), "r+")
    try:
        file.write(data)
        file.seek(0)
    except OSError:
        file.close()
        raise
    return file


def _to_go_before(start: bytes) -> bytes:
    """What libsndfile has to find before a sound that starts with these bytes."""
    is_frame = start[:1] == b"\xff" and start[1:2] >= b"\xe0"  # ISO/IEC 11172-3, 2.4.2.3
    return _EMPTY_TAG if is_frame else b""


class _Stream:
    """A file behind a few bytes more; no damaged header leads anywhere before its beginning."""

    def __init__(self, file: BufferedIOBase, before: bytes) -> None:
        self._file = file
        self._before = before
        self._at = 0
        file.seek(0)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += len(self._before) + self._file.seek(0, io.SEEK_END)
        elif whence == io.SEEK_CUR:
            offset += self._at
        self._at = max(0, offset)
        self._file.seek(max(0, self._at - len(self._before)))
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        if self._at < len(self._before):
            before = self._before[self._at :][: len(buffer)]
            buffer[: len(before)] = before
            n_read = len(before)
        else:
            n_read = self._file.readinto(buffer)
        self._at += n_read
        return n_read
