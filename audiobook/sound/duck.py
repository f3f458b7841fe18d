"""The bed goes down before the voice comes and up after it has left.

Where speech lies is known beforehand, so no detector follows it: the gain is a function of the
intervals of speech near by, the same on whichever window it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.control import drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CONTROL_SAMPLES", "Ducking", "duck_gain", "duck_share_at"]

CONTROL_SAMPLES = 64
"""The gain is worked out this often and goes in a straight line between: a divisor of every MP3
frame, so that all windows use the same points."""


@dataclass(frozen=True, slots=True)
class Ducking:
    """How a bed makes way for a voice."""

    depth_db: float = -15.0
    """Its gain while somebody speaks, in dB."""
    lead_ms: int = 150
    """It is down this long before the first sound of speech."""
    attack_ms: int = 250
    """It takes this long to go down."""
    hold_ms: int = 400
    """It stays down this long after the last sound of speech."""
    release_ms: int = 800
    """It takes this long to come up."""

    @property
    def reach_ms(self) -> int:
        """Speech further away than this makes no difference."""
        return self.lead_ms + self.attack_ms + self.hold_ms + self.release_ms


def duck_gain(
    speech: Sequence[tuple[int, int]], ducking: Ducking, sample_rate: int, start: int, stop: int
) -> NDArray[np.float32]:
    """The gain of a bed over a window, as factors, shape (stop - start,).

    Args:
        speech: intervals of speech as (start, stop) in samples, ascending and apart; all that lie
            within `ducking.reach_ms` of the window.
        ducking: how it is to move.
        sample_rate: samples per second.
        start: the window's first sample, on the same count as `speech`; a multiple of 64.
        stop: the sample after its last.
    """
    control = np.arange(start, stop + 2 * CONTROL_SAMPLES, CONTROL_SAMPLES)
    share = duck_share_at(speech, ducking, sample_rate, control)
    gain = np.power(10.0, ducking.depth_db / 20 * share)
    return drawn(gain, CONTROL_SAMPLES, stop - start)


def duck_share_at(
    speech: Sequence[tuple[int, int]],
    ducking: Ducking,
    sample_rate: int,
    at: NDArray[np.integer],
) -> NDArray[np.float64]:
    """How much of its depth a bed is down at some samples, ascending: 0 to 1; see `duck_gain`."""
    points, down = _breakpoints(speech, ducking, sample_rate)
    share = np.interp(at, points, down) if points else np.zeros(len(at))
    return np.asarray(share * share * (3 - 2 * share))


def _breakpoints(
    speech: Sequence[tuple[int, int]], ducking: Ducking, sample_rate: int
) -> tuple[list[int], list[float]]:
    """Samples, and how far down the bed is there (0 up, 1 down); it stays down over short gaps."""
    # Whole samples, so that the gain is the same to the last bit wherever a window begins.
    lead, attack, hold, release = (
        round(ms * sample_rate / 1000)
        for ms in (ducking.lead_ms, ducking.attack_ms, ducking.hold_ms, ducking.release_ms)
    )
    merged: list[list[int]] = []
    for first, last in speech:
        down, up = first - lead, last + hold
        if merged and down - merged[-1][1] < attack + release:
            merged[-1][1] = up
        else:
            merged.append([down, up])
    at = [x for down, up in merged for x in (down - attack, down, up, up + release)]
    return at, [0.0, 1.0, 1.0, 0.0] * len(merged)
