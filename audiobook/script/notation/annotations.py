"""What an author writes into a text to have it spoken their way.

He stopped[400ms] and listened.
(Goethe)[sub:"Gerta"] and (Caen)[ipa:"kɑ̃"].
(Never)[emphasis:"strong";rate:"slow"], he said.
# Chapter 1 {pause=2s}
![music](intro.ogg){fade=3s duck=-12dB}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from audiobook.errors import StoryError, UnknownNameError, Where
from audiobook.utterance import DELIVERY_LEVELS

__all__ = [
    "CUE_OPTIONS",
    "Attributes",
    "PauseMark",
    "Place",
    "ReadingMark",
    "attributes_at",
    "cue_setting",
    "duration_ms",
    "mark_at",
    "options_at",
]

Place: TypeAlias = Callable[[int], Where | None]
"""Tells where in a file the character at an index of the text at hand stands, if it is known.

It is asked only for what is wrong: a text may have very many marks.
"""

_LONGEST_PAUSE_MS = 60_000
_LONGEST_READING = 1000
_UNITS_MS = {"ms": 1, "s": 1000}
_LEVELS_DB = {"gain": (-60.0, 12.0), "duck": (-60.0, 0.0)}

# A number and what may be meant for a unit of time: [2s], [3min], but not [1st] and not [12].
_PAUSE = re.compile(r"\[[ \t]*([-+]?[\d.,]{1,12})[ \t]*((?!st\b)[hms][a-z]{0,12})[ \t]*\]", re.I)
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_DURATION = re.compile(r"([^A-Za-z]*)([A-Za-z]*)")
_LEVEL = re.compile(r"([-+]?\d{1,3}(?:\.\d{1,3})?)dB")

_SAYS = ("sub", "ipa", *DELIVERY_LEVELS)
_READING = re.compile(
    rf"\[(?=(?:sub|ipa)[ \t]*:)|(?<=\))\[(?=(?:{'|'.join(_SAYS)})[ \t]*:)"
    r"|(?<=\))\[(?=[A-Za-z]+[ \t]*:[ \t]*[\"“”])"
)
_SAY = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*:[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"[ \t]*')
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_ATTRIBUTE = re.compile(r"""[ \t]*(?:([#.][^\s{}"=]+)|([\w-]+)=("(?:[^"\\\n]|\\.)*"|[^\s{}"]+))""")
_SETTING = re.compile(r"\{[ \t]*[\w-]+[ \t]*=")


@dataclass(frozen=True, slots=True)
class PauseMark:
    """``[400ms]``: silence where it stands."""

    ms: int
    """Its length in milliseconds."""
    start: int
    """Index of its first character."""
    end: int
    """Index just past it."""


@dataclass(frozen=True, slots=True)
class ReadingMark:
    """``(text)[sub:"…";rate:"slow"]``: how the text in the round brackets is spoken."""

    start: int
    """Index of the round bracket before the text."""
    closing: int
    """Index of the one after it; all from there on is the mark."""
    say: str | None
    """What is spoken in its place; None for the text itself."""
    ipa: str | None
    """Its sounds."""
    levels: tuple[tuple[str, str], ...]
    """How it is delivered: pairs (field of a Delivery, level)."""
    end: int
    """Index just past the mark."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """``{pause=2s}``: settings of what stands before them."""

    values: dict[str, str]
    """By name, as the author wrote them."""
    end: int
    """Index just past them."""


def _unknown_place(at: int) -> None:
    return None


def duration_ms(given: str, place: Place = _unknown_place, at: int = 0) -> int:
    """A length of time such as ``400ms`` or ``1.5s``, in milliseconds.

    Args:
        given: as its author wrote it.
        place: for errors.
        at: index of what was given.

    Raises:
        StoryError: it is none, or longer than a minute.
    """
    match = _DURATION.fullmatch(given.strip())
    number, unit = (match[1].strip(), match[2]) if match else (given, "")
    if not _NUMBER.fullmatch(number):
        raise StoryError(
            f'"{given}" is no length of time', where=place(at), hint="write 400ms, 2s or 1.5s"
        )
    if unit not in _UNITS_MS:
        what = f'"{unit}" is no unit of time here' if unit else f'"{given}" has no unit'
        raise StoryError(what, where=place(at), hint=f"write {number}s or {number}ms")
    ms = round(float(number) * _UNITS_MS[unit])
    if ms > _LONGEST_PAUSE_MS:
        raise StoryError(
            f"{given} is longer than a minute",
            where=place(at),
            hint=f"write {_LONGEST_PAUSE_MS // 1000}s or less",
        )
    return ms


def mark_at(text: str, at: int, place: Place) -> PauseMark | ReadingMark | None:
    """The mark that begins with the square bracket at an index; None where it is only a bracket.

    Args:
        text: of a paragraph, markup included.
        at: index of a ``[`` that nothing escapes.
        place: for errors.

    Raises:
        StoryError: it begins as a mark does and is none.
        UnknownNameError: it has a name that marks do not have.
    """
    if pause := _PAUSE.match(text, at):
        ms = duration_ms(pause[1] + pause[2], place, pause.start(1))
        return PauseMark(ms, at, pause.end())
    if _READING.match(text, at):
        return _reading(text, at, place)
    return None


def _reading(text: str, at: int, place: Place) -> ReadingMark:
    opening = _opening_bracket(text, at - 1)
    if opening is None or not text[opening + 1 : at - 1].strip():
        raise StoryError(
            "nothing stands in round brackets before it",
            where=place(at),
            hint='write (text)[sub:"what is said"]',
        )
    said: dict[str, str] = {}
    stop = at
    while stop == at or text.startswith(";", stop):
        name, value, stop = _said(text, stop + 1, said, place)
        said[name] = value
    if not text.startswith("]", stop):
        raise StoryError(
            "the mark never ends", where=place(at), hint=f'close it: (…)[{name}:"{value}"]'
        )
    levels = tuple((name, said[name]) for name in DELIVERY_LEVELS if name in said)
    return ReadingMark(opening, at - 1, said.get("sub"), said.get("ipa"), levels, stop + 1)


def _said(text: str, at: int, known: Collection[str], place: Place) -> tuple[str, str, int]:
    """A name, the value in quotes after it, and the index past both."""
    match = _SAY.match(text, at)
    if match is None:
        raise StoryError(
            "a name is missing here",
            where=place(at),
            hint=f'write sub:"…"; known names: {", ".join(_SAYS)}',
        )
    name, start = match[1], match.end()
    if name not in _SAYS:
        raise UnknownNameError("mark", name, _SAYS, where=place(match.start(1)))
    if name in known:
        raise StoryError(f"{name} is given twice", where=place(match.start(1)))
    quoted = _QUOTED.match(text, start)
    if quoted is None:
        is_open = text.startswith('"', start)
        raise StoryError(
            "the quotation mark is never closed" if is_open else f"{name} needs a text in quotes",
            where=place(min(start, len(text) - 1)),
            hint=f'write {name}:"…", with straight quotation marks',
        )
    value = " ".join(_ESCAPED.sub(r"\1", quoted[1]).split())
    if name in DELIVERY_LEVELS and value not in DELIVERY_LEVELS[name]:
        raise UnknownNameError(name, value, DELIVERY_LEVELS[name], where=place(start + 1))
    if not value:
        raise StoryError(
            f"{name} has no text", where=place(start), hint=f'write {name}:"what is said"'
        )
    return name, value, quoted.end()


def _opening_bracket(text: str, closing: int) -> int | None:
    """Index of the round bracket that the one at an index closes."""
    if text[closing : closing + 1] != ")" or _is_escaped(text, closing):
        return None
    depth = 0
    for index in range(closing, max(-1, closing - _LONGEST_READING), -1):
        if text[index] in "()" and not _is_escaped(text, index):
            depth += 1 if text[index] == ")" else -1
            if not depth:
                return index
    return None


def _is_escaped(text: str, at: int) -> bool:
    start = at
    while start and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 1


def attributes_at(text: str, at: int, known: Collection[str], place: Place) -> Attributes | None:
    """The settings in curly brackets at an index; None where something else stands there.

    What HTML writers use, ``#name`` and ``.class``, is passed over.

    Raises:
        StoryError: they begin as settings do and are none, or one is given twice.
        UnknownNameError: a name is not among the known ones.
    """
    if not text.startswith("{", at):
        return None
    values: dict[str, str] = {}
    stop = at + 1
    while match := _ATTRIBUTE.match(text, stop):
        stop = match.end()
        if match[2] is None:
            continue
        if match[2] not in known:
            raise UnknownNameError("setting", match[2], known, where=place(match.start(2)))
        if match[2] in values:
            raise StoryError(f"{match[2]} is given twice", where=place(match.start(2)))
        values[match[2]] = _unquoted(match[3])
    end = re.compile(r"[ \t]*\}").match(text, stop)
    if end and stop > at + 1:
        return Attributes(values, end.end())
    if _SETTING.match(text, at):
        raise StoryError(
            "these settings cannot be read",
            where=place(min(stop, len(text) - 1)),
            hint='write them as {name=value other="two words"}',
        )
    return None


def _unquoted(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value


CUE_OPTIONS = {
    "music": ("fade", "gain", "duck"),
    "sting": ("fade", "gain"),
    "sound": ("fade", "gain"),
}
"""The cues that are heard, and the settings of each."""


def cue_setting(name: str, given: str, place: Place = _unknown_place, at: int = 0) -> float:
    """What a setting of a cue says: a fade in milliseconds, a gain or a duck in dB.

    Args:
        name: of the setting.
        given: as its author wrote it.
        place: for errors.
        at: index of what was given.

    Raises:
        StoryError: it does not say that, or more than there can be.
    """
    if name == "fade":
        return duration_ms(given, place, at)
    least, most = _LEVELS_DB[name]
    match = _LEVEL.fullmatch(given)
    if match is None or not least <= float(match[1]) <= most:
        raise StoryError(
            f'"{given}" is no level here',
            where=place(at),
            hint=f"write one from {least:g}dB to {most:g}dB, such as -6dB",
        )
    return float(match[1])


def options_at(
    text: str, at: int, kind: str, place: Place
) -> tuple[tuple[tuple[str, str], ...], int]:
    """The settings of a cue at an index, if there are any, and the index past them.

    Args:
        text: of a paragraph, markup included.
        at: index just past the cue.
        kind: of the cue.
        place: for errors.

    Raises:
        AudiobookError: they cannot be read, or a setting is unknown or wrong.
    """
    if not text.startswith("{", at):
        return (), at
    found = attributes_at(text, at, CUE_OPTIONS[kind], place)
    if found is None:
        raise StoryError(
            f"these settings of the {kind} cannot be read",
            where=place(at),
            hint="write them as {fade=3s gain=-3dB}",
        )
    for name, value in found.values.items():
        cue_setting(name, value, place, text.index(f"{name}=", at) + len(name) + 1)
    return tuple(found.values.items()), found.end
