"""EPUBs made in memory, whole or broken on purpose."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape

__all__ = ["OPF", "container", "epub", "nav", "ncx", "package", "page", "zipped"]

OPF = "OEBPS/book.opf"


def page(body: str, *, title: str = "", head: str = "", attributes: str = "") -> str:
    """An XHTML document."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title>{title}</title>{head}</head><body {attributes}>{body}</body></html>"
    )


def nav(entries: Iterable[tuple[str, str]], *, landmarks: str = "") -> str:
    """A navigation document of EPUB 3: pairs of address and title."""
    items = "".join(
        f'<li><a href="{escape(href)}">{escape(title)}</a></li>' for href, title in entries
    )
    body = f'<nav epub:type="toc"><h1>Contents</h1><ol>{items}</ol></nav>'
    return page(body + (f'<nav epub:type="landmarks"><ol>{landmarks}</ol></nav>'))


def ncx(entries: Iterable[tuple[str, str]]) -> str:
    """A table of contents of EPUB 2: pairs of address and title."""
    points = "".join(
        f'<navPoint id="p{n}" playOrder="{n}"><navLabel><text>{escape(title)}</text></navLabel>'
        f'<content src="{escape(href)}"/></navPoint>'
        for n, (href, title) in enumerate(entries, 1)
    )
    return (
        '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">'
        f"<navMap>{points}</navMap></ncx>"
    )


def container(path: str = OPF) -> str:
    """The file that says where the package document is."""
    return (
        '<?xml version="1.0"?><container version="1.0" '
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        f'<rootfile full-path="{path}" media-type="application/oebps-package+xml"/>'
        "</rootfiles></container>"
    )


def package(
    documents: Iterable[str],
    *,
    metadata: str = "",
    manifest: str = "",
    spine: str = "",
    guide: str = "",
) -> str:
    """A package document with the documents in its spine, and what else is given."""
    documents = list(documents)
    items = "".join(
        f'<item id="d{n}" href="{escape(href)}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(documents)
    )
    references = "".join(f'<itemref idref="d{n}"/>' for n in range(len(documents)))
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata or '<dc:title>A Book</dc:title><dc:language>en</dc:language>'}</metadata>"
        f"<manifest>{items}{manifest}</manifest><spine>{references}{spine}</spine>"
        f"<guide>{guide}</guide></package>"
    )


def epub(
    documents: Mapping[str, str | bytes],
    *,
    contents: Iterable[tuple[str, str]] = (),
    version: int = 3,
    files: Mapping[str, str | bytes] | None = None,
    **packaged: str,
) -> bytes:
    """An EPUB.

    Args:
        documents: by name, in the order of the spine; a body alone is made a document.
        contents: its table of contents, pairs of address and title.
        version: 2 for an NCX, 3 for a navigation document.
        files: what else the archive holds, by whole name; goes before what would be made.
        packaged: as for `package`.
    """
    whole = {
        f"OEBPS/{name}": page(text) if isinstance(text, str) and "<html" not in text else text
        for name, text in documents.items()
    }
    manifest = packaged.pop("manifest", "")
    if version == 3:
        whole["OEBPS/nav.xhtml"] = nav(contents)
        manifest += (
            '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        )
    else:
        whole["OEBPS/toc.ncx"] = ncx(contents)
        manifest += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    opf = package(documents, manifest=manifest, **packaged)
    return zipped({"META-INF/container.xml": container(), OPF: opf, **whole, **(files or {})})


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive whose first entry is an EPUB's mark."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
