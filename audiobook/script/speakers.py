"""Who speaks, where the author says so: lines that begin with a name of the cast."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from audiobook.errors import UnknownNameError
from audiobook.model import Source

__all__ = ["SpokenLine", "looks_cued", "spoken_line"]

_ESCAPE = re.compile(r"[ \t]*\\")
_NAME = re.compile(r"[ \t]*([^\s:][^:\n]*?)\??:(?:[ \t]+|$)")
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
    speaker: str | None
    """The name it begins with; None when it names nobody."""


def spoken_line(source: Source, start: int, line: str, cast: Collection[str]) -> SpokenLine:
    """Read the cue of a line, if it has one; a backslash before it says that it has none.

    Args:
        source: the story.
        start: the line's offset in it.
        line: its text, without its end.
        cast: the names there are; as long as there are none, none is unknown.

    Raises:
        UnknownNameError: it begins as a speaker's line does, and nobody has that name.
    """
    escaped = _ESCAPE.match(line)
    match = _NAME.match(line, escaped.end() if escaped else 0)
    if not match or len(match[1]) > _MAX_NAME:
        return SpokenLine(start, start, None)
    if escaped:
        return SpokenLine(start, start + escaped.end(), None)
    name = match[1]
    if name in cast:
        return SpokenLine(start, start + match.end(), name)
    if cast and _seems_speaker(name, line[match.end() :]):
        where = source.where(start + match.start(1))
        raise UnknownNameError("speaker", name, cast, where=where)
    return SpokenLine(start, start, None)


def looks_cued(line: str) -> bool:
    """Whether a line begins as those do that say who speaks, be it a known name or not."""
    match = _NAME.match(line)
    return match is not None and len(match[1]) <= _MAX_NAME


def _seems_speaker(name: str, said: str) -> bool:
    words = name.split()
    return (
        said.startswith(_OPENING_MARKS)
        and len(words) <= _MAX_NAME_WORDS
        and all(word[0].isupper() for word in words)
    )
