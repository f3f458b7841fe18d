"""A Markdown block's text becomes paragraphs: parted where a cue stands or somebody else speaks.

In a script file each line is a paragraph of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any, TypeAlias

from markdown_it import MarkdownIt

from audiobook.errors import StoryError
from audiobook.model import Cue, Kind, Omission, Paragraph, Reading, Source
from audiobook.script.assemble import Run, paragraph
from audiobook.script.notation.annotations import PauseMark, ReadingMark
from audiobook.script.notation.markdown_inline import Passage, inline
from audiobook.script.notation.speakers import GUESS_CONFIDENCE, SpokenLine, spoken_line
from audiobook.script.plain.lines import are_verse
from audiobook.utterance import Delivery

__all__ = ["Item", "Page", "paragraphs"]

Item: TypeAlias = Paragraph | Cue | Omission | PauseMark
"""What a block is made of; a pause here is one that belongs to what stands before the block."""

_VERSE_MARK = "| "
_LINE_BREAKS = ("  ", "\\")


@dataclass(frozen=True, slots=True)
class Page:
    """A story on its way through the reader."""

    source: Source
    """The decoded text."""
    lines: list[tuple[int, int]]
    """Start and end of each line after the front matter, as offsets in the source."""
    cast: Collection[str]
    """The names that a line may begin with."""
    in_script: bool
    """Whether it is a script file, in which each line is a segment."""
    parser: MarkdownIt
    """Reads blocks and what is in them."""
    env: dict[str, Any]
    """What markdown-it keeps about the document: its link definitions."""


def paragraphs(page: Page, passage: Passage, kind: Kind) -> list[Item]:
    """What a block holds, in order; each of its paragraphs but the last goes on in the next.

    Raises:
        StoryError, UnknownNameError: a mark, a cue or a name in it cannot be read.
    """
    is_verse = kind is Kind.NARRATION and not page.in_script and _is_verse(passage.content)
    gathered = _Gathering(page, passage, Kind.VERSE if is_verse else kind)
    for piece in inline(page.parser, passage, page.env):
        gathered.take(piece)
    gathered.end()
    items = gathered.items
    last = max((n for n, item in enumerate(items) if isinstance(item, Paragraph)), default=0)
    return [
        replace(item, goes_on=True) if isinstance(item, Paragraph) and n < last else item
        for n, item in enumerate(items)
    ]


@dataclass(slots=True)
class _Gathering:
    """Takes the pieces of a passage and gathers their text up to where a paragraph ends."""

    page: Page
    passage: Passage
    kind: Kind
    items: list[Item] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """The text, never all of it blank."""
    readings: list[ReadingMark] = field(default_factory=list)
    pauses: list[PauseMark] = field(default_factory=list)
    n_line: int = -1
    """The line that is being read."""
    cue: SpokenLine = field(default_factory=lambda: SpokenLine(0, 0))
    """Who speaks it."""
    is_verse: bool = False

    def take(self, piece: Run | Cue | Omission | PauseMark | ReadingMark) -> None:
        if isinstance(piece, tuple):
            self._text(*piece)
        elif isinstance(piece, PauseMark):
            self._pause(piece)
        elif isinstance(piece, ReadingMark):
            self._reading(piece)
        else:
            if isinstance(piece, Cue):
                self.end()
            self.items.append(piece)

    def end(self) -> None:
        """Make a paragraph of what has been gathered."""
        made = paragraph(self.runs, self._kind, self.cue.speaker or None)
        if made is not None:
            self.items.append(self._marked(made))
        self.runs, self.readings, self.pauses = [], [], []

    @property
    def _kind(self) -> Kind:
        if self.is_verse:
            return Kind.VERSE
        is_said = self.page.in_script and self.cue.speaker is not None
        return Kind.DIALOGUE if is_said else self.kind

    def _text(self, text: str, offset: int) -> None:
        lines = self.passage.lines
        n_line = max(0, bisect_right(lines, offset, key=lambda line: line[1]) - 1)
        if n_line != self.n_line:
            self._begin_line(n_line)
        skip = max(0, self.cue.text_start - offset)
        if self.runs or text[skip:].strip():
            self.runs.append((text[skip:], offset + skip))

    def _begin_line(self, n_line: int) -> None:
        before, self.n_line = self.cue, n_line
        start, line = self.passage.lines[n_line][1], self.passage.line(n_line)
        cue, is_verse = SpokenLine(start, start), False
        if self.kind is not Kind.HEADING:
            is_verse = self.page.in_script and line.startswith(_VERSE_MARK)
            skip = len(_VERSE_MARK) if is_verse else 0
            cue = spoken_line(
                self.page.source,
                start + skip,
                line[skip:],
                self.page.cast,
                in_script=self.page.in_script,
            )
            is_line = self.page.in_script or self.kind is Kind.VERSE
            if is_line or before.speaker is not None or cue.speaker is not None:
                self.end()
        self.cue, self.is_verse = cue, is_verse
        if is_verse or cue.speaker is not None:
            self.items.append(Omission(start, cue.text_start, "who speaks, and how"))

    def _pause(self, mark: PauseMark) -> None:
        (self.pauses if self.runs else self.items).append(mark)
        self.items.append(Omission(mark.start, mark.end, "a pause"))

    def _reading(self, mark: ReadingMark) -> None:
        """Take the brackets around its text away, and note where they stood."""
        first = _run_at(self.runs, mark.start)
        if first is None:
            raise StoryError(
                "the text in round brackets must stand on the same line, with nothing in between",
                where=self.page.source.where(mark.start),
            )
        if self.readings and mark.start < self.readings[-1].end:
            raise StoryError(
                "one mark stands within another", where=self.page.source.where(mark.start)
            )
        self.runs[first:] = _without(self.runs[first:], (mark.start, mark.closing))
        inner = (text for text, start in self.runs[first:] if mark.start < start < mark.closing)
        if not any(map(str.strip, inner)):
            raise StoryError(
                "nothing to speak stands in the brackets",
                where=self.page.source.where(mark.start),
            )
        self.readings.append(mark)
        self.items.append(Omission(mark.start, mark.start + 1, "how it is said"))
        self.items.append(Omission(mark.closing, mark.end, "how it is said"))

    def _marked(self, made: Paragraph) -> Paragraph:
        """A paragraph with what its line and its marks say of it."""
        confidence = GUESS_CONFIDENCE if self.cue.is_guess else 1.0
        stretches = [(*self._stretch(made, mark), mark) for mark in self.readings]
        pauses = {_index(made, mark.start): mark.ms for mark in self.pauses}
        pause_ms = pauses.pop(len(made.text), None)
        return replace(
            made,
            confidence=confidence if self.cue.speaker != "" else 0.0,
            is_segment=self.page.in_script,
            readings=tuple(
                Reading(start, stop, mark.say or made.text[start:stop], mark.ipa)
                for start, stop, mark in stretches
                if mark.say or mark.ipa
            ),
            deliveries=tuple(
                Delivery(start, stop, **dict(mark.levels))
                for start, stop, mark in stretches
                if mark.levels
            ),
            pauses=tuple(pauses.items()),
            pause_ms=pause_ms,
        )

    def _stretch(self, made: Paragraph, mark: ReadingMark) -> tuple[int, int]:
        """What of a paragraph's text is in a mark's brackets, without white space around it."""
        start, stop = _index(made, mark.start), _index(made, mark.closing)
        stop = start + len(made.text[start:stop].rstrip())
        start = stop - len(made.text[start:stop].lstrip())
        before = bisect_right(self.pauses, mark.start, key=attrgetter("start"))
        if before < bisect_left(self.pauses, mark.closing, key=attrgetter("start")):
            raise StoryError(
                "a pause cannot stand in the brackets", where=self.page.source.where(mark.start)
            )
        return start, stop


def _is_verse(content: str) -> bool:
    """Whether a block is verse, each line of it broken by a mark."""
    *broken, _ = lines = content.split("\n")
    return are_verse(lines) and all(line.endswith(_LINE_BREAKS) for line in broken)


def _run_at(runs: list[Run], offset: int) -> int | None:
    """Index of the run that a character of the source is in; a mark's is one of the last."""
    for n in range(len(runs) - 1, -1, -1):
        text, start = runs[n]
        if start <= offset < start + len(text):
            return n
    return None


def _without(runs: list[Run], offsets: Collection[int]) -> Iterator[Run]:
    """Runs without the characters at some offsets in the source."""
    for text, start in runs:
        done = 0
        for at in sorted(offset - start for offset in offsets):
            if 0 <= at < len(text):
                yield text[done:at], start + done
                done = at + 1
        yield text[done:], start + done


def _index(made: Paragraph, offset: int) -> int:
    """The index in a paragraph's text of what stands at an offset in the source, or after it."""
    return bisect_left(range(len(made.text)), offset, key=made.source_offset)
