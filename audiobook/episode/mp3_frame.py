"""MPEG audio Layer III frames: their headers, and a stream taken apart into them.

Sources: ISO/IEC 11172-3:1993 (MPEG-1: 32, 44.1, 48 kHz) and ISO/IEC 13818-3:1998 (MPEG-2: half
those rates). MPEG-2.5, free format and the other layers are not spoken here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audiobook.errors import SoundError

__all__ = [
    "HEADER_BYTES",
    "SAMPLE_RATES",
    "FrameHeader",
    "bitrates_kbps",
    "frame_samples",
    "frame_sizes",
    "main_data_begin",
    "parse_header",
    "split_frames",
]

HEADER_BYTES = 4
"""Bytes of a frame's header."""

SAMPLE_RATES = (44100, 48000, 32000, 22050, 24000, 16000)
"""In Hz: MPEG-1's three in the order of their index (ISO 11172-3, 2.4.2.3), then MPEG-2's."""

# ISO 11172-3, 2.4.2.3 and ISO 13818-3, 2.4.2.3: kbit/s by index, from 1; 0 is the free format.
_MPEG1_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

# Fields of the header, ISO 11172-3, 2.4.1.3: their values here, shifted to their places.
_SYNC_AND_LAYER = 0xFFF20000  # twelve set bits, and Layer III
_SYNC_AND_LAYER_MASK = 0xFFF60000
_MPEG1 = 1 << 19
_NO_CRC = 1 << 16
_JOINT_STEREO = 1 << 6
_MONO = 3 << 6
_ORIGINAL = 1 << 2


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the header of a frame says."""

    sample_rate: int
    """In Hz, one of `SAMPLE_RATES`."""
    channels: int
    """1 or 2."""
    bitrate_kbps: int
    """One of `bitrates_kbps(sample_rate)`."""
    is_padded: bool = False
    """Whether the frame is a byte longer, to keep the bit rate where frames are no whole bytes."""
    has_crc: bool = False
    """Whether a checksum of 16 bits follows the header."""

    @property
    def frame_samples(self) -> int:
        """Samples per channel."""
        return frame_samples(self.sample_rate)

    @property
    def size(self) -> int:
        """Bytes of the frame, header included (ISO 11172-3, 2.4.3.1)."""
        bits_per_frame = self.frame_samples * self.bitrate_kbps * 1000
        return bits_per_frame // 8 // self.sample_rate + self.is_padded

    @property
    def side_info_bytes(self) -> int:
        """Bytes of the side information (ISO 11172-3 and ISO 13818-3, 2.4.1.7)."""
        if self._is_mpeg1:
            return 17 if self.channels == 1 else 32
        return 9 if self.channels == 1 else 17

    @property
    def side_info_offset(self) -> int:
        """Where in the frame the side information begins."""
        return HEADER_BYTES + 2 * self.has_crc

    def pack(self) -> bytes:
        """The header's four bytes; two channels become joint stereo, and "original" is set."""
        word = _SYNC_AND_LAYER | _ORIGINAL
        word |= _MPEG1 * self._is_mpeg1
        word |= _NO_CRC * (not self.has_crc)
        word |= (bitrates_kbps(self.sample_rate).index(self.bitrate_kbps) + 1) << 12
        word |= SAMPLE_RATES.index(self.sample_rate) % 3 << 10
        word |= self.is_padded << 9
        word |= _MONO if self.channels == 1 else _JOINT_STEREO
        return word.to_bytes(HEADER_BYTES, "big")

    @property
    def _is_mpeg1(self) -> bool:
        return self.sample_rate in SAMPLE_RATES[:3]


def frame_samples(sample_rate: int) -> int:
    """Samples per channel in a frame: two granules of 576 in MPEG-1, one in MPEG-2."""
    return 1152 if sample_rate in SAMPLE_RATES[:3] else 576


def bitrates_kbps(sample_rate: int) -> tuple[int, ...]:
    """The bit rates a frame may have at a sample rate, ascending."""
    return _MPEG1_KBPS if sample_rate in SAMPLE_RATES[:3] else _MPEG2_KBPS


@functools.lru_cache(maxsize=1024)  # a stream holds few different headers
def parse_header(header: bytes) -> FrameHeader:
    """Read the four bytes that begin a frame.

    Raises:
        SoundError: no frame of Layer III begins with these bytes.
    """
    word = int.from_bytes(header, "big")
    bitrate_index = word >> 12 & 15
    rate_index = word >> 10 & 3
    if (
        len(header) != HEADER_BYTES
        or word & _SYNC_AND_LAYER_MASK != _SYNC_AND_LAYER
        or bitrate_index in (0, 15)
        or rate_index == 3
    ):
        raise SoundError(f"no MP3 frame begins with the bytes {header.hex(' ')}")
    sample_rate = SAMPLE_RATES[rate_index + (0 if word & _MPEG1 else 3)]
    return FrameHeader(
        sample_rate=sample_rate,
        channels=1 if word & _MONO == _MONO else 2,
        bitrate_kbps=bitrates_kbps(sample_rate)[bitrate_index - 1],
        is_padded=bool(word >> 9 & 1),
        has_crc=not word & _NO_CRC,
    )


def frame_sizes(stream: bytes) -> NDArray[np.uint16]:
    """The bytes of each frame of a stream that holds nothing but whole frames.

    Raises:
        SoundError: something else stands in it, or its last frame is cut short.
    """
    sizes = []
    at = 0
    while at < len(stream):
        size = _size(stream[at : at + HEADER_BYTES])
        sizes.append(size)
        at += size
    if at > len(stream):
        raise SoundError(f"the last MP3 frame lacks {at - len(stream)} bytes")
    return np.array(sizes, dtype=np.uint16)


@functools.lru_cache(maxsize=1024)
def _size(header: bytes) -> int:
    return parse_header(header).size


def split_frames(stream: bytes) -> list[bytes]:
    """The frames of a stream that holds nothing but whole frames.

    Raises:
        SoundError: something else stands in it, or its last frame is cut short.
    """
    ends = frame_sizes(stream).cumsum(dtype=np.int64).tolist()
    return [stream[start:end] for start, end in pairwise([0, *ends])]


def main_data_begin(frame: bytes) -> int:
    """How many bytes before a frame its audio begins: 0 in a frame that leans on no other.

    It is the first field of the side information: 9 bits in MPEG-1 (ISO 11172-3, 2.4.1.7), 8 bits
    in MPEG-2 (ISO 13818-3, 2.4.1.7).

    Raises:
        SoundError: the bytes are no frame, or less than its beginning.
    """
    header = parse_header(frame[:HEADER_BYTES])
    first_bytes = frame[header.side_info_offset : header.side_info_offset + 2]
    if len(first_bytes) < 2:
        raise SoundError("an MP3 frame ends before its side information")
    return int.from_bytes(first_bytes, "big") >> (7 if header.frame_samples == 1152 else 8)
