"""Times of day in English."""

from __future__ import annotations

import re

from audiobook.script.spoken.english import cardinal
from audiobook.script.spoken.rule import Clue, Context, Rule, sentence_stop

__all__ = ["RULES"]

_HALF = r"(?P<half>[ap])\.? ?m\b\.?"
_CLOCK = re.compile(
    r"(?<![\w.,:/$£€-])(?P<hour>[01]?\d|2[0-3])(?P<mark>[:.])(?P<minute>[0-5]\d)"
    rf"(?::(?P<second>[0-5]\d))?(?: ?{_HALF})?(?![\w:%]|[.,]\d)",
    re.IGNORECASE,
)
_HOUR = re.compile(
    rf"(?<![\w.,:/$£€-])(?:(?P<from>1[0-2]|0?\d) ?[-–] ?)?(?P<hour>1[0-2]|0?\d) ?{_HALF}(?!\w)",
    re.IGNORECASE,
)
_RATIO = re.compile(r"(?<![\w.,:/-])(\d{1,4}):(\d{1,4})(?![\w:%]|[.,]\d)")
_AT_A_TIME = re.compile(r"\b(?:at|by|the|until|till|before|after|past) $", re.IGNORECASE)
_MEASURED = re.compile(r" (?:per|million|billion|thousand|[a-z]+(?<!s)s\b)")


def _clock(match: re.Match[str], _context: Context) -> str | None:
    if match["mark"] == "." and not match["half"] and not _is_time(match):
        return None
    hour, minute = int(match["hour"]), int(match["minute"])
    said = cardinal(hour)
    if minute:
        said += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not match["half"]:
        said += " o’clock" if 0 < hour <= 12 else " hundred hours"
    if match["second"]:
        said += f" and {cardinal(int(match['second']))} seconds"
    return said + _half(match)


def _is_time(match: re.Match[str]) -> bool:
    """Whether 6.30 is half past six: after "at" and the like, with nothing that it measures."""
    text, start = match.string, match.start()
    return (
        1 <= int(match["hour"]) <= 12
        and match["minute"][1] in "05"
        and not match["second"]
        and _AT_A_TIME.search(text, max(0, start - 8), start) is not None
        and not _MEASURED.match(text, match.end())
    )


def _hour(match: re.Match[str], _context: Context) -> str:
    first = f"{cardinal(int(match['from']))} to " if match["from"] else ""
    return first + cardinal(int(match["hour"])) + _half(match)


def _half(match: re.Match[str]) -> str:
    return f" {match['half'].upper()} M{sentence_stop(match)}" if match["half"] else ""


def _ratio(match: re.Match[str], _context: Context) -> str:
    return f"{cardinal(int(match[1]))} to {cardinal(int(match[2]))}"


RULES = (
    Rule("times", Clue.DIGIT, _CLOCK, _clock, ("en",)),
    Rule("times", Clue.DIGIT, _HOUR, _hour, ("en",)),
    Rule("times", Clue.DIGIT, _RATIO, _ratio, ("en",)),
)
"""In the order in which they are tried."""
