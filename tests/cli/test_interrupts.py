"""Ctrl-C, signals like it, and the kill signal: nothing is left behind, and builds go on."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.commands import PROGRAM, Run
from fakes.google import Answer, Asked, Google
from fakes.openai_server import SpeechServer

pytestmark = [
    pytest.mark.usefixtures("no_partial_files"),
    pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="looks into /proc"),
]

PATIENCE_S = 20
SENTENCES = 30
INTERRUPTED = "interrupted: what is made is kept\n"
CODES = (130, -signal.SIGINT)
"""A shell shows 130 for both. The second is CPython's own end where the signal came while a class
was made by `exec`, as those of dataclasses are, whatever becomes of the exception."""
ESPEAK = ("--engine", "espeak", "--no-music")
TONE = ("--engine", "tone", "--no-music")
STUCK = """
import os, runpy
from audiobook.episode import join
join.frames_of = lambda block: os.read(0, 1)
runpy.run_module("audiobook", run_name="__main__", alter_sys=True)
"""
ON_A_STUCK_DISK = (sys.executable, "-c", STUCK)
"""The program where reading a block for an episode's file never ends, nobody writing to it."""
PARROT = """
story = "{story}"
engine = "parrot"

[engines.parrot]
command = ["sh", "-c", ": > begun; sleep 60", "sh", "{{text_file}}", "{{out}}"]
"""
"""A show whose engine is a program that takes its time."""


@pytest.fixture
def tale() -> str:
    """A story that takes a while."""
    paragraphs = (f"This is sentence number {n} of a long tale.\n" for n in range(SENTENCES))
    Path("tale.txt").write_text("\n".join(paragraphs))
    return "tale.txt"


@pytest.fixture
def short_tale() -> str:
    """A story that takes half a minute as soon as one of its requests fails."""
    Path("short.txt").write_text("One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.")
    return "short.txt"


