"""Standard output and standard error, whatever they are: closed, full, or short of letters."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

from audiobook.errors import OutputError

__all__ = ["printable", "put", "put_data", "tell"]


def tell(*lines: str) -> None:
    """Write lines to standard error, as long as somebody reads it."""
    stream = sys.stderr
    if stream is None:  # it was closed before the program began
        return
    try:
        for line in lines:
            stream.write(printable(line, stream) + "\n")
        stream.flush()
    except OSError:
        _abandon(stream)


def put(*lines: str) -> None:
    """Write lines for people to standard output; nothing in them steers a terminal.

    Raises:
        OutputError: it cannot be written. That nobody reads it any more is no error.
    """
    if sys.stdout is not None:
        text = "".join(printable(line, sys.stdout) + "\n" for line in lines)
        _put_bytes(text.encode(_encoding(sys.stdout)), sys.stdout)


def put_data(text: str) -> None:
    """Write a text for programs to standard output: in UTF-8 and as it is, but on a terminal.

    Half a surrogate pair, as in the name of a file that is not UTF-8, is escaped as in JSON.

    Raises:
        OutputError: as for `put`.
    """
    if sys.stdout is None:
        return
    if sys.stdout.isatty():
        put(*text.splitlines())
    else:
        _put_bytes(text.encode("utf-8", "backslashreplace"), sys.stdout)


def printable(line: str, stream: TextIO) -> str:
    """A line without what could steer a terminal, in letters that the stream has."""
    encoding = _encoding(stream)
    clean = "".join(c if c.isprintable() else " " for c in line)
    return clean.encode(encoding, "replace").decode(encoding)


def _put_bytes(data: bytes, stream: TextIO) -> None:
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except BrokenPipeError:
        _abandon(stream)
    except OSError as error:
        _abandon(stream)
        raise OutputError(f"cannot write to standard output: {error.strerror}") from error


def _abandon(stream: TextIO) -> None:
    """Lead a stream to nowhere, so that what it still holds cannot fail again at the end."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _encoding(stream: TextIO) -> str:
    return stream.encoding or "utf-8"
