"""What a build would do, told without speaking and without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.config import NARRATOR, Show
from audiobook.episode.formats import check_formats
from audiobook.errors import UnknownNameError
from audiobook.model import Script, Segment
from audiobook.programme import arranged, encoder_of, estimated_take, load_music, room_of
from audiobook.progress import Listener, silent
from audiobook.sound.profiles import Profile
from audiobook.sound.timeline import Grid
from audiobook.sound.voice import Room, Take, kept_length
from audiobook.speech.casting import Casting
from audiobook.speech.choose import AUTO_ENGINES, Engines
from audiobook.speech.synthesis import Line, clip_key
from audiobook.store import Store
from audiobook.stories import Choices, Part, Story, cast_story, lines_of, parts_of, read_stories

__all__ = ["Plan", "plan"]


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
    """How long it would last: what is kept as it is, the rest as its characters let expect."""
    chapters: tuple[str, ...]
    """The titles of its chapters."""
    speakers: tuple[tuple[str, str, int], ...]
    """Of everybody who speaks: name, voice, number of segments."""


def plan(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    choices: Choices | None = None,
    listen: Listener = silent,
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
    stories = read_stories(source, choices, listen)
    with closing(Engines(listen, stories[0].show.engines)) as engines:
        for story in stories:
            name = story.engine(choices)
            names = _fit_for(story.language, engines) if name == "auto" else (name,)
            candidates = [
                _plans(story, choices, engines, engine, Path(output), store) for engine in names
            ]
            kept = [sum(plan.segments_kept for plan in candidate) for candidate in candidates]
            plans.extend(candidates[kept.index(max(kept))])
    return tuple(plans)


def _fit_for(language: str, engines: Engines) -> tuple[str, ...]:
    """The engines that "auto" may choose for a language, as `Engines.main` does."""
    preferred, other = AUTO_ENGINES
    try:
        engines.load(preferred).default_voice(language)
    except UnknownNameError:
        return (other,)
    return AUTO_ENGINES


def _plans(
    story: Story, choices: Choices, engines: Engines, engine: str, output: Path, store: Store
) -> list[Plan]:
    """The plans of an episode's parts with an engine."""
    main = engines.load(engine, story.engine_where(choices))
    casting = cast_story(story, choices, main, engines.load)
    parts = parts_of(story, story.script(casting.max_characters), choices)
    return [_plan(part, casting, choices, output, store) for part in parts]


def _plan(part: Part, casting: Casting, choices: Choices, output: Path, store: Store) -> Plan:
    lines = lines_of(part.script, casting)
    profile = part.story.profile(choices)
    room = room_of(profile, narration=part.story.show.narration)
    lengths = [_kept_length(line, casting, store, room) for line in lines]
    kept = [line for line, length in zip(lines, lengths, strict=True) if length is not None]
    n_characters = sum(len(line.text) for line in lines)
    return Plan(
        part.script.title,
        tuple(output / f"{part.name}.{name}" for name in choices.formats),
        casting.voice(None).engine,
        segments=len(lines),
        segments_kept=len(kept),
        characters=n_characters,
        characters_to_speak=n_characters - sum(len(line.text) for line in kept),
        estimated_s=round(_duration_s(part, profile, choices.formats[0], lengths, store), 1),
        chapters=tuple(chapter.title for chapter in part.script.chapters),
        speakers=_speakers(part.script, casting),
    )


def _kept_length(line: Line, casting: Casting, store: Store, room: Room) -> int | None:
    engine = casting.engines[line.voice.engine]
    return kept_length(store, clip_key(engine, line), room)


def _duration_s(
    part: Part, profile: Profile, name: str, lengths: Sequence[int | None], store: Store
) -> float:
    """How long a part would last in a format, with its music and its pauses.

    Args:
        part: the part.
        profile: what it is mastered to.
        name: of the format.
        lengths: of its segments, in samples; None for one to be estimated.
        store: where its music is kept, and made where it is missing.
    """
    show, script = part.story.show, part.script
    pieces = load_music(show.music, script, part.story.folders, profile, store)
    encoder = encoder_of(name, profile)
    grid = Grid(encoder.sample_rate, encoder.frame_samples)
    takes = (
        _take(segment, length, show, grid.sample_rate)
        for segment, length in zip(script.segments, lengths, strict=True)
    )
    return grid.seconds(sum(slot.n_frames for slot in arranged(script, takes, show, pieces, grid)))


def _take(segment: Segment, length: int | None, show: Show, sample_rate: int) -> Take:
    estimated = estimated_take(segment, show, sample_rate)
    return estimated if length is None else replace(estimated, n_samples=length)


def _speakers(script: Script, casting: Casting) -> tuple[tuple[str, str, int], ...]:
    """Of everybody who speaks: name, voice, number of segments; who speaks most comes first."""
    counts = Counter(segment.speaker for segment in script.segments)
    return tuple(
        (speaker or NARRATOR, casting.voice(speaker).name, n) for speaker, n in counts.most_common()
    )
