"""A Script with readings: how the stretches of it are spoken that are not spoken as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from operator import itemgetter

from audiobook.errors import StoryError, Where
from audiobook.language_tags import primary
from audiobook.lexicon import Lexicon
from audiobook.model import Cue, Omission, Reading, Script, Segment
from audiobook.script.fitting import fitted_as_spoken
from audiobook.script.splitting import Pauses
from audiobook.script.spoken.emoji import EMOJI
from audiobook.script.spoken.lexical import Finder
from audiobook.script.spoken.rule import Context, Rule
from audiobook.script.spoken.table import Group, groups_for
from audiobook.script.stretches import has_word

__all__ = ["pronounced", "reading_of"]

_CLAUSE_MS = Pauses().clause_ms
_NO_WORDS = "it needs at least one word; emoji are not read"
_AUTHOR = "author"
_OTHER_DIGIT = re.compile(r"[^\D0-9]")


def pronounced(
    script: Script,
    lexicon: Lexicon | None = None,
    *,
    switched_off: Collection[str] = (),
    max_characters: int | None = None,
) -> Script:
    """The script with a reading for all that is not spoken as it is written.

    What the author set in the text stays; where it is silent the lexicon holds, and then the rules
    of the script's language. Texts stay as they are. A segment is cut where what is spoken of it is
    longer than the engine takes, and left out where it is nothing but emoji.

    Args:
        script: from `split`; readings that are not the author's are made anew.
        lexicon: words and phrases with their readings; None for none.
        switched_off: names of rules that are not to be tried.
        max_characters: the longest text that the engine takes; None for any length.

    Raises:
        ConfigError: a pattern of the lexicon is none.
        MissingError: the lexicon has patterns, and google-re2 is not installed.
        StoryError: there is nothing to speak in it but emoji.
    """
    read = reading_of(script.language, lexicon, switched_off=switched_off)
    unfit: list[Omission] = []
    chapters = []
    for chapter in script.chapters:
        items: list[Segment | Cue] = []
        for item in chapter.items:
            if isinstance(item, Cue):
                items.append(item)
                continue
            segment = read(item)
            if not has_word(segment.spoken):
                unfit.append(Omission(item.start, item.end, EMOJI))
                continue
            if max_characters is None or len(segment.spoken) <= max_characters:
                items.append(segment)
                continue
            pieces, rest = fitted_as_spoken(segment, max_characters, _CLAUSE_MS)
            items += pieces
            unfit += rest
        if any(isinstance(item, Segment) for item in items):
            chapters.append(replace(chapter, items=tuple(items)))
    if not chapters:
        raise StoryError(
            "there is nothing to speak in it", where=Where(script.source.name), hint=_NO_WORDS
        )
    left_out = sorted((*script.left_out, *unfit), key=lambda omission: omission.start)
    return replace(script, chapters=tuple(chapters), left_out=tuple(left_out))


def reading_of(
    language: str, lexicon: Lexicon | None = None, *, switched_off: Collection[str] = ()
) -> Callable[[Segment], Segment]:
    """What gives one segment its readings, as `pronounced` does, but cuts none.

    Raises:
        ConfigError: a pattern of the lexicon is none.
        MissingError: the lexicon has patterns, and google-re2 is not installed.
    """
    code = primary(language)
    return _Reader(
        Finder(lexicon) if lexicon and lexicon.entries else None,
        groups_for(code, tuple(sorted(switched_off))),
        code,
        _region(language),
    ).read


@dataclass(frozen=True, slots=True)
class _Reader:
    """All that decides how a segment is read."""

    finder: Finder | None
    groups: tuple[Group, ...]
    language: str
    """Primary subtag."""
    region: str

    def read(self, segment: Segment) -> Segment:
        """A segment with its readings."""
        given = tuple(reading for reading in segment.readings if reading.why == _AUTHOR)
        found = self._found(segment)
        if not found and given == segment.readings:
            return segment
        readings = _apart((*given, *found), len(segment.text))
        read = replace(segment, readings=readings)
        if has_word(read.spoken):
            return read
        kept = tuple(reading for reading in readings if reading.say or reading.why == EMOJI)
        return replace(segment, readings=kept)

    def _found(self, segment: Segment) -> list[Reading]:
        """Readings by the lexicon, then by the rules, the stronger first; they may overlap."""
        text = segment.text
        found = list(self.finder.readings(text)) if self.finder else []
        figures = _OTHER_DIGIT.sub(lambda digit: str(int(digit[0])), text)  # one for one
        tried = [one for group in self.groups if group.clue.search(figures) for one in group.rules]
        context = Context(self.language, self.region, segment.kind)
        for _, rule in sorted(tried, key=itemgetter(0)):
            found += _by_rule(rule, figures, context)
        return found


def _by_rule(rule: Rule, text: str, context: Context) -> Iterator[Reading]:
    group = "at" if "at" in rule.pattern.groupindex else 0
    for match in rule.pattern.finditer(text):
        said = rule.say(match, context)
        start, stop = match.span(group)
        if said is not None and said != text[start:stop]:
            yield Reading(start, stop, said, None, rule.name)


def _apart(readings: Iterable[Reading], length: int) -> tuple[Reading, ...]:
    """Those of a text of that length that lie over none before them, in the order of the text."""
    kept: list[Reading] = []
    taken = bytearray(length)
    for reading in readings:
        if not any(taken[reading.start : reading.stop]):
            taken[reading.start : reading.stop] = b"\1" * (reading.stop - reading.start)
            kept.append(reading)
    return tuple(sorted(kept, key=lambda reading: reading.start))


def _region(language: str) -> str:
    """The region of a BCP 47 tag, such as "GB"; "" where it names none."""
    parts = language.split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2), "")
