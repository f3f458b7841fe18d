"""HTML and XHTML: one page, with the chapters that its headings make."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from lxml import etree

from audiobook.errors import StoryError, Where
from audiobook.language_tags import is_language_tag
from audiobook.model import Book, Source
from audiobook.script.documents.flow import Flow
from audiobook.script.documents.hypertext import document
from audiobook.script.documents.markup import local_name, parse, text_of
from audiobook.script.documents.parts import chapters_by_headings, find_headings, with_roles
from audiobook.script.documents.semantics import UNSEEN_TAGS

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
    page = document(root, _main_part(root))
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


def _main_part(root: etree._Element) -> etree._Element | None:
    """The part of a page that its site's menus, forms and advice on what to read next stand around.

    That is its only `main` element, or else its only `article` (HTML Living Standard, 4.4.14 and
    4.3.2), if most of the page's text is in there, and its title; None where there is no such.
    """
    for wanted in ("main", "article"):
        found = [element for element in root.iter("*") if local_name(element) == wanted]
        if len(found) == 1:
            within, whole = _weight(found[0]), _weight(root)
            is_most = 2 * within.n_characters > whole.n_characters
            return found[0] if is_most and bool(within.n_titles) == bool(whole.n_titles) else None
    return None


class _Weight(NamedTuple):
    n_characters: int
    n_titles: int


def _weight(element: etree._Element) -> _Weight:
    """About how many characters are to be read in an element, and how many titles."""
    n_characters = n_titles = 0
    for part in element.iter("*"):
        tag = local_name(part)
        n_titles += tag == "h1"
        n_characters += len(part.tail or "")
        if tag not in UNSEEN_TAGS:
            n_characters += len(part.text or "")
    return _Weight(n_characters, n_titles)


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
