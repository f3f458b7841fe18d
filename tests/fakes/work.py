"""How much work something is, on any machine: the lines of Python run for it, and its memory."""

from __future__ import annotations

import contextlib
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

__all__ = ["memory_below", "n_lines_run"]


def n_lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python something runs, each round of a loop counted."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@contextlib.contextmanager
def memory_below(mebibytes: int) -> Iterator[None]:
    """See that what runs within, in any thread, takes no more memory of Python's than that."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < mebibytes << 20
    finally:
        tracemalloc.stop()
