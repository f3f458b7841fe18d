"""Formulas and symbols of Word documents (ISO/IEC 29500-1, sections 22.1 and 17.3.3.30)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from audiobook.script.documents.hypertext import Run
from audiobook.script.documents.markup import local_name
from audiobook.script.documents.word_styles import attribute

__all__ = ["formula", "symbol"]

_DELETED = ("del", "movefrom")
_IN_A_ROW = ("r", "ins", "moveto", "ctrlpr", *_DELETED)
_CODE = re.compile("[0-9A-Fa-f]{1,4}")
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings")
_PRIVATE = 0xF000
"""Where the characters of fonts stand that have an order of their own."""
_OF_SYMBOL = {
    **dict(enumerate("ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", _PRIVATE + ord("A"))),
    **dict(enumerate("αβχδεφγηιϕκλμνοπθρστυϖωξψζ", _PRIVATE + ord("a"))),
    **dict(enumerate("°±″≥×∝∂•÷≠≡≈…", _PRIVATE + 0xB0)),
}
"""What the font Symbol shows: the letters, and the signs that text has most often."""


def formula(element: etree._Element) -> Run:
    """A formula: text if it is a row of signs, such as E=mc.

    One with fractions, powers or roots is not spoken: its signs in a row would say something else.
    """
    is_row = all(local_name(each) in _IN_A_ROW for each in element.iterchildren("*"))
    return Run("".join(_signs(element)), None if is_row else "a formula")


def _signs(element: etree._Element) -> Iterator[str]:
    for each in element.iterchildren("*"):
        tag = local_name(each)
        if tag == "t":
            yield str(each.text or "")
        elif tag not in _DELETED:
            yield from _signs(each)


def symbol(element: etree._Element) -> Run:
    """A character by its code; where only its font tells what it shows, it is not spoken."""
    written = attribute(element, "char")
    code = int(written, 16) if _CODE.fullmatch(written) else 0
    font = attribute(element, "font").lower()
    code += _PRIVATE if code < 0x100 and font.startswith(_SYMBOL_FONTS) else 0
    character = chr(code)
    if font == "symbol":
        character = _OF_SYMBOL.get(code, character)
    if character.isprintable():
        return Run(character)
    return Run("\N{REPLACEMENT CHARACTER}", "a symbol of a font")
