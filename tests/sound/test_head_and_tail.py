"""The room tone before and after a programme is as long as its profile asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

import audiobook
from audiobook import Choices, Event, Warned
from audiobook.progress import Listener, silent

RATE = 16_000
NONE = "opening = false\nbed = false\nclosing = false"
BED = 'opening = false\nbed = "lute-bed"\nclosing = false'
BUILT_IN = 'opening = "lute-opening"\nbed = "lute-bed"\nclosing = "lute-closing"'
FILE = 'opening = "theme.wav"\nbed = false\nclosing = "theme.wav"'
STORY = "The river rose.\n\nShe waited by the ford until the water fell.\n"


def write_theme(path: Path) -> None:
    """Three seconds of a tone with 0.3 s of silence before it and 0.9 s after it."""
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE)
    theme = np.concatenate([np.zeros(RATE * 3 // 10), tone, np.zeros(RATE * 9 // 10)])
    soundfile.write(path, theme, RATE)


def built(folder: Path, music: str, asked: str, listen: Listener = silent) -> Path:
    """A finished file, by a profile that asks for a head and a tail."""
    write_theme(folder / "theme.wav")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    rough = f"[profiles.rough]\nsample_rate = {RATE}\nbitrate_kbps = 32\ntolerance_lu = 5\n"
    show = f'story = "story.txt"\n[music]\n{music}\n{rough}{asked}\n'
    (folder / "show.toml").write_text(show, encoding="utf-8")
    choices = Choices(engine="tone", profile="rough")
    report = audiobook.build(folder, output=folder / "out", choices=choices, listen=listen)
    return report.episodes[0].files["mp3"]


@pytest.mark.parametrize(
    "music",
    [
        pytest.param(NONE, id="no"),
        pytest.param(BED, id="bed", marks=pytest.mark.slow),
        pytest.param(BUILT_IN, id="lute", marks=pytest.mark.slow),
        pytest.param(FILE, id="file"),
    ],
)
@pytest.mark.parametrize(
    ("head_s", "tail_s"),
    [
        ((2.0, 3.0), (4.0, 5.0)),
        ((0.2, 0.6), (0.5, 1.5)),
        ((16.0, 20.0), (3.2, 3.5)),
    ],
)
def test_head_and_tail_are_as_the_profile_asks(
    head_s: tuple[float, float], tail_s: tuple[float, float], music: str, tmp_path: Path
) -> None:
    events: list[Event] = []
    asked = f"head_s = {list(head_s)}\ntail_s = {list(tail_s)}"
    path = built(tmp_path, music, asked, events.append)
    (checked,) = audiobook.check([path])
    figures = checked.measured.figures
    assert head_s[0] <= figures.head_s <= head_s[1]
    assert tail_s[0] <= figures.tail_s <= tail_s[1]
    assert not [event for event in events if isinstance(event, Warned)]


@pytest.mark.parametrize(
    "music",
    [
        pytest.param(NONE, id="no", marks=pytest.mark.slow),
        pytest.param(BED, id="bed", marks=pytest.mark.slow),
        pytest.param(BUILT_IN, id="lute"),
    ],
)
def test_a_profile_that_the_usual_ones_meet_changes_nothing(music: str, tmp_path: Path) -> None:
    usual = built(tmp_path, music, "").read_bytes()
    assert built(tmp_path, music, "head_s = [0.5, 1]\ntail_s = [1, 5]").read_bytes() == usual
    assert built(tmp_path, music, "head_s = [1.5, 2]\ntail_s = [1, 5]").read_bytes() != usual
