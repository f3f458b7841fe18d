"""Numbers in English that are no measure and no date: fractions, scores, ranges, all the rest."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from audiobook.script.spoken.english import (
    cardinal,
    denominator,
    digits,
    number,
    ordinal,
)
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["POWERS", "RULES"]

_VULGAR = "½⅓⅔¼¾⅕-⅞"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+|\d{1,40})(?:\.\d{1,40})?"
_GLYPH = re.compile(rf"(?<![\w.,])(\d{{1,6}} ?)?([{_VULGAR}])")
_FRACTION = re.compile(r"(?<![\w.,/$£€-])(?:(\d{1,4})[ -])?(\d{1,4})[/⁄](\d{1,4})(?![\w/]|[.,]\d)")
_ORDINAL = re.compile(r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d{1,30})(?:st|nd|rd|th|ˢᵗ|ⁿᵈ|ʳᵈ|ᵗʰ)\b")
_SCORE = re.compile(r"(?<![\w.,/-])(\d{1,3}) ?[-–] ?(\d{1,3})(?![\w/–-]|[.,]\d)")
_IN_A_GAME = re.compile(
    r"\b(?:won|lost|beat|beaten|score[ds]?|draw|drew|defeat(?:ed)?|victory|wins?|leads?|led|tied?)\b"
)
_RANGE = re.compile(
    rf"(?<![\w.,/$£€–-])(?P<from>{_AMOUNT}) ?[-–] ?(?P<to>{_AMOUNT})(?![\w/–%]|-\d|[.,]\d)"
)
_SIGNED = re.compile(rf"(?<![\w.,)\]$£€–-])[-−+]({_AMOUNT})(?![\w/]|[.,]\d)")
_SUM = re.compile(r"(?<=\d) ?([+=×÷±/]) ?(?=\d)|(?<=\d)(x)(?=\d)|(?<=\d )(x)(?= \d)")
_NAMED = re.compile(r"№ ?|#(?=\d)")
_SECTION = re.compile(r"§ ?(?=\d)")
_CONSONANT = "[b-df-hj-np-tv-xzB-DF-HJ-NP-TV-XZ]"
_BASE = rf"(?:(?<=\d)|(?<=\b[a-zA-Z])|(?<=\b{_CONSONANT}{{2}}))"  # 10, x, and mc as in E = mc²
_RAISED = re.compile(rf"{_BASE}[²³](?!\w)")
_POWER = re.compile(
    rf"(?:{_BASE}|(?<=\)))\^"
    r"(?:(?P<n>[-−]?\d{1,3}|[a-zA-Z])(?!\w|[.,/]\d)|\{(?P<braced>[-−]?\d{1,3})\})"
)
_DOTTED = re.compile(r"(?<![\d_.,])\d{1,6}(?:\.\d{1,6}){2,8}(?![\w]|[.,]\d)")
_ANY = re.compile(r"(?<!\d)(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<![\w.])\.\d+")
_POWERS = {"2": " squared", "²": " squared", "3": " cubed", "³": " cubed"}
_SIGNS = {
    "+": "plus",
    "=": "equals",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "/": "slash",
}


def _glyph(match: re.Match[str], _context: Context) -> str:
    value = Fraction(unicodedata.numeric(match[2])).limit_denominator(10)
    return _mixed(match[1], value.numerator, value.denominator)


def _fraction(match: re.Match[str], _context: Context) -> str:
    upper, lower = int(match[2]), int(match[3])
    if (upper, lower) in ((24, 7), (9, 11), (50, 50)) and not match[1]:
        return f"{cardinal(upper)} {cardinal(lower)}"
    if 0 < upper < lower and (lower <= 20 or lower in (25, 32, 50, 64, 100, 1000)):
        return _mixed(match[1], upper, lower)
    whole = f"{cardinal(int(match[1]))} " if match[1] else ""
    return f"{whole}{cardinal(upper)} over {cardinal(lower)}"


def _mixed(whole: str | None, upper: int, lower: int) -> str:
    """A fraction in words, alone or after a whole number."""
    if whole is None:
        return f"{cardinal(upper)} {denominator(lower, many=upper > 1)}"
    one = ("a" if lower != 8 else "an") if upper == 1 else cardinal(upper)
    return f"{cardinal(int(whole))} and {one} {denominator(lower, many=upper > 1)}"


def _ordinal(match: re.Match[str], _context: Context) -> str:
    written = match[1].replace(",", "")
    return ordinal(int(written)) if len(written) <= 27 else f"{digits(written)}th"


def _score(match: re.Match[str], context: Context) -> str | None:
    if not _IN_A_GAME.search(match.string):
        return None
    nil = "nothing" if context.region == "US" else "nil"
    return " ".join(nil if n == "0" else number(n) for n in match.groups())


def _range(match: re.Match[str], _context: Context) -> str:
    between = " " if match["from"] == match["to"] else " to "  # fifty-fifty is no range
    return f"{number(match['from'])}{between}{number(match['to'])}"


def _sign(match: re.Match[str], _context: Context) -> str:
    sign = match[1] or match[2] or match[3]
    return "by" if sign == "x" else f" {_SIGNS[sign]} "


def _power(match: re.Match[str], _context: Context) -> str:
    n = match["n"] or match["braced"]
    return _POWERS.get(n) or f" to the power of {n if n.isalpha() else number(n)}"


def _dotted(match: re.Match[str], _context: Context) -> str:
    said = " point ".join(number(part) for part in match[0].split("."))
    return _lead(match) + said


def _any(match: re.Match[str], _context: Context) -> str:
    """What no other rule has read, kept apart from the letters that it stands among."""
    text = match.string
    after = text[match.end() : match.end() + 1]
    said = number(match[0])
    if after == "s" and not text[match.end() + 1 : match.end() + 2].isalnum():
        return said  # the s of a plural, read with the last word
    return _lead(match) + said + (" " if after.isalpha() else "")


def _lead(match: re.Match[str]) -> str:
    """The space that parts what is said from a letter before it."""
    return " " if match.string[: match.start()][-1:].isalpha() else ""


_EN = ("en",)
POWERS = (Rule("numbers", Clue.MARK, _POWER, _power, _EN),)
"""Powers, tried before measures: 10^3 kg."""
RULES = (
    Rule("fractions", Clue.SIGN, _GLYPH, _glyph, _EN),
    Rule("fractions", Clue.DIGIT, _FRACTION, _fraction, _EN),
    Rule("ordinals", Clue.DIGIT, _ORDINAL, _ordinal, _EN),
    Rule("scores", Clue.DIGIT, _SCORE, _score, _EN),
    Rule("ranges", Clue.DIGIT, _RANGE, _range, _EN),
    Rule("numbers", Clue.DIGIT, _DOTTED, _dotted, _EN),
    Rule("numbers", Clue.DIGIT, _SIGNED, lambda match, _: number(match[0]), _EN),
    Rule("numbers", Clue.DIGIT, _SUM, _sign, _EN),
    Rule("numbers", Clue.SIGN, _NAMED, lambda _match, _: "number ", _EN),
    Rule("numbers", Clue.SIGN, _SECTION, lambda _match, _: "section ", _EN),
    Rule("numbers", Clue.MARK, _RAISED, lambda match, _: _POWERS[match[0]], _EN),
    Rule("numbers", Clue.DIGIT, _ANY, _any, _EN),
)
"""In the order in which they are tried."""
