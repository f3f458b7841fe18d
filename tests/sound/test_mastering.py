"""The gain of a programme is known before it is spoken, and brings it to its loudness."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from fakes.programmes import (
    BED,
    GRID,
    MIX,
    NO_MUSIC,
    STING,
    Line,
    blocks_of,
    laid_out,
    piece_of,
    scene_of,
    speech_of_take,
)

from audiobook.model import Cue
from audiobook.show import Music
from audiobook.sound import Sound
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.sound.mastering import foretold_db, rounded_gain_db
from audiobook.sound.profiles import PROFILES
from audiobook.sound.render import render
from audiobook.sound.scene import Reach
from audiobook.sound.timeline import Timeline
from audiobook.sound.voice import WORKING_LUFS, Take

RATE = GRID.sample_rate
PIECES = {name: step_energies(piece_of(name)[0], RATE) for name in (BED, STING, "long sting")}
FLAT = replace(MIX, gain_db=0.0, ceiling_db=20.0)
LINES = [
    Line(f"line {i}", 1.2 + i % 3, 200 + 900 * (i % 3), "Ann" if i % 3 else None) for i in range(8)
]
PROGRAMMES = {
    "speech": ([LINES], NO_MUSIC),
    "bed": ([LINES], Music(None, BED, None)),
    "loud bed": ([LINES], Music(None, BED, None, bed_db=-5.0)),
    "all music": ([LINES, LINES[::-1]], Music(STING, BED, "long sting")),
    "hardly any speech": ([[Line("one", 0.5)]], Music("long sting", BED, "long sting")),
    "a bed turned up": (
        [[Cue("music", 0, 1, BED, (("gain", "+9dB"), ("duck", "-2dB"))), *LINES]], NO_MUSIC
    ),
    "beds that fade long": (
        [[Cue("music", 0, 1, BED, (("fade", "25s"), ("gain", "12dB"))), *LINES]], NO_MUSIC
    ),
    "beds that duck otherwise": (
        [[Cue("music", 0, 1, BED, (("duck", "0dB"), ("gain", "3dB"))), *LINES,
          Cue("music", 0, 1, BED), *LINES]], NO_MUSIC
    ),
    "a sound turned down": (
        [[*LINES[:4], Cue("sound", 0, 1, "long sting", (("gain", "-8dB"),)), *LINES[4:]]], NO_MUSIC
    ),
    "a sound that fades": (
        [[*LINES[:4], Cue("sound", 0, 1, "long sting", (("fade", "14s"), ("gain", "6dB"))),
          *LINES[4:]]], NO_MUSIC
    ),
    "stings": ([[*LINES[:4], Cue("sting", 0, 1, "long sting"), *LINES[4:]]], NO_MUSIC),
}  # fmt: skip


def levelled_speech(take: Take) -> Sound:
    """Speech at the loudness that every clip is brought to."""
    speech = speech_of_take(take)
    loudness = integrated_lufs(step_energies(speech, RATE))
    return speech * 10 ** ((WORKING_LUFS - loudness) / 20)  # type: ignore[no-any-return]


def heard_lufs(timeline: Timeline, channels: int, music: Music) -> float:
    """The loudness of what is rendered, without gain or ceiling."""
    mix = replace(FLAT, channels=channels, bed_db=music.bed_db)
    sounds = [
        render(
            scene_of(timeline, index, mix, Reach(0, 0)),
            levelled_speech,
            lambda key: (piece_of(key)[0].repeat(channels, axis=0), piece_of(key)[1]),
        )
        for index in range(len(blocks_of(timeline)))
    ]
    return integrated_lufs(step_energies(np.concatenate(sounds, axis=1), RATE))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", PROGRAMMES)
def test_loudness_is_foretold(name: str, channels: int) -> None:
    chapters, music = PROGRAMMES[name]
    timeline = laid_out(chapters, music)
    mix = replace(FLAT, channels=channels, bed_db=music.bed_db)
    pieces = {key: channels * energies for key, energies in PIECES.items()}
    foretold = foretold_db(timeline.slots, GRID, mix, pieces, PROFILES["podcast"])
    assert foretold == pytest.approx(heard_lufs(timeline, channels, music), abs=0.3)


def test_a_change_of_one_line_in_an_hour_hardly_moves_it() -> None:
    lines = [Line(str(i), 4.0, 400) for i in range(800)]
    long = [replace(lines[0], speech_s=8.0), *lines[1:]]
    one, other = (
        foretold_db(laid_out([some]).slots, GRID, FLAT, {}, PROFILES["podcast"])
        for some in (lines, long)
    )
    assert 0 < abs(one - other) < 0.005


def test_gains_come_in_quarters_and_have_a_bound() -> None:
    assert [rounded_gain_db(gain) for gain in (0.1, 0.13, -7.9, 8.37)] == [0, 0.25, -8, 8.25]
    assert [rounded_gain_db(gain) for gain in (99, -99)] == [22, -40]
    assert [rounded_gain_db(gain) for gain in (math.inf, -math.inf, math.nan)] == [0, 0, 0]


def test_a_programme_without_sound_has_no_loudness() -> None:
    for profile in PROFILES.values():
        assert foretold_db((), GRID, FLAT, {}, profile) == -math.inf


def test_an_rms_counts_the_pauses_and_is_that_of_a_channel() -> None:
    slots = laid_out([[Line("a", 6.0, 0), Line("b", 6.0, 12_000)]]).slots
    pieces: dict[str, np.ndarray] = {}
    for channels in (1, 2):
        mix = replace(FLAT, channels=channels)
        rms_db = foretold_db(slots, GRID, mix, pieces, PROFILES["acx"])
        # Half of it is speech, and at either end there is room tone.
        assert rms_db == pytest.approx(WORKING_LUFS - 3.4, abs=0.1)
