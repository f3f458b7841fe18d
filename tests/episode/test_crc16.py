from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from audiobook.episode.crc16 import crc16, crc16_joined

_bytes = st.binary(max_size=3000)


def _bit_by_bit(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def test_the_published_check_value() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(_bytes)
@example(b"")
@example(bytes(range(256)) * 2)
def test_lanes_give_what_bits_give(data: bytes) -> None:
    assert crc16(data) == _bit_by_bit(data)


@given(_bytes, _bytes)
def test_the_checksum_of_the_whole_comes_from_those_of_the_parts(
    first: bytes, second: bytes
) -> None:
    joined = crc16_joined(crc16(first), crc16(second), len(second))
    assert joined == crc16(first + second)


def test_parts_of_many_megabytes_join() -> None:
    first, second = b"\x5a" * 3_000_001, b"\xa5" * 5_000_003
    assert crc16_joined(crc16(first), crc16(second), len(second)) == crc16(first + second)
