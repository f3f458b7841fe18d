"""The program `audiobook`: its commands by name, in the order in which help lists them."""

from __future__ import annotations

from typing import Annotated

import typer

from audiobook.cli.commands.building import build, plan, say
from audiobook.cli.commands.machine import cache, doctor
from audiobook.cli.commands.publishing import check, publish, serve
from audiobook.cli.commands.scripts import script, words
from audiobook.cli.commands.voices import audition, install, list_voices, voices
from audiobook.cli.usage import Commands
from audiobook.errors import UsageError

__all__ = ["app", "root_command"]

app = typer.Typer(
    name="audiobook",
    cls=Commands,
    help="Turn a written story into a narrated, scored, tagged episode and a podcast feed.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def root_command() -> Commands:
    """The command `audiobook`, with all it holds, for those who describe it."""
    command = typer.main.get_command(app)
    assert isinstance(command, Commands)
    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"audiobook {version('audiobook')}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(UsageError.exit_code)


_voices_app = typer.Typer(cls=Commands, rich_markup_mode=None, pretty_exceptions_enable=False)
_voices_app.callback(invoke_without_command=True)(voices)
_voices_app.command("list")(list_voices)
_voices_app.command()(audition)
_voices_app.command()(install)

for _command in (build, plan, script, words, say, check, publish, serve):
    app.command()(_command)
app.add_typer(_voices_app, name="voices")
app.command()(doctor)
app.command()(cache)
