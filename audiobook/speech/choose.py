"""The engines of a build, and which of them it speaks with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from audiobook.engine_settings import AUTO, PRICE, EngineSettings
from audiobook.errors import ConfigError, MissingError, UnknownNameError, Where
from audiobook.progress import Listener, Warned
from audiobook.speech.engine import Engine, TakesSettings, engine_names, load_engine

__all__ = ["AUTO_ENGINES", "Engines"]

_ONLINE, _OFFLINE = "gtts", "espeak"
AUTO_ENGINES = (_ONLINE, _OFFLINE)
"""What "auto" chooses from, the preferred one first."""

_PROGRAM = "command"
_PROGRAM_SETTINGS = {"command", "preset"}
"""A table with either of them is an engine of the show's own, that runs a program."""


class Engines:
    """The engines of a build: each is made once, and chosen once for each language.

    Args:
        listen: is told what `main` warns of.
        own: what the show sets for engines.

    Raises:
        UnknownNameError: the show sets up an engine that there is not; with the place.
    """

    def __init__(self, listen: Listener, own: Iterable[EngineSettings] = ()) -> None:
        self._listen = listen
        self._own = {settings.name: settings for settings in own}
        self._chosen: dict[tuple[str, str], Engine] = {}
        self._by_name: dict[str, Engine] = {}
        registered = engine_names()
        self._names = sorted({*registered, *self._own})
        for settings in self._own.values():
            if settings.name not in registered and not _runs_a_program(settings):
                raise UnknownNameError("engine", settings.name, registered, where=settings.where)

    @property
    def names(self) -> list[str]:
        """The names of all engines there are, the show's own ones included, sorted."""
        return list(self._names)

    @property
    def prices(self) -> dict[str, float]:
        """What a million characters cost, by engine, as far as the show says so."""
        return {own.name: own.price for own in self._own.values() if own.price is not None}

    def main(self, name: str | None, language: str, *, where: Where | None = None) -> Engine:
        """The engine of all who ask for no other, ready; asked before the first segment.

        Args:
            name: of the engine; "auto" or None for Google's voices where they can be had, else
                espeak-ng with a warning that says so.
            language: BCP 47 tag of what will be spoken.
            where: where the name stands, for an error.

        Raises:
            UnknownNameError, ConfigError: as for `load`.
            MissingError: the engine is not ready.
        """
        wanted = name or AUTO
        if (wanted, language) not in self._chosen:
            self._chosen[wanted, language] = (
                self._auto(language) if wanted == AUTO else self._ready(wanted, where)
            )
        return self._chosen[wanted, language]

    def in_turn(
        self, names: Sequence[str], language: str, *, where: Where | None = None
    ) -> list[Engine]:
        """The engines of all who ask for no other, to take over from each other in that order.

        One alone is ready; see `main`. Of several, whether a server answers shows when it is asked
        to speak; see `fit`.

        Raises:
            UnknownNameError, ConfigError, MissingError: as for `main`.
        """
        if len(names) == 1:
            return [self.main(names[0], language, where=where)]
        return self.fit(names, language, where=where)

    def fit(
        self, names: Sequence[str], language: str, *, where: Where | None = None
    ) -> list[Engine]:
        """Engines that may take over from each other, told without a network.

        One that speaks another language, or that lacks something on this machine, is passed over
        with a warning. One alone is not asked.

        Raises:
            UnknownNameError, ConfigError: as for `load`.
            MissingError: none of them can speak; why the first cannot.
        """
        if len(names) == 1:
            return [self.load(names[0], where)]
        fit: list[Engine] = []
        problems: dict[str, MissingError] = {}
        for name in names:
            try:
                fit.append(self._fit(name, language, where))
            except MissingError as error:
                problems[name] = error
        for name, problem in problems.items():
            if not fit:
                raise problem
            self._listen(Warned(f"{name} is passed over: {problem.what}", where, problem.hint))
        return fit

    def load(self, name: str, where: Where | None = None) -> Engine:
        """An engine by name, as the show has set it up; it is not asked whether it is ready.

        Args:
            name: of an engine of the show's own, or as registered.
            where: where the name stands, for an error.

        Raises:
            UnknownNameError: there is no engine of that name.
            ConfigError: the show sets it up wrongly; with the place.
            MissingError: what the engine needs is not installed.
        """
        if name not in self._by_name:
            if name not in self.names:
                raise UnknownNameError("engine", name, [*self.names, AUTO], where=where)
            own = self._own.get(name)
            self._by_name[name] = _set_up(own) if own else load_engine(name, where=where)
        return self._by_name[name]

    def is_set_up(self, name: str) -> bool:
        """Whether an engine may be tried out unasked: it asks no server, or no other than usual.

        One whose server a show may choose is set up where this one has chosen.

        Raises:
            UnknownNameError, ConfigError, MissingError: as for `load`.
        """
        engine = self.load(name)
        asks_any = engine.needs_network and isinstance(engine, TakesSettings)
        return name in self._own or not asks_any

    def close(self) -> None:
        """End the processes and connections of all of them."""
        for engine in self._by_name.values():
            engine.close()

    def _auto(self, language: str) -> Engine:
        try:
            self.load(_ONLINE).default_voice(language)
            return self._ready(_ONLINE)
        except UnknownNameError:
            self._listen(Warned(f'Google has no voice for "{language}": espeak-ng speaks instead'))
        except MissingError as error:
            self._listen(Warned(f"{error.what}: espeak-ng speaks instead"))
        return self._ready(_OFFLINE)

    def _fit(self, name: str, language: str, where: Where | None) -> Engine:
        """An engine that can speak a language here, as far as can be told without a network."""
        engine = self.load(name, where)
        if not engine.needs_network:
            engine.check_ready()
        try:
            engine.default_voice(language)
        except UnknownNameError as error:
            raise MissingError(f'{name} has no voice for "{language}"') from error
        return engine

    def _ready(self, name: str, where: Where | None = None) -> Engine:
        engine = self.load(name, where)
        engine.check_ready()
        return engine


def _runs_a_program(settings: EngineSettings) -> bool:
    return not _PROGRAM_SETTINGS.isdisjoint(settings.table.names())


def _set_up(settings: EngineSettings) -> Engine:
    """The engine that a show sets up; what it knows nothing of is refused."""
    kind = _PROGRAM if _runs_a_program(settings) else settings.name
    engine = load_engine(kind, where=settings.where)
    if not isinstance(engine, TakesSettings):
        if settings.table.names() == [PRICE]:
            return engine
        raise ConfigError(f'engine "{settings.name}" takes no settings', where=settings.where)
    configured = engine.configured(settings)
    settings.table.finish()
    return configured
