"""Blocks laid end to end: the finished file."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from audiobook.episode.blocks import KeptBlock, frames_of
from audiobook.episode.encoder import Encoder
from audiobook.episode.tags import Tag
from audiobook.errors import LostError
from audiobook.store import Store, digest, replacing

__all__ = ["write_episode"]

_KIND = "written"


def write_episode(
    path: Path,
    encoder: Encoder,
    tag: Tag,
    blocks: Sequence[KeptBlock],
    n_samples: int,
    store: Store,
) -> None:
    """Write an episode whole or not at all; what stood there before stays until then.

    What was written there before, and is the same, is not written again: a long episode is
    hundreds of megabytes. It is given the time of now all the same.

    Args:
        path: where it is to stand; its folder exists.
        encoder: the one that made the blocks.
        tag: what players show.
        blocks: all of them, in order.
        n_samples: length of the programme in samples per channel.
        store: remembers what was written where.

    Raises:
        OutputError: the file cannot be written, or the disk is full.
        SoundError: the blocks do not add up to the programme.
        LostError: some have left the store, or are damaged; they are made by the next build.
    """
    head = encoder.head(tag, [block.table for block in blocks], n_samples)
    content = digest(hashlib.blake2b(head).hexdigest(), [block.file for block in blocks])
    key = digest(str(path.absolute()))
    if not _is_touched(path, store.get(_KIND, key), content):
        with replacing(path) as file:
            file.write(head)
            n_lost = 0
            for block in blocks:  # to the last, so that all that are lost are known at once
                frames = frames_of(block)
                n_lost += frames is None
                file.write(frames or b"")
            if n_lost:
                what = f"{n_lost} of {len(blocks)} blocks have left the store, or are damaged"
                raise LostError(what, hint="build again")
    with contextlib.suppress(OSError):  # somebody has taken it away already
        store.put(_KIND, key, _sealed(path, content))


def _is_touched(path: Path, seal: bytes | None, content: str) -> bool:
    """Give a file the time of now, if the content in it is the one it was sealed with."""
    try:
        if seal is None or seal != _sealed(path, content):
            return False
        os.utime(path)
    except OSError:  # it is gone, or somebody else's
        return False
    return True


def _sealed(path: Path, content: str) -> bytes:
    """What a file holds, with all that changes when anybody writes to it or replaces it."""
    status = path.stat()
    marks = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return f"{content} {marks}".encode()
