"""DOCX, as Word, LibreOffice and Google Docs write it (ISO/IEC 29500, Office Open XML)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from posixpath import normpath

from lxml import etree

from audiobook.errors import StoryError, Where
from audiobook.language_tags import is_language_tag
from audiobook.model import Book, Source
from audiobook.script.documents.archive import Archive
from audiobook.script.documents.flow import Flow, is_heading
from audiobook.script.documents.hypertext import Document
from audiobook.script.documents.limits import few_warnings
from audiobook.script.documents.markup import local_name, parse_xml, text_of
from audiobook.script.documents.parts import chapters_by_headings, find_headings, with_roles
from audiobook.script.documents.word_blocks import WordDocument, blocks_of_body, notes_of
from audiobook.script.documents.word_styles import (
    attribute,
    child,
    children,
    read_lists,
    read_styles,
)

__all__ = ["read"]

_RELATIONSHIPS = "_rels/.rels"
_MAIN_PART = "word/document.xml"
_CORE_PART = "docProps/core.xml"
_TITLE_LEVEL = 1
_FACTORY_LANGUAGE = "en-US"
_NO_TITLE = re.compile(r"untitled|document\d*|word document", re.IGNORECASE)


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read a Word document. Nobody is named as a speaker: the cast plays no part.

    Headings are those of styles and outline levels, or, where there are none, what opens chapters
    by its words. What was inserted and not yet accepted is read, what was deleted is not; nor are
    comments, heads and feet of pages, and hidden text. Notes come after the paragraph that points
    to them.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: not used.

    Raises:
        StoryError: it is no Word document, it is damaged or locked, or there is no text in it.
    """
    archive = Archive(data, name)
    main = _main_part(archive)
    if main not in archive:
        raise StoryError("is no Word document", where=Where(name), hint="save it as .docx")
    body = child(parse_xml(archive.read(main), name), "body")
    warnings: list[str] = []
    folder = main.rpartition("/")[0]
    styles = _part(archive, f"{folder}/styles.xml", warnings)
    document = _document(archive, folder, styles, warnings)
    flow = Flow()
    flow.add(
        Document(blocks_of_body(body, document) if body is not None else [], {}, frozenset()), ""
    )
    if not flow.items:
        raise StoryError("has no text", where=Where(name))
    find_headings(flow)
    source = Source(name, flow.text)
    edition = with_roles(flow, source.text, ())
    core = _core(_part(archive, _CORE_PART, warnings))
    language = core.get("language", "") or _default_language(styles)
    return Book(
        source,
        title=edition.title or _title(core) or _styled_title(flow),
        authors=edition.authors or tuple(filter(None, [core.get("creator")])),
        language=language if is_language_tag(language) else edition.language,
        chapters=chapters_by_headings(flow),
        left_out=tuple(flow.left_out),
        warnings=few_warnings(warnings),
    )


def _document(
    archive: Archive, folder: str, styles: etree._Element | None, warnings: list[str]
) -> WordDocument:
    """What stands beside the body of a document, and tells how it is to be read."""
    return WordDocument(
        read_styles(styles),
        read_lists(_part(archive, f"{folder}/numbering.xml", warnings)),
        notes_of(_part(archive, f"{folder}/footnotes.xml", warnings), "footnote")
        | notes_of(_part(archive, f"{folder}/endnotes.xml", warnings), "endnote"),
    )


def _part(archive: Archive, path: str, warnings: list[str]) -> etree._Element | None:
    """The root of a part that a document can do without; None where it cannot be read."""
    if path not in archive:
        return None
    try:
        return parse_xml(archive.read(path), path)
    except StoryError as error:
        warnings.append(f"{path}: {error.what}" if path not in error.what else error.what)
        return None


def _main_part(archive: Archive) -> str:
    """Where the document itself is, as the archive says, or where it most often is."""
    for relationship in children(_part(archive, _RELATIONSHIPS, []), "relationship"):
        if attribute(relationship, "Type").endswith("/officeDocument"):
            path = normpath(attribute(relationship, "Target").lstrip("/"))
            return path if path in archive else _MAIN_PART
    return _MAIN_PART


def _core(root: etree._Element | None) -> dict[str, str]:
    """The core properties of a document, by name."""
    elements = [] if root is None else root.iterchildren("*")
    return {local_name(element): text_of(element) for element in elements}


def _title(core: Mapping[str, str]) -> str | None:
    """The title in the core properties, unless it is none of an author's."""
    title = core.get("title", "")
    return title if title and not _NO_TITLE.fullmatch(title) else None


def _styled_title(flow: Flow) -> str | None:
    """The only paragraph in the style Title, if no heading stands before it."""
    headings = [pair for pair in zip(flow.levels, flow.items, strict=True) if pair[0]]
    levels = [level for level, _ in headings]
    if levels[:1] != [_TITLE_LEVEL] or levels.count(_TITLE_LEVEL) > 1:
        return None
    _, item = headings[0]
    return item.text if is_heading(item) else None


def _default_language(styles: etree._Element | None) -> str:
    """What the styles set for all text, unless programs set that for any document."""
    defaults = child(child(child(styles, "docdefaults"), "rprdefault"), "rpr")
    language = attribute(child(defaults, "lang"), "val")
    return "" if language == _FACTORY_LANGUAGE else language
