"""A server on 127.0.0.1 that speaks `POST /v1/audio/speech`, and may be told to misbehave.

The fixture `openai_server` has it running, and the key that it wants in the environment.
"""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
import soundfile

from fakes.serving import serving

__all__ = ["KEY", "Asked", "Reply", "SpeechServer", "openai_server", "sound"]

KEY = "sk-" + "0123456789abcdef" * 2
SAMPLE_RATE = 24_000
CHARACTER_MS = 60

_KINDS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "opus": ("OGG", "OPUS"),
}


@dataclass(frozen=True)
class Asked:
    """What a program asked for."""

    path: str
    wanted: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def text(self) -> str:
        return str(self.wanted["input"])


@dataclass(frozen=True)
class Reply:
    """What it gets: the body in the pieces given, each a chunk of its own where it is chunked."""

    status: int = 200
    body: Iterable[bytes] = (b"",)
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False
    cut: bool = False
    """Whether the connection is closed though more was promised."""
    before: Callable[[], object] = lambda: None
    """Called before anything is sent."""


def sound(n_characters: int, kind: str = "wav", speed: float = 1.0) -> bytes:
    """60 ms of a tone for each character, at speed 1."""
    n_samples = round(SAMPLE_RATE * CHARACTER_MS * n_characters / speed) // 1000
    tone = 0.3 * np.sin(2 * np.pi * 330 / SAMPLE_RATE * np.arange(n_samples))
    file = io.BytesIO()
    container, coding = _KINDS[kind]
    soundfile.write(file, tone, SAMPLE_RATE, format=container, subtype=coding)
    return file.getvalue()


class SpeechServer:
    """The running server.

    `asked` holds every request so far. Set `reply` to a function of a request's number, from 0,
    and of the request, to have it answer otherwise; None from it means speech as usual, or 401 for
    a wrong key. `hung_up` is released once for each client that hangs up before its answer's end.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.hung_up = threading.Semaphore(0)
        self.reply: Callable[[int, Asked], Reply | None] = lambda number, asked: None
        self._server = _Server(self)
        self._lock = threading.Lock()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def texts(self) -> list[str]:
        """What was asked to be spoken."""
        return [asked.text for asked in self.asked]

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            number = len(self.asked)
            self.asked.append(asked)
        return self.reply(number, asked) or self._usual(asked)

    def _usual(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            return Reply(401, (b'{"error": {"message": "Incorrect API key provided"}}',))
        wanted = asked.wanted
        body = sound(len(asked.text), wanted["response_format"], wanted.get("speed", 1.0))
        return Reply(body=(body,))

    @contextlib.contextmanager
    def serving(self) -> Iterator[SpeechServer]:
        with serving(self._server):
            yield self


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, speech: SpeechServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.speech = speech

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the play."""
        self.speech.hung_up.release()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.server.speech.answer(Asked(self.path, body, dict(self.headers)))
        reply.before()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif "Content-Length" not in reply.headers:
            n_bytes = sum(map(len, reply.body)) * (2 if reply.cut else 1)
            self.send_header("Content-Length", str(n_bytes))
        self.end_headers()
        for piece in reply.body:
            head, tail = (f"{len(piece):x}\r\n".encode(), b"\r\n") if reply.chunked else (b"", b"")
            self.wfile.write(head + piece + tail)
            self.wfile.flush()
        if reply.chunked and not reply.cut:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
        if reply.cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def openai_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpeechServer]:
    """A server on this machine that wants a key, which the environment has."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with SpeechServer().serving() as running:
        yield running
