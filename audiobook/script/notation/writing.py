"""A Script as the script file that an author reads and edits; see docs/script-format.md.

---
title: The Crossing
language: en
cast:
  Ferryman: {}
segments: lines
---

# The Near Bank

The water was high.
Ferryman: “Not today.”
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import yaml

from audiobook.model import (
    Book,
    BookChapter,
    Chapter,
    Cue,
    Kind,
    Paragraph,
    Reading,
    Script,
    Segment,
)
from audiobook.script.notation.front import SEGMENTS
from audiobook.script.notation.slips import LOOSE_SETTING
from audiobook.script.notation.speakers import is_cue
from audiobook.script.splitting import Pauses, split
from audiobook.show import NARRATOR
from audiobook.utterance import DELIVERY_LEVELS, Delivery
from audiobook.yaml_values import yaml_values

__all__ = ["script_text"]

_PARAGRAPH_MS = Pauses().paragraph_ms
_MARKUP = re.compile(r"[\\`*_\[]|<(?=[A-Za-z/!?])|&(?=#|\w+;)")
_IN_HEADING = re.compile(r"[#{]")
_IN_BRACKETS = re.compile(r"[()]")
_IN_QUOTES = re.compile(r'["\\]')
_LINE_MARK = re.compile(r"[>+=#|~-]|\d+(?=[.)])")
_AFTER_NAME = re.compile(r":(?=\s|$)|\?$")
_UNSAFE_IN_PATH = re.compile(r"[^\w/.~-]|\A//|(?<=/)/")


def script_text(script: Script) -> str:
    """The script as a script file; reading it gives the same script.

    The front matter is the story's own, with everybody named in it who speaks in the script.
    What is kept: chapters with their titles, cues, and of each segment its text, kind and speaker,
    whether that is a guess, its pause, and how the author wants it read. Narration and headings
    are taken for the narrator's.
    """
    settings = _settings(script)
    front = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    cast = settings.get("cast")
    names = [str(name) for name in cast] if isinstance(cast, dict) else []
    blocks = _blocks(script, _Writer(names, _usual_pauses(script)))
    return f"---\n{front}---\n\n{''.join(blocks).rstrip()}\n"


def _settings(script: Script) -> dict[str, object]:
    """The story's own settings, and what the script says beyond them."""
    said = {"title": script.title, "author": script.author, "language": script.language}
    own, _ = yaml_values(script.front_matter)
    settings: dict[str, object] = {name: value for name, value in said.items() if value}
    settings = settings | own | settings  # in this order, and what the script says holds
    cast = own.get("cast")
    members: dict[str, object] = dict(cast) if isinstance(cast, dict) else {}
    members |= {s.speaker: {} for s in script.segments if s.speaker and s.speaker not in members}
    return settings | ({"cast": members} if members else {}) | dict([SEGMENTS])


def _usual_pauses(script: Script) -> Iterator[int]:
    """The pause that a reader of the file would give each segment, if no mark said otherwise."""
    chapters = tuple(
        BookChapter(chapter.title, tuple(_as_read(chapter))) for chapter in script.chapters
    )
    book = Book(script.source, None, (), None, chapters)
    read = split(book, language=script.language, title=script.title)
    return (segment.pause_ms for segment in read.segments)


def _as_read(chapter: Chapter) -> Iterator[Paragraph | Cue]:
    for item, after in zip(chapter.items, (*chapter.items[1:], None), strict=True):
        if isinstance(item, Cue):
            yield item
        else:
            yield Paragraph(
                item.text,
                ((0, 0),),
                len(item.text),
                item.kind,
                goes_on=_goes_on(item, after),
                is_segment=True,
            )


def _goes_on(segment: Segment, after: Segment | Cue | None) -> bool:
    """Whether the next segment stands in the same paragraph."""
    return (
        isinstance(after, Segment)
        and Kind.HEADING not in (segment.kind, after.kind)
        and segment.pause_ms < _PARAGRAPH_MS
    )


def _blocks(script: Script, writer: _Writer) -> Iterator[str]:
    """The lines of all chapters, each with what parts it from the next."""
    for number, chapter in enumerate(script.chapters):
        opening = _opening(chapter, script.title if number == 0 else None)
        if opening.line:
            yield f"# {_in_heading(_escaped(chapter.title))} {{spoken=no}}\n\n"
        for index, item in enumerate(chapter.items):
            if isinstance(item, Cue):
                yield _cue(item) + "\n\n"
            elif item.kind is Kind.HEADING:
                opens = index == opening.heading
                title = chapter.title if opens and chapter.title != item.text else None
                yield writer.heading(item, 1 if opens else 2, title) + "\n\n"
            else:
                after = chapter.items[index + 1] if index + 1 < len(chapter.items) else None
                yield writer.line(item) + ("\n" if _goes_on(item, after) else "\n\n")


@dataclass(frozen=True, slots=True)
class _Opening:
    """What opens a chapter."""

    heading: int | None = None
    """Index of the segment that does."""
    line: bool = False
    """Whether a heading that is not spoken does."""


