"""Voices are fetched over TLS, whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import pytest
import trustme
from fakes.serving import serving

from audiobook.errors import AudiobookError, MissingError, OutputError, UnknownNameError
from audiobook.progress import Event, StageAdvanced, StageEnded, StageStarted, silent
from audiobook.speech.engines._models import ModelSettings
from audiobook.speech.engines.kokoro import Kokoro
from audiobook.speech.engines.piper import Piper
from audiobook.speech.voice_catalogue import (
    InstallableVoice,
    RemoteFile,
    installable_voice,
    installable_voices,
)
from audiobook.speech.voice_store import files_in, install_voice, planned_install, voice_folders

MODEL = bytes(range(256)) * 12_000  # 3 MB: more than is read at a time
CONFIG = b"{}"


@dataclass
class Sender:
    """A server over TLS; what it does may be changed."""

    url: str
    bodies: dict[str, bytes]
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    takes_ranges: bool = True
    spoil: Callable[[bytes], bytes] = bytes
    """Changes what is sent, not what is said of its length."""
    says_length: bool = True
    redirects: dict[str, str] = field(default_factory=dict)
    starts_at: int | None = None
    """Where it says that a part begins, whatever was asked for."""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        self.asked.append((request.path, wanted))
        if request.path in self.redirects:
            request.send_response(302)
            request.send_header("Location", self.redirects[request.path])
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        body = self.bodies.get(request.path)
        if body is None:
            request.send_error(404)
            return
        first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if wanted and self.takes_ranges:
            request.send_response(206)
            begin = first if self.starts_at is None else self.starts_at
            request.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
            body = body[first:]
        else:
            request.send_response(200)
        if self.says_length:
            request.send_header("Content-Length", str(len(body)))
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(self.spoil(body))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def sender(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sender]:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            sending.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up, or refuses the certificate, is part of the play."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    sending = Sender(
        f"https://127.0.0.1:{server.server_port}", {"/v.onnx": MODEL, "/v.json": CONFIG}
    )
    with serving(server):
        yield sending


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "voices" / "inner"


@pytest.fixture
def voice(sender: Sender) -> InstallableVoice:
    files = (
        remote("v.onnx.json", f"{sender.url}/v.json", CONFIG, "sha256"),
        remote("v.onnx", f"{sender.url}/v.onnx", MODEL, "md5"),
    )
    return InstallableVoice("v", "piper", ("en-US",), 1, "low", None, sender.url, files)


def remote(name: str, url: str, body: bytes, algorithm: str) -> RemoteFile:
    return RemoteFile(
        name, url, len(body), f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"
    )


def install(voice: InstallableVoice, folder: Path) -> list[Event]:
    events: list[Event] = []
    install_voice(planned_install(voice, folder), events.append)
    return events


def refused(voice: InstallableVoice, folder: Path, kind: type[AudiobookError], what: str) -> None:
    with pytest.raises(kind, match=what):
        install(voice, folder)
    assert not (folder / "v.onnx").exists()


def test_a_voice_is_installed_whole_with_its_progress_told(
    voice: InstallableVoice, folder: Path
) -> None:
    events = install(voice, folder)

    assert (folder / "v.onnx").read_bytes() == MODEL
    assert {path.name for path in folder.iterdir()} == {"v.onnx", "v.onnx.json"}
    done = [event.done for event in events if isinstance(event, StageAdvanced)]
    total = len(MODEL) + len(CONFIG)
    assert events[0] == StageStarted("install", total)
    assert done == sorted(done)
    assert done[-1] == total
    assert len(done) > 3
    assert isinstance(events[-1], StageEnded)


def test_the_plan_says_what_there_is_to_fetch(voice: InstallableVoice, folder: Path) -> None:
    before = planned_install(voice, folder)
    install_voice(before, silent)
    after = planned_install(voice, folder)

    assert [file.name for file in before.files] == ["v.onnx.json", "v.onnx"]
    assert before.n_bytes == voice.n_bytes == len(MODEL) + len(CONFIG)
    assert (after.files, after.n_bytes) == ((), 0)


def test_what_is_installed_is_not_fetched_again(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    install(voice, folder)
    sender.asked.clear()

    paths = install_voice(planned_install(voice, folder), silent)

    assert sender.asked == []
    assert [path.name for path in paths] == ["v.onnx.json", "v.onnx"]


def test_a_download_that_breaks_off_goes_on_where_it_was(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.spoil = lambda body: body[: 2 << 20]
    refused(voice, folder, MissingError, "cannot be fetched|broke off")
    planned = planned_install(voice, folder)
    sender.spoil = bytes
    sender.asked.clear()

    install_voice(planned, silent)

    (_, asked_for), *more = sender.asked
    assert more == []
    assert asked_for is not None
    assert 0 < int(asked_for.removeprefix("bytes=").removesuffix("-")) <= 2 << 20
    assert planned.n_bytes < len(MODEL)
    assert (folder / "v.onnx").read_bytes() == MODEL


def test_a_body_without_length_that_ends_early_is_not_taken_for_whole(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.says_length = False
    sender.spoil = lambda body: body[:-1]
    refused(voice, folder, MissingError, "broke off after")


def test_a_server_that_knows_no_ranges_sends_all_again(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.spoil = lambda body: body[: 2 << 20]
    refused(voice, folder, MissingError, "cannot be fetched")
    sender.spoil, sender.takes_ranges = bytes, False

    install(voice, folder)

    assert (folder / "v.onnx").read_bytes() == MODEL


def test_another_part_than_was_asked_for_is_not_put_in(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.spoil = lambda body: body[: 2 << 20]
    refused(voice, folder, MissingError, "cannot be fetched")
    sender.spoil, sender.starts_at = bytes, 5
    refused(voice, folder, MissingError, "another part")


def test_a_wrong_checksum_is_refused_and_nothing_of_it_kept(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.spoil = lambda body: body[:-1] + b"?"
    refused(voice, folder, MissingError, "checksum is wrong")
    assert list(folder.iterdir()) == []


def test_more_than_the_catalogue_says_is_not_read(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.bodies["/v.onnx"] = MODEL * 2
    refused(voice, folder, MissingError, "sends more than the 3072000 bytes")
    assert all(path.stat().st_size < 2 << 20 for path in folder.iterdir())


@pytest.mark.parametrize(
    "name",
    ["../v.onnx", "a/b.onnx", "a\\b.onnx", "/etc/v", "..", ".hidden", "C:v", "a\0b", "a\nb", ""],
)
def test_a_file_stays_in_its_folder(voice: InstallableVoice, folder: Path, name: str) -> None:
    first, second = voice.files
    hostile = replace(voice, files=(first, replace(second, name=name)))
    with pytest.raises(OutputError, match="cannot have a file named"):
        planned_install(hostile, folder)
    assert not folder.exists()


def test_a_certificate_of_an_unknown_authority_is_refused(
    voice: InstallableVoice, folder: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    refused(voice, folder, MissingError, r"fetched \(SSLError\)")
    assert sender.asked == []


def test_a_redirect_is_followed_only_to_tls(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    sender.redirects["/v.json"] = f"{sender.url}/moved.json"
    sender.bodies["/moved.json"] = CONFIG
    install(replace(voice, files=voice.files[:1]), folder)
    assert (folder / "v.onnx.json").read_bytes() == CONFIG

    plain = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    with serving(plain):
        sender.redirects["/v.onnx"] = f"http://127.0.0.1:{plain.server_port}/v.onnx"
        refused(voice, folder, MissingError, "without TLS")


def test_a_file_that_is_not_there_is_told(
    voice: InstallableVoice, folder: Path, sender: Sender
) -> None:
    del sender.bodies["/v.onnx"]
    refused(voice, folder, MissingError, "status 404")


def test_without_network_it_says_so(voice: InstallableVoice, folder: Path) -> None:
    dead = [replace(file, url="https://127.0.0.1:9/x") for file in voice.files]
    told = r"fetched \(ConnectionError\) .hint: check the network, then install it again"
    refused(replace(voice, files=tuple(dead)), folder, MissingError, told)


def test_a_proxy_that_cannot_be_is_told(
    voice: InstallableVoice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass-word@{'a' * 70}.invalid:9")
    refused(voice, folder, MissingError, r"cannot be fetched \(LocationParseError\)")


def test_a_folder_that_cannot_be_written_is_told(voice: InstallableVoice, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write to"):
        install(voice, tmp_path / "file" / "voices")


def test_a_folder_whose_name_cannot_be_is_told(voice: InstallableVoice, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write to .*: File name too long"):
        install(voice, tmp_path / ("x" * 300))


@pytest.mark.parametrize("n_before", [0, 1 << 20])
def test_one_program_at_a_time_fetches_a_file(
    voice: InstallableVoice, folder: Path, sender: Sender, n_before: int
) -> None:
    if n_before:
        sender.spoil = lambda body: body[:n_before]
        refused(voice, folder, MissingError, "cannot be fetched")

    def meanwhile(body: bytes) -> bytes:
        sender.spoil = bytes
        with pytest.raises(OutputError, match=r"another program is fetching .*v\.onnx"):
            install(voice, folder)
        return body

    sender.spoil = lambda body: meanwhile(body) if len(body) > len(CONFIG) else body

    install(voice, folder)

    assert (folder / "v.onnx").read_bytes() == MODEL


def test_what_another_program_has_just_fetched_is_left_alone(
    voice: InstallableVoice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def open_late(path: Path, mode: str = "r") -> IO[Any]:
        file = opened(path, mode)
        if path.name.endswith(".partial") and mode == "ab":
            monkeypatch.undo()
            path.replace(folder / "v.onnx.json")
        return file

    planned = planned_install(voice, folder)
    monkeypatch.setattr(Path, "open", open_late)
    with pytest.raises(OutputError, match="another program is fetching"):
        install_voice(planned, silent)
    assert (folder / "v.onnx.json").read_bytes() == b""


def test_a_full_disk_is_told_before_anything_is_fetched(
    voice: InstallableVoice, folder: Path, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(folder.anchor)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    refused(voice, folder, OutputError, "has no room for 3 MB")
    assert sender.asked == []


def test_the_catalogue_names_files_that_can_be_checked() -> None:
    voices = installable_voices()
    names = [voice.name for voice in voices]

    assert len(set(names)) == len(names) > 150
    assert {"kokoro-v1.0", "en_US-ljspeech-medium", "kk_KZ-issai-high"} <= set(names)
    for voice in voices:
        planned = planned_install(voice, Path("nowhere"))
        assert planned.files == voice.files
        assert voice.files[-1].name == f"{voice.name}.onnx"
        assert 15e6 < voice.n_bytes < 400e6
        for file in voice.files:
            assert re.fullmatch(r"https://(huggingface\.co|github\.com)/[\w./%-]+", file.url)
            assert re.fullmatch(r"md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", file.checksum)


def test_a_voice_is_described_before_it_is_fetched() -> None:
    voice = installable_voice("de_DE-thorsten_emotional-medium")

    assert (voice.engine, voice.languages, voice.n_voices) == ("piper", ("de-DE",), 8)
    assert voice.files[-1].url.endswith(
        "/de/de_DE/thorsten_emotional/medium/de_DE-thorsten_emotional-medium.onnx"
    )
    assert installable_voice("kokoro-v1.0").licence == "Apache-2.0"


def test_a_name_that_is_mistyped_is_offered_the_right_one() -> None:
    with pytest.raises(UnknownNameError, match="en_US-ljspeech-medium"):
        installable_voice("en_US-ljspech-medium")


def test_a_folder_that_cannot_be_looked_into_holds_no_voices(tmp_path: Path) -> None:
    folders = (tmp_path / ("x" * 300), tmp_path)
    (tmp_path / "b.onnx").touch()
    (tmp_path / "a.onnx").touch()

    assert [[path.name for path in files_in(folder, "*.onnx")] for folder in folders] == [
        [],
        ["a.onnx", "b.onnx"],
    ]
    for engine in (Piper, Kokoro):
        assert engine(ModelSettings(folders[:1])).voices() == ()


def test_folders_are_those_of_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    monkeypatch.setenv("AUDIOBOOK_VOICES", f"{one}{os.pathsep}{other}")
    assert voice_folders() == (one, other)

    monkeypatch.delenv("AUDIOBOOK_VOICES")
    (usual,) = voice_folders()
    assert usual.is_absolute()
    assert usual.parts[-2:] == ("audiobook", "voices")
