"""espeak-ng, embedded: small, fast, in over a hundred languages, the same bytes every time."""

from __future__ import annotations

import functools
import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np

from audiobook.errors import MissingError, SpeechError
from audiobook.speech.engine import Limits, VoiceInfo, excerpt, nothing_said
from audiobook.speech.engines._espeak_child import (
    pack_speech,
    pack_transcription,
    unpack_speech,
    unpack_transcription,
)
from audiobook.speech.engines._espeak_phonemes import Alphabet, alphabet, frames, read_mnemonics
from audiobook.speech.engines._espeak_pool import REINSTALL, Pool, ProcessDiedError
from audiobook.speech.engines._espeak_ssml import marked_up
from audiobook.speech.engines._espeak_text import Spelling, rest_of_word, timed_words, write
from audiobook.speech.engines._espeak_voices import Voices, read_voices
from audiobook.speech.engines._phonemes import unknown_sound
from audiobook.utterance import Clip, Pronunciation, Utterance, Voice

__all__ = ["Espeak"]

_PACKAGE = "espeakng-loader"
_REQUEST_FORMAT = 2  # raised when the same request is made to sound otherwise
_MOST_CHARACTERS = 2_000
_TIMEOUT_S = 10.0
_TIMEOUT_PER_CHARACTER_S = 0.01  # a hundred times what it takes on a slow machine

_HEARD_IN_ALL = ("intonations", "phondata", "phonindex", "phontab")

_USUAL_WPM, _LEAST_WPM, _MOST_WPM = 165, 80, 450
_USUAL_PITCH, _MOST_PITCH = 50, 100


