"""From a Book to a Script: paragraphs become segments, each with its speaker and its pause.

Book ─laid_out▶ pieces ─packed▶ fewer of them ─▶ segments of chapters ─fitted▶ none too long
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audiobook.errors import StoryError, Where
from audiobook.model import Book, Chapter, Cue, Kind, Omission, Paragraph, Script, Segment
from audiobook.script.fitting import fitted_as_written
from audiobook.script.packing import Packing, packed
from audiobook.script.pieces import Item, Opening, Piece, as_segment, laid_out
from audiobook.script.sentences import is_ended
from audiobook.show import CastMember

__all__ = ["Pauses", "split"]


@dataclass(frozen=True, slots=True)
class Pauses:
    """The silence after a segment, by what comes next, in milliseconds."""

    clause_ms: int = 60
    """Another piece of a sentence too long for the engine."""
    tag_ms: int = 120
    """The rest of a sentence that speech and narration share: “Yes,” he said."""
    sentence_ms: int = 250
    """Another sentence of the paragraph."""
    paragraph_ms: int = 600
    """Another paragraph."""
    heading_ms: int = 900
    """What a heading stands over."""
    section_ms: int = 1200
    """A heading, another chapter, or nothing more."""
    scene_ms: int = 1500
    """A scene break; the break itself adds no silence."""


_PAUSES = Pauses()


def split(
    book: Book,
    *,
    language: str,
    title: str,
    cast: Iterable[CastMember] = (),
    max_characters: int | None = None,
    packing: Packing | None = None,
    pauses: Pauses = _PAUSES,
) -> Script:
    """Make a book ready to be spoken.

    Dialogue is kept apart from narration, sentences from each other. Speech gets the speaker whom
    the text makes likely; what is no more than a faint guess is left to the narrator.

    Args:
        book: from a reader.
        language: BCP 47 tag of what it is written in.
        title: the title of the story, for chapters that have none.
        cast: who may speak; with nobody but the narrator in it, those whom the text names.
        max_characters: the longest segment the engine takes, at least 20; None for any length.
        packing: what is put together into one segment: sentences that follow each other in one
            paragraph, of one kind and speaker; None to keep each apart.
        pauses: the silence between segments.

    Raises:
        StoryError: there is nothing to speak in it.
    """
    text, items = laid_out(book, language, cast)
    if not any(isinstance(item, Piece) for item in items):
        raise StoryError(
            "there is nothing to speak in it",
            where=Where(book.source.name),
            hint="it needs at least one word",
        )
    items = packed(items, text, packing, max_characters) if packing else items
    unfit: list[Omission] = []
    chapters = []
    for heading, chapter_items in _by_chapter(items):
        segments = _segments(chapter_items, text, pauses)
        if max_characters:
            segments, rest = _fitted(segments, max_characters, pauses.clause_ms)
            unfit += rest
        chapters.append(Chapter(heading or title, tuple(segments)))
    left_out = sorted((*book.left_out, *unfit), key=lambda omission: omission.start)
    return Script(
        book.source,
        title,
        language,
        tuple(chapters),
        tuple(left_out),
        book.front_matter,
        ", ".join(book.authors),
    )


def _by_chapter(items: list[Item]) -> list[tuple[str, list[Piece | Cue]]]:
    """Chapters with their titles; one without speech leaves its cues to the next."""
    chapters: list[tuple[str, list[Piece | Cue]]] = []
    held: list[Piece | Cue] = []
    title = ""
    for item in (*items, Opening("")):
        if not isinstance(item, Opening):
            held.append(item)
            continue
        if any(isinstance(one, Piece) for one in held):
            chapters.append((title, held))
            held = []
        title = item.title
    chapters[-1][1].extend(held)
    return chapters


def _fitted(
    items: list[Segment | Cue], max_characters: int, clause_ms: int
) -> tuple[list[Segment | Cue], list[Omission]]:
    """A chapter with no segment longer than the engine takes, and what fits in with no word."""
    found: list[Segment | Cue] = []
    unfit: list[Omission] = []
    for item in items:
        if isinstance(item, Cue) or len(item.text) <= max_characters:
            found.append(item)
            continue
        pieces, rest = fitted_as_written(item, max_characters, clause_ms)
        found += pieces
        unfit += rest
    return found, unfit


def _segments(items: list[Piece | Cue], text: Paragraph, pauses: Pauses) -> list[Segment | Cue]:
    """A chapter's segments, from the last to the first: a pause depends on what comes after."""
    made: list[Segment | Cue] = []
    after: Piece | None = None
    scene_ends = False
    for item in reversed(items):
        if isinstance(item, Cue):
            made.append(item)
            scene_ends = scene_ends or item.kind == "break"
            continue
        if item.pause_ms is not None:
            pause_ms = item.pause_ms
        elif scene_ends:
            pause_ms = pauses.scene_ms
        elif after is None:
            pause_ms = pauses.section_ms
        else:
            pause_ms = _pause_ms(item, after, text.text, pauses)
        made.append(as_segment(item, text, pause_ms))
        after, scene_ends = item, False
    return made[::-1]


def _pause_ms(piece: Piece, after: Piece, text: str, pauses: Pauses) -> int:
    """The silence between two pieces of a chapter that no scene break parts."""
    if piece.kind is Kind.HEADING:
        return pauses.heading_ms
    if after.kind is Kind.HEADING:
        return pauses.section_ms
    if piece.paragraph != after.paragraph:
        return pauses.paragraph_ms
    if _in_one_sentence(piece, after, text):
        return pauses.tag_ms
    return pauses.sentence_ms


def _in_one_sentence(piece: Piece, after: Piece, text: str) -> bool:
    """Whether a sentence goes on from one piece to the next."""
    first = next(filter(str.isalnum, text[after.start : after.stop]), "")
    return first.islower() or not is_ended(text[piece.start : piece.stop])
