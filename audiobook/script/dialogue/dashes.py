"""Dialogue that a dash opens, and what a narrator says within somebody's speech.

Three manners, by language, of setting an incise such as “said he” within speech:

- French: a comma and the verb before its subject: ``— Oui, dit-il. J’arrive.``
- Spanish: dashes that stand close to it: ``—Sí —dijo él—. Voy.``
- Russian, Polish, Portuguese and others: dashes set off by spaces: ``— Да, — сказал он. — Иду.``
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from audiobook.language_tags import primary
from audiobook.script.dialogue.quotes import Span
from audiobook.script.dialogue.speech_words import speech_verbs
from audiobook.script.stretches import has_word

__all__ = ["dash_spans", "without_incises"]

_COMMA = frozenset({"fr"})
_CLOSE = frozenset({"es", "ca", "gl", "eu"})
_BY_SPACES = "be bg cs da el et fi hu it kk lt lv nb nn no pl pt ro ru sk sr sv tr uk"
_SPACED = frozenset(_BY_SPACES.split())
_IN_QUOTES = frozenset({"fr", "es", "ru", "uk", "be", "bg"})
"""Languages whose incises stand within the quotation marks."""

_OPENING = re.compile(r"(?:[—–―]|-{1,2}(?=\s))\s*(?=[^\W_]|[«“\"¡¿…(])")
_CLOSE_INCISE = re.compile(r"\s[—–](?=\w)(?P<said>[^—–]*?)(?:[—–](?=[\s.,;:!?…»]|$)[.,;:!?…]*|$)")
_SPACED_END = r"(?P<said>.*?)(?:(?<=[.,:;!?…])\s[—–-](?=\s)|$)"


def dash_spans(text: str, language: str) -> list[Span] | None:
    """A paragraph that opens with a dash cut into speech and narration, which are all of it.

    Args:
        text: a paragraph, white space folded.
        language: BCP 47 tag.

    Returns:
        None where it is no dialogue: no dash, or a language that does not write it so.
    """
    code = primary(language)
    if code not in _COMMA | _CLOSE | _SPACED or not _OPENING.match(text):
        return None
    return list(_carved(text, Span(0, len(text), True), code))


def without_incises(text: str, found: Iterable[Span], language: str) -> list[Span]:
    """Spans of a paragraph, with the narrator's words within quotation marks taken out of them."""
    code = primary(language)
    if code not in _IN_QUOTES:
        return list(found)
    return [
        part for span in found for part in (_carved(text, span, code) if span.spoken else [span])
    ]


def _carved(text: str, speech: Span, language: str) -> Iterator[Span]:
    """A stretch of speech with its incises as narration; nothing of it is lost."""
    done = speech.start
    for match in _incise(language).finditer(text, speech.start + 1, speech.stop):
        start, stop = match.span()
        if not match["said"].strip() or start <= done:
            continue
        stop = stop if has_word(text, stop, speech.stop) else speech.stop
        yield Span(done, start, True)
        yield Span(start, stop, False)
        done = stop
    if done < speech.stop:
        yield Span(done, speech.stop, True)


@functools.cache
def _incise(language: str) -> re.Pattern[str]:
    verbs = "|".join(map(re.escape, speech_verbs(language)))
    if language in _CLOSE:
        return _CLOSE_INCISE
    if language in _COMMA:
        subject = r"(?:-t)?-(?:il|elle|ils|elles|je|on)\b|\s+(?=[^\W\d_])"
        verb = rf"(?:me\s|lui\s|leur\s|nous\s|se\s)?(?:{verbs})(?:{subject})"
        return re.compile(rf"(?<=[,?!…])\s+(?P<said>{verb}(?:M\.|Mme\.?|[^.,;:!?…»])*)[.,;:!?…]*")
    after_mark = r"(?<=[.,!?…])\s[—–-]\s+(?=[^\W\d_A-ZÀ-ÖØ-ÞА-ЯЁ])"
    any_dash = rf"\s[—–-]\s+(?=(?:{verbs})\b)" if verbs else "(?!)"
    return re.compile(rf"(?:{after_mark}|{any_dash}){_SPACED_END}")
