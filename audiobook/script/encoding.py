"""From a file's bytes to text."""

from __future__ import annotations

import codecs
import re

from audiobook.errors import StoryError, Where
from audiobook.script.plain.cyrillic import cyrillic

__all__ = ["MAX_STORY_BYTES", "decode"]

MAX_STORY_BYTES = 64 << 20
"""The largest story that is read, in bytes: some ten thousand hours of speech."""

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_SAMPLE_BYTES = 1 << 16
_HIGH_BYTES = bytes(range(0x80, 0x100))
# Unicode 15, table 3-7, but for its finer points.
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MAX_CONTROL_SHARE = 0.02

# Windows-1252 differs from Latin-1 in these bytes alone; five of them it leaves undefined.
_WINDOWS_1252 = {
    byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xA0)
}


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8, UTF-16, a Cyrillic encoding of eight bits, or Windows-1252.

    UTF-16 is known by its byte order mark, or by the zero in every other byte of Western text;
    UTF-8 even where a few bytes of it are damaged or its end is cut off: they become U+FFFD.
    A byte order mark is dropped; all else stays as it is, line ends included.

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
    if encoding := _unmarked_utf16(data):
        return data.decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _is_damaged_utf8(data):
            return data.decode("utf-8-sig", "replace")
        if encoding := cyrillic(data):
            return data.decode(encoding, "replace")
        return data.decode("latin-1").translate(_WINDOWS_1252)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: of Western text, every other byte is zero, and no other."""
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or max(even, odd) < 0.4 * len(sample) or min(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether whole UTF-8 characters are many, and bytes that are part of none very few."""
    rest, n_whole = _UTF8_CHARACTER.subn(b"", data)
    n_stray = len(rest) - len(rest.translate(None, _HIGH_BYTES))
    return n_whole > 0 and n_stray <= max(3, n_whole // 100) and n_stray < 3 * n_whole


def _not_text(name: str) -> StoryError:
    return StoryError(
        "is not text", where=Where(name), hint="save the story as plain text in UTF-8"
    )
