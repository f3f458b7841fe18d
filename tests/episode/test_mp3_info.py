from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.episode.crc16 import crc16
from audiobook.episode.encoder import FrameTable, frame_table
from audiobook.episode.mp3_frame import SAMPLE_RATES, bitrates_kbps, frame_sizes, parse_header
from audiobook.episode.mp3_info import info_frame
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.errors import SoundError

_NAME = "LAME3.100"


def _tables(*blocks: list[int]) -> list[FrameTable]:
    return [frame_table(np.array(sizes, dtype=np.uint16), crc=0) for sizes in blocks]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sample_rate", SAMPLE_RATES)
def test_it_is_one_whole_frame_at_every_rate(sample_rate: int, channels: int) -> None:
    rates: list[Cbr | Vbr] = [Vbr(4), *map(Cbr, bitrates_kbps(sample_rate))]
    for rate in rates:
        mp3_settings = Mp3Settings(sample_rate, channels, rate)
        frame = info_frame(mp3_settings, _NAME, _tables([300] * 3), 576)
        assert frame_sizes(frame).tolist() == [len(frame)]
        header = parse_header(frame[:4])
        assert (header.sample_rate, header.channels) == (sample_rate, channels)


def test_every_field_stands_where_players_look() -> None:
    data = np.random.default_rng(0).integers(0, 256, 30 * 313, dtype=np.uint8).tobytes()
    n_first = 11 * 313
    tables = [
        frame_table(np.full(11, 313, dtype=np.uint16), crc16(data[:n_first])),
        frame_table(np.full(19, 313, dtype=np.uint16), crc16(data[n_first:])),
    ]
    frame = info_frame(Mp3Settings(44100, 1, Cbr(96)), _NAME, tables, 29 * 1152)
    xing = 4 + 17
    assert frame[xing : xing + 4] == b"Info"
    flags, n_frames, n_bytes = struct.unpack_from(">III", frame, xing + 4)
    assert (flags, n_frames, n_bytes) == (15, 30, len(frame) + len(data))
    lame = xing + 120
    assert frame[lame : lame + 9] == _NAME.encode()
    assert frame[lame + 9] == 1  # revision 0, CBR
    assert frame[lame + 20] == 96
    delay_and_padding = int.from_bytes(frame[lame + 21 : lame + 24], "big")
    assert (delay_and_padding >> 12, delay_and_padding & 0xFFF) == (576, 576)
    length, music_crc, tag_crc = struct.unpack_from(">IHH", frame, lame + 28)
    assert length == n_bytes
    assert music_crc == crc16(data)
    assert tag_crc == crc16(frame[: lame + 34])


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(24, 1441), min_size=1, max_size=60), min_size=1, max_size=8))
def test_the_seek_table_leads_to_the_right_256th(blocks: list[list[int]]) -> None:
    sizes = [size for block in blocks for size in block]
    n_samples = (len(sizes) - 1) * 1152
    frame = info_frame(Mp3Settings(44100, 1, Vbr(4)), _NAME, _tables(*blocks), n_samples)
    seek_table = frame[4 + 17 + 16 :][:100]
    starts = np.cumsum([len(frame), *sizes])
    for percent in range(100):
        start = starts[len(sizes) * percent // 100]
        assert seek_table[percent] == start * 256 // starts[-1]


def test_blocks_that_do_not_add_up_are_an_error() -> None:
    mp3_settings = Mp3Settings(44100, 1, Cbr(96))
    for n_samples in (10 * 1152 - 575, 5 * 1152):
        with pytest.raises(SoundError, match="10 MP3 frames do not hold"):
            info_frame(mp3_settings, _NAME, _tables([313] * 10), n_samples)
    with pytest.raises(SoundError):
        info_frame(mp3_settings, _NAME, [], 0)


def test_more_than_four_gibibytes_have_a_head_too() -> None:
    n_frames = 5_000_000
    tables = [frame_table(np.full(n_frames, 1044, dtype=np.uint16), 0)]
    samples = n_frames * 1152 - 1152
    frame = info_frame(Mp3Settings(44100, 2, Cbr(320)), _NAME, tables, samples)
    assert struct.unpack_from(">II", frame, 4 + 32 + 8) == (n_frames, 0xFFFFFFFF)
    seek_table = frame[4 + 32 + 16 :][:100]
    assert list(seek_table) == [256 * percent // 100 for percent in range(100)]
