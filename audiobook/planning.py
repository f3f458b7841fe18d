"""What a build would do, told without speaking and without a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.build_rates import BuildRate, find_rate
from audiobook.covers import cover_of
from audiobook.episode.formats import check_formats
from audiobook.model import Script
from audiobook.parts import Part, parts_of
from audiobook.programme import arranged, encoder_of, estimated_take, facts_of, load_music, room_of
from audiobook.progress import Listener, silent
from audiobook.show import NARRATOR
from audiobook.sound.timeline import Grid, Timeline, timeline_of
from audiobook.speech.casting import Casting
from audiobook.speech.choose import Engines
from audiobook.store import Store
from audiobook.stories import read_stories
from audiobook.story import Choices, Story
from audiobook.tally import PlannedLine, Tally, planned_lines, tally_of
from audiobook.utterance import Voice
from audiobook.voicing import Voiced, lines_of, voiced

__all__ = ["Expected", "Plan", "PlannedChapter", "PlannedSpeaker", "plan"]


@dataclass(frozen=True, slots=True)
class PlannedChapter:
    """What a chapter asks for."""

    title: str
    """Its title."""
    lasts_s: float
    """How long it would last, with its music and its pauses, in seconds."""
    tally: Tally
    """What its lines ask for."""


@dataclass(frozen=True, slots=True)
class PlannedSpeaker:
    """What somebody's lines ask for."""

    name: str
    """Their name in the cast."""
    voice: Voice
    """Their voice, with its engine."""
    tally: Tally
    """What their lines ask for."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a build would take, by how long builds have taken on this machine."""

    took_s: float
    """That, in seconds."""
    rates: tuple[tuple[str, BuildRate], ...]
    """What it is reckoned from: rates by engine."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do to one programme."""

    title: str
    """Its title."""
    files: tuple[Path, ...]
    """What it would write."""
    engine: str
    """The engine that would speak."""
    is_assumed: bool
    """Whether it is the one that "auto" takes only where Google answers."""
    tally: Tally
    """What all its lines ask for."""
    requests: tuple[tuple[str, int], ...]
    """How many requests would be sent, by engine; those that are sent none are left out."""
    estimated_s: float
    """How long it would last: what is kept as it is, the rest as its characters let expect."""
    expected: Expected | None
    """How long the build would take; None where nothing is to be spoken, or by an engine with
    which no build was measured."""
    by_chapter: tuple[PlannedChapter, ...]
    """Its chapters, in order."""
    by_speaker: tuple[PlannedSpeaker, ...]
    """Everybody who speaks; who speaks most comes first."""

    @property
    def chapters(self) -> tuple[str, ...]:
        """The titles of its chapters."""
        return tuple(chapter.title for chapter in self.by_chapter)

    @property
    def speakers(self) -> tuple[tuple[str, str, int], ...]:
        """Of everybody who speaks: name, voice, number of segments."""
        return tuple((each.name, each.voice.name, each.tally.segments) for each in self.by_speaker)

    @property
    def segments(self) -> int:
        """How many segments it has."""
        return self.tally.segments

    @property
    def segments_kept(self) -> int:
        """How many of them are in the store."""
        return self.tally.segments_kept

    @property
    def characters(self) -> int:
        """How many characters would be spoken, kept ones included."""
        return self.tally.characters

    @property
    def characters_to_speak(self) -> int:
        """How many characters would be synthesised."""
        return self.tally.characters_to_speak


def plan(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    choices: Choices | None = None,
    listen: Listener = silent,
) -> tuple[Plan, ...]:
    """What `build` would make of the same arguments, without speaking and without a network.

    Where the engine is "auto", it is for Google's voices, unless Google does not speak the
    language: whether Google answers shows only when the build begins; see `Plan.is_assumed`. Where
    the store cannot be written, what is worked out for the plan is not kept.

    Raises:
        AudiobookError: the story, the show or a choice cannot be used.
    """
    choices = choices or Choices()
    check_formats(choices.formats)
    stories = read_stories(source, choices, listen)
    with closing(Engines(listen, stories[0].show.engines)) as engines:
        planner = _Planner(choices, engines, Path(output), Store(forgiving=True), set())
        return tuple(plan for story in stories for plan in planner.plans(story))


