"""Addresses of the web and of mail, shortened to what a listener can use, and telephone numbers."""

from __future__ import annotations

import re

from audiobook.script.spoken.english import digits, number
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_DOT_AT = {
    "en": ("dot", "at"),
    "de": ("Punkt", "ät"),
    "fr": ("point", "arobase"),
    "es": ("punto", "arroba"),
    "it": ("punto", "chiocciola"),
    "pt": ("ponto", "arroba"),
    "nl": ("punt", "apenstaartje"),
    "pl": ("kropka", "małpa"),
    "ru": ("точка", "собака"),
    "uk": ("крапка", "равлик"),
    "cs": ("tečka", "zavináč"),
    "kk": ("нүкте", "ат белгісі"),
}
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62})\.){1,5}[a-zA-Z]{2,12}"
_TAIL = r"(?:[/?#][^\s<>\"“”«»]{0,2000}?)?(?=[.,;:!?…)\]'’”\"»]*(?:\s|$|[<>\"“”«»]))"
_WEB = re.compile(rf"(?:https?|ftp)://(?:www\.)?({_HOST})(?::\d+)?{_TAIL}|\bwww\.({_HOST}){_TAIL}")
_MAIL = re.compile(rf"(?:mailto:)?\b([\w.+-]{{1,64}})@({_HOST})\b")
_BARE = re.compile(
    r"(?<![\w@.-])((?:[a-zA-Z0-9][a-zA-Z0-9-]{0,62}\.){1,4}"
    rf"(?:com|org|net|edu|gov|info|io|co\.uk|de|fr|es|it|ru|nl|pl))\b(?![.-]?\w){_TAIL}"
)
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d(?:[ -]?\(?\d\)?){3,14}+"
    r"|(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}|\d{3}-\d{4}|0\d{2,4} \d{3,4} \d{3,4}"
    r"|(?:\d{1,7}-){2,6}[\dX]{1,7})(?![\w/-]|[.,]\d)"
)
_ISO_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?-\d\d?-\d{4}")


def _web(match: re.Match[str], context: Context) -> str | None:
    return _said(next(filter(None, match.groups())), context)


def _mail(match: re.Match[str], context: Context) -> str | None:
    name, host = _said(match[1], context), _said(match[2], context)
    return name and host and f"{name} {_DOT_AT[context.language][1]} {host}"


def _said(name: str, context: Context) -> str | None:
    """The parts of a name with the word for the dot between; digits are words in English."""
    if context.language not in _DOT_AT:
        return None
    dot = _DOT_AT[context.language][0]
    said = re.sub(r"[._+-]+", lambda m: f" {dot} " if "." in m[0] else " ", name).strip()
    if context.language == "en":
        said = re.sub(r"\d+", lambda m: f" {number(m[0])} ", said)
    return " ".join(said.split())


def _phone(match: re.Match[str], _context: Context) -> str | None:
    """Digit by digit, a comma between groups; short groups in one, as in "four four two"."""
    if _ISO_DATE.fullmatch(match[0]):
        return None
    groups = re.findall(r"\d+X?|X", match[0])
    plus = "plus " if match[0].startswith("+") else ""
    spelled = [digits(group) + (" X" if group.endswith("X") else "") for group in groups]
    return plus + (", ".join if max(map(len, groups)) > 2 else " ".join)(map(str.strip, spelled))


RULES = (
    Rule("addresses", Clue.ADDRESS, _MAIL, _mail),
    Rule("addresses", Clue.ADDRESS, _WEB, _web),
    Rule("addresses", Clue.ADDRESS, _BARE, _web),
    Rule("phones", Clue.DIGIT, _PHONE, _phone, ("en",)),
)
"""In the order in which they are tried."""
