"""Chapter lines and scene breaks as plain text has them, where no markup says so."""

from __future__ import annotations

import re

__all__ = ["is_bare_chapter_line", "is_break", "is_chapter_line", "is_numeral", "is_title_line"]

_MAX_LINE = 80
_MAX_TITLE = 60

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


def _chapter_line(title: str) -> re.Pattern[str]:
    """Lines that open a chapter, with a pattern for what stands after the number."""
    return re.compile(
        rf"(?:{_CHAPTER}|{_PART})\s+{_NUMBER}{title}"  # Chapter IV. The Road
        rf"|(?:{_ALONE}){title}"
        rf"|\d{{1,3}}(?:\.|-)? ?(?:{_CHAPTER}|{_PART}){title}"  # 3. Kapitel, 2-тарау
        r"|\w+tes (?:kapitel|buch)\.?"  # Erstes Kapitel
        r"|(?:kapitel|chapitre|capítulo|capitolo|глава|часть)\s+[^\W\d]+\.?",  # Глава первая
        re.IGNORECASE,
    )


_CHAPTER_LINE = _chapter_line(_TITLE)
_BARE_LINE = _chapter_line("[.:]?")
_NUMERAL = re.compile(rf"(?:{_ROMAN.upper()}|\d{{1,3}})\.?")
_BREAK = re.compile(r"([*•·~=_#—–-])(?:[ \t]*\1){2,}|[*⁂#]")


def is_chapter_line(line: str) -> bool:
    """Whether a line, stripped, opens a chapter by its words: ``Chapter IV: The Road``."""
    return len(line) <= _MAX_LINE and _CHAPTER_LINE.fullmatch(line) is not None


def is_bare_chapter_line(line: str) -> bool:
    """Whether such a line has no title, as ``Chapter IV`` has none: it may stand below."""
    return len(line) <= _MAX_LINE and _BARE_LINE.fullmatch(line) is not None


def is_title_line(line: str) -> bool:
    """Whether a line alone, stripped, may be the title of a chapter whose number is above it."""
    if len(line) > _MAX_TITLE or is_chapter_line(line) or is_numeral(line):
        return False
    words = line.strip("_*\"'“”‘’ ")
    begins = words[:1].isalnum() and not words[0].islower()
    return begins and (line.isupper() or words[-1].isalnum())


def is_numeral(line: str) -> bool:
    """Whether a line, stripped, is nothing but a chapter's number: ``IV.``, ``4``."""
    return _NUMERAL.fullmatch(line) is not None


def is_break(line: str) -> bool:
    """Whether a line, stripped, is a scene break: ``* * *``, ``---``, ``⁂``."""
    return _BREAK.fullmatch(line) is not None
