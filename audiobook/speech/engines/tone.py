"""A tone for speech: an engine for tests, ours and others', instant and without network."""

from __future__ import annotations

import numpy as np

from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.speech.engine import Engine, Limits, VoiceInfo, check_speakable
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Clip, Utterance, Voice, Word

__all__ = ["Tone"]

_SAMPLE_RATE = 22_050
_CHARACTER_MS = 60
_PEAK = 8_000
_PITCHES_HZ = {"alto": 220.0, "bass": 98.0, "soprano": 392.0, "tenor": 147.0}


class Tone(Engine):
    """Speaks every text as a sine: 60 ms a character, its pitch telling the voice.

    Its word timings are exact: the n-th character sounds n × 60 ms after the start, at rate 1.
    """

    name = "tone"
    version = "1"
    limits = Limits(characters=500, at_once=4)
    needs_network = False

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Four voices, each for every language."""
        return tuple(
            VoiceInfo(name, EVERY_LANGUAGE, note=f"{hz:g} Hz") for name, hz in _PITCHES_HZ.items()
        )

    def check_ready(self) -> None:
        """It always is."""

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Sound a tone as long as the text.

        Raises:
            SpeechError: nothing in the text can be spoken.
        """
        self.check_voice(voice)
        text = utterance.text
        check_speakable(text)
        character_ms = _CHARACTER_MS / voice.rate
        n_samples = round(len(text) * character_ms * _SAMPLE_RATE / 1000)
        cycles = np.arange(n_samples) * (_PITCHES_HZ[voice.name] * voice.pitch / _SAMPLE_RATE)
        samples = np.round(_PEAK * np.sin(2 * np.pi * cycles)).astype(np.int16)
        words = tuple(Word(start, end, start * character_ms) for start, end in word_spans(text))
        return Clip(_SAMPLE_RATE, samples, words)

    def close(self) -> None:
        """Nothing to end."""
