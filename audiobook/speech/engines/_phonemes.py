"""Which phoneme belongs to which word, for engines that are spoken to in phonemes.

Such an engine reads a whole text, so that it sounds as one, and forgets where the words are: it
joins some of them, and says a number in many. So each word is read by itself too, and both
readings are laid side by side, at the least cost of edits.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audiobook.errors import SpeechError
from audiobook.speech.engine import check_speakable, excerpt, without_controls
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Pronunciation, Utterance, Word

__all__ = [
    "BREAK",
    "Phoneme",
    "Reading",
    "is_heard",
    "read",
    "speakable",
    "timed_words",
    "unknown_sound",
]

BREAK = "\n"
"""Stands among phonemes where one sentence ends and the next is spoken apart from it."""

_GAPS = " " + BREAK
_MARKS = frozenset('.,:;?!…—"“”()' + _GAPS)
_TIES = str.maketrans("", "", "\u0361\u035c.")  # of affricates, and dots between syllables


@dataclass(frozen=True, slots=True)
class Phoneme:
    """A phoneme of a text."""

    sign: str
    """As the engine writes it; punctuation, spaces and `BREAK` are among them."""
    place: int | None
    """Index in the text at which its word, or part of a word, begins; None for those between."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in phonemes."""

    phonemes: tuple[Phoneme, ...]
    """In the order in which they are spoken."""
    confidence: float
    """Share of the phonemes that are the same where a word is read by itself, 0 to 1."""
    unknown: tuple[Pronunciation, ...]
    """Of the utterance's sounds, those that the engine has no phonemes for."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word of a text or part of one, wholly in one of its sounds or in none."""

    start: int
    stop: int
    sound: Pronunciation | None


def is_heard(sign: str) -> bool:
    """Whether a sign is a sound, not punctuation nor a gap."""
    return sign not in _MARKS


def speakable(text: str) -> str:
    """A text of the same length with spaces for what no phonemiser takes: controls, half pairs.

    Raises:
        SpeechError: it holds no words.
    """
    check_speakable(text)
    return without_controls(text)


def read(
    utterance: Utterance, phonemise: Callable[[str], Sequence[str]], known: Container[str]
) -> Reading:
    """Turn an utterance into phonemes.

    Args:
        utterance: what to speak, its text without controls.
        phonemise: gives the phonemes of a text.
        known: the phonemes that the engine can speak; others are left out.

    Raises:
        SpeechError: nothing in the text can be spoken.
    """
    signs = [sign for sign in phonemise(utterance.text) if sign in known or sign == BREAK]
    if not any(map(is_heard, signs)):
        raise SpeechError(f"there is nothing to speak in {excerpt(utterance.text)}")
    spelled = {sound: _signs_of(sound.ipa, known) for sound in utterance.sounds}
    sounds = [sound for sound, ipa in spelled.items() if ipa]
    pieces = list(_pieces(utterance.text, sounds))
    alone = [list(phonemise(utterance.text[piece.start : piece.stop])) for piece in pieces]
    owners, confidence = _owners(signs, alone)
    for sound in sounds:
        own = {at for at, piece in enumerate(pieces) if piece.sound == sound}
        if own:  # one of white space alone has no place among the words
            signs, owners = _replaced(signs, owners, own, spelled[sound] or [])
    places = [None if owner is None else pieces[owner].start for owner in owners]
    unknown = tuple(sound for sound, ipa in spelled.items() if ipa is None)
    return Reading(tuple(map(Phoneme, signs, places)), confidence, unknown)


def timed_words(
    text: str, phonemes: Sequence[Phoneme], onsets_ms: Sequence[float], duration_ms: float
) -> tuple[Word, ...]:
    """When each word of a text is heard.

    A word begins with its first phoneme; one that has none begins between its neighbours, by its
    place in the text.

    Args:
        text: what was spoken.
        phonemes: what was spoken of it, in order.
        onsets_ms: when each of them begins, in order.
        duration_ms: length of the speech, greater than all onsets.
    """
    spans = word_spans(text)
    heard_ms = {-1: 0.0}
    latest = -1
    for phoneme, onset_ms in zip(phonemes, onsets_ms, strict=True):
        if phoneme.place is not None and phoneme.place > latest and is_heard(phoneme.sign):
            latest = phoneme.place
            heard_ms[latest] = onset_ms
    begins = [min((p for p in heard_ms if a <= p < b), default=a) for a, b in spans]
    placed_ms = np.interp(begins, [*heard_ms, len(text)], [*heard_ms.values(), duration_ms])
    return tuple(
        Word(*span, onset_ms) for span, onset_ms in zip(spans, placed_ms.tolist(), strict=True)
    )


def unknown_sound(sound: Pronunciation, text: str, voice: str) -> str:
    """The warning of a sound that a voice has no phonemes for."""
    word = excerpt(text[sound.start : sound.stop])
    return f"{voice} lacks sounds of {excerpt(sound.ipa)}: {word} is spoken as it is written"


