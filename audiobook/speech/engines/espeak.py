"""espeak-ng, embedded: small, fast, in over a hundred languages, the same bytes every time."""

from __future__ import annotations

import functools
import hashlib
import math
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import cast

import numpy as np

from audiobook.errors import MissingError, SpeechError
from audiobook.model import Clip, Utterance, Voice, Word
from audiobook.speech.engine import Limits, VoiceInfo, excerpt
from audiobook.speech.engines._espeak_child import pack_request, unpack_answer
from audiobook.speech.engines._espeak_pool import REINSTALL, Pool, ProcessDiedError
from audiobook.speech.engines._espeak_voices import Voices, read_voices

__all__ = ["Espeak"]

_PACKAGE = "espeakng-loader"
_REQUEST_FORMAT = 1  # raised when the same request is made to sound otherwise
_MOST_CHARACTERS = 2_000
_TIMEOUT_S = 60.0

_USUAL_WPM, _LEAST_WPM, _MOST_WPM = 165, 80, 450
_USUAL_PITCH, _MOST_PITCH = 50, 100


class Espeak:
    """Speaks through the library espeak-ng, in processes of its own.

    Voices are named as espeak-ng names them: "en-us", "en-gb", "de", "kk"; with a variant:
    "en-us+f3".

    Args:
        timeout_s: seconds after which an utterance is given up.
        fork: whether utterances are forks of one process; else each is a new one, with the same
            samples, at some three times the cost.
    """

    name = "espeak"
    needs_network = False
    limits = Limits(_MOST_CHARACTERS, at_once=os.cpu_count() or 1)

    def __init__(self, *, timeout_s: float = _TIMEOUT_S, fork: bool = hasattr(os, "fork")) -> None:
        self._timeout_s = timeout_s
        self._pool = Pool(self._child_arguments, self.limits.at_once, reuse=fork)

    @functools.cached_property
    def version(self) -> str:
        """The package's version and a digest of the library and its data."""
        identity = hashlib.blake2b(digest_size=8)
        files = (path for path in sorted(self._data_folder.rglob("*")) if path.is_file())
        for path in (self._library, *files):
            identity.update(path.name.encode() + b"\0" + path.read_bytes())
        return f"{metadata.version(_PACKAGE)}-{identity.hexdigest()}-{_REQUEST_FORMAT}"

    @property
    def variants(self) -> tuple[str, ...]:
        """The names that may follow a "+" in any voice's name."""
        return self._voices.variants

    def voices(self) -> tuple[VoiceInfo, ...]:
        """A voice for each language and dialect; each may be changed by any of `variants`."""
        return self._voices.infos

    def ensemble(self, voice: str) -> tuple[VoiceInfo, ...]:
        """The variants of a voice that differ enough for one cast; see `HasEnsemble`."""
        return self._voices.ensemble(voice)

    def default_voice(self, language: str) -> str:
        """The voice for a language or its dialect; American for "en"."""
        return self._voices.for_language(language)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a voice, a variant or a language that is not there (UnknownNameError)."""
        self._voices.identifier(voice.name)
        self._voices.for_language(voice.language)

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
        request = pack_request(
            text,
            self._voices.identifier(voice.name),
            rate_wpm=_rate_wpm(voice.rate),
            pitch=_pitch(voice.pitch),
            timeout_s=self._timeout_s,
        )
        sample_rate, events, pcm = unpack_answer(self._answer(request, text))
        samples = np.frombuffer(pcm, "<i2").astype(np.int16, copy=False)
        if not samples.any():
            raise SpeechError(f"espeak-ng says nothing for {excerpt(text)}")
        onsets = (
            (at, 1000 * sample / sample_rate) for at, sample in events if sample < len(samples)
        )
        return Clip(sample_rate, samples, tuple(_words(text, onsets)))

    def close(self) -> None:
        """End its processes."""
        self._pool.close()

    def _answer(self, request: bytes, text: str) -> bytes:
        try:
            return self._pool.ask(request)
        except ProcessDiedError:  # once may be an accident
            try:
                return self._pool.ask(request)
            except ProcessDiedError as error:
                raise SpeechError(f"espeak-ng fails at {excerpt(text)}: {error}") from error

    def _child_arguments(self) -> tuple[str, str]:
        return str(self._library), str(self._data_folder)

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


def _words(text: str, onsets: Iterable[tuple[int, float]]) -> Iterator[Word]:
    """The text's words from espeak-ng's events, as pairs of character position and onset in ms.

    An event may point into the middle of a word, past it, or back: numbers and abbreviations are
    spoken as several words, quotes move the position. So a word begins with the first event that
    falls on it or behind it, and events that go back are left out.
    """
    spans = [found.span() for found in re.finditer(r"\S+", text)]
    starts = [start for start, _ in spans]
    last_word, last_ms = -1, 0.0
    for at, onset_ms in onsets:
        word = bisect_right(starts, at) - 1
        if word > last_word and onset_ms >= last_ms:
            last_word, last_ms = word, onset_ms
            yield Word(*spans[word], onset_ms)
