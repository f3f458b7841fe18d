"""What a build tells when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audiobook.timed_words import TimedWord

__all__ = ["Built", "ChapterEngine", "ChapterStart", "Report"]


@dataclass(frozen=True, slots=True)
class ChapterStart:
    """Where a chapter begins in a finished file."""

    title: str
    """What a player shows."""
    start_s: float
    """Its first moment, in seconds."""


@dataclass(frozen=True, slots=True)
class ChapterEngine:
    """The engine that has spoken a chapter."""

    chapter: str
    """The chapter's title."""
    engine: str
    """The engine of all who ask for no other."""


@dataclass(frozen=True, slots=True)
class Built:
    """A finished programme."""

    title: str
    """Its title."""
    files: Mapping[str, Path]
    """Its files, by format."""
    duration_s: float
    """Its length in seconds."""
    segments: int
    """How many segments are spoken in it."""
    segments_synthesised: int
    """How many of them were spoken for this build."""
    segments_reused: int
    """How many of them were in the store."""
    blocks: int
    """How many blocks it has, in all its files."""
    blocks_encoded: int
    """How many of them were encoded for this build."""
    integrated_lufs: float
    """Integrated loudness (ITU-R BS.1770-5)."""
    true_peak_dbtp: float
    """Highest true peak."""
    chapters: tuple[ChapterStart, ...]
    """Its chapters."""
    engines: tuple[ChapterEngine, ...]
    """Who has spoken each chapter, in order."""
    words: tuple[TimedWord, ...] | None = None
    """When each of its words is heard; None where nobody asked."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build made."""

    episodes: tuple[Built, ...]
    """The programmes, in order."""
    elapsed_s: float
    """How long it took, in seconds."""

    @property
    def engine(self) -> str:
        """The engine that spoke its chapters; where engines took over, that of the most of them."""
        counts = Counter(told.engine for built in self.episodes for told in built.engines)
        return counts.most_common(1)[0][0]
