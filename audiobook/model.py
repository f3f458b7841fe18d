"""The nouns of a story, from its file to what is to be spoken: frozen and plain.

story ─read▶ Book ─split▶ Script, each of whose segments is an Utterance (`audiobook.utterance`)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from audiobook.errors import Where
from audiobook.utterance import Delivery, Pronunciation, Utterance

__all__ = [
    "Book",
    "BookChapter",
    "Chapter",
    "Cue",
    "Kind",
    "Omission",
    "Paragraph",
    "Reading",
    "Role",
    "Script",
    "Segment",
    "Source",
]

_LINE_END = re.compile(r"\r\n|\r|\n")


class Kind(StrEnum):
    """What sort of text a paragraph or a segment is."""

    HEADING = "heading"
    NARRATION = "narration"
    DIALOGUE = "dialogue"
    VERSE = "verse"


class Role(StrEnum):
    """What a paragraph is for in its book; all but BODY is left out unless it is asked for."""

    BODY = "body"
    FRONT = "front matter"
    BACK = "back matter"
    CONTENTS = "contents"
    NOTES = "notes"
    PAGES = "page numbers"
    PICTURES = "pictures"
    TABLES = "tables"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a stretch of text is to be spoken, where that is not as it is written."""

    start: int
    """Index of its first character in the text."""
    stop: int
    """Index just past its last, greater than `start`."""
    say: str
    """What is spoken in its place, in words."""
    ipa: str | None = None
    """Its sounds in the International Phonetic Alphabet, for engines that take them."""
    why: str = "author"
    """The rule that says so: "author", "lexicon", or one of those for numbers and the like."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a story as its reader decoded it; all offsets count its characters."""

    name: str
    """The file, as the user named it."""
    text: str
    """The decoded text, untouched: line ends and markup included."""
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    """Offset of the first character of each line."""

    def __post_init__(self) -> None:
        starts = (0, *(end.end() for end in _LINE_END.finditer(self.text)))
        object.__setattr__(self, "_line_starts", starts)

    def where(self, offset: int) -> Where:
        """The line and column of a character offset; a line ends in LF, CR LF or CR."""
        line = bisect_right(self._line_starts, offset)
        start = self._line_starts[line - 1]
        stop = self._line_starts[line] if line < len(self._line_starts) else None
        excerpt = self.text[start:stop].rstrip("\r\n")
        return Where(self.name, line, offset - start + 1, excerpt)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that reads on without a break, free of markup: a paragraph, a heading, a cued line."""

    text: str
    """What is to be spoken: white space folded to single spaces, markup removed."""
    anchors: tuple[tuple[int, int], ...]
    """Pairs (index in `text`, offset in the source), ascending, the first for index 0: between
    two anchors text and source go on character by character."""
    end: int
    """Offset in the source just past the last character of `text`."""
    kind: Kind = Kind.NARRATION
    """NARRATION where dialogue is still to be told apart."""
    speaker: str | None = None
    """Who speaks it, where the author named somebody, "Narrator" for the narrator; None to leave it
    to the dialogue rules."""
    goes_on: bool = False
    """True when the next line belongs to the same paragraph: the pause after it is a short one."""
    role: Role = Role.BODY
    """What it is for in its book."""
    pause_ms: int | None = None
    """Silence after it, in milliseconds, where the author set one."""
    readings: tuple[Reading, ...] = ()
    """How the author wants parts of `text` spoken, in order, none over another."""
    pauses: tuple[tuple[int, int], ...] = ()
    """Silence within it, where the author set some: pairs (index in `text`, milliseconds),
    ascending."""
    confidence: float = 1.0
    """How sure `speaker` is, 0 to 1; below 1 for a guess that nobody has confirmed."""
    is_segment: bool = False
    """True where a script file has it as a segment: nothing in it is told apart any more, and
    `kind`, `speaker` and `confidence` are what they are."""
    deliveries: tuple[Delivery, ...] = ()
    """How the author wants parts of `text` delivered, in order, none over another."""

    def source_offset(self, index: int) -> int:
        """Offset in the source of the character at `index` of the text."""
        return _source_offset(self.anchors, index)

    def source_span(self, start: int, stop: int) -> tuple[int, int]:
        """Offsets in the source of `text[start:stop]`, for a run that is not empty."""
        return self.source_offset(start), self.source_offset(stop - 1) + 1


def _source_offset(anchors: Sequence[tuple[int, int]], index: int) -> int:
    at, offset = anchors[bisect_right(anchors, index, key=lambda anchor: anchor[0]) - 1]
    return offset + index - at


@dataclass(frozen=True, slots=True)
class Cue:
    """A mark in the story that is heard and not spoken: music, a scene break."""

    kind: str
    """"music" (a bed begins or ends here), "sting" or "sound" (it plays once, alone) or "break"
    (silence)."""
    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset just past its last character in the source."""
    name: str | None = None
    """Of the music: a file beside the story, or a built-in piece; None ends the music."""
    options: tuple[tuple[str, str], ...] = ()
    """Settings as the author wrote them, such as ("fade", "3s")."""


