"""The server, asked over real sockets by a client that nobody here wrote."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audiobook.errors import UsageError
from audiobook.podcast.server import folder_server, serve

SOUND = bytes(range(256)) * 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("served")
    folder = top / "output"
    (folder / "part").mkdir(parents=True)
    (folder / ".git").mkdir()
    (top / "secret.mp3").write_bytes(b"secret")
    (top / "output-too").mkdir()
    (top / "output-too" / "secret.mp3").write_bytes(b"secret")
    for name in ("lamp.mp3", "part/two.mp3", "Қайрат & co.mp3", '"><script>.mp3'):
        (folder / name).write_bytes(SOUND)
    for name in ("feed.xml", "a.vtt", "a.srt", "a.m4b", "a.jpg", "a.png", "a.html", "empty.mp3"):
        (folder / name).write_bytes(b"")
    for name in (".hidden.mp3", ".git/config", ".partial-1"):
        (folder / name).write_bytes(b"secret")
    (folder / "out.mp3").symlink_to(top / "secret.mp3")
    (folder / "up").symlink_to(top)
    (folder / "seen.mp3").symlink_to(folder / ".hidden.mp3")
    (folder / "within.mp3").symlink_to(folder / "lamp.mp3")
    (folder / os.fsdecode(b"\xff.mp3")).write_bytes(SOUND)  # a name that is not Unicode
    os.mkfifo(folder / "pipe.mp3")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = folder_server(folder)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def client(address: tuple[str, int]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", trust_env=False) as client:
        yield client


def raw_status(address: tuple[str, int], path: str) -> int:
    """The answer to a path sent as it is, without a client's tidying."""
    with socket.create_connection(address) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"secret" not in answer
    return int(answer.split()[1])


