"""A zip archive that may be hostile, read in memory: nothing is written or opened outside it."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import unquote

from audiobook.errors import StoryError, Where
from audiobook.script.documents.limits import (
    MAX_DOCUMENT_BYTES,
    MAX_DOCUMENTS_BYTES,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_RATIO_FREE_BYTES,
)

__all__ = ["Archive"]

_CENTRAL_RECORD = b"PK\x01\x02"  # APPNOTE.TXT 4.3.12: one for each entry
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK_BYTES = 1 << 16

# All that zipfile has been seen to raise on damaged archives.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Archive:
    """The files in a zip archive, by name.

    Names are told apart whatever their case, their Unicode form or the encoding they are in; of
    two entries with one name the later counts, as it does for those who unpack it.

    Args:
        data: the archive.
        name: the file as the user named it, for errors.

    Raises:
        StoryError: it is no zip archive, or has more than `MAX_ENTRIES` entries.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._where = Where(name)
        if data.count(_CENTRAL_RECORD) > MAX_ENTRIES:
            raise self._error(f"holds more than {MAX_ENTRIES:,} files")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise self._error("is damaged, or no zip archive") from error
        self._names = {
            _decoded(info): info for info in infos if info.filename and not info.is_dir()
        }
        self._found: dict[str, zipfile.ZipInfo] = {}
        for form in (_folded, lambda name: _folded(unquote(name)), lambda name: name):
            for entry, info in self._names.items():
                self._found[form(entry)] = info
        self._left_bytes = MAX_DOCUMENTS_BYTES

    def __iter__(self) -> Iterator[str]:
        """The names of its files, in the order of the archive."""
        return iter(self._names)

    def __contains__(self, name: str) -> bool:
        return self._info(name) is not None

    def read(self, name: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
        """The content of a file.

        Raises:
            StoryError: there is none of that name, it is damaged or locked, it is larger than
                `max_bytes`, or with all that was read before than `MAX_DOCUMENTS_BYTES`, or far
                more comes out of it than went in.
        """
        info = self._info(name)
        if info is None:
            raise self._error(f"{name} is missing")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise self._error(f"{name} is locked with a password")
        if info.compress_type not in _METHODS:
            raise self._error(f"{name} is packed in a way that books are not")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._error(f"{name} is a link, not a file")
        try:
            return self._unpacked(info, name, max_bytes)
        except _DAMAGE as error:
            raise self._error(f"{name} is damaged") from error

    def _unpacked(self, info: zipfile.ZipInfo, name: str, max_bytes: int) -> bytes:
        """Its bytes, counted as they come: the number that the archive states is not believed."""
        most_by_ratio = max(MAX_RATIO_FREE_BYTES, info.compress_size * MAX_RATIO)
        most = min(max_bytes, most_by_ratio, self._left_bytes)
        parts: list[bytes] = []
        n_bytes = 0
        with self._zip.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                parts.append(chunk)
                n_bytes += len(chunk)
                self._left_bytes -= len(chunk)
                if n_bytes > most:
                    raise self._error(f"{name} is too large when unpacked")
        return b"".join(parts)

    def _info(self, name: str) -> zipfile.ZipInfo | None:
        return self._found.get(name) or self._found.get(_folded(name))

    def _error(self, what: str) -> StoryError:
        return StoryError(what, where=self._where, hint="fetch or export the book anew")


def _decoded(info: zipfile.ZipInfo) -> str:
    """The name of an entry; many archives hold UTF-8 and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
