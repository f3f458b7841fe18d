"""The narration preset: makes a synthetic voice easier to listen to for an hour.

    equaliser ─▶ de-esser ─▶ compressor

A pure function of the clip, whatever its level. All gains are measured against the level of the
voice itself, come and go within hundredths of a second, and look ahead as far as they look back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from audiobook.sound.control import drawn, hann_mean, in_ticks, tick_samples
from audiobook.sound.filtering import Response, bins_hz, filtered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audiobook.sound import Sound

__all__ = ["narrated"]

_REACH_S = 0.02
"""How far the equaliser reaches in time, either way."""
_BELLS = ((220.0, 1.5, 0.7), (3200.0, -3.0, 0.8))
"""Frequency in Hz, gain in dB, and the octaves after which little of it is left. Against the
average spectrum of speech (Byrne and others, 1994) synthetic voices are thin at 160 to 250 Hz and
by 3 to 8 dB too strong at 2 to 5 kHz."""
_SHELF = (7000.0, -1.5)
"""Where the top begins, in Hz, and its gain in dB."""

_SIBILANT_HZ = (5000.0, 9000.0)
_SIBILANT_SHARE_DB = (-8.0, -3.0)
"""With this much of its energy in that band a sound is just, and surely, a sibilant."""
_SIBILANT_LEVEL_DB = -23.0
"""Sibilants up to this, against the voice, are left alone."""
_SIBILANT_SLOPE = 0.6
_SIBILANT_MOST_DB = 6.0
_SIBILANT_TICKS = 8
_SIBILANT_SMOOTHING_TICKS = 10

_THRESHOLD_DB = -5.0
"""Against the level of the voice."""
_KNEE_DB = 8.0
_RATIO = 2.0
_LEVEL_TICKS = 20
_SMOOTHING_TICKS = 25

_GATE = 0.1
_LEAST_ENERGY = 1e-20


def narrated(speech: Sound, sample_rate: int) -> Sound:
    """Speech through the preset, shape (1, n) as before.

    Args:
        speech: shape (1, n), at any level.
        sample_rate: samples per second.
    """
    reach, tick = int(_REACH_S * sample_rate), tick_samples(sample_rate)
    voice, band = filtered(speech, _responses(sample_rate), reach, reach, hold=True)
    energies = _energies(voice, tick)
    voice_level = _voice_level(energies)
    if not voice_level:
        return voice
    sibilants_db = _sibilant_gains_db(energies, _energies(band, tick), voice_level)
    n_samples = speech.shape[1]
    if sibilants_db.any():
        voice += band * (drawn(_factors(sibilants_db), tick, n_samples) - 1)
        energies = _energies(voice, tick)
    voice *= drawn(_factors(_compressor_gains_db(energies, voice_level)), tick, n_samples)
    return voice


@lru_cache(maxsize=16)
def _responses(sample_rate: int) -> tuple[Response, Response]:
    """The equaliser, and the equaliser with what lies in the sibilants' band alone."""
    octaves = np.log2(np.maximum(bins_hz(sample_rate), 1.0))
    gains_db = np.zeros_like(octaves)
    for hz, gain_db, width in _BELLS:
        gains_db += gain_db * np.exp(-(((octaves - np.log2(hz)) / width) ** 2))
    shelf_hz, shelf_db = _SHELF
    gains_db += shelf_db * _risen(octaves - np.log2(shelf_hz), -0.5, 0.5)
    low, high = np.log2(_SIBILANT_HZ)
    band = _risen(octaves, low - 0.15, low + 0.15) * _risen(-octaves, -high - 0.15, 0.15 - high)
    equaliser = 10 ** (gains_db / 20)
    return np.asarray(equaliser, np.float32), np.asarray(equaliser * band, np.float32)


def _sibilant_gains_db(
    energies: NDArray[np.float64], band_energies: NDArray[np.float64], voice_level: float
) -> NDArray[np.float64]:
    """The de-esser: gains of the sibilants' band in dB, at the edges of ticks."""
    whole = _around_edges(energies, _SIBILANT_TICKS)
    band = _around_edges(band_energies, _SIBILANT_TICKS)
    likeness = _risen(_db(band) - _db(whole), *_SIBILANT_SHARE_DB)
    over_db = _db(band / voice_level) - _SIBILANT_LEVEL_DB
    gains_db = -likeness * np.clip(_SIBILANT_SLOPE * over_db, 0, _SIBILANT_MOST_DB)
    return _smoothed(gains_db, _SIBILANT_SMOOTHING_TICKS)


def _compressor_gains_db(energies: NDArray[np.float64], voice_level: float) -> NDArray[np.float64]:
    """The compressor: gains in dB, at the edges of ticks."""
    level_db = _db(_around_edges(energies, _LEVEL_TICKS) / voice_level)
    over_db = level_db - _THRESHOLD_DB
    bent_db = np.clip(over_db + _KNEE_DB / 2, 0, _KNEE_DB) ** 2 / (2 * _KNEE_DB)
    bent_db += np.maximum(over_db - _KNEE_DB / 2, 0)
    return _smoothed((1 / _RATIO - 1) * bent_db, _SMOOTHING_TICKS)


def _energies(sound: Sound, tick: int) -> NDArray[np.float64]:
    """The energy of each tick."""
    ticks = in_ticks(sound[0], tick)
    return np.asarray(np.einsum("ij,ij->i", ticks, ticks), np.float64)


def _voice_level(energies: NDArray[np.float64]) -> float:
    """The mean energy of a tick while there is speech; 0 for silence."""
    loud = energies[energies > _GATE * energies.mean()]
    return float(loud.mean()) if len(loud) else 0.0


def _around_edges(energies: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The mean energy of so many ticks before and after each edge."""
    return hann_mean(np.pad(energies, reach), 2 * reach)


def _smoothed(gains_db: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Gains at edges, each the mean of those so many edges before and after it."""
    return hann_mean(np.pad(gains_db, reach, mode="edge"), 2 * reach + 1)


def _risen(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """0 up to `low`, 1 from `high`, and a smooth step between."""
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _db(energies: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(energies, _LEAST_ENERGY)))


def _factors(gains_db: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 ** (gains_db / 20))
