"""A book's paragraphs cut into speech and narration, each language by its own marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audiobook.model import Kind, Paragraph
from audiobook.script.dialogue.dashes import dash_spans, without_incises
from audiobook.script.dialogue.quotes import Span, opens_with_quote, spans

__all__ = ["dialogue"]


def dialogue(paragraphs: Sequence[Paragraph], language: str) -> list[list[Span]]:
    """Cut each paragraph into spans that are all of it; headings and verse are narration.

    Lines that go on in the next one are read as one paragraph and cut at their ends.

    Args:
        paragraphs: that follow each other with nothing between them, such as a scene break.
        language: BCP 47 tag.
    """
    found: list[list[Span]] = []
    wholes = list(_wholes(paragraphs))
    for number, lines in enumerate(wholes):
        after = wholes[number + 1][0].text if number + 1 < len(wholes) else ""
        if lines[0].kind in (Kind.HEADING, Kind.VERSE):
            found += [[Span(0, len(line.text), False)] for line in lines]
            continue
        text = " ".join(line.text for line in lines)
        cut = _spans(text, language, runs_on=opens_with_quote(after, language))
        found += _by_line(cut, [len(line.text) for line in lines])
    return found


def _wholes(paragraphs: Sequence[Paragraph]) -> Iterator[list[Paragraph]]:
    """Paragraphs, each with the lines that it goes on in."""
    lines: list[Paragraph] = []
    for paragraph in paragraphs:
        if lines and not (lines[-1].goes_on and _is_same(lines[-1], paragraph)):
            yield lines
            lines = []
        lines.append(paragraph)
    if lines:
        yield lines


def _is_same(line: Paragraph, after: Paragraph) -> bool:
    return (line.kind, line.speaker) == (after.kind, after.speaker) == (after.kind, None)


def _spans(text: str, language: str, *, runs_on: bool) -> list[Span]:
    by_dash = dash_spans(text, language)
    if by_dash is not None:
        return by_dash
    return without_incises(text, spans(text, language, runs_on=runs_on), language)


def _by_line(cut: Sequence[Span], lengths: Sequence[int]) -> Iterator[list[Span]]:
    """Spans of lines laid end to end with a space between, as spans of each line."""
    start = 0
    for length in lengths:
        stop = start + length
        yield [
            Span(max(span.start, start) - start, min(span.stop, stop) - start, span.spoken)
            for span in cut
            if span.start < stop and span.stop > start
        ]
        start = stop + 1
