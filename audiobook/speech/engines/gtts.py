"""Google Translate's speech, through the library gTTS: many languages, free, by network only.

The service is not made for programs and says so with status 429. So there is one request at a time,
at a pace that Google bears, and the caller keeps every clip as it is made.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import metadata
from typing import cast

from audiobook.errors import UnknownNameError
from audiobook.language_tags import primary
from audiobook.progress import Listener
from audiobook.script.clauses import cut
from audiobook.speech.engine import Limits, VoiceInfo, check_speakable, is_speakable
from audiobook.speech.retrying import Failure, Retrying
from audiobook.utterance import Clip, Utterance, Voice

__all__ = ["GoogleTranslate"]

_WAY_OF_ASKING = 2  # raised when the same text is asked for in another way
_REQUEST_CHARACTERS = 100
_MOST_CHARACTERS = 300

_TIMEOUT_S = (10.0, 30.0)  # to connect, to wait for the next bytes
_WITHIN_S = 60.0
_QUICK_TIMEOUT_S = (3.0, 5.0)
_QUICK_WITHIN_S = 10.0
_SLOW_BELOW = 0.8
_SLOW_RATE = 0.5  # stands for all that are slow

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
_GOOGLE_NEAR_TAGS = {
    # BCP 47 tag in lower case, and what comes nearest of all that Google speaks.
    "cmn": "zh-CN",
    "cmn-hant": "zh-TW",
    "nn": "no",
}


class GoogleTranslate:
    """Speaks through Google Translate. A voice is a domain of Google's, and so an accent.

    A text goes there in pieces of at most 100 characters, cut where it hurts least.

    Args:
        sleep: waits so many seconds; None: until `close`, at the most.
        uniform: a random number between two others, for the jitter of the pauses.
        clock: seconds of a clock that never goes back.
    """

    name = "gtts"
    needs_network = True
    limits = Limits(_MOST_CHARACTERS, at_once=1, packed=_REQUEST_CHARACTERS)

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = Retrying(
            "Google", within_s=_WITHIN_S, sleep=sleep, uniform=uniform, clock=clock
        )

    @functools.cached_property
    def version(self) -> str:
        """gTTS's, and that of the way it is used; Google does not tell its own."""
        return f"{metadata.version('gTTS')}/{_WAY_OF_ASKING}"

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
        region = language.partition("-")[2]
        return _ACCENTS.get(primary(language), {}).get(region.upper(), _USUAL_DOMAIN)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a language Google does not speak, and a domain it has no accent for."""
        _google_language(voice.language)
        domains = {_USUAL_DOMAIN, *_ACCENTS.get(primary(voice.language), {}).values()}
        if voice.name not in domains:
            raise UnknownNameError("voice", voice.name, sorted(domains))

    def check_ready(self) -> None:
        """Have one word spoken, with short time-outs.

        Only a real request tells whether speech can be had: the site answers others even when it
        refuses these.
        """
        self._requests.check(functools.partial(_speak_a_word, _QUICK_TIMEOUT_S), _QUICK_WITHIN_S)

    def await_ready(self) -> None:
        """Have that word spoken as any other text; see `WaitsForServer`."""
        self._requests.await_ready(functools.partial(_speak_a_word, _TIMEOUT_S))

    def tell(self, listen: Listener) -> None:
        """Tell of long pauses between requests; see `WaitsForServer`."""
        self._requests.listen = listen

    def heard(self, voice: Voice) -> Voice:
        """Slow or not, in the language as Google calls it; see `FollowsInPart`."""
        rate = _SLOW_RATE if voice.rate < _SLOW_BELOW else 1.0
        return replace(voice, language=_google_language(voice.language), rate=rate, pitch=1.0)

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak, trying again while it may help; no word timings.

        Raises:
            SpeechError: nothing in the text can be spoken, Google refuses, or what it sends is
                not speech.
            MissingError: it cannot be reached, or is not who it says it is.
            UnknownNameError: Google does not speak the language.
        """
        from audiobook.speech.engines._received import joined  # noqa: PLC0415 - slow to load

        check_speakable(utterance.text)
        return joined(
            [
                self._requests.ask(functools.partial(_speak_once, piece, voice, _TIMEOUT_S))
                for piece in _pieces(utterance.text)
            ]
        )

    def n_requests(self, text: str) -> int:
        """One for each piece; see `CountsRequests`."""
        return len(_pieces(text))

    def place(self) -> str:
        """Google's host; see `HasPlace`."""
        return f"https://translate.google.{_USUAL_DOMAIN}"

    def close(self) -> None:
        """End waiting, for answers too; no further try is made."""
        self._requests.close()


def _pieces(text: str) -> list[str]:
    """What is asked for one after the other."""
    pieces = filter(is_speakable, cut(text, _REQUEST_CHARACTERS))
    return [piece.strip() for piece in pieces]


def _speak_a_word(timeout_s: tuple[float, float]) -> Clip | Failure:
    return _speak_once("Yes.", Voice(GoogleTranslate.name, _USUAL_DOMAIN, "en"), timeout_s)


def _speak_once(text: str, voice: Voice, timeout_s: tuple[float, float]) -> Clip | Failure:
    from audiobook.speech.engines._gtts_request import speak_once  # noqa: PLC0415 - slow to load

    return speak_once(
        text,
        language=_google_language(voice.language),
        domain=voice.name,
        slow=voice.rate < _SLOW_BELOW,
        timeout_s=timeout_s,
    )


def _languages() -> Mapping[str, str]:
    """English names of the languages by BCP 47 tag."""
    own_tags = {google: tag for tag, google in _GOOGLE_TAGS.items() if "-" not in tag}
    return {own_tags.get(google, google): title for google, title in _google_languages().items()}


def _google_languages() -> Mapping[str, str]:
    from gtts.lang import tts_langs  # noqa: PLC0415 - slow to load

    return cast(Mapping[str, str], tts_langs())


@functools.lru_cache(maxsize=256)  # it is asked for every line
def _google_language(language: str) -> str:
    """What Google calls a language, for a BCP 47 tag: the tag loses its last part until one fits.

    Raises:
        UnknownNameError: Google does not speak it.
    """
    own = {name.lower(): name for name in _google_languages()}
    google = _GOOGLE_NEAR_TAGS | own | _GOOGLE_TAGS
    tag = language.lower()
    while tag:
        if tag in google:
            return google[tag]
        tag = tag.rpartition("-")[0]
    raise UnknownNameError("language", language, _languages())
