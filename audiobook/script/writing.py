"""A Script as the text that an author reads and edits: Markdown, a line for each segment.

---
title: The Crossing
language: en
cast:
  Ferryman: {}
---

# The Near Bank

The water was high.
Ferryman: “Not today.”
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from audiobook.model import Chapter, Cue, Kind, Script, Segment
from audiobook.script.speakers import looks_cued
from audiobook.script.splitting import Pauses
from audiobook.yaml_values import yaml_values

__all__ = ["script_text"]

_PARAGRAPH_MS = Pauses().paragraph_ms
_MARKUP = re.compile(r"[\\`*_\[\]<&#|~]")
_NUMBER = re.compile(r"\d+(?=[.)])")
_LINE_MARKS = (">", "-", "+", "=")


def script_text(script: Script) -> str:
    """The script as Markdown with YAML front matter; reading it gives the same segments.

    The front matter is the story's own, with everybody named in it who speaks in the script.
    """
    front = yaml.safe_dump(_settings(script), allow_unicode=True, sort_keys=False)
    level = 2 if _opens_with_title(script.chapters[0]) else 1
    chapters = "".join(part for chapter in script.chapters for part in _chapter(chapter, level))
    return f"---\n{front}---\n\n{chapters.rstrip()}\n"


def _settings(script: Script) -> dict[str, object]:
    """The story's own settings, and what the script says beyond them."""
    said = {"title": script.title, "author": script.author, "language": script.language}
    own, _ = yaml_values(script.front_matter)
    settings: dict[str, object] = {name: value for name, value in said.items() if value}
    settings = settings | own | settings  # in this order, and what the script says holds
    cast = own.get("cast")
    members: dict[str, object] = {s.speaker: {} for s in script.segments if s.speaker}
    members |= cast if isinstance(cast, dict) else {}
    return settings | ({"cast": members} if members else {})


def _opens_with_title(chapter: Chapter) -> bool:
    """Whether the heading of the book stands before that of its first chapter."""
    headings = [segment.text for segment in chapter.segments if segment.kind is Kind.HEADING]
    return chapter.title in headings and headings[0] != chapter.title


def _chapter(chapter: Chapter, level: int) -> Iterator[str]:
    """A chapter's lines; headings of the given level open chapters."""
    seen: list[str] = []
    for item in chapter.items:
        if isinstance(item, Cue):
            yield _cue(item) + "\n\n"
        elif item.kind is Kind.HEADING:
            depth = level if item.text == chapter.title and item.text not in seen else level + 1
            if level > 1 and not seen and depth != level:
                depth = 1  # the title of the book
            seen.append(item.text)
            yield f"{'#' * depth} {_escaped(item.text)}\n\n"
        else:
            yield _line(item) + ("\n\n" if item.pause_ms >= _PARAGRAPH_MS else "\n")


def _cue(cue: Cue) -> str:
    if cue.kind == "break":
        return "***"
    options = " ".join(f"{name}={value}" for name, value in cue.options)
    return f"![{cue.kind}]({cue.name or ''})" + (f"{{{options}}}" if options else "")


def _line(segment: Segment) -> str:
    text = _escaped(segment.text)
    if segment.speaker:
        return f"{segment.speaker}: {text}"
    if number := _NUMBER.match(text):
        text = f"{number[0]}\\{text[number.end() :]}"
    if text.startswith("\\"):  # it can be taken for nothing else any more
        return text
    return f"\\{text}" if text.startswith(_LINE_MARKS) or looks_cued(text) else text


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
