"""The package of an EPUB: what it is, its documents in reading order, its table of contents.

EPUB 3.3 (package document, navigation document, OCF) and OPF 2.0.1 with its NCX.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from lxml import etree

from audiobook.errors import StoryError, Where
from audiobook.language_tags import is_language_tag
from audiobook.model import Role
from audiobook.script.documents.archive import Archive
from audiobook.script.documents.markup import (
    attributes_of,
    is_remote,
    local_name,
    parse,
    parse_xml,
    text_of,
)
from audiobook.script.documents.semantics import role_of_terms, terms_of

__all__ = ["Entry", "Package", "Spine", "read_package", "resolved"]

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are made unreadable by these (EPUB 3.3, OCF 4.4, and Adobe's); nothing else is locked.
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_NOT_TEXT = re.compile(r"(?:image/(?!svg)|audio/|video/|font/|text/css|application/(?:pdf|zip))")
_PICTURES = ("image/jpeg", "image/jpg", "image/png")
_MAX_FALLBACKS = 5
_MOST_AROUND = 100
"""How many elements around an entry are looked at for its depth."""


@dataclass(frozen=True, slots=True)
class Spine:
    """A document of the spine."""

    path: str
    """Its name in the archive, as the package has it."""
    is_linear: bool
    """Whether it is read on the way, not only where a link leads to it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the package says a part of the book begins."""

    title: str
    """What it is called there."""
    path: str
    """The document it begins in."""
    anchor: str
    """The id at which it begins, or "" for the document's beginning."""
    role: Role = Role.BODY
    """What it is for, where that is said."""
    depth: int = 0
    """In how many other entries it stands, where they are nested."""


