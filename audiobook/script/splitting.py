"""From a Book to a Script: paragraphs become segments, each with its speaker and its pause.

All that a book says is laid on one string, and segments are stretches of it, end to end: whatever
is cut or joined on the way, nothing can be lost or said twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from audiobook.errors import StoryError, Where
from audiobook.model import (
    Book,
    Chapter,
    Cue,
    Delivery,
    Kind,
    Omission,
    Paragraph,
    Reading,
    Script,
    Segment,
)
from audiobook.script.clauses import cut
from audiobook.script.dialogue.conversation import Stretch, conversation
from audiobook.script.packing import Packing, packs
from audiobook.script.sentences import sentences
from audiobook.script.stretches import delivered
from audiobook.show import NARRATOR, CastMember

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

_LEAST_CONFIDENCE = 1 / 3
"""Below it, the narrator speaks. Just above it a speaker is wrong more often than right, but in
a voice of their own: that people take turns is heard even where their names are exchanged."""

_WORD = re.compile(r"[^\W_]")
_MARKS = '"“”„«»‘’ '
_STOPS = ".!?…。！？"
_ATTACHED = ",;:)]"


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
    text, items = _laid_out(book, language, cast)
    items = _joined(items, text)
    if not any(isinstance(item, _Piece) for item in items):
        raise StoryError(
            "there is nothing to speak in it",
            where=Where(book.source.name),
            hint="it needs at least one word",
        )
    items = _packed(items, text, packing, max_characters) if packing else items
    items, unfit = _fitted(items, text, max_characters) if max_characters else (items, [])
    chapters = (
        Chapter(heading or title, _segments(chapter_items, text, pauses))
        for heading, chapter_items in _by_chapter(items)
    )
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the text that is to be a segment."""

    start: int
    stop: int
    kind: Kind
    speaker: str | None
    confidence: float
    paragraph: int
    """Number of the paragraph that it ends in."""
    sentence: int
    """The same for the pieces of one sentence, and only for them."""
    pause_ms: int | None = None
    """The silence after it, where the author set one."""
    is_whole: bool = False
    """True for what is a segment by itself: a heading, or what an author has laid out as one."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """Where a chapter begins."""

    title: str


_Item: TypeAlias = _Piece | Cue | _Opening
_Marked = TypeVar("_Marked", Reading, Delivery)


def _laid_out(
    book: Book, language: str, cast: Iterable[CastMember]
) -> tuple[Paragraph, list[_Item]]:
    """The book's text on one string, a space between paragraphs, and its first pieces."""
    parts: list[str] = []
    anchors: list[tuple[int, int]] = []
    readings: list[Reading] = []
    deliveries: list[Delivery] = []
    items: list[_Item] = []
    stretches = conversation(book, language, cast)
    at = number = end = 0
    for chapter in book.chapters:
        items.append(_Opening(chapter.title))
        for item in chapter.items:
            if not isinstance(item, Paragraph):
                items.append(item)
                continue
            pieces = _pieces(item, next(stretches), at, number, language)
            items.extend(_as_marked(pieces, item, at))
            parts.append(item.text)
            anchors.extend((at + index, offset) for index, offset in item.anchors)
            readings.extend(_moved(item.readings, at))
            deliveries.extend(_moved(item.deliveries, at))
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
    return text, items


def _pieces(
    paragraph: Paragraph, stretches: Iterable[Stretch], at: int, number: int, language: str
) -> Iterator[_Piece]:
    """A paragraph's sentences, speech apart from narration."""
    text, kind = paragraph.text, paragraph.kind
    if kind is Kind.HEADING or paragraph.is_segment:
        speaker = None if paragraph.speaker == NARRATOR else paragraph.speaker
        stop = at + len(text)
        yield _Piece(at, stop, kind, speaker, paragraph.confidence, number, at, is_whole=True)
        return
    for stretch in stretches:
        start, stop, spoken = stretch.span.start, stretch.span.stop, stretch.span.spoken
        speaker, confidence = _speaker(paragraph, stretch)
        said = Kind.DIALOGUE if spoken or speaker else kind
        for sentence in _sentences(text[start:stop], spoken, language):
            yield _Piece(at, at + len(sentence), said, speaker, confidence, number, at)
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


