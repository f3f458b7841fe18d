"""Who speaks how much in a script, for an author to see at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.errors import Where
from audiobook.model import Kind, Script, Segment
from audiobook.script.dialogue.gathering import gathered
from audiobook.script.dialogue.names import gender_of
from audiobook.script.dialogue.roster import Roster

__all__ = ["CastLine", "Example", "cast_report"]

_MOST_EXAMPLES = 3
_EXAMPLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Example:
    """Something that somebody says."""

    text: str
    """The beginning of it, at most 80 characters."""
    where: Where
    """Where it stands in the story."""


@dataclass(frozen=True, slots=True)
class CastLine:
    """What one speaker says of a script."""

    speaker: str | None
    """The name; None for the narrator."""
    gender: str | None
    """"female" or "male", where names or pronouns tell."""
    n_segments: int
    """How many segments they speak."""
    n_words: int
    """How many words."""
    share: float
    """Of all words of the script, 0 to 1."""
    confidence: float
    """How sure their segments are theirs: the mean over words, 0 to 1."""
    examples: tuple[Example, ...]
    """What they say that is the least sure, at most three, in the order of the story."""


def cast_report(script: Script) -> tuple[CastLine, ...]:
    """Everybody who speaks in a script: the narrator, then the others by number of words.

    The narrator's confidence is that of the dialogue left to them; where there is none, it is 1.
    """
    segments: dict[str | None, list[Segment]] = {}
    for segment in script.segments:
        segments.setdefault(segment.speaker, []).append(segment)
    n_words = sum(_n_words(segment) for segment in script.segments)
    roster = _roster(script)
    lines = [
        _line(script, speaker, spoken, n_words, roster) for speaker, spoken in segments.items()
    ]
    return tuple(
        sorted(
            lines, key=lambda line: (line.speaker is not None, -line.n_words, line.speaker or "")
        )
    )


def _line(
    script: Script,
    speaker: str | None,
    segments: Sequence[Segment],
    n_words_in_all: int,
    roster: Roster,
) -> CastLine:
    n_words = sum(map(_n_words, segments))
    told = [s for s in segments if speaker is not None or s.kind is Kind.DIALOGUE]
    sure = sum(segment.confidence * _n_words(segment) for segment in told)
    least_sure = sorted(told or segments, key=lambda s: (s.confidence, s.start))[:_MOST_EXAMPLES]
    return CastLine(
        speaker,
        None if speaker is None else _gender(speaker, roster),
        len(segments),
        n_words,
        n_words / max(1, n_words_in_all),
        sure / max(1, sum(map(_n_words, told))) if told else 1.0,
        tuple(_example(script, s) for s in sorted(least_sure, key=lambda s: s.start)),
    )


def _n_words(segment: Segment) -> int:
    return len(segment.text.split())


def _example(script: Script, segment: Segment) -> Example:
    text = segment.text
    if len(text) > _EXAMPLE_CHARACTERS:
        text = text[: _EXAMPLE_CHARACTERS - 1].rstrip() + "…"
    return Example(text, script.source.where(segment.start))


def _roster(script: Script) -> Roster:
    """Who is named in the narration of a script, for the genders of those who speak in it."""
    spoken: dict[bool, list[str]] = {True: [], False: []}
    for segment in script.segments:
        spoken[segment.kind is Kind.DIALOGUE].append(segment.text)
    return gathered("\n".join(spoken[False]), "\n".join(spoken[True]), script.language)


def _gender(speaker: str, roster: Roster) -> str | None:
    known = roster.find(speaker) or roster.by_alias.get(speaker.lower())
    return (known.gender if known else None) or gender_of(speaker)
