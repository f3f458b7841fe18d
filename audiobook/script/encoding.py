"""From a file's bytes to text."""

from __future__ import annotations

import codecs
import re

from audiobook.errors import StoryError, Where

__all__ = ["MAX_STORY_BYTES", "decode"]

MAX_STORY_BYTES = 64 << 20
"""The largest story that is read, in bytes: some ten thousand hours of speech."""

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MAX_CONTROL_SHARE = 0.02

# Windows-1252 differs from Latin-1 in these bytes alone; five of them it leaves undefined.
_WINDOWS_1252 = {
    byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xA0)
}


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, UTF-16 where a byte order mark says so, else Windows-1252.

    The mark is dropped; all else stays as it is, line ends included.

    Args:
        data: the file's content.
        name: the file as the user named it, for the error.

    Raises:
        StoryError: it is larger than `MAX_STORY_BYTES`, or no text.
    """
    if len(data) > MAX_STORY_BYTES:
        raise StoryError(
            f"is larger than {MAX_STORY_BYTES >> 20} MiB",
            where=Where(name),
            hint="split the story into several files",
        )
    try:
        text = _decode(data)
    except UnicodeDecodeError as error:
        raise _not_text(name) from error
    n_control = sum(1 for _ in _CONTROL.finditer(text))
    if "\0" in text or n_control > _MAX_CONTROL_SHARE * len(text):
        raise _not_text(name)
    return text


def _decode(data: bytes) -> str:
    if data.startswith(_UTF16_MARKS):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_WINDOWS_1252)


def _not_text(name: str) -> StoryError:
    return StoryError(
        "is not text", where=Where(name), hint="save the story as plain text in UTF-8"
    )
