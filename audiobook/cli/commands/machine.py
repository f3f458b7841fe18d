"""What is known of this machine, and what is kept on it."""

from __future__ import annotations

from typing import Annotated

import typer

from audiobook.cli.asking import confirmed
from audiobook.cli.options import Debug, Json, Quiet
from audiobook.cli.reporting.cache import clearing_lines, show_kept
from audiobook.cli.reporting.machine import show_health
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.streams import tell

__all__ = ["cache", "doctor"]


def doctor(
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            envvar="AUDIOBOOK_ENGINE",
            help="What a build is to speak with: all are tried, and whether this one works decides "
            "if a build would. Default: the show's.",
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Find out what works on this machine.

    Each engine is tried by having it speak, as is what they all need.
    """
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.doctoring import examine

        show_health(examine(engine), reporter)


def cache(
    clear: Annotated[
        bool, typer.Option("--clear", help="Remove it all: told with its size, and asked first.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Clear it without asking.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Tell where what was made is kept, and its size; or clear it."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.cache import clear as clear_cache
        from audiobook.cache import kept
        from audiobook.errors import AudiobookError

        found = kept()
        if clear and found.n_files:
            if not yes or not quiet:
                tell(*clearing_lines(found))
            if not yes and not confirmed("Remove it?", hint="add --yes to clear it unasked"):
                raise AudiobookError("nothing is removed")
            clear_cache()
        show_kept(found, reporter, is_cleared=clear)
