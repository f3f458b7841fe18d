"""CRC-16/ARC, the checksum inside the LAME tag, and how the checksums of parts make the whole's.

The register starts at 0 and the polynomial is 0x8005, bits reflected. So the checksum is linear
over GF(2): running a register over zero bytes is a linear map, and the map for twice as many bytes
is the map applied twice. With 16 bits, a map is simply the table of all its values.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

__all__ = ["crc16", "crc16_joined"]

_POLYNOMIAL = 0xA001  # 0x8005 with its bits reversed
_LANE_WORDS = 256
_LOG2_LANE_BYTES = 9


def crc16(data: bytes) -> int:
    """The checksum of some bytes.

    The data are cut into lanes of equal length that advance side by side, a word at a time; then
    the lanes are joined, and the few bytes left over are taken one by one.
    """
    n_lanes = len(data) // (2 * _LANE_WORDS)
    words = np.frombuffer(data, dtype="<u2", count=n_lanes * _LANE_WORDS)
    over_word = _over_zeros(1)
    lanes = np.zeros(n_lanes, dtype=np.uint16)
    for column in np.ascontiguousarray(words.reshape(n_lanes, _LANE_WORDS).T):
        lanes = over_word[lanes ^ column]

    crc = 0
    over_lane = _over_zeros(_LOG2_LANE_BYTES)
    for lane in lanes.tolist():
        crc = int(over_lane[crc]) ^ lane
    over_byte = _over_zeros(0)
    for byte in data[n_lanes * 2 * _LANE_WORDS :]:
        crc = int(over_byte[crc ^ byte])
    return crc


def crc16_joined(first: int, second: int, n_second: int) -> int:
    """The checksum of two runs of bytes end to end, from the checksum of each.

    Args:
        first: checksum of the first run.
        second: checksum of the second run.
        n_second: length of the second run in bytes.
    """
    for log2_bytes in range(n_second.bit_length()):
        if n_second >> log2_bytes & 1:
            first = int(_over_zeros(log2_bytes)[first])
    return first ^ second


@functools.cache
def _over_zeros(log2_bytes: int) -> NDArray[np.uint16]:
    """What each of the 65,536 registers becomes when 2**log2_bytes zero bytes are read."""
    if log2_bytes:
        half = _over_zeros(log2_bytes - 1)
        return half[half]
    registers = np.arange(1 << 16, dtype=np.uint16)
    for _ in range(8):
        carries = (registers & np.uint16(1)).astype(bool)
        registers >>= np.uint16(1)
        registers[carries] ^= _POLYNOMIAL
    return registers
