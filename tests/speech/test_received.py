"""What programs and servers send: sound is decoded, and all else is told for what it is."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from audiobook.speech.engines._received import NotSpeechError, decoded


def wav(sound: NDArray[np.float64], subtype: str = "FLOAT") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, 16_000, format="WAV", subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_no_speech(value: float, channels: int) -> None:
    sound = np.full((100, channels), 0.1)
    sound[50, 0] = value
    with pytest.raises(NotSpeechError, match="samples that are no numbers"):
        decoded(wav(sound))


@pytest.mark.parametrize("value", [0.0, 1e-6])
def test_what_is_too_soft_for_16_bits_is_silence(value: float) -> None:
    with pytest.raises(NotSpeechError, match="without sound"):
        decoded(wav(np.full(100, value)))


def test_channels_are_mixed_and_what_is_too_loud_is_clipped() -> None:
    left, right = np.array([0.5, 0.25, 3e38, -3e38]), np.array([0.0, -0.5, 3e38, -1.0])
    clip = decoded(wav(np.stack([left, right], 1)))

    assert (clip.sample_rate, clip.samples.dtype) == (16_000, np.int16)
    assert clip.samples.tolist() == [8_192, -4_096, 32_767, -32_768]
