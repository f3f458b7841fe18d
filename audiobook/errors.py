"""What can go wrong, and how it is told.

    AudiobookError              1  the build failed
    ├── UsageError              2  what was typed makes no sense
    ├── StoryError              3  the story or its script cannot be used
    ├── ConfigError             3  show.toml or front matter cannot be used
    │   └── UnknownNameError    3  a name nobody knows (2 when it was typed)
    ├── MissingError            4  this machine or its network lacks something
    │   ├── NotInstalledError   4  an engine, or any voice for it, is not installed
    │   └── NotSetUpError       4  an engine works by settings that no show gives it
    ├── SpeechError             1  an engine failed at a piece of text
    ├── SoundError              1  sound could not be read, rendered or encoded
    │   └── LostError           1  something kept has gone from the store, or is damaged
    ├── OutputError             1  the result could not be written
    └── CheckError              5  a finished file does not meet its profile

The number is the exit code of the command line. Every error says what happened and why in one
line, where it happened if there is a place, and a hint if there is a cure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "INTERRUPTED",
    "AudiobookError",
    "CheckError",
    "ConfigError",
    "LostError",
    "MissingError",
    "NotInstalledError",
    "NotSetUpError",
    "OutputError",
    "SoundError",
    "SpeechError",
    "StoryError",
    "UnknownNameError",
    "UsageError",
    "Where",
    "did_you_mean",
    "near_names",
    "place_of",
]

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it: 128 and the number of the signal."""

_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file that a person can go to."""

    path: str
    """The file, as the user named it."""
    line: int | None = None
    """Line, from 1; None when the whole file is meant."""
    column: int | None = None
    """Column in characters, from 1; None when the whole line is meant."""
    excerpt: str | None = None
    """The text of that line, without its end."""

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


def place_of(places: Iterable[tuple[str, Where]], *settings: str) -> Where | None:
    """Where the first of some settings stands that is among these; None where none is."""
    by_name = dict(places)
    return next((by_name[name] for name in settings if name in by_name), None)


class AudiobookError(Exception):
    """Something the user can be told in one line.

    Args:
        what: what happened and why, in one line.
        where: the place in a file, if there is one.
        hint: what to do about it, if there is a cure.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: Where | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" (hint: {self.hint})" if self.hint else ""
        return f"{place}{self.what}{hint}"


class UsageError(AudiobookError):
    """What was typed makes no sense: a path that is not there, options that contradict."""

    exit_code = 2


class StoryError(AudiobookError):
    """The story or its script cannot be used."""

    exit_code = 3


class ConfigError(AudiobookError):
    """show.toml, front matter or a setting cannot be used."""

    exit_code = 3


class UnknownNameError(ConfigError):
    """A name nobody knows: of an engine, a voice, a language, a speaker, a key.

    Args:
        kind: what sort of name it is, as in ``unknown engine "espaek"``.
        name: the name given.
        known: the names there are; the near ones are offered, else all if they are few.
        where: where the name stands; None when it was typed, which makes it a usage error.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: Where | None = None
    ) -> None:
        what = f'unknown {kind} "{_shortened(name)}"'
        super().__init__(what, where=where, hint=_suggestion(name, known))
        self.kind = kind
        self.name = name
        self.exit_code = 3 if where else 2

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross from worker processes; the names that were known are in the hint already.
        return type(self), (self.kind, self.name, ()), self.__dict__


class MissingError(AudiobookError):
    """This machine or its network lacks something the work needs."""

    exit_code = 4
    engine: str | None = None
    """The engine that needs it, where one does."""


class NotInstalledError(MissingError):
    """Nothing is wrong with an engine but that it, or any voice for it, is not installed."""


class NotSetUpError(MissingError):
    """Nothing is wrong with an engine but that it works by settings, and no show gives it any."""


class SpeechError(AudiobookError):
    """An engine failed at a piece of text."""

    engine: str | None = None
    """Its name, where that is known."""


class SoundError(AudiobookError):
    """Sound could not be read, rendered or encoded."""


class LostError(SoundError):
    """Something kept has gone from the store, or is damaged: what it was made from is needed."""


class OutputError(AudiobookError):
    """The result could not be written; what was there before still is."""


class CheckError(AudiobookError):
    """A finished file does not meet its profile."""

    exit_code = 5


def near_names(name: str, known: Iterable[str], most: int = 3, *, alike: float = 0.65) -> list[str]:
    """The known names a mistyped one may stand for, nearest first, whatever their case.

    Args:
        name: the name given.
        known: the names there are.
        most: how many to find.
        alike: how much of a name must be the same, from 0 to 1, as `difflib` reckons it.
    """
    by_folded = {candidate.casefold(): candidate for candidate in sorted(known)}
    near = difflib.get_close_matches(name.casefold(), by_folded, n=most, cutoff=alike)
    return [by_folded[folded] for folded in near]


def did_you_mean(near: Iterable[str]) -> str | None:
    """A hint that offers names in place of a mistyped one; None where there are none."""
    names = " or ".join(f'"{candidate}"' for candidate in near)
    return f"did you mean {names}?" if names else None


def _shortened(name: str) -> str:
    """A name that may be anything, on one line."""
    line = "".join(c if c.isprintable() else " " for c in name[:_SHOWN_CHARACTERS])
    return line + ("…" if len(name) > _SHOWN_CHARACTERS else "")


def _suggestion(name: str, known: Iterable[str]) -> str | None:
    known = sorted(known)
    if meant := did_you_mean(near_names(name, known)):
        return meant
    if not known:
        return None
    shown = ", ".join(known[:12])
    return f"known: {shown}" + (f" and {len(known) - 12} more" if len(known) > 12 else "")
