"""Whose words a book's are: every paragraph in stretches of speech and narration, with speakers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from audiobook.model import Book, Cue, Kind, Paragraph
from audiobook.script.dialogue.attribution import Attribution, attribute
from audiobook.script.dialogue.gathering import gathered
from audiobook.script.dialogue.paragraphs import dialogue
from audiobook.script.dialogue.quotes import Span
from audiobook.script.dialogue.roster import Roster, roster_of_cast
from audiobook.script.dialogue.turns import Passage
from audiobook.show import NARRATOR, CastMember

__all__ = ["Stretch", "conversation"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a paragraph that is all speech of one person or all narration."""

    span: Span
    """Where it stands, and whether it is speech."""
    attribution: Attribution | None = None
    """Who speaks it; None for narration, and where nobody is looked for."""


def conversation(
    book: Book, language: str, cast: Iterable[CastMember] = ()
) -> Iterator[list[Stretch]]:
    """The stretches of each paragraph of a book, which are all of it, in order.

    Where the author names a speaker anywhere in the book, nobody else is looked for: such a story
    is a script, and what has no name before it is the narrator's. So is a script file.

    Args:
        book: from a reader.
        language: BCP 47 tag.
        cast: who may speak; with nobody but the narrator in it, those whom the text names.
    """
    chapters = [_Chapter(chapter.items, language) for chapter in book.chapters]
    if not any(chapter.has_speech for chapter in chapters) or any(
        p.speaker or p.is_segment for chapter in chapters for p in chapter.paragraphs
    ):
        roster = None
    else:
        roster = _cast_roster(cast) or _own_roster(chapters, language)
    passages = [chapter.passages for chapter in chapters]
    told = attribute(passages, roster, language) if roster else [{} for _ in chapters]
    for chapter, by_place in zip(chapters, told, strict=True):
        found = (by_place.get(place) for place in chapter.places())
        for spans in chapter.spans:
            yield [Stretch(span, next(found, None)) for span in spans]


def _cast_roster(cast: Iterable[CastMember]) -> Roster | None:
    members = [(m.name, m.aka, m.gender) for m in cast if m.name != NARRATOR]
    return roster_of_cast(members) if members else None


def _own_roster(chapters: Sequence[_Chapter], language: str) -> Roster:
    passages = [passage for chapter in chapters for passage in chapter.passages]
    narration = "\n".join(" ".join(_texts(passage, spoken=False)) for passage in passages)
    speech = "\n".join(" ".join(_texts(passage, spoken=True)) for passage in passages)
    return gathered(narration, speech, language)


def _texts(passage: Passage, *, spoken: bool) -> Iterator[str]:
    for span in passage.spans:
        if span.spoken is spoken:
            yield passage.text[span.start : span.stop]


class _Chapter:
    """A chapter cut into spans, and the same as passages, lines of one paragraph joined."""

    def __init__(self, items: Sequence[Paragraph | Cue], language: str) -> None:
        self.paragraphs = [item for item in items if isinstance(item, Paragraph)]
        self.spans: list[list[Span]] = []
        for is_text, part in groupby(items, lambda item: isinstance(item, Paragraph)):
            if is_text:
                unbroken = [item for item in part if isinstance(item, Paragraph)]
                self.spans += dialogue(unbroken, language)
        self.passages = list(_passages(items, self.spans))

    @property
    def has_speech(self) -> bool:
        return any(span.spoken for spans in self.spans for span in spans)

    def places(self) -> Iterator[tuple[int, int]]:
        """For each span in order the numbers of its passage and of itself there."""
        for number, passage in enumerate(self.passages):
            for index in range(len(passage.spans)):
                yield number, index


def _passages(
    items: Sequence[Paragraph | Cue], spans: Sequence[Sequence[Span]]
) -> Iterator[Passage]:
    cut = iter(spans)
    text = ""
    held: list[Span] = []
    for item, after in pairwise((*items, None)):
        if not isinstance(item, Paragraph):
            if item and item.kind == "break":
                yield Passage("", (), is_break=True)
            continue
        held += (Span(len(text) + s.start, len(text) + s.stop, s.spoken) for s in next(cut))
        text += item.text
        if item.goes_on and isinstance(after, Paragraph):
            text += " "
            continue
        yield Passage(text, tuple(held), is_break=item.kind is Kind.HEADING)
        text, held = "", []
