"""PDF files of text, as plain as the format allows (ISO 32000-1, sections 7 to 9)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Set", "book_pages", "write_pdf"]

_FONTS = ("Courier", "Courier-Bold")
_LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"00" * 32 + b"> /U <" + b"00" * 32 + b"> >>"


@dataclass(frozen=True, slots=True)
class Set:
    """A line of text on a page, in points from its lower left corner."""

    text: str
    """What Windows-1252 can write."""
    left: float
    """Where it begins; each letter is 0.6 of the size wide."""
    baseline: float
    """Where it stands."""
    size: float = 10.0
    """The size of its letters."""
    bold: bool = False
    """Whether they are bold."""


def write_pdf(
    pages: Sequence[Sequence[Set]],
    *,
    outline: Sequence[tuple[str, int]] = (),
    info: str = "",
    locked: bool = False,
    count: int | None = None,
) -> bytes:
    """A PDF of pages of 400 by 600 points.

    Args:
        pages: the lines of each.
        outline: title and page, from 0, of each bookmark.
        info: entries for the document information, as in "/Title (A Story)".
        locked: whether it says that it is encrypted, with a password that nobody knows.
        count: how many pages it says it has; None for as many as there are.
    """
    first_page, first_mark = 6, 6 + 2 * len(pages)
    kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(len(pages)))
    last = first_mark + len(outline) - 1
    marks = f"/First {first_mark} 0 R /Last {last} 0 R" if outline else ""
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>"
        for font in _FONTS
    ]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R /Lang (en-GB) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages) if count is None else count} >>",
        f"<< /Type /Outlines {marks} /Count {len(outline)} >>",
        *fonts,
    ]
    for n, page in enumerate(pages):
        content = "\n".join(_shown(line) for line in page)
        objects += [
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] "
            "/Resources << /Font << /F0 4 0 R /F1 5 0 R >> >> "
            f"/Contents {first_page + 2 * n + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    for n, (title, page_number) in enumerate(outline):
        after = f"/Next {first_mark + n + 1} 0 R" if n + 1 < len(outline) else ""
        target = f"/Dest [{first_page + 2 * page_number} 0 R /Fit]"
        objects.append(f"<< /Title ({title}) /Parent 3 0 R {after} {target} >>")
    objects.append(f"<< {info} >>")
    return _file(objects, locked)


def _shown(line: Set) -> str:
    data = line.text.encode("cp1252").hex()
    return f"BT /F{int(line.bold)} {line.size} Tf {line.left} {line.baseline} Td <{data}> Tj ET"


def _file(objects: list[str], locked: bool) -> bytes:
    data = b"%PDF-1.4\n"
    offsets = []
    for n, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{n} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start, n_objects = len(data), len(objects) + 1
    lock = b" /ID [<00> <00>] /Encrypt " + _LOCK if locked else b""
    data += f"xref\n0 {n_objects}\n0000000000 65535 f \n{table}".encode()
    data += f"trailer\n<< /Size {n_objects} /Root 1 0 R /Info {n_objects - 1} 0 R".encode()
    return data + lock + f" >>\nstartxref\n{start}\n%%EOF\n".encode()


def book_pages(
    chapters: Sequence[tuple[str, Sequence[str]]],
    *,
    head: str = "",
    columns: int = 50,
    lines_per_page: int = 30,
) -> list[list[Set]]:
    """A book set in pages: first lines set in, words parted at hyphens, a head and a folio.

    Args:
        chapters: heading and paragraphs of each, which begins on a page of its own.
        head: the running head; "" for none.
        columns: letters on a line.
        lines_per_page: lines on a page.
    """
    pages: list[list[Set]] = []
    for title, paragraphs in chapters:
        lines: list[tuple[str, int]] = []
        for paragraph in paragraphs:
            wrapped = textwrap.wrap(paragraph, columns, initial_indent="  ")
            lines += [(line.strip(), 2 * (n == 0)) for n, line in enumerate(wrapped)]
        for start in range(0, len(lines), lines_per_page):
            page = [Set(head, 150, 580, 8)] if head else []
            page += [Set(title, 40, 555, 16, bold=True)] if start == 0 else []
            for n, (line, indent) in enumerate(lines[start : start + lines_per_page]):
                page.append(Set(line, 40 + 6 * indent, 530 - 14 * n))
            pages.append([*page, Set(str(len(pages) + 1), 195, 20, 8)])
    return pages
