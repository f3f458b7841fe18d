"""Lines of a script become clips in the store: each made once, kept at once, never made again."""

from __future__ import annotations

import dataclasses
import functools
import json
import struct
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import islice
from typing import TypeGuard, TypeVar

import numpy as np

from audiobook.errors import MissingError, SpeechError, Where
from audiobook.parallel import wait_for_any
from audiobook.plugins import blaming
from audiobook.speech.clip_faults import synthesised
from audiobook.speech.engine import (
    Engine,
    FollowsInPart,
    HasVoiceVersions,
    taken,
)
from audiobook.speech.pacing import Pacer
from audiobook.speech.stage import SpeechStage
from audiobook.store import Store, digest
from audiobook.utterance import Clip, Delivery, Pronunciation, Utterance, Voice, Word

__all__ = [
    "Line",
    "SpokenLine",
    "clip_key",
    "has_clip",
    "keep_clip",
    "load_clip",
    "speak",
    "utterance_of",
]

_KIND = "clips"
_CLIP_FORMAT = 3  # part of every key: raised when the bytes below change
_HEADER_LENGTH = struct.Struct("<I")
_LINES_AHEAD = 4  # of what the engines take at once

_Stretch = TypeVar("_Stretch", Pronunciation, Delivery)


@dataclass(frozen=True, slots=True)
class Line:
    """A text to be spoken."""

    text: str
    """What is spoken; white space counts as single spaces."""
    voice: Voice
    """Who speaks it, and how."""
    start: int
    """Offset in the source of its first character."""
    sounds: tuple[Pronunciation, ...] = ()
    """How stretches of the text sound, in order; for engines that can be told."""
    deliveries: tuple[Delivery, ...] = ()
    """How stretches of the text are delivered, in order; likewise."""


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line whose clip is in the store."""

    line: Line
    """The line."""
    key: str
    """What `load_clip` finds the clip by."""
    kept: bool
    """True when nothing was synthesised for it: its clip was there, or made for another line."""


def clip_key(engine: Engine, line: Line) -> str:
    """A digest of all that shapes a line's clip and of nothing else: not its level, not its place.

    Every field of Voice counts but the gain and what the engine does not follow, so one added later
    does so too.
    """
    with blaming(engine.name, engine):
        version = engine.version
        heard = _heard(engine, line.voice)
        if _has_voice_versions(engine):
            version += f" {engine.voice_version(heard)}"
    return digest(_voice_key(engine.name, version, heard), utterance_of(engine, line))


def _heard(engine: Engine, voice: Voice) -> Voice:
    """What of a voice shapes its clips."""
    level = dataclasses.replace(voice, gain_db=0.0)
    return engine.heard(level) if _follows_in_part(engine) else level


def _follows_in_part(engine: Engine) -> TypeGuard[FollowsInPart]:
    return _is_kind_of(type(engine), FollowsInPart)


def _has_voice_versions(engine: Engine) -> TypeGuard[HasVoiceVersions]:
    return _is_kind_of(type(engine), HasVoiceVersions)


@functools.cache
def _is_kind_of(kind: type[Engine], protocol: type) -> bool:
    return issubclass(kind, protocol)  # far too slow to be asked for every line


@functools.lru_cache(maxsize=256)  # a script has many lines and few voices
def _voice_key(engine_name: str, version: str, heard: Voice) -> str:
    return digest(_CLIP_FORMAT, engine_name, version, heard)


def has_clip(store: Store, key: str) -> bool:
    """Whether the clip was kept; it costs a look at its file, and does not tell it is whole."""
    return store.has(_KIND, key)


def load_clip(store: Store, key: str) -> Clip | None:
    """The clip, or None when it was never kept or is damaged.

    Its words count characters of the text with white space folded to single spaces.
    """
    value = store.get(_KIND, key)
    try:
        return _unpacked(value) if value else None
    except (ValueError, TypeError, KeyError, struct.error):
        return None


def keep_clip(store: Store, key: str, clip: Clip) -> None:
    """Put a clip into the store.

    Its value is the length of the header as a little-endian uint32, the header in JSON, and the
    samples as little-endian int16.

    Raises:
        OutputError: the store cannot be written.
    """
    # Plain numbers: an engine may have reckoned its own with numpy, which JSON does not know.
    words = [(int(word.start), int(word.end), float(word.onset_ms)) for word in clip.words]
    facts = {
        "sample_rate": clip.sample_rate,
        "words": words,
        "words_by": clip.words_by,
        "words_confidence": float(clip.words_confidence),
        "warnings": clip.warnings,
    }
    header = json.dumps(facts).encode()
    samples = clip.samples.astype("<i2", copy=False).tobytes()
    store.put(_KIND, key, _HEADER_LENGTH.pack(len(header)) + header + samples)


def _unpacked(value: bytes) -> Clip:
    (length,) = _HEADER_LENGTH.unpack_from(value)
    end = _HEADER_LENGTH.size + length
    header = json.loads(value[_HEADER_LENGTH.size : end])
    samples = np.frombuffer(value, "<i2", offset=end).astype(np.int16, copy=False)
    if not samples.size:
        raise ValueError("no samples")
    words = tuple(Word(int(a), int(b), float(onset_ms)) for a, b, onset_ms in header["words"])
    return Clip(
        int(header["sample_rate"]),
        samples,
        words,
        str(header["words_by"]),
        float(header["words_confidence"]),
        tuple(map(str, header["warnings"])),
    )


def speak(
    lines: Sequence[Line],
    engines: Mapping[str, Engine],
    store: Store,
    executor: Executor,
    stage: SpeechStage,
    *,
    where_of: Callable[[int], Where] | None = None,
    is_kept: Callable[[str], bool] | None = None,
    pacer: Pacer | None = None,
) -> Generator[SpokenLine]:
    """Have lines spoken, in order, each yielded as soon as its clip is in the store.

    Later lines are spoken while the caller works on earlier ones, a few ahead; no engine gets
    more of them at once than it takes. When it is closed, or fails, no further line is begun;
    those being spoken go on in the executor and are kept.

    Args:
        lines: what to speak; one text in one voice is spoken once, however often it is there.
        engines: by the name in `Voice.engine`.
        store: gets the clips.
        executor: where the engines run.
        stage: is told of each line, and of what clips warn of.
        where_of: tells the place of an offset in the source, for errors.
        is_kept: tells whether the clip of that key, or what is made of it, needs no making; None
            to see whether it is in the store and whole.
        pacer: holds engines to their pace; None for one of this call's own. Engines that have one
            are waited for in threads.

    Raises:
        SpeechError, MissingError: the first error of an engine's.
        OutputError: the store cannot be written.
    """
    n_ahead = _LINES_AHEAD * max((engine.limits.at_once for engine in engines.values()), default=1)
    coming = (_task(line, engines[line.voice.engine], is_kept) for line in lines)
    ahead: deque[_Task] = deque()
    pacer = pacer or Pacer()
    try:
        for _ in lines:
            ahead.extend(islice(coming, n_ahead - len(ahead)))
            spoken = _first_spoken(ahead, store, executor, pacer, where_of)
            task = ahead.popleft()
            _warn(task, stage, where_of)
            stage.add(kept=spoken.kept)  # now: whoever takes the last line may ask for no more
            yield spoken
    finally:
        for task in ahead:
            if task.made:
                task.made.cancel()


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of seeing to a clip."""

    kept: bool
    """Whether it was in the store."""
    warnings: tuple[str, ...]
    """What it warns of."""


