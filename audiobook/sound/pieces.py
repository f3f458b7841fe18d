"""The built-in pieces: a bed, an opening and a closing for lute and pads, in D minor.

A line of music is written in words: `D4:1` is a note of one beat, `A4:2~` a tremolo, `D3+A3:2` a
strum, `-:1` a rest; `|` marks a bar, for the reader alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from audiobook.sound import Sound
from audiobook.sound.instruments import Lute, Mono, note_frequency_hz, pad, pluck
from audiobook.sound.room import add_round, in_room

__all__ = ["LOOP_GRID_SAMPLES", "PHRASE_BEATS", "PIECES", "Composition", "Note", "compose", "notes"]

_BEATS_PER_MINUTE = 56
"""At 44,100 Hz a beat is 47,250 samples, and 64 beats are a whole number of MP3 frames."""
LOOP_GRID_SAMPLES = 1152
"""What loops is a multiple of this long, an MP3 frame (ISO/IEC 11172-3): so the frame grid stands
still when a bed begins anew."""
_BAR_BEATS = 4
PHRASE_BEATS = 16
"""Every phrase of a piece that loops begins at a multiple of this."""
_SEED = 56
_STRUM_S = 0.034
_TREMOLO_HZ = 7.0
_UNSTEADY_S = 0.006
_UNSTEADY_DB = 1.0
_DAMPING_S = 0.2
_RING_OUT_S = 5.0
_PAD_FADE_BEATS = 2
_PAD_GAIN = 0.06


_UNDER_SPEECH = Lute()
_FORWARD = replace(_UNDER_SPEECH, brightness_hz=2600.0, attack_ms=2.5)
"""Nearer than under speech: for music that is heard alone."""


@dataclass(frozen=True, slots=True)
class Composition:
    """A piece as it is written down."""

    beats: int
    """Length of the piece."""
    loops: bool
    """Whether its end goes on into its beginning."""
    melody: str
    """What the lute sings."""
    drone: str
    """What its low courses play under that."""
    pads: tuple[str, ...]
    """The held voices, from bass to top."""
    lute: Lute = _UNDER_SPEECH
    """How the lute is played."""
    fade_beats: int = 0
    """How long before its end it begins to fade."""


PIECES = {
    "lute-bed": Composition(
        beats=64,
        loops=True,
        melody="""
            D4:1 A4:1.5 G4:.5 F4:.5 G4:.5    | E4:2 -:2
            F4:1 A4:1.5 G4:.5 F4:.5 E4:.5    | D4:2.5 -:1.5
            A4:1 C5:1.5 A4:.5 G4:.5 A4:.5    | G4:.5 F4:.5 A4:2~ -:1
            G4:1 A4:.12 G4:.88 E4:1.5 C4:.5  | D4:2 -:2
            -:1 G3:1 Bb3:1 D4:1              | F4:.12 G4:.88 F4:1 D4:2
            -:1 E4:.5 F4:.5 E4:.5 C4:.5 D4:1 | A3:2 -:2
            D4:1 A4:1.5 G4:.5 F4:.5 G4:.5    | E4:1 G4:.5 E4:.5 C4:2
            D4:1.5 E4:.5 G4:.12 A4:.88 G4:1  | E4:2~ -:2
        """,
        drone="""
            D3+A3:2.5 A3:1.5 | D3:1.5 A3:.5 D3:2
            D3+A3:2.5 A3:1.5 | D3:1 A3:.5 D4:.5 A3:2
            C3+A3:2.5 A3:1.5 | F3:1.5 A3:.5 C3:2
            C3+G3:2.5 G3:1.5 | C3:1 G3:.5 C4:.5 G3:2
            G3+D4:1 D3:3     | D3:1.5 G3:.5 D3:2
            D3+A3:2.5 A3:1.5 | D3:1 A3:.5 D4:.5 E4:1 A3:1
            D3+A3:2.5 A3:1.5 | C3+G3:2.5 G3:1.5
            A3+E4:2.5 A3:1.5 | D3:1 A3:.5 D4:.5 A3:2
        """,
        pads=(
            "D2:8 Bb2:8 F2:8 C3:8 G2:8 D2:8 Bb2:4 C3:4 A2:8",
            "A2:8 D3:8 C3:8 E3:8 D3:8 D3:8 D3:4 E3:4 E3:8",
            "F3:24 G3:8 F3:20 G3:12",
            "A3:24 C4:8 Bb3:8 A3:12 C4:4 D4:8",
            "E4:8 D4:8 C4:8 D4:16 E4:8 D4:4 E4:12",
        ),
    ),
    "lute-opening": Composition(
        beats=11,
        loops=False,
        melody="-:.1 D4:.9 A4:1.5 G4:.5 F4:.5 G4:.5 | E4:1 C4:.5 D4:.5 A4:2~ | A4:3",
        drone="D3+A3:2 A3:2 | A2+E3:2 D3+A3:2 | D3:3",
        pads=(
            "-:1 D2:3 A2:2 D2:5",
            "-:1 A2:3 E3:2 A2:5",
            "-:1 F3:3 G3:2 F3:5",
            "-:1 A3:3 C4:2 A3:5",
            "-:1 E4:10",
        ),
        lute=_FORWARD,
        fade_beats=3,
    ),
    "lute-closing": Composition(
        beats=13,
        loops=False,
        melody="-:.1 D4:.9 A4:1.5 G4:.5 F4:.5 E4:.5 | F4:.5 E4:.5 C4:1 D4:2~ | -:.1 D4:4.9",
        drone="D3+A3:2 A3:2 | A2+E3:2 A2:2 | D3+A3:5",
        pads=(
            "-:1 Bb2:3 C3:2 D2:7",
            "-:1 D3:3 E3:2 A2:7",
            "-:1 F3:3 G3:2 A3:7",
            "-:1 A3:3 C4:2 D4:7",
        ),
        lute=_FORWARD,
        fade_beats=5,
    ),
}
"""The pieces by name."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note or a strum of a line."""

    beat: float
    """When it begins, in beats from the start of the piece."""
    beats: float
    """How long it is, in beats."""
    names: tuple[str, ...]
    """What sounds, from the first string struck to the last; () for a rest."""
    tremolo: bool
    """Whether it is struck again and again."""


