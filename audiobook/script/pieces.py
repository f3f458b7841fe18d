"""Pieces: a book's text, laid on one string, in the stretches that are to be segments.

Book ─laid_out▶ text and pieces … ─as_segment▶ Segment

A piece is a sentence of one speaker, as far as the author's next pause, and has at least one word;
or it is a whole that its author has set. Pieces lie end to end on the text, but for the space
between paragraphs, and what cuts or joins them moves their ends and no more: so nothing can be lost
or said twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from audiobook.model import Book, Cue, Kind, Paragraph, Reading, Segment
from audiobook.script.dialogue.conversation import Stretch, conversation
from audiobook.script.sentences import sentences, sentences_of_speech
from audiobook.script.stretches import anchored, delivered, has_word, is_within, moved, stripped
from audiobook.show import NARRATOR, CastMember
from audiobook.utterance import Delivery

__all__ = ["Item", "Opening", "Piece", "as_segment", "laid_out"]

_LEAST_CONFIDENCE = 1 / 3
"""Below it, the narrator speaks. Just above it a speaker is wrong more often than right, but in
a voice of their own: that people take turns is heard even where their names are exchanged."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text that is to be a segment."""

    start: int
    """Index of its first character in the text."""
    stop: int
    """Index just past its last; the next piece of the paragraph begins there."""
    kind: Kind
    """What sort of text it is."""
    speaker: str | None
    """Who speaks; None for the narrator."""
    confidence: float
    """How sure the speaker is, 0 to 1."""
    paragraph: int
    """Number of the paragraph that it ends in."""
    pause_ms: int | None = None
    """The silence after it, in milliseconds, where the author set one."""
    is_whole: bool = False
    """True for what is a segment by itself: a heading, or what an author has laid out as one."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a chapter begins."""

    title: str
    """Its heading, or "" for text before the first heading."""


Item: TypeAlias = Piece | Cue | Opening
"""What a book is a row of, once it is laid out."""


def laid_out(book: Book, language: str, cast: Iterable[CastMember]) -> tuple[Paragraph, list[Item]]:
    """Lay a book out on one string.

    Args:
        book: from a reader.
        language: BCP 47 tag of what it is written in.
        cast: who may speak; with nobody but the narrator in it, those whom the text names.

    Returns:
        All its text, a space between paragraphs; and its pieces, cues and chapters in order.
    """
    parts: list[str] = []
    anchors: list[tuple[int, int]] = []
    readings: list[Reading] = []
    deliveries: list[Delivery] = []
    items: list[Item] = []
    stretches = conversation(book, language, cast)
    at = number = end = 0
    for chapter in book.chapters:
        items.append(Opening(chapter.title))
        for item in chapter.items:
            if not isinstance(item, Paragraph):
                items.append(item)
                continue
            pieces = _pieces(item, next(stretches), at, number, language)
            items.extend(_as_marked(pieces, item, at))
            parts.append(item.text)
            anchors.extend((at + index, offset) for index, offset in item.anchors)
            readings.extend(moved(item.readings, at))
            deliveries.extend(moved(item.deliveries, at))
            at += len(item.text) + 1
            end = item.end
            number += not item.goes_on
    text = Paragraph(
        " ".join(parts),
        tuple(anchors),
        end,
        readings=tuple(readings),
        deliveries=tuple(deliveries),
    )
    return text, _joined(items, text)


def _pieces(
    paragraph: Paragraph, stretches: Iterable[Stretch], at: int, number: int, language: str
) -> Iterator[Piece]:
    """A paragraph's sentences, speech apart from narration."""
    text, kind = paragraph.text, paragraph.kind
    if kind is Kind.HEADING or paragraph.is_segment:
        speaker = None if paragraph.speaker == NARRATOR else paragraph.speaker
        stop = at + len(text)
        yield Piece(at, stop, kind, speaker, paragraph.confidence, number, is_whole=True)
        return
    for stretch in stretches:
        start, stop, spoken = stretch.span.start, stretch.span.stop, stretch.span.spoken
        speaker, confidence = _speaker(paragraph, stretch)
        said = Kind.DIALOGUE if spoken or speaker else kind
        cut = sentences_of_speech if spoken else sentences
        for sentence in cut(text[start:stop], language):
            yield Piece(at, at + len(sentence), said, speaker, confidence, number)
            at += len(sentence)