@contextmanager
def running(
    *arguments: str, stdin: int = subprocess.DEVNULL, program: Sequence[str] = PROGRAM
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a process group of its own, as a shell starts it."""
    process = subprocess.Popen(
        [*program, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_until(happened: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Look again and again, for as long as the process runs."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert process.poll() is None, "it ended first"
        assert time.monotonic() < deadline


def interrupt(process: subprocess.Popen[bytes], last_words: str = INTERRUPTED) -> None:
    """Press Ctrl-C, and see that it ends at once, as it should, with all that it started."""
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in CODES, err.decode()
    assert err.decode().endswith(last_words), err.decode()
    assert b"Traceback" not in err
    assert b"error" not in err
    assert out == b""
    assert orphans() == []


def orphans() -> list[str]:
    """The processes, other than this one, that work with this test's store."""
    mark = f"AUDIOBOOK_CACHE={os.environ['AUDIOBOOK_CACHE']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            if mark in environment and folder.name != str(os.getpid()):
                found.append((folder / "cmdline").read_text())
        except OSError:  # it has ended meanwhile, or is another user's
            continue
    return [line for line in found if line]


def kept(kind: str) -> list[Path]:
    """What the store holds of a kind, but for what is being written."""
    values = Path(os.environ["AUDIOBOOK_CACHE"]).glob(f"*/{kind}/*/*")
    return [path for path in values if not path.name.startswith(".")]


def made(folder: str = "output") -> dict[str, str]:
    """The names of the finished files, with digests of what they hold."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in Path(folder).iterdir()}


def goes_on(run: Run, *arguments: str, reused: int = 0) -> None:
    """See that the next build uses what was made, and makes what an undisturbed one makes."""
    (again,) = run("build", *arguments, "--json").json["episodes"]
    assert again["segments_reused"] >= reused
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOBOOK_CACHE", str(Path("other-store").absolute()))
        assert run("build", *arguments, "-o", "undisturbed").code == 0
    assert made() == made("undisturbed")


def test_while_a_story_is_read(tmp_path: Path) -> None:
    line = "A sentence that is read.\n\n"
    (tmp_path / "long.txt").write_text(line * 400_000)
    size = (tmp_path / "long.txt").stat().st_size
    with running("build", "long.txt", *TONE) as process:
        wait_until(lambda: n_read(process) > size, process)
        interrupt(process)
    assert not Path("output").exists()


def n_read(process: subprocess.Popen[bytes]) -> int:
    """How many bytes a process has read so far."""
    first, *_ = Path(f"/proc/{process.pid}/io").read_text().splitlines()
    return int(first.removeprefix("rchar: "))


def test_while_it_waits_for_a_text() -> None:
    with running("say", "-", "--engine", "tone", stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write(b"more than fits into a pipe" * 10_000)  # so it has begun to read
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode in CODES
        assert err.decode() == INTERRUPTED
    assert not Path("say.mp3").exists()


def test_while_espeak_speaks(run: Run, tale: str) -> None:
    with running("build", tale, *ESPEAK) as process:
        wait_until(lambda: kept("clips"), process)
        interrupt(process)
    n_clips = len(kept("clips"))
    assert 0 < n_clips < SENTENCES
    assert list(Path("output").iterdir()) == []
    goes_on(run, tale, *ESPEAK, reused=n_clips)


@pytest.mark.slow
def test_while_google_has_it_wait(run: Run, short_tale: str, google: Google) -> None:
    refused = threading.Event()

    def refuse_the_fifth(number: int, asked: Asked) -> Answer | None:
        if number < 4:
            return None
        refused.set()
        return Answer(429, headers={"Retry-After": "100"})

    google.answer = refuse_the_fifth
    with running("build", short_tale, "--engine", "gtts", "--no-music") as process:
        assert refused.wait(PATIENCE_S)
        interrupt(process)
    google.answer = lambda number, asked: None
    goes_on(run, short_tale, "--engine", "gtts", "--no-music", reused=3)


def test_while_google_keeps_silent(short_tale: str, google: Google) -> None:
    asked_for_speech, ended = threading.Event(), threading.Event()

    def keep_silent(number: int, asked: Asked) -> Answer | None:
        if number > 2:
            asked_for_speech.set()
            ended.wait(PATIENCE_S)
        return None

    google.answer = keep_silent
    with running("build", short_tale, "--engine", "gtts", "--no-music") as process:
        assert asked_for_speech.wait(PATIENCE_S)
        begun = time.monotonic()
        interrupt(process)
        assert time.monotonic() - begun < 5
    ended.set()


@pytest.mark.parametrize(
    "command", ["build", pytest.param("say One. Two.", marks=pytest.mark.slow)]
)
def test_while_a_server_has_its_pace(openai_server: SpeechServer, command: str) -> None:
    Path("two.txt").write_text("One.\n\nTwo.")
    Path("show.toml").write_text(
        'story = "two.txt"\nengine = ["openai", "espeak"]\n'
        f'[engines.openai]\nbase_url = "{openai_server.base_url}"\npace_s = {3 * PATIENCE_S}\n'
    )
    with running(*command.split(maxsplit=1)) as process:
        wait_until(lambda: kept("clips"), process)
        interrupt(process)
    assert openai_server.texts == ["One."]


@pytest.mark.slow
def test_while_it_is_mixed(run: Run, tale: str) -> None:
    with running("build", tale, *TONE) as process:
        wait_until(lambda: kept("block"), process)
        interrupt(process)
    assert list(Path("output").iterdir()) == []
    goes_on(run, tale, *TONE, reused=SENTENCES)


def test_while_the_episode_is_written(run: Run, tale: str) -> None:
    options = (tale, *TONE, "--format", "wav")
    assert run("build", *options, "-q").code == 0
    old = made()
    for path in Path("output").iterdir():
        os.utime(path, (0, 0))  # as if it had been changed: it is written again
    with running("build", *options, stdin=subprocess.PIPE, program=ON_A_STUCK_DISK) as process:
        wait_until(being_written, process)
        interrupt(process)
    assert being_written() == []
    assert made() == old


def being_written() -> list[Path]:
    return list(Path("output").glob(".partial-*"))


def test_while_it_serves() -> None:
    Path("output").mkdir()
    with running("serve", "--port", "0") as process:
        assert process.stdout
        assert process.stdout.readline().startswith(b"serving http://127.0.0.1:")
        interrupt(process, last_words="the server has ended\n")


@pytest.mark.parametrize(
    "asked_to_end",
    [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)],
)
def test_asked_to_end_while_a_program_speaks(
    tale: str, asked_to_end: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("rooms").mkdir()
    monkeypatch.setenv("TMPDIR", str(Path("rooms").absolute()))
    Path("show.toml").write_text(PARROT.format(story=tale))
    with running("build") as process:
        wait_until(Path("begun").exists, process)
        process.send_signal(asked_to_end)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode in CODES
    assert out == b""
    assert err.decode().endswith(INTERRUPTED), err.decode()
    assert orphans() == []
    assert list(Path("rooms").iterdir()) == []


@pytest.mark.slow
def test_killed_while_espeak_speaks(run: Run, tale: str) -> None:
    with running("build", tale, *ESPEAK) as process:
        wait_until(lambda: len(kept("clips")) > 3, process)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == -signal.SIGKILL
    n_clips = len(kept("clips"))
    goes_on(run, tale, *ESPEAK, reused=n_clips)
    deadline = time.monotonic() + PATIENCE_S
    while orphans():  # they end by themselves, when they see that nobody asks any more
        assert time.monotonic() < deadline
