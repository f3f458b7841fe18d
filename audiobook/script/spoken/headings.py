"""The stop between a chapter's number and its title, which a line end shows and nobody hears."""

from __future__ import annotations

import re

from audiobook.model import Kind
from audiobook.script.numerals import roman_value
from audiobook.script.spoken.english import cardinal
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_NOUNS = "Book|Part|Section"
_LABEL = f"Chapter|Act|Scene|Canto|Stave|Volume|{_NOUNS}"
_UNITS = "One|Two|Three|Four|Five|Six|Seven|Eight|Nine"
_NUMBER = (
    "(?:Twenty|Thirty|Forty|Fifty|Sixty|Seventy|Eighty|Ninety)"
    f"(?:[ -](?:{_UNITS}))?|{_UNITS}|Ten|Eleven|Twelve"
    "|(?:Thir|Four|Fif|Six|Seven|Eigh|Nine)teen"
)
_TITLE = r"(?= [\"'“‘(]?(?!(?i:hundred|of|to|and|or)\b)[A-Z])"


def _titled(number: str) -> re.Pattern[str]:
    label = rf"(?P<label>{_LABEL}|{_LABEL.upper()})"
    return re.compile(rf"^{label} (?P<at>{number}){_TITLE}")


def _word(match: re.Match[str], context: Context) -> str | None:
    return f"{match['at'].capitalize()}." if context.kind is Kind.HEADING else None


def _figure(match: re.Match[str], context: Context) -> str | None:
    return f"{cardinal(int(match['at']))}." if context.kind is Kind.HEADING else None


def _numeral(match: re.Match[str], context: Context) -> str | None:
    value = roman_value(match["at"])
    speaks = match["at"] == "I" and match["label"] in _NOUNS.split("|")  # The book I wrote
    if context.kind is not Kind.HEADING or speaks or value is None:
        return None
    return f"{cardinal(value)}."


_EN = ("en",)
RULES = (
    Rule("roman", Clue.NUMERAL, _titled("[IVXLC]{1,9}"), _numeral, _EN),
    Rule("numbers", Clue.DIGIT, _titled(r"[0-9]{1,3}"), _figure, _EN),
    Rule("numbers", Clue.LABEL, _titled(f"{_NUMBER}|{_NUMBER.upper()}"), _word, _EN),
)
"""In the order in which they are tried."""
