"""What makes sound, or says what would be made."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audiobook.cli.choosing import choices_of
from audiobook.cli.options import (
    Debug,
    EngineName,
    Formats,
    Include,
    Json,
    Language,
    Music,
    Narration,
    Only,
    Output,
    ProfileName,
    Quiet,
    Source,
    Split,
    VoiceName,
    VoiceNames,
)
from audiobook.cli.reporting.building import show_built
from audiobook.cli.reporting.planning import show_plans
from audiobook.cli.reporting.reporter import Reporter, reported
from audiobook.cli.usage import number, whole_number

if TYPE_CHECKING:
    from audiobook.story import Choices

__all__ = ["build", "plan", "say"]


def build(
    source: Source = None,
    output: Output = Path("output"),
    engine: EngineName = None,
    voice: VoiceNames = None,
    language: Language = None,
    formats: Formats = None,
    profile: ProfileName = None,
    split: Split = None,
    only: Only = None,
    music: Music = True,
    narration: Narration = None,
    include: Include = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            parser=whole_number("--jobs", 1),
            envvar="AUDIOBOOK_JOBS",
            help="How much to do at once. Default: one job for each core.",
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Make everything anew.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be made; make nothing.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the finished episode of a story or a show."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        choices = choices_of(
            engine=engine,
            voices=voice,
            language=language,
            formats=formats,
            profile=profile,
            split=split,
            only=only,
            music=music,
            narration=narration,
            include=include,
        )
        if dry_run:
            _tell_plans(source, output, choices, reporter)
            return
        from audiobook.builder import build as build_all
        from audiobook.cli.heap import share_one_heap

        share_one_heap()
        report = build_all(
            source,
            output=output,
            choices=choices,
            jobs=jobs,
            fresh=fresh,
            listen=reporter.listen,
        )
        show_built(report, reporter)


def plan(
    source: Source = None,
    output: Output = Path("output"),
    engine: EngineName = None,
    voice: VoiceNames = None,
    language: Language = None,
    formats: Formats = None,
    profile: ProfileName = None,
    split: Split = None,
    only: Only = None,
    music: Music = True,
    narration: Narration = None,
    include: Include = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what a build would speak, make and cost; without a network."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        choices = choices_of(
            engine=engine,
            voices=voice,
            language=language,
            formats=formats,
            profile=profile,
            split=split,
            only=only,
            music=music,
            narration=narration,
            include=include,
        )
        _tell_plans(source, output, choices, reporter)


def _tell_plans(source: Path | None, output: Path, choices: Choices, reporter: Reporter) -> None:
    from audiobook.planning import plan as plan_of

    plans = plan_of(source, output=output, choices=choices, listen=reporter.listen)
    show_plans(plans, reporter)


def say(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - for standard input.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write: .mp3 or .wav."),
    ] = Path("say.mp3"),
    engine: EngineName = None,
    voice: VoiceName = None,
    language: Language = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            metavar="N",
            parser=number("--rate", "0.8"),
            help="How fast: 1 is the voice's own speed, 0.5 half of it.",
        ),
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Tell when each word is heard, and how that is known.")
    ] = False,
    narration: Narration = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Hear a voice: speak a text into a file.

    It is spoken as the narrator of the nearest show would speak it.
    """
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.builder import say as say_text

        choices = choices_of(
            engine=engine, voices=voice, language=language, music=False, narration=narration
        )
        _warn_of_a_file(text, reporter)
        spoken = _standard_input() if text == "-" else text
        report = say_text(
            spoken, output, rate=rate, words=words, choices=choices, listen=reporter.listen
        )
        show_built(report, reporter)


def _warn_of_a_file(text: str, reporter: Reporter) -> None:
    """Warn where a text may be meant for the file of that name."""
    from audiobook.progress import Warned

    with suppress(OSError, ValueError):  # no name of a file
        if Path(text).is_file():
            command = shlex.join(["audiobook", "build", text])
            told = "is the name of a file here, and the name is what is spoken"
            reporter.listen(Warned(f'"{text}" {told}', hint=f"to hear the file: {command}"))


def _standard_input() -> str:
    from audiobook.errors import UsageError
    from audiobook.script import MAX_STORY_BYTES, decode

    if sys.stdin is None:
        raise UsageError("standard input is closed", hint="give the text itself in place of -")
    return decode(sys.stdin.buffer.read(MAX_STORY_BYTES + 1), "standard input")
