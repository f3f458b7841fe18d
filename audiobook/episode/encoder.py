"""The door that every output format comes through.

A programme is encoded block by block: an encoder turns the samples of one block, seen with a
bounded context on either side, into whole frames. Frames are the same whichever worker made them,
and they lean on no others, so blocks laid end to end behind a head are the finished file.

A format is one small module that fills `Encoder`; `audiobook.episode.wav` is the shortest.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from audiobook.episode.tags import Tag
from audiobook.errors import SoundError
from audiobook.sound import Sound

__all__ = ["EncodedBlock", "Encoder", "FrameTable", "fitted", "frame_table"]


@dataclass(frozen=True, slots=True)
class FrameTable:
    """What must be known of a block to join it to others without reading its frames."""

    n_frames: int
    """How many frames there are."""
    n_bytes: int
    """Bytes of all frames together."""
    crc: int
    """Checksum of the frames that the format asks for, 16 bits; 0 where it asks for none."""
    packed_sizes: bytes = field(repr=False)
    """The sizes, deflated: a long programme has a million frames, and all but always few sizes."""

    @property
    def sizes(self) -> NDArray[np.uint16]:
        """Bytes of each frame, shape (n_frames,)."""
        return np.frombuffer(zlib.decompress(self.packed_sizes), np.uint16)


def frame_table(sizes: NDArray[np.uint16], crc: int) -> FrameTable:
    """The table of frames of these sizes; see `FrameTable`."""
    n_bytes = int(sizes.sum(dtype=np.int64))
    return FrameTable(len(sizes), n_bytes, crc, zlib.compress(sizes.tobytes(), level=1))


@dataclass(frozen=True, slots=True, eq=False)
class EncodedBlock:
    """A block as it will stand in the file."""

    data: bytes = field(repr=False)
    """Its frames, end to end."""
    table: FrameTable
    """What joining needs to know of them."""
    before: bytes = field(default=b"", repr=False)
    """The frames made of its context just before, for `Encoder.decoded`; they are not kept."""
    after: bytes = field(default=b"", repr=False)
    """Those made of what comes after."""


@runtime_checkable
class Encoder(Protocol):
    """A way to store sound. It keeps nothing from block to block; any thread may use it."""

    @property
    def extension(self) -> str:
        """Of the file's name, without a dot: "mp3"."""

    @property
    def media_type(self) -> str:
        """As a feed declares it: "audio/mpeg"."""

    @property
    def version(self) -> str:
        """Library build and every setting; goes into the key of each block it makes."""

    @property
    def sample_rate(self) -> int:
        """Samples per second."""

    @property
    def channels(self) -> int:
        """1 or 2."""

    @property
    def frame_samples(self) -> int:
        """Samples per channel in a frame: the grid on which blocks begin and end."""

    @property
    def lead_frames(self) -> int:
        """Frames of context it wants before a block.

        With them its frames come out as if it had heard the programme from the beginning.
        """

    @property
    def tail_frames(self) -> int:
        """Frames of context it wants after a block."""

    @property
    def flush_frames(self) -> int:
        """Frames that the programme's last block has beyond those of its sound.

        They let out what the encoder's delay still holds back.
        """

    def encode(self, pcm: Sound, lead_frames: int, n_frames: int) -> EncodedBlock:
        """Encode one block; the same arguments always give the same bytes.

        Args:
            pcm: the block between its contexts, shape (channels, samples), full scale ±1. It ends
                early only where the programme does; what is missing then is silence.
            lead_frames: how many frames of it come before the block: `self.lead_frames`, or as
                many as there are where the programme began less than that before.
            n_frames: how many frames to make, `flush_frames` included in the last block.

        Raises:
            SoundError: the samples have the wrong shape or are not numbers, or encoding failed.
        """

    def decoded(self, block: EncodedBlock) -> tuple[int, Sound]:
        """What players hear of a block, with all that its frames have a part in.

        The frames beside it are taken for those that its neighbours were given, which they are but
        for one time in hundreds.

        Returns:
            The place of what is heard first, in samples of the block, less than 0 where its first
            frame sounds before it; and the sound from there on, shape (channels, n).

        Raises:
            SoundError: it cannot be decoded.
        """

    def head(self, tag: Tag, tables: Sequence[FrameTable], n_samples: int) -> bytes:
        """What stands in the file before the first block: the tag and the format's header.

        Args:
            tag: what players show.
            tables: of all blocks, in order.
            n_samples: length of the programme in samples per channel.

        Raises:
            SoundError: the blocks do not add up to a programme of that length.
        """


def fitted(pcm: Sound, channels: int, n_samples: int) -> Sound:
    """The first samples of a sound, with silence added where it is shorter.

    Args:
        pcm: shape (channels, samples).
        channels: how many it must have.
        n_samples: how many samples per channel to return.

    Raises:
        SoundError: it has another number of channels, or holds what is not a number; an encoder's
            C code must never see either.
    """
    if pcm.ndim != 2 or len(pcm) != channels:
        raise SoundError(f"the encoder takes {channels} channel(s), not sound of shape {pcm.shape}")
    if not np.isfinite(pcm).all():
        raise SoundError("the rendered sound holds values that are not numbers")
    missing = n_samples - pcm.shape[1]
    if missing > 0:
        return np.pad(pcm, ((0, 0), (0, missing)))
    return pcm[:, :n_samples]
