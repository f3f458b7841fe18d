"""The body of a Word document becomes blocks of text, each with what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from lxml import etree

from audiobook.model import Kind, Role
from audiobook.script.documents.hypertext import Block, Run
from audiobook.script.documents.markup import local_name
from audiobook.script.documents.word_signs import formula, symbol
from audiobook.script.documents.word_styles import (
    Lists,
    Style,
    attribute,
    child,
    children,
    outline_level,
    value,
)

__all__ = ["WordDocument", "blocks_of_body", "notes_of"]

_WITHIN = frozenset(
    {"ins", "moveto", "hyperlink", "fldsimple", "sdt", "sdtcontent", "smarttag", "customxml"}
    | {"alternatecontent", "choice", "dir", "bdo", "ruby", "rubybase", "omathpara"}
)
"""What only stands around runs, rows and cells; all else, such as what was deleted, is not read."""
_CHARACTERS = {"tab": " ", "ptab": " ", "nobreakhyphen": "-", "cr": "\n"}
_PICTURES = ("drawing", "pict", "object")
_NOTE_MARKS = ("footnotereference", "endnotereference")
_OFF = ("0", "false", "off", "none")
_CONTENTS_STYLES = ("toc", "table of figures", "index ")
_RARE = 8
"""Empty paragraphs are scene breaks where there are this many times more paragraphs with text."""


@dataclass(frozen=True, slots=True)
class WordDocument:
    """The parts of a document beside its body."""

    styles: Mapping[str, Style]
    """By id."""
    lists: Lists
    """Its lists."""
    notes: dict[tuple[str, str], etree._Element]
    """Foot and end notes not yet read, by the name of the mark that points to one, and its id."""


@dataclass(slots=True)
class _Text:
    """What a paragraph says, while it is read."""

    lines: list[list[Run]] = field(default_factory=lambda: [[]])
    notes: list[tuple[str, str]] = field(default_factory=list)
    """The notes that it points to."""
    boxes: list[etree._Element] = field(default_factory=list)
    """Paragraphs in frames that hang on it."""

    @property
    def is_blank(self) -> bool:
        return not any(run.text.strip() for line in self.lines for run in line)


def notes_of(root: etree._Element | None, kind: str) -> dict[tuple[str, str], etree._Element]:
    """The notes of a part.

    Args:
        root: of ``footnotes.xml`` or ``endnotes.xml``; None where there is none.
        kind: "footnote" or "endnote".
    """
    return {
        (f"{kind}reference", attribute(note, "id")): note
        for note in children(root, kind)
        if attribute(note, "type") in ("", "normal")
    }


def blocks_of_body(body: etree._Element, document: WordDocument) -> list[Block]:
    """The blocks of a body; empty paragraphs, where they are rare, are scene breaks."""
    found = list(_blocks(body, document, Role.BODY))
    n_blank = sum(block is None for block in found)
    breaks = n_blank * _RARE <= len(found)
    made: list[Block] = []
    for block, after in pairwise([*found, None]):
        if block is not None:
            made.append(block)
        elif breaks and after is not None and made and _is_prose(made[-1]) and _is_prose(after):
            made.append(Block())
    return made


def _is_prose(block: Block) -> bool:
    return bool(block.lines) and block.kind is Kind.NARRATION and block.role is Role.BODY


def _blocks(parent: etree._Element, document: WordDocument, role: Role) -> Iterator[Block | None]:
    """The blocks of a body, a cell, a note or a frame; None for an empty paragraph."""
    held = _Text()
    for element in parent.iterchildren("*"):
        tag = local_name(element)
        if tag == "p":
            _read(element, held)
            if _mark_is_deleted(element):
                continue  # the next paragraph goes on with this one
            yield from _paragraph(element, held, document, role)
            held = _Text()
        elif tag == "tbl":
            yield from _table(element, document, role)
        elif tag in _WITHIN:
            inner = Role.CONTENTS if _is_contents(element) else role
            yield from _blocks(element, document, inner)
    if not held.is_blank:
        yield Block(tuple(map(tuple, held.lines)), role=role)


def _paragraph(
    element: etree._Element, text: _Text, document: WordDocument, role: Role
) -> Iterator[Block | None]:
    properties = child(element, "ppr")
    style = document.styles.get(value(properties, "pstyle"), Style())
    label = _label(properties, style, document.lists)
    own = value(properties, "outlinelvl")
    level = outline_level(own) if own else style.level
    if style.name.startswith(_CONTENTS_STYLES):
        role, level = Role.CONTENTS, 0
    elif style.name == "caption":
        role = Role.PICTURES
    if not text.is_blank:
        text.lines[0][:0] = [Run(label + " ")] if label else []
        kind = Kind.HEADING if level and role is Role.BODY else Kind.NARRATION
        yield Block(tuple(map(tuple, text.lines)), kind, level if kind is Kind.HEADING else 0, role)
    elif child(child(properties, "pbdr"), "bottom") is not None:
        yield Block()
    elif not text.boxes:
        yield None
    for note in text.notes if role is not Role.NOTES else ():
        if (found := document.notes.pop(note, None)) is not None:
            yield from _blocks(found, document, Role.NOTES)
    for box in text.boxes:
        yield from _blocks(box, document, role)


def _label(properties: etree._Element | None, style: Style, lists: Lists) -> str:
    """The number that a paragraph bears as one of a list."""
    own = child(properties, "numpr")
    list_id = value(own, "numid") or style.list_id
    level = value(own, "ilvl")
    at = int(level) if level.isdecimal() and len(level) == 1 else style.list_level
    return lists.label(list_id, at) if list_id else ""


def _table(element: etree._Element, document: WordDocument, role: Role) -> Iterator[Block | None]:
    """A table's cells, those of a row read on; the only cell of a frame is text like any other."""
    rows = [list(_within(row, "tc")) for row in _within(element, "tr")]
    cells = [cell for row in rows for cell in row]
    if len(cells) == 1:
        yield from _blocks(cells[0], document, role)
        return
    for row in rows:
        blocks = [
            replace(block, role=Role.TABLES, kind=Kind.NARRATION, level=0)
            for cell in row
            for block in _blocks(cell, document, Role.TABLES)
            if block is not None and block.lines
        ]
        yield from (replace(block, goes_on=True) for block in blocks[:-1])
        yield from blocks[-1:]


