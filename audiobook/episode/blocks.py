"""Encoded blocks in the store: a small head that joining reads, then the frames as they are.

    4 bytes   mark and version of this layout
    2 bytes   checksum of the frames
    2 bytes   nothing
    4 bytes   number of frames
    2 each    bytes of each frame
    …         the frames

Numbers are little-endian.
"""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audiobook.episode.encoder import EncodedBlock, FrameTable, frame_table
from audiobook.store import HEADER_BYTES, Store, read_value

__all__ = ["KeptBlock", "find_block", "frames_of", "keep_block"]

_KIND = "block"
_MARK = b"blk1"
_HEAD = struct.Struct("<4s H 2x I")


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A block in the store."""

    table: FrameTable
    """What joining needs to know of it."""
    file: str
    """The path of the file that holds it."""
    offset: int
    """Where in the file its frames begin; they reach to its end."""

    @property
    def path(self) -> Path:
        """The file that holds it; as a text it takes a fraction of the room."""
        return Path(self.file)


def keep_block(store: Store, key: str, block: EncodedBlock) -> KeptBlock:
    """Put a block into the store.

    Raises:
        OutputError: the store cannot be written, or the disk is full.
    """
    table = block.table
    head = _HEAD.pack(_MARK, table.crc, table.n_frames) + table.sizes.astype("<u2").tobytes()
    store.put(_KIND, key, head + block.data)
    return KeptBlock(table, store.file(_KIND, key), HEADER_BYTES + len(head))


def find_block(store: Store, key: str) -> KeptBlock | None:
    """Find a block in the store, reading its head alone; None when it is not there.

    A file of the wrong length counts as not there. The frames are neither read nor checked until
    somebody wants them, which nobody does where the finished file holds them already.
    """
    if not store.has(_KIND, key):
        return None
    path = store.file(_KIND, key)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as `Store.file` says
            n_file = file.seek(0, 2)
            file.seek(HEADER_BYTES)
            mark, crc, n_frames = _HEAD.unpack(file.read(_HEAD.size))
            sizes = np.frombuffer(file.read(2 * min(n_frames, n_file)), dtype="<u2")
    except (OSError, struct.error, ValueError):
        return None
    table = frame_table(sizes.astype(np.uint16), crc)
    offset = HEADER_BYTES + _HEAD.size + 2 * n_frames
    if mark != _MARK or n_file != offset + table.n_bytes:
        return None
    return KeptBlock(table, path, offset)


def frames_of(block: KeptBlock) -> bytes | None:
    """The frames of a block in the store; None when it has left the store, or is damaged.

    A file that does not hold them is removed, so that the block is made anew.
    """
    value = read_value(block.file)
    frames = b"" if value is None else value[block.offset - HEADER_BYTES :]
    if len(frames) == block.table.n_bytes:
        return frames
    with contextlib.suppress(OSError):
        block.path.unlink()
    return None
