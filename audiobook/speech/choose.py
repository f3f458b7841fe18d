"""The engines of a build, and which of them it speaks with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from audiobook.engine_settings import AUTO, EngineSettings
from audiobook.errors import AudiobookError, ConfigError, MissingError, UnknownNameError, Where
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.plugins import blaming
from audiobook.progress import Listener, Warned
from audiobook.speech.engine import Engine, TakesSettings, checked, engine_names, load_engine
from audiobook.speech.retrying import WaitsForServer

__all__ = ["AUTO_ENGINES", "STAND_IN", "Engines"]

_ONLINE = "gtts"
STAND_IN = "espeak"
"""What "auto" speaks with where Google does not answer."""
AUTO_ENGINES = (_ONLINE, STAND_IN)
"""What "auto" chooses from, the preferred one first."""

_PROGRAM = "command"
_PROGRAM_SETTINGS = {"command", "preset"}
"""A table with either of them is an engine of the show's own, that runs a program."""


class Engines:
    """The engines of a build: each is made once, and found ready once.

    Args:
        listen: is told of warnings, and from any thread of waits for servers.
        own: what the show sets for engines.

    Raises:
        UnknownNameError: the show sets up an engine that there is not; with the place.
        ConfigError: it gives an engine's name to a program of its own; with the place.
    """

    def __init__(self, listen: Listener, own: Iterable[EngineSettings] = ()) -> None:
        self._listen = listen
        self._own = {settings.name: settings for settings in own}
        self._by_name: dict[str, Engine] = {}
        self._ready: set[str] = set()
        self._told: set[str] = set()
        self._google_is_away = False
        registered = engine_names()
        self._names = sorted({*registered, *self._own})
        for settings in self._own.values():
            _check_name(settings, registered)

    @property
    def names(self) -> list[str]:
        """The names of all engines there are, the show's own ones included, sorted."""
        return list(self._names)

    @property
    def prices(self) -> dict[str, float]:
        """What a million characters cost, by engine, as far as the show says so."""
        return {own.name: own.price for own in self._own.values() if own.price is not None}

    def main(self, name: str | None, language: str, *, where: Where | None = None) -> Engine:
        """The engine of all who ask for no other, where there is no story yet to ask for.

        Args:
            name: of the engine; "auto" or None for Google's voices where they can be had, else
                espeak-ng with a warning that says so.
            language: BCP 47 tag of what will be spoken.
            where: where the name stands, for an error.

        Raises:
            UnknownNameError, ConfigError: as for `load`.
            MissingError: the engine cannot be used.
        """
        if name not in (None, AUTO):
            return self.usable(name, where)
        auto = self.auto(language)
        return self.usable(auto if auto == STAND_IN or self.google_answers() else STAND_IN)

    def auto(self, language: str) -> str:
        """The name of the engine that "auto" is where Google answers, told without a network.

        It is espeak-ng's, with a warning, where gTTS is not installed or does not speak a language.
        """
        try:
            self.load(_ONLINE).default_voice(language)
        except UnknownNameError:
            self._stand_in_for(f'Google has no voice for "{language}"')
            return STAND_IN
        except MissingError as error:
            self._stand_in_for(error.what)
            return STAND_IN
        return _ONLINE

    def google_answers(self) -> bool:
        """Whether Google speaks now: asked once, and quickly; a warning says why not."""
        if _ONLINE not in self._ready and not self._google_is_away:
            try:
                self.load(_ONLINE).check_ready()
                self._ready.add(_ONLINE)
            except MissingError as error:
                self._google_is_away = True
                self._stand_in_for(error.what)
        return _ONLINE in self._ready

    def await_ready(self, engine: Engine) -> None:
        """See once that an engine speaks now; its server is asked with all patience.

        Raises:
            MissingError: it does not.
        """
        if engine.name in self._ready:
            return
        with blaming(engine.name, engine):
            if isinstance(engine, WaitsForServer):
                engine.await_ready()
            else:
                engine.check_ready()
        self._ready.add(engine.name)

    def fit(
        self, names: Sequence[str], language: str, *, where: Where | None = None
    ) -> list[Engine]:
        """Engines that may take over from each other, told without a network.

        Of several, one that speaks another language, or that lacks something on this machine, is
        passed over with a warning.

        Raises:
            UnknownNameError, ConfigError: as for `load`.
            MissingError: none of them can speak; why the first cannot.
        """
        if len(names) == 1:
            return [self.usable(names[0], where)]
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

    def that_speak(self, language: str) -> list[str]:
        """The names of those with a voice made for a language, told without a network."""
        return [name for name in self._names if self._is_made_for(language, name)]

    def _is_made_for(self, language: str, name: str) -> bool:
        try:
            engine = self.usable(name)
            with blaming(name, engine):
                voice = engine.default_voice(language)
                tags = [info.language for info in engine.voices() if info.name == voice]
        except (ConfigError, MissingError):
            return False
        return any(tag != EVERY_LANGUAGE for tag in tags)

    def usable(self, name: str, where: Where | None = None) -> Engine:
        """An engine that can be used, as far as that can be told without a network.

        Raises:
            UnknownNameError, ConfigError: as for `load`.
            MissingError: it lacks something on this machine; with the place.
        """
        try:
            engine = self.load(name, where)
            if not engine.needs_network:
                self.await_ready(engine)
        except MissingError as error:
            error.where = error.where or where
            raise
        return engine

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
            engine = _set_up(own) if own else load_engine(name, where=where)
            if isinstance(engine, WaitsForServer):
                engine.tell(self._listen)
            self._by_name[name] = engine
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

    def check_names(self, names: Iterable[str], where: Where | None) -> None:
        """Warn once of a name that is no engine's, where it does no harm but has no effect."""
        for name in names:
            if name not in self._names and name not in self._told:
                self._told.add(name)
                error = UnknownNameError("engine", name, self._names)
                self._listen(Warned(error.what, where, error.hint))

    def close(self) -> None:
        """End the processes and connections of all of them."""
        for engine in self._by_name.values():
            try:
                with blaming(engine.name, engine):
                    engine.close()
            except AudiobookError as error:  # the work is done, and others are to be ended
                self._listen(Warned(error.what, error.where, error.hint))

    def _fit(self, name: str, language: str, where: Where | None) -> Engine:
        """An engine that can speak a language here, as far as can be told without a network."""
        engine = self.usable(name, where)
        try:
            with blaming(name, engine):
                engine.default_voice(language)
        except UnknownNameError as error:
            raise MissingError(f'{name} has no voice for "{language}"') from error
        return engine

    def _stand_in_for(self, why: str) -> None:
        """Warn once that another engine speaks."""
        if why not in self._told:
            self._told.add(why)
            self._listen(Warned(f"{why}: espeak-ng speaks instead"))


def _check_name(settings: EngineSettings, registered: Collection[str]) -> None:
    """See that a table sets up an engine that there is, or is a program under a name of its own."""
    name, runs_a_program = settings.name, _runs_a_program(settings)
    if runs_a_program and name in registered and name != _PROGRAM:
        raise ConfigError(
            f'"{name}" is an engine that there is, and no program of the show\'s own',
            where=settings.where,
            hint="give the program another name",
        )
    if not runs_a_program and name not in registered:
        error = UnknownNameError("engine", name, registered, where=settings.where)
        error.hint = f"{error.hint}; a program of your own needs command = [...]"
        raise error


def _runs_a_program(settings: EngineSettings) -> bool:
    return not _PROGRAM_SETTINGS.isdisjoint(settings.table.names())


def _set_up(settings: EngineSettings) -> Engine:
    """The engine that a show sets up; what it knows nothing of is refused."""
    kind = _PROGRAM if _runs_a_program(settings) else settings.name
    engine = load_engine(kind, where=settings.where)
    if isinstance(engine, TakesSettings):
        with blaming(settings.name, engine):
            engine = checked(engine.configured(settings), settings.name)
    settings.table.finish()
    return engine