def test_a_whole_file(client: httpx.Client) -> None:
    answer = client.get("/lamp.mp3")
    assert answer.status_code == 200
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(SOUND))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/part/two.mp3").content == SOUND
    assert client.get("/Қайрат & co.mp3").content == SOUND
    assert client.get("/within.mp3").content == SOUND


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=255990-", 255990, 256000),
        ("bytes=255990-999999", 255990, 256000),
        ("bytes=-100", 255900, 256000),
        ("bytes=-999999", 0, 256000),
        ("bytes=0-", 0, 256000),
    ],
)
def test_a_range(client: httpx.Client, asked: str, start: int, stop: int) -> None:
    answer = client.get("/lamp.mp3", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == SOUND[start:stop]
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/256000"
    assert answer.headers["content-length"] == str(stop - start)
    assert answer.headers["content-type"] == "audio/mpeg"


@pytest.mark.parametrize("asked", ["bytes=256000-", "bytes=999999-1000000", "bytes=-0"])
def test_a_range_beyond_the_end(client: httpx.Client, asked: str) -> None:
    answer = client.get("/lamp.mp3", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */256000"


@pytest.mark.parametrize(
    "asked",
    [
        "items=0-1",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-1",
        "bytes=0-1,5-1",
        "bytes=0-1,lines",
        "bytes=+1-5",
        "bytes=1_0-20",
        "bytes=0x1-5",
        "bytes =0-1",
        "bytes=--1",
        "bytes=1-2-3",
        "bytes=" + "9" * 5000 + "-",
    ],
)
@pytest.mark.parametrize("name", ["lamp.mp3", "feed.xml"])
def test_a_range_that_is_none_is_ignored(client: httpx.Client, asked: str, name: str) -> None:
    whole = client.get(f"/{name}")
    answer = client.get(f"/{name}", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, whole.content)
    assert "content-range" not in answer.headers


def test_a_unit_is_the_same_in_capitals(client: httpx.Client) -> None:
    answer = client.get("/lamp.mp3", headers={"Range": "Bytes=1-2"})
    assert (answer.status_code, answer.content) == (206, SOUND[1:3])


def test_several_ranges_and_very_many(client: httpx.Client) -> None:
    answer = client.get("/lamp.mp3", headers={"Range": "bytes=0-9,100-109"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert SOUND[100:110] in answer.content
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 4000, 2))
    assert len(client.get("/lamp.mp3", headers={"Range": many}).content) <= len(SOUND)


def test_head_says_what_get_would(client: httpx.Client) -> None:
    head, get = client.head("/lamp.mp3"), client.get("/lamp.mp3")
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
        assert head.headers[name] == get.headers[name]
    part = client.head("/lamp.mp3", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "5")
    assert client.head("/").status_code == 200


def test_a_range_is_for_the_file_that_was_begun(client: httpx.Client, folder: Path) -> None:
    def resumed() -> httpx.Response:
        return client.get("/part/resume.mp3", headers={"Range": "bytes=10-19", "If-Range": etag})

    (folder / "part/resume.mp3").write_bytes(SOUND)
    etag = client.get("/part/resume.mp3").headers["etag"]
    assert resumed().status_code == 206
    (folder / "part/resume.mp3").write_bytes(b"another" * 100)
    assert resumed().status_code == 200
    assert resumed().content == b"another" * 100


def test_what_a_client_has_is_not_sent_again(client: httpx.Client) -> None:
    etag = client.get("/feed.xml").headers["etag"]
    answer = client.get("/feed.xml", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.headers["etag"]) == (304, etag)
    assert client.get("/feed.xml", headers={"If-None-Match": '"old"'}).status_code == 200


@pytest.mark.parametrize("name", ["lamp.mp3", "feed.xml"])
def test_what_a_client_has_is_found_among_several(client: httpx.Client, name: str) -> None:
    etag = client.get(f"/{name}").headers["etag"]
    for held in ("*", f"W/{etag}", f'"old", {etag}', f'"old",W/{etag} , "older"'):
        answer = client.get(f"/{name}", headers={"If-None-Match": held})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
    lines = [("If-None-Match", '"old"'), ("If-None-Match", etag)]
    assert client.get(f"/{name}", headers=lines).status_code == 304
    for held in ("", "W/", etag.strip('"'), '"old", "older"'):
        assert client.get(f"/{name}", headers={"If-None-Match": held}).status_code == 200


EARLIER, LATER = "Sat, 01 Jan 2000 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"


@pytest.mark.parametrize(
    ("held", "status"),
    [
        ({"If-Modified-Since": LATER}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Modified-Since": LATER, "If-None-Match": '"old"'}, 200),
        ({"If-Unmodified-Since": LATER}, 200),
        ({"If-Unmodified-Since": EARLIER}, 412),
        ({"If-Unmodified-Since": EARLIER, "If-Match": "*"}, 200),
        ({"If-Match": '"old"', "Range": "bytes=5-9"}, 412),
    ],
)
def test_conditions_come_in_their_order(
    client: httpx.Client, held: dict[str, str], status: int
) -> None:
    assert client.get("/lamp.mp3", headers=held).status_code == status
    assert client.head("/lamp.mp3", headers=held).status_code == status


def test_what_has_not_changed_since_it_was_sent(client: httpx.Client) -> None:
    sent = client.head("/lamp.mp3").headers
    again = client.get("/lamp.mp3", headers={"If-Modified-Since": sent["last-modified"]})
    assert (again.status_code, again.content) == (304, b"")
    resumed = {"If-Match": f'"old", {sent["etag"]}', "Range": "bytes=5-9"}
    assert client.get("/lamp.mp3", headers=resumed).content == SOUND[5:10]
    assert client.get("/feed.xml", headers={"If-Match": '"old"'}).status_code == 412


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("feed.xml", "application/rss+xml"),
        ("a.vtt", "text/vtt; charset=utf-8"),
        ("a.srt", "application/x-subrip"),
        ("a.m4b", "audio/mp4"),
        ("a.jpg", "image/jpeg"),
        ("a.png", "image/png"),
        ("empty.mp3", "audio/mpeg"),
        ("a.html", "application/octet-stream"),
    ],
)
def test_media_types(client: httpx.Client, name: str, kind: str) -> None:
    answer = client.get(f"/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.mp3",
        "/%2e%2e/secret.mp3",
        "/..%2fsecret.mp3",
        "/%2e%2e%2fsecret.mp3",
        "/part/../../secret.mp3",
        "/part/%2e%2e/%2e%2e/secret.mp3",
        "/../output-too/secret.mp3",
        "/..%5csecret.mp3",
        "/%252e%252e/secret.mp3",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/.hidden.mp3",
        "/%2ehidden.mp3",
        "/part/../.hidden.mp3",
        "/.git/config",
        "/.partial-1",
        "/out.mp3",
        "/up/secret.mp3",
        "/up/output/lamp.mp3/../../secret.mp3",
        "/seen.mp3",
        "/pipe.mp3",
        "/part",
        "/none.mp3",
        "/lamp.mp3%00",
        "/%ff%fe",
        "/" + "x" * 5000,
    ],
)
def test_what_is_not_to_be_seen_is_not_there(address: tuple[str, int], path: str) -> None:
    assert raw_status(address, path) == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading(client: httpx.Client, method: str) -> None:
    assert client.request(method, "/lamp.mp3").status_code == 405
    assert client.request(method, "/").status_code == 405