def _as_marked(pieces: Iterable[_Piece], paragraph: Paragraph, at: int) -> Iterator[_Piece]:
    """A paragraph's pieces with the author's pauses between them, and no reading cut in two."""
    pauses = {at + index: ms for index, ms in paragraph.pauses}
    pauses |= {} if paragraph.pause_ms is None else {at + len(paragraph.text): paragraph.pause_ms}
    readings = tuple(_moved(paragraph.readings, at))
    start: int | None = None
    for piece in pieces:
        start = piece.start if start is None else start
        if _is_within(piece.stop, readings):
            continue
        cuts = sorted({index for index in pauses if start < index < piece.stop} | {piece.stop})
        for stop in cuts:
            yield replace(piece, start=start, stop=stop, pause_ms=pauses.get(stop))
            start = stop
        start = None


def _moved(stretches: Iterable[_Marked], by: int) -> Iterator[_Marked]:
    for stretch in stretches:
        yield replace(stretch, start=stretch.start + by, stop=stretch.stop + by)


def _is_within(index: int, readings: Sequence[Reading]) -> bool:
    """Whether a cut there would part a reading."""
    before = bisect_left(readings, index, key=lambda reading: reading.start) - 1
    return before >= 0 and index < readings[before].stop


def _sentences(text: str, spoken: bool, language: str) -> list[str]:
    """Sentences of a stretch; the marks around speech would hide the ends of those within."""
    if not spoken:
        return sentences(text, language)
    opened = text.lstrip(_MARKS)
    inner = opened.rstrip(_MARKS + _STOPS + _ATTACHED)
    if not inner:
        return [text]
    found = sentences(inner, language)
    found[0] = text[: len(text) - len(opened)] + found[0]
    found[-1] += opened[len(inner) :]
    return found


def _joined(items: list[_Item], text: Paragraph) -> list[_Item]:
    """Pieces without a word joined to the one before them in the chapter, else to the next one.

    They lie end to end on the text, so that a piece is joined to another by moving an end of it.
    """
    joined: list[_Item] = []
    last: tuple[int, _Piece] | None = None
    held: int | None = None
    opening = True
    for item in items:
        if not isinstance(item, _Piece):
            opening = opening or isinstance(item, _Opening)
            joined.append(item)
        elif _WORD.search(text.text, item.start, item.stop):
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


def _extended(piece: _Piece, by: _Piece) -> _Piece:
    """A piece with the one after it, which has no word, as its end."""
    pause_ms = piece.pause_ms if by.pause_ms is None else by.pause_ms
    return replace(piece, stop=by.stop, paragraph=by.paragraph, pause_ms=pause_ms)


def _packed(
    items: list[_Item], text: Paragraph, packing: Packing, max_characters: int | None
) -> list[_Item]:
    """Pieces with their neighbours, as far as they go together and would not be cut again."""

    def length(start: int, middle: int, stop: int) -> int | None:
        pack = _pack(items[start:stop])
        if not isinstance(pack, _Piece) or not _go_together(items[middle - 1], items[middle], text):
            return None
        segment = _segment(pack, text, 0)
        return max(len(segment.text), len(packing.read(segment).spoken))

    most = min(packing.max_characters, max_characters or packing.max_characters)
    return [_pack(items[start:stop]) for start, stop in packs(len(items), length, most)]


def _go_together(item: _Item, after: _Item, text: Paragraph) -> bool:
    """Whether two neighbours may be one segment, with one volume in the mix."""
    return (
        isinstance(item, _Piece)
        and isinstance(after, _Piece)
        and item.pause_ms is None
        and item.kind is not Kind.VERSE
        and not (item.is_whole or after.is_whole)
        and (item.paragraph, item.kind, item.speaker, item.confidence)
        == (after.paragraph, after.kind, after.speaker, after.confidence)
        and (not text.deliveries or _volume(item, text) == _volume(after, text))
    )


