"""Words and phrases of the lexicon, found in a text.

Entries that are no patterns are found by the first word of each, so that a lexicon of thousands
costs no more than a small one. Patterns are run by RE2, which takes time by the length of the text
alone: no pattern can hang a build.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from audiobook.errors import ConfigError, MissingError
from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Reading

__all__ = ["Finder"]

_WORD = re.compile(r"\w+")
_LONGEST_PATTERN = 1000
_MOST_MEMORY_BYTES = 1 << 22


class _Match(Protocol):
    def start(self) -> int: ...

    def end(self) -> int: ...


class _Pattern(Protocol):
    def finditer(self, text: str) -> Iterator[_Match]: ...


@dataclass(frozen=True, slots=True)
class _Literal:
    rank: int
    entry: LexiconEntry
    offset: int
    """Index of the word that it is found by."""
    folded: str


@dataclass(frozen=True, slots=True)
class _Hit:
    rank: int
    start: int
    stop: int
    entry: LexiconEntry


class Finder:
    """A lexicon made ready to be looked up in many texts.

    Raises:
        ConfigError: a pattern is not one that RE2 takes; with its place.
        MissingError: there are patterns, and google-re2 is not installed.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._by_word: dict[str, list[_Literal]] = defaultdict(list)
        self._patterns: list[tuple[int, LexiconEntry, _Pattern]] = []
        for rank, entry in enumerate(lexicon.entries):
            if entry.pattern:
                self._patterns.append((rank, entry, _compiled(entry)))
                continue
            word = _WORD.search(entry.written)
            if word:
                literal = _Literal(rank, entry, word.start(), _folded(entry.written))
                self._by_word[_folded(word[0])].append(literal)

    def readings(self, text: str) -> Iterator[Reading]:
        """What the lexicon says of a text; the nearest entry first, readings may overlap."""
        for hit in sorted(self._hits(text), key=lambda hit: (hit.rank, hit.start)):
            say = hit.entry.sub or text[hit.start : hit.stop]
            yield Reading(hit.start, hit.stop, say, hit.entry.ipa, "lexicon")

    def _hits(self, text: str) -> Iterator[_Hit]:
        if self._by_word:
            yield from self._literal_hits(text, _folded(text))
        for rank, entry, pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.start() < match.end():
                    yield _Hit(rank, match.start(), match.end(), entry)

    def _literal_hits(self, text: str, folded: str) -> Iterator[_Hit]:
        for word in _WORD.finditer(folded):
            for literal in self._by_word.get(word[0], ()):
                start = word.start() - literal.offset
                stop = start + len(literal.folded)
                if start >= 0 and _stands(literal, text, folded, start, stop):
                    yield _Hit(literal.rank, start, stop, literal.entry)


def _stands(literal: _Literal, text: str, folded: str, start: int, stop: int) -> bool:
    """Whether an entry stands there as whole words, in its own case where that counts."""
    entry = literal.entry
    if folded[start:stop] != literal.folded:
        return False
    if entry.case and _straight(text[start:stop]) != _straight(entry.written):
        return False
    before, after = text[start - 1 : start] if start else "", text[stop : stop + 1]
    starts = not (_is_word(before) and _is_word(text[start]))
    return starts and not (_is_word(after) and _is_word(text[stop - 1]))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _folded(text: str) -> str:
    """The text in lower case, character for character, with straight apostrophes."""
    lower = text.lower()
    if len(lower) != len(text):  # as of İ
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _straight(lower)


def _straight(text: str) -> str:
    return text.replace("’", "'")


def _compiled(entry: LexiconEntry) -> _Pattern:
    try:
        import re2  # noqa: PLC0415  # only a lexicon with patterns needs it
    except ImportError as error:
        raise MissingError(
            "patterns in a lexicon need google-re2", hint="pip install google-re2"
        ) from error
    options = re2.Options()
    options.case_sensitive = entry.case
    options.log_errors = False
    options.max_mem = _MOST_MEMORY_BYTES
    if len(entry.written) > _LONGEST_PATTERN:
        raise ConfigError(f"a pattern has at most {_LONGEST_PATTERN} characters", where=entry.where)
    try:
        pattern: _Pattern = re2.compile(entry.written, options)
    except re2.error as error:
        reason = error.args[0]
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ConfigError(
            f"is no pattern: {reason}",
            where=entry.where,
            hint="patterns are written as for RE2, which has no look-around and no back-references",
        ) from error
    return pattern