@dataclass(frozen=True, slots=True)
class _Planner:
    """Plans with the first of some engines, as if it did not fail."""

    choices: Choices
    engines: Engines
    output: Path
    store: Store
    made: set[str]
    """Keys of the clips that what was planned before would make."""

    def plans(self, story: Story) -> list[Plan]:
        """The plans of an episode's parts."""
        cover_of(story.show, story.book, silent)  # what would keep a build from beginning is told
        room = room_of(story.profile(self.choices), narration=story.show.narration)
        chosen = voiced(
            story, self.choices, self.engines, self.store, silent, room=room, asks=False
        )
        parts = parts_of(story, chosen.script, self.choices)
        return [self._plan(part, chosen) for part in parts]

    def _plan(self, part: Part, chosen: Voiced) -> Plan:
        casting = chosen.relay.preferred
        profile = part.story.profile(self.choices)
        encoders = [encoder_of(name, profile) for name in self.choices.formats]
        encoder = encoders[0]
        grid = Grid(encoder.sample_rate, encoder.frame_samples)
        show, script = part.story.show, part.script
        takes = [estimated_take(segment, show, grid.sample_rate) for segment in script.segments]
        lines = planned_lines(
            lines_of(script, casting),
            casting,
            self.store,
            room_of(profile, narration=show.narration),
            prices=self.engines.prices,
            estimated=lambda number: takes[number].n_samples,
            made=self.made,
        )
        pieces = load_music(show.music, script, part.story.folders, profile, self.store)
        known = (
            replace(take, n_samples=line.n_samples) for take, line in zip(takes, lines, strict=True)
        )
        slots = list(arranged(script, known, show, profile, facts_of(pieces, profile), grid))
        timeline = timeline_of(script, slots, grid)
        return Plan(
            script.title,
            tuple(part.file(self.output, encoder) for encoder in encoders),
            casting.voice(None).engine,
            chosen.is_assumed,
            tally_of(lines, grid.sample_rate),
            _requests(lines),
            round(timeline.duration_s, 1),
            _expected(lines, grid.sample_rate, self.store),
            _chapters(script, lines, timeline),
            _speakers(script, lines, casting, grid.sample_rate),
        )


def _requests(lines: Sequence[PlannedLine]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts[line.engine] += line.n_requests
    return tuple((engine, n) for engine, n in counts.items() if n)


def _expected(lines: Sequence[PlannedLine], sample_rate: int, store: Store) -> Expected | None:
    """What each engine has to speak, at the rate of the builds in which it spoke."""
    speech_s: dict[str, float] = defaultdict(float)
    for line in lines:
        if line.is_made:
            speech_s[line.engine] += line.n_samples / sample_rate
    rates = {engine: rate for engine in speech_s if (rate := find_rate(store, engine))}
    if not rates or len(rates) < len(speech_s):
        return None
    took_s = sum(rates[engine].s_per_speech_s * length_s for engine, length_s in speech_s.items())
    return Expected(took_s, tuple(rates.items()))


def _chapters(
    script: Script, lines: Sequence[PlannedLine], timeline: Timeline
) -> tuple[PlannedChapter, ...]:
    chapters, first = [], 0
    for chapter, mark in zip(script.chapters, timeline.marks, strict=True):
        last = first + len(chapter.segments)
        lasts_s = timeline.grid.seconds(mark.end_frame - mark.start_frame)
        tally = tally_of(lines[first:last], timeline.grid.sample_rate)
        chapters.append(PlannedChapter(chapter.title, lasts_s, tally))
        first = last
    return tuple(chapters)


def _speakers(
    script: Script, lines: Sequence[PlannedLine], casting: Casting, sample_rate: int
) -> tuple[PlannedSpeaker, ...]:
    said: dict[str | None, list[PlannedLine]] = defaultdict(list)
    for segment, line in zip(script.segments, lines, strict=True):
        said[segment.speaker].append(line)
    by_share = sorted(said, key=lambda speaker: -len(said[speaker]))
    return tuple(
        PlannedSpeaker(
            speaker or NARRATOR, casting.voice(speaker), tally_of(said[speaker], sample_rate)
        )
        for speaker in by_share
    )
