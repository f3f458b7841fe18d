"""The first frame of an MP3: silent itself, it tells of all the others.

It holds the Xing header (length, seek table) and behind it the LAME tag (encoder delay and
padding, without which no player can be gapless, and checksums).

Sources: "Mp3 Info Tag revision 1 specifications" by Gabriel Bouvigne, whose fields we fill as
revision 0, like LAME itself; VbrTag.c in LAME 3.100 for what the page leaves open: the checksum
covers all bytes before it, and the tag's own frame counts in the bytes but not in the frames.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from audiobook.episode.crc16 import crc16, crc16_joined
from audiobook.episode.encoder import FrameTable
from audiobook.episode.mp3_frame import HEADER_BYTES, FrameHeader, bitrates_kbps
from audiobook.episode.mp3_settings import Cbr, Mp3Settings
from audiobook.errors import SoundError

__all__ = ["ENCODER_DELAY_SAMPLES", "info_frame"]

ENCODER_DELAY_SAMPLES = 576
"""Samples by which LAME's output lags behind its input (ENCDELAY in LAME's encoder.h)."""

_MAX_PADDING_SAMPLES = (1 << 12) - 1
_UINT32_MAX = (1 << 32) - 1

_XING = struct.Struct(">4s I I I 100s I")
_LAME = struct.Struct(">9s B B 8x x B 3s B x 2x I H")
_CRC = struct.Struct(">H")
_TAG_BYTES = _XING.size + _LAME.size + _CRC.size

_ALL_FIELDS = 0xF  # frames, bytes, seek table, quality: some readers expect fixed places
_METHOD_CBR, _METHOD_VBR = 1, 4
_STEREO_MODE_MONO, _STEREO_MODE_JOINT = 0, 3
_SOURCE_RATE_INDEX = {44100: 1, 48000: 2}  # 0: 32 kHz and below


def info_frame(
    settings: Mp3Settings, encoder_name: str, tables: Sequence[FrameTable], n_samples: int
) -> bytes:
    """The frame that stands before the first block.

    Args:
        settings: what the blocks were encoded with.
        encoder_name: what made them, at most 9 characters; players trust delay and padding where
            it begins with "LAME".
        tables: of all blocks, in order.
        n_samples: length of the programme in samples per channel.

    Raises:
        SoundError: the blocks do not add up to a programme of that length.
    """
    header = _header(settings)
    n_frames = sum(table.n_frames for table in tables)
    n_bytes = header.size + sum(table.n_bytes for table in tables)
    padding = n_frames * header.frame_samples - ENCODER_DELAY_SAMPLES - n_samples
    if not 0 <= padding <= _MAX_PADDING_SAMPLES:
        raise SoundError(f"{n_frames} MP3 frames do not hold {n_samples} samples")

    is_cbr = isinstance(settings.rate, Cbr)
    xing = _XING.pack(
        b"Info" if is_cbr else b"Xing",
        _ALL_FIELDS,
        n_frames,
        min(n_bytes, _UINT32_MAX),  # over 4 GiB readers fall back on the file's own size
        _seek_table(tables, header.size),
        settings.quality_percent,
    )
    lame = _LAME.pack(
        encoder_name.encode("ascii"),
        _METHOD_CBR if is_cbr else _METHOD_VBR,
        0,  # low-pass frequency: not told; nor are peak and replay gain, which follow
        min(header.bitrate_kbps, 255) if is_cbr else 0,
        (ENCODER_DELAY_SAMPLES << 12 | padding).to_bytes(3, "big"),
        _miscellany(settings),
        min(n_bytes, _UINT32_MAX),
        _music_crc(tables),
    )
    before_crc = header.pack() + bytes(header.side_info_bytes) + xing + lame
    return (before_crc + _CRC.pack(crc16(before_crc))).ljust(header.size, b"\0")


def _header(settings: Mp3Settings) -> FrameHeader:
    """The header of the info frame: at the stream's own bit rate, or the least with room."""
    wanted = (settings.rate.kbps,) if isinstance(settings.rate, Cbr) else ()
    for kbps in wanted + bitrates_kbps(settings.sample_rate):
        header = FrameHeader(settings.sample_rate, settings.channels, kbps)
        if header.size >= HEADER_BYTES + header.side_info_bytes + _TAG_BYTES:
            return header
    raise AssertionError("the largest frame of every sample rate has room for the tag")


def _seek_table(tables: Sequence[FrameTable], head_bytes: int) -> bytes:
    """For each percent of the time, where it begins, in 256ths of the stream's bytes."""
    frame_starts = np.cumsum([0, *(table.n_frames for table in tables)])
    byte_starts = np.cumsum([head_bytes, *(table.n_bytes for table in tables)])
    seek_table = bytearray()
    for percent in range(100):
        frame = int(frame_starts[-1]) * percent // 100
        block = int(np.searchsorted(frame_starts, frame, side="right")) - 1
        within = tables[block].sizes[: frame - int(frame_starts[block])]
        offset = int(byte_starts[block]) + int(within.sum())
        seek_table.append(offset * 256 // int(byte_starts[-1]))
    return bytes(seek_table)


def _miscellany(settings: Mp3Settings) -> int:
    stereo_mode = _STEREO_MODE_MONO if settings.channels == 1 else _STEREO_MODE_JOINT
    return _SOURCE_RATE_INDEX.get(settings.sample_rate, 0) << 6 | stereo_mode << 2


def _music_crc(tables: Sequence[FrameTable]) -> int:
    crc = 0
    for table in tables:
        crc = crc16_joined(crc, table.crc, table.n_bytes)
    return crc
