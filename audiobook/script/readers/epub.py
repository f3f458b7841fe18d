"""EPUB 2 and 3: the documents of the spine as one text, with the chapters of its contents."""

from __future__ import annotations

from collections.abc import Collection

from audiobook.errors import StoryError, Where
from audiobook.model import Book, Source
from audiobook.script.documents.archive import Archive
from audiobook.script.documents.flow import Flow, Place
from audiobook.script.documents.hypertext import document
from audiobook.script.documents.limits import MAX_COVER_BYTES, MAX_TAGS, few_warnings
from audiobook.script.documents.markup import parse
from audiobook.script.documents.package import Package, read_package, resolved
from audiobook.script.documents.parts import (
    chapters_by_contents,
    chapters_by_headings,
    set_apart,
    with_roles,
)

__all__ = ["read"]

_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def read(data: bytes, name: str, cast: Collection[str]) -> Book:
    """Read an EPUB. What of it cannot be read is passed over, with a warning.

    Args:
        data: the file's content.
        name: the file as the user named it.
        cast: the names of the show's cast, for those who speak in a play.

    Raises:
        StoryError: it is no EPUB, is locked, or nothing of it can be read.
    """
    archive = Archive(data, name)
    package = read_package(archive, name)
    warnings = list(package.warnings)
    flow = Flow(cast)
    notes = _read_documents(archive, package, flow, warnings)
    if not flow.items:
        raise StoryError("has no text", where=Where(name), hint="; ".join(warnings[:3]) or None)
    source = Source(name, flow.text)
    set_apart(flow, package)
    with_roles(flow, source.text, notes)
    cover = _cover(archive, package, warnings)
    return Book(
        source,
        title=package.title,
        authors=package.authors,
        language=package.language,
        chapters=chapters_by_contents(flow, package, warnings) or chapters_by_headings(flow),
        left_out=tuple(flow.left_out),
        cover=cover,
        warnings=few_warnings(warnings),
    )


def _read_documents(
    archive: Archive, package: Package, flow: Flow, warnings: list[str]
) -> list[Place]:
    """Put the documents of the spine into the flow; the places that marks of notes lead to."""
    notes: list[Place] = []
    n_tags = 0
    for spine in package.spine:
        try:
            data = archive.read(spine.path)
            n_tags += data.count(b"<")
            if n_tags > MAX_TAGS:
                warnings.append(f"it has more than {MAX_TAGS:,} tags: {spine.path} is the end")
                break
            found = document(parse(data, spine.path))
        except StoryError as error:
            place = f"{error.where}: " if error.where and error.where.path == spine.path else ""
            warnings.append(place + error.what)
            continue
        flow.add(found, spine.path)
        notes += filter(None, (resolved(spine.path, address) for address in found.notes))
    return notes


def _cover(archive: Archive, package: Package, warnings: list[str]) -> bytes | None:
    if package.cover is None:
        return None
    try:
        picture = archive.read(package.cover, MAX_COVER_BYTES)
    except StoryError as error:
        warnings.append(error.what)
        return None
    return picture if picture.startswith(_PICTURE_STARTS) else None
