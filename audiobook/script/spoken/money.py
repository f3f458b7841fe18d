"""Sums of money in English."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.script.spoken.english import cardinal, number
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]


@dataclass(frozen=True, slots=True)
class _Currency:
    one: str
    many: str
    cent: str = "cent"
    cents: str = "cents"


_DOLLAR = _Currency("dollar", "dollars")
_POUND = _Currency("pound", "pounds", "penny", "pence")
_EURO = _Currency("euro", "euros")
_CURRENCIES = {
    "$": _DOLLAR,
    "US$": _Currency("US dollar", "US dollars"),
    "A$": _Currency("Australian dollar", "Australian dollars"),
    "C$": _Currency("Canadian dollar", "Canadian dollars"),
    "USD": _DOLLAR,
    "£": _POUND,
    "GBP": _POUND,
    "€": _EURO,
    "EUR": _EURO,
    "¥": _Currency("yen", "yen", "sen", "sen"),
    "₹": _Currency("rupee", "rupees", "paisa", "paise"),
    "₽": _Currency("rouble", "roubles", "kopeck", "kopecks"),
}
_SCALES = {"k": "thousand", "m": "million", "bn": "billion", "b": "billion", "tn": "trillion"}
_SIGN = r"(?<![\w$])(?P<minus>[-−] ?)?(?P<sign>US\$|[AC]\$|USD|GBP|EUR|[$£€¥₹₽]) ?"
_AMOUNT = r"(?:\d{1,30}(?:,\d{3})*(?:\.\d{1,30})?|\.\d\d)"
_SCALE = r"(?:(?P<space>[ -]?)(?P<scale>hundred|thousand|million|billion|trillion|[kmb]|bn|tn)\b)?"
_SUM = re.compile(
    rf"{_SIGN}(?P<from>{_AMOUNT})(?: ?[-–] ?[$£€]?(?P<to>{_AMOUNT}))?{_SCALE}(?![\w%]|[.,]\d)"
)
_AFTER = re.compile(rf"(?<![\w.,/$£€-])(?P<from>{_AMOUNT}) ?(?P<sign>USD|GBP|EUR|€|£)(?!\w)")
_CENTS = re.compile(r"(?<![\w.,/$£€-])(?P<from>\d{1,3})(?: ?¢|(?P<pence>p)\b)")
_OLD = re.compile(
    r"(?<![\w.,/-])(?:£(?P<pounds>\d{1,6}) )?(?P<shillings>\d{1,2}) ?s\."
    r"(?: ?(?P<pence>\d{1,2}) ?d\b\.?)?"
    r"|(?<![\w.,/-])(?P<only>\d{1,2}) ?d\.(?= |$)"
)  # fmt: skip
_NAMES_A_KIND = re.compile(
    r"[ -](?:note|bill|coin|stamp|ticket|fine|prize|fee|cheque|check|reward|house|deal|loan)\b"
    r"|-an?-\w"
)


def _sum(match: re.Match[str], _context: Context) -> str:
    currency = _CURRENCIES[match["sign"]]
    minus = "minus " if match["minus"] else ""
    scale = match["scale"]
    kind = _NAMES_A_KIND.match(match.string, match.end()) is not None
    if scale or match["to"]:
        to = f" to {number(match['to'])}" if match["to"] else ""
        scale_said = f" {_SCALES.get(scale, scale)}" if scale else ""
        name = currency.one if kind else currency.many
        return f"{minus}{number(match['from'])}{to}{scale_said} {name}"
    return minus + _amount(match["from"], currency, kind)


def _after(match: re.Match[str], _context: Context) -> str:
    return _amount(match["from"], _CURRENCIES[match["sign"]], kind=False)


def _amount(written: str, currency: _Currency, kind: bool) -> str:
    """So much of a currency: "three pounds fifty", "five cents", "twenty-pound" of a note."""
    whole, _, cents = written.replace(",", "").partition(".")
    whole = whole or "0"
    if cents and (len(cents) != 2 or currency.cent == "sen"):
        return f"{number(written)} {currency.many}"
    name = currency.one if kind or int(whole) == 1 else currency.many
    if not cents or int(cents) == 0:
        return f"{number(str(int(whole)))} {name}"
    if int(whole) == 0:
        return _cents(int(cents), currency)
    if int(cents) < 10:
        return f"{number(str(int(whole)))} {name} and {_cents(int(cents), currency)}"
    return f"{number(str(int(whole)))} {name} {cardinal(int(cents))}"


def _cents(n: int, currency: _Currency) -> str:
    return f"{cardinal(n)} {currency.cent if n == 1 else currency.cents}"


def _small(match: re.Match[str], _context: Context) -> str:
    return _cents(int(match["from"]), _POUND if match["pence"] else _DOLLAR)


def _old(match: re.Match[str], _context: Context) -> str | None:
    """Pounds, shillings and pence as they were until 1971; 20s. alone is a decade of life."""
    alone = not (match["pounds"] or match["pence"] or match["only"])
    if alone and int(match["shillings"]) % 10 == 0:
        return None
    parts = []
    for name, one, many in (
        ("pounds", "pound", "pounds"),
        ("shillings", "shilling", "shillings"),
        ("pence", "penny", "pence"),
        ("only", "penny", "pence"),
    ):
        if match[name]:
            n = int(match[name])
            parts.append(f"{cardinal(n)} {one if n == 1 else many}")
    return " ".join(parts)


RULES = (
    Rule("money", Clue.DIGIT, _OLD, _old, ("en",)),
    Rule("money", Clue.DIGIT, _SUM, _sum, ("en",)),
    Rule("money", Clue.DIGIT, _AFTER, _after, ("en",)),
    Rule("money", Clue.DIGIT, _CENTS, _small, ("en",)),
)
"""In the order in which they are tried."""
