"""Plain scripts, as for podcasts: each line begins with a name, a colon, and what is said.

Alice: Welcome back.
[00:12] BOB (laughing): Thank you for having me.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from audiobook.model import Source
from audiobook.script.plain.headings import is_break
from audiobook.script.plain.lines import Block, Line
from audiobook.show import NARRATOR

__all__ = ["Turn", "cast_name", "display_name", "labels_of", "turn", "untold"]

_TIME = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]?[ \t]+(?:-[ \t]+)?)?"
_TURN = re.compile(
    rf"{_TIME}(?P<label>[^\W\d_][\w.'’&-]*(?:[ \t][\w.'’&#-]+){{0,2}}?)"
    r"(?:[ \t]*\([^()]{1,40}\))?[ \t]*:(?:[ \t]+(?=\S)|\Z)"
)
_MAX_LABEL = 30
_NO_NAMES = frozenset(
    {
        "author",
        "bcc",
        "cc",
        "chapter",
        "copyright",
        "date",
        "example",
        "from",
        "hint",
        "ingredients",
    }
    | {"important", "note", "ps", "re", "scene", "sent", "source", "subject", "time", "tip"}
    | {"title", "to", "total", "translator", "url", "warning"}
)

_MIN_TURNS = 4
_MIN_SPEAKERS = 2
_MAX_SPEAKERS = 40
_MIN_SHARE = 0.6
_MAX_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Turn:
    """The head of a line that says who speaks."""

    label: str
    """The name, as it is written."""
    head_end: int
    """Offset just past the colon."""
    start: int
    """Offset of what is said; that of the line's end where it is on the next ones."""


def turn(line: Line) -> Turn | None:
    """The head of a line that may begin with a speaker's name."""
    match = _TURN.match(line.text)
    if not match or len(match["label"]) > _MAX_LABEL or match["label"][0].islower():
        return None
    head = match.group().rstrip()
    return Turn(match["label"], line.start + len(head), line.start + match.end())


def labels_of(blocks: list[Block]) -> frozenset[str]:
    """Who speaks in a text, case folded, if it is a script; nobody if it is anything else.

    It is one where at least three in five lines, or blocks, begin with a name; where there are at
    least four such lines and two such names, each there twice or more; and where few of the lines
    that look so begin with anything else. In a script, then, a name may be there only once.
    """
    blocks = [block for block in blocks if not is_break(block[0].text)]
    lines = [line for block in blocks for line in block]
    counts = Counter(found.label for line in lines if (found := turn(line)))
    folded = Counter(label.casefold() for label in counts.elements())
    names = {label for label, n in folded.items() if n > 1} - _NO_NAMES
    n_turns = sum(folded[name] for name in names | {NARRATOR.casefold()})
    if n_turns < max(_MIN_TURNS, 0.75 * folded.total()):
        return frozenset()
    if not _MIN_SPEAKERS <= len(names) <= _MAX_SPEAKERS:
        return frozenset()
    n_opening = sum(_is_by(block[0], names) for block in blocks)
    by_block = n_opening >= max(_MIN_TURNS, _MIN_SHARE * len(blocks))
    if n_turns < _MIN_SHARE * len(lines) and not by_block:
        return frozenset()
    once = {label.casefold() for label in counts if _is_proper(label)} - _NO_NAMES
    return frozenset(names | once)


def untold(source: Source, blocks: list[Block], cure: str) -> Iterator[str]:
    """A line of warning where most lines seem to name who speaks, and are to be read aloud.

    Args:
        source: a text that is taken for no script.
        blocks: of it.
        cure: what would make it one.
    """
    lines = list(islice(chain.from_iterable(blocks), _MAX_LOOKED_AT))
    named = [
        (line, found.label)
        for line in lines
        if (found := turn(line)) and found.label.casefold() not in _NO_NAMES
        if _is_proper(found.label)
    ]
    n_names = len({label.casefold() for _, label in named})
    if n_names >= _MIN_SPEAKERS and len(named) >= _MIN_SHARE * len(lines):
        first, label = named[0]
        yield f'line {source.where(first.start).line}: "{label}:" is read aloud: {cure}'


def cast_name(label: str, cast: Collection[str]) -> str | None:
    """A speaker's name as the cast writes it, whatever its case; None for one not in the cast."""
    folded = label.casefold()
    return next((name for name in cast if name.casefold() == folded), None)


def display_name(label: str, cast: Collection[str]) -> str:
    """A speaker's name: as the cast writes it, else with capitals only where a name has them."""
    if (name := cast_name(label, cast)) is not None:
        return name
    return re.sub(r"[^\W\d_]+", _capitalised, label) if label.isupper() else label


def _capitalised(match: re.Match[str]) -> str:
    """A word of a name in capitals: O'BRIEN is O'Brien, but MARY'S is Mary's."""
    word = match.group()
    after_apostrophe = match.start() > 0 and match.string[match.start() - 1] in "'’"
    return word.lower() if after_apostrophe and len(word) == 1 else word.capitalize()


def _is_proper(label: str) -> bool:
    return all(not word[0].islower() for word in label.split())


def _is_by(line: Line, names: Collection[str]) -> bool:
    found = turn(line)
    return found is not None and found.label.casefold() in names
