"""Small programmes made from numbers: what sounds like speech and music, and scripts of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import soxr

from audiobook.model import Chapter, Cue, Kind, Script, Segment, Source
from audiobook.show import Music
from audiobook.sound import Sound
from audiobook.sound.blocks import Block, cut_blocks
from audiobook.sound.duck import Ducking
from audiobook.sound.roomtone import ROOM_TONE_KEY, room_tone
from audiobook.sound.scene import Mix, Reach, Scene, make_scene
from audiobook.sound.timeline import Grid, PieceFacts, Timeline, arrange, timeline_of, use_of
from audiobook.sound.voice import Take
from audiobook.utterance import Clip

__all__ = [
    "BED",
    "GRID",
    "MIX",
    "NO_MUSIC",
    "STING",
    "Line",
    "blocks_of",
    "clip_of",
    "laid_out",
    "oversampled_peak",
    "piece_of",
    "scene_of",
    "script_of",
    "speech_like",
    "speech_of_take",
    "take_of",
]

GRID = Grid(16_000, 576)
"""A low rate is enough where only sameness matters."""
MIX = Mix(16_000, 1, 8.0, -1.5, -9.0, -2.0, Ducking(), ROOM_TONE_KEY)
NO_MUSIC = Music(None, None, None)
BED, STING = "bed", "sting"
_SAMPLES = {BED: 576 * 400, STING: 80_007, "long sting": 16_000 * 33 + 7}
_FACTS = {
    use_of(name, loop=loop): PieceFacts(name, n, 576 * 100)
    for name, n in _SAMPLES.items()
    for loop in (False, True)
}
_LEVEL = 0.06
"""About the level that voices are brought to."""


@dataclass(frozen=True)
class Line:
    """Somebody's words, as a test cares for them."""

    name: str
    speech_s: float = 3.0
    pause_ms: int = 400
    speaker: str | None = None


def speech_like(n_samples: int, sample_rate: int, seed: int = 0) -> np.ndarray:
    """Syllables of harmonics with some hiss and short gaps, peaks near 1, shape (n_samples,)."""
    random = np.random.default_rng(seed)
    voice = 0.001 * random.standard_normal(n_samples)
    pitch_hz = random.uniform(90, 220)
    at = 0
    while at < n_samples:
        n = min(int(random.uniform(0.09, 0.3) * sample_rate), n_samples - at)
        time_s = np.arange(n) / sample_rate
        pitch = pitch_hz * random.uniform(0.8, 1.25)
        n_harmonics = min(25, int(0.4 * sample_rate / pitch))
        syllable = random.uniform(0.05, 0.4) * random.standard_normal(n)
        for harmonic in range(1, n_harmonics):
            syllable += np.sin(2 * np.pi * harmonic * pitch * time_s) / harmonic
        voice[at : at + n] += random.uniform(0.4, 1) * np.hanning(n) * syllable
        at += n + int(random.uniform(0, 0.08) * sample_rate)
    return voice / np.abs(voice).max()


def clip_of(
    seconds: float, sample_rate: int = 22_050, seed: int = 0, silence_s: float = 0.2
) -> Clip:
    """A clip as an engine gives it, with silence around what sounds like speech."""
    speech = speech_like(int(seconds * sample_rate), sample_rate, seed)
    silence = np.zeros(int(silence_s * sample_rate))
    samples = np.concatenate([silence, 0.7 * speech, silence])
    return Clip(sample_rate, np.rint(samples * 32767).astype(np.int16))


def take_of(line: Line) -> Take:
    """A take of words that no engine spoke."""
    return Take(line.name, 0, 1, max(1, int(line.speech_s * GRID.sample_rate)), 0.0)


def speech_of_take(take: Take) -> Sound:
    """What a take from `take_of` sounds like, at the programme's level."""
    seed = sum(map(ord, take.clip))
    noise = np.random.default_rng(seed).standard_normal((1, take.n_samples))
    return (_LEVEL * noise).astype(np.float32)


@cache
def piece_of(name: str) -> tuple[Sound, bool]:
    """What the music of `laid_out` sounds like, and whether it loops."""
    if name == ROOM_TONE_KEY:
        return room_tone(GRID.sample_rate, 1), True
    noise = np.random.default_rng(len(name)).standard_normal((1, _SAMPLES[name]))
    return (_LEVEL * noise).astype(np.float32), name == BED


def script_of(chapters: Sequence[Sequence[Line | Cue]]) -> Script:
    """A script of words and cues, in chapters."""
    return Script(
        Source("story.md", "x"),
        "A Story",
        "en",
        tuple(
            Chapter(f"Chapter {number}", tuple(map(_item, items)))
            for number, items in enumerate(chapters, 1)
        ),
    )


def _item(item: Line | Cue) -> Segment | Cue:
    if isinstance(item, Cue):
        return item
    words = (item.name + " la" * 99)[: max(1, round(15 * item.speech_s))]  # as many as it lasts
    return Segment(words, Kind.NARRATION, item.speaker, 1.0, item.pause_ms, 0, 1)


def laid_out(
    chapters: Sequence[Sequence[Line | Cue]], music: Music = NO_MUSIC, grid: Grid = GRID
) -> Timeline:
    """The timeline of words and cues."""
    lines = [item for chapter in chapters for item in chapter if isinstance(item, Line)]
    gains_db = {"Ann": -3.0, "Bob": 2.5}
    script = script_of(chapters)
    slots = list(arrange(script, map(take_of, lines), gains_db, music, _FACTS, grid))
    return timeline_of(script, slots, grid)


def blocks_of(timeline: Timeline) -> tuple[Block, ...]:
    """All blocks of a timeline."""
    return tuple(cut_blocks(timeline.slots, timeline.grid))


def scene_of(timeline: Timeline, index: int, mix: Mix, reach: Reach) -> Scene:
    """The scene of a block that sees the whole programme around it."""
    return make_scene(blocks_of(timeline), index, timeline.grid, mix, reach)


def oversampled_peak(sound: Sound) -> float:
    """The greatest magnitude at four times the rate, by another resampler than what is tested."""
    finer = soxr.resample(sound.T.astype(np.float64), 1, 4, quality="VHQ")
    return max(float(np.abs(sound).max()), float(np.abs(finer).max()))
