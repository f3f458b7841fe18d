"""The commands: what they are called, what they take, and which part of the library they call.

The only module that imports typer. What does the work is imported when a command runs, so that
`--help` is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from audiobook.cli.reporting import reported

if TYPE_CHECKING:
    from audiobook.stories import Choices

__all__ = ["app", "root_command"]

app = typer.Typer(
    name="audiobook",
    help="Turn a written story into a narrated, scored, tagged episode and a podcast feed.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_voices_app = typer.Typer(
    help="See which voices there are.", rich_markup_mode=None, pretty_exceptions_enable=False
)
app.add_typer(_voices_app, name="voices")

_ALL_LANGUAGES = "mul"  # ISO 639-2

_Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help="A story file, or a folder with show.toml. "
        "Default: the nearest show.toml above, else ./script.",
    ),
]
_Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        envvar="AUDIOBOOK_OUTPUT",
        help="Folder for what is made.",
    ),
]
_EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        envvar="AUDIOBOOK_ENGINE",
        help="Speech engine, or auto: Google's where it answers, else espeak-ng.",
    ),
]
_VoiceNames = Annotated[
    list[str] | None,
    typer.Option(
        "--voice",
        metavar="NAME",
        envvar="AUDIOBOOK_VOICE",
        help="Voice of the narrator, or NAME=VOICE for one of the cast; may be repeated.",
    ),
]
_Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="TAG",
        envvar="AUDIOBOOK_LANGUAGE",
        help="Language, as a BCP 47 tag: en, pt-BR.",
    ),
]
_Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME",
        envvar="AUDIOBOOK_FORMAT",
        help="mp3 or wav; may be repeated. Default: mp3.",
    ),
]
_ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        envvar="AUDIOBOOK_PROFILE",
        help="Mastering profile: podcast, podcast-stereo, acx, loud, broadcast, or the show's own.",
    ),
]
_Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="WHAT",
        envvar="AUDIOBOOK_SPLIT",
        help="What gets a file of its own: episode or chapter. Default: what the profile asks for.",
    ),
]
_Only = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="CHAPTER", help="Make one chapter only, named by number or title."
    ),
]
_Narration = Annotated[
    bool | None,
    typer.Option(
        "--narration/--no-narration",
        envvar="AUDIOBOOK_NARRATION",
        help="Make synthetic voices easier to listen to for long, or leave them as they are. "
        "Default: the show's choice.",
        show_default=False,
    ),
]
_Music = Annotated[
    bool,
    typer.Option("--music/--no-music", envvar="AUDIOBOOK_MUSIC", help="Play music, or none."),
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
_Debug = Annotated[
    bool, typer.Option("--debug", envvar="AUDIOBOOK_DEBUG", help="Show a traceback on errors.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"audiobook {version('audiobook')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
def build(
    source: _Source = None,
    output: _Output = Path("output"),
    engine: _EngineName = None,
    voice: _VoiceNames = None,
    language: _Language = None,
    formats: _Formats = None,
    profile: _ProfileName = None,
    split: _Split = None,
    only: _Only = None,
    music: _Music = True,
    narration: _Narration = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            min=1,
            envvar="AUDIOBOOK_JOBS",
            help="How much to do at once. Default: one job for each core.",
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make everything anew.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be made; make nothing.")
    ] = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
    debug: _Debug = False,
) -> None:
    """Make the finished episode of a story or a show."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        choices = _choices(engine, voice, language, formats, profile, split, only, music, narration)
        if dry_run:
            from audiobook.planning import plan as plan_of

            reporter.plans(plan_of(source, output=output, choices=choices, listen=reporter.listen))
            return
        from audiobook.builder import build as build_all

        report = build_all(
            source,
            output=output,
            choices=choices,
            jobs=jobs,
            fresh=fresh,
            listen=reporter.listen,
        )
        reporter.built(report)