def _opening(chapter: Chapter, story_title: str | None) -> _Opening:
    """How a chapter is opened; the first one may have cues and headings before its heading.

    Args:
        chapter: the chapter.
        story_title: the title of the story for its first chapter; None for others.
    """
    first, *_ = chapter.items
    for index, item in enumerate(chapter.items):
        if isinstance(item, Segment) and item.kind is not Kind.HEADING:
            break
        if isinstance(item, Segment) and item.text == chapter.title:
            return _Opening(heading=index)
        if story_title is None:
            break
    if isinstance(first, Segment) and first.kind is Kind.HEADING:
        return _Opening(heading=0)
    has_body = any(segment.kind is not Kind.HEADING for segment in chapter.segments)
    return _Opening(line=not (chapter.title == story_title and has_body))


def _cue(cue: Cue) -> str:
    if cue.kind == "break":
        return "***"
    options = " ".join(f"{name}={value}" for name, value in cue.options)
    path = _UNSAFE_IN_PATH.sub(_percent_encoded, cue.name or "")
    return f"![{cue.kind}]({path})" + (f"{{{options}}}" if options else "")


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes a script's segments, asked for each in order."""

    names: Collection[str]
    """Of the cast."""
    usual_ms: Iterator[int]
    """The pause of each that needs no mark."""

    def heading(self, segment: Segment, level: int, title: str | None) -> str:
        settings = [f"title={_quoted(title)}"] if title is not None else []
        if segment.pause_ms != next(self.usual_ms):
            settings.append(f"pause={_duration(segment.pause_ms)}")
        text = _in_heading(_marked(segment))
        return f"{'#' * level} {text}" + (f" {{{' '.join(settings)}}}" if settings else "")

    def line(self, segment: Segment) -> str:
        text = _marked(segment)
        name = _name(segment)
        verse = "| " if segment.kind is Kind.VERSE else ""
        if name is not None:
            line = f"{verse}{name}: {text}"
        else:
            line = verse + self._uncued(text if verse else _plain_start(text))
        line = LOOSE_SETTING.sub(r"\\\g<0>", line)
        is_usual = segment.pause_ms == next(self.usual_ms)
        return line if is_usual else f"{line} [{_duration(segment.pause_ms)}]"

    def _uncued(self, line: str) -> str:
        """A line with a backslash before each colon that would make its beginning a name."""
        while (colon := is_cue(line, self.names)) is not None:
            line = f"{line[:colon]}\\{line[colon:]}"
        return line


def _name(segment: Segment) -> str | None:
    """What stands before the colon; None where there is none."""
    is_guess = segment.confidence < 1
    if segment.speaker is None:
        if segment.kind is Kind.NARRATION or (segment.kind is Kind.VERSE and not is_guess):
            return None
        return "?" if is_guess else NARRATOR
    name = _AFTER_NAME.sub(r"\\\g<0>", _plain_start(_escaped(segment.speaker)))
    return name + "?" * is_guess


def _plain_start(text: str) -> str:
    """A line's text with a backslash where Markdown takes its beginning for more than text."""
    mark = _LINE_MARK.match(text)
    if mark is None:
        return text
    at = mark.end() if mark.group().isdecimal() else 0
    return f"{text[:at]}\\{text[at:]}"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _marked(segment: Segment) -> str:
    """A segment's text, with what its author says of stretches of it as marks."""
    text = segment.text
    parts: list[str] = []
    done = 0
    for (start, stop), says in sorted(_says_by_stretch(segment).items()):
        inner = _IN_BRACKETS.sub(r"\\\g<0>", _escaped(text[start:stop]))
        parts += _escaped(text[done:start]), f"({inner})[{';'.join(says)}]"
        done = stop
    return "".join([*parts, _escaped(text[done:])])


def _says_by_stretch(segment: Segment) -> dict[tuple[int, int], list[str]]:
    """What stands in the square brackets after each stretch."""
    says: dict[tuple[int, int], list[str]] = {}
    for reading in segment.readings:
        if reading.why == "author":
            stretch = reading.start, reading.stop
            says[stretch] = _reading(reading, segment.text[slice(*stretch)])
    for delivery in segment.deliveries:
        says.setdefault((delivery.start, delivery.stop), []).extend(_levels(delivery))
    return says


def _reading(reading: Reading, text: str) -> list[str]:
    says = [f"ipa:{_quoted(reading.ipa)}"] if reading.ipa else []
    if reading.say != text or not says:
        says.insert(0, f"sub:{_quoted(reading.say)}")
    return says


def _levels(delivery: Delivery) -> Iterator[str]:
    levels = ((name, getattr(delivery, name)) for name in DELIVERY_LEVELS)
    return (f"{name}:{_quoted(level)}" for name, level in levels if level is not None)


def _quoted(value: str) -> str:
    escaped = _IN_QUOTES.sub(r"\\\g<0>", value)
    return f'"{escaped}"'


def _in_heading(line: str) -> str:
    return _IN_HEADING.sub(r"\\\g<0>", line)


def _duration(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{ms}ms" if rest or not ms else f"{seconds}s"
