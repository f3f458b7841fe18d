"""A document's tree becomes blocks of text in reading order, each with what it is for.

The tree is walked without recursion, once, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from audiobook.model import Kind, Role
from audiobook.script.documents.markup import (
    attributes_of,
    is_remote,
    local_name,
    text_of,
    texts_of,
)
from audiobook.script.documents.semantics import (
    BLOCK_TAGS,
    DIRECTION,
    PERSONA,
    UNSEEN_TAGS,
    is_verse,
    role_of_terms,
    terms_of,
)

__all__ = ["LABEL", "Block", "Document", "Run", "document"]

LABEL = "a speaker's name"
"""Why the name before a speech in a play is left out."""

_CODE = "code"
_HEADING = re.compile(r"h([1-6])")
_SUBTITLE_LEVEL = 7
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_NOTE_MARK = re.compile(r"\s*(?:[\[(]\s*(?:\w{1,4}|[*†‡§¶]+)\s*[\])]|[*†‡§¶]+)\s*")
_RAISED_MARK = re.compile(r"\s*[\[(]?\s*(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶]+)\s*[\])]?\s*")
_INTEGER = re.compile(r"-?\d{1,6}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ID_NAMES = ("id", "name", "{http://www.w3.org/XML/1998/namespace}id")
_MAX_TABLES = 4
_MAX_FIGURE_ELEMENTS = 20


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one sort within a line, white space as it stood."""

    text: str
    """The text, never empty."""
    aside: Role | str | None = None
    """Why it is not spoken with its line; None for what is."""
    speaker: str | None = None
    """Who says it, in a play."""
    linked: bool = False
    """Whether it leads elsewhere in the book."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, a cell, a stanza; without lines, a scene break."""

    lines: tuple[tuple[Run, ...], ...] = ()
    """Its lines, as breaks part them."""
    kind: Kind = Kind.NARRATION
    """HEADING, VERSE where the markup says so, else NARRATION."""
    level: int = 0
    """Of a heading that may open a chapter, 1 to 6; 7 for a subtitle; else 0."""
    role: Role = Role.BODY
    """What it is for, as far as the markup says."""
    is_fixed: bool = False
    """Whether its line breaks are typed in: it stood in a `pre`."""
    goes_on: bool = False
    """Whether the next block is read on with it: a number and its item, the cells of a row."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a tree holds."""

    blocks: list[Block]
    """Its blocks, in reading order."""
    anchors: dict[str, tuple[int, int]]
    """By id: number of the first block there, and of the one just past the element."""
    notes: frozenset[str]
    """Addresses that the marks of notes lead to."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What an element hands down to those within it."""

    role: Role = Role.BODY
    level: int = 0
    is_verse: bool = False
    is_fixed: bool = False
    aside: Role | str | None = None
    speaker: str | None = None
    is_directed: bool = False
    linked: bool = False
    goes_on: bool = False
    n_tables: int = 0
    has_picture: bool = False


def document(root: etree._Element, main: etree._Element | None = None) -> Document:
    """The blocks of a document, without what a browser would not show.

    Args:
        root: of its tree.
        main: the element beside which nothing is of the body; None for all of the document.
    """
    bodies = (element for element in root.iter() if isinstance(element.tag, str))
    body = next((element for element in bodies if local_name(element) == "body"), root)
    walk = _Walk(main)
    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        if event == "end":
            walk.leave(element, is_root=element is body)
        elif not walk.enter(element):
            events.skip_subtree()
    return Document(walk.blocks, walk.anchors, frozenset(walk.notes))