@dataclass(slots=True)
class _Task:
    """A line on its way to the store."""

    line: Line
    engine: Engine
    key: str
    made: Future[_Made] | None = None
    """Its clip's making, once begun."""
    kept: bool | None = None
    """Whether the clip was kept already, once that is known."""
    warnings: tuple[str, ...] = ()
    """What the clip warns of, once it is made."""
    shared: bool = False
    """True when an earlier task has its clip made."""


def _warn(task: _Task, stage: SpeechStage, where_of: Callable[[int], Where] | None) -> None:
    """Tell of all that is not heard as it was asked for."""
    for warning in _unfollowed(task):
        stage.warn(warning, None)  # it is the voice's, wherever the line stands
    for warning in (*_untold(task), *task.warnings):
        stage.warn(warning, where_of(task.line.start) if where_of else None)


def _untold(task: _Task) -> tuple[str, ...]:
    """What to warn of where an engine cannot be told all of a line."""
    if not task.line.deliveries or task.engine.limits.takes_delivery:
        return ()
    what = "words marked with emphasis, rate, pitch or volume are spoken as the rest"
    return (f"{task.engine.name} takes no delivery: {what}",)


def _unfollowed(task: _Task) -> Iterator[str]:
    """What to warn of where an engine speaks as if nobody had set a voice's rate or pitch."""
    asked = task.line.voice
    if asked.rate == asked.pitch == 1:
        return
    heard = _heard(task.engine, asked)
    for what, value, followed in (
        ("rate", asked.rate, heard.rate),
        ("pitch", asked.pitch, heard.pitch),
    ):
        if value != 1 and followed == 1:
            yield f"{asked.engine} does not follow a {what} of {value:g}: voices keep their own"


