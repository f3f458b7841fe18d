"""The times that `say --words` tells are those of the file: heard in what a player would play."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from cli.commands import Run

import audiobook
from audiobook.store import Store

TEXT = "Good evening, all of you.\n\nThe road ended there: nobody crossed, not in 1912."
WORDS = "Good evening, all of you. The road ended there: nobody crossed, not in nineteen twelve."
EDGE_S = 0.012
FAINT_DB = -30.0
"""Below the loudest of a file: the pauses, with room tone in them, are much fainter."""


READER = """
import sys
import numpy as np
import soundfile
from audiobook.utterance import Utterance, Voice
from audiobook.speech.engines.espeak import Espeak

if __name__ == "__main__":
    text = sys.stdin.read().strip()
    engine = Espeak()
    clip = engine.synthesise(Utterance(text), Voice("espeak", "en-us+f3", "en", rate=0.9))
    engine.close()
    samples = np.pad(clip.samples, clip.sample_rate // 2)
    soundfile.write(sys.argv[1], samples, clip.sample_rate)
"""
"""A program that speaks after half a second of silence, and keeps to itself when."""


def speech_in(path: str) -> Callable[[float, float], bool]:
    """Tells of a stretch of a file, in seconds, whether there is any speech in it."""
    samples, rate = soundfile.read(path, dtype="float64")
    step = rate // 250
    steps = samples[: len(samples) // step * step].reshape(-1, step)
    level_db = 10 * np.log10(np.square(steps).mean(axis=1) + 1e-12)
    is_loud = level_db > level_db.max() + FAINT_DB

    def is_heard(start_s: float, stop_s: float) -> bool:
        return bool(is_loud[round(start_s * rate / step) : round(stop_s * rate / step)].any())

    return is_heard


def see_that_words_are_heard(words: list[dict[str, Any]], path: str) -> None:
    """Speech where words are, none before the first, after the last and in the pauses between."""
    is_heard = speech_in(path)
    for word in words:
        assert is_heard(word["start_s"] + EDGE_S, word["end_s"] + EDGE_S), word
    ends_s = [0.0, *(word["end_s"] for word in words)]
    starts_s = [*(word["start_s"] for word in words), soundfile.info(path).duration]
    pauses = [(a, b) for a, b in zip(ends_s, starts_s, strict=True) if b - a > 5 * EDGE_S]
    assert len(pauses) >= 2 + TEXT.count(",") + TEXT.count("\n\n")
    for stop_s, start_s in pauses:
        assert not is_heard(stop_s + EDGE_S, start_s - EDGE_S), (stop_s, start_s)
    for _, start_s in pauses[:-1]:
        assert is_heard(start_s - EDGE_S, start_s + 4 * EDGE_S), start_s


@pytest.mark.parametrize("file", ["said.mp3", "said.wav"])
@pytest.mark.parametrize("options", [(), ("--narration", "--rate", "0.8")])
def test_words_are_heard_when_it_says(run: Run, file: str, options: tuple[str, ...]) -> None:
    said = run("say", TEXT, "-o", file, "--engine", "espeak", *options, "--words", "--json")
    words = said.json["episodes"][0]["words"]
    assert " ".join(word["text"] for word in words) == WORDS
    assert {(word["method"], word["confidence"]) for word in words} == {("engine", 1.0)}
    for one, other in pairwise(words):
        assert one["start_s"] < one["end_s"] <= other["start_s"]
    see_that_words_are_heard(words, file)


def test_words_are_a_table_for_people(run: Run) -> None:
    out = run("say", "Good evening.", "--engine", "espeak", "--words").out
    assert [line.split()[2:] for line in out.splitlines()[1:]] == [
        ["word", "method", "sure"],
        ["Good", "engine", "100%"],
        ["evening.", "engine", "100%"],
    ]
    again = run("say", "Good evening.", "--engine", "espeak")
    assert again.out.splitlines() == out.splitlines()[:1]


def test_a_word_without_end_is_shortened_for_people_alone(run: Run) -> None:
    word = "ab" * 40
    said = ("say", f"Oh {word}.", "--engine", "espeak", "--words")
    lines = run(*said).out.splitlines()
    assert [line.split()[2] for line in lines[2:]] == ["Oh", f"{word[:39]}…"]
    words = run(*said, "--json").json["episodes"][0]["words"]
    assert [one["text"] for one in words] == ["Oh", f"{word}."]


def test_words_that_the_engine_does_not_tell_are_found(run: Run) -> None:
    Path("reader.py").write_text(READER)
    command = json.dumps([sys.executable, "reader.py", "{out}"])
    Path("show.toml").write_text(f"[engines.reader]\ncommand = {command}\n")
    said = ("say", TEXT, "--engine", "reader", "--json")
    words = run(*said, "--words").json["episodes"][0]["words"]
    assert " ".join(word["text"] for word in words) == WORDS
    assert {word["method"] for word in words} == {"aligned"}
    assert all(0.4 < word["confidence"] < 1 for word in words)
    see_that_words_are_heard(words, "say.mp3")
    assert "words" not in run(*said).json["episodes"][0]


def test_the_library_tells_them_where_it_is_asked(run: Run) -> None:
    choices = audiobook.Choices(engine="espeak")
    (asked,) = audiobook.say("Good evening.", "a.wav", words=True, choices=choices).episodes
    (not_asked,) = audiobook.say("Good evening.", "b.wav", choices=choices).episodes
    assert asked.words is not None
    assert [word.text for word in asked.words] == ["Good", "evening."]
    assert not_asked.words is None
    told = run("say", "Good evening.", "--engine", "espeak", "--words", "--json")
    assert told.json["episodes"][0]["words"][1]["start_s"] == round(asked.words[1].start_s, 3)


def test_a_clip_that_has_gone_is_spoken_again_to_be_timed(run: Run, store: Store) -> None:
    said = ("say", "Good evening.", "--engine", "espeak", "--words", "--json")
    first = run(*said).json["episodes"][0]["words"]
    shutil.rmtree(store.folder / "clips")
    assert run(*said).json["episodes"][0]["words"] == first
