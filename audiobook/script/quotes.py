"""Dialogue told apart from narration by its quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Span", "opens_with_quote", "spans"]

# Opening mark → the marks that may close it. The reversed guillemets are German and Danish, the
# ones that point the same way Finnish and Swedish, as is the pair of ” marks.
_CLOSING = {
    '"': re.compile('"'),
    "“": re.compile("”"),
    "”": re.compile("”"),
    "„": re.compile("[“”]"),
    "«": re.compile("»"),
    "»": re.compile("[«»]"),
    "‘": re.compile("’"),
}
_OPENING = re.compile(f"[{''.join(_CLOSING)}]")
_ATTACHED = re.compile(r"[,.;:!?…)\]]*")
_PAUSING = (".", ",", "?", "!", ";", ":", "…", "—", "–", "-")
_BEFORE_OPENING = frozenset("([{—–-/'‘“„«»\"")
# A British closing mark looks like an apostrophe: it ends a word, and speech ends in punctuation.
_BRITISH_END = re.compile(r"(?<=[^\w\s])’(?!\w)")
_BRITISH_END_BARE = re.compile(r"(?<=\w)’(?!\w)")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a paragraph that is all speech or all narration."""

    start: int
    """Index of its first character in the paragraph."""
    stop: int
    """Index just past its last; the next span begins here."""
    spoken: bool
    """Whether it is speech: then its first character is an opening mark."""


def opens_with_quote(text: str) -> bool:
    """Whether a paragraph begins with an opening mark, as speech that goes on does."""
    return _OPENING.match(text) is not None


def spans(text: str, *, runs_on: bool = False) -> list[Span]:
    """A paragraph cut into speech and narration, which together are all of it.

    A word set in quotation marks within a sentence is narration. Marks that close attached, such
    as a comma after the quote, stay with it.

    Args:
        text: a paragraph, white space folded.
        runs_on: whether the next paragraph begins with an opening mark, so that a quote left
            open here goes on there.
    """
    found: list[Span] = []
    done = 0
    for start, stop in _quotes(text, runs_on):
        if not _is_speech(text, start, stop):
            continue
        if done < start:
            found.append(Span(done, start, False))
        done = _ATTACHED.match(text, stop).end()  # type: ignore[union-attr]  # matches anything
        found.append(Span(start, done, True))
    if done < len(text):
        found.append(Span(done, len(text), False))
    return found


def _quotes(text: str, runs_on: bool) -> list[tuple[int, int]]:
    """Where quotations stand, marks included, nested ones left inside the outer."""
    found: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    position = 0
    while opening := _OPENING.search(text, position):
        start, mark = opening.start(), opening.group()
        position = start + 1
        if mark in unclosed or not _can_open(text, start):
            continue
        stop = _closing(text, start)
        if stop is None and mark != "‘":
            unclosed.add(mark)  # nothing closes a later one either: look no further
        if stop is None and not runs_on:
            continue
        stop = len(text) if stop is None else stop
        found.append((start, stop))
        position = stop
    return found


def _can_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before and not before.isspace() and before not in _BEFORE_OPENING:
        return False
    # French sets guillemets off with spaces.
    return bool(after) and (text[at] == "«" or not after.isspace())


def _closing(text: str, start: int) -> int | None:
    """Index just past the mark that closes the one at `start`."""
    if text[start] == "‘":
        until = text.find("‘", start + 1)
        until = until if until >= 0 else len(text)
        end = _BRITISH_END.search(text, start + 1, until)
        end = end or _BRITISH_END_BARE.search(text, start + 1, until)
    else:
        end = _CLOSING[text[start]].search(text, start + 1)
    return end.end() if end else None


def _is_speech(text: str, start: int, stop: int) -> bool:
    """Whether a quotation is said by somebody, and is no title or word set apart."""
    before = text[max(0, start - 2) : start].rstrip()[-1:]
    said = text[start + 1 : stop].rstrip('"“”«»’ ')
    first = said.lstrip()[:1]
    set_off = not before or before in _PAUSING
    ends_pausing = said.endswith(_PAUSING)
    if set_off:
        return ends_pausing or not first.islower()
    return ends_pausing and not first.islower()
