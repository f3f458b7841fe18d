"""What works on this machine: the engines, the encoder, the network, the store."""

from __future__ import annotations

import functools
import os
import platform
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from audiobook.cache import size_of
from audiobook.engine_settings import AUTO
from audiobook.episode.lame import load_lame
from audiobook.episode.pyav import load_pyav
from audiobook.errors import (
    AudiobookError,
    MissingError,
    NotInstalledError,
    NotSetUpError,
    UnknownNameError,
)
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.plugins import told
from audiobook.progress import silent
from audiobook.show import Show
from audiobook.show_files import nearest_show
from audiobook.speech.choose import AUTO_ENGINES, Engines
from audiobook.speech.engine import Engine, HasPlace
from audiobook.store import Store, digest
from audiobook.utterance import Utterance, Voice

__all__ = ["EngineHealth", "EngineState", "Finding", "Health", "StoreHealth", "examine"]

_TEXT = "1, 2, 3."  # which every language can say
_LANGUAGE = "en"
_WITHIN_S = 20.0
_SITE = "https://translate.google.com/"
_SITE_TIMEOUT_S = (3.0, 5.0)  # to connect, to wait for the next bytes

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something works."""

    what: str
    """What it is, or where."""
    problem: str | None = None
    """What is wrong with it; None where it works."""
    hint: str | None = None
    """What to do about that."""


class EngineState(StrEnum):
    """What was found out about an engine."""

    WORKS = "works"
    FAILS = "fails"
    NOT_SET_UP = "not set up"
    """It works by settings, and no show gives it any."""
    NOT_INSTALLED = "not installed"
    """It, or any voice for it, is not on this machine."""


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """What was found out about an engine, by having it speak."""

    name: str
    """Its name."""
    version: str | None
    """Its version; None where it cannot be told."""
    place: str | None
    """Where it was found: a file, a folder, an address; None where it tells none."""
    needs_network: bool | None
    """Whether it speaks elsewhere; None where it cannot even be loaded."""
    took_s: float
    """How long it took to find out, in seconds."""
    problem: str | None = None
    """Why it does not speak; None where it does."""
    hint: str | None = None
    """What to do about that."""
    state: EngineState = EngineState.WORKS
    """Whether it speaks, and if not, whether anything is wrong with it."""

    @property
    def works(self) -> bool:
        """Whether it has spoken."""
        return self.state is EngineState.WORKS


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """The folder in which everything made is kept."""

    folder: Path
    """Where it is."""
    n_files: int
    """How many values it holds."""
    n_bytes: int
    """Their size."""
    free_bytes: int
    """How much room is left on its disk."""
    problem: str | None = None
    """Why it cannot be written; None where it can."""
    hint: str | None = None
    """What to do about that."""


@dataclass(frozen=True, slots=True)
class Health:
    """What was found out about this machine."""

    program: str
    """This program's version."""
    python: str
    """Python's version."""
    system: str
    """The operating system and the processor."""
    n_cores: int
    """How many cores there are."""
    engines: tuple[EngineHealth, ...]
    """Each engine, the show's own ones included, by name."""
    encoder: Finding
    """What makes MP3."""
    network: Finding
    """Whether the site answers that speaks for the engine gtts."""
    store: StoreHealth
    """Where everything made is kept."""
    show: Finding
    """The show that a build without arguments would make, if there is one."""
    wanted: tuple[str, ...]
    """The engines that may speak in a build here, the preferred one first."""
    needed: tuple[str, ...] = ()
    """Engines that alone may speak somebody of the show's cast."""

    @property
    def engine(self) -> str | None:
        """The engine that would speak in a build here; None where none would."""
        return next((name for name in self.wanted if name in self._working), None)

    @property
    def problems(self) -> list[str]:
        """What keeps a build from working here; empty where one would."""
        found = [self.show.problem, self.encoder.problem, self.store.problem]
        if self.engine is None:
            found.append(f"no engine that it may use works ({', '.join(self.wanted)})")
        lacking = (name for name in self.needed if name not in self._working)
        found += [f"{name} does not work, which some of the cast need" for name in lacking]
        return [problem for problem in found if problem]

    @property
    def _working(self) -> set[str]:
        return {engine.name for engine in self.engines if engine.works}


def examine(engine: str | None = None) -> Health:
    """Try out all that a build may need, each engine by having it speak, all at the same time.

    It takes as long as the slowest: under a second as a rule, 20 s at the most.

    Args:
        engine: what a build would speak with; None for what the show in this folder says.

    Raises:
        UnknownNameError: there is no such engine.
    """
    show, finding = _show()
    engines = Engines(silent, show.engines)
    if engine is not None and engine not in (AUTO, *engines.names):
        raise UnknownNameError("engine", engine, [*engines.names, AUTO])
    with closing(engines):
        spoken = {name: _begun(_engine, engines, name) for name in engines.names}
        network, store, encoder = _begun(_network), _begun(_store), _begun(_encoder)
        work: list[Future[Any]] = [network, store, encoder, *spoken.values()]
        wait(work, timeout=_WITHIN_S)
    healths = tuple(
        _result(health, functools.partial(_silent_engine, name)) for name, health in spoken.items()
    )
    return Health(
        metadata.version("audiobook"),
        platform.python_version(),
        platform.platform(),
        os.cpu_count() or 1,
        healths,
        _result(encoder, functools.partial(Finding, "MP3")),
        _result(network, functools.partial(Finding, _SITE)),
        _result(store, functools.partial(StoreHealth, Store().folder, 0, 0, 0)),
        finding,
        _wanted(engine, show),
        _needed(show),
    )


