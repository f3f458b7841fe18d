"""What an engine is given and what it gives: an Utterance and a Voice become a Clip.

Like the nouns of the story, in `audiobook.model`, they are frozen and plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "DELIVERY_LEVELS",
    "GENDERS",
    "KEYED_WHEN_GIVEN",
    "Clip",
    "Delivery",
    "Pronunciation",
    "Utterance",
    "Voice",
    "Word",
]

KEYED_WHEN_GIVEN: Mapping[str, bool] = {"keyed_when_given": True}
"""Metadata of a field that goes into no `digest` as long as it has its default: keys that were made
before there was such a field still hold."""

DELIVERY_LEVELS: Mapping[str, tuple[str, ...]] = {
    "emphasis": ("reduced", "moderate", "strong"),
    "rate": ("x-slow", "slow", "medium", "fast", "x-fast"),
    "pitch": ("x-low", "low", "medium", "high", "x-high"),
    "volume": ("x-soft", "soft", "medium", "loud", "x-loud"),
}
"""What each field of a Delivery may be, from the least to the most, by the names of SSML 1.1,
sections 3.2.2 and 3.2.4; "medium" is the voice's own rate, pitch or volume."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a stretch of text is to be delivered, in at least one respect; None is as the rest."""

    start: int
    """Index of its first character in the text."""
    stop: int
    """Index just past its last, greater than `start`."""
    emphasis: str | None = None
    """How much it is stressed, one of `DELIVERY_LEVELS`."""
    rate: str | None = None
    """How fast it is spoken, likewise."""
    pitch: str | None = None
    """How high, likewise."""
    volume: str | None = None
    """How loud, likewise."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How a stretch of an utterance sounds."""

    start: int
    """Index of its first character in the utterance's text."""
    stop: int
    """Index just past its last, greater than `start`."""
    ipa: str
    """Its sounds in the International Phonetic Alphabet."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What an engine is given to speak at a time."""

    text: str
    """All of it, in words."""
    sounds: tuple[Pronunciation, ...] = ()
    """How stretches of `text` sound, in order, none over another; engines that take no phonemes
    are given none, and speak the text."""
    deliveries: tuple[Delivery, ...] = field(default=(), metadata=KEYED_WHEN_GIVEN)
    """How stretches of `text` are delivered, in order, none over another; likewise for engines that
    take none."""


GENDERS = ("female", "male")
"""What a voice, and somebody who speaks, may be; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How somebody sounds."""

    engine: str
    """Name of the engine, as registered."""
    name: str
    """The engine's own name for the voice."""
    language: str
    """BCP 47 tag of the language it is to speak."""
    rate: float = 1.0
    """Speed, 1 being the engine's own."""
    pitch: float = 1.0
    """Pitch, 1 being the voice's own; engines that cannot change it leave it."""
    gain_db: float = 0.0
    """Level against the rest of the cast, in dB; no part of the synthesis."""


@dataclass(frozen=True, slots=True)
class Word:
    """When a word is heard in its clip."""

    start: int
    """Index of its first character in the utterance's text."""
    end: int
    """Index just past its last character."""
    onset_ms: float
    """When it begins, in milliseconds from the clip's start."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The speech of one segment, as the engine gave it."""

    sample_rate: int
    """Samples per second."""
    samples: NDArray[np.int16] = field(repr=False)
    """Mono, shape (n,), n > 0."""
    words: tuple[Word, ...] = ()
    """When each word is heard; () where that is not known."""
    words_by: str = "engine"
    """Who told when: "engine", or "aligned" for found afterwards; says nothing without words."""
    words_confidence: float = 1.0
    """How sure that is, 0 to 1."""
    warnings: tuple[str, ...] = ()
    """What of the utterance could not be spoken as asked, a line each."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate
