"""The cache folder as a whole: how much the store keeps in it, and how that is removed."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import OutputError
from audiobook.store import default_folder

__all__ = ["Kept", "clear", "kept", "size_of"]

_LAYOUT = re.compile(r"v[1-9][0-9]*")
"""The store's own folders, by the version of their layout; those of older programs count."""
_SHELF = re.compile(r"[a-z-]+(/[0-9a-f]{2})?")
_VALUE = re.compile(r"[a-z-]+/[0-9a-f]{2}/([0-9a-f]{40}|\.partial-[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps."""

    folder: Path
    """The cache folder."""
    n_files: int
    """How many values there are."""
    n_bytes: int
    """Their size."""


def kept() -> Kept:
    """How much is kept in the cache folder, by this version of the program and others."""
    sizes = [size_of(layout) for layout in _layouts()]
    return Kept(default_folder(), sum(n for n, _ in sizes), sum(size for _, size in sizes))


def size_of(folder: Path) -> tuple[int, int]:
    """How many files a folder holds, in whatever depth, and their size in bytes."""
    n_files = n_bytes = 0
    for within, _, names in os.walk(folder):
        for name in names:
            n_files += 1
            with contextlib.suppress(OSError):  # gone in the meantime
                n_bytes += os.stat(f"{within}/{name}").st_size  # noqa: PTH116 - far quicker
    return n_files, n_bytes


def clear() -> None:
    """Remove all that the store keeps; nothing else, and nothing at all where there is anything.

    Raises:
        OutputError: something in the store's folders is not of its making, or stays when it is
            to be removed.
    """
    layouts = list(_layouts())
    for layout in layouts:
        for path, is_own in _entries(layout):
            if not is_own:
                raise OutputError(
                    f"nothing is removed: {path} is none of the store's",
                    hint="move it away, or remove by hand what you do not need",
                )
    for layout in layouts:
        _remove(layout)


def _layouts() -> Iterator[Path]:
    """The store's folders, links not among them."""
    with contextlib.suppress(OSError):  # nothing was ever kept
        for path in sorted(default_folder().iterdir()):
            if _LAYOUT.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                yield path


def _entries(layout: Path) -> Iterator[tuple[str, bool]]:
    """All that one holds, what is deepest first, and whether it has the form of the store's own."""
    for folder, shelves, names in os.walk(layout, topdown=False):
        for name in names:
            path = f"{folder}/{name}"
            yield path, bool(_VALUE.fullmatch(os.path.relpath(path, layout)))
        for name in shelves:
            path = f"{folder}/{name}"
            is_shelf = _SHELF.fullmatch(os.path.relpath(path, layout)) is not None
            yield path, is_shelf and not os.path.islink(path)  # noqa: PTH114 - as quick as can be


def _remove(layout: Path) -> None:
    for path, is_own in _entries(layout):
        try:
            if is_own:  # else it has come since
                _remove_one(Path(path))
        except OSError as error:
            raise OutputError(f"cannot remove {path}: {error.strerror}") from error
    with contextlib.suppress(OSError):
        layout.rmdir()


def _remove_one(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another has removed it
        if not path.is_dir():
            path.unlink()
            return
        with contextlib.suppress(OSError):  # a build has put something there since
            path.rmdir()
