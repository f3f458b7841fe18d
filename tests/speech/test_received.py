"""What programs and servers send: sound is decoded, and all else is told for what it is."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from fakes.google import Answer, Google
from numpy.typing import NDArray

from audiobook.speech.engines._gtts_request import speak_once
from audiobook.speech.engines._received import NotSpeechError, decoded
from audiobook.speech.retrying import Failure


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


def test_a_damaged_header_is_no_speech() -> None:
    file = io.BytesIO()
    soundfile.write(file, np.full(4000, 0.1), 8_000, format="WAV", subtype="GSM610")
    damaged = bytearray(file.getvalue())
    damaged[50] = 127
    with pytest.raises(NotSpeechError):
        decoded(bytes(damaged))


@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "AIFF", "FLAC", "OGG", "MP3"])
def test_a_file_that_ends_early_is_no_speech(kind: str) -> None:
    file = io.BytesIO()
    soundfile.write(file, 0.3 * np.sin(np.arange(16_000) / 9), 16_000, format=kind)
    whole = file.getvalue()

    assert decoded(whole).duration_s == pytest.approx(1, abs=0.1)
    for part in (whole[: len(whole) // 2], whole[: len(whole) * 9 // 10]):
        with pytest.raises(NotSpeechError):
            decoded(part)


def test_a_sound_at_no_sensible_rate_is_told_to_be() -> None:
    header = wav(np.zeros(0))
    with pytest.raises(NotSpeechError, match="sound at 1 Hz"):
        decoded(header.replace(b"\x80\x3e\x00\x00", b"\x01\x00\x00\x00", 1))


def test_an_answer_without_an_end_is_not_read_to_its_end(google: Google) -> None:
    n_sent = 0

    def megabytes() -> Iterator[bytes]:
        nonlocal n_sent
        while n_sent < 100:
            n_sent += 1
            yield b"x" * (1 << 20)

    google.answer = lambda *_: Answer(200, headers={"Content-Length": str(10**9)}, drip=megabytes())
    outcome = speak_once("One.", language="en", domain="com", slow=False, timeout_s=(9.0, 9.0))

    assert isinstance(outcome, Failure)
    assert "more than 1,048,576 bytes" in outcome.error.what
    assert google.hung_up.acquire(timeout=9.0)
    assert n_sent < 50
