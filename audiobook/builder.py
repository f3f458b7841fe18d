"""The one module that knows the order of the stages.

    source ─▶ Show ─▶ Script ─▶ voices ─▶ clips ─▶ takes ─▶ Timeline ─▶ blocks ─▶ files

`audiobook.planning` goes the same way as far as it goes without speaking.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from audiobook.build_rates import keep_rate
from audiobook.covers import cover_of
from audiobook.episode.encoder import Encoder
from audiobook.episode.formats import check_formats, format_names
from audiobook.episode.join import write_episode
from audiobook.episode.measure import Measured
from audiobook.episode.mp3_survey import BitRate
from audiobook.episode.tags import Cover
from audiobook.episode.verdicts import verdicts_of
from audiobook.errors import LostError, UsageError
from audiobook.finished import warn_of_others
from audiobook.parts import Part, parts_of
from audiobook.performance import Performance
from audiobook.programme import Mixed, Tools, encoder_of, load_music, mix_and_encode, room_of
from audiobook.progress import Listener, Noted, Warned, one_at_a_time, silent
from audiobook.report import Built, ChapterEngine, ChapterStart, Report
from audiobook.sound.music import Piece
from audiobook.sound.profiles import Measure, Profile
from audiobook.sound.voice import Take
from audiobook.speech.casting import Casting
from audiobook.speech.choose import Engines
from audiobook.speech.pacing import Pacer
from audiobook.speech.relay import Relay
from audiobook.store import Store, check_target, make_writable, sweep
from audiobook.stories import read_stories, read_story, story_of_text
from audiobook.story import Choices, Story
from audiobook.tagging import tag_of
from audiobook.timed_words import timed_words
from audiobook.voicing import voiced

__all__ = ["build", "say", "say_story"]

_AHEAD_PER_JOB = 3
_SAMPLE_S = 30.0
"""What is said in less is a sample of a voice, too short to be held to a loudness."""


def build(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    choices: Choices | None = None,
    jobs: int | None = None,
    fresh: bool = False,
    executor: Executor | None = None,
    listen: Listener = silent,
) -> Report:
    """Make the episodes of a story or a show.

    Args:
        source: a story file, or a folder with a show.toml; None for the nearest show.toml above
            the current folder, else the one in ./script.
        output: the folder for the finished files; made where it is missing.
        choices: what goes before the show's own settings.
        jobs: how much is done at once; None for one for each core.
        fresh: make everything anew, whatever the store holds.
        executor: where sound is worked on, such as a pool of processes; None for threads of the
            build's own. Engines are waited for in threads in any case.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: what can go wrong is listed in `audiobook.errors`. Everything made until
            then is kept, and a finished file of an earlier build stays.
    """
    begun = time.monotonic()
    choices = choices or Choices()
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} jobs do nothing", hint="use 1 or more")
    n_jobs = jobs or os.cpu_count() or 1
    listen = one_at_a_time(listen)
    check_formats(choices.formats)
    stories = read_stories(source, choices, listen)
    with ExitStack() as stack:
        threads = ThreadPoolExecutor(n_jobs)
        stack.callback(threads.shutdown, cancel_futures=True)
        store = Store(fresh=fresh)
        tools = Tools(store, executor or threads, threads, _AHEAD_PER_JOB * n_jobs, listen)
        stack.callback(tools.pacer.close)
        engines = Engines(listen, stories[0].show.engines)
        stack.callback(engines.close)
        folder = Path(output)
        # All of them before the first is spoken: hours may go into that.
        ready = [_made_ready(story, choices, engines, folder, tools) for story in stories]
        make_writable(folder)
        built: list[Built] = []
        for each in ready:
            for part in each.parts:
                listen(Noted(_overview(part, each.relay.preferred)))
                built.append(_build_part(part, each, folder, tools))
        store.sweep()
        sweep(folder)
    return Report(tuple(built), time.monotonic() - begun)


def say(
    text: str,
    path: str | Path,
    *,
    like: str | Path | None = None,
    rate: float | None = None,
    words: bool = False,
    choices: Choices | None = None,
    listen: Listener = silent,
) -> Report:
    """Speak a text into a file, mastered as an episode is, without music.

    Args:
        text: what to say.
        path: the file to write; its suffix names the format.
        like: a story whose narrator, language, engines and lexicon are to be heard; None for
            those of the nearest show, if there is one.
        rate: how fast, 1 being the engine's own speed, from 0.5 to 2; None for the narrator's.
        words: whether to tell when each word is heard; see `Built.words`.
        choices: as for `build`; split and only are of no account.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: as for `build`.
    """
    path = Path(path)
    choices = choices or Choices()
    listen = one_at_a_time(listen)
    told = None if like is None else read_story(like, choices, listen)
    story = story_of_text(text, path.stem, choices, told, rate=rate)
    with closing(Engines(listen, story.show.engines)) as engines:
        return say_story(story, path, choices, engines, words=words, listen=listen)


def say_story(
    story: Story,
    path: Path,
    choices: Choices,
    engines: Engines,
    *,
    words: bool = False,
    listen: Listener = silent,
) -> Report:
    """Speak a story into a file of that name; see `say`.

    Args:
        story: what to say, all of it.
        path: the file to write; its suffix names the format.
        choices: as for `say`.
        engines: make the engines, which stay open.
        words: whether to tell when each word is heard.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: as for `build`.
    """
    begun = time.monotonic()
    choices = replace(choices, formats=(_format_of(path),))
    if not path.parent.exists():
        raise UsageError(f"there is no folder {path.parent}", hint="name a file in one there is")
    with ThreadPoolExecutor() as executor, closing(Pacer()) as pacer:
        tools = Tools(Store(), executor, executor, _AHEAD_PER_JOB, listen, pacer)
        check_target(path)
        profile = story.profile(choices)
        room = None if words else room_of(profile, narration=story.show.narration)
        chosen = voiced(story, choices, engines, tools.store, listen, room=room)
        part = Part(story, chosen.script, path.stem, None)
        ready = _Ready(chosen.relay, None, profile, _encoders(choices, profile), (part,))
        timed_by = engines if words else None
        built = _build_part(part, ready, path.parent, tools, timed_by=timed_by, is_said=True)
    return Report((built,), time.monotonic() - begun)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An episode that can be spoken: nothing that it needs was found wanting."""

    relay: Relay
    """Who speaks it."""
    cover: Cover | None
    """What its files show."""
    profile: Profile
    """What it is mastered to."""
    encoders: Mapping[str, Encoder]
    """What makes its frames, by format."""
    parts: tuple[Part, ...]
    """What goes into one file each."""