def _wanted(engine: str | None, show: Show) -> tuple[str, ...]:
    """The engines that may speak for all of a show who ask for no other."""
    names = show.engines_for(engine)
    return AUTO_ENGINES if names == (AUTO,) else names


def _needed(show: Show) -> tuple[str, ...]:
    """The engines that alone may speak somebody of a show's cast."""
    return tuple(sorted({member.engine for member in show.cast if member.engine}))


def _show() -> tuple[Show, Finding]:
    """The show of this folder; one without settings where there is none that can be used."""
    try:
        show = nearest_show()
        if show is None:
            return Show(), Finding("none here")
        engines = Engines(silent, show.engines)
        for name in _wanted(None, show):
            engines.load(name, show.where("engine"))
        for name in _needed(show):
            engines.load(name)
    except AudiobookError as error:
        return Show(), Finding(str(error.where or "show.toml"), error.what, error.hint)
    return show, Finding(str(show.folder))


def _engine(engines: Engines, name: str) -> EngineHealth:
    """Have an engine speak."""
    begun = time.monotonic()
    engine: Engine | None = None
    problem = hint = None
    state = EngineState.WORKS
    try:
        engine = engines.load(name)
        _speak(engine, is_set_up=engines.is_set_up(name))
    except AudiobookError as error:
        problem, hint, state = error.what, error.hint, _state(error)
    except (Exception, SystemExit) as error:  # an engine of others' may raise anything
        problem, state = told(error), EngineState.FAILS
    took_s = time.monotonic() - begun
    version = _told(lambda: engine.version if engine else None)
    place = _told(lambda: engine.place() if isinstance(engine, HasPlace) else None)
    network = engine.needs_network if engine else None
    return EngineHealth(name, version, place, network, took_s, problem, hint, state)


def _state(error: AudiobookError) -> EngineState:
    if isinstance(error, NotSetUpError):
        return EngineState.NOT_SET_UP
    if isinstance(error, NotInstalledError):
        return EngineState.NOT_INSTALLED
    return EngineState.FAILS


def _speak(engine: Engine, *, is_set_up: bool) -> None:
    if not is_set_up:
        raise NotSetUpError(
            "no show has set it up, so its server is not asked",
            hint=f"add a table [engines.{engine.name}] to show.toml",
        )
    engine.check_ready()
    if engine.needs_network:
        return  # it has been asked to speak already, with time-outs that are short
    voice = _voice(engine)
    if not engine.synthesise(Utterance(_TEXT), voice).samples.any():
        raise MissingError(f"{engine.name} says nothing with voice {voice.name}")


def _voice(engine: Engine) -> Voice:
    try:
        return Voice(engine.name, engine.default_voice(_LANGUAGE), _LANGUAGE)
    except UnknownNameError:
        info = engine.voices()[0]
        language = _LANGUAGE if info.language == EVERY_LANGUAGE else info.language
        return Voice(engine.name, info.name, language)


def _told(ask: Callable[[], object]) -> str | None:
    """What an engine tells of itself, if it can."""
    try:
        answer = ask()
    except (Exception, SystemExit):  # that of an engine which lacks something, whatever it is
        return None
    return None if answer is None else str(answer)


def _silent_engine(name: str, problem: str) -> EngineHealth:
    return EngineHealth(name, None, None, None, _WITHIN_S, problem, state=EngineState.FAILS)


def _encoder() -> Finding:
    try:
        lame = load_lame()
        return Finding(f"{lame.name} of lameenc, through ctypes")
    except MissingError as error:
        try:
            return Finding(f"{load_pyav().name} of PyAV")
        except MissingError:
            return Finding("MP3", error.what, error.hint)


def _network() -> Finding:
    import requests  # noqa: PLC0415 - slow to load

    try:
        requests.head(_SITE, timeout=_SITE_TIMEOUT_S).close()
    except requests.exceptions.SSLError:
        return Finding(
            _SITE,
            "its certificate is not trusted",
            "name your network's own authority in REQUESTS_CA_BUNDLE",
        )
    except requests.RequestException as error:
        return Finding(
            _SITE,
            f"it does not answer ({type(error).__name__})",
            "see to the network, or set HTTPS_PROXY; espeak speaks without",
        )
    return Finding(_SITE)


def _store() -> StoreHealth:
    store = Store()
    n_files, n_bytes = size_of(store.folder)
    problem = hint = None
    try:
        key = digest("doctor")
        store.put("doctor", key, b"")
        store.path("doctor", key).unlink(missing_ok=True)  # another doctor's may be gone
    except AudiobookError as error:
        problem, hint = error.what, error.hint
    except OSError as error:
        problem = str(error)
    there = next(path for path in (store.folder, *store.folder.absolute().parents) if path.exists())
    free_bytes = shutil.disk_usage(there).free
    return StoreHealth(store.folder, n_files, n_bytes, free_bytes, problem, hint)


def _begun(act: Callable[..., _Found], *arguments: object) -> Future[_Found]:
    """What comes of a call in a thread that nobody need wait for."""
    future: Future[_Found] = Future()

    def run() -> None:
        try:
            future.set_result(act(*arguments))
        except BaseException as error:  # raised by who asks for the result
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _result(future: Future[_Found], with_problem: Callable[[str], _Found]) -> _Found:
    """What was found, or what keeps it from being found."""
    if not future.done():
        return with_problem(f"it did not answer within {_WITHIN_S:g} s")
    if error := future.exception():
        return with_problem(f"{type(error).__name__}: {error}")
    return future.result()
