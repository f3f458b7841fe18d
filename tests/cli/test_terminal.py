"""What is shown where: bars on a terminal, lines in a pipe, and nothing that steers either."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.commands import PROGRAM, Run

from audiobook.cli.progress import make_display
from audiobook.progress import StageAdvanced, StageEnded, StageStarted

pty = pytest.importorskip("pty")

TONE = ("--engine", "tone", "--no-music")
ESCAPE = "\x1b"
HOSTILE = "Red \x1b[31m and \x1b]0;title\x07 back\x9b2J \u202egnp.exe"


def on_terminal(*arguments: object, stdout_too: bool = True) -> tuple[str, str]:
    """What a command shows on a terminal, and what it writes to standard output elsewhere."""
    master, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=terminal if stdout_too else subprocess.PIPE,
        stderr=terminal,
        env={**environment, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = bytearray()
    with process:
        while True:
            try:
                data = os.read(master, 1 << 16)
            except OSError:  # how Linux says that the other side is closed
                data = b""
            if not data:
                break
            shown += data
        out = process.stdout.read() if process.stdout else b""
    os.close(master)
    assert process.returncode == 0, shown.decode()
    return shown.decode(), out.decode()


def test_a_terminal_shows_bars(story: Path) -> None:
    shown, _ = on_terminal("build", story, *TONE)
    assert "━━━━" in shown
    assert "Speech" in shown
    assert "8/8" in shown
    assert "8 spoken, 0 kept" in shown
    assert "The Crossing · 2 chapters" in shown
    assert shown.rindex("output/crossing.mp3") > shown.rindex("━━━━")


class Terminal(io.StringIO):
    """Takes what is shown on it."""

    def isatty(self) -> bool:
        return True


def test_a_stage_that_is_done_once_more_has_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    display = make_display(quiet=False)
    for _ in range(2):
        display.show(StageStarted("mix", 4))
        display.show(StageAdvanced("mix", 4, 0))
    display.show(StageEnded("mix", "as loud as it should be"))
    display.close()
    frame = terminal.getvalue().rpartition(f"{ESCAPE}[2K")[2]
    assert frame.count("Mix") == frame.count("4/4") == 1
    assert "as loud as it should be" in frame


def test_json_goes_to_standard_output_though_the_bars_are_on_a_terminal(story: Path) -> None:
    shown, out = on_terminal("build", story, *TONE, "--json", stdout_too=False)
    assert json.loads(out)["engine"] == "tone"
    assert "━━━━" in shown
    assert "duration_s" not in shown


def test_a_pipe_gets_plain_lines(run_process: Run, story: Path) -> None:
    done = run_process("build", story, *TONE)
    assert ESCAPE not in done.err
    assert "\r" not in done.err
    assert "━" not in done.err
    assert done.err.splitlines()[0] == "The Crossing · 2 chapters · 8 segments · 1 voice · tone"
    assert done.err.splitlines()[1] == "speech done: 8 spoken, 0 kept"


def test_lines_on_a_stage_with_nothing_done_for_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    display = make_display(quiet=False)
    display.show(StageStarted("mix", 4))
    now_s = time.monotonic()
    for late_s, done in ((11, 0), (22, 1)):
        monkeypatch.setattr(time, "monotonic", lambda at=now_s + late_s: at)
        display.show(StageAdvanced("mix", done, 0))
    assert capsys.readouterr().err == "mix 0/4 0%\nmix 1/4 25% eta 66s\n"


@pytest.mark.slow
def test_hostile_titles_steer_no_terminal(run: Run) -> None:
    Path("s.md").write_text(f"# {HOSTILE}\n\n{'It rained. ' * 30}\n", encoding="utf-8")
    tone = ("--engine", "tone")
    for command in (("build", "s.md", *TONE), ("script", "s.md"), ("plan", "s.md", *tone)):
        shown, _ = on_terminal(*command)
        assert "Red" in shown
        for harmful in (f"{ESCAPE}[31m and", f"{ESCAPE}]0;", "\x07", "\x9b", "\u202e"):
            assert harmful not in shown
    piped = run("plan", "s.md", *tone, "--json").json
    assert piped["episodes"][0]["title"].startswith("Red")


@pytest.mark.slow
def test_hostile_names_of_files_steer_no_terminal(run_process: Run) -> None:
    name = "evil\x1b[31m\n\rname.txt"
    Path(name).write_text("!!!")
    for arguments in ((name,), (name + "x",), ("-o", name, name)):
        done = run_process("build", *TONE, *arguments)
        assert done.code in (2, 3)
        assert ESCAPE not in done.err
        assert len([line for line in done.err.splitlines() if line.startswith("error: ")]) == 1
        assert all(line.startswith(("error: ", "hint: ")) for line in done.err.splitlines())


@pytest.mark.parametrize(
    "command", [("script", "crossing.md"), ("voices",), ("build", "crossing.md", *TONE, "--json")]
)
@pytest.mark.usefixtures("story")
def test_a_reader_that_leaves_early_is_no_error(command: tuple[str, ...]) -> None:
    process = subprocess.Popen([*PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()  # before anything is written
        err = process.stderr.read().decode()
    assert process.returncode == 0
    assert "error" not in err.casefold()
    assert "Traceback" not in err


def test_nobody_who_watches_is_no_error(story: Path) -> None:
    """The build goes on, and is told on standard output."""
    process = subprocess.Popen(
        [*PROGRAM, "build", story, *TONE, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout
        assert process.stderr
        process.stderr.close()
        out = process.stdout.read()
    assert process.returncode == 0
    assert json.loads(out)["episodes"][0]["files"] == {"mp3": "output/crossing.mp3"}


@pytest.mark.slow
def test_streams_that_are_closed_are_no_error(story: Path) -> None:
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        command = f'exec "$@" {closed}'
        arguments = ["sh", "-c", command, "sh", *PROGRAM, "build", str(story), *TONE]
        done = subprocess.run(arguments, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_few_letters_are_enough(run_process: Run) -> None:
    """Where standard output has but ASCII, people see marks and programs still get UTF-8."""
    Path("ночь.txt").write_text("Ночь была тиха.", encoding="utf-8")
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    done = run_process("build", "ночь.txt", *TONE, env=ascii_only)
    assert done.code == 0
    assert "output/????.mp3" in done.out
    as_json = run_process("build", "ночь.txt", *TONE, "--json", "-q", env=ascii_only)
    assert as_json.json["episodes"][0]["title"] == "ночь"
    assert "Ночь была тиха." in run_process("script", "ночь.txt", env=ascii_only).out


def test_a_name_that_is_no_utf_8_will_do(run_process: Run) -> None:
    path = os.fsdecode(b"caf\xe9.txt")
    try:
        Path(path).write_text("Hello.")
    except OSError:
        pytest.skip("this file system has UTF-8 only")
    done = run_process("build", path, *TONE, "--json")
    assert done.code == 0
    (episode,) = done.json["episodes"]
    assert Path(episode["files"]["mp3"]).is_file()