@dataclass(frozen=True, slots=True)
class _Course:
    """A line's place on the lute: what of it left and right hear, and how long it rings on."""

    left: float
    right: float
    ring_on_s: float


_MELODY = _Course(left=0.9, right=1.0, ring_on_s=0.3)
_DRONE = _Course(left=0.8, right=0.65, ring_on_s=2.0)


@dataclass(frozen=True, slots=True)
class _Stroke:
    time_s: float
    hold_s: float
    level_db: float
    names: tuple[str, ...]


def compose(piece: Composition, sample_rate: int) -> Sound:
    """Play a piece: stereo, a whole number of MP3 frames long, at no particular level.

    The same piece at the same rate has the same samples on every run. The end of one that loops
    rings on in its beginning; any other ends in silence.
    """
    beat_samples = 60 / _BEATS_PER_MINUTE * sample_rate
    n_samples = round(piece.beats * beat_samples / LOOP_GRID_SAMPLES) * LOOP_GRID_SAMPLES
    if piece.loops:
        n_samples = n_round = _fast_length(n_samples)
        beat_samples = n_samples / piece.beats
    else:
        n_round = _fast_length(n_samples + int(_RING_OUT_S * sample_rate))
    mix = np.zeros((2, n_round), np.float32)
    _play_pads(mix, piece, beat_samples, sample_rate)
    _play_lute(mix, piece, beat_samples, sample_rate)
    sound = in_room(mix, sample_rate)[:, :n_samples]
    n_fade = int(piece.fade_beats * beat_samples)
    if n_fade:
        fade = 0.5 + 0.5 * np.cos(np.pi * np.linspace(0, 1, n_fade))
        sound[:, -n_fade:] *= fade.astype(np.float32)
    return sound


