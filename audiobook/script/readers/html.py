"""HTML and XHTML: one page, with the chapters that its headings make."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from audiobook.errors import StoryError, Where
from audiobook.language_tags import is_language_tag
from audiobook.model import Book, Source
from audiobook.script.documents.flow import Flow
from audiobook.script.documents.hypertext import document
from audiobook.script.documents.markup import local_name, parse, text_of
from audiobook.script.documents.parts import chapters_by_headings, find_headings, with_roles

__all__ = ["read"]

_PAGE = ""


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a page. Only a play that is marked up as one names its speakers.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names of the show's cast, for those who speak in a play.

    Raises:
        StoryError: it cannot be read, or there is nothing in it to read.
    """
    root = parse(data, name)
    page = document(root)
    flow = Flow(cast)
    flow.add(page, _PAGE)
    find_headings(flow)
    notes = [(_PAGE, address.removeprefix("#")) for address in page.notes]
    source = Source(name, flow.text)
    edition = with_roles(flow, source.text, notes)
    if not flow.items:
        raise StoryError("has no text", where=Where(name))
    return Book(
        source,
        title=edition.title or _title(root),
        authors=edition.authors or _authors(root),
        language=_language(root) or edition.language,
        chapters=chapters_by_headings(flow),
        left_out=tuple(flow.left_out),
    )


def _title(root: etree._Element) -> str | None:
    for element in root.iter("*"):
        if local_name(element) == "title":
            return text_of(element) or None
        if local_name(element) == "body":
            break
    return None


def _authors(root: etree._Element) -> tuple[str, ...]:
    """Those named by the page's metadata: HTML's own, or Dublin Core's."""
    metas = (element for element in root.iter("*") if local_name(element) == "meta")
    names = (
        " ".join((meta.get("content") or "").split())
        for meta in metas
        if (meta.get("name") or "").lower() in ("author", "dc.creator", "dcterms.creator")
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _language(root: etree._Element) -> str | None:
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    told = (root.get(name) or "" for name in (xml_lang, "lang", "xml:lang"))
    return next(filter(is_language_tag, told), None)