class _Walk:
    """The state of a walk through a tree."""

    def __init__(self, main: etree._Element | None) -> None:
        self._main = main
        outermost = _Context() if main is None else _Context(Role.BACK)
        self.blocks: list[Block] = []
        self.anchors: dict[str, tuple[int, int]] = {}
        self.notes: set[str] = set()
        self._open: list[tuple[str, _Context, list[str]]] = [("", outermost, [])]
        self._context_of_block = outermost
        self._lines: list[list[Run]] = [[]]
        self._has_text = False
        self._n_items: list[int] = []

    def enter(self, element: etree._Element) -> bool:
        """Begin an element; False for one whose content is not to be walked."""
        tag, context = local_name(element), self._open[-1][1]
        is_block = tag in BLOCK_TAGS
        if is_block:
            self._flush()
        attributes = attributes_of(element)
        if tag in UNSEEN_TAGS or _is_hidden(attributes):
            self._open.append((tag, context, []))
            return False
        if element is self._main:
            context = _Context()
        terms = terms_of(attributes, inline=not is_block)
        within = _within_block if is_block else _within_line
        inner = within(context, tag, terms, element)
        inner = self._in_play(inner, terms, is_block)
        ids = _ids(attributes) if attributes else []
        self._anchor(ids, inner)
        if tag in ("ol", "ul"):
            self._n_items.append(0)
        elif tag == "li":
            self._number(element, inner)
        elif tag == "br":
            self._break(inner)
        elif tag == "hr":
            self.blocks.append(Block(role=inner.role))
        if not is_block and inner.aside is Role.NOTES and attributes.get("href"):
            self.notes.add(attributes["href"])
        self._open.append((tag, inner, ids))
        alternative = _alternative(element, tag, attributes)
        if alternative is not None:
            is_initial = len(alternative) == 1 and (element.tail or "")[:1].isalpha()
            self._add(alternative, inner if is_initial else replace(inner, aside=Role.PICTURES))
            return False
        self._add(element.text, inner)
        return True

    def leave(self, element: etree._Element, *, is_root: bool) -> None:
        """End an element, and take the text after it."""
        tag, context, ids = self._open.pop()
        outer_tag, outer, outer_ids = self._open[-1]
        if tag in BLOCK_TAGS:
            self._flush()
        if tag in ("ol", "ul") and self._n_items:
            self._n_items.pop()
        for name in ids:
            first, stop = self.anchors[name]
            self.anchors[name] = first, max(stop, first + 1, len(self.blocks))
        if context.aside == LABEL and outer.aside != LABEL:
            name = text_of(element).rstrip(".:,")
            outer = replace(outer, speaker=name or None)
            self._open[-1] = outer_tag, outer, outer_ids
        if not is_root:
            self._add(element.tail, outer)
        else:
            self._flush()

    def _in_play(self, context: _Context, terms: frozenset[str], is_block: bool) -> _Context:
        """With who speaks: a name that begins a line, or has one of its own, is said by nobody."""
        if DIRECTION in terms:
            return replace(context, is_directed=True)
        is_label = PERSONA in terms and context.role is Role.BODY and not context.is_directed
        if is_label and (is_block or not self._has_text):
            return replace(context, aside=LABEL)
        return context

    def _anchor(self, ids: list[str], context: _Context) -> None:
        """Note the place of an element's ids: within a line, what follows it is the next block."""
        in_line = self._has_text and not context.level
        for name in ids:
            first = len(self.blocks) + in_line
            self.anchors.setdefault(name, (first, first))

    def _number(self, item: etree._Element, context: _Context) -> None:
        """Speak the number of a list's item, unless it merely counts from one."""
        parent = item.getparent()
        if parent is None or local_name(parent) != "ol" or not self._n_items:
            return
        self._n_items[-1] += 1
        counted = self._n_items[-1]
        start = _integer(parent.get("start"), 1)
        number = _integer(item.get("value"), start + counted - 1)
        if number != counted:
            self._add(f"{number}.", context)
            self._flush(goes_on=True)

    def _break(self, context: _Context) -> None:
        """Begin a line; a blank one ends the paragraph."""
        if context.level:
            self._add(" ", context)
        elif any(not run.text.isspace() for run in self._lines[-1]):
            self._lines.append([])
        elif self._has_text:
            self._flush()

    def _add(self, text: str | None, context: _Context) -> None:
        if not context.is_fixed:
            self._append(text or "", context)
            return
        for n, line in enumerate(_LINE_END.split(text or "")):
            if n:
                self._break(context)
            self._append(line, context)

    def _append(self, text: str, context: _Context) -> None:
        if not text:
            return
        if not self._has_text:
            if text.isspace():
                return
            self._has_text, self._context_of_block = True, context
        speaker = None if context.is_directed else context.speaker
        self._lines[-1].append(Run(text, context.aside, speaker, context.linked))

    def _flush(self, *, goes_on: bool = False) -> None:
        """End a block, if there is one."""
        if not self._has_text:
            return
        context = self._context_of_block
        lines = tuple(tuple(line) for line in self._lines if line)
        kind = Kind.VERSE if context.is_verse else Kind.NARRATION
        block = Block(
            lines,
            Kind.HEADING if context.level else kind,
            context.level,
            context.role,
            context.is_fixed,
            goes_on or context.goes_on,
        )
        self.blocks.append(block)
        self._lines, self._has_text = [[]], False