@dataclass(frozen=True, slots=True)
class Package:
    """What an EPUB says of itself."""

    title: str | None
    """Its main title."""
    authors: tuple[str, ...]
    """Those who wrote it."""
    language: str | None
    """BCP 47 tag of its first language."""
    spine: tuple[Spine, ...]
    """Its documents in reading order."""
    contents: tuple[Entry, ...]
    """Its table of contents, flat, in order."""
    landmarks: tuple[Entry, ...]
    """Parts whose purpose it states."""
    cover: str | None
    """The name of its cover picture, a JPEG or PNG file."""
    warnings: tuple[str, ...]
    """What of it could not be used."""


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The package document while it is read."""

    path: str
    root: etree._Element
    items: dict[str, etree._Element]
    """By id."""
    refinements: dict[tuple[str, str], str]
    """By id and property, what EPUB 3 says of an element of the metadata in another one."""

    def elements(self, name: str) -> Iterator[etree._Element]:
        return (element for element in self.root.iter("*") if local_name(element) == name)

    def path_of(self, item: etree._Element | None) -> str | None:
        found = None if item is None else resolved(self.path, item.get("href") or "")
        return found[0] if found else None


def read_package(archive: Archive, name: str) -> Package:
    """Read the package of an EPUB.

    Args:
        archive: its files.
        name: the EPUB as the user named it, for errors.

    Raises:
        StoryError: it has no package document that can be read, or is locked.
    """
    warnings: list[str] = []
    path = _package_path(archive, name)
    root = parse_xml(archive.read(path), f"{name}/{path}")
    by_id = {item.get("id") or "": item for item in root.iter("*") if local_name(item) == "item"}
    manifest = _Manifest(path, root, by_id, _refinements(root))
    spine = tuple(_spine(manifest, archive, warnings))
    _check_unlocked(archive, name, spine)
    contents, landmarks = _navigation(manifest, archive, warnings)
    return Package(
        title=_title(manifest),
        authors=_authors(manifest),
        language=next(filter(is_language_tag, _texts(manifest, "language")), None),
        spine=spine,
        contents=tuple(contents),
        landmarks=(*landmarks, *_guide(manifest)),
        cover=_cover(manifest),
        warnings=tuple(warnings),
    )


def resolved(base: str, href: str) -> tuple[str, str] | None:
    """The document and the id that an address leads to, seen from a document of the archive.

    None for one that leads out of the archive. Broken books have backslashes in them.
    """
    if is_remote(href):
        return None
    path, _, anchor = href.strip().partition("#")
    path = unquote(path.partition("?")[0]).replace("\\", "/")
    if not path:
        return base, unquote(anchor)
    joined = path.lstrip("/") if path[0] == "/" else posixpath.join(posixpath.dirname(base), path)
    whole = posixpath.normpath(joined)
    return None if whole.startswith("..") else (whole, unquote(anchor))


def _package_path(archive: Archive, name: str) -> str:
    if _CONTAINER in archive:
        try:
            container = parse_xml(archive.read(_CONTAINER), f"{name}/{_CONTAINER}")
        except StoryError:
            container = etree.Element("container")  # then by its suffix
        for element in container.iter("*"):
            path = element.get("full-path") or ""
            if local_name(element) == "rootfile" and path in archive:
                return path
    for path in archive:
        if path.lower().endswith(".opf"):
            return path
    raise StoryError(
        "has no package document: it is no EPUB",
        where=Where(name),
        hint="fetch or export the book anew",
    )


def _check_unlocked(archive: Archive, name: str, spine: tuple[Spine, ...]) -> None:
    if _ENCRYPTION not in archive:
        return
    root = parse_xml(archive.read(_ENCRYPTION), f"{name}/{_ENCRYPTION}")
    paths = {document.path for document in spine}
    for data in root.iter("*"):
        if local_name(data) != "encrypteddata":
            continue
        parts = {local_name(part): part for part in data.iter("*")}
        method, reference = parts.get("encryptionmethod"), parts.get("cipherreference")
        if method is not None and method.get("Algorithm") in _FONT_METHODS:
            continue
        if reference is not None and unquote(reference.get("URI") or "") in paths:
            raise StoryError(
                "is locked by its seller (DRM)", where=Where(name), hint="use an unlocked copy"
            )


def _texts(manifest: _Manifest, name: str) -> Iterator[str]:
    """What the metadata elements of a name say, those that say nothing passed over."""
    texts = (text_of(e) for e in manifest.elements(name))
    return (text for text in texts if text)


def _refinements(root: etree._Element) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for meta in root.iter("*"):
        target, name = meta.get("refines"), meta.get("property")
        if local_name(meta) == "meta" and target and name:
            found.setdefault((target.removeprefix("#"), name), text_of(meta))
    return found


def _title(manifest: _Manifest) -> str | None:
    titles = [title for title in manifest.elements("title") if text_of(title)]
    types = manifest.refinements
    main = (t for t in titles if types.get((t.get("id") or "", "title-type")) == "main")
    title = next(main, titles[0] if titles else None)
    return None if title is None else text_of(title)


def _authors(manifest: _Manifest) -> tuple[str, ...]:
    """Its creators, without those who did something else; all of them if that leaves none."""
    creators: list[str] = []
    authors: list[str] = []
    for creator in manifest.elements("creator"):
        name = text_of(creator)
        role = creator.get("{http://www.idpf.org/2007/opf}role") or creator.get("role")
        role = role or manifest.refinements.get((creator.get("id") or "", "role"))
        if name:
            creators.append(name)
            authors.extend([name] if role in (None, "", "aut") else [])
    return tuple(dict.fromkeys(authors or creators))


def _spine(manifest: _Manifest, archive: Archive, warnings: list[str]) -> Iterator[Spine]:
    seen = set()
    for reference in manifest.elements("itemref"):
        item = _readable(manifest, reference.get("idref") or "")
        path = manifest.path_of(item)
        if path is None or path not in archive:
            missing = path or reference.get("idref") or "a document without a name"
            warnings.append(f"{missing} is missing")
        elif path not in seen:
            seen.add(path)
            yield Spine(path, reference.get("linear") != "no")


def _readable(manifest: _Manifest, name: str) -> etree._Element | None:
    """A document of the manifest, or the one that stands in for it where it is no text."""
    item = manifest.items.get(name)
    for _ in range(_MAX_FALLBACKS):
        if item is None or not _NOT_TEXT.match(item.get("media-type") or ""):
            return item
        item = manifest.items.get(item.get("fallback") or "")
    return None


def _navigation(
    manifest: _Manifest, archive: Archive, warnings: list[str]
) -> tuple[list[Entry], list[Entry]]:
    """The table of contents and the landmarks: of EPUB 3, else of EPUB 2."""
    landmarks: list[Entry] = []
    for item in manifest.items.values():
        is_nav = "nav" in (item.get("properties") or "").split()
        is_ncx = item.get("media-type") == "application/x-dtbncx+xml"
        path = manifest.path_of(item)
        if path is None or not (is_nav or is_ncx):
            continue
        try:
            data = archive.read(path)
            if is_nav:
                contents, landmarks = _nav(parse(data, path), path)
            else:
                contents = list(_ncx(parse_xml(data, path), path))
        except StoryError as error:
            warnings.append(error.what)
            continue
        if contents:
            return contents, landmarks
    return [], landmarks


def _nav(root: etree._Element, path: str) -> tuple[list[Entry], list[Entry]]:
    contents: list[Entry] = []
    landmarks: list[Entry] = []
    for nav in root.iter("*"):
        if local_name(nav) != "nav":
            continue
        terms = terms_of(attributes_of(nav), inline=False)
        if "landmarks" in terms:
            landmarks = list(_links(nav, path))
        elif "page-list" not in terms and ("toc" in terms or not contents):
            contents = list(_links(nav, path))
    return contents, landmarks


def _links(nav: etree._Element, path: str) -> Iterator[Entry]:
    for link in nav.iter("*"):
        place = resolved(path, link.get("href") or "") if local_name(link) == "a" else None
        if place and link.get("href"):
            title = text_of(link)
            role = role_of_terms(terms_of(attributes_of(link), inline=True))
            yield Entry(title, *place, role, depth=_depth(link, "ol"))


def _ncx(root: etree._Element, path: str) -> Iterator[Entry]:
    """The points of an NCX; each has its label and its address before those nested in it."""
    title = ""
    for element in root.iter("*"):
        name = local_name(element)
        if name in ("pagelist", "navlist"):
            return
        if name == "navlabel":
            title = text_of(element)
        elif name == "content":
            src = element.get("src") or ""
            place = resolved(path, src)
            if place and src:
                yield Entry(title, *place, depth=_depth(element, "navpoint"))


def _depth(element: etree._Element, tag: str) -> int:
    """In how many elements of a name, beyond the first, one stands."""
    around = islice(element.iterancestors("*"), _MOST_AROUND)
    n = sum(1 for above in around if local_name(above) == tag)
    return max(0, n - 1)


def _guide(manifest: _Manifest) -> Iterator[Entry]:
    for reference in manifest.elements("reference"):
        place = resolved(manifest.path, reference.get("href") or "")
        if place and reference.get("href"):
            kind = (reference.get("type") or "").lower().removeprefix("other.")
            role = role_of_terms(frozenset([kind]))
            yield Entry(reference.get("title") or "", *place, role)


def _cover(manifest: _Manifest) -> str | None:
    named = {
        meta.get("content") or ""
        for meta in manifest.elements("meta")
        if meta.get("name") == "cover"
    }
    for name, item in manifest.items.items():
        is_cover = "cover-image" in (item.get("properties") or "").split() or name in named
        if is_cover and item.get("media-type") in _PICTURES:
            return manifest.path_of(item)
    return None
