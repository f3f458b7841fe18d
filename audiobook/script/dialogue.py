"""A book's paragraphs cut into speech and narration, each language by its own marks."""

from __future__ import annotations

from collections.abc import Sequence

from audiobook.model import Kind, Paragraph
from audiobook.script.dashes import dash_spans, without_incises
from audiobook.script.quotes import Span, opens_with_quote, spans

__all__ = ["dialogue"]


def dialogue(paragraphs: Sequence[Paragraph], language: str) -> list[list[Span]]:
    """Cut each paragraph into spans that are all of it; headings and verse are narration.

    Args:
        paragraphs: that follow each other with nothing between them, such as a scene break.
        language: BCP 47 tag.
    """
    found = []
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.text
        if paragraph.kind in (Kind.HEADING, Kind.VERSE):
            found.append([Span(0, len(text), False)])
            continue
        after = paragraphs[number + 1].text if number + 1 < len(paragraphs) else ""
        found.append(_spans(text, language, runs_on=opens_with_quote(after, language)))
    return found


def _spans(text: str, language: str, *, runs_on: bool) -> list[Span]:
    by_dash = dash_spans(text, language)
    if by_dash is not None:
        return by_dash
    return without_incises(text, spans(text, language, runs_on=runs_on), language)
