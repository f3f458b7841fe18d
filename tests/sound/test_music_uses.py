"""A piece is heard as it is used: alone from beginning to end, as a bed without end."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import soundfile

import audiobook
from audiobook import Choices, LostError
from audiobook.sound.music import load_piece, samples_of
from audiobook.store import Store

SLOW = pytest.mark.slow
RATE = 16_000
THEME_S = 9.0
ROUGH = f"""
[profiles.rough]
sample_rate = {RATE}
bitrate_kbps = 32
"""


def write_theme(path: Path) -> None:
    """A tone that swells and fades, one pitch in its first half and another in its second."""
    time_s = np.arange(int(THEME_S * RATE)) / RATE
    hz = np.where(time_s < THEME_S / 2, 440.0, 660.0)
    theme = 0.2 * np.sin(2 * np.pi * np.cumsum(hz) / RATE)
    theme *= 0.4 + 0.6 * np.sin(np.pi * time_s / THEME_S)
    soundfile.write(path, theme, RATE)


def built(folder: Path, text: str, music: str = "") -> np.ndarray:
    """What is heard of a show, shape (n,)."""
    (folder / "story.md").write_text(text, encoding="utf-8")
    (folder / "show.toml").write_text(f'story = "story.md"\n{music}\n{ROUGH}', encoding="utf-8")
    choices = Choices(engine="tone", profile="rough", formats=("wav",))
    report = audiobook.build(folder, output=folder / "out", choices=choices)
    sound, sample_rate = soundfile.read(report.episodes[0].files["wav"])
    assert sample_rate == RATE
    return np.asarray(sound)


def windows_db(sound: np.ndarray) -> np.ndarray:
    """The level of each 50 ms."""
    windows = sound[: len(sound) // 800 * 800].reshape(-1, 800)
    return np.asarray(10 * np.log10(np.mean(windows**2, axis=1) + 1e-12))


@pytest.mark.parametrize(
    "name",
    ["theme.wav", *(pytest.param(f"lute-{end}", marks=SLOW) for end in ("opening", "closing"))],
)
@pytest.mark.parametrize("first", ["![sting]({})\n\n", ""], ids=["after a sting", "at once"])
def test_any_piece_is_a_bed_without_holes(name: str, first: str, tmp_path: Path) -> None:
    write_theme(tmp_path / "theme.wav")
    days = "\n\n".join(f"On day {n} she waited, and the river rose by a hand." for n in range(16))
    story = first.format(name) + f"![music]({name}){{duck=0dB}}\n\n{days}\n"
    sound = built(tmp_path, story, "[music]\nopening = false\nbed = false\nclosing = false")
    begins_s = (15.0 if first else 0.0) + 4.0  # head, sting, and the bed's fade
    bed_db = windows_db(sound[int(begins_s * RATE) : -int(6 * RATE)])
    assert len(bed_db) > 3 * 20 * THEME_S
    assert bed_db.min() > -45


def test_an_opening_that_is_the_bed_as_well_begins_as_its_file_does(tmp_path: Path) -> None:
    write_theme(tmp_path / "theme.wav")
    music = '[music]\nopening = "theme.wav"\nbed = "theme.wav"\nclosing = false'
    beginning = built(tmp_path, "The river rose.\n", music)[RATE : 3 * RATE]
    spectrum = np.abs(np.fft.rfft(beginning * np.hanning(len(beginning))))
    first, second = spectrum[440 * 2], spectrum[660 * 2]
    assert second < 0.01 * first  # as a bed, its end lies over its beginning


def test_another_process_takes_music_from_the_store(tmp_path: Path) -> None:
    write_theme(tmp_path / "theme.wav")
    store = Store(tmp_path / "store")
    piece = load_piece("theme.wav", tmp_path, sample_rate=RATE, channels=2, store=store)
    sent = pickle.dumps(piece)
    assert len(sent) < 1000 < piece.samples.nbytes

    arrived = pickle.loads(sent)
    assert arrived == piece
    np.testing.assert_array_equal(samples_of(arrived, store), piece.samples)
    with pytest.raises(LostError, match="music has gone"):
        samples_of(arrived, Store(tmp_path / "another"))
