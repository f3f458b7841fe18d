"""WAVE with 16-bit PCM, and RF64 where 4 GiB do not suffice.

Sources: "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991)
for RIFF and WAVE; EBU Tech 3306 (2009) for RF64.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from audiobook.episode.encoder import EncodedBlock, FrameTable, fitted, frame_table
from audiobook.episode.mp3_frame import frame_samples
from audiobook.episode.tags import Tag, id3_bytes
from audiobook.errors import SoundError
from audiobook.sound import Sound

__all__ = ["WavEncoder"]

_BYTES_PER_SAMPLE = 2
_PCM = 1
_UINT32_MAX = (1 << 32) - 1
_CHUNK_HEADER = struct.Struct("<4s I")
_RF64_LENGTHS = struct.Struct("<Q Q Q I")


class WavEncoder:
    """Samples as they are; fills `audiobook.episode.encoder.Encoder`.

    Args:
        sample_rate: in Hz.
        channels: 1 or 2.
    """

    extension = "wav"
    media_type = "audio/wav"
    lead_frames = 0
    tail_frames = 0
    flush_frames = 0

    def __init__(self, sample_rate: int, channels: int) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self.frame_samples = frame_samples(sample_rate)  # as in MP3: one timeline serves both
        self.version = f"wav int16 {sample_rate} {channels}"

    def encode(self, pcm: Sound, lead_frames: int, n_frames: int) -> EncodedBlock:
        """Encode one block; see `Encoder.encode`."""
        pcm = fitted(pcm, self.channels, (lead_frames + n_frames) * self.frame_samples)
        block = pcm[:, lead_frames * self.frame_samples :]
        levels = np.clip(np.rint(block * 32768), -32768, 32767).astype("<i2")
        frame_bytes = self.frame_samples * self._sample_bytes
        sizes = np.full(n_frames, frame_bytes, dtype=np.uint16)
        return EncodedBlock(levels.T.tobytes(), frame_table(sizes, crc=0))

    def decoded(self, block: EncodedBlock) -> tuple[int, Sound]:
        """What players hear of a block: all of it; see `Encoder.decoded`."""
        samples = np.frombuffer(block.data, "<i2").reshape(-1, self.channels).T
        return 0, samples.astype(np.float32) / np.float32(32768)

    def head(self, tag: Tag, tables: Sequence[FrameTable], n_samples: int) -> bytes:
        """The chunks before the samples and the beginning of theirs; see `Encoder.head`.

        RF64 gets no tag: libsndfile, and all that read by it, lose the sound behind a long chunk.
        """
        n_data = sum(table.n_bytes for table in tables)
        if n_data != n_samples * self._sample_bytes:
            raise SoundError(f"{n_data} bytes of PCM do not hold {n_samples} samples")
        chunks = self._format_chunk() + _chunk(b"id3 ", id3_bytes(tag))
        n_riff = 4 + len(chunks) + _CHUNK_HEADER.size + n_data
        if n_riff > _UINT32_MAX:
            return self._rf64_head(n_data, n_samples)
        riff = _CHUNK_HEADER.pack(b"RIFF", n_riff) + b"WAVE"
        return riff + chunks + _CHUNK_HEADER.pack(b"data", n_data)

    def _rf64_head(self, n_data: int, n_samples: int) -> bytes:
        """EBU Tech 3306: the lengths stand in a chunk of their own, with 64 bits for each."""
        n_lengths = _CHUNK_HEADER.size + _RF64_LENGTHS.size
        n_riff = 4 + n_lengths + len(self._format_chunk()) + _CHUNK_HEADER.size + n_data
        return (
            _CHUNK_HEADER.pack(b"RF64", _UINT32_MAX)
            + b"WAVE"
            + _chunk(b"ds64", _RF64_LENGTHS.pack(n_riff, n_data, n_samples, 0))
            + self._format_chunk()
            + _CHUNK_HEADER.pack(b"data", _UINT32_MAX)
        )

    @property
    def _sample_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * _BYTES_PER_SAMPLE

    def _format_chunk(self) -> bytes:
        bytes_per_s = self.sample_rate * self._sample_bytes
        return _chunk(
            b"fmt ",
            struct.pack(
                "<HHIIHH",
                _PCM,
                self.channels,
                self.sample_rate,
                bytes_per_s,
                self._sample_bytes,
                8 * _BYTES_PER_SAMPLE,
            ),
        )


def _chunk(name: bytes, data: bytes) -> bytes:
    """A RIFF chunk; its data begin and end at even places."""
    return _CHUNK_HEADER.pack(name, len(data)) + data + b"\0" * (len(data) % 2)
