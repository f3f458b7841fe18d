"""Front matter: the YAML block at the top of a Markdown story."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.errors import StoryError, UnknownNameError
from audiobook.model import Source
from audiobook.settings import parse_yaml

__all__ = ["SEGMENTS", "FrontMatter", "front_matter", "is_script_file"]

SEGMENTS = ("segments", "lines")
"""The setting that makes a Markdown story a script file: each line of it is a segment."""

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_BLANK_LINE = re.compile(r"[ \t]*(?:\r|\n|\Z)")
_SEGMENTS_KEY = re.compile(
    r"""(?:\A|(?<=[\r\n]))["']?segments["']?[ \t]*:|[{,][ \t]*["']?segments\b"""
)
_KEY = re.compile(r"[^\W\d][\w-]*[ \t]*:(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a story."""

    yaml: str
    """What stands between the marks, not yet parsed."""
    first_line: int
    """The line of the story on which `yaml` begins, from 1."""
    end: int
    """Offset in the story just past the closing mark's line."""


def front_matter(text: str, name: str = "") -> FrontMatter | None:
    """The block that opens with ``---`` on the first line and ends at ``---`` or ``...``.

    As in Pandoc, a ``---`` with a blank line after it is a thematic break.

    Args:
        text: the decoded story.
        name: the file as the user named it, for the error.

    Raises:
        StoryError: it begins like front matter and never ends.
    """
    opening = _OPENING.match(text)
    if not opening or _BLANK_LINE.match(text, opening.end()):
        return None
    closing = _CLOSING.search(text, opening.end())
    if closing:
        return FrontMatter(text[opening.end() : closing.start()], 2, closing.end())
    if _KEY.match(text, opening.end()):
        raise StoryError(
            "the front matter never ends",
            where=Source(name, text).where(0),
            hint="put --- on a line of its own after it",
        )
    return None


def is_script_file(front: FrontMatter, name: str) -> bool:
    """Whether the front matter says that each line of the story is a segment as it stands.

    Raises:
        ConfigError: it is not YAML, or says anything else of its segments; with the line.
    """
    if not _SEGMENTS_KEY.search(front.yaml):
        return False
    key, value = SEGMENTS
    table = parse_yaml(front.yaml, name, front.first_line)
    given = table.text(key)
    if given not in (None, value):
        raise UnknownNameError("way to cut segments", given, [value], where=table.where(key))
    return given is not None