def _signs_of(ipa: str, known: Container[str]) -> list[str] | None:
    """The phonemes of a transcription: none of a blank one, None where the engine lacks one."""
    written = unicodedata.normalize("NFD", ipa.strip()).translate(_TIES)
    if "\u0327" not in known:
        written = written.replace("c\u0327", "ç")
    signs = list(written)
    sounds = [sign for sign in signs if sign != " "]
    return signs if all(sign in known and is_heard(sign) for sign in sounds) else None


def _pieces(text: str, sounds: Sequence[Pronunciation]) -> Iterator[_Piece]:
    bounds = {bound for sound in sounds for bound in (sound.start, sound.stop)}
    bounds |= {bound for span in word_spans(text) for bound in span}
    for word in re.finditer(r"\S+", text):
        inner = sorted(bound for bound in bounds if word.start() < bound < word.end())
        cuts = [word.start(), *inner, word.end()]
        for start, stop in itertools.pairwise(cuts):
            sound = next((s for s in sounds if s.start <= start < s.stop), None)
            yield _Piece(start, stop, sound)


def _owners(signs: Sequence[str], alone: Sequence[Sequence[str]]) -> tuple[list[int | None], float]:
    """Which piece each sign belongs to, and the share of them that agree."""
    flat: list[tuple[str, int | None]] = []
    for owner, piece in enumerate(alone):
        flat += [(sign, None if sign in _GAPS else owner) for sign in piece]
        flat.append((" ", None))
    pairs = _aligned([" " if s in _GAPS else s for s in signs], [sign for sign, _ in flat])
    owners = [None if at is None else flat[at][1] for at in pairs]
    spoken = [at for at, sign in enumerate(signs) if is_heard(sign)]
    agreeing = sum(
        1 for at in spoken if (pair := pairs[at]) is not None and flat[pair][0] == signs[at]
    )
    return _filled(signs, owners), agreeing / len(spoken)


def _filled(signs: Sequence[str], owners: list[int | None]) -> list[int | None]:
    """Signs without an owner go with those before them in their word, else with those after."""
    filled = list(owners)
    for order in (range(1, len(signs)), range(len(signs) - 2, -1, -1)):
        for at in order:
            neighbour = at - order.step
            if filled[at] is None and signs[at] not in _GAPS and signs[neighbour] not in _GAPS:
                filled[at] = filled[neighbour]
    return filled


def _replaced(
    signs: list[str], owners: list[int | None], own: set[int], new: Sequence[str]
) -> tuple[list[str], list[int | None]]:
    """Put other sounds in the place of those that some pieces own; punctuation stays."""
    gone = [o in own and is_heard(sign) for sign, o in zip(signs, owners, strict=True)]
    later = (at for at, owner in enumerate(owners) if owner is not None and owner > max(own))
    begin = gone.index(True) if any(gone) else next(later, len(signs))
    kept = [at for at, is_gone in enumerate(gone) if not is_gone]
    before, after = [at for at in kept if at < begin], [at for at in kept if at >= begin]
    return (
        [signs[at] for at in before] + list(new) + [signs[at] for at in after],
        [owners[at] for at in before] + [min(own)] * len(new) + [owners[at] for at in after],
    )


def _aligned(one: Sequence[str], other: Sequence[str]) -> list[int | None]:
    """For each item of a sequence the index of its counterpart in another, or None.

    Least edits, by dynamic programming (R. A. Wagner and M. J. Fischer, 1974). A space is no
    counterpart of a sound.
    """
    costs = _edit_costs(one, other)
    pairs: list[int | None] = [None] * len(one)
    row, column = len(one), len(other)
    while row and column:
        here = costs[row, column]
        swap = _swap_cost(one[row - 1], other[column - 1])
        if here == costs[row - 1, column - 1] + swap:
            row, column = row - 1, column - 1
            pairs[row] = column
        elif here == costs[row - 1, column] + 1:
            row -= 1
        else:
            column -= 1
    return pairs


def _edit_costs(one: Sequence[str], other: Sequence[str]) -> NDArray[np.int32]:
    """Least cost of edits from each beginning of a sequence to each of another."""
    steps = np.arange(len(other) + 1, dtype=np.int32)
    costs = np.empty((len(one) + 1, len(other) + 1), np.int32)
    costs[0] = steps
    signs, numbers = np.unique([*one, *other], return_inverse=True)
    spaces = signs[numbers] == " "
    columns, column_spaces = numbers[len(one) :], spaces[len(one) :]
    for row in range(1, len(one) + 1):
        swaps = (columns != numbers[row - 1]) + 2 * (column_spaces != spaces[row - 1])
        best = costs[row - 1] + 1
        best[1:] = np.minimum(best[1:], costs[row - 1, :-1] + swaps)
        # What is left out of the other sequence costs 1 each: a running minimum along the row.
        costs[row] = np.minimum.accumulate(best - steps) + steps
    return costs


def _swap_cost(one: str, other: str) -> int:
    return (one != other) + 2 * ((one == " ") != (other == " "))
