"""Days, years and decades in English."""

from __future__ import annotations

import re

from audiobook.script.spoken.english import cardinal, decade, ordinal, year
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_MONTHS: list[str] = re.findall(
    r"[\w-]+",
    "January February March April May June July August September October November December",
)
_MONTH = (
    "(?P<month>January|February|March|April|May|June|July|August|September|October|November"
    r"|December|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d/%]|[.,:]\d)"
_TO = r"(?: ?[-–] ?(?P<to>0?[1-9]|[12]\d|3[01])(?![\d/%]|[.,:]\d))?"
_YEAR = r"(?:(?P<comma>,?) (?P<year>1\d{3}|20\d\d)(?![\d/%]|[.,:]\d)\b)?"
_DAY_FIRST_REGIONS = ("AU", "GB", "IE", "IN", "NZ", "ZA")

_MONTH_DAY = re.compile(rf"\b{_MONTH} {_DAY}\b{_TO}{_YEAR}")
_DAY_MONTH = re.compile(rf"(?P<the>\b[Tt]he )?\b{_DAY}{_TO}(?: of)? {_MONTH}(?!\w){_YEAR}")
_NUMERIC = re.compile(r"(?<![\w/.,-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?![\w/-]|[.,]\d)")
_ISO = re.compile(r"(?<![\w/.,-])(\d{4})-(\d\d)-(\d\d)(?![\w/-]|[.,]\d)")
_DECADE = re.compile(r"(?<![\w.,])(\d{3}0|\d0)['’]?s\b|(?<!\w)['’‘](\d0)s\b")
_SHORT_YEAR = re.compile(r"(?<!\w)[’'‘](\d\d)(?!\w|[.,]\d)")
_YEAR_RANGE = re.compile(
    r"(?<![\w.,/$£€-])(1\d{3}|20\d\d) ?[-–/] ?(1\d{3}|20\d\d|\d\d)(?![\w/%–-]|[.,]\d)"
)
_BEFORE_CHRIST = re.compile(
    r"(?<![\w.,/$£€-])(?P<at>\d{1,4})(?= ?(?:BCE?|AD|CE|B\.C\.|A\.D\.)(?!\w))"
)
_ANNO_DOMINI = re.compile(r"(?:\bAD|A\.D\.) (?P<at>\d{1,4})(?![\w,])")
_FOUR_DIGITS = re.compile(r"(?<![\w.,:/$£€#%+−-])(?:1[1-9]\d\d|20\d\d)(?![\w/%°]|[.,:]\d)")
_OLD_YEAR = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Yy]ear(?: of)?|[Cc]irca|c\.) (?P<at>10\d\d)(?![\w/%]|[.,:]\d)"
)
_DATED = re.compile(
    r"\b(?:in|since|until|till|by|of|from|before|after|year|circa|about|early|late|mid|spring"
    r"|summer|autumn|fall|winter|c\.|" + "|".join(_MONTHS) + r")[ -]\(?$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r" (?:(?:more|other|such|of the|of these|of them)\b"
    r"|(?!(?:was|is|has|does|this|his|its|as|us|thus|always|perhaps|towards|besides)\b)"
    r"(?:[a-z]+ing )?(?:men|women|people|children|feet|[a-z]{2,}(?<!s)s)\b)"
)


def _month(written: str) -> str:
    return next(month for month in _MONTHS if month.startswith(written[:3]))


def _after(match: re.Match[str]) -> str:
    """The year that follows a day."""
    return f"{match['comma']} {year(int(match['year']))}" if match["year"] else ""


def _month_day(match: re.Match[str], context: Context) -> str:
    the = "the " if context.region in _DAY_FIRST_REGIONS else ""
    days = the + ordinal(int(match["day"]))
    if match["to"]:
        days += f" to {the}{ordinal(int(match['to']))}"
    return f"{_month(match['month'])} {days}{_after(match)}"


def _day_month(match: re.Match[str], _context: Context) -> str:
    days = (match["the"] or "the ") + ordinal(int(match["day"]))
    if match["to"]:
        days += f" to the {ordinal(int(match['to']))}"
    return f"{days} of {_month(match['month'])}{_after(match)}"


def _numeric(match: re.Match[str], context: Context) -> str | None:
    """A date in figures, where the region or the figures tell the day from the month."""
    first, second = int(match[1]), int(match[3])
    day_first = context.region in _DAY_FIRST_REGIONS or first > 12
    if not day_first and context.region != "US" and second <= 12:
        return None
    day, month = (first, second) if day_first else (second, first)
    return _date(day, month, match[4], context)


def _iso(match: re.Match[str], context: Context) -> str | None:
    return _date(int(match[3]), int(match[2]), match[1], context)


def _date(day: int, month: int, written_year: str, context: Context) -> str | None:
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    if context.region in _DAY_FIRST_REGIONS:
        said = f"the {ordinal(day)} of {_MONTHS[month - 1]}"
    else:
        said = f"{_MONTHS[month - 1]} {ordinal(day)}"
    return f"{said}, {_short_year(written_year)}"


def _short_year(written: str) -> str:
    """A year of two or four figures."""
    if len(written) == 2 and written[0] == "0":
        return "two thousand" if written == "00" else f"oh {cardinal(int(written))}"
    return year(int(written))


def _decade(match: re.Match[str], _context: Context) -> str:
    return decade(int(match[1] or match[2]))


def _year_range(match: re.Match[str], _context: Context) -> str | None:
    first, last = match[1], match[2]
    full = last if len(last) == 4 else first[:2] + last
    if int(full) <= int(first):
        return None
    return f"{year(int(first))} to {year(int(last)) if last[0] != '0' else year(int(full))}"


def _lone_year(match: re.Match[str], _context: Context) -> str | None:
    """A year, unless things are counted and no word before it says that it is a date."""
    text = match.string
    counts = _COUNTED.match(text, match.end())
    if counts and not _DATED.search(text, max(0, match.start() - 16), match.start()):
        hundreds = match[0].endswith("00") and match[0][1] != "0"
        return year(int(match[0])) if hundreds else None
    return year(int(match[0]))


def _given_year(match: re.Match[str], _context: Context) -> str:
    return year(int(match["at"]))


_EN = ("en",)
RULES = (
    Rule("dates", Clue.DIGIT, _ISO, _iso, _EN),
    Rule("dates", Clue.DIGIT, _NUMERIC, _numeric, _EN),
    Rule("dates", Clue.DIGIT, _DAY_MONTH, _day_month, _EN),
    Rule("dates", Clue.DIGIT, _MONTH_DAY, _month_day, _EN),
    Rule("years", Clue.DIGIT, _DECADE, _decade, _EN),
    Rule("years", Clue.DIGIT, _SHORT_YEAR, lambda match, _: _short_year(match[1]), _EN),
    Rule("years", Clue.DIGIT, _YEAR_RANGE, _year_range, _EN),
    Rule("years", Clue.DIGIT, _BEFORE_CHRIST, _given_year, _EN),
    Rule("years", Clue.DIGIT, _ANNO_DOMINI, _given_year, _EN),
    Rule("years", Clue.DIGIT, _OLD_YEAR, _given_year, _EN),
    Rule("years", Clue.DIGIT, _FOUR_DIGITS, _lone_year, _EN),
)
"""In the order in which they are tried."""
