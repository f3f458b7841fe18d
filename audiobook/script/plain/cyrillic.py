"""Cyrillic text in the encodings of eight bits that stood before UTF-8."""

from __future__ import annotations

import re

__all__ = ["cyrillic"]

_ENCODINGS = ("cp1251", "koi8-r", "cp866", "iso8859-5")
_SAMPLE_BYTES = 1 << 18
_MIN_HIGH_BYTES = 12
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]{3,}(?![A-Za-z])")
_LETTERS = re.compile(r"[\u0400-\u045f\u0490\u0491]")

_COMMON = "оеаинтсрі"
"""The most common letters of Russian, Ukrainian and Bulgarian: half of each text."""
_MIN_COMMON_SHARE = 0.38
_MIN_LETTER_SHARE = 0.85


def cyrillic(data: bytes) -> str | None:
    """The Cyrillic encoding of bytes that are no UTF-8; None where they are hardly Cyrillic.

    In Western text, bytes beyond ASCII stand alone within words; in Cyrillic text they are the
    words. The encoding is the one that makes nearly all of them letters, most of them such as are
    common, and most of those small.
    """
    sample = data[:_SAMPLE_BYTES]
    n_high = sum(1 for _ in _HIGH.finditer(sample))
    in_words = sum(len(word.group()) for word in _HIGH_WORD.finditer(sample))
    if n_high < _MIN_HIGH_BYTES or in_words < 0.6 * n_high:
        return None
    scores = {encoding: _score(sample, encoding) for encoding in _ENCODINGS}
    best = max(scores, key=lambda encoding: scores[encoding])
    return best if scores[best] > 0 else None


def _score(sample: bytes, encoding: str) -> float:
    """How much a text looks like words, 0 to 2."""
    text = sample.decode(encoding, "replace")
    letters = _LETTERS.findall(text)
    n_high = sum(character > "\x7f" for character in text)
    if len(letters) < _MIN_LETTER_SHARE * n_high:
        return 0.0
    common = sum(letter.casefold() in _COMMON for letter in letters) / len(letters)
    if common < _MIN_COMMON_SHARE:
        return 0.0
    return common + sum(map(str.islower, letters)) / len(letters)
