"""Sounds laid end to end and over each other, on a window of bounded length: the only pydub.

pydub keeps integers. It is given 32-bit ones with 24 dB of headroom, so that nothing saturates and
nothing is rounded above −160 dBFS; on either side of this module sound is float32.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from audiobook.sound import Sound


@contextmanager
def _as_pydub_wants_it() -> Iterator[None]:
    """It looks for ffmpeg when it is loaded: fails without a PATH, and warns if there is none.

    Nothing here needs that program.
    """
    has_path = "PATH" in os.environ
    os.environ.setdefault("PATH", os.defpath)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if not has_path:
            del os.environ["PATH"]


with _as_pydub_wants_it():
    from pydub import AudioSegment

__all__ = ["stitch_and_overlay"]

_FULL_SCALE = float(1 << 27)


def stitch_and_overlay(parts: Iterable[Sound], layers: Iterable[Sound], sample_rate: int) -> Sound:
    """Lay parts end to end, and layers over the whole of that; each is let go when it is laid.

    Args:
        parts: shape (channels, n_i) each; one at least.
        layers: shape (channels, sum of all n_i) each.
        sample_rate: samples per second; a multiple of 50, so that frames fall on pydub's grid.

    Returns:
        Their mix, shape (channels, sum of all n_i).
    """
    segments = (_wrapped(part, sample_rate) for part in parts)
    mixed = next(segments)
    for segment in segments:
        mixed = mixed.append(segment, crossfade=0)
    n = int(mixed.frame_count())
    # pydub slices by the millisecond: end on a whole one, or it drops what is left over.
    padding = np.zeros((mixed.channels, -n % (sample_rate // 50)), np.float32)
    mixed = mixed.append(_wrapped(padding, sample_rate), crossfade=0)
    for layer in layers:
        mixed = mixed.overlay(_wrapped(layer, sample_rate))
    return _unwrapped(mixed)[:, :n]


def _wrapped(sound: Sound, sample_rate: int) -> AudioSegment:
    scaled = sound.T * np.float32(_FULL_SCALE)
    integers = np.rint(scaled, out=scaled).astype("<i4")
    return AudioSegment(
        data=integers.tobytes(), sample_width=4, frame_rate=sample_rate, channels=sound.shape[0]
    )


def _unwrapped(segment: AudioSegment) -> Sound:
    integers = np.frombuffer(segment.raw_data, "<i4").reshape(-1, segment.channels)
    sound = integers.T.astype(np.float32, order="C")
    sound /= np.float32(_FULL_SCALE)
    return sound
