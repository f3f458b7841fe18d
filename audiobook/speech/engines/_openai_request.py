"""One request to a server that speaks `POST {base_url}/audio/speech`: a clip, or why there is none.

Loaded when it is first needed, for it brings requests and soundfile with it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from typing import TypeAlias

import requests
import urllib3

from audiobook.errors import AudiobookError, MissingError, SpeechError
from audiobook.speech.engine import excerpt
from audiobook.speech.engines._openai_server import Server, is_loopback
from audiobook.speech.engines._received import (
    NotSpeechError,
    WebPageError,
    body_of,
    decoded,
    message_in,
)
from audiobook.speech.engines._staying import StayingSession, elsewhere
from audiobook.speech.retrying import KEPT_HINT, Failure, retry_after_s
from audiobook.utterance import Clip, Voice

__all__ = ["speak_once"]

_MOST_BYTES = 1 << 25  # five minutes at 48 kHz in 16 bits
_MOST_MESSAGE_BYTES = 1 << 16
_MOST_CONNECT_S = 10.0
_KEY = re.compile(r"[!-~]+")
_LEAST_SECRET_CHARACTERS = 6  # of a header: what is shorter may be any word of a message

_Signer: TypeAlias = Callable[[requests.PreparedRequest], requests.PreparedRequest]


def speak_once(server: Server, text: str, voice: Voice) -> Clip | Failure:
    """Have a text spoken.

    Args:
        server: who is asked.
        text: at most `server.characters` long.
        voice: by a name that the server knows; its rate becomes the server's speed.
    """
    try:
        key = _key(server)
        with StayingSession() as session, _asked(session, server, key, text, voice) as response:
            if response.status_code == requests.codes.ok:
                body = body_of(response, _MOST_BYTES, server.timeout_s)
                return decoded(body, secrets=_secrets(server, key))
            return _refusal(server, key, response, text)
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        return _failure(error, server, text)
    except AudiobookError as error:
        return Failure(error)
    except OSError as error:  # a certificate file that is not there
        missing = MissingError(f"{server.host} cannot be asked: {error}")
        missing.__cause__ = error
        return Failure(missing)


def _key(server: Server) -> str | None:
    """The user's key, or None where there is none to send.

    Raises:
        MissingError: it is none; it is not shown, for it may be one with something around it.
    """
    key = os.environ.get(server.key_variable, "").strip()
    if key and not _KEY.fullmatch(key):
        raise MissingError(
            f"the key in {server.key_variable} has characters that no key has",
            hint="set the variable to the key alone",
        )
    return key or None


def _secrets(server: Server, key: str | None) -> set[str]:
    """What no message repeats: the key, and what a show's own headers hold, which may be one."""
    values = {part for _, value in server.headers for part in (value, *value.split())}
    secrets = {value for value in values if len(value) >= _LEAST_SECRET_CHARACTERS}
    return secrets | {key} if key else secrets


def _asked(
    session: requests.Session, server: Server, key: str | None, text: str, voice: Voice
) -> contextlib.closing[requests.Response]:
    """The response, its body still to come. A redirect is not followed, so the key stays here."""
    wanted: dict[str, object] = {
        "model": server.model,
        "voice": voice.name,
        "input": text.encode("utf-8", "replace").decode(),  # halves of characters become "?"
        "response_format": server.format,
    }
    if voice.rate != 1:
        wanted["speed"] = voice.rate
    response = session.post(
        f"{server.base_url}/audio/speech",
        json=wanted,
        headers=dict(server.headers),
        auth=_signer(key),
        allow_redirects=False,
        stream=True,
        timeout=(min(server.timeout_s, _MOST_CONNECT_S), server.timeout_s),
        # What stays on this machine goes through no proxy, which would see the key.
        proxies={"no_proxy": server.host} if is_loopback(server.host) else None,
    )
    return contextlib.closing(response)


def _signer(key: str | None) -> _Signer:
    """Signs a request with the key; without one, keeps requests from looking into ~/.netrc."""

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    return sign


def _refusal(server: Server, key: str | None, response: requests.Response, text: str) -> Failure:
    """What a status other than 200 means."""
    status, host = response.status_code, server.host
    if final := _final(server, key, response):
        return Failure(final)
    said = _message(server, key, response)
    asked_s = retry_after_s(response.headers.get("Retry-After"))
    if status in (requests.codes.too_many_requests, requests.codes.service_unavailable):
        busy = SpeechError(
            f"{host} takes no more requests for now ({status}){said}", hint=KEPT_HINT
        )
        return Failure(busy, may_pass=True, is_refusal=True, retry_after_s=asked_s)
    failed = SpeechError(f"{host} answers {status} to {excerpt(text)}{said}", hint=KEPT_HINT)
    may_pass = status == requests.codes.request_timeout or status >= 500
    return Failure(failed, may_pass=may_pass, retry_after_s=asked_s)


def _final(server: Server, key: str | None, response: requests.Response) -> MissingError | None:
    """Why no request to this server, set up like this, would be answered."""
    status, host = response.status_code, server.host
    if response.is_redirect:
        other = elsewhere(response)
        address = excerpt(other) if other else "another address"
        return MissingError(
            f"{host} sends us on to {address}, where neither text nor key is sent",
            hint='set "base_url" to where the service is',
        )
    if status == requests.codes.unauthorized:
        what = "does not take the key in" if key else "asks for a key, and none is in"
        return MissingError(
            f"{host} {what} {server.key_variable} (401)",
            hint=f"set the variable {server.key_variable} to your key for {host}",
        )
    if status == requests.codes.forbidden:
        return MissingError(f"{host} forbids it (403){_message(server, key, response)}")
    if status == requests.codes.not_found:
        said = _message(server, key, response)
        return MissingError(
            f'{host} has no speech by the model "{server.model}" (404){said}',
            hint='check "base_url" and "model" in [engines.openai]',
        )
    return None


def _message(server: Server, key: str | None, response: requests.Response) -> str:
    """What the server says is wrong, shortened, without the secrets that it was sent."""
    try:
        body = body_of(response, _MOST_MESSAGE_BYTES, server.timeout_s)
        said = message_in(body, _secrets(server, key))
    except requests.exceptions.RequestException:
        return ""
    return f": {said}" if said else ""


def _failure(
    error: requests.exceptions.RequestException | urllib3.exceptions.HTTPError,
    server: Server,
    text: str,
) -> Failure:
    """Why no answer came, or none that is speech; urllib3 raises its own over some addresses."""
    host = server.host
    told: AudiobookError
    if isinstance(error, NotSpeechError):
        told = SpeechError(
            f"{host} sends no speech for {excerpt(text)}, but {error}", hint=KEPT_HINT
        )
    elif isinstance(error, requests.exceptions.ChunkedEncodingError):
        told = SpeechError(f"{host} breaks off its answer to {excerpt(text)}", hint=KEPT_HINT)
    elif isinstance(error, requests.exceptions.SSLError):
        told = MissingError(
            f"the certificate of {host} cannot be verified",
            hint="set REQUESTS_CA_BUNDLE to the certificate of its authority",
        )
    else:
        told = MissingError(
            f"{server.address} cannot be reached ({type(error).__name__})",
            hint=f'check the network and "base_url" ({KEPT_HINT})',
        )
    told.__cause__ = error
    may_pass = not isinstance(error, requests.exceptions.SSLError)
    return Failure(told, may_pass, is_refusal=isinstance(error, WebPageError))
