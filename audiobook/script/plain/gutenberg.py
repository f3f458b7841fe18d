"""What Project Gutenberg puts around a book: a header, a licence, the marks between."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.model import Omission

__all__ = ["Edition", "edition", "is_credit"]

# The title in a mark may run on to a second line; credits and a last line may stand next to it.
_MARK = (
    r"\*\*\*?[ \t]*{} OF (?:TH(?:E|IS) )?PROJECT GUTENBERG(?:[’']S)? E-?(?:BOOK|TEXT)\b"
    r"[^*]{{0,300}}\*\*\*?"
)
_CREDIT = (
    r"(?:This (?:e-?text|e-?book|file) was )?(?:Produced|Prepared|Transcribed|Scanned)\b.{0,80}\b"
    r"(?:by|from)\b|E-?text prepared by\b|Transcribed from the\b|\[This (?:e-?text|file) was\b"
)
_CREDITS = rf"(?:\s*^(?:{_CREDIT})(?:[^\r\n]*(?:\r\n|\r|\n)(?=[^\r\n]))*[^\r\n]*(?:\r\n|\r|\n)?)?"
# Files of the nineties have a licence before the book, which ends so.
_SMALL_PRINT = (
    r"^\*+\s?THE SMALL PRINT!? FOR (?:PUBLIC|COPYRIGHT)[^\r\n]{0,60}\*END\*[^\r\n]*"
    r"|^\*END\*\s?THE SMALL PRINT[^\r\n]*"
)
_START = re.compile(
    rf"(?:{_MARK.format('START')}|{_SMALL_PRINT}){_CREDITS}", re.IGNORECASE | re.MULTILINE
)
_LAST_LINE = r"^End of (?:the |this )?Project Gutenberg(?:[’']s)?[ \t]"
_END = re.compile(
    rf"(?:{_LAST_LINE}[^*]{{0,300}})?{_MARK.format('END')}"
    rf"|{_LAST_LINE}",
    re.IGNORECASE | re.MULTILINE,
)
_IS_CREDIT = re.compile(_CREDIT, re.IGNORECASE)
_FIELD = re.compile(r"^(Title|Author|Language):[ \t]*(\S[^\r\n]*)", re.MULTILINE)

_LANGUAGES = {
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "dutch": "nl",
    "english": "en",
    "esperanto": "eo",
    "finnish": "fi",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hungarian": "hu",
    "italian": "it",
    "japanese": "ja",
    "latin": "la",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "swedish": "sv",
}


@dataclass(frozen=True, slots=True)
class Edition:
    """A text and what its publisher says of it; without a publisher, the whole text."""

    start: int
    """Offset at which the book begins."""
    end: int
    """Offset at which it ends."""
    left_out: tuple[Omission, ...] = ()
    """What stands around the book."""
    title: str | None = None
    """Its title, where the header gives one."""
    authors: tuple[str, ...] = ()
    """Its authors, where the header names them."""
    language: str | None = None
    """BCP 47 tag, where the header names a language known here."""


def is_credit(line: str) -> bool:
    """Whether a line, stripped, begins to tell who made the file: ``Produced by …``."""
    return _IS_CREDIT.match(line) is not None


def edition(text: str) -> Edition:
    """Find the book within a Project Gutenberg file, or take any other text as it is."""
    opening = _START.search(text)
    closing = _END.search(text, opening.end() if opening else 0)
    start = opening.end() if opening else 0
    end = closing.start() if closing else len(text)
    around = [
        Omission(0, start, "Project Gutenberg's header"),
        Omission(end, len(text), "Project Gutenberg's licence"),
    ]
    fields: dict[str, list[str]] = {}
    for field in _FIELD.finditer(text, 0, start):
        fields.setdefault(field[1], []).append(field[2].strip())
    return Edition(
        start,
        end,
        tuple(omission for omission in around if omission.start < omission.end),
        title=next(iter(fields.get("Title", ())), None),
        authors=tuple(fields.get("Author", ())),
        language=_LANGUAGES.get("".join(fields.get("Language", ())[:1]).lower()),
    )