def _speaker(paragraph: Paragraph, stretch: Stretch) -> tuple[str | None, float]:
    """Who speaks a stretch, None being the narrator, and how sure that is."""
    if paragraph.speaker is not None:
        named = None if paragraph.speaker == NARRATOR else paragraph.speaker
        return named, paragraph.confidence
    if not stretch.span.spoken:
        return None, paragraph.confidence
    if stretch.attribution is None:
        return None, 0.0
    likely = stretch.attribution.confidence >= _LEAST_CONFIDENCE
    return stretch.attribution.speaker if likely else None, stretch.attribution.confidence


def _as_marked(pieces: Iterable[Piece], paragraph: Paragraph, at: int) -> Iterator[Piece]:
    """A paragraph's pieces with the author's pauses between them, and no reading cut in two."""
    pauses = {at + index: ms for index, ms in paragraph.pauses}
    pauses |= {} if paragraph.pause_ms is None else {at + len(paragraph.text): paragraph.pause_ms}
    places = sorted(pauses)
    readings = tuple(moved(paragraph.readings, at))
    start: int | None = None
    for piece in pieces:
        start = piece.start if start is None else start
        if is_within(piece.stop, readings):
            continue
        within = places[bisect_right(places, start) : bisect_left(places, piece.stop)]
        for stop in (*within, piece.stop):
            yield replace(piece, start=start, stop=stop, pause_ms=pauses.get(stop))
            start = stop
        start = None


def _joined(items: list[Item], text: Paragraph) -> list[Item]:
    """Pieces without a word joined to the one before them in the chapter, else to the next one.

    They lie end to end on the text, so that a piece is joined to another by moving an end of it.
    """
    joined: list[Item] = []
    last: tuple[int, Piece] | None = None
    held: int | None = None
    opening = True
    for item in items:
        if not isinstance(item, Piece):
            opening = opening or isinstance(item, Opening)
            joined.append(item)
        elif has_word(text.text, item.start, item.stop):
            piece = item if held is None else replace(item, start=held)
            last, held, opening = (len(joined), piece), None, False
            joined.append(piece)
        elif last is None or opening:
            held = item.start if held is None else held
        else:
            last = last[0], _extended(last[1], item)
            joined[last[0]] = last[1]
    if last is not None and held is not None:
        joined[last[0]] = replace(last[1], stop=len(text.text))
    return joined


def _extended(piece: Piece, by: Piece) -> Piece:
    """A piece with the one after it, which has no word, as its end."""
    pause_ms = piece.pause_ms if by.pause_ms is None else by.pause_ms
    return replace(piece, stop=by.stop, paragraph=by.paragraph, pause_ms=pause_ms)


def as_segment(piece: Piece, text: Paragraph, pause_ms: int = 0) -> Segment:
    """The segment that a piece of a text is, with the silence after it in milliseconds."""
    start, stop = stripped(text.text, piece.start, piece.stop)
    first = bisect_left(text.readings, start, key=lambda reading: reading.start)
    last = bisect_left(text.readings, stop, key=lambda reading: reading.start)
    return Segment(
        text.text[start:stop],
        piece.kind,
        piece.speaker,
        piece.confidence,
        pause_ms,
        *text.source_span(start, stop),
        readings=tuple(moved(text.readings[first:last], -start)),
        deliveries=delivered(text.deliveries, start, stop),
        anchors=anchored(text.anchors, start, stop),
    )