def test_the_page_lists_feed_and_episodes(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert f"{client.base_url}/feed.xml" in answer.text.replace("//feed", "/feed")
    assert answer.text.count('<audio controls preload="none"') == 7
    assert 'src="%D2%9A%D0%B0%D0%B9%D1%80%D0%B0%D1%82%20%26%20co.mp3"' in answer.text
    assert "secret" not in answer.text
    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;.mp3" in answer.text


def test_all_that_the_page_lists_is_found(client: httpx.Client) -> None:
    addresses = set(re.findall(r'(?:src|href)="([^":]+)"', client.get("/").text))
    assert "%FF.mp3" in addresses
    for address in addresses:
        answer = client.get(f"/{address}")
        assert (address, answer.status_code) == (address, 200)


def test_the_page_escapes_what_a_client_sends(client: httpx.Client) -> None:
    answer = client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})
    assert "<script" not in answer.text


SERVE = """
import pathlib, sys
from audiobook.podcast.server import serve
serve(pathlib.Path(sys.argv[1]), "127.0.0.1", 0, lambda address: print(address, flush=True))
print("ended")
"""


def test_ctrl_c_ends_it_cleanly_though_somebody_listens(tmp_path: Path) -> None:
    with (tmp_path / "long.mp3").open("wb") as file:
        file.truncate(1 << 30)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        address = httpx.URL(process.stdout.readline().strip())
        assert address.port
        with httpx.stream("GET", address.join("/long.mp3"), trust_env=False) as answer:
            chunks = answer.iter_raw(1000)
            assert len(next(chunks)) == 1000
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_a_busy_port_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(UsageError) as caught:
        serve(folder, "127.0.0.1", busy.getsockname()[1], pytest.fail)
    assert "--port" in (caught.value.hint or "")
    assert caught.value.what.endswith(": Address already in use")  # and no tuple behind it


@pytest.mark.parametrize("port", [-1, 65536, 1 << 40])
def test_what_is_no_port_is_told(folder: Path, port: int) -> None:
    with pytest.raises(UsageError):
        serve(folder, "127.0.0.1", port, pytest.fail)


@pytest.mark.parametrize("host", ["", " "])
def test_no_address_is_not_every_address(folder: Path, host: str) -> None:
    with pytest.raises(UsageError, match="no address") as caught:
        serve(folder, host, 0, pytest.fail)
    assert "--host" in (caught.value.hint or "")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        serve(tmp_path / "none", "127.0.0.1", 0, pytest.fail)
