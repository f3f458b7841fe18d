"""Who speaks, where the author says so: lines that begin with a name of the cast."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from audiobook.errors import UnknownNameError
from audiobook.model import Source
from audiobook.show import NARRATOR

__all__ = ["GUESS_CONFIDENCE", "SpokenLine", "cue_name", "is_cue", "spoken_line"]

GUESS_CONFIDENCE = 0.5
"""How sure a speaker is whom a script file marks as a guess: ``Name?:``."""

# A backslash that Markdown has no use for, before a name, says that it is none.
_ESCAPE = re.compile(r"[ \t]*\\(?=[^!-/:-@\[-`{-~])")
_CUE = re.compile(r"[ \t]*((?:\\.|[^\\\n]){0,200}?)(\?)?:(?:[ \t]+|$)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MAX_NAME = 60
_MAX_NAME_WORDS = 4
_OPENING_MARKS = ("“", '"', "„", "«", "»", "‘")


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line of a story and who speaks it."""

    start: int
    """Offset of the line in the source."""
    text_start: int
    """Offset of what is spoken of it: past the name, or past the backslash that escapes one."""
    speaker: str | None = None
    """The cast name of who speaks it; "" for somebody unknown; None when it names nobody."""
    is_guess: bool = False
    """Whether nobody has confirmed the name."""


@dataclass(frozen=True, slots=True)
class _Cue:
    """What may be a name, and a colon, at the beginning of a line."""

    name: str
    is_guess: bool
    end: int
    """Index of what is spoken."""


def spoken_line(
    source: Source, start: int, line: str, cast: Collection[str], *, in_script: bool = False
) -> SpokenLine:
    """Read the cue of a line, if it has one; a backslash before it says that it has none.

    Args:
        source: the story.
        start: the line's offset in it.
        line: its text, without its end.
        cast: the names there are; of a mapping, each stands for the name that it leads to. As
            long as there are none, none is unknown.
        in_script: whether it is a line of a script file: there whatever looks like a name is one,
            and ``?:`` is somebody unknown.

    Raises:
        UnknownNameError: it begins as a speaker's line does, and nobody has that name.
    """
    escaped = _ESCAPE.match(line)
    cue = _cue(line, escaped.end() if escaped else 0)
    if cue is None:
        return SpokenLine(start, start)
    if escaped:
        return SpokenLine(start, start + escaped.end())
    if cue.name in cast or cue.name == NARRATOR:
        name = cast.get(cue.name, cue.name) if isinstance(cast, Mapping) else cue.name
        return SpokenLine(start, start + cue.end, name, cue.is_guess)
    if in_script and cue.is_guess and not cue.name:
        return SpokenLine(start, start + cue.end, "", is_guess=True)
    if _seems_cue(cue, line, cast, in_script):
        column = len(line) - len(line.lstrip())
        error = UnknownNameError(
            "speaker", cue.name, {*cast, NARRATOR}, where=source.where(start + column)
        )
        known = (error.hint or "").removesuffix("?")
        end = "?" if known != error.hint else "."
        error.hint = f"{known}{end} If it is no name, put a backslash before the colon"
        raise error
    return SpokenLine(start, start)


def cue_name(line: str) -> str | None:
    """What stands as a name before the first colon of a line, if there is one."""
    cue = _cue(line.removeprefix("| "), 0)
    return cue.name if cue else None


def is_cue(line: str, cast: Collection[str]) -> int | None:
    """The index of the colon that makes a line of a script file begin with a name, or seem to."""
    cue = _cue(line, 0)
    if cue is None or not (
        cue.name in cast
        or cue.name == NARRATOR
        or (cue.is_guess and not cue.name)
        or _seems_cue(cue, line, cast, in_script=True)
    ):
        return None
    return line.rindex(":", 0, cue.end)


def _cue(line: str, at: int) -> _Cue | None:
    match = _CUE.match(line, at)
    if match is None:
        return None
    name = _ESCAPED.sub(r"\1", match[1]).strip()
    if not name and not match[2]:
        return None
    return _Cue(name, match[2] is not None, match.end())


def _seems_cue(cue: _Cue, line: str, cast: Collection[str], in_script: bool) -> bool:
    words = cue.name.split()
    if not words or len(cue.name) > _MAX_NAME or len(words) > _MAX_NAME_WORDS:
        return False
    if in_script:
        return cue.is_guess or all(word[0].isupper() for word in words)
    said = line[cue.end :]
    return (
        bool(cast) and said.startswith(_OPENING_MARKS) and all(word[0].isupper() for word in words)
    )
