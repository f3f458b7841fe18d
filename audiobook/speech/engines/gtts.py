"""Google Translate's speech, through the library gTTS: many languages, free, by network only.

The service is not made for programs and says so with status 429. So there is one request at a time,
each is tried again with growing pauses, and the caller keeps every clip as it is made.
"""

from __future__ import annotations

import contextlib
import functools
import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from importlib import metadata
from typing import TYPE_CHECKING, Any, cast

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.model import Clip, Utterance, Voice
from audiobook.speech.engine import Limits, VoiceInfo

if TYPE_CHECKING:
    from audiobook.speech.engines._gtts_request import Failure

__all__ = ["GoogleTranslate"]

_TIMEOUT_S = (10.0, 30.0)  # to connect, to wait for the next bytes
_QUICK_TIMEOUT_S = (3.0, 5.0)
_SLOW_BELOW = 0.8

_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 60.0
_LONGEST_RETRY_AFTER_S = 120.0

_USUAL_DOMAIN = "com"
_ACCENTS = {
    # Google's domains that speak with an accent of their own, by language and region: the table
    # "Localized accents" of gTTS's documentation.
    "en": {
        "AU": "com.au",
        "CA": "ca",
        "GB": "co.uk",
        "IE": "ie",
        "IN": "co.in",
        "US": "com",
        "ZA": "co.za",
    },
    "es": {"ES": "es", "MX": "com.mx", "US": "com"},
    "fr": {"CA": "ca", "FR": "fr"},
    "my": {"MM": "my"},
    "pt": {"BR": "com.br", "PT": "pt"},
}
_GOOGLE_TAGS = {
    # BCP 47 tag in lower case: what Google still calls it.
    "fil": "tl",
    "he": "iw",
    "jv": "jw",
    "nb": "no",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hk": "zh-TW",
}


class GoogleTranslate:
    """Speaks through Google Translate. A voice is a domain of Google's, and so an accent.

    Args:
        sleep: waits so many seconds; None: until `close`, at the most.
        uniform: a random number between two others, for the jitter of the pauses.
    """

    name = "gtts"
    needs_network = True
    limits = Limits(characters=100, at_once=1)

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._closed: Future[None] = Future()
        self._sleep = sleep or self._wait_for_close
        self._uniform = uniform

    @functools.cached_property
    def version(self) -> str:
        """gTTS's; Google does not tell its own."""
        return metadata.version("gTTS")

    def voices(self) -> tuple[VoiceInfo, ...]:
        """For each language the usual domain, then those with an accent."""
        found = []
        for language, title in sorted(_languages().items()):
            found.append(VoiceInfo(_USUAL_DOMAIN, language, note=title))
            for region, domain in _ACCENTS.get(language, {}).items():
                if domain != _USUAL_DOMAIN:
                    found.append(VoiceInfo(domain, f"{language}-{region}", note=title))
        return tuple(found)

    def default_voice(self, language: str) -> str:
        """The domain of the tag's region, where it has an accent, else "com"."""
        _google_language(language)
        primary, _, region = language.partition("-")
        return _ACCENTS.get(primary.lower(), {}).get(region.upper(), _USUAL_DOMAIN)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a language Google does not speak, and a domain it has no accent for."""
        _google_language(voice.language)
        primary = voice.language.partition("-")[0].lower()
        domains = {_USUAL_DOMAIN, *_ACCENTS.get(primary, {}).values()}
        if voice.name not in domains:
            raise UnknownNameError("voice", voice.name, sorted(domains))

    def check_ready(self) -> None:
        """Have one word spoken, with short time-outs.

        Only a real request tells whether speech can be had: the site answers others even when it
        refuses these.
        """
        word = Voice(self.name, _USUAL_DOMAIN, "en")
        outcome = self._try("Yes.", word, _QUICK_TIMEOUT_S)
        if not isinstance(outcome, Clip):
            raise MissingError(outcome.error.what, hint=outcome.error.hint) from outcome.error

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak, trying again while it may help; no word timings.

        Raises:
            SpeechError: nothing in the text can be spoken, Google refuses, or what it sends is
                not speech.
            MissingError: it cannot be reached, or is not who it says it is.
            UnknownNameError: Google does not speak the language.
        """
        tried = 0
        while True:
            outcome = self._try(utterance.text, voice, _TIMEOUT_S)
            tried += 1
            if isinstance(outcome, Clip):
                return outcome
            if tried >= outcome.tries or self._closed.done():
                raise outcome.error
            self._sleep(self._pause_s(tried, outcome.retry_after_s))

    def close(self) -> None:
        """End waiting, for answers too; no further try is made."""
        with contextlib.suppress(InvalidStateError):  # it was closed before
            self._closed.set_result(None)

    def _wait_for_close(self, seconds: float) -> None:
        wait([self._closed], timeout=seconds)

    def _pause_s(self, tried: int, retry_after_s: float | None) -> float:
        """Exponential backoff with full jitter, unless the server says how long."""
        if retry_after_s is not None:
            return min(retry_after_s, _LONGEST_RETRY_AFTER_S)
        return self._uniform(0.0, min(_FIRST_PAUSE_S * 2 ** (tried - 1), _LONGEST_PAUSE_S))

    def _try(self, text: str, voice: Voice, timeout_s: tuple[float, float]) -> Clip | Failure:
        """Ask once, in a thread that nobody need wait for: its answer may take half a minute."""
        from audiobook.speech.engines._gtts_request import Failure, speak_once  # noqa: PLC0415 - slow to load

        language = _google_language(voice.language)
        slow = voice.rate < _SLOW_BELOW
        outcome: Future[Clip | Failure] = Future()

        def ask() -> None:
            try:
                outcome.set_result(
                    speak_once(
                        text, language=language, domain=voice.name, slow=slow, timeout_s=timeout_s
                    )
                )
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=ask, daemon=True).start()
        either: list[Future[Any]] = [outcome, self._closed]
        wait(either, return_when=FIRST_COMPLETED)
        if not outcome.done():
            return Failure(SpeechError("Google was asked, but its answer is waited for no more"))
        return outcome.result()


def _languages() -> Mapping[str, str]:
    """English names of the languages by BCP 47 tag."""
    own_tags = {google: tag for tag, google in _GOOGLE_TAGS.items() if "-" not in tag}
    return {own_tags.get(google, google): title for google, title in _google_languages().items()}


def _google_languages() -> Mapping[str, str]:
    from gtts.lang import tts_langs  # noqa: PLC0415 - slow to load

    return cast(Mapping[str, str], tts_langs())


def _google_language(language: str) -> str:
    """What Google calls a language, for a BCP 47 tag: the tag loses its last part until one fits.

    Raises:
        UnknownNameError: Google does not speak it.
    """
    google = {name.lower(): name for name in _google_languages()} | _GOOGLE_TAGS
    tag = language.lower()
    while tag:
        if tag in google:
            return google[tag]
        tag = tag.rpartition("-")[0]
    raise UnknownNameError("language", language, _languages())
