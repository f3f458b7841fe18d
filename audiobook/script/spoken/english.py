"""English number words."""

from __future__ import annotations

import re

__all__ = [
    "cardinal",
    "decade",
    "denominator",
    "digits",
    "number",
    "ordinal",
    "plural",
    "quantity",
    "year",
]

_ONES: list[str] = re.findall(
    r"[\w-]+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
)
_TENS: list[str] = re.findall(
    r"[\w-]+", "- - twenty thirty forty fifty sixty seventy eighty ninety"
)
_SCALES: list[str] = re.findall(
    r"\w+",
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion",
)
_LARGEST = 1000 ** (len(_SCALES) + 1)
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_LAST_WORD = re.compile(r"[a-z]+$")


def cardinal(n: int) -> str:
    """A whole number from zero in words; one too large for words, digit by digit."""
    if n >= _LARGEST:
        return digits(str(n))
    if n < 1000:
        return _below_thousand(n)
    rest, last = divmod(n, 1000)
    groups: list[str] = []
    for scale in _SCALES:
        rest, group = divmod(rest, 1000)
        if group:
            groups.insert(0, f"{_below_thousand(group)} {scale}")
    if last:
        groups.append(f"and {_below_thousand(last)}" if last < 100 else _below_thousand(last))
    return " ".join(groups)


def _below_thousand(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        ten, one = divmod(n, 10)
        return _TENS[ten] + (f"-{_ONES[one]}" if one else "")
    hundred, rest = divmod(n, 100)
    return f"{_ONES[hundred]} hundred" + (f" and {_below_thousand(rest)}" if rest else "")


def ordinal(n: int) -> str:
    """Which one of a row, as in "twenty-first"."""
    words = cardinal(n)
    last = _LAST_WORD.search(words)
    assert last
    word = last[0]
    if word in _ORDINALS:
        found = _ORDINALS[word]
    else:
        found = word[:-1] + "ieth" if word.endswith("y") else word + "th"
    return words[: last.start()] + found


def denominator(n: int, many: bool) -> str:
    """The lower part of a fraction, as in "three quarters"."""
    if n == 2:
        return "halves" if many else "half"
    name = "quarter" if n == 4 else ordinal(n)
    return name + "s" if many else name


def digits(text: str) -> str:
    """Decimal digits of any script one by one; whatever is none is passed over."""
    return " ".join(_ONES[int(c)] for c in text if c.isdecimal())


def year(n: int) -> str:
    """A year from 1 to 9999 as it is said: "nineteen oh five", "two thousand and one"."""
    century, rest = divmod(n, 100)
    if n < 1000 or n % 1000 < 10:
        return cardinal(n)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {f'oh {_ONES[rest]}' if rest < 10 else cardinal(rest)}"


def decade(n: int) -> str:
    """The years from n on: "nineteen nineties", "eighteen hundreds"."""
    return plural(year(n) if n >= 100 else cardinal(n))


def plural(words: str) -> str:
    """More than one of what the words say."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("x", "s", "ch", "sh")) else "s")


def number(written: str) -> str:
    """A number as English writes it, with or without sign, grouping commas and decimals."""
    sign = "minus " if written[0] in "-−–" else "plus " if written[0] == "+" else ""
    whole, _, decimals = written.lstrip("-−–+").replace(",", "").partition(".")
    if not decimals and len(whole) > 1 and whole[0] == "0":
        return sign + digits(whole)
    said = cardinal(int(whole or "0")) if len(whole) <= 30 else digits(whole)
    return sign + said + (f" point {digits(decimals)}" if decimals else "")


def quantity(written: str, one: str, many: str) -> str:
    """A number of something, in the singular where it is one."""
    return f"{number(written)} {one if written == '1' else many}"
