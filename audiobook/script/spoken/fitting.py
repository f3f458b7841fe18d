"""Segments whose spoken form is longer than an engine takes, cut into several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from audiobook.model import Omission, Paragraph, Reading, Segment
from audiobook.script.clauses import cut
from audiobook.script.stretches import delivered, stripped

__all__ = ["fitted"]

_WORD = re.compile(r"[^\W_]")


def fitted(
    segment: Segment, source: str, max_characters: int, clause_ms: int
) -> tuple[list[Segment], list[Omission]]:
    """A segment as pieces of which none is spoken in more than so many characters.

    Pieces end where clauses do, else between words. A reading that alone is too long is dealt out
    over the characters that it reads; where there are too few of them they stay as written.

    Args:
        segment: what does not fit.
        source: the text that its offsets count in.
        max_characters: the limit.
        clause_ms: the silence between two pieces, in milliseconds.

    Returns:
        The pieces, at least one, and the punctuation between them that fits in with no word.
    """
    short = replace(segment, readings=tuple(_short(segment, max_characters)))
    text = _placed(short, source)
    pieces: list[Segment] = []
    unfit: list[Omission] = []
    for start, stop in _bounds(short, max_characters):
        first, end = (min(at, segment.end) for at in text.source_span(start, stop))
        piece = _piece(short, start, stop)
        if _WORD.search(piece.spoken):
            pieces.append(replace(piece, start=first, end=end, pause_ms=clause_ms))
        else:
            unfit.append(Omission(first, end, "punctuation without a word"))
    pieces[-1] = replace(pieces[-1], pause_ms=segment.pause_ms)
    return pieces, unfit


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
    deliveries = delivered(segment.deliveries, start, stop)
    return replace(segment, text=segment.text[start:stop], readings=readings, deliveries=deliveries)


def _trimmed(reading: Reading, start: int, stop: int) -> str:
    """What a reading says, without white space at the ends of its piece."""
    say = reading.say.lstrip() if reading.start <= start else reading.say
    return say.rstrip() if reading.stop >= stop else say


def _short(segment: Segment, most: int) -> Iterator[Reading]:
    """The readings of a segment, those dealt out that are too long in themselves."""
    text = segment.text
    for reading in segment.readings:
        if len(reading.say) <= most:
            yield reading
            continue
        parts = [part.strip() for part in cut(reading.say, most)]
        length = reading.stop - reading.start
        marks = [reading.start + length * at // len(parts) for at in range(len(parts) + 1)]
        bounds = [stripped(text, start, stop) for start, stop in pairwise(marks)]
        if all(start < stop for start, stop in bounds):
            for part, (start, stop) in zip(parts, bounds, strict=True):
                yield Reading(start, stop, part, None, reading.why)


def _bounds(segment: Segment, most: int) -> Iterator[tuple[int, int]]:
    """Where the pieces begin and end in the text, without the white space around them."""
    spoken = segment.spoken
    done = at = 0
    while at < len(spoken):
        stop = at + len(cut(spoken[at:], most)[0])
        stop, index = _outside_readings(segment, at, stop)
        if segment.text[done:index].strip():
            yield stripped(segment.text, done, index)
        done, at = index, stop


def _outside_readings(segment: Segment, at: int, stop: int) -> tuple[int, int]:
    """An index in what is spoken, moved out of any reading, and the same place in the text."""
    done = said = 0
    for reading in segment.readings:
        begins = said + reading.start - done
        if stop < begins:
            break
        ends = begins + len(reading.say)
        if begins < stop < ends:
            if segment.spoken[at:begins].strip():
                return begins, reading.start
            return ends, reading.stop
        if stop < ends:
            break
        done, said = reading.stop, ends
    return stop, done + stop - said


def _placed(segment: Segment, source: str) -> Paragraph:
    """The segment's text with the places of its words; one with markup in it follows the last."""
    anchors = [(0, segment.start)]
    at = segment.start
    for word in re.finditer(r"\S+", segment.text):
        found = source.find(word[0], at, segment.end)
        if found >= 0:
            at = found + len(word[0])
            anchors.append((word.start(), found))
    return Paragraph(segment.text, tuple(anchors), segment.end)
