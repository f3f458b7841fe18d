"""Where voices that are files lie, and how they get there: whole, checked, over TLS.

A file is fetched to a partial one beside it, which is gone on with where it broke off; it takes
its name once its checksum is right. Nothing here asks whether it is welcome: whoever calls does,
knowing from `planned_install` what would be fetched.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import platformdirs

from audiobook.errors import MissingError, OutputError
from audiobook.progress import Listener, StageAdvanced, StageEnded, StageStarted
from audiobook.speech.voice_catalogue import InstallableVoice, RemoteFile

if TYPE_CHECKING:
    from requests import Response

__all__ = ["PlannedInstall", "files_in", "install_voice", "planned_install", "voice_folders"]

_STAGE = "install"
_CHUNK_BYTES = 1 << 20
_TIMEOUT_S = (10.0, 60.0)  # to connect, to wait for the next bytes
_CURE = "set AUDIOBOOK_VOICES to a folder that can be written"
_AGAIN = "install it again: what has come is kept"
_ONLINE = f"check the network, then {_AGAIN}"
_OK, _PARTIAL, _BAD_RANGE = 200, 206, 416


@dataclass(frozen=True, slots=True)
class PlannedInstall:
    """What would be done to install a voice."""

    voice: InstallableVoice
    """The voice."""
    folder: Path
    """Where its files would lie."""
    files: tuple[RemoteFile, ...]
    """Those that are not there yet; () where it is installed."""
    n_bytes: int
    """How much there is to fetch, less what has come of it before."""


def voice_folders() -> tuple[Path, ...]:
    """Folders in which engines look for voices, in that order; they need not be there.

    The variable AUDIOBOOK_VOICES names them, separated as in PATH; else it is a folder of the
    user's data. Voices are installed into the first.
    """
    named = os.environ.get("AUDIOBOOK_VOICES", "")
    if folders := [Path(each) for each in named.split(os.pathsep) if each]:
        return tuple(folders)
    return (Path(platformdirs.user_data_dir("audiobook")) / "voices",)


def files_in(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder of voices, by name; none where it cannot be looked into."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def planned_install(voice: InstallableVoice, folder: Path | None = None) -> PlannedInstall:
    """What there is to fetch for a voice; a file of the right name and size is there already.

    Args:
        voice: from the catalogue.
        folder: where to; None for the first of `voice_folders`.

    Raises:
        OutputError: a file's name is not fit for the folder, or the folder cannot be looked into.
    """
    folder = folder or voice_folders()[0]
    for file in voice.files:
        _check_name(file.name)
    with _writing(folder):
        missing = tuple(file for file in voice.files if not _is_there(folder / file.name, file))
        n_bytes = sum(file.n_bytes - _n_come(folder, file) for file in missing)
    return PlannedInstall(voice, folder, missing, n_bytes)


def install_voice(planned: PlannedInstall, listen: Listener) -> tuple[Path, ...]:
    """Fetch what a voice lacks.

    Args:
        planned: from `planned_install`.
        listen: is told of the stage "install", in bytes.

    Returns:
        The voice's files, those that were there included.

    Raises:
        MissingError: a file cannot be fetched, or is not the one that the catalogue knows.
        OutputError: the folder cannot be written, or the disk is full.
    """
    total = sum(file.n_bytes for file in planned.files)
    _check_space(planned)
    listen(StageStarted(_STAGE, total))
    n_kept = total - planned.n_bytes
    n_done = 0
    for file in planned.files:
        with _writing(planned.folder):
            _fetch(file, planned.folder, functools.partial(_tell, listen, n_done, n_kept))
        n_done += file.n_bytes
    listen(StageEnded(_STAGE, f"{planned.voice.name} in {planned.folder}"))
    return tuple(planned.folder / file.name for file in planned.voice.files)


def _tell(listen: Listener, n_before: int, n_kept: int, n_come: int) -> None:
    listen(StageAdvanced(_STAGE, n_before + n_come, n_kept))


def _fetch(file: RemoteFile, folder: Path, told: Callable[[int], None]) -> None:
    """Fetch one file, going on where an earlier attempt broke off."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = _partial(folder, file)
    with _held(partial) as sink:
        if sink.tell() < file.n_bytes:
            with _asked(file, sink.tell()) as answer:
                _receive(answer, sink, file, told)
    if _digest(partial, file) != file.checksum:
        partial.unlink()
        raise MissingError(
            f"what {file.url} sends is not {file.name}: its checksum is wrong",
            hint="it may have changed there; look for a newer version of this program",
        )
    partial.replace(folder / file.name)


