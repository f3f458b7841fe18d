"""Who can speak: lists, auditions, and voices to be installed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from audiobook.cli.asking import confirmed
from audiobook.cli.choosing import choices_of
from audiobook.cli.options import Debug, EngineName, Json, Language, Narration, Quiet
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.reporting.voices import (
    install_lines,
    show_audition,
    show_installed,
    show_voices,
)
from audiobook.cli.streams import tell

__all__ = ["audition", "install", "list_voices", "voices"]

_Gender = Annotated[
    str | None,
    typer.Option("--gender", metavar="NAME", help="Only voices known to be female, or male."),
]


def voices(
    context: typer.Context,
    engine: EngineName = None,
    language: Language = None,
    gender: _Gender = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """See which voices there are, hear them, install more."""
    if context.invoked_subcommand is None:
        list_voices(engine, language, gender, as_json, debug)


def list_voices(
    engine: EngineName = None,
    language: Language = None,
    gender: _Gender = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """List voices by language, gender and engine.

    Those that can be installed are among them.
    """
    with reported(debug=debug, as_json=as_json) as reporter:
        from audiobook.show_files import engines_here
        from audiobook.speech.choose import Engines
        from audiobook.speech.listing import list_voices as find_voices

        with closing(Engines(reporter.listen, engines_here())) as engines:
            found = find_voices(engines, engine=engine, language=language, gender=gender)
        show_voices(found, reporter)


def audition(
    story: Annotated[
        Path | None,
        typer.Argument(
            metavar="STORY",
            show_default=False,
            help="A story, whose first lines are spoken. Default: that of the nearest show.toml.",
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="What is spoken instead.")
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(
            "--voice",
            metavar="NAME",
            help="A voice to hear, of any engine, or ENGINE:VOICE for that of one, "
            "ENGINE: for its usual one; may be repeated. Default: a handful.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the files.")
    ] = Path("audition"),
    engine: EngineName = None,
    language: Language = None,
    narration: Narration = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Hear the same words in several voices.

    Each has a file of its own, and a page plays them all.
    """
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.auditioning import audition as hold_audition

        held = hold_audition(
            story,
            text=text,
            voices=voice or (),
            output=output,
            choices=choices_of(engine=engine, language=language, narration=narration),
            listen=reporter.listen,
        )
        show_audition(held, reporter)


def install(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The voice, as the list names it.", show_default=False),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Install it without asking.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Fetch a voice for piper or kokoro.

    Its size, licence and source are told, and you are asked first.
    """
    with reported(
        quiet=quiet, debug=debug, as_json=as_json, interrupted="interrupted: what has come is kept"
    ) as reporter:
        from audiobook.errors import AudiobookError
        from audiobook.speech.voice_catalogue import installable_voice
        from audiobook.speech.voice_store import install_voice, planned_install

        planned = planned_install(installable_voice(name))
        if planned.files:
            if not yes or not quiet:
                tell(*install_lines(planned))
            if not yes and not confirmed("Install it?", hint="add --yes to install it unasked"):
                raise AudiobookError("nothing is installed")
            install_voice(planned, reporter.listen)
        show_installed(planned, reporter)
