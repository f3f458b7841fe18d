"""The two instruments of the built-in music: a plucked long-necked lute and a soft pad.

Both are sums of partials that ring and die away, each with its own frequency, strength and decay
(modal synthesis: Fletcher and Rossing, "The Physics of Musical Instruments", chapters 2 and 9).
A partial with the pole z has at sample j·K + k the value z^(jK) · z^k: so a whole note is one
product of two small matrices, and no sine is computed for each of its samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiobook.sound import Sound

__all__ = ["Lute", "Mono", "note_frequency_hz", "pad", "pluck"]

Mono = NDArray[np.float32]
"""Sound of one channel, shape (n,)."""

_Reals = NDArray[np.float64]

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"b": -1, "#": 1}

_HIGHEST_HZ = 6000.0
_FADED = 6.91
"""ln 1000: what has decayed by this exponent is 60 dB down."""
_STRINGS = ((-0.5, 1.0, 0.0), (0.5, 0.8, 0.003))
"""The two of a course: place in the detuning, strength, and how much later the plectrum comes."""
_PAD_SIDES = ((0.13, 1j), (-0.11, -1j))
"""What tells left and right apart: a beat against the middle in Hz, and a turn of the phase."""
_PAD_SIDE_GAIN = 0.35
_ROW = 512


@dataclass(frozen=True, slots=True)
class Lute:
    """How a lute is built and played."""

    brightness_hz: float = 1500.0
    """Where the spectrum of a pluck begins to fall off faster."""
    attack_ms: float = 4.0
    """Time in which a pluck swells to its full strength."""
    pluck_point: float = 0.23
    """Where a string is plucked, as a part of its length; partials with a node there are mute."""
    detune_cents: float = 1.6
    """How far apart the two strings of a course are."""
    stiffness: float = 6e-5
    """Inharmonicity B of a string: partial k sounds at k·f·√(1 + B·k²)."""
    body: tuple[tuple[float, float, float], ...] = (
        (118.0, 36.0, 0.5),
        (215.0, 60.0, 0.9),
        (410.0, 110.0, 0.6),
        (760.0, 200.0, 0.35),
    )
    """Resonances of bowl and skin: frequency in Hz, width in Hz, gain beyond 1."""
    knock: float = 0.1
    """How loud the plectrum's knock on the body is, against a partial of strength 1."""


def note_frequency_hz(name: str) -> float:
    """The frequency of a note named as in "D3" or "Bb2": equal temperament, A4 at 440 Hz."""
    semitones = _NATURALS[name[0]] + sum(_ACCIDENTALS[sign] for sign in name[1:-1])
    octaves = int(name[-1]) - 4 + (semitones - _NATURALS["A"]) / 12
    return float(440.0 * 2.0**octaves)


def pluck(frequency_hz: float, sample_rate: int, lute: Lute) -> Mono:
    """One pluck of a double course, left to ring until it is 60 dB down.

    All notes are equally strong: their first 400 ms have an RMS of 0.2.
    """
    strings = [
        _string(frequency_hz, course, min(_HIGHEST_HZ, 0.45 * sample_rate), lute)
        for course in _STRINGS
    ]
    knock_hz = np.array([centre_hz for centre_hz, _, _ in lute.body])
    knock = (knock_hz, np.full(len(knock_hz), 45.0), np.full(len(knock_hz), lute.knock + 0j))
    modes_hz, decays, weights = (
        np.concatenate(parts) for parts in zip(*strings, knock, strict=True)
    )
    n_samples = int(_FADED / decays[0] * sample_rate)
    sound = _ring(modes_hz, decays, weights, n_samples, sample_rate)
    n_attack, n_release = max(2, int(lute.attack_ms * 1e-3 * sample_rate)), n_samples // 4
    sound[:n_attack] *= _rise(n_attack)
    sound[-n_release:] *= _rise(n_release)[::-1]
    early = sound[: int(0.4 * sample_rate)]
    return sound * np.float32(0.2 / np.sqrt((early.astype(np.float64) ** 2).mean()))


def _string(
    frequency_hz: float, course: tuple[float, float, float], highest_hz: float, lute: Lute
) -> tuple[_Reals, _Reals, NDArray[np.complex128]]:
    """Frequencies, decays per second and complex strengths of one string's partials."""
    place, strength, delay_s = course
    k = np.arange(1, max(1, int(highest_hz / frequency_hz)) + 1)
    string_hz = frequency_hz * 2.0 ** (place * lute.detune_cents / 1200)
    partials_hz = k * string_hz * np.sqrt(1 + lute.stiffness * k**2)
    weights = strength * np.abs(np.sin(np.pi * k * lute.pluck_point)) / k
    weights = weights * (1 + (partials_hz / lute.brightness_hz) ** 2) ** -0.75
    for centre_hz, width_hz, gain in lute.body:
        weights = weights * (1 + gain / (1 + ((partials_hz - centre_hz) / width_hz) ** 2))
    decays = 1.1 + frequency_hz / 600 + 2.4e-6 * partials_hz**2
    return partials_hz, decays, weights * np.exp(-2j * np.pi * partials_hz * delay_s)


def pad(frequency_hz: float, n_samples: int, n_fade: int, sample_rate: int) -> Sound:
    """A warm held note, stereo, that comes and goes over `n_fade` samples at either end.

    Left and right share a middle and differ by slow beats, so that their sum never cancels. The
    fades are of equal power: notes that follow each other overlap by `n_fade`.
    """
    k = np.arange(1.0, 7.0)
    weights = k**-1.6 / (1 + (k * frequency_hz / 700) ** 2)
    # Phases spread by the golden ratio: the partials of a chord never rise all at once.
    weights = weights * np.exp(2j * np.pi * 0.618 * k * (1 + np.log2(frequency_hz)))
    held = np.zeros(len(k))
    middle = _ring(k * frequency_hz, held, weights, n_samples, sample_rate)
    sound = np.empty((2, n_samples), np.float32)
    for channel, (beat_hz, turn) in enumerate(_PAD_SIDES):
        side_hz = k * frequency_hz + beat_hz * (1 + 0.4 * k)
        side = _ring(side_hz, held, _PAD_SIDE_GAIN * turn * weights, n_samples, sample_rate)
        sound[channel] = middle + side
    fade = np.sin(0.5 * np.pi * np.linspace(0, 1, n_fade)).astype(np.float32)
    sound[:, :n_fade] *= fade
    sound[:, -n_fade:] *= fade[::-1]
    return sound


def _rise(n_samples: int) -> Mono:
    rise: Mono = (0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, n_samples))).astype(np.float32)
    return rise


def _ring(
    modes_hz: _Reals,
    decays: _Reals,
    weights: NDArray[np.complex128],
    n_samples: int,
    sample_rate: int,
) -> Mono:
    """The real part of Σ weight · exp((2πi·mode − decay)·t), with decays per second."""
    poles = (2j * np.pi * modes_hz - decays) / sample_rate
    n_rows = -(-n_samples // _ROW)
    coarse = weights * np.exp(np.outer(np.arange(n_rows) * _ROW, poles))
    fine = np.exp(np.outer(poles, np.arange(_ROW)))
    # In double precision: its rounding is far below float32's, whichever kernel multiplies.
    sound = np.concatenate([coarse.real, -coarse.imag], axis=1) @ np.concatenate(
        [fine.real, fine.imag]
    )
    return np.asarray(sound.reshape(-1)[:n_samples], np.float32)
