"""Names and odd words of a script: what somebody should hear before hours are spent on speaking."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from audiobook.errors import Where
from audiobook.language_tags import primary
from audiobook.lexicon import Lexicon
from audiobook.model import Kind, Script, Segment
from audiobook.script.spoken.lexical import Finder

__all__ = ["OddWord", "Oddity", "odd_words"]

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"[’'](?:s|S)$")
_OPENS = re.compile(
    r"(?:^|(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)\.|[!?…:;—–\"“„«‘(\[]|[-’']\s)[\s\"“„«‘(\[—–-]*$"
)
_CONTEXT_CHARACTERS = 40
_RARE_LETTER = 0.0005
_FEW_LETTERS = 4
_ENOUGH_WORDS = 2000
"""Distinct words that a text must have before it can tell which letters do not go together."""
_KNOWN_CAPITALS = {
    "en": "i i’m i’ll i’ve i’d mr mrs ms dr st monday tuesday wednesday thursday friday saturday "
    "sunday january february march april may june july august september october november december "
    "god lord lady sir miss madam english french german london england god’s christmas",
}


_BEFORE_NOUNS = {
    "de": re.compile(
        r"\b(?:d(?:er|ie|as|em|en|es)|(?:k?ein|[mds]ein|ihr|unser|dies|jed)(?:e[rmns]?)?"
        r"|i[mn]|am|zu[mr]?|vo[mr]|beim|ins|ans|\w+(?:e[nrsm]|lich|ige))\s$",
        re.IGNORECASE,
    )
}
"""What stands before a noun and hardly before a name, where both are written in capitals."""
_LONGEST_ARTICLE = 16


class Oddity(StrEnum):
    """Why a word is worth a listener's check."""

    NAME = "name"
    FOREIGN = "foreign letters"
    CAPITALS = "all capitals"
    RARE = "rare letters"


@dataclass(frozen=True, slots=True)
class OddWord:
    """A word that an engine may say wrong."""

    word: str
    """As it is mostly written, without a possessive's ending."""
    count: int
    """How often it is there."""
    why: Oddity
    """What is odd about it."""
    context: str
    """Text around its first use, on one line."""
    where: Where
    """The place of its first use in the source."""


@dataclass(slots=True)
class _Uses:
    """How a word, whatever its case, is used."""

    written: Counter[str] = field(default_factory=Counter)
    n_lower: int = 0
    n_within: int = 0
    """In capitals within a sentence, where nothing but its being a name asks for one."""
    n_as_noun: int = 0
    """Of these, after an article, in a language that writes all nouns in capitals."""
    first: tuple[Segment, int] | None = None


def odd_words(script: Script, lexicon: Lexicon | None = None) -> list[OddWord]:
    """Words that somebody should hear first, the most frequent first.

    What is common is told from the text itself: a word that it also writes in lower case is no
    name, a letter that it uses all the time is not foreign. Words that the lexicon or the author
    gives a reading are left out.

    Args:
        script: with the author's readings, if there are any.
        lexicon: what is said of words already; None for nothing.
    """
    uses = _uses(script, Finder(lexicon or Lexicon()))
    usual = _usual_letters(uses)
    runs = _letter_runs(uses)
    known = frozenset(_KNOWN_CAPITALS.get(primary(script.language), "").split())
    found = []
    for folded, one in uses.items():
        why = None if folded in known else _oddity(folded, one, usual, runs)
        if why and one.first:
            segment, index = one.first
            written = one.written.most_common(1)[0][0]
            where = script.source.where(segment.source_offset(index))
            context = _context(segment.text, index, written)
            found.append(OddWord(written, one.written.total(), why, context, where))
    return sorted(found, key=lambda word: (-word.count, word.word.casefold()))


def _uses(script: Script, finder: Finder) -> dict[str, _Uses]:
    uses: defaultdict[str, _Uses] = defaultdict(_Uses)
    before_noun = _BEFORE_NOUNS.get(primary(script.language))
    for segment in script.segments:
        text = segment.text
        sets_capitals = segment.kind in (Kind.HEADING, Kind.VERSE) or text.isupper()
        read = [(r.start, r.stop) for r in (*segment.readings, *finder.readings(text))]
        for match in _WORD.finditer(text):
            start = match.start()
            word = _POSSESSIVE.sub("", match[0])
            if len(word) < 2 or any(first <= start < stop for first, stop in read):
                continue
            one = uses[word.casefold()]
            one.first = one.first or (segment, start)
            one.written[word] += 1
            one.n_lower += word[0].islower()
            if word[0].isupper() and not sets_capitals:
                lead = max(0, start - _LONGEST_ARTICLE)
                one.n_as_noun += bool(before_noun and before_noun.search(text, lead, start))
                one.n_within += not _OPENS.search(text, max(0, start - 8), start)
    return uses


def _oddity(folded: str, uses: _Uses, usual: frozenset[str], runs: Counter[str]) -> Oddity | None:
    written, n = uses.written.most_common(1)[0][0], uses.written.total()
    if len(written) > 1 and written.isupper() and uses.written[written] == n and n - uses.n_lower:
        return Oddity.CAPITALS if uses.n_within else None
    if not usual.issuperset(c for c in folded if c.isalpha()):
        return Oddity.FOREIGN
    if uses.n_within and not uses.n_lower and uses.n_as_noun * 4 <= uses.n_within:
        return Oddity.NAME
    is_rare = n <= 2 and len(folded) > 4 and folded.isalpha()
    return Oddity.RARE if runs and is_rare and _is_lonely(folded, runs) else None


def _is_lonely(folded: str, runs: Counter[str]) -> bool:
    """Whether most of a word's runs of three letters are in no other word."""
    found = [runs[folded[i : i + 3]] <= 1 for i in range(len(folded) - 2)]
    return sum(found) * 3 >= len(found) * 2


def _usual_letters(uses: dict[str, _Uses]) -> frozenset[str]:
    """The letters of the text's main script, and of them beyond ASCII those it uses often."""
    letters: Counter[str] = Counter()
    for folded, one in uses.items():
        n = one.written.total()
        for letter in folded:
            if letter.isalpha():
                letters[letter] += n
    scripts: Counter[str] = Counter()
    for letter, n in letters.items():
        scripts[_script_of(letter)] += n
    if not scripts:
        return frozenset()
    main = scripts.most_common(1)[0][0]
    least = max(_FEW_LETTERS, letters.total() * _RARE_LETTER)
    return frozenset(
        letter
        for letter, n in letters.items()
        if _script_of(letter) == main and (letter.isascii() or main != "LATIN" or n > least)
    )


def _letter_runs(uses: dict[str, _Uses]) -> Counter[str]:
    """In how many of the text's words each run of three letters is; none where they are few."""
    runs: Counter[str] = Counter()
    lower = [folded for folded, one in uses.items() if one.n_lower]
    if len(lower) >= _ENOUGH_WORDS:
        for folded in lower:
            runs.update({folded[i : i + 3] for i in range(len(folded) - 2)})
    return runs


@cache
def _script_of(letter: str) -> str:
    """The writing system of a letter: the first word of its name in Unicode."""
    return unicodedata.name(letter, "?").partition(" ")[0]


def _context(text: str, index: int, word: str) -> str:
    start = max(0, index - _CONTEXT_CHARACTERS)
    stop = min(len(text), index + len(word) + _CONTEXT_CHARACTERS)
    start = text.find(" ", start, index) + 1 or start if start else 0
    end = text.rfind(" ", index + len(word), stop) if stop < len(text) else stop
    stop = end if end > 0 else stop
    return ("…" if start else "") + text[start:stop] + ("…" if stop < len(text) else "")
