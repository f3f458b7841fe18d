"""One programme: spoken, mixed, encoded, written, and held against its profile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.build_rates import keep_rate
from audiobook.episode.encoder import Encoder
from audiobook.episode.join import write_episode
from audiobook.episode.measure import Measured
from audiobook.episode.mp3_survey import BitRate
from audiobook.episode.tags import Cover
from audiobook.episode.verdicts import verdicts_of
from audiobook.errors import LostError
from audiobook.parts import Part
from audiobook.performance import Performance
from audiobook.programme import Mixed, Tools, load_music, mix_and_encode
from audiobook.progress import Listener, Warned
from audiobook.report import Built, ChapterEngine, ChapterStart
from audiobook.sound.profiles import Measure, Profile
from audiobook.sound.voice import Room, Take
from audiobook.speech.choose import Engines
from audiobook.speech.relay import Relay
from audiobook.store import Store
from audiobook.tagging import tag_of
from audiobook.timed_words import timed_words

__all__ = ["Ready", "produced"]

_SAMPLE_S = 30.0
"""What is said in less is a sample of a voice, too short to be held to a loudness."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An episode that can be spoken: nothing that it needs was found wanting."""

    relay: Relay
    """Who speaks it."""
    cover: Cover | None
    """What its files show."""
    profile: Profile
    """What it is mastered to."""
    room: Room
    """What its programmes have room for."""
    encoders: Mapping[str, Encoder]
    """What makes its frames, by format."""
    parts: tuple[Part, ...]
    """What goes into one file each."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A programme in its files."""

    performance: Performance
    """How it was spoken."""
    mixes: Mapping[str, Mixed]
    """What was mixed of that, by format."""
    files: Mapping[str, Path]
    """Where it stands, by format."""


def produced(
    part: Part,
    ready: Ready,
    folder: Path,
    tools: Tools,
    *,
    timed_by: Engines | None = None,
    is_said: bool = False,
) -> Built:
    """Make one programme, and hold it against its profile; time its words where engines do that.

    Args:
        part: what is heard.
        ready: what it is made with.
        folder: where its files go; it exists.
        tools: what to work with.
        timed_by: the engines that are asked when each word is heard; None where nobody wants it.
        is_said: whether it is said, rather than built: it may be too short to be held to a
            loudness.

    Raises:
        SpeechError, MissingError: a line cannot be spoken.
        SoundError: a block cannot be rendered or encoded.
        OutputError: the store or a file cannot be written.
        LostError: what was made is gone from the store again and again.
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


def _made(part: Part, ready: Ready, folder: Path, tools: Tools, *, trusts_takes: bool) -> _Made:
    """Speak, lay out, mix, encode and write one programme.

    Raises:
        LostError: something that was taken for kept is not in the store.
    """
    performance = Performance(
        part.script, ready.relay, ready.room, tools, trusts_takes=trusts_takes
    )
    mixes = _mixed(part, ready, performance)
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


def _mixed(part: Part, ready: Ready, performance: Performance) -> dict[str, Mixed]:
    """A part in each format: the first while it is spoken, the others from the same takes."""
    show, profile, tools = part.story.show, ready.profile, performance.tools
    pieces = load_music(show.music, part.script, part.story.folders, profile, tools.store)
    mixes: dict[str, Mixed] = {}
    with closing(performance.takes()) as spoken:
        takes: Iterable[Take] = spoken
        for name, encoder in ready.encoders.items():
            mixes[name] = mix_and_encode(
                part.script,
                takes,
                show=show,
                profile=profile,
                pieces=pieces,
                encoder=encoder,
                tools=tools,
            )
            takes = mixes[name].takes
    return mixes


def _written(
    part: Part, ready: Ready, mixed: Mixed, encoder: Encoder, folder: Path, store: Store
) -> Path:
    """Lay a programme's blocks into its file."""
    path = part.file(folder, encoder)
    tag = tag_of(part, ready.relay, ready.cover, mixed.timeline)
    n_samples = mixed.timeline.n_frames * encoder.frame_samples
    write_episode(path, encoder, tag, mixed.blocks, n_samples, store)
    return path
