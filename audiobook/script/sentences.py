"""Sentences, by sentencex: the one module that imports it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

from audiobook.language_tags import primary

__all__ = ["is_ended", "sentences", "sentences_of_speech"]

# English words that sentencex takes for abbreviations and that more often end a sentence.
_REPAIR = re.compile(r"\b(?i:me|no|ill|art|may)\.\s+(?=[^\w\s]*[A-Z])")

_UNENDED = {
    code: re.compile(rf"(?<!\w)(?:{forms})\.\s+$")
    for code, forms in {
        "en": r"Edw|Geo|Wm|Thos|Robt|vs|viz|cf|e\.g|i\.e",
        "fr": "MM?|Mmes?|Mlles?|Mgr|Dr|Pr|Me|Ste?|[Nn]os?",
        "es": "D|Dña|Dª|Fr|Sto|Sta",
        "pt": "D|Dª|Fr|Sto|Sta",
        "nl": "[Mm]evr|[Mm]ej|[Dd]hr",
        "pl": "[Dd]r|[Śś]w|[Kk]s|[Uu]l",
        "ru": "[Ии]м|[Уу]л|[Пп]роф",
    }.items()
}
"""Abbreviations by language, unknown to sentencex, which end no sentence."""

# What else it cuts in English: a title behind a mark (“Mr.), and measures and places in books with
# more of the sentence after them (6s. 3d. and).
_GLUED_TITLE = re.compile(r"[^\w\s](?:Mrs?|Ms|Messrs|Dr|Prof|Rev|St|Capt|Col|Gen|Lieut)\.\s+$")
_MEASURE = re.compile(r"(?:[\d¼½¾][sd]|\b(?:ft|in|oz|lbs?|yds?))\.\s*$")
_PLACE = re.compile(r"\b(?i:vol|ch|chap|pp?|fig)\.\s+$")
_NUMBER = re.compile(r"\d|[IVXLC]+\b")
_NUMERAL = re.compile(r"\b[IVXLC]+\.\s+$")
_WITHIN = (",", ";", ":", "º", "ª")
_RANGE = ("–", "-")

# In German an ordinal is a figure with a stop, and what it counts has a capital, as a sentence has:
# an article before it tells it, unless what follows is a word that no ordinal stands before.
_ORDINAL = re.compile(
    r"\b(?i:d(?:er|ie|as|e[mns])|[ai]m|vo[mr]|zu[mr]|beim|ins|(?:[mds]?ein|ihr|unser)(?:e[mnrs]?)?"
    r"|jede[mnrs]?) \d{1,3}\.\s+$"
)
_OPENING = re.compile(
    r"(?:Ich|Du|Er|Sie|Es|Wir|Ihr|Man|Dann|Da|Dort|Hier|Nun|Jetzt|So|Und|Aber|Doch|Denn|Als|Wenn"
    r"|D(?:er|ie|as|e[mns]|iese\w?|anach)|(?:[MDSK]e|E)in(?:e\w?)?|W(?:as|er|ie|o|arum)|Nach|Vor"
    r"|I[nm]|A[nm]|Auf|Bei|Mit|Von|Zu[mr]?|Um|Nur|Nicht|Auch|Schon|Noch|Ja|Nein)\b"
)

_TAIL_CHARACTERS = 40
"""More than an abbreviation takes, with what stands before it."""
_WINDOW_CHARACTERS = 10_000
"""Most text given to sentencex at once, since on unbalanced quotes its time grows as the square."""

_MARKS = "\"“”„«»‘’' "
_STOPS = ".!?…。！？"
_ATTACHED = ",;:)]"


def sentences(text: str, language: str) -> list[str]:
    """Cut text into sentences, each with the white space after it; joined, they are the text.

    Args:
        text: a run of one voice: narration, or speech without its outer quotation marks.
        language: BCP 47 tag; its rules for abbreviations are used where sentencex has them.
    """
    code = primary(language)
    found = [
        sentence for window in _windows(text) for sentence in _segment(window, code) if sentence
    ]
    whole = list(_joined(found, code))
    return [part for one in whole for part in _repaired(one)] if code == "en" else whole


def sentences_of_speech(text: str, language: str) -> list[str]:
    """The same for speech with its marks, which would hide the ends of the sentences within."""
    opened = text.lstrip(_MARKS)
    inner = opened.rstrip(_MARKS + _STOPS + _ATTACHED)
    if not inner:
        return [text]
    found = sentences(inner, language)
    found[0] = text[: len(text) - len(opened)] + found[0]
    found[-1] += opened[len(inner) :]
    return found


def is_ended(text: str) -> bool:
    """Whether text, with or without quotation marks, ends as a sentence does."""
    return text.rstrip(_MARKS + _ATTACHED).endswith(tuple(_STOPS))


def _segment(text: str, language: str) -> list[str]:
    found: list[str] = sentencex.segment(language, text)
    # Whatever it may do with text nobody has tried, nothing is to be lost.
    return found if "".join(found) == text else [text]


def _windows(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > _WINDOW_CHARACTERS:
        stop = text.rfind(" ", start, start + _WINDOW_CHARACTERS) + 1
        stop = stop if stop > start else start + _WINDOW_CHARACTERS
        yield text[start:stop]
        start = stop
    yield text[start:]


def _joined(found: list[str], code: str) -> Iterator[str]:
    kept = ""
    for sentence in found:
        if kept and not _goes_on(kept[-_TAIL_CHARACTERS:], sentence, code):
            yield kept
            kept = ""
        kept += sentence
    if kept:
        yield kept


def _goes_on(text: str, after: str, code: str) -> bool:
    if after.startswith(_WITHIN) or (after.startswith(_RANGE) and not text[-1].isspace()):
        return True
    if code in _UNENDED and _UNENDED[code].search(text):
        return True
    if code == "de" and _ORDINAL.search(text):
        return after[0].isupper() and not _OPENING.match(after)
    return code == "en" and _goes_on_in_english(text, after)


def _goes_on_in_english(text: str, after: str) -> bool:
    if _PLACE.search(text):
        return _NUMBER.match(after) is not None
    if after[0].islower() and _NUMERAL.search(text):
        return True
    is_lower = after[0].islower() or after[0].isdigit()
    return bool(_GLUED_TITLE.search(text) or (is_lower and _MEASURE.search(text)))


def _repaired(sentence: str) -> Iterator[str]:
    start = 0
    for match in _REPAIR.finditer(sentence):
        yield sentence[start : match.end()]
        start = match.end()
    yield sentence[start:]
