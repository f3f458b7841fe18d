"""Words stressed, slowed down, raised and softened: from the story's marks to the file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from cli.commands import Run

from audiobook.speech.synthesis import load_clip
from audiobook.store import Store
from audiobook.utterance import Clip

STORY = "---\ntitle: The Road\nlanguage: en\n{more}---\n\n# One\n\n{text}\n"
SCRIPT = "segments: lines\n"
SHOW = "[music]\nopening = false\nbed = false\nclosing = false\n[spoken]\nmarkup = false\n"
TEXT = "The road was long, and never ended."


def write(path: str, text: str, more: str = "") -> str:
    Path("show.toml").write_text(SHOW)
    Path(path).write_text(STORY.format(text=text, more=more), encoding="utf-8")
    return path


def clips_of(store: Store) -> dict[int, Clip]:
    """The clips in a store, by how many words they have."""
    found = [load_clip(store, path.name) for path in (store.folder / "clips").glob("*/*")]
    return {len(clip.words): clip for clip in found if clip}


def lasting_ms(run: Run, store: Store, text: str, more: str = "") -> list[float]:
    """How long each word of a story's line is, in the clips of a build."""
    assert run("build", write("road.md", text, more), "--engine", "espeak", "--fresh").code == 0
    clip = clips_of(store)[len(TEXT.split())]
    for path in (store.folder / "clips").glob("*/*"):
        path.unlink()
    starts = [word.onset_ms for word in clip.words]
    return [b - a for a, b in pairwise([*starts, 1000 * clip.duration_s])]


@pytest.mark.parametrize("more", ["", SCRIPT])
def test_a_slow_stretch_takes_longer_and_the_rest_does_not(
    run: Run, store: Store, more: str
) -> None:
    plain = lasting_ms(run, store, TEXT, more)
    marked = 'The road was (long, and never)[rate:"x-slow"] ended.'
    slow = lasting_ms(run, store, marked, more)
    ratios = [long / short for long, short in zip(slow, plain, strict=True)]
    assert min(ratios[3:6]) > 1.15
    assert sum(slow[3:6]) > 1.5 * sum(plain[3:6])
    assert all(0.85 < ratio < 1.2 for ratio in (*ratios[:2], *ratios[6:])), ratios


def test_markup_of_a_story_is_spoken_as_text_beside_a_mark(run: Run, store: Store) -> None:
    text = 'The {} was \\<voice name="de"> &lt;audio/> and \\& ended.'
    assert run("build", write("a.md", text.format("road")), "--engine", "espeak").code == 0
    n_words = len(text.split())
    plain = clips_of(store)[n_words]
    marked = text.format('(road)[rate:"medium"]')
    assert run("build", write("a.md", marked), "--engine", "espeak", "--fresh").code == 0
    keys = list((store.folder / "clips").glob("*/*"))
    clips = [clip for key in keys if (clip := load_clip(store, key.name))]
    same = [clip for clip in clips if np.array_equal(clip.samples, plain.samples)]
    assert len(same) == 2
    assert same[0].words == same[1].words == plain.words


@pytest.mark.parametrize("engine", ["espeak", "tone"])
def test_a_line_that_is_soft_as_a_whole_is_softer_than_the_rest(run: Run, engine: str) -> None:
    def contrast_db(line: str) -> float:
        path = write("soft.md", f"{TEXT}[3s]\n{line}", SCRIPT)
        done = run("build", path, "--engine", engine, "--format", "wav", "-o", ".")
        assert done.code == 0
        assert "takes no delivery" not in done.err
        samples, rate = soundfile.read("soft.wav", dtype="float64")
        steps = samples[: len(samples) // (rate // 10) * (rate // 10)].reshape(-1, rate // 10)
        power = np.square(steps).mean(axis=1)
        loud = np.flatnonzero(power > power.max() / 1000)
        gap = int(np.diff(loud).argmax())
        levels = [10 * np.log10(power[part].mean()) for part in (loud[: gap + 1], loud[gap + 1 :])]
        return float(levels[0] - levels[1])

    assert abs(contrast_db(f'({TEXT})[volume:"soft"]') - contrast_db(TEXT) - 4) < 1


def test_an_engine_that_cannot_do_it_says_so_once(run: Run) -> None:
    text = 'It (never)[emphasis:"strong"] ended.\n\nNot (now)[pitch:"low"] either.'
    done = run("build", write("road.md", text), "--engine", "tone")
    assert done.code == 0
    warned = [line for line in done.err.splitlines() if "takes no delivery" in line]
    assert len(warned) == 1
    assert "road.md:8:1: tone takes no delivery: words marked with emphasis" in warned[0]


ERRORS = [
    ('It (never)[emphasis:"loud"] ended.', "8:22: unknown emphasis", "strong"),
    (
        'It (never)[rate:"snail"] ended.',
        "8:18: unknown rate",
        "known: fast, medium, slow, x-fast, x-slow",
    ),
    (
        'It (never)[rate:"slow";pitch:""] ended.',
        "8:31: unknown pitch",
        "known: high, low, medium, x-high, x-low",
    ),
    ("It (never)[rate:slow] ended.", "8:17: rate needs a text in quotes", 'write rate:"…"'),
    (
        'It (never)[tempo:"slow"] ended.',
        '8:12: unknown mark "tempo"',
        "known: emphasis, ipa, pitch, rate, sub, volume",
    ),
    ('It (never)[rate:"slow";rate:"fast"] x.', "8:24: rate is given twice", ""),
    ('It (never)[rate:"slow"; ] x.', "8:24: a name is missing here", "known names: sub, ipa"),
]


@pytest.mark.parametrize(("text", "what", "hint"), ERRORS)
def test_a_wrong_mark_is_told_with_its_place(run: Run, text: str, what: str, hint: str) -> None:
    run("script", write("road.md", text)).fails(3, f"road.md:{what}", hint=hint or None)


def test_marks_an_author_adds_stay_when_the_story_changes(run: Run) -> None:
    write("road.md", f"{TEXT}\n\nNobody came.")
    assert run("script", "road.md", "-o", "script.md").code == 0
    script = Path("script.md")
    marked = script.read_text("utf-8").replace(" never ", ' (never)[emphasis:"strong"] ')
    script.write_text(marked, "utf-8")
    write("road.md", f"{TEXT}\n\nNobody came back.")
    assert run("script", "road.md", "-o", "script.md").code == 0
    merged = script.read_text("utf-8")
    assert '(never)[emphasis:"strong"] ended.' in merged
    assert "Nobody came back." in merged
