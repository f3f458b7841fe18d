"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys

from audiobook.cli.streams import printable
from audiobook.errors import UsageError

__all__ = ["confirmed"]


def confirmed(question: str, *, hint: str) -> bool:
    """Ask on standard error; whether the answer is yes. An empty one, or none at all, is no.

    Args:
        question: what to ask.
        hint: how to go without being asked.

    Raises:
        UsageError: nobody can be asked, since this is no terminal.
    """
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stderr)):
        raise UsageError("nobody can be asked: this is no terminal", hint=hint)
    sys.stderr.write(printable(f"{question} [y/N] ", sys.stderr))
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())
