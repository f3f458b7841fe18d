"""What espeak-ng is given for an utterance, and which of its words are heard when."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Pronunciation, Word

__all__ = ["Spelling", "Written", "rest_of_word", "timed_words", "write"]

_REST = re.compile(r"(?:['’]?\w)*")
_ORDINARY = re.compile(r"\W*[^\W\d_]+(?:['’][^\W\d_]+)*\W*")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A stretch of a text whose sounds are known, as espeak-ng writes them."""

    start: int
    """Index of its first character in the text."""
    stop: int
    """Index just past its last; the stretch has all of its last word."""
    phonemes: str
    """Its sounds, with a space between two words."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text as espeak-ng is given it."""

    text: str
    """What it is given."""
    places: Sequence[int]
    """For each of its characters, the index in the utterance's text of what it stands for."""


def rest_of_word(text: str, sound: Pronunciation) -> str:
    """What goes on after a stretch in the same word: the "'s" of "Ann's"."""
    found = _REST.match(text, sound.stop)
    return found[0] if found else ""


def write(text: str, spellings: Sequence[Spelling]) -> Written:
    """A text with phonemes in [[double brackets]] where its sounds are known.

    Brackets that are the author's own lose their meaning, which is none when they are spoken.
    """
    if not spellings:
        return Written(text, range(len(text)))
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for spelling in spellings:
        parts += text[done : spelling.start].replace("[[", "  "), f" [[{spelling.phonemes}]] "
        places += range(done, spelling.start)
        places += _places(text, spelling)
        done = spelling.stop
    parts.append(text[done:].replace("[[", "  "))
    places += range(done, len(text))
    return Written("".join(parts), places)


def _places(text: str, spelling: Spelling) -> list[int]:
    """Where each character of a stretch's phonemes belongs: at the beginning of its word."""
    stretch = re.finditer(r"\S+", text[spelling.start : spelling.stop])
    starts = [spelling.start + word.start() for word in stretch] or [spelling.start]
    places = [starts[0]] * len(" [[")
    word = 0
    for phoneme in spelling.phonemes:
        word += phoneme == " "
        places.append(starts[min(word, len(starts) - 1)])
    return places + [starts[-1]] * len("]] ")


def timed_words(
    text: str, events: Iterable[tuple[int, float]], duration_ms: float
) -> tuple[tuple[Word, ...], float]:
    """When each word of a text is heard, and how many in all had an event of their own.

    An event may point into the middle of a word, past it, or back: numbers and abbreviations are
    spoken as several words, and quotes and full stops move the position. So a word begins with
    the first event that falls on it or behind it, and events that go back are left out. A second
    event on an ordinary word is the next word's, unless that has one itself. What words are left
    begin in between, by their place in the text.

    Args:
        text: what was spoken.
        events: pairs of an index in the text and an onset in milliseconds.
        duration_ms: length of the speech, greater than all onsets.

    Returns:
        The words, and the share of them, 0 to 1, that did not have to be placed in between.
    """
    spans = word_spans(text)
    if not spans:
        return (), 1.0
    starts = [start for start, _ in spans]
    onsets: dict[int, float] = {}
    own: set[int] = set()
    last_word, last_ms = 0, 0.0
    for at, onset_ms in events:
        word = max(bisect_right(starts, at) - 1, 0)
        if word < last_word or onset_ms < last_ms:
            continue
        if word not in own:
            onsets[word] = onset_ms
            own.add(word)
        elif word + 1 < len(spans) and _ORDINARY.fullmatch(text[slice(*spans[word])]):
            onsets.setdefault(word + 1, onset_ms)
        last_word, last_ms = word, onset_ms
    known = sorted(onsets)
    places = [-1, *(starts[word] for word in known), len(text)]
    times_ms = [0.0, *(onsets[word] for word in known), duration_ms]
    placed_ms = np.interp(starts, places, times_ms).tolist()
    words = (Word(*span, onset_ms) for span, onset_ms in zip(spans, placed_ms, strict=True))
    return tuple(words), len(onsets) / len(spans)
