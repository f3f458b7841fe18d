"""Engines held to their pace: so many seconds between the beginnings of two pieces."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from audiobook.errors import SpeechError
from audiobook.speech.engine import Engine
from audiobook.speech.retrying import Pace

__all__ = ["Pacer"]


class Pacer:
    """Lets engines begin no sooner than `Limits.pace_s` allows, from any number of threads.

    Args:
        sleep: waits so many seconds; None: until `close`, at the most.
        clock: seconds of a clock that never goes back.
    """

    def __init__(
        self,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._clock = clock
        self._lock = threading.Lock()
        self._paces: dict[str, Pace] = {}

    def wait_for_turn(self, engine: Engine) -> None:
        """Wait until an engine may be given another piece.

        Raises:
            SpeechError: after `close`; it is to be given none.
        """
        with self._lock:
            pace = self._paces.setdefault(engine.name, Pace(engine.limits.pace_s))
            now_s = self._clock()
            turn_s = pace.begin(now_s)
        if turn_s > now_s:
            self._sleep(turn_s - now_s)
        if self._closed.is_set():
            raise SpeechError(f"the build ended before it was {engine.name}'s turn")

    def close(self) -> None:
        """End waiting, in all threads; no engine has another turn."""
        self._closed.set()
