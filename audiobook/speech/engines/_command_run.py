"""A program run once, within bounds of time and of what it may write; nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

__all__ = ["Ended", "Runner", "StoppedError", "TimedOutError", "listed_names"]

_LOOK_EVERY_S = 0.1
_LIST_WITHIN_S = 5.0
_TAIL_BYTES = 4096
_TAIL_WITHIN_S = 0.5
"""Most that is waited for the rest of what a program has said, once it has ended."""


class StoppedError(Exception):
    """A program was ended before it had done its work; says why."""


class TimedOutError(StoppedError):
    """It took too long."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended by itself."""

    code: int
    """Its exit code; below 0 for the signal that ended it."""
    last_words: str
    """The last line that it printed, or ""."""


class Runner:
    """Runs programs, from any number of threads, until it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._living: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        text_file: Path,
        out: Path,
        within_s: float,
        most_bytes: int,
    ) -> Ended:
        """Run a program, and end what it has left running.

        Args:
            arguments: the program and its arguments; no shell looks at them.
            folder: where it runs.
            text_file: what it finds on its standard input.
            out: the file that it is to write.
            within_s: seconds after which it is ended.
            most_bytes: it is ended when `out` is larger.

        Raises:
            OSError: it cannot be started.
            StoppedError: it was ended.
        """
        process = self._start(arguments, folder, text_file)
        try:
            tail = _Tail(cast(IO[bytes], process.stdout))
            code = _wait(process, out, within_s, most_bytes)
        finally:
            _kill_group(process)
            process.wait()
            with self._lock:
                self._living.discard(process)
        if self._is_closed:
            raise StoppedError("has been closed")
        return Ended(code, tail.last_line())

    def close(self) -> None:
        """End what is running; nothing is started any more."""
        with self._lock:
            self._is_closed = True
            for process in self._living:
                _kill_group(process)

    def _start(
        self, arguments: Sequence[str], folder: Path, text_file: Path
    ) -> subprocess.Popen[bytes]:
        with self._lock, text_file.open("rb") as text:  # locked: none starts behind `close`
            if self._is_closed:
                raise StoppedError("has been closed")
            process = subprocess.Popen(
                arguments,
                cwd=folder,
                stdin=text,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                # A session, and so a group, of its own: it is ended with all that it has started,
                # and Ctrl-C at the terminal is for this process alone to handle.
                start_new_session=True,
            )
            self._living.add(process)
            return process


def listed_names(path: Path, arguments: Sequence[str]) -> frozenset[str]:
    """The names that a program prints after a colon; none where it fails or takes long."""
    try:
        ended = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(ended.stdout.decode("utf-8", "replace").partition(":")[2].split())


def _wait(process: subprocess.Popen[bytes], out: Path, within_s: float, most_bytes: int) -> int:
    """The exit code of a program, or StoppedError when it takes too long or writes too much."""
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(min(_LOOK_EVERY_S, max(deadline - time.monotonic(), 0.0)))
        with contextlib.suppress(OSError):  # there may be no file yet
            if out.stat().st_size > most_bytes:
                raise StoppedError(f"writes more than {most_bytes // 10**6} MB")
        if time.monotonic() >= deadline:
            raise TimedOutError(f"has not ended within {within_s:g} s")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it has started, as long as any of it is there."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


class _Tail:
    """Reads what a program prints, so that it need never wait, and keeps the end of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = b""
        # A daemon: what has left the program's group may hold the other end for ever.
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def last_line(self) -> str:
        self._thread.join(_TAIL_WITHIN_S)
        lines = self._kept.decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _read(self) -> None:
        with self._stream, contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), 1 << 16):
                self._kept = (self._kept + piece)[-_TAIL_BYTES:]