def _made_ready(
    story: Story, choices: Choices, engines: Engines, folder: Path, tools: Tools
) -> _Ready:
    """Choose an episode's voices, and see to its cover, its music and its files.

    The music is let go again: that of many episodes would fill the memory.
    """
    profile = story.profile(choices)
    room = room_of(profile, narration=story.show.narration)
    chosen = voiced(story, choices, engines, tools.store, tools.listen, room=room)
    cover = cover_of(story.show, story.book, tools.listen)
    encoders = _encoders(choices, profile)
    load_music(story.show.music, chosen.script, story.folders, profile, tools.store)
    parts = tuple(parts_of(story, chosen.script, choices))
    paths = [part.file(folder, encoder) for part, encoder in product(parts, encoders.values())]
    for path in paths:
        check_target(path)
    warn_of_others(paths, story, tools.listen)
    return _Ready(chosen.relay, cover, profile, encoders, parts)


def _encoders(choices: Choices, profile: Profile) -> dict[str, Encoder]:
    return {name: encoder_of(name, profile) for name in choices.formats}


@dataclass(frozen=True, slots=True)
class _Made:
    """A programme in its files."""

    performance: Performance
    """How it was spoken."""
    mixes: Mapping[str, Mixed]
    """What was mixed of that, by format."""
    files: Mapping[str, Path]
    """Where it stands, by format."""


def _build_part(
    part: Part,
    ready: _Ready,
    folder: Path,
    tools: Tools,
    *,
    timed_by: Engines | None = None,
    is_said: bool = False,
) -> Built:
    """Make one programme, and hold it against its profile; time its words where engines do that.

    A programme that is said, rather than built, may be too short to be held to a loudness.
    """
    begun = time.monotonic()
    try:
        made = _made(part, ready, folder, tools, trusts_takes=timed_by is None)
    except LostError:
        # Of what was taken for kept. What is looked at more closely is made where it is missing.
        made = _made(part, ready, folder, tools, trusts_takes=False)
    for name, mixed in made.mixes.items():
        excused = {Measure.LOUDNESS} if is_said and mixed.timeline.duration_s < _SAMPLE_S else ()
        _check(made.files[name], mixed, ready.encoders[name], ready.profile, excused, tools.listen)
    first = next(iter(made.mixes.values()))
    _keep_rate(made.performance, first, time.monotonic() - begun)
    built = _built(part, ready.relay, made)
    if timed_by is None:
        return built
    words = timed_words(first.timeline, made.performance.spoken, timed_by, tools.store)
    return replace(built, words=tuple(words))


def _made(part: Part, ready: _Ready, folder: Path, tools: Tools, *, trusts_takes: bool) -> _Made:
    """Speak, lay out, mix, encode and write one programme.

    Raises:
        LostError: something that was taken for kept is not in the store.
    """
    show, profile = part.story.show, ready.profile
    pieces = load_music(show.music, part.script, part.story.folders, profile, tools.store)
    room = room_of(profile, narration=show.narration)
    performance = Performance(part.script, ready.relay, room, tools, trusts_takes=trusts_takes)
    mixes = _mixed(part, performance, profile, pieces, ready.encoders)
    files = {
        name: _written(part, ready, mixed, ready.encoders[name], folder, tools.store)
        for name, mixed in mixes.items()
    }
    return _Made(performance, mixes, files)


