"""The command line: the only room that reads flags and prints."""

from __future__ import annotations

import gc
import signal
import sys

from audiobook.errors import INTERRUPTED

__all__ = ["main"]

_OBJECTS_BETWEEN_LOOKS = 300_000
"""What a command makes lives as long as it does, all but a little: looking for cycles in it after
every 700 objects, as Python does, takes an eighth of the time that a short one has."""
_AS_CTRL_C = ("SIGTERM", "SIGHUP")  # from a supervisor, from a terminal that is closed


def main() -> None:
    """Run the command line; the entry point `audiobook`."""
    try:
        _end_as_by_ctrl_c()
        gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
        from audiobook.cli.app import app  # so that importing the room costs nothing

        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # the system takes everything back: Python need not look through it before


def _end_as_by_ctrl_c() -> None:
    """Have signals that ask for an end leave nothing behind either; those ignored stay so."""
    for name in _AS_CTRL_C:
        number = getattr(signal, name, None)  # Windows has one of them
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
