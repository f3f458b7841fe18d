"""How much of a book that is packed or marked up is read: the bounds on what it can cost.

A story's text is bounded by `audiobook.script.encoding.MAX_STORY_BYTES`.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "MAX_ATTRIBUTES",
    "MAX_COVER_BYTES",
    "MAX_DEPTH",
    "MAX_DOCUMENTS_BYTES",
    "MAX_DOCUMENT_BYTES",
    "MAX_ENTRIES",
    "MAX_PACKED_BYTES",
    "MAX_PDF_CHARACTERS",
    "MAX_PDF_MEMORY_BYTES",
    "MAX_PDF_OUTLINE",
    "MAX_PDF_PAGES",
    "MAX_PDF_SECONDS",
    "MAX_RATIO",
    "MAX_RATIO_FREE_BYTES",
    "MAX_TAGS",
    "MAX_WARNINGS",
    "few_warnings",
]

MAX_PACKED_BYTES = 256 << 20
"""The largest file that holds other files, pictures among them, in bytes."""

MAX_ENTRIES = 20_000
"""How many files one may hold."""

MAX_DOCUMENT_BYTES = 16 << 20
"""The largest document within it, in bytes: the whole Bible with its markup has a third of that."""

MAX_DOCUMENTS_BYTES = 64 << 20
"""All that is unpacked of it, in bytes."""

MAX_COVER_BYTES = 16 << 20
"""The largest cover picture, in bytes."""

MAX_RATIO = 200
"""How many bytes may come of one packed byte; markup seldom gives more than ten."""

MAX_RATIO_FREE_BYTES = 1 << 20
"""What may come of however few: short files of one character are no attack."""

MAX_TAGS = 500_000
"""How many tags and attributes a page may have, and all documents of a book together: a long novel
has 50,000, a Bible with each verse marked 400,000."""

MAX_ATTRIBUTES = 200
"""How many attributes an element may have: one with more is read as if it had none."""

MAX_DEPTH = 200
"""How deep its elements may be nested; those further in are read without their markup."""

MAX_WARNINGS = 20
"""How many lines of what was passed over are kept of one book."""

MAX_PDF_PAGES = 10_000
"""How many pages a PDF may have, or say that it has."""

MAX_PDF_CHARACTERS = 20_000_000
"""How many characters its text layer may hold: twenty long novels."""

MAX_PDF_OUTLINE = 5_000
"""How many of its bookmarks are read."""

MAX_PDF_SECONDS = 120
"""How long it may take to read; 300 pages take about one second."""

MAX_PDF_MEMORY_BYTES = 1 << 30
"""The address space of the process that reads it."""

_MAX_WARNING_CHARACTERS = 200


def few_warnings(warnings: Iterable[str]) -> tuple[str, ...]:
    """Each warning once, on one short line whatever a file is called; of very many the first."""
    lines = [
        "".join(c if c.isprintable() else " " for c in warning[:_MAX_WARNING_CHARACTERS])
        for warning in dict.fromkeys(warnings)
    ]
    more = len(lines) - MAX_WARNINGS
    return (*lines[:MAX_WARNINGS], *([f"and {more} more"] if more > 0 else []))
