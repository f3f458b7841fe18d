"""How an author wants stretches of a text delivered, as the markup that espeak-ng honours.

Of SSML 1.1 (W3C Recommendation of 7 September 2010) that is `emphasis`, section 3.2.2, and the
attributes rate, pitch and volume of `prosody`, section 3.2.4.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audiobook.speech.engines._espeak_text import Spelling, Written
from audiobook.utterance import Delivery

__all__ = ["marked_up"]

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# Chinese and Japanese have no spaces between words, and each character is spoken by itself.
_LETTER = r"[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)*|\w")


@dataclass(frozen=True, slots=True)
class _Tag:
    """What stands before a character of the text, or at its end."""

    at: int
    markup: str


def marked_up(
    written: Written, text: str, deliveries: Sequence[Delivery], spellings: Sequence[Spelling]
) -> Written:
    """A text in SSML; all that is not from here is escaped, and spoken as it is without.

    Args:
        written: the text with its phonemes.
        text: what it was written from.
        deliveries: of stretches of that, in order, none over another.
        spellings: of stretches of that.
    """
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for tag in (*_tags(text, deliveries, spellings), _Tag(len(text), "")):
        index = bisect_left(written.places, tag.at)
        for character, place in zip(
            written.text[done:index], written.places[done:index], strict=True
        ):
            escaped = _ENTITIES.get(character, character)
            parts.append(escaped)
            places += [place] * len(escaped)
        parts.append(tag.markup)
        places += [tag.at] * len(tag.markup)
        done = index
    return Written("".join(parts), places)


def _tags(
    text: str, deliveries: Sequence[Delivery], spellings: Sequence[Spelling]
) -> Iterator[_Tag]:
    """The tags in order, none within a word, which would become two, or within a spelling.

    A delivery that has part of a word has all of it; one of punctuation alone has no tags.
    """
    whole = [match.span() for match in _WORD.finditer(text)]
    whole += [(spelling.start, spelling.stop) for spelling in spellings]
    done = 0
    for delivery in deliveries:
        said = [span for span in whole if span[0] < delivery.stop and delivery.start < span[1]]
        start = max(done, min((span[0] for span in said), default=done))
        stop = max((span[1] for span in said), default=done)
        if start < stop:
            opening, closing = _markup(delivery)
            yield _Tag(start, opening)
            yield _Tag(stop, closing)
            done = stop


def _markup(delivery: Delivery) -> tuple[str, str]:
    """What opens a delivery, and what closes it."""
    opening = closing = ""
    if delivery.emphasis:
        opening, closing = f'<emphasis level="{delivery.emphasis}">', "</emphasis>"
    levels = {"rate": delivery.rate, "pitch": delivery.pitch, "volume": delivery.volume}
    prosody = "".join(f' {name}="{level}"' for name, level in levels.items() if level)
    if prosody:
        opening, closing = f"{opening}<prosody{prosody}>", f"</prosody>{closing}"
    return opening, closing
