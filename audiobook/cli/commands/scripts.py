"""What an author sees of a story, and hears of its words, before it is spoken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audiobook.cli.choosing import choices_of
from audiobook.cli.options import (
    Debug,
    EngineName,
    Include,
    Json,
    Language,
    Quiet,
    StoryFile,
    VoiceNames,
)
from audiobook.cli.reporting.building import show_built
from audiobook.cli.reporting.reporter import reported
from audiobook.cli.reporting.scripts import Findings, show_findings, write_findings
from audiobook.cli.reporting.words import show_words
from audiobook.cli.usage import whole_number
from audiobook.errors import UsageError
from audiobook.progress import Noted

__all__ = ["script", "words"]


def script(
    story: StoryFile = None,
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
    include: Include = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report",
            help="Show what becomes of each character instead: spoken, said otherwise and how, "
            "or left out and why.",
        ),
    ] = False,
    cast: Annotated[
        bool, typer.Option("--cast", help="Show who speaks how much instead, with examples.")
    ] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Show what will be spoken, by whom, in which order."""
    with reported(debug=debug, as_json=as_json) as reporter:
        from audiobook.script.accounting import account
        from audiobook.script.dialogue.cast_report import cast_report
        from audiobook.scripting import write_script
        from audiobook.stories import read_story

        choices = choices_of(language=language, include=include)
        read = read_story(story, choices, reporter.listen)
        if output is not None and output.exists() and output.samefile(read.entry.story):
            raise UsageError(
                f"{output} is the story itself", hint="name another file with --output"
            )
        found = read.script(None)
        findings = Findings(
            found,
            account(read.book, found) if report else None,
            cast_report(found) if cast else None,
        )
        if output is not None and as_json:
            write_findings(findings, output)
            reporter.listen(Noted(f"{output}: written"))
            return
        if output is not None:
            write_script(found, output, listen=reporter.listen)
        show_findings(findings, reporter, with_text=output is None)


def words(
    story: StoryFile = None,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            metavar="N",
            parser=whole_number("--limit", 1),
            help="Show no more than so many.",
        ),
    ] = 50,
    say: Annotated[
        str | None,
        typer.Option(
            "--say",
            metavar="WORD",
            help="Speak this one instead, with the story's narrator and lexicon.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file for --say to write: .mp3 or .wav."
        ),
    ] = Path("say.mp3"),
    engine: EngineName = None,
    voice: VoiceNames = None,
    language: Language = None,
    include: Include = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """List names and odd words to check, the most frequent first."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        choices = choices_of(engine=engine, voices=voice, language=language, include=include)
        from audiobook.stories import read_story

        if say is not None:
            from audiobook.builder import say as say_text

            like = story or read_story(None, choices).entry.story
            report = say_text(say, output, like=like, choices=choices, listen=reporter.listen)
            show_built(report, reporter)
            return
        from audiobook.script.spoken import odd_words

        read = read_story(story, choices, reporter.listen)
        show_words(odd_words(read.script(None)), limit, reporter)
