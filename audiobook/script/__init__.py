"""Script: a story file becomes a Book, and a Book becomes a Script, ready to be spoken.

story ─encoding▶ text ─readers▶ Book ─quotes, sentences, clauses▶ Script
"""

from __future__ import annotations

from audiobook.script.encoding import MAX_STORY_BYTES, decode
from audiobook.script.notation.front import FrontMatter, front_matter
from audiobook.script.splitting import Pauses, split
from audiobook.script.story import read, read_front_matter, story_suffixes

__all__ = [
    "MAX_STORY_BYTES",
    "FrontMatter",
    "Pauses",
    "decode",
    "front_matter",
    "read",
    "read_front_matter",
    "split",
    "story_suffixes",
]
