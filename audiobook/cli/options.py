"""Options and arguments that several commands take, each with its name, variable and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Debug",
    "EngineName",
    "Formats",
    "Include",
    "Json",
    "Language",
    "Music",
    "Narration",
    "Only",
    "Output",
    "ProfileName",
    "Quiet",
    "Source",
    "Split",
    "StoryFile",
    "VoiceName",
    "VoiceNames",
]

Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help="A story file, or a folder with show.toml. "
        "Default: the nearest show.toml above, else ./script.",
    ),
]
StoryFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="STORY",
        show_default=False,
        help="The story's file. Default: the story of the nearest show.toml above, else ./script.",
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        envvar="AUDIOBOOK_OUTPUT",
        help="Folder for what is made.",
    ),
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        envvar="AUDIOBOOK_ENGINE",
        help="Speech engine, or auto: Google's where it answers, else espeak-ng.",
    ),
]
VoiceNames = Annotated[
    list[str] | None,
    typer.Option(
        "--voice",
        metavar="NAME",
        envvar="AUDIOBOOK_VOICE",
        help="Voice of the narrator, or NAME=VOICE for one of the cast; may be repeated.",
    ),
]
VoiceName = Annotated[
    list[str] | None,
    typer.Option(
        "--voice",
        metavar="NAME",
        envvar="AUDIOBOOK_VOICE",
        help="Voice to speak with. Default: that of the nearest show's narrator, "
        "else the engine's own for the language.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="TAG",
        envvar="AUDIOBOOK_LANGUAGE",
        help="Language, as a BCP 47 tag: en, pt-BR.",
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="NAME",
        envvar="AUDIOBOOK_FORMAT",
        help="mp3 or wav; may be repeated. Default: mp3.",
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        envvar="AUDIOBOOK_PROFILE",
        help="Mastering profile: podcast, podcast-stereo, acx, loud, broadcast, or the show's own.",
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="WHAT",
        envvar="AUDIOBOOK_SPLIT",
        help="What gets a file of its own: episode or chapter. Default: what the profile asks for.",
    ),
]
Only = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="CHAPTER", help="Make one chapter only, named by number or title."
    ),
]
Narration = Annotated[
    bool | None,
    typer.Option(
        "--narration/--no-narration",
        envvar="AUDIOBOOK_NARRATION",
        help="Make synthetic voices easier to listen to for long, or leave them as they are. "
        "Default: the show's choice.",
        show_default=False,
    ),
]
Music = Annotated[
    bool,
    typer.Option("--music/--no-music", envvar="AUDIOBOOK_MUSIC", help="Play music, or none."),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PART",
        envvar="AUDIOBOOK_INCLUDE",
        help="Speak this of a book, too: notes, front-matter, back-matter, contents, "
        "page-numbers, pictures or tables; may be repeated.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Debug = Annotated[
    bool, typer.Option("--debug", envvar="AUDIOBOOK_DEBUG", help="Show a traceback on errors.")
]
