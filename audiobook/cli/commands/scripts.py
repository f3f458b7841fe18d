"""What an author sees of a story before it is spoken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audiobook.cli.options import Debug, Json, Language, StoryFile
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.reporting.scripts import show_script

__all__ = ["script"]


def script(
    story: StoryFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write it there; what you have edited in it since stays.",
        ),
    ] = None,
    language: Language = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what will be spoken, by whom, in which order."""
    with reported(debug=debug, as_json=as_json) as reporter:
        from audiobook.stories import read_script

        found = read_script(story, language=language, listen=reporter.listen)
        if output is None or as_json:
            show_script(found, output, reporter)
            return
        from audiobook.scripting import write_script

        write_script(found, output, listen=reporter.listen)
