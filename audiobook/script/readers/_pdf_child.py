"""The process in which PDFium reads a PDF: lines of text with their places, as JSON.

PDFium is not thread safe, and a hostile file may make it slow, large or crash; in a process of
its own, bounded in memory and time, none of that reaches the one that asked. The file comes in on
standard input. What goes out is one object:

    {"error": null, "title": …, "author": …, "language": …, "warnings": […],
     "outline": [[level, title, page], …],
     "pages": [[[text, left, right, baseline, size, bold, hyphen, marks], …], …]}

Lengths are in points; `hyphen` tells that the line's last character is a hyphen that parts a word;
`marks` are [start, stop] of the raised figures in it that point to notes. `error`, where it is not
null, is "damaged", "locked", "too many pages" or "too much text", and there is nothing more.
"""

from __future__ import annotations

import ctypes
import json
import math
import re
import sys
from collections.abc import Iterator
from itertools import islice, pairwise
from statistics import median
from typing import TypeAlias

import pypdfium2 as pdfium
from pypdfium2 import raw

from audiobook.script.documents.limits import (
    MAX_PDF_CHARACTERS,
    MAX_PDF_MEMORY_BYTES,
    MAX_PDF_OUTLINE,
    MAX_PDF_PAGES,
    MAX_PDF_SECONDS,
    few_warnings,
)

__all__ = ["Line", "main"]

Line: TypeAlias = list[object]
"""A line of a page, as the module's description has it."""

_BREAK = re.compile("(\ufffe(?:\r\n)?|\u00ad?\r\n|\r|\n)")
_HYPHENS = ("\ufffe", "\u00ad")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
# Nothing to be heard, or no character at all.
_UNHEARD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2060\ufeff\uffff]")
_RAISED = re.compile(r"(?<=[^\W\d_]|[.,;:!?\"”’»)])(?:\d{1,3}|[*†‡§])(?!\w)")
_NOTE_MARK_SIZE = 0.85
_BOLD_WEIGHT = 600


def main() -> None:
    """Read standard input, write what was found to standard output."""
    _bound()
    found = _read(sys.stdin.buffer.read())
    with open(1, "w", encoding="utf-8", closefd=False) as out:
        json.dump(found, out, ensure_ascii=True)


def _bound() -> None:
    """Have the system end this process when it takes too much, where the system can."""
    try:
        import resource  # noqa: PLC0415  # there is none on Windows
    except ImportError:
        return
    limits = (
        (resource.RLIMIT_AS, MAX_PDF_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_PDF_SECONDS),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        try:
            resource.setrlimit(kind, (most, most))
        except (OSError, ValueError):
            continue


def _read(data: bytes) -> dict[str, object]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"error": "locked" if "assword" in str(error) else "damaged"}
    n_pages = len(document)
    if n_pages > MAX_PDF_PAGES:
        return {"error": "too many pages"}
    pages: list[list[Line]] = []
    warnings: list[str] = []
    n_characters = 0
    for number in range(n_pages):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            warnings.append(f"page {number + 1} cannot be read")
            pages.append([])
            continue
        lines = list(_lines(page))
        n_characters += sum(len(str(line[0])) for line in lines)
        if n_characters > MAX_PDF_CHARACTERS:
            return {"error": "too much text"}
        if not lines and _has_picture(page):
            warnings.append(f"page {number + 1} is a picture without text")
        pages.append(lines)
        page.close()
    metadata = document.get_metadata_dict()
    return {
        "error": None,
        "title": metadata.get("Title", ""),
        "author": metadata.get("Author", ""),
        "language": _language(document),
        "warnings": few_warnings(warnings),
        "outline": list(_outline(document)),
        "pages": pages,
    }


def _lines(page: pdfium.PdfPage) -> Iterator[Line]:
    """A page's lines, in the order in which they are drawn."""
    textpage = page.get_textpage()
    parts = _BREAK.split(textpage.get_text_range())
    at = 0
    for text, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if text.strip():
            yield _line(textpage, text, at, end.startswith(_HYPHENS))
        at += _n_units(text) + _n_units(end)
    textpage.close()