def _task(line: Line, engine: Engine, is_kept: Callable[[str], bool] | None) -> _Task:
    task = _Task(line, engine, clip_key(engine, line))
    task.kept = True if is_kept and is_kept(task.key) else None
    return task


def _first_spoken(
    ahead: deque[_Task],
    store: Store,
    executor: Executor,
    pacer: Pacer,
    where_of: Callable[[int], Where] | None,
) -> SpokenLine:
    """Wait for the first task, beginning others as the engines become free."""
    first = ahead[0]
    if first.kept and not first.made:
        return SpokenLine(first.line, first.key, kept=True)
    while True:
        _settle(ahead, where_of)
        _begin(ahead, store, executor, pacer)
        if first.kept is not None:
            return SpokenLine(first.line, first.key, first.shared or first.kept)
        wait_for_any(task.made for task in ahead if task.made and task.kept is None)


def _settle(ahead: deque[_Task], where_of: Callable[[int], Where] | None) -> None:
    """Take in what is done; raise what a clip's making raised, with its engine and its place."""
    for task in ahead:
        if task.made and task.made.done():
            try:
                made = task.made.result()
                task.kept, task.warnings = made.kept, made.warnings
            except (MissingError, SpeechError) as error:
                error.engine = task.engine.name
                if isinstance(error, SpeechError) and where_of and not error.where:
                    error.where = where_of(task.line.start)
                raise


def _begin(ahead: deque[_Task], store: Store, executor: Executor, pacer: Pacer) -> None:
    """Hand over as many tasks as the engines take at once, each clip to one of them."""
    made_by_key = {task.key: task.made for task in ahead if task.made}
    running = Counter(
        task.engine.name for task in ahead if task.made and task.kept is None and not task.shared
    )
    for task in ahead:
        if task.made or task.kept:
            continue
        if task.key in made_by_key:
            task.made, task.shared = made_by_key[task.key], True
        elif running[task.engine.name] < task.engine.limits.at_once:
            paced = pacer if task.engine.limits.pace_s else None  # plain values for the others
            task.made = executor.submit(_make, task.engine, task.line, store, task.key, paced)
            made_by_key[task.key] = task.made
            running[task.engine.name] += 1


def _make(engine: Engine, line: Line, store: Store, key: str, pacer: Pacer | None) -> _Made:
    """See that a line's clip is in the store."""
    if kept := load_clip(store, key):
        return _Made(True, kept.warnings)
    utterance = utterance_of(engine, line)
    if pacer:
        pacer.wait_for_turn(engine)
    clip = synthesised(engine, utterance, _heard(engine, line.voice))
    keep_clip(store, key, clip)
    return _Made(False, clip.warnings)


def utterance_of(engine: Engine, line: Line) -> Utterance:
    """What an engine is given of a line, white space folded to single spaces."""
    utterance = Utterance(
        _folded(line.text),
        tuple(_in_folded(line.text, line.sounds)),
        tuple(_in_folded(line.text, line.deliveries)),
    )
    return taken(utterance, engine.limits)


def _in_folded(text: str, stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """Stretches of a text at their places once it is folded."""
    for stretch in stretches:
        start, stop = _place(text, stretch.start), _place(text, stretch.stop - 1) + 1
        yield dataclasses.replace(stretch, start=start, stop=stop)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _place(text: str, index: int) -> int:
    """Where the character at an index of a text stands once the text is folded."""
    return len(_folded(text[:index] + "x")) - 1
