"""How much work something is, on any machine: the lines of Python that are run for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["n_lines_run"]


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
