"""Blocks of one document after another become one text, and the paragraphs that stand in it.

The text is what a reader of the book sees: a line for each paragraph, white space folded. All
offsets count in it, and each character but white space is in one paragraph, one cue or one
omission.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeAlias, TypeGuard

from audiobook.model import Cue, Kind, Omission, Paragraph, Role
from audiobook.script.assemble import paragraph
from audiobook.script.documents.hypertext import LABEL, Block, Document, Run
from audiobook.script.plain.headings import is_break
from audiobook.script.plain.lines import MAX_VERSE_CHARACTERS, are_verse
from audiobook.script.plain.transcript import cast_name

__all__ = ["Flow", "Item", "Place", "is_heading"]

Item: TypeAlias = Paragraph | Cue
Place: TypeAlias = tuple[str, str]
"""A document and an id within it, or "" for its beginning."""

_SPACE = re.compile(r"\s+")
_LABEL_END = re.compile(r"\s*[.:]+(?=\s)")
_SPACE_RUN = Run(" ")


@dataclass(slots=True)
class Flow:
    """The text of a book while its documents are added to it."""

    cast: Collection[str] = ()
    """The names of the show's cast, which those in a play are taken for whatever their case."""
    items: list[Item] = field(default_factory=list)
    """What was found, in order."""
    levels: list[int] = field(default_factory=list)
    """Of each item that is a heading, 1 to 6, or 7 for a subtitle; else 0."""
    links: list[bool] = field(default_factory=list)
    """Of each item whether most of it leads elsewhere in the book."""
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    """By document and id: number of the first item there, and of the one just past."""
    left_out: list[Omission] = field(default_factory=list)
    """What stands within paragraphs and is not spoken with them."""
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        """All the text so far."""
        return "".join(self._parts)

    def add(self, document: Document, name: str) -> None:
        """Put a document after those there are.

        Args:
            document: its blocks.
            name: how places in it are called.
        """
        starts = []
        for block in document.blocks:
            starts.append(len(self.items))
            self._add_block(block)
        starts.append(len(self.items))
        self.places[name, ""] = starts[0], starts[-1]
        for anchor, (first, stop) in document.anchors.items():
            span = starts[min(first, len(starts) - 1)], starts[min(stop, len(starts) - 1)]
            self.places.setdefault((name, anchor), span)

    def _add_block(self, block: Block) -> None:
        if not block.lines:
            self._append(Cue("break", self._length, self._length))
            return
        lines, is_verse = _lines(block)
        kind = Kind.VERSE if is_verse else block.kind
        block = replace(block, lines=tuple(lines), kind=kind, role=_role(block))
        for n, line in enumerate(lines, 1):
            self._add_line(line, block, is_last=n == len(lines))
        self._write("\n")

    def _add_line(self, line: Iterable[Run], block: Block, *, is_last: bool) -> None:
        """A line's paragraph, or more where several speak, and what is left out of it."""
        placed = [(run, self._write_folded(run.text)) for run in _labelled(line)]
        self._write("\n")
        spoken = []
        for run, (at, text) in placed:
            if run.aside is None or run.aside is block.role:
                spoken.append((run, (text, at)))
            elif text.strip():
                end = at + len(text.rstrip())
                self.left_out.append(Omission(end - len(text.strip()), end, str(run.aside)))
        made = []
        for speaker, group in groupby(spoken, key=lambda pair: pair[0].speaker):
            pairs = list(group)
            item = paragraph([text for _, text in pairs], block.kind, self._known(speaker))
            if item:
                n_linked = sum(len(run.text) for run, _ in pairs if run.linked)
                made.append((item, n_linked * 2 > len(item.text)))
        for n, (item, is_link) in enumerate(made, 1):
            goes_on = block.goes_on or not is_last or n < len(made)
            start = item.anchors[0][1]
            is_alone = len(made) == 1 and item.end - start == len(item.text)  # no aside within
            if block.role is Role.BODY and is_alone and is_break(item.text):
                self._append(Cue("break", start, item.end))
                continue
            found = replace(item, role=block.role, goes_on=goes_on)
            self._append(found, block.level, is_link=is_link)

    def _append(self, item: Item, level: int = 0, *, is_link: bool = False) -> None:
        self.items.append(item)
        self.levels.append(level)
        self.links.append(is_link)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _write_folded(self, text: str) -> tuple[int, str]:
        """Write text with its white space folded; where it stands, and what was written."""
        folded = _SPACE.sub(" ", text)
        if not self._parts or self._parts[-1][-1].isspace():
            folded = folded.lstrip()
        at = self._length
        if folded:
            self._write(folded)
        return at, folded

    def _known(self, speaker: str | None) -> str | None:
        """The name of a speaker as the show's cast has it."""
        return speaker and (cast_name(speaker, self.cast) or speaker)


def is_heading(item: Item) -> TypeGuard[Paragraph]:
    """Whether an item is a heading."""
    return isinstance(item, Paragraph) and item.kind is Kind.HEADING


def _lines(block: Block) -> tuple[list[tuple[Run, ...]], bool]:
    """A block's lines, put together unless they are verse; and whether they are."""
    lines = list(block.lines)
    is_verse = block.kind is Kind.VERSE or (block.kind is Kind.NARRATION and _looks_verse(block))
    if is_verse or len(lines) == 1:
        return lines, is_verse
    return [tuple(run for line in lines for run in (*line, _SPACE_RUN))], False


def _looks_verse(block: Block) -> bool:
    """Whether lines are short, and begin with capitals if they were parted by tags."""
    lines = ["".join(run.text for run in line).strip() for line in block.lines]
    if block.is_fixed:
        return all(len(line) <= MAX_VERSE_CHARACTERS for line in lines)
    return are_verse(lines)


def _role(block: Block) -> Role:
    """What a block is for: that of its asides, if it holds nothing else."""
    runs = [run for line in block.lines for run in line if not run.text.isspace()]
    asides = {run.aside for run in runs}
    aside = asides.pop() if len(asides) == 1 else None
    return aside if isinstance(aside, Role) and block.role is Role.BODY else block.role


def _labelled(line: Iterable[Run]) -> Iterator[Run]:
    """A line's runs, the full stop or colon after a speaker's name put to the name."""
    before: Run | None = None
    for run in line:
        end = _LABEL_END.match(run.text) if before and before.aside == LABEL else None
        if end and run.aside is None:
            yield replace(run, text=end[0], aside=LABEL)
            run = replace(run, text=run.text[end.end() :])  # noqa: PLW2901
        if run.text:
            yield run
        before = run