def _within_line(
    context: _Context, tag: str, terms: frozenset[str], element: etree._Element
) -> _Context:
    """What holds inside an element of a line."""
    role = _inline_role(tag, terms, element)
    if role is not None and context.aside is None and role is not context.role:
        context = replace(context, aside=role)
    if tag == "a" and not context.linked and _leads_within(element):
        context = replace(context, linked=True)
    return context


def _within_block(
    context: _Context, tag: str, terms: frozenset[str], element: etree._Element
) -> _Context:
    """What holds inside an element with lines of its own."""
    role = _block_role(context, tag, terms, element)
    if role is not context.role:
        context = replace(context, role=role)
    if is_verse(terms):
        context = replace(context, is_verse=True)
    if heading := _HEADING.fullmatch(tag):
        context = replace(context, level=int(heading[1]))
    elif tag == "hgroup" and not context.level:
        context = replace(context, level=_SUBTITLE_LEVEL)
    elif tag == "pre":
        is_code = any(local_name(child) == "code" for child in element.iterchildren("*"))
        context = replace(context, is_fixed=True, aside=_CODE if is_code else context.aside)
    elif tag == "table":
        context = replace(context, n_tables=context.n_tables + 1)
    elif tag in ("td", "th") and role is Role.TABLES:
        context = replace(context, goes_on=element.getnext() is not None)
    elif tag == "figure":
        inner = islice(element.iter("*"), _MAX_FIGURE_ELEMENTS)
        context = replace(context, has_picture=any(local_name(e) in ("img", "svg") for e in inner))
    return context


def _block_role(
    context: _Context, tag: str, terms: frozenset[str], element: etree._Element
) -> Role:
    role = role_of_terms(terms | {"toc"} if tag == "nav" else terms, context.role)
    if role is not Role.BODY:
        return role
    if tag == "figcaption" and context.has_picture:
        return Role.PICTURES
    may_be_data = tag == "table" and context.n_tables < _MAX_TABLES and "presentation" not in terms
    return Role.TABLES if may_be_data and _is_data(element) else role


def _inline_role(tag: str, terms: frozenset[str], element: etree._Element) -> Role | None:
    """Why an element within a line is left out, if it is."""
    role = role_of_terms(terms) if terms else Role.BODY
    if role in (Role.NOTES, Role.PAGES):
        return role
    if tag == "rt":
        return Role.NOTES
    return Role.NOTES if tag == "a" and _is_note_mark(element) else None


def _is_note_mark(link: etree._Element) -> bool:
    """Whether a link looks like the mark of a note: a raised number, a bracketed one, a dagger."""
    if "#" not in (link.get("href") or "") or len(link) > 2:
        return False
    text = "".join(islice(texts_of(link), 4))
    if len(text) > 12:
        return False
    around = [link.getparent(), *link.iterchildren("*")]
    is_raised = any(one is not None and local_name(one) == "sup" for one in around)
    return (_RAISED_MARK if is_raised else _NOTE_MARK).fullmatch(text) is not None


def _is_data(table: etree._Element) -> bool:
    """Whether a table has columns, and is no play set in two of them."""
    has_columns = False
    for element in table.iter("*"):
        tag = local_name(element)
        if element.attrib and PERSONA in terms_of(attributes_of(element), inline=False):
            return False
        if tag in ("td", "th") and not has_columns:
            others = element.itersiblings("*", preceding=True)
            has_columns = _holds_text(element) and any(_holds_text(other) for other in others)
    return has_columns


def _holds_text(element: etree._Element) -> bool:
    return any(not text.isspace() for text in texts_of(element))


def _alternative(element: etree._Element, tag: str, attributes: dict[str, str]) -> str | None:
    """What stands for a picture in words, or ""; None for any other element."""
    if tag in ("img", "image"):
        return attributes.get("alt", "").strip()
    if tag != "svg":
        return None
    texts = (
        text_of(part) for part in element.iter("*") if local_name(part) in ("title", "desc", "text")
    )
    return " ".join([attributes.get("aria-label", ""), *texts]).strip()


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")) is not None


def _leads_within(link: etree._Element) -> bool:
    """Whether a link leads to another place of its book."""
    address = link.get("href")
    return bool(address) and not is_remote(str(address))


def _ids(attributes: Mapping[str, str]) -> list[str]:
    return [attributes[name] for name in _ID_NAMES if attributes.get(name)]


def _integer(text: str | None, default: int) -> int:
    match = _INTEGER.fullmatch((text or "").strip())
    return int(match[0]) if match else default
