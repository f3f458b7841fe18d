"""Saying it right: numbers, abbreviations and names as people say them, by rules and a lexicon.

Script ─lexicon, rules▶ readings ─fitting▶ Script
"""

from __future__ import annotations

from audiobook.script.spoken.pronounce import pronounced, reading_of
from audiobook.script.spoken.words import Oddity, OddWord, odd_words

__all__ = ["OddWord", "Oddity", "odd_words", "pronounced", "reading_of"]
