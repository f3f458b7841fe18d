"""MP3 in independent blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from audiobook.decoding import UNDECODABLE, open_bytes
from audiobook.episode.crc16 import crc16
from audiobook.episode.encoder import EncodedBlock, FrameTable, fitted, frame_table
from audiobook.episode.lame import load_lame
from audiobook.episode.mp3_frame import frame_samples, frame_sizes
from audiobook.episode.mp3_info import ENCODER_DELAY_SAMPLES, info_frame
from audiobook.episode.mp3_settings import Mp3Settings
from audiobook.episode.pyav import load_pyav
from audiobook.episode.tags import Tag, id3_bytes
from audiobook.errors import MissingError, SoundError
from audiobook.sound import Sound

__all__ = ["FrameCodec", "Mp3Encoder", "mp3_encoder"]


_LAG_SAMPLES = ENCODER_DELAY_SAMPLES + 529
"""So much later than it went in is sound heard, behind any decoder."""
_WARM_UP_FRAMES = 2
"""A frame's sound overlaps with that of the one before, which overlaps with another."""


class FrameCodec(Protocol):
    """What turns samples into MP3 frames that lean on no others."""

    @property
    def name(self) -> str:
        """For the LAME tag; 9 characters at most."""

    @property
    def version(self) -> str:
        """Its build: two that differ may make different frames of the same sound."""

    def encode(self, pcm: Sound, settings: Mp3Settings) -> bytes:
        """The frames that these samples complete; see `audiobook.episode.lame.Lame.encode`."""


class Mp3Encoder:
    """MPEG audio Layer III, fills `audiobook.episode.encoder.Encoder`.

    Args:
        settings: rates, channels, effort.
        codec: what makes the frames.
    """

    extension = "mp3"
    media_type = "audio/mpeg"

    lead_frames = 16
    """In running speech LAME's memory (psychoacoustic thresholds, the step size its search begins
    with) is shorter than this, but for one time in 200. That of a long silence, from which its
    hearing threshold returns slowly, may be three times as long: the first frames after one come
    out a little different from a single encoder's, and no worse."""

    def __init__(self, settings: Mp3Settings, codec: FrameCodec) -> None:
        self._settings = settings
        self._codec = codec
        self.sample_rate = settings.sample_rate
        self.channels = settings.channels
        self.frame_samples = frame_samples(settings.sample_rate)
        # A decoder lags 529 samples behind: LAME, and we, leave 576 beyond the sound for it.
        self.flush_frames = 1152 // self.frame_samples
        self._late_frames = -(-_LAG_SAMPLES // self.frame_samples)
        # A block's end sounds in frames after it. LAME lets one go once 272 samples more are in.
        self.tail_frames = self._late_frames + 1
        self.version = f"mp3 {codec.version} {settings} lead {self.lead_frames}"

    def encode(self, pcm: Sound, lead_frames: int, n_frames: int) -> EncodedBlock:
        """Encode one block; see `Encoder.encode`."""
        stop = lead_frames + n_frames
        wanted_samples = (stop + self.tail_frames) * self.frame_samples
        stream = self._codec.encode(fitted(pcm, self.channels, wanted_samples), self._settings)
        sizes = frame_sizes(stream)
        if len(sizes) < stop:
            raise SoundError(f"the MP3 encoder made {len(sizes)} frames where {stop} were due")
        ends = np.cumsum([0, *sizes])
        data = stream[ends[lead_frames] : ends[stop]]
        before = stream[ends[max(0, lead_frames - _WARM_UP_FRAMES)] : ends[lead_frames]]
        after = stream[ends[stop] : ends[min(stop + self._late_frames, len(sizes))]]
        table = frame_table(sizes[lead_frames:stop], crc16(data))
        return EncodedBlock(data, table, before, after)

    def decoded(self, block: EncodedBlock) -> tuple[int, Sound]:
        """What players hear of a block; see `Encoder.decoded`."""
        before, after = (
            frame_table(frame_sizes(frames), crc=0) for frames in (block.before, block.after)
        )
        n_frames = before.n_frames + block.table.n_frames + after.n_frames
        n_samples = max(0, n_frames * self.frame_samples - _LAG_SAMPLES)
        info = info_frame(self._settings, "LAME", [before, block.table, after], n_samples)
        try:
            with open_bytes(info + block.before + block.data + block.after) as decoder:
                sound = decoder.read(dtype="float32", always_2d=True)
        except UNDECODABLE as error:
            raise SoundError("the MP3 encoder made frames that cannot be decoded") from error
        begins = -before.n_frames * self.frame_samples
        first = min(0, begins + _WARM_UP_FRAMES * self.frame_samples - _LAG_SAMPLES)
        return first, sound[first - begins : n_samples].T

    def head(self, tag: Tag, tables: Sequence[FrameTable], n_samples: int) -> bytes:
        """The ID3 tag and the info frame; see `Encoder.head`."""
        return id3_bytes(tag) + info_frame(self._settings, self._codec.name, tables, n_samples)


def mp3_encoder(settings: Mp3Settings) -> Mp3Encoder:
    """An MP3 encoder that works on this machine: the LAME in lameenc, else the one in PyAV.

    Raises:
        MissingError: there is neither.
    """
    codec: FrameCodec
    try:
        codec = load_lame()
    except MissingError:
        codec = load_pyav()
    return Mp3Encoder(settings, codec)