def _fast_length(n_samples: int) -> int:
    """The least number of whole MP3 frames at which a Fourier transform is fast."""
    n_frames = -(-n_samples // LOOP_GRID_SAMPLES)
    while not _is_smooth(n_frames):
        n_frames += 1
    return n_frames * LOOP_GRID_SAMPLES


def _is_smooth(n: int) -> bool:
    """Whether a number has no prime factor above 7."""
    for prime in (2, 3, 5, 7):
        while n % prime == 0:
            n //= prime
    return n == 1


def notes(line: str) -> Iterator[Note]:
    """The notes and rests of a line, in order."""
    beat = 0.0
    for word in line.replace("|", " ").split():
        name, _, length = word.partition(":")
        beats = float(length.rstrip("~"))
        names = () if name == "-" else tuple(name.split("+"))
        yield Note(beat, beats, names, tremolo=length.endswith("~"))
        beat += beats


def _play_pads(mix: Sound, piece: Composition, beat_samples: float, sample_rate: int) -> None:
    """Hold the notes, each from half a fade before its beat to half a fade after its end."""
    n_fade = int(_PAD_FADE_BEATS * beat_samples)
    for line in piece.pads:
        for note in notes(line):
            start = int(note.beat * beat_samples) - n_fade // 2
            n_samples = int(note.beats * beat_samples) + n_fade
            for name in note.names:
                sound = pad(note_frequency_hz(name), n_samples, n_fade, sample_rate)
                add_round(mix, sound * np.float32(_PAD_GAIN), start)


def _play_lute(mix: Sound, piece: Composition, beat_samples: float, sample_rate: int) -> None:
    """Pluck both lines as a hand does: never quite in time, never twice as strongly."""
    # RandomState, since its numbers are promised to stay the same in every release of NumPy.
    hand = np.random.RandomState(_SEED)
    plucked: dict[str, Mono] = {}
    for line, course in ((piece.melody, _MELODY), (piece.drone, _DRONE)):
        for stroke in _strokes(line, beat_samples / sample_rate):
            for string, name in enumerate(stroke.names):
                if name not in plucked:
                    plucked[name] = pluck(note_frequency_hz(name), sample_rate, piece.lute)
                late_s = string * _STRUM_S + _UNSTEADY_S * abs(hand.standard_normal())
                gain = 10 ** ((stroke.level_db + hand.uniform(-1, 1) * _UNSTEADY_DB) / 20)
                n_hold = int((stroke.hold_s + course.ring_on_s) * sample_rate)
                sound = _damped(plucked[name], n_hold, int(_DAMPING_S * sample_rate))
                sides = np.array([[course.left], [course.right]], np.float32) * np.float32(gain)
                add_round(mix, sides * sound, int((stroke.time_s + late_s) * sample_rate))


def _strokes(line: str, beat_s: float) -> Iterator[_Stroke]:
    """The plectrum's strokes; each is held until the next, through the rests between."""
    struck = [note for note in notes(line) if note.names]
    ends = [note.beat for note in struck[1:]] + [struck[-1].beat + 2 * _BAR_BEATS]
    for note, end in zip(struck, ends, strict=True):
        n_strokes = round(note.beats * beat_s * _TREMOLO_HZ) if note.tremolo else 1
        beats = note.beats / n_strokes
        for i in range(n_strokes):
            beat = note.beat + i * beats
            level_db = -5.5 - 8 * abs(i / n_strokes - 0.4) if note.tremolo else _accent_db(note)
            held = beats if i < n_strokes - 1 else end - beat
            yield _Stroke(beat * beat_s, held * beat_s, level_db, note.names)


def _accent_db(note: Note) -> float:
    """Strongest on the first beat of a bar, weakest between beats; lightest of all a grace note."""
    half_beats = round(2 * note.beat) % (2 * _BAR_BEATS)
    accent_db = 0.0 if half_beats == 0 else -3.0 if half_beats % 2 else -1.5
    grace_db = -5.0 if note.beats < 0.2 else 0.0
    return accent_db + grace_db - 1.5 * (len(note.names) - 1)


def _damped(sound: Mono, n_hold: int, n_fade: int) -> Mono:
    if n_hold >= len(sound):
        return sound
    held = sound[:n_hold].copy()
    held[-n_fade:] *= np.linspace(1, 0, n_fade, dtype=np.float32) ** 2
    return held
