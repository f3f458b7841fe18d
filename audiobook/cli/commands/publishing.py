"""What is done with finished files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audiobook.cli.options import Debug, Json, Language, Output, ProfileName, Quiet, Source
from audiobook.cli.reporting.publishing import show_checked, show_published, show_serving
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.usage import whole_number

__all__ = ["check", "publish", "serve"]


def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Finished files.", show_default=False),
    ],
    profile: ProfileName = "podcast",
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure finished files against what a profile asks for."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.checking import check as check_files

        show_checked(check_files(files, profile or "podcast"), reporter)


def publish(
    source: Source = None,
    output: Output = Path("output"),
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            envvar="AUDIOBOOK_URL",
            help="Address of the folder that will hold the feed; default: the show's own.",
        ),
    ] = None,
    language: Language = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write the podcast feed of a show whose episodes are built.

    A story that is one of a show's episodes stands for the whole show.
    """
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.publishing import publish as publish_show

        feed = publish_show(
            source, output=output, url=url, language=language, listen=reporter.listen
        )
        show_published(feed, reporter)


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to offer.")] = Path(
        "output"
    ),
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="N",
            parser=whole_number("--port", 0, 65535),
            help="Port to listen on; 0 for any free one.",
        ),
    ] = 8000,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on; 0.0.0.0 for the whole network.",
        ),
    ] = "127.0.0.1",
    debug: Debug = False,
) -> None:
    """Offer a folder with a feed to podcast apps, until Ctrl-C."""
    with reported(debug=debug, interrupted="the server has ended") as reporter:
        from audiobook.podcast.server import serve as serve_folder

        serve_folder(folder, host, port, lambda address: show_serving(address, reporter))
        raise KeyboardInterrupt  # which alone ended it