@dataclass(frozen=True, slots=True)
class Omission:
    """A run of the source that is not spoken, and why: nothing is left out silently."""

    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset just past its last character."""
    why: str
    """The reason, in a few words."""


@dataclass(frozen=True, slots=True)
class BookChapter:
    """A chapter as the reader found it."""

    title: str
    """Its heading, or "" for text before the first heading."""
    items: tuple[Paragraph | Cue, ...]
    """What it holds, in order; the heading is the first paragraph."""


@dataclass(frozen=True, slots=True)
class Book:
    """A story as its reader found it."""

    source: Source
    """The decoded text."""
    title: str | None
    """The title, where the story gives one."""
    authors: tuple[str, ...]
    """Its authors, where the story names them."""
    language: str | None
    """BCP 47 tag, where the story gives one."""
    chapters: tuple[BookChapter, ...]
    """The chapters in order; a story without headings has one."""
    left_out: tuple[Omission, ...] = ()
    """What is not spoken, in order."""
    front_matter: str = ""
    """The YAML text of the front matter, or ""."""
    cover: bytes | None = field(default=None, repr=False)
    """The picture that the book brings for its cover, a JPEG or PNG file, unchecked."""
    warnings: tuple[str, ...] = ()
    """What of the file could not be read and was passed over, a line each."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text spoken in one breath by one voice."""

    text: str
    """What is spoken, never blank."""
    kind: Kind
    """What sort of text it is."""
    speaker: str | None
    """Who speaks; None for the narrator."""
    confidence: float
    """How sure the speaker is, 0 to 1; 1 where the author named one."""
    pause_ms: int
    """Silence after it, in milliseconds."""
    start: int
    """Offset of its first character in the source."""
    end: int
    """Offset just past its last character in the source."""
    readings: tuple[Reading, ...] = ()
    """How parts of `text` are spoken, in order, none over another."""
    deliveries: tuple[Delivery, ...] = ()
    """How parts of `text` are delivered, in order, none over another; one that lies over a reading
    of the author's lies over all of it, and over nothing else."""
    anchors: tuple[tuple[int, int], ...] = ()
    """As those of `Paragraph`; () where text and source go on character by character."""

    def source_offset(self, index: int) -> int:
        """Offset in the source of the character at `index` of the text."""
        return _source_offset(self.anchors or ((0, self.start),), index)

    def source_span(self, start: int, stop: int) -> tuple[int, int]:
        """Offsets in the source of `text[start:stop]`, for a run that is not empty."""
        return self.source_offset(start), self.source_offset(stop - 1) + 1

    @property
    def volume(self) -> str | None:
        """The volume that every word of it has; None where they differ, or have none.

        It is given by the mix: what an engine made of it would go when clips are levelled.
        """
        volumes = {
            next((d.volume for d in self.deliveries if d.start <= at < d.stop), None)
            for at, character in enumerate(self.text if self.deliveries else "")
            if character.isalnum()
        }
        return volumes.pop() if len(volumes) == 1 else None

    @property
    def spoken(self) -> str:
        """What is spoken: the text, each reading in the place of what it reads."""
        return self.utterance.text

    @property
    def utterance(self) -> Utterance:
        """What is spoken, with the sounds that its readings give, and how parts of it differ."""
        text = ""
        sounds: list[Pronunciation] = []
        done = 0
        for reading in self.readings:
            text += self.text[done : reading.start]
            if reading.ipa and reading.say:
                stop = len(text) + len(reading.say)
                sounds.append(Pronunciation(len(text), stop, reading.ipa))
            text += reading.say
            done = reading.stop
        return Utterance(text + self.text[done:], tuple(sounds), tuple(self._delivered()))

    def _delivered(self) -> Iterator[Delivery]:
        """The deliveries at their places in what is spoken; a reading is delivered as a whole."""
        done = 0
        levelled = self.volume is not None
        for delivery in self.deliveries:
            start = max(done, self._spoken_place(delivery.start))
            done = max(start, self._spoken_place(delivery.stop, is_stop=True))
            volume = None if levelled else delivery.volume
            if start < done and any((delivery.emphasis, delivery.rate, delivery.pitch, volume)):
                yield replace(delivery, start=start, stop=done, volume=volume)

    def _spoken_place(self, index: int, *, is_stop: bool = False) -> int:
        """Where what begins, or stops, at an index of the text does so in what is spoken."""
        moved_by = 0
        for reading in self.readings:
            if reading.stop <= index:
                moved_by += len(reading.say) - (reading.stop - reading.start)
            elif reading.start < index:
                return reading.start + moved_by + len(reading.say) * is_stop
        return index + moved_by


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a script."""

    title: str
    """What a player shows."""
    items: tuple[Segment | Cue, ...]
    """Segments and cues in the order in which they are heard."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments alone."""
        return tuple(item for item in self.items if isinstance(item, Segment))


@dataclass(frozen=True, slots=True)
class Script:
    """A story made ready to be spoken."""

    source: Source
    """The decoded text that the offsets count in."""
    title: str
    """The title of the story."""
    language: str
    """BCP 47 tag."""
    chapters: tuple[Chapter, ...]
    """The chapters in order, each with at least one segment."""
    left_out: tuple[Omission, ...] = ()
    """What of the source is not spoken, in order."""
    front_matter: str = ""
    """The YAML text of the story's front matter, or ""."""
    author: str = ""
    """Who wrote the story, where that is known."""

    @property
    def segments(self) -> Iterator[Segment]:
        """All segments in order."""
        return (segment for chapter in self.chapters for segment in chapter.segments)
