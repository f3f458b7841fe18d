"""What a build would do, told without speaking and without a network."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from audiobook.config import NARRATOR
from audiobook.episode.formats import check_formats
from audiobook.errors import UnknownNameError
from audiobook.model import Script
from audiobook.speech.casting import Casting
from audiobook.speech.choose import AUTO_ENGINES
from audiobook.speech.engine import load_engine
from audiobook.speech.synthesis import Line, clip_key, has_clip
from audiobook.store import Store
from audiobook.stories import Choices, Part, Story, cast_story, lines_of, parts_of, read_stories

__all__ = ["Plan", "plan"]

_CHARACTERS_PER_S = 15.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do to one programme."""

    title: str
    """Its title."""
    files: tuple[Path, ...]
    """What it would write."""
    engine: str
    """The engine that would speak."""
    segments: int
    """How many segments it has."""
    segments_kept: int
    """How many of them are in the store."""
    characters: int
    """How many characters would be spoken, kept ones included."""
    characters_to_speak: int
    """How many characters would be synthesised."""
    estimated_s: float
    """How long it would last, at 15 characters a second with the pauses."""
    chapters: tuple[str, ...]
    """The titles of its chapters."""
    speakers: tuple[tuple[str, str, int], ...]
    """Of everybody who speaks: name, voice, number of segments."""


def plan(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    choices: Choices | None = None,
) -> tuple[Plan, ...]:
    """What `build` would make of the same arguments, without speaking and without a network.

    Where the engine is "auto", which of the two it will be shows only when the build begins; the
    plan is for the one that has more of the story in the store.

    Raises:
        AudiobookError: the story, the show or a choice cannot be used.
    """
    choices = choices or Choices()
    check_formats(choices.formats)
    store = Store()
    plans: list[Plan] = []
    for story in read_stories(source, choices):
        name = story.engine(choices)
        names = _fit_for(story.language) if name == "auto" else (name,)
        candidates = [_plans(story, choices, engine, Path(output), store) for engine in names]
        kept = [sum(plan.segments_kept for plan in candidate) for candidate in candidates]
        plans.extend(candidates[kept.index(max(kept))])
    return tuple(plans)


def _fit_for(language: str) -> tuple[str, ...]:
    """The engines that "auto" may choose for a language, as `choose` does."""
    preferred, other = AUTO_ENGINES
    with closing(load_engine(preferred)) as engine:
        try:
            engine.default_voice(language)
        except UnknownNameError:
            return (other,)
    return AUTO_ENGINES


def _plans(story: Story, choices: Choices, engine: str, output: Path, store: Store) -> list[Plan]:
    """The plans of an episode's parts with an engine."""
    main = load_engine(engine, where=story.engine_where(choices))
    with closing(cast_story(story, choices, main)) as casting:
        parts = parts_of(story, story.script(casting.max_characters), choices)
        return [_plan(part, casting, choices, output, store) for part in parts]


def _plan(part: Part, casting: Casting, choices: Choices, output: Path, store: Store) -> Plan:
    lines = lines_of(part.script, casting)
    kept = [line for line in lines if _is_kept(line, casting, store)]
    n_characters = sum(len(line.text) for line in lines)
    pauses_s = sum(segment.pause_ms for segment in part.script.segments) / 1000
    return Plan(
        part.script.title,
        tuple(output / f"{part.name}.{name}" for name in choices.formats),
        casting.voice(None).engine,
        segments=len(lines),
        segments_kept=len(kept),
        characters=n_characters,
        characters_to_speak=n_characters - sum(len(line.text) for line in kept),
        estimated_s=round(n_characters / _CHARACTERS_PER_S + pauses_s, 1),
        chapters=tuple(chapter.title for chapter in part.script.chapters),
        speakers=_speakers(part.script, casting),
    )


def _is_kept(line: Line, casting: Casting, store: Store) -> bool:
    engine = casting.engines[line.voice.engine]
    return has_clip(store, clip_key(engine, line.voice, line.text))


def _speakers(script: Script, casting: Casting) -> tuple[tuple[str, str, int], ...]:
    """Of everybody who speaks: name, voice, number of segments; who speaks most comes first."""
    counts = Counter(segment.speaker for segment in script.segments)
    return tuple(
        (speaker or NARRATOR, casting.voice(speaker).name, n) for speaker, n in counts.most_common()
    )