def _within(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The children of that name, those in content controls and the like among them."""
    for each in element.iterchildren("*"):
        tag = local_name(each)
        if tag == name:
            yield each
        elif tag in _WITHIN:
            yield from _within(each, name)


def _read(element: etree._Element, text: _Text) -> None:
    """Read what stands in a paragraph, or in an element around some of its runs."""
    for each in element.iterchildren("*"):
        tag = local_name(each)
        if tag == "r":
            _read_run(each, text)
        elif tag == "omath":
            _add(text, formula(each))
        elif tag in _WITHIN:
            _read(each, text)


def _read_run(run: etree._Element, text: _Text) -> None:
    if _is_hidden(run):
        return
    for each in run.iterchildren("*"):
        tag = local_name(each)
        if tag == "t":
            _add(text, Run(str(each.text or "")))
        elif tag == "br" and attribute(each, "type") in ("", "textWrapping"):
            text.lines.append([])
        elif tag in ("br", *_CHARACTERS):
            _add(text, Run(_CHARACTERS.get(tag, " ")))
        elif tag == "sym":
            _add(text, symbol(each))
        elif tag in _NOTE_MARKS:
            text.notes.append((tag, attribute(each, "id")))
        elif tag in _PICTURES:
            _read_picture(each, text)
        elif tag in _WITHIN:
            _read_run(each, text)


def _add(text: _Text, run: Run) -> None:
    run = replace(run, text=run.text.replace("\u00ad", ""))
    if run.text:
        text.lines[-1].append(run)


def _read_picture(element: etree._Element, text: _Text) -> None:
    """A picture's description, and the frames of text within it."""
    left = [element]
    while left:
        each = left.pop()
        tag = local_name(each)
        if tag == "txbxcontent":
            text.boxes.append(each)  # what is within it is read with it
        elif tag != "fallback":  # the same again, for programs that cannot show the other
            left.extend(reversed(list(each.iterchildren("*"))))
        if tag == "docpr" and (alt := attribute(each, "descr").strip()):
            text.lines[-1] += Run(" "), Run(alt, Role.PICTURES), Run(" ")


def _is_hidden(run: etree._Element) -> bool:
    vanish = child(child(run, "rpr"), "vanish")
    return vanish is not None and attribute(vanish, "val").lower() not in _OFF


def _mark_is_deleted(element: etree._Element) -> bool:
    return child(child(child(element, "ppr"), "rpr"), "del") is not None


def _is_contents(element: etree._Element) -> bool:
    gallery = child(child(child(element, "sdtpr"), "docpartobj"), "docpartgallery")
    return attribute(gallery, "val").lower() == "table of contents"
