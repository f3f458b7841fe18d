"""A clock that goes on only while somebody sleeps by it."""

from __future__ import annotations

import threading

__all__ = ["Clock"]


class Clock:
    """`now` and `sleep` in seconds, for what takes a clock; `slept` has every pause, in order."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._now_s = 1000.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now_s

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now_s += seconds