def _built(part: Part, relay: Relay, made: _Made) -> Built:
    """What there is to tell of a finished programme; its figures are those of its first format."""
    mixed, performance = next(iter(made.mixes.values())), made.performance
    return Built(
        part.script.title,
        made.files,
        mixed.timeline.duration_s,
        segments=len(performance.spoken),
        segments_synthesised=len(performance.spoken) - performance.n_kept,
        segments_reused=performance.n_kept,
        blocks=sum(len(mixed.blocks) for mixed in made.mixes.values()),
        blocks_encoded=sum(mixed.n_encoded for mixed in made.mixes.values()),
        integrated_lufs=mixed.figures.integrated_lufs,
        true_peak_dbtp=mixed.figures.true_peak_dbtp,
        chapters=tuple(
            ChapterStart(mark.title, round(mixed.timeline.grid.seconds(mark.start_frame), 3))
            for mark in mixed.timeline.marks
        ),
        engines=tuple(
            ChapterEngine(chapter.title, relay.casting(chapter).main)
            for chapter in part.script.chapters
        ),
    )


def _keep_rate(performance: Performance, mixed: Mixed, took_s: float) -> None:
    """Keep how long a programme took, for plans, where one engine has spoken all that is new."""
    n_samples: Counter[str] = Counter()
    for spoken, take in zip(performance.spoken, mixed.takes, strict=True):
        if not spoken.kept:
            n_samples[spoken.line.voice.engine] += take.n_samples
    if len(n_samples) == 1:
        ((engine, n_new),) = n_samples.items()
        keep_rate(Store(), engine, n_new / mixed.timeline.grid.sample_rate, took_s)


def _check(
    path: Path,
    mixed: Mixed,
    encoder: Encoder,
    profile: Profile,
    excused: Collection[str],
    listen: Listener,
) -> None:
    """Hold a finished programme against its profile, by what was measured of its blocks."""
    duration_s = mixed.timeline.duration_s
    n_bytes = sum(block.table.n_bytes for block in mixed.blocks)
    rate = BitRate(n_bytes * 8 / 1000 / duration_s, profile.vbr_quality is None)
    measured = Measured(
        path,
        encoder.sample_rate,
        encoder.channels,
        duration_s,
        rate if encoder.media_type == "audio/mpeg" else None,
        mixed.figures,
    )
    for verdict in verdicts_of(measured, profile):
        if not verdict.passes and verdict.name not in excused:
            asked = f"profile {profile.name} asks for {verdict.wanted}"
            listen(Warned(f"{path}: {verdict.name} is {verdict.shown}, {asked}"))


def _mixed(
    part: Part,
    performance: Performance,
    profile: Profile,
    pieces: Mapping[str, Piece],
    encoders: Mapping[str, Encoder],
) -> dict[str, Mixed]:
    """A part in each format: the first while it is spoken, the others from the same takes."""
    mixes: dict[str, Mixed] = {}
    with closing(performance.takes()) as spoken:
        takes: Iterable[Take] = spoken
        for name, encoder in encoders.items():
            mixes[name] = mix_and_encode(
                part.script,
                takes,
                show=part.story.show,
                profile=profile,
                pieces=pieces,
                encoder=encoder,
                tools=performance.tools,
            )
            takes = mixes[name].takes
    return mixes


def _written(
    part: Part, ready: _Ready, mixed: Mixed, encoder: Encoder, folder: Path, store: Store
) -> Path:
    """Lay a programme's blocks into its file."""
    path = part.file(folder, encoder)
    tag = tag_of(part, ready.relay, ready.cover, mixed.timeline)
    n_samples = mixed.timeline.n_frames * encoder.frame_samples
    write_episode(path, encoder, tag, mixed.blocks, n_samples, store)
    return path


def _overview(part: Part, casting: Casting) -> str:
    """A line on what is about to be made."""
    script = part.script
    n_segments = sum(1 for _ in script.segments)
    n_voices = len({casting.voice(segment.speaker) for segment in script.segments})
    counts = [(len(script.chapters), "chapter"), (n_segments, "segment"), (n_voices, "voice")]
    shown = [f"{n} {noun}" + ("s" if n != 1 else "") for n, noun in counts]
    title = ": ".join(dict.fromkeys([part.story.title, script.title]))
    return " · ".join([title, *shown, casting.voice(None).engine])


def _format_of(path: Path) -> str:
    """The format that a file's suffix names."""
    name = path.suffix.removeprefix(".").casefold()
    if not name:
        known = " or ".join(f".{name}" for name in format_names())
        raise UsageError(f"{path} has no suffix", hint=f"end it in {known}")
    check_formats([name])
    return name