@app.command()
def plan(
    source: _Source = None,
    output: _Output = Path("output"),
    engine: _EngineName = None,
    voice: _VoiceNames = None,
    language: _Language = None,
    formats: _Formats = None,
    profile: _ProfileName = None,
    split: _Split = None,
    only: _Only = None,
    music: _Music = True,
    narration: _Narration = None,
    as_json: _Json = False,
    quiet: _Quiet = False,
    debug: _Debug = False,
) -> None:
    """Say what a build would speak, make and cost; without a network."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.planning import plan as plan_of

        choices = _choices(engine, voice, language, formats, profile, split, only, music, narration)
        reporter.plans(plan_of(source, output=output, choices=choices, listen=reporter.listen))


@app.command()
def script(
    story: Annotated[
        Path, typer.Argument(metavar="STORY", help="The story's file.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write it there; what you have edited in it since stays.",
        ),
    ] = None,
    language: _Language = None,
    as_json: _Json = False,
    debug: _Debug = False,
) -> None:
    """Show what will be spoken, by whom, in which order."""
    with reported(debug=debug, as_json=as_json) as reporter:
        from audiobook.stories import read_script

        found = read_script(story, language=language, listen=reporter.listen)
        if output is None or as_json:
            reporter.script(found, output)
            return
        from audiobook.scripting import write_script

        write_script(found, output, listen=reporter.listen)


@app.command()
def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - for standard input.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write: .mp3 or .wav."),
    ] = Path("say.mp3"),
    engine: _EngineName = None,
    voice: _VoiceNames = None,
    language: _Language = None,
    narration: _Narration = None,
    as_json: _Json = False,
    quiet: _Quiet = False,
    debug: _Debug = False,
) -> None:
    """Hear a voice: speak a text into a file."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.builder import say as say_text

        choices = _choices(engine, voice, language, None, None, None, None, False, narration)
        spoken = _standard_input() if text == "-" else text
        reporter.built(say_text(spoken, output, choices=choices, listen=reporter.listen))


@_voices_app.callback(invoke_without_command=True)
def voices(
    context: typer.Context,
    engine: _EngineName = None,
    language: _Language = None,
    as_json: _Json = False,
    debug: _Debug = False,
) -> None:
    """See which voices there are."""
    if context.invoked_subcommand is None:
        list_voices(engine, language, as_json, debug)


@_voices_app.command("list")
def list_voices(
    engine: _EngineName = None,
    language: _Language = None,
    as_json: _Json = False,
    debug: _Debug = False,
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
        reporter.voices((e, v) for e, v in voices if _speaks(v.language, language))


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Finished files.", show_default=False),
    ],
    profile: _ProfileName = "podcast",
    as_json: _Json = False,
    quiet: _Quiet = False,
    debug: _Debug = False,
) -> None:
    """Measure finished files, and see whether they are what a profile asks for."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.checking import check as check_files

        reporter.checked(check_files(files, profile or "podcast"))


@app.command()
def publish(
    source: _Source = None,
    output: _Output = Path("output"),
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            envvar="AUDIOBOOK_URL",
            help="Address of the folder that will hold the feed; default: the show's own.",
        ),
    ] = None,
    as_json: _Json = False,
    quiet: _Quiet = False,
    debug: _Debug = False,
) -> None:
    """Write the podcast feed of a show whose episodes are built."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.publishing import publish as publish_show

        reporter.published(publish_show(source, output=output, url=url, listen=reporter.listen))


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to offer.")] = Path(
        "output"
    ),
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="Port to listen on; 0 for any free one."
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
    debug: _Debug = False,
) -> None:
    """Offer a folder with a feed to podcast apps on this machine, until Ctrl-C."""
    with reported(debug=debug, interrupted="the server has ended") as reporter:
        from audiobook.podcast.server import serve as serve_folder

        serve_folder(folder, host, port, reporter.serving)
        raise KeyboardInterrupt  # which alone ended it


def root_command() -> TyperGroup:
    """The command `audiobook`, with all it holds, for those who describe it."""
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    return command


def _choices(
    engine: str | None,
    voices: list[str] | None,
    language: str | None,
    formats: list[str] | None,
    profile: str | None,
    split: str | None,
    only: str | None,
    music: bool,
    narration: bool | None,
) -> Choices:
    from audiobook.stories import Choices

    return Choices(
        engine,
        tuple(map(_name_and_voice, voices or ())),
        language,
        profile,
        tuple(dict.fromkeys(formats or ("mp3",))),
        split,
        only,
        music,
        narration,
    )


def _name_and_voice(given: str) -> tuple[str, str]:
    from audiobook.config import NARRATOR
    from audiobook.errors import UsageError

    name, equals, voice = (part.strip() for part in given.rpartition("="))
    if not voice or (equals and not name):
        raise UsageError(
            f'--voice "{given}" names no voice', hint="write --voice VOICE or --voice NAME=VOICE"
        )
    return name or NARRATOR, voice


def _standard_input() -> str:
    from audiobook.script.encoding import decode

    return decode(sys.stdin.buffer.read(), "standard input")


def _speaks(offered: str, wanted: str | None) -> bool:
    """Whether a voice's language is the one asked for, a variety of it, or all there are."""
    if not wanted or offered == _ALL_LANGUAGES:
        return True
    return f"{offered}-".casefold().startswith(f"{wanted}-".casefold())
