"""Who can speak."""

from __future__ import annotations

import typer

from audiobook.cli.options import Debug, EngineName, Json, Language
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.reporting.voices import show_voices

__all__ = ["list_voices", "voices"]

_ALL_LANGUAGES = "mul"  # ISO 639-2


def voices(
    context: typer.Context,
    engine: EngineName = None,
    language: Language = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """See which voices there are."""
    if context.invoked_subcommand is None:
        list_voices(engine, language, as_json, debug)


def list_voices(
    engine: EngineName = None,
    language: Language = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List the voices of all engines, or of one."""
    with reported(debug=debug, as_json=as_json) as reporter:
        from audiobook.errors import UnknownNameError
        from audiobook.speech.engine import engine_names, load_engine

        names = [engine] if engine and engine != "auto" else engine_names()
        voices = [(name, voice) for name in names for voice in load_engine(name).voices()]
        known = {voice.language for _, voice in voices} - {_ALL_LANGUAGES}
        if language and known and not any(_speaks(tag, language) for tag in known):
            raise UnknownNameError("language", language, known)
        show_voices([(e, v) for e, v in voices if _speaks(v.language, language)], reporter)


def _speaks(offered: str, wanted: str | None) -> bool:
    """Whether a voice's language is the one asked for, a variety of it, or all there are."""
    if not wanted or offered == _ALL_LANGUAGES:
        return True
    return f"{offered}-".casefold().startswith(f"{wanted}-".casefold())
