"""The built-in music: what is written is playable, and what is played fits under a voice."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from audiobook.sound import Sound
from audiobook.sound.instruments import Lute, note_frequency_hz, pad, pluck
from audiobook.sound.loudness import step_energies
from audiobook.sound.pieces import PIECES, compose, notes
from audiobook.sound.room import add_round, in_room

RATE = 44100
LOW_RATE = 12000
"""Enough for a quick rendering where only sameness matters."""


@cache
def played(name: str) -> Sound:
    return compose(PIECES[name], RATE)


@cache
def spectrum(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in Hz and power at them, of the mono sum."""
    power = np.abs(np.fft.rfft(played(name).mean(axis=0))).astype(float) ** 2
    return np.fft.rfftfreq(played(name).shape[1], 1 / RATE), power


@pytest.mark.parametrize("name", PIECES)
def test_every_line_is_as_long_as_its_piece(name: str) -> None:
    piece = PIECES[name]
    for line in (piece.melody, piece.drone, *piece.pads):
        last = list(notes(line))[-1]
        assert last.beat + last.beats == pytest.approx(piece.beats)


def test_bars_of_the_bed_are_where_their_marks_are() -> None:
    for line in (PIECES["lute-bed"].melody, PIECES["lute-bed"].drone):
        bars = [bar for row in line.split("\n") for bar in row.split("|") if bar.strip()]
        assert [sum(note.beats for note in notes(bar)) for bar in bars] == pytest.approx([4.0] * 16)


def test_lines_are_read_as_written() -> None:
    first, rest, strum, tremolo = notes("D4:1.5 -:.5 | D3+A3:2 Bb4:1~")
    assert (first.beat, first.beats, first.names, first.tremolo) == (0, 1.5, ("D4",), False)
    assert (rest.beat, rest.names) == (1.5, ())
    assert (strum.beat, strum.names) == (2, ("D3", "A3"))
    assert (tremolo.beat, tremolo.names, tremolo.tremolo) == (4, ("Bb4",), True)


@pytest.mark.parametrize("name", PIECES)
def test_pieces_are_stereo_float_without_dc(name: str) -> None:
    sound = played(name)
    assert sound.dtype == np.float32
    assert sound.shape[0] == 2
    assert sound.shape[1] % 1152 == 0
    assert np.isfinite(sound).all()
    assert np.abs(sound.mean(axis=1)).max() < 1e-5


def test_lengths_are_what_a_mixer_expects() -> None:
    assert played("lute-bed").shape[1] == 64 * 47250  # 64 beats at 56 to the minute
    assert 8 < played("lute-opening").shape[1] / RATE < 12
    assert 10 < played("lute-closing").shape[1] / RATE < 15


@pytest.mark.slow
@pytest.mark.parametrize("sample_rate", [24000, 48000])
def test_a_bed_is_whole_frames_at_other_rates(sample_rate: int) -> None:
    sound = compose(PIECES["lute-bed"], sample_rate)
    assert sound.shape[1] % 1152 == 0
    assert sound.shape[1] / sample_rate == pytest.approx(64 * 60 / 56, rel=0.02)


@pytest.mark.parametrize("order", [1, 2])
def test_the_seam_of_the_bed_is_like_any_other_place(order: int) -> None:
    """At the seam, sample to sample, nothing happens that does not happen all the time."""
    bed = played("lute-bed").astype(float)
    steps = np.abs(np.diff(bed, order, axis=1))
    seam = np.abs(np.diff(np.concatenate([bed[:, -8:], bed[:, :8]], axis=1), order, axis=1))
    # The bed begins with a pluck; so it is held against the loudest second, not against silence.
    usual = np.percentile(steps[:, :RATE], 99)
    assert seam[:, : 8 - order].max() <= usual  # across the seam, before the pluck begins
    assert seam.max() <= steps.max()


def test_the_seam_of_the_bed_has_no_gap() -> None:
    """The last 50 ms and the first 50 ms are about as loud: tails ring on round the loop."""
    bed = played("lute-bed")
    n = RATE // 20
    before, after = (float(np.sqrt((part**2).mean())) for part in (bed[:, -n:], bed[:, :n]))
    whole = float(np.sqrt((bed**2).mean()))
    assert before > 0.25 * whole
    assert 0.25 < after / before < 6


def test_the_bed_keeps_its_level() -> None:
    """Over every 3 s, round the loop as well, loudness stays within ±4 dB."""
    bed = played("lute-bed")
    energies = step_energies(np.concatenate([bed, bed[:, : 3 * RATE]], axis=1), RATE)
    short_term_db = 10 * np.log10(np.convolve(energies, np.ones(30) / 30, "valid"))
    assert short_term_db.max() - short_term_db.min() < 8


def test_the_bed_leaves_room_for_a_voice() -> None:
    frequency_hz, power = spectrum("lute-bed")
    total = power.sum()
    assert power[frequency_hz < 2000].sum() / total > 0.99
    assert power[frequency_hz > 1000].sum() / total < 0.02
    assert 150 < (frequency_hz * power).sum() / total < 600


