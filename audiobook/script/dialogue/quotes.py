"""Dialogue told apart from narration by its quotation marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.language_tags import primary

__all__ = ["Span", "opens_with_quote", "spans"]

# Opening mark → the marks that may close it. Reversed guillemets are German and Danish, ones that
# point the same way Finnish and Swedish, as is the pair of ” marks.
_CLOSING = {
    '"': '"',
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    "›": "‹",
    "‚": "‘",
    "‘": "’",
    "'": "'",
}
_SAME = {mark: re.compile(f"[{mark}{close}]") for mark, close in _CLOSING.items()}
_DEEPEST = 4
_SINGLE = "‘'"
# What may open speech, by language. Any language takes what can be nothing else: many stories do
# not say what they are written in.
_USUAL = '"“„«‘'
_OPENING = {
    "en": _USUAL + "'»",
    "nl": _USUAL + "'",
    "de": _USUAL + "»›‚",
    "sv": _USUAL + "”»",
    "fi": _USUAL + "”»",
    "fr": '"“«',
    "es": '"“«',
    "it": '"“«',
    "pt": '"“«',
    "ru": '"“„«',
    "uk": '"“„«',
    "pl": '"“„«',
}
_OTHER = _USUAL + "»"
_SEARCH = {marks: re.compile(f"[{marks}]") for marks in {*_OPENING.values(), _OTHER}}
_ATTACHED = re.compile(r"[,.;:!?…)\]]*")
_PAUSING = (".", ",", "?", "!", ";", ":", "…", "—", "–", "-")
_BEFORE_OPENING = frozenset("([{—–-/'‘“„«»›\"_*")
_MARKS = "\"“”„«»‹›‘’‚' "
# A single closing mark looks like an apostrophe: it ends a word, and speech ends in punctuation.
_SINGLE_END = {mark: re.compile(rf"(?<=[^\w\s]){mark}(?!\w)") for mark in "’'"}
_SINGLE_END_BARE = {mark: re.compile(rf"(?<=\w){mark}(?!\w)") for mark in "’'"}
_ELISION = re.compile(r"(?:t(?:is|was|were|will|would)|em|n|cause|til|bout|ere|\d\ds?)\b", re.I)
_CARRIED_ON = re.compile(r"»\s")  # an old French and Spanish way to begin a paragraph of a speech


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a paragraph that is all speech or all narration."""

    start: int
    """Index of its first character in the paragraph."""
    stop: int
    """Index just past its last; the next span begins here."""
    spoken: bool
    """Whether it is speech, its marks included."""


def opens_with_quote(text: str, language: str = "") -> bool:
    """Whether a paragraph begins with an opening mark, as speech that goes on does."""
    return text.startswith(tuple(_openers(language))) or bool(_CARRIED_ON.match(text))


def spans(text: str, language: str = "", *, runs_on: bool = False) -> list[Span]:
    """A paragraph cut into speech and narration, which together are all of it.

    A word set in quotation marks within a sentence is narration. Marks that close attached, such
    as a comma after the quote, stay with it. A paragraph that opens with a mark that is never
    closed is speech to its end; a stray mark elsewhere means nothing.

    Args:
        text: a paragraph, white space folded.
        language: BCP 47 tag, which says what marks there are; "" where it is not known.
        runs_on: whether the next paragraph begins with an opening mark, so that a quote left
            open here goes on there.
    """
    found: list[Span] = []
    done = 0
    for start, stop in _quotes(text, _openers(language), runs_on):
        if not _is_speech(text, start, stop):
            continue
        if done < start:
            found.append(Span(done, start, False))
        done = _ATTACHED.match(text, stop).end()  # type: ignore[union-attr]  # matches anything
        found.append(Span(start, done, True))
    if done < len(text):
        found.append(Span(done, len(text), False))
    return found


def _openers(language: str) -> str:
    return _OPENING.get(primary(language), _OTHER)


def _quotes(text: str, openers: str, runs_on: bool) -> list[tuple[int, int]]:
    """Where quotations stand, marks included, nested ones left inside the outer."""
    found: list[tuple[int, int]] = []
    unclosed: set[str] = set()
    last: dict[str, int] = {}  # where each mark is closed for the last time, once it is asked for
    position = 0
    if "»" not in openers and _CARRIED_ON.match(text):
        position = text.find("»", 1) + 1 or len(text)
        found.append((0, position))
    while opening := _SEARCH[openers].search(text, position):
        start, mark = opening.start(), opening.group()
        position = start + 1
        if mark in unclosed or not _can_open(text, start):
            continue
        stop = _single_end(text, start) if mark in _SINGLE else _end(text, start)
        if stop is None and mark not in last:
            last[mark] = max(map(text.rfind, _CLOSING[mark]))
        if stop is None and last[mark] < position:
            unclosed.add(mark)  # nothing closes a later one either: look no further
            if runs_on or (start == 0 and mark != "'"):
                stop = len(text)
        elif stop is None and runs_on and text.find(mark, position) < 0:
            stop = len(text)
        if stop is not None:
            found.append((start, stop))
            position = stop
    return found


def _can_open(text: str, at: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if before and not before.isspace() and before not in _BEFORE_OPENING:
        return False
    if text[at] == "'" and _ELISION.match(text, at + 1):
        return False
    # French sets guillemets off with spaces.
    return bool(after) and (text[at] == "«" or not after.isspace())


def _end(text: str, start: int) -> int | None:
    """Index just past the mark that closes the one at `start`, past those nested in it."""
    mark = text[start]
    depth = 1
    for match in _SAME[mark].finditer(text, start + 1):
        index = match.start()
        opens = text[index] == mark and _can_open(text, index)
        if text[index] in _CLOSING[mark] and not (opens and _opens_word(text, index)):
            depth -= 1
            if not depth:
                return index + 1
        elif opens:
            depth += 1
            if mark == '"' or depth > _DEEPEST:
                return None  # others opened before it was closed: it has no end
    return None


def _opens_word(text: str, index: int) -> bool:
    """Whether a mark that could close opens rather: a space before it, a letter after it."""
    return text[index - 1].isspace() and text[index + 1 : index + 2].isalnum()


def _single_end(text: str, start: int) -> int | None:
    """The same for a single mark, which any apostrophe may seem to close."""
    mark = text[start]
    close = _CLOSING[mark]
    opening = (at.start() for at in _SAME[mark].finditer(text, start + 1) if at[0] == mark)
    until = next((index for index in opening if _can_open(text, index)), len(text))
    end = _SINGLE_END[close].search(text, start + 1, until)
    end = end or _SINGLE_END_BARE[close].search(text, start + 1, until)
    return end.end() if end else None


def _is_speech(text: str, start: int, stop: int) -> bool:
    """Whether a quotation is said by somebody, and is no title or word set apart."""
    before = text[max(0, start - 2) : start].rstrip()[-1:]
    said = text[start + 1 : stop].rstrip(_MARKS)
    first = said.lstrip()[:1]
    set_off = not before or before in _PAUSING
    ends_pausing = said.endswith(_PAUSING)
    if set_off:
        return ends_pausing or not first.islower()
    return ends_pausing and not first.islower()
