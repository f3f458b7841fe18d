"""Chapter lines and scene breaks as plain text has them, where no markup says so."""

from __future__ import annotations

import re

__all__ = ["is_break", "is_chapter_line", "is_numeral"]

_MAX_LINE = 80

_ROMAN = r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last"
_NUMBER = (
    rf"(?:\d{{1,3}}|{_ROMAN}|(?:{_TENS})(?:[- ](?:{_UNITS}))?|{_UNITS}|{_TEENS}"
    rf"|(?:the )?(?:{_ORDINALS}))"
)
_TITLE = r"(?:[ \t]*[.:—–-]+[ \t]*\S.*|\.)?"

_CHAPTER = (
    "chapter|kapitel|chapitre|capítulo|capitolo|глава|hoofdstuk|rozdział|kapitola|розділ|тарау"
)
_PART = (
    "part|book|volume|teil|buch|partie|livre|parte|libro|часть|книга|deel|część|díl|частина|бөлім"
)
_ALONE = (
    "prologue|epilogue|preface|foreword|introduction|interlude|afterword|conclusion"
    "|prolog|epilog|vorwort|nachwort|einleitung|épilogue|avant-propos|préface"
    "|prólogo|epílogo|prefacio|пролог|эпилог|предисловие"
)
_CHAPTER_LINE = re.compile(
    rf"(?:{_CHAPTER}|{_PART})\s+{_NUMBER}{_TITLE}"  # Chapter IV. The Road
    rf"|(?:{_ALONE}){_TITLE}"
    rf"|\d{{1,3}}(?:\.|-)? ?(?:{_CHAPTER}|{_PART}){_TITLE}"  # 3. Kapitel, 2-тарау
    r"|\w+tes (?:kapitel|buch)\.?"  # Erstes Kapitel
    r"|(?:kapitel|chapitre|capítulo|capitolo|глава|часть)\s+[^\W\d]+\.?",  # Глава первая
    re.IGNORECASE,
)
_NUMERAL = re.compile(rf"(?:{_ROMAN.upper()}|\d{{1,3}})\.?")
_BREAK = re.compile(r"([*•·~=_#—–-])(?:[ \t]*\1){2,}|[*⁂#]")


def is_chapter_line(line: str) -> bool:
    """Whether a line, stripped, opens a chapter by its words: ``Chapter IV: The Road``."""
    return len(line) <= _MAX_LINE and _CHAPTER_LINE.fullmatch(line) is not None


def is_numeral(line: str) -> bool:
    """Whether a line, stripped, is nothing but a chapter's number: ``IV.``, ``4``."""
    return _NUMERAL.fullmatch(line) is not None


def is_break(line: str) -> bool:
    """Whether a line, stripped, is a scene break: ``* * *``, ``---``, ``⁂``."""
    return _BREAK.fullmatch(line) is not None
