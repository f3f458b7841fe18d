"""What a server sent: read within bounds, judged by its bytes, and decoded.

Loaded when it is first needed, for it brings requests and soundfile with it.
"""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import numpy as np
import requests

from audiobook.decoding import UNDECODABLE, open_sound
from audiobook.errors import SpeechError
from audiobook.speech.clip_faults import SAMPLE_RATES_HZ
from audiobook.speech.engine import excerpt
from audiobook.utterance import Clip

__all__ = ["NotSpeechError", "WebPageError", "body_of", "decoded", "joined", "message_in"]

_MOST_MESSAGE_BYTES = 1 << 16
_PIECE_BYTES = 1 << 14
_MOST_SAMPLES = 30_000_000  # ten minutes at 48 kHz

_XING_WITHIN_BYTES = 64  # of the first frame's beginning
_UNTOLD_BYTES = 0x7FFF_0000  # a file that was streamed says that it is longer, or 0


class NotSpeechError(requests.exceptions.RequestException):
    """What was received cannot be speech; says what it is.

    It is an error of requests', so that a library that asks through requests takes it for one.
    """


class WebPageError(NotSpeechError):
    """It is a page for people: a server sends one in place of speech to those it will not serve."""


def body_of(response: requests.Response, most_bytes: int, within_s: float) -> bytes:
    """The body of a response that was asked for as a stream.

    Args:
        response: its headers have come.
        most_bytes: how long it may be.
        within_s: seconds from the request after which the connection is closed, whatever still
            comes: nobody waits for it any more, and another request may be under way.

    Raises:
        NotSpeechError: it is longer than that.
        WebPageError: it is a web page, though the status is 200.
        requests.exceptions.RequestException: it ends before it should, stops, or takes too long.
    """
    body = bytearray()
    with _hung_up_after(within_s - response.elapsed.total_seconds(), response):
        for piece in response.iter_content(_PIECE_BYTES):
            body += piece
            if len(body) > most_bytes:
                raise NotSpeechError(f"an answer of more than {most_bytes:,} bytes")
    if response.status_code == requests.codes.ok and body.lstrip().startswith(b"<"):
        raise WebPageError(f"a web page of {len(body):,} bytes")
    return bytes(body)


@contextlib.contextmanager
def _hung_up_after(left_s: float, response: requests.Response) -> Iterator[None]:
    """Have the connection closed when the time is up, however the bytes drip in till then.

    Raises:
        requests.exceptions.ReadTimeout: the time is up, whatever a body that was cut off looks
            like: without a length told, like a whole one.
    """
    begun_s = time.monotonic()
    alarm = threading.Timer(max(0.0, left_s), _hang_up, [response])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if time.monotonic() - begun_s >= left_s:
            raise requests.exceptions.ReadTimeout("an answer that does not end")


def _hang_up(response: requests.Response) -> None:
    with contextlib.suppress(OSError, RuntimeError, ValueError):  # it has just ended by itself
        response.raw.shutdown()


def message_in(answer: bytes, secrets: Collection[str] = ()) -> str:
    """What an answer in JSON says is wrong, shortened and in quotes; "" where it says nothing.

    Args:
        answer: any bytes.
        secrets: are taken out where they are repeated.
    """
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    error = told.get("error", told) if isinstance(told, dict) else told
    said = error.get("message", error.get("detail")) if isinstance(error, dict) else error
    return _quoted(said, secrets) if isinstance(said, str) else ""


