"""The command line: the only room that reads flags and prints."""

from __future__ import annotations

import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; the entry point `audiobook`."""
    try:
        from audiobook.cli.app import app  # so that importing the room costs nothing

        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(_INTERRUPTED)