@contextmanager
def _held(partial: Path) -> Iterator[IO[bytes]]:
    """A partial file, open at its end, and for nobody else to write to meanwhile.

    Raises:
        OutputError: somebody else is writing to it, or has just done with it.
    """
    with partial.open("ab") as sink:
        if not (_is_locked(sink) and partial.exists() and _is_open_as(sink, partial)):
            raise OutputError(
                f"another program is fetching {partial} now",
                hint="wait until it has done, then install it again",
            )
        yield sink


def _is_locked(file: IO[bytes]) -> bool:
    """Lock a file for as long as it is open; False where another program has."""
    try:
        import fcntl  # noqa: PLC0415 - not there on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _is_open_as(file: IO[bytes], path: Path) -> bool:
    """Whether the open file is still the one of that path."""
    return os.path.samestat(os.fstat(file.fileno()), path.stat())


@contextmanager
def _asked(file: RemoteFile, n_come: int) -> Iterator[Response]:
    """The answer to a request for what is missing of a file, seen to be one that can be used."""
    import requests  # noqa: PLC0415 - slow to load
    import urllib3  # noqa: PLC0415 - likewise

    # Compressed on the way, its parts could not be told by their place.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={n_come}-"} if n_come else {})
    try:
        with requests.get(file.url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
            _check_answer(answer, file, n_come)
            yield answer
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        kind = type(error).__name__  # what it says may be long, and about a library
        raise MissingError(f"{file.url} cannot be fetched ({kind})", hint=_ONLINE) from error


def _check_answer(answer: Response, file: RemoteFile, n_come: int) -> None:
    if any(not each.url.startswith("https://") for each in (*answer.history, answer)):
        raise MissingError(f"{file.url} leads to an address without TLS")
    goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {n_come}-")
    if answer.status_code == _OK or (answer.status_code == _PARTIAL and n_come and goes_on):
        return
    what = f"status {answer.status_code}"
    if answer.status_code in (_PARTIAL, _BAD_RANGE):
        what = "another part than was asked for"
    raise MissingError(f"{file.url} cannot be fetched: it answers with {what}", hint=_AGAIN)


def _receive(
    answer: Response, sink: IO[bytes], file: RemoteFile, told: Callable[[int], None]
) -> None:
    """Write down what comes: the rest, or all, which a server may send in its place."""
    if answer.status_code == _OK:
        sink.seek(0)
        sink.truncate()
    n_come = sink.tell()
    for chunk in answer.iter_content(_CHUNK_BYTES):
        n_come += len(chunk)
        if n_come > file.n_bytes:
            sink.truncate(0)
            raise MissingError(f"{file.url} sends more than the {file.n_bytes} bytes it should")
        sink.write(chunk)
        told(n_come)
    if n_come < file.n_bytes:
        raise MissingError(
            f"{file.url} broke off after {n_come} of {file.n_bytes} bytes", hint=_AGAIN
        )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write to {folder}: {reason}", hint=_CURE) from error


def _check_space(planned: PlannedInstall) -> None:
    """Refuse before anything is fetched where the disk has no room for it."""
    there = next(
        path for path in (planned.folder, *planned.folder.absolute().parents) if path.exists()
    )
    if shutil.disk_usage(there).free < planned.n_bytes:
        raise OutputError(
            f"{planned.folder} has no room for {planned.n_bytes / 1e6:.0f} MB", hint=_CURE
        )


def _check_name(name: str) -> None:
    """A name that stays in its folder, on every system."""
    if (
        not name
        or name.startswith(".")
        or any(c in '/\\:*?"<>|' or not c.isprintable() for c in name)
    ):
        raise OutputError(f"a voice cannot have a file named {name!r:.80}")


def _partial(folder: Path, file: RemoteFile) -> Path:
    """The file that holds what has come; of another checksum, it is another."""
    return folder / f".{file.name}.{file.checksum[-12:]}.partial"


def _n_come(folder: Path, file: RemoteFile) -> int:
    """Bytes of a file that have come before."""
    partial = _partial(folder, file)
    return min(partial.stat().st_size, file.n_bytes) if partial.is_file() else 0


def _is_there(path: Path, file: RemoteFile) -> bool:
    return path.is_file() and path.stat().st_size == file.n_bytes


def _digest(path: Path, file: RemoteFile) -> str:
    algorithm = file.checksum.partition(":")[0]
    with path.open("rb") as written:
        # For telling a file apart, not for secrets: MD5 is what Piper's catalogue gives.
        found = hashlib.file_digest(written, lambda: hashlib.new(algorithm, usedforsecurity=False))
    return f"{algorithm}:{found.hexdigest()}"