@pytest.mark.parametrize("name", PIECES)
def test_pieces_last_in_mono(name: str) -> None:
    sound = played(name).astype(float)
    lost_db = 10 * np.log10((sound**2).mean() / (sound.mean(axis=0) ** 2).mean())
    assert lost_db < 1.5


@pytest.mark.parametrize("name", ["lute-opening", "lute-closing"])
def test_pieces_played_once_begin_and_end_softly(name: str) -> None:
    sound = played(name)
    loudest = np.abs(sound).max()
    assert np.abs(sound[:, 0]).max() < 0.02 * loudest
    assert np.abs(sound[:, -1]).max() < 1e-6 * loudest
    assert np.abs(sound[:, -RATE // 10 :]).max() < 0.01 * loudest


@pytest.mark.parametrize("name", PIECES)
def test_playing_twice_gives_the_same_samples(name: str) -> None:
    np.testing.assert_array_equal(compose(PIECES[name], RATE), played(name))


@pytest.mark.slow
def test_processes_agree_whatever_their_threads() -> None:
    code = (
        "import hashlib; from audiobook.sound.pieces import PIECES, compose;"
        f"print(hashlib.sha256(compose(PIECES['lute-opening'], {LOW_RATE}).tobytes()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for threads in ("1", "2")
    }
    here = compose(PIECES["lute-opening"], LOW_RATE).tobytes()
    assert told == {hashlib.sha256(here).hexdigest()}


@pytest.mark.parametrize(
    ("name", "frequency_hz"), [("A4", 440.0), ("D3", 146.832), ("Bb2", 116.541), ("F#4", 369.994)]
)
def test_notes_are_tuned(name: str, frequency_hz: float) -> None:
    assert note_frequency_hz(name) == pytest.approx(frequency_hz, abs=0.001)


@pytest.mark.parametrize("name", ["D3", "A3", "C5"])
def test_a_pluck_is_in_tune_with_the_pad_and_dies_away(name: str) -> None:
    frequency_hz = note_frequency_hz(name)
    sound = pluck(frequency_hz, RATE, Lute())
    # A zero-padded transform tells the fundamental to a fraction of a hertz.
    second = np.hanning(RATE) * sound[:RATE]
    power = np.abs(np.fft.rfft(second, 16 * RATE))
    near = slice(int(16 * frequency_hz * 0.97), int(16 * frequency_hz * 1.03))
    peak_hz = (near.start + int(power[near].argmax())) / 16
    assert abs(1200 * np.log2(peak_hz / frequency_hz)) < 4
    assert 1.8 < len(sound) / RATE < 6
    first, last = sound[: RATE // 2], sound[-RATE // 2 :]
    assert np.abs(last).max() < 0.03 * np.abs(first).max()
    assert abs(float(sound[-1])) < 1e-6
    assert abs(float(sound[0])) < 1e-6


def test_a_pluck_grows_darker_as_it_rings() -> None:
    sound = pluck(note_frequency_hz("D3"), RATE, Lute())
    centroids_hz = []
    for start in (0, RATE // 2, RATE):
        power = np.abs(np.fft.rfft(np.hanning(8192) * sound[start : start + 8192])) ** 2
        centroids_hz.append(float((np.fft.rfftfreq(8192, 1 / RATE) * power).sum() / power.sum()))
    assert centroids_hz[0] > 1.1 * centroids_hz[1] > 1.1 * 1.02 * centroids_hz[2]


def test_pads_that_follow_each_other_keep_their_strength() -> None:
    n_fade = RATE
    first = pad(note_frequency_hz("D3"), 4 * RATE, n_fade, RATE)
    second = pad(note_frequency_hz("E3"), 4 * RATE, n_fade, RATE)
    mix = np.zeros((2, 7 * RATE), np.float32)
    add_round(mix, first, 0)
    add_round(mix, second, 3 * RATE)
    rms = [float(np.sqrt((mix[:, t * RATE : (t + 1) * RATE] ** 2).mean())) for t in (2, 3, 4)]
    assert rms[1] == pytest.approx((rms[0] + rms[2]) / 2, rel=0.3)


def test_sound_beyond_the_end_goes_on_at_the_beginning() -> None:
    mix = np.zeros((1, 10), np.float32)
    add_round(mix, np.arange(1, 14, dtype=np.float32)[None], 8)
    np.testing.assert_array_equal(mix[0], [3 + 13, 4, 5, 6, 7, 8, 9, 10, 1 + 11, 2 + 12])
    add_round(mix, np.ones((1, 1), np.float32), -1)
    assert mix[0, 9] == 15


def test_the_room_does_not_care_where_the_loop_begins() -> None:
    dry = np.random.RandomState(3).standard_normal((2, 4 * LOW_RATE)).astype(np.float32)
    wet = in_room(dry.copy(), LOW_RATE)
    turned = in_room(np.roll(dry, 1000, axis=1), LOW_RATE)
    np.testing.assert_allclose(turned, np.roll(wet, 1000, axis=1), atol=2e-4)
