"""What was made once and is worth keeping: clips, music, blocks, measurements.

A file a value, named by a digest of all that shaped it. The folder's name carries the version of
this layout. A value is written to a temporary file and renamed, so a killed build leaves whole
values or none; it is read back against its checksum, so a damaged one counts as missing, and so
does one that lies in the place of another.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import re
import stat
import struct
import time
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import platformdirs

from audiobook.errors import OutputError
from audiobook.utterance import KEYED_WHEN_GIVEN

__all__ = [
    "HEADER_BYTES",
    "Store",
    "check_target",
    "default_folder",
    "digest",
    "make_writable",
    "read_value",
    "replacing",
    "sweep",
]

_LAYOUT = "v3"
_MAGIC = b"abk3"
_HEADER = struct.Struct("<4sQI")
HEADER_BYTES = _HEADER.size
"""Bytes before the value in its file: a mark, its length, and the CRC-32 of its name and itself."""

_OUTPUT_CURE = "choose another folder with --output"
_STORE_CURE = "set AUDIOBOOK_CACHE to a folder that can be written"
_PREFIX = ".partial-"
_PARTIAL = re.compile(re.escape(_PREFIX) + "[0-9a-f]{32}")
_STALE_S = 24 * 3600


def default_folder() -> Path:
    """The user's cache folder for this program; the variable AUDIOBOOK_CACHE overrides it."""
    override = os.environ.get("AUDIOBOOK_CACHE")
    return Path(override) if override else Path(platformdirs.user_cache_dir("audiobook"))


def digest(*parts: object) -> str:
    """A name for a value made from these parts: 40 hex digits, equal for equal parts.

    Parts are numbers, strings, None, sequences, mappings and dataclasses of these. All fields of
    a dataclass count, so that one added later cannot be forgotten; but one that says
    `KEYED_WHEN_GIVEN` counts only where it is not its default.
    """
    return hashlib.blake2b(_ENCODER.encode(parts).encode(), digest_size=20).hexdigest()


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: getattr(value, f.name)
            for f in dataclasses.fields(value)
            if f.metadata != KEYED_WHEN_GIVEN or getattr(value, f.name) != f.default
        }
        return {"class": type(value).__name__, **fields}
    if isinstance(value, bytes):
        return hashlib.blake2b(value, digest_size=20).hexdigest()
    raise TypeError(f"{type(value).__name__} cannot be part of a digest")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)


