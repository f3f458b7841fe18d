"""Which engine a build speaks with."""

from __future__ import annotations

from audiobook.errors import MissingError, UnknownNameError, Where
from audiobook.progress import Listener, Warned
from audiobook.speech.engine import Engine, load_engine

__all__ = ["AUTO_ENGINES", "Engines", "choose"]

_ONLINE, _OFFLINE = "gtts", "espeak"
AUTO_ENGINES = (_ONLINE, _OFFLINE)
"""What "auto" chooses from, the preferred one first."""


def choose(
    name: str | None, language: str, listen: Listener, *, where: Where | None = None
) -> Engine:
    """The engine to speak with, ready; asked once, before the first segment.

    Args:
        name: as registered; "auto" or None for Google's voices where they can be had, else
            espeak-ng with a warning that says so.
        language: BCP 47 tag of what will be spoken.
        listen: is told the warning.
        where: where the name stands, for an error.

    Raises:
        UnknownNameError: no engine is registered under that name.
        MissingError: the engine is not ready.
    """
    if name not in (None, "auto"):
        return _ready(load_engine(name, where=where))
    engine = load_engine(_ONLINE)
    try:
        engine.default_voice(language)
        return _ready(engine)
    except UnknownNameError:
        listen(Warned(f'Google has no voice for "{language}": espeak-ng speaks instead'))
    except MissingError as error:
        listen(Warned(f"{error.what}: espeak-ng speaks instead"))
    return _ready(load_engine(_OFFLINE))


def _ready(engine: Engine) -> Engine:
    try:
        engine.check_ready()
    except BaseException:
        engine.close()
        raise
    return engine


class Engines:
    """The engines of a build: each is made once, and chosen once for each language.

    Args:
        listen: is told what `choose` warns of.
    """

    def __init__(self, listen: Listener) -> None:
        self._listen = listen
        self._chosen: dict[tuple[str | None, str], Engine] = {}
        self._by_name: dict[str, Engine] = {}

    def main(self, name: str | None, language: str, *, where: Where | None = None) -> Engine:
        """The engine of all who ask for no other, ready; see `choose`."""
        if (name, language) not in self._chosen:
            engine = choose(name, language, self._listen, where=where)
            known = self._by_name.setdefault(engine.name, engine)
            if known is not engine:
                engine.close()
            self._chosen[name, language] = known
        return self._chosen[name, language]

    def load(self, name: str, where: Where | None) -> Engine:
        """Another engine, by name; see `load_engine`."""
        if name not in self._by_name:
            self._by_name[name] = load_engine(name, where=where)
        return self._by_name[name]

    def close(self) -> None:
        """End the processes and connections of all of them."""
        for engine in self._by_name.values():
            engine.close()
