"""Segments longer than an engine takes, cut into several: as they are written, then as spoken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from audiobook.model import Omission, Reading, Segment
from audiobook.script.clauses import cut, cut_index
from audiobook.script.stretches import anchored, delivered, has_word, is_within, stripped

__all__ = ["fitted_as_spoken", "fitted_as_written"]


def fitted_as_written(
    segment: Segment, max_characters: int, clause_ms: int
) -> tuple[list[Segment], list[Omission]]:
    """A segment as pieces whose texts have at most so many characters, but for long readings.

    Pieces end where clauses do, else between words, and within no reading.

    Args:
        segment: with no readings but its author's.
        max_characters: the limit, at least 20.
        clause_ms: the silence between two pieces, in milliseconds.

    Returns:
        The pieces, at least one, and the punctuation between them that fits in with no word.
    """
    return _parted(segment, _ends_as_written(segment, max_characters), clause_ms)


def fitted_as_spoken(
    segment: Segment, max_characters: int, clause_ms: int
) -> tuple[list[Segment], list[Omission]]:
    """A segment as pieces of which none is spoken in more than so many characters.

    Pieces end where clauses do, else between words. A reading that alone is too long is dealt out
    over the characters that it reads; where there are too few of them they stay as written.

    Args:
        segment: with all its readings.
        max_characters: the limit, at least 20.
        clause_ms: the silence between two pieces, in milliseconds.

    Returns:
        The pieces, at least one, and the punctuation between them that fits in with no word.
    """
    short = replace(segment, readings=tuple(_short(segment, max_characters)))
    pieces, unfit = _parted(short, _ends_as_spoken(short, max_characters), clause_ms)
    return [_closed(p) if len(p.spoken) > max_characters else p for p in pieces], unfit


def _parted(
    segment: Segment, ends: Iterable[int], clause_ms: int
) -> tuple[list[Segment], list[Omission]]:
    """A segment cut at indices of its text; whole, where nothing of it is spoken."""
    pieces: list[Segment] = []
    unfit: list[Omission] = []
    done = 0
    for end in ends:
        start, stop = stripped(segment.text, done, end)
        done = end
        if start >= stop:
            continue
        piece = replace(_piece(segment, start, stop), pause_ms=clause_ms)
        if has_word(piece.spoken):
            pieces.append(piece)
        else:
            unfit += _left_out(piece)
    if not pieces:
        return [segment], []
    return [*pieces[:-1], replace(pieces[-1], pause_ms=segment.pause_ms)], unfit


def _left_out(piece: Segment) -> Iterator[Omission]:
    """A piece that is not spoken, without what stands between its characters in the source."""
    starts = [start for start, _ in piece.anchors] or [0]
    for run in pairwise([*starts, len(piece.text)]):
        start, stop = stripped(piece.text, *run)
        if start < stop:
            yield Omission(*piece.source_span(start, stop), "punctuation without a word")


def _piece(segment: Segment, start: int, stop: int) -> Segment:
    """A stretch of a segment; of a reading it may leave out white space alone."""
    readings = tuple(
        replace(
            reading,
            start=max(reading.start, start) - start,
            stop=min(reading.stop, stop) - start,
            say=_trimmed(reading, start, stop),
        )
        for reading in segment.readings
        if start < reading.stop and reading.start < stop
    )
    first, end = segment.source_span(start, stop)
    return replace(
        segment,
        text=segment.text[start:stop],
        start=first,
        end=end,
        readings=readings,
        deliveries=delivered(segment.deliveries, start, stop),
        anchors=anchored(segment.anchors or ((0, segment.start),), start, stop),
    )


def _trimmed(reading: Reading, start: int, stop: int) -> str:
    """What a reading says, without white space at the ends of its piece."""
    say = reading.say.lstrip() if reading.start <= start else reading.say
    return say.rstrip() if reading.stop >= stop else say


def _ends_as_written(segment: Segment, most: int) -> Iterator[int]:
    """Where pieces end in the text; its own end is the last."""
    end = 0
    for part in cut(segment.text, most):
        end += len(part)
        if not is_within(end, segment.readings):
            yield end


@dataclass(frozen=True, slots=True)
class _Said:
    """A reading, and where it stands in what is spoken."""

    reading: Reading
    begins: int
    ends: int


def _ends_as_spoken(segment: Segment, most: int) -> Iterator[int]:
    """Where pieces end in the text, moved out of readings; its own end is the last."""
    spoken = segment.spoken
    said = list(_said(segment.readings))
    at = 0
    while at < len(spoken):
        stop = cut_index(spoken, at, most)
        n = _n_before(said, stop)
        if n < len(said) and said[n].begins < stop:
            stop = said[n].begins if spoken[at : said[n].begins].strip() else said[n].ends
            n = _n_before(said, stop)
        yield said[n - 1].reading.stop + stop - said[n - 1].ends if n else stop
        at = stop


def _n_before(said: Sequence[_Said], index: int) -> int:
    """How many readings have ended at an index in what is spoken."""
    return bisect_right(said, index, key=attrgetter("ends"))


def _said(readings: Iterable[Reading]) -> Iterator[_Said]:
    ahead = 0
    for reading in readings:
        begins = reading.start + ahead
        ends = begins + len(reading.say)
        yield _Said(reading, begins, ends)
        ahead = ends - reading.stop


def _closed(piece: Segment) -> Segment:
    """A piece with no white space at the ends of what is spoken: what is silent there has it."""
    text, readings = piece.text, piece.readings
    start, stop = 0, len(text)
    while readings and not (text[start : readings[0].start] + readings[0].say).strip():
        start, readings = readings[0].stop, readings[1:]
    while readings and not (readings[-1].say + text[readings[-1].stop : stop]).strip():
        stop, readings = readings[-1].start, readings[:-1]
    start, stop = stripped(text, start, stop)
    closed = [replace(reading, say=_trimmed(reading, start, stop)) for reading in readings]
    if start > 0:
        closed.insert(0, Reading(0, start, "", None, piece.readings[0].why))
    if stop < len(text):
        closed.append(Reading(stop, len(text), "", None, piece.readings[-1].why))
    return replace(piece, readings=tuple(closed))


def _short(segment: Segment, most: int) -> Iterator[Reading]:
    """The readings of a segment, those dealt out that are too long in themselves."""
    text = segment.text
    for reading in segment.readings:
        if len(reading.say) <= most:
            yield reading
            continue
        parts = [part.strip() for part in cut(reading.say, most)]
        visible = [at for at in range(reading.start, reading.stop) if not text[at].isspace()]
        if len(visible) < len(parts):
            continue
        marks = [visible[len(visible) * n // len(parts)] for n in range(len(parts))]
        for part, (first, after) in zip(parts, pairwise([*marks, reading.stop]), strict=True):
            start, stop = stripped(text, first, after)
            yield Reading(start, stop, part, None, reading.why)
