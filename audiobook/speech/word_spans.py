"""Where the words of a text are, for all that times them."""

from __future__ import annotations

import re
from itertools import pairwise

__all__ = ["UNSPACED", "word_spans"]

UNSPACED = (
    r"\u0e01-\u0e4e\u0e81-\u0ec6"  # Thai, Lao
    r"\u1000-\u103f\u1050-\u109f\u1780-\u17d7"  # Burmese, Khmer
    r"\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""The letters of scripts that set no space between words, as in a regular expression's class."""

_VOWEL_BEFORE = r"[\u0e40-\u0e44\u0ec0-\u0ec4]"  # written before the consonant it is heard after
_AFTER = (
    r"(?:[\u1039\u17d2].|["  # stacked consonants, and what is no letter of its own:
    r"\u0300-\u036f\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b6-\u17d3"
    r"ぁぃぅぇぉゃゅょゎ\u3099\u309aァィゥェォャュョヮー\uff9e\uff9f])*"
)
_OPENING = r"[(\[{‘“«‹（［｛「『《〈【〔〖]{0,3}"
_UNSPACED_LETTER = re.compile(rf"(?=\w)[{UNSPACED}]")
_PART = re.compile(
    rf"{_OPENING}(?:{_VOWEL_BEFORE}?(?=\w)[{UNSPACED}]{_AFTER}"
    rf"|[^\W{UNSPACED}]+(?:[^\w\s]+[^\W{UNSPACED}]+)*)"
)
_JOINT = re.compile(
    # Each gap between two letters is looked at once, however long it is.
    rf"(?<=\w)(?=[^\w\s]*(?:[—–―…/]|--|\.\.))[^\w\s]+?(?={_OPENING}\w)"
)
"""A gap in which a dash, dots or a stroke join what are two words to the ear."""


def word_spans(text: str) -> list[tuple[int, int]]:
    """From where to where each word of a text goes, in order.

    A word is what stands between white space, or between dashes, dots ("…", "..") or strokes, and
    holds a letter or digit. In scripts that set no space between words each letter is one, with its
    vowels and marks; kana that are written small go with those before them. Marks of punctuation go
    with the word before them, those that open a quote or bracket with the one after.
    """
    spans: list[tuple[int, int]] = []
    for found in re.finditer(r"\S+", text):
        if not re.search(r"\w", found[0]):
            continue
        starts = {joint.end() for joint in _JOINT.finditer(text, *found.span())}
        if _UNSPACED_LETTER.search(found[0]):
            _, *others = (part.start() for part in _PART.finditer(text, *found.span()))
            starts.update(others)
        spans += pairwise([found.start(), *sorted(starts), found.end()])
    return spans
