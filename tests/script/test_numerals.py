"""Roman numerals are read as they are written, and nothing else is one."""

from __future__ import annotations

import pytest

from audiobook.script.numerals import MAX_ROMAN, roman_numeral, roman_value


def test_every_numeral_is_read_as_it_is_written() -> None:
    written = [roman_numeral(number) for number in range(1, MAX_ROMAN + 1)]
    assert [roman_value(numeral) for numeral in written] == list(range(1, MAX_ROMAN + 1))
    assert len(set(written)) == MAX_ROMAN
    assert written[3] + written[1993] + written[3998] == "IVMCMXCIVMMMCMXCIX"


@pytest.mark.parametrize("word", ["", "IIII", "VX", "MIXX", "CIVIL", "MMMM", "iv", "X1", "IC"])
def test_what_is_no_numeral_has_no_value(word: str) -> None:
    assert roman_value(word) is None
