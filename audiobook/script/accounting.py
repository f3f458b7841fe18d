"""What becomes of each character of a story: it is spoken, said otherwise, or not said, and why.

Use after use is laid over the text, the later over the earlier, so that each character has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias

from audiobook.model import Book, Cue, Paragraph, Reading, Script, Segment, Source
from audiobook.script.stretches import stripped

__all__ = ["Account", "Normalised", "RuleTotal", "Stretch", "Total", "Use", "account"]

_MOST_EXAMPLES = 3
_WORD = re.compile(r"[^\W_]\S*")
_SPACE = re.compile(r"\s+")
_SAME = re.compile(rb"(.)\1*", re.DOTALL)


class Use(StrEnum):
    """What is made of a stretch of a story's text."""

    SPOKEN = "spoken"
    NORMALISED = "normalised"
    """Other words are spoken in its place."""
    CUE = "cue"
    """Heard, not spoken: music, a sound, a scene break."""
    LEFT_OUT = "left out"
    MARKUP = "markup"
    """A mark that says how text is set, such as the stars around a word in Markdown."""
    BLANK = "white space"
    LOST = "lost"
    """Read as text, and in no segment; there is never any, or the program is at fault."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a story's text of which one thing is made."""

    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset just past its last character, greater than `start`."""
    use: Use
    """What is made of it."""
    why: str
    """Why it is left out, the rule that says it otherwise, or the kind of cue; else ""."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text for which other words are spoken."""

    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset just past its last character."""
    text: str
    """As it is written, markup removed."""
    say: str
    """What is spoken; "" for nothing."""
    ipa: str | None
    """Its sounds in the International Phonetic Alphabet, where they are given."""
    rule: str
    """Who says so: "author", "lexicon", or a rule for numbers and the like."""


@dataclass(frozen=True, slots=True)
class Total:
    """All stretches with the same use for the same reason."""

    use: Use
    """The use."""
    why: str
    """The reason, as in `Stretch`."""
    n_stretches: int
    """How many there are."""
    n_characters: int
    """How many characters they have."""
    n_words: int
    """How many words."""


@dataclass(frozen=True, slots=True)
class RuleTotal:
    """All that one rule says otherwise."""

    rule: str
    """The rule."""
    count: int
    """How many stretches it says otherwise."""
    examples: tuple[Normalised, ...]
    """The first of them that differ, at most three."""


@dataclass(frozen=True, slots=True)
class Account:
    """What becomes of each character of a story."""

    source: Source
    """The text that all offsets count in."""
    stretches: tuple[Stretch, ...]
    """End to end from the first character to the last."""
    normalised: tuple[Normalised, ...]
    """All that is said otherwise, in order."""

    @property
    def totals(self) -> tuple[Total, ...]:
        """One for each use and reason, in the order of `Use`, the most characters first."""
        found: dict[tuple[Use, str], list[Stretch]] = {}
        for stretch in self.stretches:
            found.setdefault((stretch.use, stretch.why), []).append(stretch)
        totals = [self._total(*key, stretches) for key, stretches in found.items()]
        order = list(Use)
        return tuple(sorted(totals, key=lambda t: (order.index(t.use), -t.n_characters, t.why)))

    @property
    def rules(self) -> tuple[RuleTotal, ...]:
        """One for each rule, the most frequent first."""
        found: dict[str, list[Normalised]] = {}
        for normalised in self.normalised:
            found.setdefault(normalised.rule, []).append(normalised)
        totals = [RuleTotal(rule, len(all_), _examples(all_)) for rule, all_ in found.items()]
        return tuple(sorted(totals, key=lambda total: (-total.count, total.rule)))

    def _total(self, use: Use, why: str, stretches: list[Stretch]) -> Total:
        texts = [self.source.text[stretch.start : stretch.end] for stretch in stretches]
        n_words = sum(len(_WORD.findall(text)) for text in texts)
        return Total(use, why, len(stretches), sum(map(len, texts)), n_words)


def account(book: Book, script: Script) -> Account:
    """Hold a story against its script.

    Args:
        book: from its reader, with what is not wanted of it moved to `left_out`.
        script: made of that book.
    """
    sheet = _Sheet(book.source.text)
    items = [item for chapter in book.chapters for item in chapter.items]
    for item in items:
        if isinstance(item, Paragraph):
            sheet.lay_text(item)
    for segment in script.segments:
        sheet.turn(segment.start, segment.end, _LOST, _SPOKEN)
    sheet.lay_spaces()
    for item in items:
        if isinstance(item, Cue):
            sheet.lay(item.start, item.end, (Use.CUE, item.kind))
    for omission in script.left_out:
        sheet.lay(omission.start, omission.end, (Use.LEFT_OUT, omission.why))
    normalised = tuple(one for segment in script.segments for one in sheet.lay_readings(segment))
    return Account(book.source, tuple(sheet.stretches()), normalised)


_Label: TypeAlias = tuple[Use, str]

_MARKUP: _Label = (Use.MARKUP, "")
_SPOKEN: _Label = (Use.SPOKEN, "")
_BLANK: _Label = (Use.BLANK, "")
_LOST: _Label = (Use.LOST, "")


@dataclass(slots=True)
class _Sheet:
    """A text with a label on each character; at first all of it is markup."""

    text: str
    labels: dict[_Label, int] = field(default_factory=lambda: {_MARKUP: 0})
    marks: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.marks = bytearray(len(self.text))

    def lay(self, start: int, end: int, label: _Label) -> None:
        """Put a label on a stretch, over what was there."""
        self.marks[start:end] = self._mark(label) * (end - start)

    def turn(self, start: int, end: int, old: _Label, new: _Label) -> None:
        """Put a label in the place of another within a stretch."""
        stretch = self.marks[start:end]
        self.marks[start:end] = stretch.replace(self._mark(old), self._mark(new))

    def lay_text(self, paragraph: Paragraph) -> None:
        """Mark where a paragraph's text stands, as nobody speaks it yet."""
        bounds = (*paragraph.anchors, (len(paragraph.text), paragraph.end))
        for (index, offset), (stop, _) in pairwise(bounds):
            written = paragraph.text[index:stop]
            end = offset + len(written)
            self.lay(offset, end, _LOST)
            if written != self.text[offset:end]:
                for space in re.finditer(" ", written):
                    at = offset + space.start()
                    if not self.text[at].isspace():  # it stands for a mark
                        self.lay(at, at + 1, _MARKUP)

    def lay_spaces(self) -> None:
        """Name the white space around what is spoken."""
        for space in _SPACE.finditer(self.text):
            for label in (_MARKUP, _LOST):
                self.turn(*space.span(), label, _BLANK)

    def lay_readings(self, segment: Segment) -> Iterator[Normalised]:
        """Mark what of a segment is said otherwise, and tell of each."""
        for reading in segment.readings:
            at, stop = stripped(segment.text, reading.start, reading.stop)
            if at < stop:
                start, end = segment.source_span(at, stop)
                self.turn(start, end, _SPOKEN, (Use.NORMALISED, reading.why))
                yield _normalised(segment, reading, start, end)

    def stretches(self) -> Iterator[Stretch]:
        """Neighbours with the same label as one stretch each."""
        label_of = {mark: label for label, mark in self.labels.items()}
        for same in _SAME.finditer(self.marks):
            yield Stretch(*same.span(), *label_of[same[1][0]])

    def _mark(self, label: _Label) -> bytes:
        """The byte for a label: reasons are few, since none is made of a story's own words."""
        return bytes([self.labels.setdefault(label, len(self.labels))])


def _normalised(segment: Segment, reading: Reading, start: int, end: int) -> Normalised:
    text = segment.text[reading.start : reading.stop]
    return Normalised(start, end, text, reading.say, reading.ipa, reading.why)


def _examples(normalised: list[Normalised]) -> tuple[Normalised, ...]:
    by_text = {(one.text, one.say): one for one in reversed(normalised)}
    return tuple(sorted(by_text.values(), key=lambda one: one.start)[:_MOST_EXAMPLES])
