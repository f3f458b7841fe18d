"""Roman numerals, read and written."""

from __future__ import annotations

import re

__all__ = ["MAX_ROMAN", "roman_numeral", "roman_value"]

MAX_ROMAN = 3999
"""The greatest number that can be written so."""

_FIGURES = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
_VALUES = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
_VALUE_OF = dict(zip(_FIGURES, _VALUES, strict=True))
_FIGURE = re.compile("CM|CD|XC|XL|IX|IV|[MDCLXVI]")
_VALID = re.compile(r"(?=.)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


def roman_value(written: str) -> int | None:
    """The value of a Roman numeral in capitals, 1 to 3999; None where it is none."""
    if not _VALID.fullmatch(written):
        return None
    return sum(_VALUE_OF[figure] for figure in _FIGURE.findall(written))


def roman_numeral(number: int) -> str:
    """The Roman numeral of a number from 1 to 3999, in capitals."""
    written = ""
    for figure, value in _VALUE_OF.items():
        written += figure * (number // value)
        number %= value
    return written