class Store:
    """A folder of values by kind and key. Any number of processes may share it.

    Args:
        folder: where it lies; made when the first value is put. None: `default_folder()`.
        fresh: what was put before this object was made counts as missing, and is replaced.
        forgiving: a value that cannot be written is not kept, and nothing is said of it.
    """

    def __init__(
        self, folder: Path | None = None, *, fresh: bool = False, forgiving: bool = False
    ) -> None:
        self.folder = (folder or default_folder()) / _LAYOUT
        self._forgiven = (OutputError,) if forgiving else ()
        self._put: set[str] | None = set() if fresh else None

    def __getstate__(self) -> dict[str, object]:
        """A copy, since other threads may put values while this one goes to another process."""
        put = None if self._put is None else set(self._put)
        return {"folder": self.folder, "_forgiven": self._forgiven, "_put": put}

    def path(self, kind: str, key: str) -> Path:
        """Where a value's file lies; the value begins after `HEADER_BYTES`."""
        return Path(self.file(kind, key))

    def file(self, kind: str, key: str) -> str:
        """That path as a text: a Path takes as long to make as its file to open."""
        return f"{self.folder}/{kind}/{key[:2]}/{key}"

    def has(self, kind: str, key: str) -> bool:
        """Whether there is a file for the value; `get` alone tells whether it is sound."""
        file = self.file(kind, key)
        return (self._put is None or file in self._put) and os.path.isfile(file)  # noqa: PTH113

    def get(self, kind: str, key: str) -> bytes | None:
        """The value, or None when it was never put or is damaged."""
        return read_value(self.file(kind, key)) if self.has(kind, key) else None

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Keep a value.

        Raises:
            OutputError: the folder cannot be written, or the disk is full.
        """
        with contextlib.suppress(*self._forgiven):
            self._put_file(self.file(kind, key), value)

    def _put_file(self, path: str, value: bytes) -> None:
        with replacing(Path(path), make_folder=True, cure=_STORE_CURE) as file:
            file.write(_header(path, value))
            file.write(value)
        if self._put is not None:
            self._put.add(path)

    def sweep(self) -> None:
        """Remove what killed builds left half-written, once it is a day old."""
        for folder, _, names in os.walk(self.folder):
            _sweep(folder, names)


def read_value(path: str) -> bytes | None:
    """The value in a store's file, by its path as `Store.file` has it.

    None when the file cannot be read, is damaged, or holds what was put by another name.
    """
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            header, value = file.read(HEADER_BYTES), file.read()
    except OSError:
        return None
    return value if header == _header(path, value) else None


def _header(path: str, value: bytes) -> bytes:
    _, *name = path.rsplit("/", 3)  # kind, shelf and key
    checksum = zlib.crc32(value, zlib.crc32("/".join(name).encode()))
    return _HEADER.pack(_MAGIC, len(value), checksum)


@contextlib.contextmanager
def replacing(
    path: Path, *, make_folder: bool = False, cure: str = _OUTPUT_CURE
) -> Iterator[BinaryIO]:
    """Write a file whole or not at all: to a temporary one beside it, renamed at the end.

    Args:
        path: the file.
        make_folder: whether its folder is made where it is missing.
        cure: what the user may do about a folder that cannot be written.

    Raises:
        OutputError: the folder cannot be written, the disk is full, or what stands there is no
            file; what stood there stays.
    """
    check_target(path, cure)
    partial = path.parent / f"{_PREFIX}{uuid.uuid4().hex}"
    try:
        with _opened(partial, make_folder=make_folder) as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise _cannot_write(path, error, cure) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _opened(path: Path, *, make_folder: bool) -> BinaryIO:
    """A new file; its folder is looked after only where it turns out to be missing."""
    try:
        return path.open("xb")
    except FileNotFoundError:
        if not make_folder:
            raise
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")


def check_target(path: Path, cure: str = _OUTPUT_CURE) -> None:
    """See that what is to be replaced is a file, if there is anything: no folder, no device.

    It is asked before hours are spent on what goes in there.

    Args:
        path: the file.
        cure: what the user may do about it, other than to move away what is there.

    Raises:
        OutputError: it is none.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # not there; or it cannot be, as writing will tell
        return
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise OutputError(
            f"cannot write {path}: it is {what}",
            hint=f"move it away, or {cure}",
        )


def make_writable(folder: Path) -> None:
    """Make a folder for finished files where it is missing, and see that it can be written.

    It is asked before hours are spent on what goes in there.

    Raises:
        OutputError: it cannot be made, or not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "a file has that name" if folder.is_file() else error.strerror
        raise OutputError(
            f"cannot make the folder {folder}: {reason}", hint=_OUTPUT_CURE
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write to the folder {folder}", hint=_OUTPUT_CURE)


def sweep(folder: Path) -> None:
    """Remove what `replacing` was killed over in a folder, once it is a day old."""
    with contextlib.suppress(OSError):  # it has gone, or cannot be read
        _sweep(str(folder), os.listdir(folder))  # noqa: PTH208 - no Path for each of thousands


def _sweep(folder: str, names: Iterable[str]) -> None:
    for name in filter(_PARTIAL.fullmatch, names):
        path = Path(folder, name)
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_S:
                path.unlink()


def _cannot_write(path: Path, error: OSError, hint: str) -> OutputError:
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space, then build again: what is made already is kept"
    return OutputError(f"cannot write {path}: {reason}", hint=hint)