class Espeak:
    """Speaks through the library espeak-ng, in processes of its own.

    Voices are named as espeak-ng names them: "en-us", "en-gb", "de", "kk"; with a variant:
    "en-us+f3", or "+f3" for the usual voice of the language, whichever it is.

    Args:
        timeout_s: seconds after which an utterance is given up, besides 10 ms a character.
        fork: whether utterances are forks of one process; else each is a new one, with the same
            samples, at some three times the cost.
    """

    name = "espeak"
    needs_network = False
    limits = Limits(
        _MOST_CHARACTERS, at_once=os.cpu_count() or 1, takes_ipa=True, takes_delivery=True
    )

    def __init__(self, *, timeout_s: float = _TIMEOUT_S, fork: bool = hasattr(os, "fork")) -> None:
        self._timeout_s = timeout_s
        self._pool = Pool(self._child_arguments, self.limits.at_once, reuse=fork)
        self._alphabets: dict[str, Alphabet] = {}

    @functools.cached_property
    def version(self) -> str:
        """The package's version, and a digest of what it has installed.

        Of the library and what the phonemes sound like, every byte counts. Of the rest, which is
        19 MB, names and sizes do: reading it would cost more than some builds.
        """
        identity = hashlib.blake2b(digest_size=8)
        for folder, folders, names in os.walk(self._data_folder):  # far quicker than rglob
            folders.sort()
            for name in sorted(names):
                n_bytes = os.stat(f"{folder}/{name}").st_size  # noqa: PTH116 - likewise
                identity.update(f"{name}\0{n_bytes}\0".encode())
        for path in (self._library, *(self._data_folder / name for name in _HEARD_IN_ALL)):
            identity.update(path.read_bytes())
        return f"{metadata.version(_PACKAGE)}-{identity.hexdigest()}-{_REQUEST_FORMAT}"

    def voices(self) -> tuple[VoiceInfo, ...]:
        """A voice for each language and dialect, then the variants, which change any of them."""
        return (*self._voices.infos, *self._voices.variants)

    def ensemble(self, voice: str) -> tuple[VoiceInfo, ...]:
        """The variants of a voice that differ enough for one cast; see `HasEnsemble`."""
        return self._voices.ensemble(voice)

    def default_voice(self, language: str) -> str:
        """The voice for a language or its dialect; American for "en"."""
        return self._voices.for_language(language)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a voice, a variant or a language that is not there (UnknownNameError)."""
        self._voices.identifier(voice.name, voice.language)
        if not voice.name.startswith("+"):
            self._voices.for_language(voice.language)

    def place(self) -> str:
        """The library's file; see `HasPlace`."""
        return str(self._library)

    def check_ready(self) -> None:
        """See that the library loads (MissingError)."""
        try:
            self._pool.start()
        except ProcessDiedError as error:
            raise MissingError(f"espeak-ng cannot be used: {error}") from error

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak; markup of espeak-ng's in the text means nothing.

        Raises:
            SpeechError: nothing in the text can be spoken, or the library failed twice.
            MissingError: the library cannot be used.
            UnknownNameError: there is no such voice.
        """
        text = utterance.text
        identifier = self._voices.identifier(voice.name, voice.language)
        spellings, unknown = self._spellings(utterance, identifier)
        written = write(text, spellings)
        if utterance.deliveries:
            written = marked_up(written, text, utterance.deliveries, spellings)
        request = pack_speech(
            written.text,
            identifier,
            rate_wpm=_rate_wpm(voice.rate),
            pitch=_pitch(voice.pitch),
            takes_phonemes=bool(spellings),
            takes_ssml=bool(utterance.deliveries),
        )
        sample_rate, events, pcm = unpack_speech(self._answer(request, text))
        samples = np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)
        if not samples.any():
            raise nothing_said("espeak-ng", text)
        onsets = (
            (written.places[min(at, len(written.places) - 1)], 1000 * sample / sample_rate)
            for at, sample in events
            if sample < len(samples)
        )
        words, confidence = timed_words(text, onsets, 1000 * len(samples) / sample_rate)
        warnings = tuple(unknown_sound(sound, text, voice.name) for sound in unknown)
        return Clip(sample_rate, samples, words, words_confidence=confidence, warnings=warnings)

    def close(self) -> None:
        """End its processes."""
        self._pool.close()

    def _spellings(
        self, utterance: Utterance, identifier: str
    ) -> tuple[list[Spelling], list[Pronunciation]]:
        """An utterance's sounds as espeak-ng writes them, and those that it cannot write."""
        if not utterance.sounds:
            return [], []
        spell = self._alphabet(identifier).spell
        phonemes = [spell(sound.ipa) for sound in utterance.sounds]
        unknown = [s for s, p in zip(utterance.sounds, phonemes, strict=True) if p is None]
        known = [(s, p) for s, p in zip(utterance.sounds, phonemes, strict=True) if p]
        rests = self._rests([sound for sound, _ in known], utterance.text, identifier)
        return [
            Spelling(sound.start, sound.stop + length, spelled + rest)
            for (sound, spelled), (length, rest) in zip(known, rests, strict=True)
        ], unknown

    def _rests(
        self, sounds: Sequence[Pronunciation], text: str, identifier: str
    ) -> Iterator[tuple[int, str]]:
        """How words go on after their known sounds: characters, and phonemes to put there.

        What "'s" adds to a name is what it adds where espeak-ng reads both by itself.
        """
        rests = [rest_of_word(text, sound) for sound in sounds]
        stretches = [text[sound.start : sound.stop] for sound in sounds]
        pairs = [(s, s + rest) for s, rest in zip(stretches, rests, strict=True) if rest]
        read = self._transcribed([t for pair in pairs for t in pair], identifier, ipa=False)
        alone, whole = iter(read[::2]), iter(read[1::2])
        for rest in rests:
            short, long = (next(alone), next(whole)) if rest else ("", "")
            joins = len(long) > len(short) and long.startswith(short)
            yield (len(rest), f"|{long.removeprefix(short)}") if joins else (0, "")

    def _alphabet(self, identifier: str) -> Alphabet:
        language = identifier.partition("+")[0]
        if language not in self._alphabets:
            read = self._transcribed(frames(self._mnemonics), language, ipa=True)
            self._alphabets[language] = alphabet(self._mnemonics, read)
        return self._alphabets[language]

    def _transcribed(self, texts: Sequence[str], identifier: str, *, ipa: bool) -> list[str]:
        """The phonemes of texts."""
        if not texts:
            return []
        request = pack_transcription(texts, identifier, ipa=ipa)
        return unpack_transcription(self._answer(request, texts[0]))

    def _answer(self, request: bytes, text: str) -> bytes:
        timeout_s = self._timeout_s + _TIMEOUT_PER_CHARACTER_S * len(request)
        try:
            return self._pool.ask(request, timeout_s)
        except ProcessDiedError:  # once may be an accident
            try:
                return self._pool.ask(request, timeout_s)
            except ProcessDiedError as error:
                raise SpeechError(f"espeak-ng fails at {excerpt(text)}: {error}") from error

    def _child_arguments(self) -> tuple[str, str]:
        return str(self._library), str(self._data_folder)

    @functools.cached_property
    def _mnemonics(self) -> tuple[str, ...]:
        return read_mnemonics(self._data_folder)

    @functools.cached_property
    def _voices(self) -> Voices:
        return read_voices(self._data_folder)

    @functools.cached_property
    def _library(self) -> Path:
        return Path(_loaded().get_library_path())

    @functools.cached_property
    def _data_folder(self) -> Path:
        try:
            return Path(_loaded().get_data_path())
        except RuntimeError as error:
            raise MissingError(f"espeak-ng has no data: {error}", hint=REINSTALL) from error


def _loaded() -> ModuleType:
    """The package that brings the library and its data."""
    try:
        import espeakng_loader  # noqa: PLC0415 - found missing only by those who use it
    except ImportError as error:
        raise MissingError(f"espeak-ng is not installed: {error}", hint=REINSTALL) from error
    return cast(ModuleType, espeakng_loader)


def _rate_wpm(rate: float) -> int:
    return min(max(round(_USUAL_WPM * rate), _LEAST_WPM), _MOST_WPM)


def _pitch(pitch: float) -> int:
    """From 0, about an octave below the voice's own, to 100, about an octave above."""
    octaves = math.log2(pitch) if pitch > 0 else -1.0
    return min(max(round(_USUAL_PITCH * (1 + octaves)), 0), _MOST_PITCH)
