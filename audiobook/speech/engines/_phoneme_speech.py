"""From an utterance to a clip, for engines that are spoken to in phonemes."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiobook.errors import AudiobookError, SpeechError
from audiobook.plugins import said
from audiobook.speech.engine import excerpt, nothing_said
from audiobook.speech.engines._phonemes import Reading, read, speakable, timed_words, unknown_sound
from audiobook.utterance import Clip, Utterance, Word

__all__ = ["MOST_CHARACTERS", "Spoken", "Tongue", "say"]

MOST_CHARACTERS = 500
"""Longest text that is taken: half a minute of speech, and a model's memory grows with it."""

_PEAK = 32_767


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model has made of phonemes."""

    sample_rate: int
    """Samples per second."""
    sound: NDArray[np.float32]
    """Mono, shape (n,), full scale ±1."""
    starts: Sequence[float] | None
    """The sample at which each phoneme begins, in order; None where the model does not tell."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A model's way to speak with one voice."""

    voice: str
    """The voice's name, for messages."""
    phonemise: Callable[[str], Sequence[str]]
    """Gives the phonemes of a text."""
    known: Container[str]
    """The phonemes it can speak."""
    speak: Callable[[Sequence[str]], Spoken]
    """Speaks phonemes, all of them known, with `BREAK` between sentences."""


def say(utterance: Utterance, tongue: Tongue) -> Clip:
    """Speak an utterance.

    Raises:
        SpeechError: nothing in the text can be spoken, it is too long, or a library fails at it.
    """
    text = speakable(utterance.text)
    if len(text) > MOST_CHARACTERS:
        raise SpeechError(f"{excerpt(text)} is longer than {MOST_CHARACTERS} characters")
    try:
        reading = read(Utterance(text, utterance.sounds), tongue.phonemise, tongue.known)
        spoken = tongue.speak([phoneme.sign for phoneme in reading.phonemes])
    except AudiobookError:
        raise
    except Exception as error:  # whatever the libraries raise
        raise SpeechError(f"{tongue.voice} fails at {excerpt(text)}: {said(error)}") from error
    samples = np.round(_PEAK * np.clip(spoken.sound, -1, 1)).astype(np.int16)
    if not samples.any():
        raise nothing_said(tongue.voice, text)
    return Clip(
        spoken.sample_rate,
        samples,
        _words(text, reading, spoken),
        words_confidence=reading.confidence,
        warnings=tuple(unknown_sound(sound, text, tongue.voice) for sound in reading.unknown),
    )


def _words(text: str, reading: Reading, spoken: Spoken) -> tuple[Word, ...]:
    if spoken.starts is None:
        return ()
    last = len(spoken.sound) - 1
    onsets_ms = [1000 * min(start, last) / spoken.sample_rate for start in spoken.starts]
    duration_ms = 1000 * len(spoken.sound) / spoken.sample_rate
    return timed_words(text, reading.phonemes, onsets_ms, duration_ms)
