"""The processes in which espeak-ng speaks, seen from the process that asks them."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO, cast

from audiobook.errors import MissingError
from audiobook.speech.engines import _espeak_child as child

__all__ = ["REINSTALL", "Pool", "ProcessDiedError"]

_START_S = 30.0  # most that a process may need to begin; it needs a twentieth of a second

REINSTALL = "pip install --force-reinstall espeakng-loader"
"""What brings espeak-ng back, as a hint for the user."""


class ProcessDiedError(Exception):
    """A process ended before it had answered."""


class Pool:
    """Processes that answer requests: started when needed, used again, at most so many at once.

    Args:
        arguments: gives those of the child's script: paths of the library and of its data.
        at_once: most processes there may be.
        reuse: whether a process forks for each request; else it answers one and ends.
    """

    def __init__(
        self, arguments: Callable[[], tuple[str, str]], at_once: int, *, reuse: bool
    ) -> None:
        self._arguments = arguments
        self._reuse = reuse
        self._slots: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(at_once):
            self._slots.put(None)
        self._lock = threading.Lock()
        self._living: set[_Process] = set()
        self._closed = False

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        """Have a request answered, waiting for a process to be free.

        Args:
            request: what the process is sent.
            timeout_s: seconds after which a process that has not answered is ended.

        Raises:
            ProcessDiedError: the process ended first, or the pool is closed.
            MissingError: no process can be started, or it cannot use the library.
        """
        slot = self._slots.get()
        process = None
        try:
            process = slot or self._start()
            answer = process.ask(request, timeout_s)
        except BaseException:
            self._end(process)
            self._slots.put(None)
            raise
        if not self._reuse:
            self._end(process)
        self._slots.put(process if self._reuse else None)
        return answer

    def start(self) -> None:
        """Have one process ready. Raises as `ask` does."""
        slot = self._slots.get()
        try:
            slot = slot or self._start()
        finally:
            self._slots.put(slot)

    def close(self) -> None:
        """End all processes; what they are asked meanwhile fails."""
        with self._lock:
            self._closed = True
            living = list(self._living)
        for process in living:
            self._end(process)

    def _start(self) -> _Process:
        with self._lock:  # so that none is started behind the back of `close`
            if self._closed:
                raise ProcessDiedError("it has been closed")
            script = [sys.executable, "-I", "-S", child.__file__, *self._arguments()]
            try:
                process = _Process([*script, "fork" if self._reuse else "once"])
            except OSError as error:
                raise MissingError(f"no process can be started for espeak-ng: {error}") from error
            self._living.add(process)
        try:
            process.greet()
        except BaseException:
            self._end(process)
            raise
        return process

    def _end(self, process: _Process | None) -> None:
        if process:
            process.end()
            with self._lock:
                self._living.discard(process)


class _Process:
    """One process and its two pipes."""

    def __init__(self, command: Sequence[str]) -> None:
        # A session of its own: Ctrl-C at the terminal is for this process alone to handle.
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._requests = cast(IO[bytes], self._popen.stdin)
        self._answers = cast(IO[bytes], self._popen.stdout)

    def greet(self) -> None:
        """Wait until it is ready.

        Raises:
            ProcessDiedError: it ended first.
            MissingError: it cannot use the library.
        """
        with self._ended_after(_START_S):
            reason = self._read()
        if reason:
            raise MissingError(
                f"espeak-ng cannot be used: {reason.decode(errors='replace')}",
                hint=REINSTALL,
            )

    def ask(self, request: bytes, timeout_s: float) -> bytes:
        """Send a request and wait for the answer; after the time-out it is ended."""
        with self._ended_after(timeout_s):
            with contextlib.suppress(OSError, ValueError):  # reading tells how it ended
                child.write_frame(self._requests, request)
            return self._read()

    @contextlib.contextmanager
    def _ended_after(self, timeout_s: float) -> Iterator[None]:
        """End the process if it takes longer; whatever it does, it can be stopped from outside."""
        timed_out = threading.Event()

        def end() -> None:
            timed_out.set()
            self._kill()

        timer = threading.Timer(timeout_s, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except ProcessDiedError as error:
            if timed_out.is_set():
                raise ProcessDiedError(f"it did not answer in {timeout_s:.3g} s") from error
            raise
        finally:
            timer.cancel()

    def _read(self) -> bytes:
        answer = None
        with contextlib.suppress(OSError, ValueError):  # closed by another thread
            answer = child.read_frame(self._answers)
        if answer is None:
            raise ProcessDiedError(f"its process ended with code {self._popen.wait()}")
        return answer

    def end(self) -> None:
        """End it and what it forked, whatever they are doing."""
        self._kill()
        self._popen.wait()
        for stream in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                stream.close()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if self._popen.poll() is None and hasattr(os, "killpg"):
                os.killpg(self._popen.pid, signal.SIGKILL)
            else:
                self._popen.kill()
