"""One request to Google Translate through gTTS: a clip, or why there is none.

Loaded when it is first needed, for it brings gTTS, requests and soundfile with it.
"""

from __future__ import annotations

import contextlib
import io
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import gtts
import gtts.tts
import numpy as np
import requests
import soundfile
from numpy.typing import NDArray

from audiobook.errors import AudiobookError, MissingError, SpeechError
from audiobook.model import Clip
from audiobook.speech.engine import excerpt

__all__ = ["Failure", "speak_once"]

_MOST_BYTES = 1 << 20  # far more than 100 characters of speech
_MOST_S = 60.0

_TRIES_IF_BUSY = 5
_TRIES_IF_NOT_SPEECH = 2

_OFFLINE_HINT = "check the network, or use --engine espeak, which needs none"
_LATER_HINT = "what is made is kept: build again later, or use --engine espeak"


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed."""

    error: AudiobookError
    """What the user is told when no further try is made."""
    tries: int = 1
    """How many tries this sort of failure is worth, this one included."""
    retry_after_s: float | None = None
    """Seconds the server asks to wait."""


def speak_once(
    text: str, *, language: str, domain: str, slow: bool, timeout_s: tuple[float, float]
) -> Clip | Failure:
    """Have a text spoken.

    Args:
        text: at most 100 characters; of more, gTTS makes several requests.
        language: as Google calls it.
        domain: what follows "translate.google." in the host's name.
        slow: whether to speak slowly.
        timeout_s: seconds to connect, and to wait for the next bytes.
    """
    if not _is_speakable(text):
        return _nothing_to_speak(text)
    _use_safe_sessions()
    try:
        speech = gtts.gTTS(
            text, tld=domain, lang=language, lang_check=False, slow=slow, timeout=timeout_s
        )
        return _joined([_decoded(mp3) for mp3 in speech.stream()])
    except AssertionError as error:  # how gTTS says that nothing is left of a text
        return _nothing_to_speak(text, error)
    except gtts.gTTSError as error:
        return _failure_of_request(error, text)
    except (_NotSpeechError, ValueError) as error:  # ValueError: neither UTF-8 nor base64
        return _not_speech(error, text)
    except OSError as error:  # a certificate file that is not there
        return _failure(MissingError(f"Google cannot be asked: {error}"), error)


def _is_speakable(text: str) -> bool:
    """Whether there is more than punctuation; gTTS itself knows but that of ASCII."""
    return any(unicodedata.category(character)[0] not in "CPZ" for character in text)


def _use_safe_sessions() -> None:
    """Have gTTS open sessions that verify the server and bound its answer.

    gTTS tells its sessions not to verify certificates, keeps no bound on an answer, and takes a
    web page with status 200 for speech of no length. It offers no other way to change that than
    the name `requests` in its module, so that name is bound to a namespace with all that gTTS
    uses of it. Its code stays as it is.
    """
    gtts.tts.requests = SimpleNamespace(
        Request=requests.Request, Session=_Session, exceptions=requests.exceptions
    )


class _Session(requests.Session):
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send with the user's proxies and certificates, whatever gTTS asks for."""
        environment = self.merge_environment_settings(request.url or "", {}, True, None, None)
        response = super().send(request, **{**kwargs, **environment})
        with contextlib.closing(response):
            response._content = _body(response)  # where requests keeps it, for gTTS to read on
        return response


class _NotSpeechError(requests.exceptions.RequestException):
    """What cannot be speech was received with status 200; says what."""


def _body(response: requests.Response) -> bytes:
    deadline = time.monotonic() + _MOST_S
    body = bytearray()
    for piece in response.iter_content(1 << 16):
        body += piece
        if len(body) > _MOST_BYTES:
            raise _NotSpeechError(f"an answer of more than {_MOST_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout(f"the answer took more than {_MOST_S:.0f} s")
    if response.status_code == requests.codes.ok and body.lstrip().startswith(b"<"):
        raise _NotSpeechError(f"a web page of {len(body):,} bytes")
    return bytes(body)


def _decoded(mp3: bytes) -> tuple[int, NDArray[np.int16]]:
    """Sample rate and mono samples of one piece; pieces joined as bytes would not all decode."""
    try:
        samples, sample_rate = soundfile.read(io.BytesIO(mp3), dtype="int16", always_2d=True)
    except soundfile.SoundFileError as error:
        raise _NotSpeechError(f"{len(mp3):,} bytes that are no MP3") from error
    return sample_rate, samples[:, 0]


def _joined(pieces: list[tuple[int, NDArray[np.int16]]]) -> Clip:
    if not any(samples.size for _, samples in pieces):
        raise _NotSpeechError("an answer without sound")
    if len({sample_rate for sample_rate, _ in pieces}) > 1:
        raise _NotSpeechError("pieces of differing sample rates")
    return Clip(pieces[0][0], np.concatenate([samples for _, samples in pieces]))


def _failure_of_request(error: gtts.gTTSError, text: str) -> Failure:
    if error.rsp is None:
        return _failure_to_connect(error, text)
    status = error.rsp.status_code
    if status == requests.codes.too_many_requests:
        refused = SpeechError("Google takes no more requests for now (429)", hint=_LATER_HINT)
        return _failure(refused, error, _TRIES_IF_BUSY, _retry_after_s(error.rsp))
    if status >= requests.codes.internal_server_error:
        failed = SpeechError(f"Google fails with status {status}", hint=_LATER_HINT)
        return _failure(failed, error, _TRIES_IF_BUSY, _retry_after_s(error.rsp))
    if status == requests.codes.ok:
        return _not_speech(_NotSpeechError("an answer without sound"), text)
    refused = SpeechError(f"Google answers {status} to {excerpt(text)}", hint=_LATER_HINT)
    return _failure(refused, error)


def _failure_to_connect(error: gtts.gTTSError, text: str) -> Failure:
    cause = error.__context__  # the error of requests', which gTTS keeps to itself
    if isinstance(cause, _NotSpeechError):
        return _not_speech(cause, text)
    if isinstance(cause, requests.exceptions.SSLError):
        unsafe = MissingError(
            "Google's certificate cannot be verified: something between here and there answers"
            " in its place, or its authority is not known here",
            hint="set REQUESTS_CA_BUNDLE to your proxy's certificate, or use --engine espeak",
        )
        return _failure(unsafe, cause)
    kind = type(cause).__name__
    offline = MissingError(f"Google Translate cannot be reached ({kind})", hint=_OFFLINE_HINT)
    return _failure(offline, error, _TRIES_IF_BUSY)


def _nothing_to_speak(text: str, cause: Exception | None = None) -> Failure:
    return _failure(SpeechError(f"there is nothing to speak in {excerpt(text)}"), cause)


def _not_speech(cause: Exception, text: str) -> Failure:
    received = str(cause) if isinstance(cause, _NotSpeechError) else "a garbled answer"
    what = f"Google sends no speech for {excerpt(text)}, but {received}"
    return _failure(SpeechError(what, hint=_LATER_HINT), cause, _TRIES_IF_NOT_SPEECH)


def _failure(
    error: AudiobookError,
    cause: Exception | None,
    tries: int = 1,
    retry_after_s: float | None = None,
) -> Failure:
    error.__cause__ = cause
    return Failure(error, tries, retry_after_s)


def _retry_after_s(response: requests.Response) -> float | None:
    """Seconds or a date: RFC 9110, section 10.2.3."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - datetime.now(UTC)
    except (TypeError, ValueError):  # no date, or one without a time zone
        return None
    return max(wait.total_seconds(), 0.0)
