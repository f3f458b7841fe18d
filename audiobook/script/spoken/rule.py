"""What a rule is: a pattern, what must be there for it to be tried, what is said in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from audiobook.model import Kind

__all__ = ["Clue", "Context", "Rule", "Say", "sentence_stop"]


class Clue(Enum):
    """What one cheap search can tell of a text; most sentences hold none of these patterns.

    One that begins with a few rare characters is found fastest: it looks back at what is before.
    """

    DIGIT = r"\d"
    CAPITALS = "[A-ZÀ-ÖØ-Þ]{2}"
    NUMERAL = r"^[IVXL]+\b|\b[A-Z][\w.]{0,30} [IVXLCDM]+\b"
    CENTURY = " centur"
    PAGE = r"p(?:p|ages?)?\.? [ivxl]+\b"
    HEADED = r"^(?:\w+ )?[IVXL]{1,9}\b"
    LABEL = r"^(?i:chapter|act|scene|canto|stave|volume|book|part|section) "
    STOP = (
        r"&|/(?<=[cwCW]/)"
        r"|\.(?:[^”’\"]|(?<=(?i:tc|iz|vs|cf|id|ox|pt|nc|td|rp|os|co|jr|sr|sq)\.))"
    )
    DEGREE = r"D(?<=[h.]D)|Sc"
    ABBREVIATION = r"\.|г-[нж]|M[a-z]{1,3}\b|Dr\b|[№°]|nr"
    TITLE = (
        r"\b(?:M(?:r|rs|s|me|lle|essrs|aj|t)|[DS]r|St|Prof|Rev|Hon|Capt|Col|Gen|Lt"
        r"|Sgt|Cmdr|Adm|Gov|Sen|Pres|F[rt]|Ave|Rd|Blvd|Sq|Ln|Pl|dr)\b"
    )
    BRACKET = r"\([ivx]"
    ADDRESS = r"@|://|\.(?:[a-z]|(?<=www\.))"
    MARK = "[*†‡_<>#^~{\\[¹²³⁰⁴-⁹\u200b\u00ad\u2060\ufeff\ufb00-\ufb06&=|`]"
    PICTURE = "[\u20e3\u231a-\u27bf\u2b1b-\u2b55\u3030\U0001f000-\U0001faff]"
    SIGN = "[½⅓⅔¼¾⅕-⅞№#§]"


@dataclass(frozen=True, slots=True)
class Context:
    """Where a text stands that rules are tried on."""

    language: str
    """Primary subtag of its language, in lower case."""
    region: str
    """Region subtag, in capitals, or ""."""
    kind: Kind
    """What sort of text it is."""


Say: TypeAlias = "Callable[[re.Match[str], Context], str | None]"
"""Gives what is said in the place of a match; None to leave it as it is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which something written is not spoken as it stands."""

    name: str
    """What it is switched off by; several rules may share a name."""
    clue: Clue
    """What a text must hold for the rule to be tried."""
    pattern: re.Pattern[str]
    """What is read; the group "at", where it has one, is the part that is replaced."""
    say: Say
    """What is said for it."""
    languages: tuple[str, ...] = ()
    """Primary subtags of the languages it holds for; none for all."""


_ENDS = re.compile(r"[\"'”’»)\]]*(?:$|\s+[\"'“‘«(\[]*[^\W\d_a-z])")


def sentence_stop(match: re.Match[str]) -> str:
    """The full stop that an abbreviation shares with the end of its sentence, or ""."""
    return "." if match[0].endswith(".") and _ENDS.match(match.string, match.end()) else ""
