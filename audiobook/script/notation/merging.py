"""An author's edits to a script file, carried over to what its story has become.

Three texts are compared line by line, a line being a segment, a heading or a cue: what was
generated last time, what the author made of it, and what would be generated now. Of a line that
both have changed, who speaks, the text and the pause are taken each from where it changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from audiobook.script.notation.front import front_matter
from audiobook.script.notation.merging_front import cast_names, merged_front
from audiobook.script.notation.speakers import cue_name, is_cue

__all__ = ["Conflict", "Merged", "merge"]

_LINE = re.compile(r"([^\n]*)(\n(?:[ \t]*\n)*|\Z)")
_LEAD = re.compile(r"#{1,6}[ \t]+|\|[ \t]+|")
_SPACE = r"(?<![ \t])[ \t]+"  # all there is: begun anywhere in it, a search would take for ever
_TAIL = re.compile(
    rf"(?:(?:{_SPACE})?\[[ \t]*[\d.]+(?:ms|s)[ \t]*\])?(?:{_SPACE})?\Z"
    rf"|{_SPACE}\{{[^{{}}]*\}}[ \t]*\Z"
)
_WORD = re.compile(r"\w+")
_ALIKE = 0.5
_WINDOW_LINES = 8
_MOST_COMPARED = 1000


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place where author and story both changed something; the author's version stands."""

    line: int
    """Its line in the merged text, from 1."""
    what: str
    """What became of it, and what the story now has, in a line."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A script file with the changes of both."""

    text: str
    """The file."""
    conflicts: tuple[Conflict, ...]
    """What of the story's changes it does not have, in order."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a script file, in its parts."""

    lead: str
    """What stands before its text: who speaks, the marks of a heading or of verse."""
    text: str
    tail: str
    """What stands after it: its pause, or a heading's settings."""
    gap: str
    """Its end, and the blank lines after it."""

    def __str__(self) -> str:
        return f"{self.lead}{self.text}{self.tail}"

    def says_as(self, other: _Line) -> bool:
        return str(self).rstrip() == str(other).rstrip()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A line of the merged file; or none, with what the story has in its place."""

    line: _Line | None
    conflict: str | None = None
    story: str | None = None
    """What the story now has, for the comment after the paragraph."""


def merge(base: str, mine: str, new: str) -> Merged:
    """The author's file with what has changed in the story since.

    Where both changed the same, the author's version stays and the story's stands after the
    paragraph, in a comment. Line ends are line feeds.

    Args:
        base: the file as it was generated last time.
        mine: the file as it is now.
        new: the file as it would be generated now.

    Raises:
        StoryError: the front matter of one of them never ends.
        yaml.YAMLError: it is no YAML.
    """
    (was, old), (own, edited), (now, current) = map(_parts, (base, mine, new))
    names = {name for front in (was, own, now) for name in cast_names(front)}
    outcomes = list(_outcomes(_lines(old, names), _lines(edited, names), _lines(current, names)))
    speakers = {cue_name(str(one.line)) or "" for one in outcomes if one.line}
    front, front_conflicts = merged_front(was, own, now, speakers)
    head = f"---\n{front}---\n\n" if front else ""
    text, conflicts = _written(outcomes, head.count("\n") + 1)
    told = [Conflict(1, what) for what in front_conflicts]
    return Merged(head + text, (*told, *conflicts))


def _parts(text: str) -> tuple[str, str]:
    """Front matter and body."""
    front = front_matter(text)
    return (front.yaml, text[front.end :]) if front else ("", text)


def _lines(body: str, names: set[str]) -> list[_Line]:
    # As if more came after the last line: then nothing that is put there runs on from it.
    found = _LINE.findall(body.strip("\n") + "\n\n")
    return [_line(text, gap, names) for text, gap in found if text.strip()]


def _line(text: str, gap: str, names: set[str]) -> _Line:
    lead = _LEAD.match(text)
    at = lead.end() if lead else 0
    colon = None if text.startswith("#") else is_cue(text[at:], names)
    if colon is not None:
        at += colon + 1
    tail = _TAIL.search(text, at)
    stop = tail.start() if tail else len(text)
    return _Line(text[:at], text[at:stop], text[stop:], gap)


def _outcomes(base: list[_Line], mine: list[_Line], new: list[_Line]) -> Iterator[_Outcome]:
    """The merged lines: those of the base as both have them, those that either added between."""
    in_mine, in_new = _images(base, mine), _images(base, new)
    mine_at = new_at = 0
    for line, m, n in zip((*base, None), (*in_mine, len(mine)), (*in_new, len(new)), strict=True):
        added = mine[mine_at:m] if m is not None else []
        yield from map(_Outcome, added)
        if n is not None:
            yield from (_Outcome(one) for one in new[new_at:n] if one not in added)
        mine_at = mine_at if m is None else m + 1
        new_at = new_at if n is None else n + 1
        if line is not None:
            own, now = None if m is None else mine[m], None if n is None else new[n]
            if outcome := _outcome(line, own, now):
                yield outcome


def _outcome(base: _Line, mine: _Line | None, new: _Line | None) -> _Outcome | None:
    """What becomes of a line of the base; None where it is gone without a trace."""
    if mine is not None and new is not None:
        return _by_part(base, mine, new)
    if new is not None and not new.says_as(base):
        return _Outcome(None, f"you have removed what the story now has as: {new}", str(new))
    if mine is not None and not mine.says_as(base):
        return _Outcome(mine, f"you have changed what the story no longer has: {base}")
    return None


def _by_part(base: _Line, mine: _Line, new: _Line) -> _Outcome:
    is_guess = new.lead.rstrip().endswith("?:")
    lead = _pick(base.lead, mine.lead, new.lead)
    text = _pick(base.text, mine.text, new.text)
    tail = _pick(base.tail, mine.tail, new.tail)
    gap = _pick(base.gap, mine.gap, new.gap)
    clash = text is None or tail is None or (lead is None and not is_guess)
    merged = _Line(
        mine.lead if lead is None else lead,
        mine.text if text is None else text,
        mine.tail if tail is None else tail,
        mine.gap if gap is None else gap,
    )
    if not clash:
        return _Outcome(merged)
    return _Outcome(merged, f"you and the story have both changed it; it has: {new}", str(new))


def _pick(base: str, mine: str, new: str) -> str | None:
    """The one that changed; None where both did, and differ."""
    if mine == base:
        return new
    return mine if new in (base, mine) else None


def _images(base: list[_Line], other: list[_Line]) -> list[int | None]:
    """For each line of the base the one in another text that it has become, in the same order."""
    images: list[int | None] = [None] * len(base)
    first = _common(base, other)
    last = _common(base[first:][::-1], other[first:][::-1])
    for index in range(first):
        images[index] = index
    for index in range(1, last + 1):
        images[-index] = len(other) - index
    before = [line.text for line in base[first : len(base) - last]]
    after = [line.text for line in other[first : len(other) - last]]
    for tag, b, b_end, o, o_end in SequenceMatcher(None, before, after, False).get_opcodes():
        pairs = _alike(before, after, range(b, b_end), range(o, o_end)) if tag == "replace" else ()
        if tag == "equal":
            pairs = zip(range(b, b_end), range(o, o_end), strict=True)
        for index, image in pairs:
            images[first + index] = first + image
    return images


def _common(one: Sequence[_Line], other: Sequence[_Line]) -> int:
    """How many lines both begin with."""
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a.text != b.text:
            return n
    return min(len(one), len(other))


def _alike(
    before: list[str], after: list[str], old: range, new: range
) -> Iterator[tuple[int, int]]:
    """Changed lines that are still much the same, each with what it has become.

    A line alone that stands where one alone stood is what that has become, whatever it says.
    """
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    at = new.start
    for index in old:
        window = range(at, min(at + _WINDOW_LINES, new.stop))
        best = max(window, key=lambda n: _likeness(before[index], after[n]), default=None)
        if best is not None and _likeness(before[index], after[best]) >= _ALIKE:
            yield index, best
            at = best + 1


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, _words(one), _words(other)).ratio()


def _words(text: str) -> list[str]:
    return [word.group() for word in _WORD.finditer(text[:_MOST_COMPARED].casefold())]


def _written(outcomes: list[_Outcome], first_line: int) -> tuple[str, list[Conflict]]:
    """The merged lines, comments after the paragraphs they belong to, and where conflicts are."""
    parts: list[str] = []
    conflicts: list[Conflict] = []
    comments: list[str] = []
    number = first_line
    for index, outcome in enumerate(outcomes, 1):
        if outcome.conflict:
            conflicts.append(Conflict(number, outcome.conflict))
        if outcome.story:
            comments.append(f"<!-- The story now has: {outcome.story.replace('--', '- -')} -->\n\n")
        written = [f"{outcome.line}{outcome.line.gap}"] if outcome.line else []
        ends = (written or parts or ["\n\n"])[-1].count("\n") > 1
        if comments and (ends or index == len(outcomes)):
            written += comments if ends else ["\n", *comments]
            comments = []
        parts += written
        number += sum(part.count("\n") for part in written)
    return "".join(parts).rstrip() + "\n", conflicts
