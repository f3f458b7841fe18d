"""Folders in which programs find a text and leave its speech; none is there for longer."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from audiobook.errors import OutputError

__all__ = ["no_room", "sweep_workshops", "workshop"]

_PREFIX = "audiobook-command-"
_NAME = re.compile(re.escape(_PREFIX) + "[a-z0-9_]{8}")
_STALE_S = 24 * 3600


@contextmanager
def workshop() -> Generator[Path]:
    """A folder that is there for as long as one text is spoken.

    Raises:
        OutputError: none can be made.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise no_room(error) from error
    with folder as path:
        yield Path(path)


def sweep_workshops() -> None:
    """Remove this user's folders that killed builds have left, once they are a day old."""
    with contextlib.suppress(OSError):
        for path in Path(tempfile.gettempdir()).iterdir():
            if _NAME.fullmatch(path.name) and _is_stale(path):
                shutil.rmtree(path, ignore_errors=True)


def no_room(error: OSError) -> OutputError:
    """The error of a folder for temporary files that takes no more."""
    what = f"cannot write to the folder for temporary files: {error.strerror or error}"
    return OutputError(what, hint="set TMPDIR to a folder with room")


def _is_stale(path: Path) -> bool:
    try:
        facts = path.lstat()
    except OSError:  # gone in the meantime
        return False
    is_own = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
    is_old = time.time() - facts.st_mtime > _STALE_S
    return stat.S_ISDIR(facts.st_mode) and is_own and is_old
