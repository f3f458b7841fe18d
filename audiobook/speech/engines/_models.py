"""What engines share that speak with models in files: cores, devices, digests, what is loaded."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from audiobook.engine_settings import EngineSettings
from audiobook.errors import ConfigError, MissingError, NotInstalledError, SpeechError
from audiobook.plugins import said
from audiobook.speech.voice_store import voice_folders
from audiobook.utterance import Clip

__all__ = [
    "AT_ONCE",
    "N_THREADS",
    "Loaded",
    "ModelSettings",
    "digest_of",
    "library",
    "loading",
    "nothing_installed",
    "read_settings",
    "usual_settings",
    "with_device",
]

_CORES = os.cpu_count() or 1
AT_ONCE = min(_CORES, 4)
"""Pieces a model speaks at the same time: each needs memory of its own, some 100 MB."""
N_THREADS = max(1, _CORES // AT_ONCE)
"""Threads for each of them, so that all together are no more than there are cores."""

_NO_CUDA = "CUDA was asked for and cannot be used: the processor speaks instead"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What an engine with models can be told."""

    folders: tuple[Path, ...]
    """Where its models and voices are, the first preferred."""
    cuda: bool = False
    """Whether to use the graphics card, where that works."""


def usual_settings() -> ModelSettings:
    """What holds where a show sets nothing: `voice_folders`, and the variable AUDIOBOOK_CUDA."""
    return ModelSettings(voice_folders(), os.environ.get("AUDIOBOOK_CUDA", "") not in ("", "0"))


def read_settings(settings: EngineSettings) -> ModelSettings:
    """What a show sets: `folder`, which is looked into before the others, and `cuda`.

    Raises:
        ConfigError: a setting is wrong, or the folder is not there; with its place.
    """
    usual = usual_settings()
    named = settings.table.text("folder")
    cuda = settings.table.flag("cuda")
    if cuda is None:
        cuda = usual.cuda
    if named is None:
        return ModelSettings(usual.folders, cuda)
    where = settings.table.where("folder")
    folder = Path(where.path).parent / named
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}", where=where)
    return ModelSettings((folder, *usual.folders), cuda)


def library(engine: str) -> ModuleType:
    """What knows the libraries of an engine, which are slow to load and may be missing.

    Raises:
        NotInstalledError: they are.
    """
    try:
        return importlib.import_module(f"audiobook.speech.engines._{engine}_model")
    except ImportError as error:
        raise NotInstalledError(
            f"{engine} is not installed: {said(error)}", hint=f"pip install 'audiobook[{engine}]'"
        ) from error


def nothing_installed(engine: str, settings: ModelSettings, example: str) -> NotInstalledError:
    """The error of an engine without a voice; the example is what may be installed."""
    folders = ", ".join(map(str, settings.folders))
    return NotInstalledError(
        f"there is no voice for {engine} in {folders}",
        hint=f"audiobook voices install {example}",
    )


@contextlib.contextmanager
def loading(path: Path, *, cure: str) -> Iterator[None]:
    """Name the file, and what may help, in whatever the libraries raise over it.

    Raises:
        MissingError: anything was raised.
    """
    try:
        yield
    except MissingError:
        raise
    except Exception as error:
        raise MissingError(f"{path} cannot be used: {said(error)}", hint=cure) from error


def with_device(clip: Clip, settings: ModelSettings, *, is_on_cuda: bool) -> Clip:
    """A clip with a warning where it was to be made on the graphics card, and was not."""
    if settings.cuda and not is_on_cuda:
        return replace(clip, warnings=(*clip.warnings, _NO_CUDA))
    return clip


def digest_of(paths: Iterable[Path]) -> str:
    """A digest of files: 16 hex digits. Each is read once, and again when size or date change.

    Raises:
        MissingError: one cannot be read.
    """
    return "".join(map(_digest, paths))


def _digest(path: Path) -> str:
    try:
        found = path.stat()
        return _file_digest(path, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise MissingError(f"{path} cannot be read: {error.strerror or error}") from error


@functools.lru_cache(maxsize=256)
def _file_digest(path: Path, n_bytes: int, changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()


class Loaded(Generic[_Value]):
    """Models that are slow to load and large: each loaded once, those used last kept.

    Args:
        load: loads what a name stands for.
        stop: ends what a model is doing, for good.
        most: how many are kept.
    """

    def __init__(
        self, load: Callable[[str], _Value], stop: Callable[[_Value], object], most: int
    ) -> None:
        self._load = load
        self._stop = stop
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._closed = False

    def get(self, name: str) -> _Value:
        """The model of that name, loaded by the first who asks while others wait.

        Raises:
            SpeechError: after `close`.
        """
        with self._lock:
            if self._closed:
                raise SpeechError("the engine has been closed")
            if name not in self._values:
                self._values[name] = self._load(name)
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return self._values[name]

    def close(self) -> None:
        """Stop all that are kept, and load no more."""
        with self._lock:
            self._closed = True
            for value in self._values.values():
                self._stop(value)
            self._values.clear()
