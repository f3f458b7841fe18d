"""Letters that are said one by one, and capitals that are not: initials, acronyms, headings."""

from __future__ import annotations

import re

from audiobook.model import Kind
from audiobook.script.numerals import roman_value
from audiobook.script.spoken.rule import Clue, Context, Rule, sentence_stop

__all__ = ["RULES", "STOPPED"]

_LETTER = "[A-ZÀ-ÖØ-Þ]"
_INITIALS = re.compile(rf"(?<![\w.])(?:{_LETTER}\.[  ]?){{2,5}}(?=(?P<next>{_LETTER}[a-zß-ÿ’']+))")
_MIDDLE = re.compile(r"\b(?P<name>[A-Z][a-z]+) (?P<at>[B-HJ-Z]\.)(?= (?P<next>[A-Z][a-z’']+))")
_NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
        Plan Vitamin Class Grade Type Group Part Section Appendix Exhibit Point Hepatitis
        Figure Option Column Team Category Level Question Answer Block Room Series
        Schedule Dr Mr Mrs Ms St
        """,
    )
)
_BEGINNERS = frozenset(
    re.findall(
        r"\w+",
        """
        The A An He She It They We You I But And Or So Then This That These Those There
        Here His Her Its Their Our My Your What When Where Who Why How If In On At To For
        From With By Of As No Not Yes Now After Before Because While Although Once Only
        All Some Each
        """,
    )
)
_DOTTED = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,6}(?:s\b)?")
_DOCTORATE = re.compile(r"\bPh\.?D\b\.?|\bB\.?Sc\b\.?|\bM\.?Sc\b\.?")

_AS_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        NASA NATO UNESCO UNICEF OPEC AIDS FIFA UEFA SCUBA LASER RADAR SONAR NASDAQ SWAT
        GIF JPEG RAM PIN SIM NAFTA OSHA FEMA INTERPOL AWOL ASAP DEFRA ANZAC GESTAPO BASIC
        ASCII COBOL NIMBY POTUS SCOTUS COVID SARS ESA OXFAM
        """,
    )
)
_BY_LETTER = frozenset(
    re.findall(
        r"\w+",
        """
        FBI CIA USA UK EU UN BBC ITV DNA RNA TV PC CEO CFO CTO ATM ID IQ HIV NBA NFL MP
        MPs TVs PCs CD CDs DVD DVDs USSR GDR FRG KGB SS NHS DIY FAQ GPS HTML HTTP URL URLs
        USB VIP VIPs AC DC BC AD BCE CE GMT UFO UFOs IRA IRS NYPD LAPD MIT UCLA PhD RSVP
        SOS GB UV PR HR AI IOU MA BA BSc MSc MBA QC KC OBE CBE MBE VC RAF RN HMS ICU EEG
        ECG MRI CT DJ MC EP LP WWI WWII EST PST CET UTC LSD TNT PTSD CCTV ISBN
        """,
    )
)
_WARS = {
    "WWI": "World War One",
    "WWII": "World War Two",
    "WW1": "World War One",
    "WW2": "World War Two",
}
_ACRONYM = re.compile(r"(?<![\w’'.-])(?P<word>[A-Z]{2,7})(?P<more>s\b|(?!\w))")
_WAR = re.compile(r"\bWW(?:II?|[12])\b")
_CAPITALS = re.compile(r"(?<![^\W_])[A-ZÀ-ÖØ-Þ]{2,}(?:[’'][A-ZÀ-ÖØ-Þ]+)*(?![^\W_])")
_LOWER = re.compile(r"[a-zß-ÿ]")
_VOWEL = re.compile("[AEIOUYÀ-Ý]")
_TWO_WORDS = re.compile(r"[^\W\d_][\W\d_]+[^\W\d_]")
_ANY_WORD = re.compile(r"[^\W\d_]+")


def _spaced(letters: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]", letters))


def _initials(match: re.Match[str], _context: Context) -> str | None:
    if match["next"] in _BEGINNERS:
        return None  # an acronym at the end of a sentence
    return _spaced(match[0]) + " "


def _middle(match: re.Match[str], _context: Context) -> str | None:
    """The letter of a middle name; a sentence may as well end there, then it stays."""
    if match["name"] in _NO_NAMES or match["next"] in _BEGINNERS or match["name"] in _BEGINNERS:
        return None
    return match["at"][0]


def _dotted(match: re.Match[str], _context: Context) -> str:
    letters = match[0].removesuffix("s")
    plural = "’s" if letters != match[0] else ""
    return _spaced(letters) + plural + sentence_stop(match)


def _doctorate(match: re.Match[str], _context: Context) -> str:
    return _spaced(match[0].upper()) + sentence_stop(match)


def _acronym(match: re.Match[str], _context: Context) -> str | None:
    """Spelled where it is known, or has no vowel; a word where it is said as one."""
    word, more = match["word"], match["more"]
    if word in _AS_WORDS:
        return word.capitalize() + more
    if word + more in _BY_LETTER or word in _BY_LETTER:
        return _spaced(word) + ("’s" if more else "")
    if not _VOWEL.search(word) and _LOWER.search(match.string):
        return _spaced(word) + ("’s" if more else "")
    return None


def _capitals(match: re.Match[str], context: Context) -> str | None:
    """A word set in capitals as it is set elsewhere, in a heading or among others of its kind."""
    word, text = match[0], match.string
    if context.kind is not Kind.HEADING and not _among_capitals(match):
        return None
    if context.kind is Kind.HEADING and _LOWER.search(text) and not _among_capitals(match):
        return None  # one word of several: an acronym nobody knows
    if not _VOWEL.search(word) or roman_value(word):
        return None
    return word.capitalize() if context.kind is Kind.HEADING else word.lower()


def _among_capitals(match: re.Match[str]) -> bool:
    """Whether a neighbour is in capitals too, or the text is."""
    text = match.string
    if not _LOWER.search(text):
        return _TWO_WORDS.search(text) is not None
    before = _ANY_WORD.findall(text, max(0, match.start() - 40), match.start())[-1:]
    after = _ANY_WORD.findall(text, match.end(), match.end() + 40)[:1]
    return any(len(word) > 1 and word.isupper() for word in (*before, *after))


_EN = ("en",)
STOPPED = (
    Rule("initials", Clue.STOP, _INITIALS, _initials, _EN),
    Rule("initials", Clue.STOP, _MIDDLE, _middle, _EN),
    Rule("acronyms", Clue.DEGREE, _DOCTORATE, _doctorate, _EN),
)
"""Initials and degrees, in the order in which they are tried: before abbreviations with stops."""
RULES = (
    Rule("acronyms", Clue.STOP, _DOTTED, _dotted, _EN),
    Rule("acronyms", Clue.CAPITALS, _WAR, lambda match, _: _WARS[match[0]], _EN),
    Rule("acronyms", Clue.CAPITALS, _ACRONYM, _acronym, _EN),
    Rule("capitals", Clue.CAPITALS, _CAPITALS, _capitals),
)
"""Acronyms and capitals, in the order in which they are tried: after all else."""