def _volume(piece: _Piece, text: Paragraph) -> str | None:
    return _segment(piece, text, 0).volume


def _pack(items: Sequence[_Item]) -> _Item:
    """Pieces that go together as one."""
    first, last = items[0], items[-1]
    if isinstance(first, _Piece) and isinstance(last, _Piece):
        return replace(first, stop=last.stop, pause_ms=last.pause_ms)
    return first


def _fitted(
    items: list[_Item], text: Paragraph, max_characters: int
) -> tuple[list[_Item], list[Omission]]:
    """Pieces cut to the limit, and the punctuation that fits in with no word."""
    fitted: list[_Item] = []
    unfit: list[Omission] = []
    for item in items:
        if not isinstance(item, _Piece):
            fitted.append(item)
            continue
        start, stop = item.start, _stripped(text, item.start, item.stop)[0]
        for part in cut(text.text[stop : item.stop], max_characters):
            stop += len(part)
            if _is_within(stop, text.readings):
                continue
            if _WORD.search(text.text, start, stop):
                pause_ms = item.pause_ms if stop == item.stop else None
                fitted.append(replace(item, start=start, stop=stop, pause_ms=pause_ms))
            elif not text.text[start:stop].isspace():
                unfit.append(
                    Omission(
                        *text.source_span(*_stripped(text, start, stop)),
                        "punctuation without a word",
                    )
                )
            start = stop
    return fitted, unfit


def _by_chapter(items: list[_Item]) -> list[tuple[str, list[_Piece | Cue]]]:
    """Chapters with their titles; one without speech leaves its cues to the next."""
    chapters: list[tuple[str, list[_Piece | Cue]]] = []
    held: list[_Piece | Cue] = []
    title = ""
    for item in (*items, _Opening("")):
        if not isinstance(item, _Opening):
            held.append(item)
            continue
        if any(isinstance(one, _Piece) for one in held):
            chapters.append((title, held))
            held = []
        title = item.title
    chapters[-1][1].extend(held)
    return chapters


def _segments(
    items: list[_Piece | Cue], text: Paragraph, pauses: Pauses
) -> tuple[Segment | Cue, ...]:
    """A chapter's segments, from the last to the first: a pause depends on what comes after."""
    made: list[Segment | Cue] = []
    after: _Piece | None = None
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
        made.append(_segment(item, text, pause_ms))
        after, scene_ends = item, False
    return tuple(reversed(made))


def _segment(piece: _Piece, text: Paragraph, pause_ms: int) -> Segment:
    start, stop = _stripped(text, piece.start, piece.stop)
    first = bisect_left(text.readings, start, key=lambda reading: reading.start)
    last = bisect_left(text.readings, stop, key=lambda reading: reading.start)
    return Segment(
        text.text[start:stop],
        piece.kind,
        piece.speaker,
        piece.confidence,
        pause_ms,
        *text.source_span(start, stop),
        readings=tuple(_moved(text.readings[first:last], -start)),
        deliveries=delivered(text.deliveries, start, stop),
    )


def _pause_ms(piece: _Piece, after: _Piece, text: str, pauses: Pauses) -> int:
    """The silence between two pieces of a chapter that no scene break parts."""
    if piece.sentence == after.sentence:
        return pauses.clause_ms
    if piece.kind is Kind.HEADING:
        return pauses.heading_ms
    if after.kind is Kind.HEADING:
        return pauses.section_ms
    if piece.paragraph != after.paragraph:
        return pauses.paragraph_ms
    if _in_one_sentence(piece, after, text):
        return pauses.tag_ms
    return pauses.sentence_ms


def _in_one_sentence(piece: _Piece, after: _Piece, text: str) -> bool:
    ended = text[piece.start : piece.stop].rstrip(_MARKS + _ATTACHED).endswith(tuple(_STOPS))
    word = _WORD.search(text, after.start, after.stop)
    return not ended or (word is not None and word.group().islower())


def _stripped(text: Paragraph, start: int, stop: int) -> tuple[int, int]:
    """A stretch without the white space around it."""
    stretch = text.text[start:stop]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())