def _line(textpage: pdfium.PdfTextPage, text: str, at: int, hyphen: bool) -> Line:
    """A line with its place.

    Args:
        textpage: where it stands.
        text: what it says.
        at: its index in the text of the page, in units of UTF-16.
        hyphen: whether a hyphen that parts a word comes after it.
    """
    shown = [n for n, character in enumerate(text) if not character.isspace()]
    first, middle, last = (_char(textpage, at + shown[n]) for n in (0, len(shown) // 2, -1))
    size = median(_size(textpage, char) for char in (first, middle, last))
    marks = [
        found.span()
        for found in _RAISED.finditer(text)
        if 0 < _size(textpage, _char(textpage, at + found.start())) < _NOTE_MARK_SIZE * size
    ]
    said, marks = _clean(text + ("-" if hyphen else ""), marks)
    left, right = _edges(textpage, first)[0], _edges(textpage, last)[1]
    bold = _is_bold(textpage, middle)
    return [said, left, right, _baseline(textpage, first), round(size, 1), bold, hyphen, marks]


def _char(textpage: pdfium.PdfTextPage, at: int) -> int:
    """The index of a character, by its index in the text of the page."""
    return max(0, int(raw.FPDFText_GetCharIndexFromTextIndex(textpage, at)))


def _clean(text: str, marks: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """A line without ligatures and what is not heard, and where its marks are in that."""
    cuts = [0, *(at for mark in marks for at in mark), len(text)]
    parts = [_UNHEARD.sub("", text[a:b]).translate(_LIGATURES) for a, b in pairwise(cuts)]
    ends = [sum(map(len, parts[: n + 1])) for n in range(len(parts))]
    return "".join(parts), list(zip(ends[::2], ends[1::2], strict=False))


def _n_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _edges(textpage: pdfium.PdfTextPage, char: int) -> tuple[float, float]:
    """Left and right of a character, in points."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(textpage, char, left, right, bottom, top)
    return round(_finite(left.value), 1), round(_finite(right.value), 1)


def _baseline(textpage: pdfium.PdfTextPage, char: int) -> float:
    """The height at which a character stands, in points from the foot of the page."""
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage, char, x, y)
    return round(_finite(y.value), 1)


def _size(textpage: pdfium.PdfTextPage, char: int) -> float:
    """The size of a character's font as it is seen, in points."""
    matrix = raw.FS_MATRIX()
    scale = 1.0
    if raw.FPDFText_GetMatrix(textpage, char, ctypes.byref(matrix)):
        scale = math.hypot(matrix.c, matrix.d) or 1.0
    return _finite(float(raw.FPDFText_GetFontSize(textpage, char)) * scale)


def _finite(number: float) -> float:
    return min(max(number, -1e6), 1e6) if math.isfinite(number) else 0.0


def _is_bold(textpage: pdfium.PdfTextPage, char: int) -> bool:
    name = ctypes.create_string_buffer(200)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, char, name, len(name), ctypes.byref(flags))
    weight = int(raw.FPDFText_GetFontWeight(textpage, char))
    return weight >= _BOLD_WEIGHT or b"bold" in name.value.lower()


def _has_picture(page: pdfium.PdfPage) -> bool:
    return next(iter(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None


def _outline(document: pdfium.PdfDocument) -> Iterator[tuple[int, str, int]]:
    """Level, title and page, both from 0, of each bookmark that leads to a page."""
    for bookmark in islice(document.get_toc(max_depth=8), MAX_PDF_OUTLINE):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        if page is not None and page >= 0:
            yield bookmark.level, bookmark.get_title(), page


def _language(document: pdfium.PdfDocument) -> str:
    n_bytes = raw.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < n_bytes < 200:
        return ""
    buffer = (ctypes.c_ushort * (n_bytes // 2))()
    raw.FPDFCatalog_GetLanguage(document, buffer, n_bytes)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


if __name__ == "__main__":
    main()
