"""Blocks laid end to end: the finished file."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from audiobook.episode.blocks import KeptBlock
from audiobook.episode.encoder import Encoder
from audiobook.episode.tags import Tag
from audiobook.errors import SoundError
from audiobook.store import replacing

__all__ = ["write_episode"]


def write_episode(
    path: Path, encoder: Encoder, tag: Tag, blocks: Sequence[KeptBlock], n_samples: int
) -> None:
    """Write an episode whole or not at all; what stood there before stays until then.

    Args:
        path: where it is to stand; its folder exists.
        encoder: the one that made the blocks.
        tag: what players show.
        blocks: all of them, in order.
        n_samples: length of the programme in samples per channel.

    Raises:
        OutputError: the file cannot be written, or the disk is full.
        SoundError: the blocks do not add up to the programme, or one has left the store.
    """
    head = encoder.head(tag, [block.table for block in blocks], n_samples)
    with replacing(path) as file:
        file.write(head)
        for block in blocks:
            _append(file, block)


def _append(file: BinaryIO, block: KeptBlock) -> None:
    try:
        source = block.path.open("rb")
    except OSError as error:
        raise SoundError(
            f"a block has left the store: {error.strerror}", hint="build again"
        ) from error
    with source:
        n_copied = _copy(source, block.offset, file)
    if n_copied != block.table.n_bytes:
        raise SoundError("a block in the store has changed its length", hint="build again")


def _copy(source: BinaryIO, offset: int, file: BinaryIO) -> int:
    """Append a file from an offset to its end to another; return how many bytes that were."""
    if sys.platform == "linux":  # elsewhere sendfile writes to sockets only
        file.flush()
        at = offset
        try:
            while n_sent := os.sendfile(file.fileno(), source.fileno(), at, 1 << 30):
                at += n_sent
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOSYS) or at > offset:
                raise  # only some file systems cannot do it, and they say so at once
        else:
            return at - offset
    source.seek(offset)
    before = file.tell()
    shutil.copyfileobj(source, file, 1 << 20)
    return file.tell() - before