def decoded(audio: bytes, *, secrets: Collection[str] = ()) -> Clip:
    """A sound file of any kind that libsndfile knows by its bytes, mixed to mono.

    Args:
        audio: the file; where it is a message instead, the error tells what it says.
        secrets: are taken out of that.

    Raises:
        NotSpeechError: it is none, is cut off, or has no sound in it.
    """
    if not audio:
        raise NotSpeechError("an answer without sound")
    if _whole_bytes(audio) > len(audio):
        raise NotSpeechError(f"{len(audio):,} bytes of a file that is longer")
    try:
        with open_sound(io.BytesIO(audio)) as file:
            _check_size(file.samplerate, file.frames * file.channels)
            sound = file.read(dtype="float32", always_2d=True)
            sample_rate = int(file.samplerate)
    except UNDECODABLE as error:
        said = _said(audio, secrets)
        raise NotSpeechError(f"{len(audio):,} bytes that are no sound{said}") from error
    if not np.isfinite(sound).all():
        raise NotSpeechError("sound with samples that are no numbers")
    mono = np.clip(sound, -1, 1).mean(axis=1)
    samples = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    if not samples.any():
        raise NotSpeechError("an answer without sound")
    return Clip(sample_rate, samples)


def joined(clips: Sequence[Clip]) -> Clip:
    """Clips end to end.

    Raises:
        SpeechError: their sample rates differ.
    """
    if len({clip.sample_rate for clip in clips}) > 1:
        raise SpeechError("the pieces of a line have come at differing sample rates")
    return Clip(clips[0].sample_rate, np.concatenate([clip.samples for clip in clips]))


def _check_size(sample_rate_hz: int, n_samples: int) -> None:
    """See that a few bytes do not fill the memory."""
    if sample_rate_hz not in SAMPLE_RATES_HZ:
        raise NotSpeechError(f"sound at {sample_rate_hz:,} Hz")
    if n_samples > _MOST_SAMPLES:
        raise NotSpeechError(f"sound of {n_samples:,} samples")


def _said(answer: bytes, secrets: Collection[str]) -> str:
    """What a message says in place of sound, after a colon; "" of what is no message."""
    if len(answer) > _MOST_MESSAGE_BYTES:
        return ""
    try:
        text = answer.decode()
    except UnicodeDecodeError:
        return ""
    is_text = all(character.isprintable() or character.isspace() for character in text)
    said = message_in(answer, secrets) or (_quoted(text, secrets) if is_text else "")
    return f": {said}" if said else ""


def _quoted(said: str, secrets: Collection[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):  # one may be part of another
        said = said.replace(secret, "…")
    line = " ".join(said.split())
    return excerpt(line) if line else ""


def _whole_bytes(audio: bytes) -> int:
    """How many bytes the file has, or nearly, by its own account; 0 where it gives none.

    libsndfile tells when a file ends early, but not of these.
    """
    match audio[:4]:
        case b"RIFF":
            return _whole_chunked_bytes(audio, b"data", "little")
        case b"FORM":
            return _whole_chunked_bytes(audio, b"SSND", "big")
    return _whole_mp3_bytes(audio)


def _whole_chunked_bytes(audio: bytes, sound: bytes, order: Literal["little", "big"]) -> int:
    """By its chunks, each a name, a length and data, up to the one of the sound.

    So are WAV (IBM and Microsoft, RIFF, 1991) and AIFF (Apple, AIFF 1.3, 1989).
    """
    at = 12
    while at + 8 <= len(audio):
        n_bytes = int.from_bytes(audio[at + 4 : at + 8], order)
        if audio[at : at + 4] == sound:
            return 0 if n_bytes >= _UNTOLD_BYTES else at + 8 + n_bytes
        at += 8 + n_bytes + n_bytes % 2
    return at


def _whole_mp3_bytes(audio: bytes) -> int:
    """By the Xing header in its first frame, which encoders count in slightly differing ways."""
    start = 0
    if audio[:3] == b"ID3":  # id3.org, ID3v2.4.0, section 3.1: a length of four times 7 bits
        start = 10 + sum(byte << 7 * place for place, byte in enumerate(audio[9:5:-1]))
    head = audio[start : start + _XING_WITHIN_BYTES]
    at = max(head.find(b"Xing"), head.find(b"Info"))
    flags = int.from_bytes(head[at + 4 : at + 8], "big")
    if at < 0 or not flags & 2:
        return 0
    at += 12 if flags & 1 else 8  # after the number of frames, if there is one
    return start + int.from_bytes(head[at : at + 4], "big") * 98 // 100
