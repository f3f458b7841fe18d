"""When each word of a programme is heard in its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from audiobook.errors import LostError
from audiobook.sound.timeline import Timeline
from audiobook.sound.voice import Take
from audiobook.speech.choose import Engines
from audiobook.speech.synthesis import Line, SpokenLine, load_clip, utterance_of
from audiobook.speech.word_times import words_of
from audiobook.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TimedWord", "timed_words"]

_REFERENCE = "espeak"
_SILENCE_DB = -40.0
"""Samples this far below the clip's peak are no part of a word: fainter than any sound of speech,
louder than most voices are between words."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, and when it is heard."""

    text: str
    """The word as it is spoken, with the marks that adjoin it."""
    start_s: float
    """When it begins, in seconds from the file's first sample."""
    end_s: float
    """When the next one begins, or, where a pause comes before that, the pause."""
    method: str
    """"engine" where the engine that spoke told it, "aligned" where it was found in the sound."""
    confidence: float
    """How sure it is, 0 to 1; see `audiobook.speech.alignment.timed`."""


def timed_words(
    timeline: Timeline, spoken: Iterable[SpokenLine], engines: Engines, store: Store
) -> Iterator[TimedWord]:
    """The words of a programme, in order.

    Args:
        timeline: the programme.
        spoken: its lines, in order.
        engines: those that spoke, and the one that others' speech is compared with.
        store: has the clips, and gets what is found.

    Raises:
        LostError: a clip is not in the store.
        MissingError: words have to be found, and the engine for that cannot be used.
        OutputError: the store cannot be written.
    """
    lines = iter(spoken)
    frame = 0
    for slot in timeline.slots:
        if slot.take:
            at_s = timeline.grid.seconds(frame)
            yield from _words(slot.take, at_s, next(lines).line, engines, store)
        frame += slot.n_frames


def _words(
    take: Take, at_s: float, line: Line, engines: Engines, store: Store
) -> Iterator[TimedWord]:
    """The words of a line whose take begins at a time."""
    clip = load_clip(store, take.clip)
    if clip is None:
        raise LostError("a clip has gone from the store while its words were timed")
    utterance = utterance_of(engines.load(line.voice.engine), line)
    times = words_of(store, take.clip, utterance, line.voice, engines.load(_REFERENCE))
    onsets = [round(word.onset_ms * clip.sample_rate / 1000) for word in times.words]
    edges = [min(max(take.first, onset), take.last) for onset in onsets] + [take.last]
    stops = _sounding_stops(clip.samples, edges)
    for word, start, stop in zip(times.words, edges, stops, strict=False):
        yield TimedWord(
            utterance.text[word.start : word.end],
            at_s + (start - take.first) / clip.sample_rate,
            at_s + (stop - take.first) / clip.sample_rate,
            times.method,
            times.confidence,
        )


def _sounding_stops(samples: NDArray[np.int16], edges: list[int]) -> Iterator[int]:
    """Where sound ends between one edge and the next; that next one where there is no sound."""
    levels = np.abs(samples.astype(np.int32))
    least = int(levels.max()) * 10 ** (_SILENCE_DB / 20)
    for start, stop in pairwise(edges):
        loud = np.flatnonzero(levels[start:stop] > least)
        yield start + int(loud[-1]) + 1 if loud.size else stop
