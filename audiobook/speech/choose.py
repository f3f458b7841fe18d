"""Which engine a build speaks with."""

from __future__ import annotations

from audiobook.errors import MissingError, UnknownNameError, Where
from audiobook.progress import Listener, Warned
from audiobook.speech.engine import Engine, load_engine

__all__ = ["AUTO_ENGINES", "choose"]

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
