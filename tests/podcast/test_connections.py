"""Clients that open connections and do not use them: they keep nobody else out."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audiobook.podcast.connection import MOST_CONNECTIONS
from audiobook.podcast.server import folder_server

LONG_BYTES = 32 << 20
HALF = b"GET /short.mp3 HTTP/1.1\r\nHost: a\r\n"
WHOLE = HALF + b"\r\n"
LONG = b"GET /long.mp3 HTTP/1.1\r\nHost: a\r\n\r\n"
FAR_TOO_LONG_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("busy")
    (folder / "short.mp3").write_bytes(b"sound")
    with (folder / "long.mp3").open("wb") as file:
        file.truncate(LONG_BYTES)
    return folder


@contextlib.contextmanager
def served(folder: Path, patience_s: int) -> Iterator[tuple[str, int]]:
    """The address of a server with that much patience."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = folder_server(folder, patience_s)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(FAR_TOO_LONG_S)
        assert not thread.is_alive()


@contextlib.contextmanager
def connected(address: tuple[str, int], *sent: bytes) -> Iterator[list[socket.socket]]:
    """A connection for each beginning that is sent over one; they take in little unasked."""
    with contextlib.ExitStack() as stack:
        connections = []
        for data in sent:
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(FAR_TOO_LONG_S)
            connection.connect(address)
            connection.sendall(data)
            connections.append(connection)
        yield connections


def is_served(address: tuple[str, int]) -> bool:
    """Whether a new client gets what it asks for."""
    url = f"http://127.0.0.1:{address[1]}/short.mp3"
    answer = httpx.get(url, trust_env=False, verify=False, timeout=FAR_TOO_LONG_S)
    return answer.content == b"sound"


def until_closed(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def test_who_sends_no_whole_request_is_hung_up_on(folder: Path) -> None:
    begun = b"POST /short.mp3 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"
    with served(folder, 1) as address, connected(address, b"", b"G", HALF, begun) as waiting:
        silent, letter, half, body = map(until_closed, waiting)
    assert silent == letter == half == b""
    assert body.startswith(b"HTTP/1.1 405 ")


def test_so_is_who_begins_another_request_and_no_more(folder: Path) -> None:
    with served(folder, 1) as address, connected(address, WHOLE) as (client,):
        answer = client.recv(1 << 16)
        while not answer.endswith(b"sound"):
            answer += client.recv(1 << 16)
        client.sendall(HALF)
        assert until_closed(client) == b""


@pytest.mark.slow
def test_a_slow_listener_is_not_hung_up_on(folder: Path) -> None:
    with served(folder, 1) as address, connected(address, LONG) as (listener,):
        assert listener.recv(1) == b"H"
        with connected(address, b"") as (other,):  # which tells when that time is over
            assert until_closed(other) == b""
        answer = until_closed(listener)
    assert len(answer.partition(b"\r\n\r\n")[2]) == LONG_BYTES


def test_the_one_that_has_waited_for_longest_makes_room(folder: Path) -> None:
    with (
        served(folder, FAR_TOO_LONG_S * 10) as address,
        connected(address, *[HALF] * (MOST_CONNECTIONS)) as (first, second, *others),
    ):
        second.sendall(b"\r\n")
        assert second.recv(12) == b"HTTP/1.1 200"
        assert is_served(address)
        assert until_closed(first) == b""
        for other in (second, *others):
            other.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                assert other.recv(1 << 16)


SERVE = """
import pathlib, resource, sys
from audiobook.podcast.server import serve
most = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
serve(pathlib.Path(sys.argv[1]), "127.0.0.1", 0, lambda address: print(address, flush=True))
"""


@contextlib.contextmanager
def served_silently(folder: Path, n_descriptors: int) -> Iterator[tuple[str, int]]:
    """The address of a server that has so many descriptors, and is to say nothing."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(n_descriptors)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            port = httpx.URL(process.stdout.readline().strip()).port
            assert port
            yield "127.0.0.1", port
        finally:
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=FAR_TOO_LONG_S)
    assert (process.returncode, out, err[:1000]) == (0, "", "")


@pytest.mark.parametrize("sent", [b"", HALF, pytest.param(LONG, marks=pytest.mark.slow)])
def test_more_connections_than_descriptors_keep_nobody_out(folder: Path, sent: bytes) -> None:
    with served_silently(folder, 256) as address, contextlib.ExitStack() as stack:
        for _ in range(14):
            stack.enter_context(connected(address, *[sent] * 20))
            assert all(is_served(address) for _ in range(10))


@pytest.mark.slow
def test_where_descriptors_are_very_few_it_goes_on_when_there_are_some(folder: Path) -> None:
    with served_silently(folder, 40) as address:
        with connected(address, *[HALF] * 45):
            pass
        assert is_served(address)
