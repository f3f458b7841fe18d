"""One request to Google Translate through gTTS: a clip, or why there is none.

Loaded when it is first needed, for it brings gTTS, requests and soundfile with it.
"""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import gtts
import gtts.tts
import requests
import urllib3

from audiobook.errors import AudiobookError, MissingError, SpeechError
from audiobook.speech.engine import excerpt
from audiobook.speech.engines._received import NotSpeechError, WebPageError, body_of, decoded
from audiobook.speech.engines._staying import StayingSession, elsewhere
from audiobook.speech.retrying import KEPT_HINT, Failure, retry_after_s
from audiobook.utterance import Clip

__all__ = ["speak_once"]

_MOST_BYTES = 1 << 20  # far more than 100 characters of speech
_WAITS = 2  # for the next bytes: in that time all of them are there, or nobody waits any more

_LATER_HINT = f"{KEPT_HINT}, or use --engine espeak"
_OFFLINE_HINT = f"check the network ({KEPT_HINT}), or use --engine espeak, which needs none"


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
    _use_safe_sessions()
    try:
        speech = gtts.gTTS(
            text,
            tld=domain,
            lang=language,
            lang_check=False,
            slow=slow,
            timeout=timeout_s,
            pre_processor_funcs=(),  # some make a text longer, and so two requests of one
        )
        return decoded(b"".join(speech.stream()))
    except AssertionError as error:  # how gTTS says that nothing is left of a text
        nothing = SpeechError(f"there is nothing to speak in {excerpt(text)}")
        return _failure(nothing, error)
    except gtts.gTTSError as error:
        return _failure_of_request(error, text)
    except urllib3.exceptions.HTTPError as error:  # what requests lets through of a proxy's address
        return _offline(error, error)
    except (NotSpeechError, ValueError) as error:  # ValueError: neither UTF-8 nor base64
        return _not_speech(error, text)
    except OSError as error:  # a certificate file that is not there
        return _failure(MissingError(f"Google cannot be asked: {error}"), error)


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


class _Session(StayingSession):
    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send with the user's proxies and certificates, and to nobody else, whatever gTTS asks."""
        environment = self.merge_environment_settings(request.url or "", {}, True, None, None)
        settings = {**kwargs, **environment, "allow_redirects": False}
        response = super().send(request, **settings)
        with contextlib.closing(response):
            if response.is_redirect:
                other = elsewhere(response)
                at = f" at {excerpt(other)}" if other else ""
                raise WebPageError(f"the address of a web page{at}")
            _, next_bytes_s = kwargs["timeout"]
            body = body_of(response, _MOST_BYTES, _WAITS * next_bytes_s)
            response._content = body  # where requests keeps it
        return response


def _failure_of_request(error: gtts.gTTSError, text: str) -> Failure:
    if error.rsp is None:
        return _failure_to_connect(error, text)
    status = error.rsp.status_code
    if status == requests.codes.ok:
        return _not_speech(NotSpeechError("an answer without sound"), text)
    asked_s = retry_after_s(error.rsp.headers.get("Retry-After"))
    if status == requests.codes.too_many_requests:
        refused = SpeechError("Google takes no more requests for now (429)", hint=_LATER_HINT)
        return _failure(refused, error, may_pass=True, is_refusal=True, retry_after_s=asked_s)
    if status >= requests.codes.internal_server_error:
        failed = SpeechError(f"Google fails with status {status}", hint=_LATER_HINT)
        is_refusal = status == requests.codes.service_unavailable
        return _failure(failed, error, may_pass=True, is_refusal=is_refusal, retry_after_s=asked_s)
    refused = SpeechError(f"Google answers {status} to {excerpt(text)}", hint=_LATER_HINT)
    return _failure(refused, error)


def _failure_to_connect(error: gtts.gTTSError, text: str) -> Failure:
    cause = error.__context__  # the error of requests', which gTTS keeps to itself
    if isinstance(cause, NotSpeechError):
        return _not_speech(cause, text)
    if isinstance(cause, requests.exceptions.SSLError):
        unsafe = MissingError(
            "Google's certificate cannot be verified: something between here and there answers"
            " in its place, or its authority is not known here",
            hint="set REQUESTS_CA_BUNDLE to your proxy's certificate, or use --engine espeak",
        )
        return _failure(unsafe, cause)
    if isinstance(cause, requests.exceptions.ChunkedEncodingError):
        broken = SpeechError(f"Google breaks off its answer to {excerpt(text)}", hint=_LATER_HINT)
        return _failure(broken, cause, may_pass=True)
    return _offline(cause, error)


def _offline(why: BaseException | None, error: Exception) -> Failure:
    kind = type(why).__name__
    offline = MissingError(f"Google Translate cannot be reached ({kind})", hint=_OFFLINE_HINT)
    return _failure(offline, error, may_pass=True)


def _not_speech(cause: Exception, text: str) -> Failure:
    received = str(cause) if isinstance(cause, NotSpeechError) else "a garbled answer"
    what = f"Google sends no speech for {excerpt(text)}, but {received}"
    is_refusal = isinstance(cause, WebPageError)
    return _failure(
        SpeechError(what, hint=_LATER_HINT), cause, may_pass=True, is_refusal=is_refusal
    )


def _failure(
    error: AudiobookError,
    cause: Exception,
    *,
    may_pass: bool = False,
    is_refusal: bool = False,
    retry_after_s: float | None = None,
) -> Failure:
    error.__cause__ = cause
    return Failure(error, may_pass, is_refusal, retry_after_s)
