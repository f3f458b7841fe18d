"""A Google Translate on 127.0.0.1 that unmodified gTTS talks to, in this process or another.

It is an HTTPS proxy that answers in Google's place, with a certificate of its own authority. Two
variables lead programs there: HTTPS_PROXY and REQUESTS_CA_BUNDLE. So nothing in the program under
test is patched, and TLS is verified all the way.

The fixture `google` has it running and the variables set.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import json
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
import trustme

from fakes.serving import serving

__all__ = [
    "Answer",
    "Asked",
    "Google",
    "google",
    "google_ca",
    "no_google",
    "serve_google",
    "speech",
    "with_audio",
]

SAMPLE_RATE = 24_000
CHARACTER_MS = 60

_RPC = "jQ1olc"
_VARIABLES = ("HTTPS_PROXY", "https_proxy", "REQUESTS_CA_BUNDLE")
_UNWANTED = ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Asked:
    """What a program asked to be spoken."""

    text: str
    language: str
    slow: bool
    host: str


@dataclass(frozen=True)
class Answer:
    """What it gets. A Content-Length among the headers goes before the true one."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: Iterable[bytes] = ()
    """What is sent after the body, piece by piece."""


def speech(asked: Asked) -> Answer:
    """Speech as Google sends it: 60 ms a character of a tone, twice that when slow."""
    return with_audio(_tone(len(asked.text) * (2 if asked.slow else 1)))


@functools.lru_cache
def _tone(n_characters: int) -> bytes:
    n_samples = SAMPLE_RATE * CHARACTER_MS * n_characters // 1000
    tone = 0.3 * np.sin(2 * np.pi * 330 / SAMPLE_RATE * np.arange(n_samples))
    mp3 = io.BytesIO()
    soundfile.write(mp3, tone, SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III")
    return mp3.getvalue()


def with_audio(audio: bytes) -> Answer:
    """The envelope in which Google sends audio, be it speech or not."""
    inner = json.dumps([base64.b64encode(audio).decode()])
    frame = json.dumps(
        [["wrb.fr", _RPC, inner, None, None, None, "generic"]], separators=(",", ":")
    )
    return Answer(body=f")]}}'\n\n{len(frame)}\n{frame}\n".encode())


class Google:
    """The running server.

    `asked` holds every request so far. Set `answer` to a function of a request's number, from 0,
    and of the request, to have it answer otherwise; None from it means speech as usual. Set
    `certified` to a host to show that one's certificate to all who come.
    """

    def __init__(self, authority: trustme.CA, ca_file: Path) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[int, Asked], Answer | None] = lambda number, asked: None
        self.certified: str | None = None
        self.hung_up = threading.Semaphore(0)
        """Released once for each client that hangs up before its answer's end."""
        self._authority = authority
        self._ca_file = ca_file
        self._server = _Server(self)

    def context(self, host: str) -> ssl.SSLContext:
        """With the certificate that those who ask for a host are shown."""
        return self._contexts(self.certified or host)

    @functools.cache  # noqa: B019 - it lives no longer than its test
    def _contexts(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(host).configure_cert(context)
        return context

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a program here."""
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        return dict(zip(_VARIABLES, (proxy, proxy, str(self._ca_file)), strict=True))

    @property
    def texts(self) -> list[str]:
        """What was asked to be spoken."""
        return [asked.text for asked in self.asked]

    def reply(self, asked: Asked) -> Answer:
        number = len(self.asked)
        self.asked.append(asked)
        return self.answer(number, asked) or speech(asked)

    @contextlib.contextmanager
    def serving(self) -> Iterator[Google]:
        with serving(self._server):
            yield self


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, google: Google) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.google = google

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up, or refuses the certificate, is part of the play."""
        self.google.hung_up.release()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        context = self.server.google.context(self.host)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.server.google.reply(self._asked(body))
        self.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()  # headers and body at once: apart, they would wait for each other
        for piece in answer.drip:
            self.wfile.write(piece)
            self.wfile.flush()
        self.close_connection = int(headers["Content-Length"]) != len(answer.body)

    def _asked(self, body: str) -> Asked:
        [[[rpc, parameters, *_]]] = json.loads(urllib.parse.parse_qs(body)["f.req"][0])
        assert rpc == _RPC
        text, language, slow, _ = json.loads(parameters)
        return Asked(text, language, bool(slow), self.host)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serve_google(authority: trustme.CA, folder: Path) -> Iterator[Google]:
    """Have one running, its authority's certificate in a file of the folder."""
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with Google(authority, ca_file).serving() as running:
        yield running


@pytest.fixture(scope="session")
def google_ca() -> trustme.CA:
    """An authority that no machine knows."""
    return trustme.CA()


@pytest.fixture
def google(
    google_ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Google]:
    """Google on this machine: programs, and this process, find it by their environment."""
    with serve_google(google_ca, tmp_path_factory.mktemp("google")) as running:
        for name in _UNWANTED:
            monkeypatch.delenv(name, raising=False)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def no_google(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without network: the proxy that everything goes through is dead."""
    for name in _UNWANTED:
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
