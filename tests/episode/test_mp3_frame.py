from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.episode.mp3_frame import (
    HEADER_BYTES,
    SAMPLE_RATES,
    FrameHeader,
    bitrates_kbps,
    frame_sizes,
    main_data_begin,
    parse_header,
)
from audiobook.errors import SoundError


@st.composite
def _headers(draw: st.DrawFn) -> FrameHeader:
    sample_rate = draw(st.sampled_from(SAMPLE_RATES))
    return FrameHeader(
        sample_rate,
        draw(st.sampled_from([1, 2])),
        draw(st.sampled_from(bitrates_kbps(sample_rate))),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def _frame(header: FrameHeader) -> bytes:
    return header.pack().ljust(header.size, b"\0")


@given(_headers())
def test_a_header_reads_back_as_it_was_packed(header: FrameHeader) -> None:
    assert parse_header(header.pack()) == header


@given(st.lists(_headers(), max_size=20))
def test_a_stream_comes_apart_into_its_frames(headers: list[FrameHeader]) -> None:
    stream = b"".join(_frame(header) for header in headers)
    assert frame_sizes(stream).tolist() == [header.size for header in headers]


@given(_headers(), st.integers(min_value=1))
def test_a_frame_cut_short_is_an_error(header: FrameHeader, missing: int) -> None:
    stream = _frame(header)
    kept = len(stream) - 1 - missing % (len(stream) - 1)
    with pytest.raises(SoundError):
        frame_sizes(stream + stream[:kept])


@given(st.binary(max_size=2000))
def test_junk_is_an_error_and_nothing_worse(junk: bytes) -> None:
    with contextlib.suppress(SoundError):
        assert frame_sizes(junk).sum() == len(junk)
    with contextlib.suppress(SoundError):
        assert main_data_begin(junk) >= 0


@pytest.mark.parametrize(
    ("header", "size", "frame_samples", "side_info_bytes"),
    [
        ("ff fb 90 64", 417, 1152, 32),  # MPEG-1, 128 kbps, 44.1 kHz, joint stereo
        ("ff fb 92 64", 418, 1152, 32),  # the same, padded
        ("ff fb e4 c4", 960, 1152, 17),  # MPEG-1, 320 kbps, 48 kHz, mono
        ("ff f3 84 c4", 192, 576, 9),  # MPEG-2, 64 kbps, 24 kHz, mono
    ],
)
def test_sizes_of_well_known_frames(
    header: str, size: int, frame_samples: int, side_info_bytes: int
) -> None:
    parsed = parse_header(bytes.fromhex(header))
    assert (parsed.size, parsed.frame_samples) == (size, frame_samples)
    assert parsed.side_info_bytes == side_info_bytes


@pytest.mark.parametrize(
    "header",
    [
        "",
        "ff fb 90",
        "ff fb 00 64",  # free format
        "ff fb f0 64",  # no such bit rate
        "ff fb 9c 64",  # no such sample rate
        "ff fd 90 64",  # Layer II
        "ff e3 90 64",  # MPEG-2.5
        "49 44 33 03",  # "ID3"
    ],
)
def test_what_is_no_frame_of_layer_iii_is_an_error(header: str) -> None:
    with pytest.raises(SoundError):
        parse_header(bytes.fromhex(header))


def test_main_data_begin_has_nine_bits_in_mpeg_1_and_eight_in_mpeg_2() -> None:
    mpeg1 = FrameHeader(44100, 1, 96)
    mpeg2 = FrameHeader(24000, 1, 64, has_crc=True)
    side_info = (0b1_0000_0011 << 7).to_bytes(2, "big")
    assert main_data_begin(mpeg1.pack() + side_info) == 0b1_0000_0011
    assert main_data_begin(mpeg2.pack() + b"\0\0" + b"\x81\xff") == 0x81
    assert len(mpeg1.pack()) == HEADER_BYTES
