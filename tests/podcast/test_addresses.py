"""The address that `serve` tells: one that can be opened."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

import httpx
import pytest

from audiobook.podcast.address import address_to_open

FAR_TOO_LONG_S = 60


class Probe:
    """A socket on a machine of one address, or of none that others know."""

    host: str | None = None

    def __init__(self, family: int, kind: int) -> None:
        assert kind == socket.SOCK_DGRAM  # which sends nothing when it is connected
        self.family = family

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        assert address[0] in ("192.0.2.1", "2001:db8::1")
        if self.host is None:
            raise OSError("no route")

    def getsockname(self) -> tuple[str, int]:
        assert self.host
        return self.host, 9


def bound(host: str) -> socket.socket:
    """A socket at an address of this machine, at which nothing listens."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.bind((host, 0))
    except OSError:
        listener.close()
        pytest.skip(f"this machine has no {host}")
    return listener


@pytest.mark.parametrize(
    ("host", "own", "told"),
    [
        ("0.0.0.0", "192.168.1.20", "192.168.1.20"),
        ("0", "192.168.1.20", "192.168.1.20"),
        ("0.0.0.0", None, "127.0.0.1"),
        ("::", "fd00::20", "[fd00::20]"),
        ("::", "fe80::20%eth0", "[::1]"),
        ("::", None, "[::1]"),
        ("127.0.0.1", "192.168.1.20", "127.0.0.1"),
        ("localhost", "192.168.1.20", "localhost"),
        ("::1", "fd00::20", "[::1]"),
    ],
)
def test_it_is_one_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, host: str, own: str | None, told: str
) -> None:
    with bound(host) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setattr(Probe, "host", own)
        monkeypatch.setattr("audiobook.podcast.address.socket.socket", Probe)
        address = address_to_open(listener, host)
        monkeypatch.undo()
    assert address == f"http://{told}:{port}/"


def test_a_server_for_the_whole_network_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "lamp.mp3").write_bytes(b"sound")
    command = [sys.executable, "-m", "audiobook", "serve", str(tmp_path), "--port", "0"]
    with subprocess.Popen(
        [*command, "--host", "0.0.0.0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = httpx.URL(process.stdout.readline().split()[1])
            here = f"http://127.0.0.1:{url.port}/lamp.mp3"
            answer = httpx.get(here, trust_env=False, verify=False, timeout=FAR_TOO_LONG_S)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=FAR_TOO_LONG_S)
    assert url.host != "0.0.0.0"
    assert answer.content == b"sound"
