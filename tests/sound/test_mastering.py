"""The gain of a programme is known before it is rendered, and brings it to its loudness."""

from __future__ import annotations

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
    laid_out,
    piece_of,
    speech_of_take,
)

from audiobook.config import Music
from audiobook.model import Cue
from audiobook.sound.blocks import cut_blocks
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.sound.mastering import programme_gain_db, step_energies_of
from audiobook.sound.render import render
from audiobook.sound.scene import Reach, make_scene
from audiobook.sound.timeline import Slot, Timeline

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
    "stings": ([[*LINES[:4], Cue("sting", 0, 1, "long sting"), *LINES[4:]]], NO_MUSIC),
}  # fmt: skip


def foretold_and_heard(name: str, channels: int) -> tuple[np.ndarray, np.ndarray, Timeline]:
    """Energies foretold, and those of what is rendered."""
    chapters, music = PROGRAMMES[name]
    timeline = laid_out(chapters, music)
    slots = [
        replace(slot, take=replace(slot.take, energies=_energies(slot))) if slot.take else slot
        for slot in timeline.slots
    ]
    timeline = replace(timeline, slots=tuple(slots))
    mix = replace(FLAT, channels=channels, bed_db=music.bed_db)
    scene = make_scene(timeline, cut_blocks(timeline), 0, mix, Reach(10**9, 10**9))
    sound = render(
        scene,
        speech_of_take,
        lambda key: (np.repeat(piece_of(key)[0], channels, axis=0), piece_of(key)[1]),
    )
    pieces = {key: channels * energies for key, energies in PIECES.items()}
    foretold = step_energies_of(timeline, mix, pieces)
    return foretold, step_energies(sound, RATE), timeline


def _energies(slot: Slot) -> tuple[float, ...]:
    assert slot.take
    speech = speech_of_take(slot.take)
    speech = np.pad(speech, ((0, 0), (0, -speech.shape[1] % (RATE // 10))))
    return tuple(step_energies(speech, RATE).tolist())


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", PROGRAMMES)
def test_loudness_is_foretold(name: str, channels: int) -> None:
    foretold, heard, _ = foretold_and_heard(name, channels)
    assert integrated_lufs(foretold) == pytest.approx(integrated_lufs(heard), abs=0.15)
    assert abs(len(foretold) - len(heard)) <= 2
    # And where each sound lies, all but at its edges.
    n = min(len(foretold), len(heard))
    differ_db = np.abs(10 * np.log10((foretold[:n] + 1e-6) / (heard[:n] + 1e-6)))
    assert np.median(differ_db) < 0.5
    assert np.percentile(differ_db, 75) < 2


@pytest.mark.parametrize("target_lufs", [-14.0, -16.0, -23.0])
def test_the_gain_brings_the_programme_to_its_loudness_in_quarters(target_lufs: float) -> None:
    foretold, heard, timeline = foretold_and_heard("all music", 1)
    gain_db = programme_gain_db(timeline, FLAT, PIECES, target_lufs)
    assert gain_db * 4 == round(gain_db * 4)
    assert integrated_lufs(foretold) + gain_db == pytest.approx(target_lufs, abs=0.126)
    assert integrated_lufs(heard) + gain_db == pytest.approx(target_lufs, abs=0.25)


def test_the_mixs_own_gain_counts_for_nothing() -> None:
    timeline = foretold_and_heard("bed", 1)[2]
    gains = {
        programme_gain_db(timeline, replace(FLAT, gain_db=own), PIECES, -16.0)
        for own in (-5.0, 0.0, 8.0)
    }
    assert len(gains) == 1


def test_silence_is_not_turned_up() -> None:
    timeline = laid_out([[Line("one")]])
    slots = [
        replace(slot, take=replace(slot.take, energies=(0.0,))) if slot.take else slot
        for slot in timeline.slots
    ]
    assert programme_gain_db(replace(timeline, slots=tuple(slots)), FLAT, {}, -16.0) == 0


def test_gain_has_a_bound() -> None:
    timeline = laid_out([[Line("one")]])
    faint = [
        replace(slot, take=replace(slot.take, energies=(3e-7,) * 30)) if slot.take else slot
        for slot in timeline.slots
    ]
    assert programme_gain_db(replace(timeline, slots=tuple(faint)), FLAT, {}, -10.0) == 40
