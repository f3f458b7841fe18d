"""A Script as the text that an author reads and edits: Markdown, a line for each segment.

---
title: The Crossing
language: en
cast: {Ferryman: {}}
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

__all__ = ["script_text"]

_PARAGRAPH_MS = 600
_MARKUP = re.compile(r"([\\`*_\[\]<&])")
_BLOCK = re.compile(r"^(#|>|[-+=~]|\d+[.)]|[^\s:]{1,40}\??:)")


def script_text(script: Script) -> str:
    """The script as Markdown with YAML front matter; reading it gives the same segments."""
    cast: dict[str, object] = {s.speaker: {} for s in script.segments if s.speaker}
    head = {"title": script.title, "language": script.language} | ({"cast": cast} if cast else {})
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    chapters = "\n".join("".join(_chapter(chapter)) for chapter in script.chapters)
    return f"---\n{front}---\n\n{chapters}"


def _chapter(chapter: Chapter) -> Iterator[str]:
    for item in chapter.items:
        if isinstance(item, Cue):
            yield _cue(item) + "\n\n"
        else:
            ends = item.kind is Kind.HEADING or item.pause_ms >= _PARAGRAPH_MS
            yield _line(item) + ("\n\n" if ends else "\n")


def _cue(cue: Cue) -> str:
    if cue.kind == "break":
        return "***"
    options = " ".join(f"{name}={value}" for name, value in cue.options)
    return f"![{cue.kind}]({cue.name or ''})" + (f"{{{options}}}" if options else "")


def _line(segment: Segment) -> str:
    text = _MARKUP.sub(r"\\\1", segment.text)
    if segment.kind is Kind.HEADING:
        return f"# {text}"
    if segment.speaker:
        return f"{segment.speaker}: {text}"
    return f"\\{text}" if _BLOCK.match(text) else text
