"""Whose engine and voice an option changes: the narrator's, or that of one who is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from cli.commands import Run

SHOW = """\
title = "The Crossing"
engine = "espeak"
auto_cast = false

[cast.Narrator]
voice = "en-gb"

[cast.Ferryman]
voice = "en-us+m3"

[cast."Old Ida"]
engine = "tone"
voice = "alto"
"""


@pytest.fixture
def show(story: Path) -> Path:
    """A show whose cast is spoken by two engines."""
    text = story.read_text().replace("cast: {Ferryman: {}, Old Ida: {}}\n", "")
    story.write_text(text)
    Path("show.toml").write_text(SHOW)
    return story


def cast(run: Run, *arguments: object) -> dict[str, tuple[str, str]]:
    (plan,) = run("plan", *arguments, "--no-music", "--json").json["episodes"]
    return {each["name"]: (each["engine"], each["voice"]) for each in plan["speakers"]}


def test_the_show_says_who_speaks(run: Run, show: Path) -> None:
    assert cast(run, show) == {
        "Narrator": ("espeak", "en-gb"),
        "Ferryman": ("espeak", "en-us+m3"),
        "Old Ida": ("tone", "alto"),
    }


def test_engine_and_voice_change_the_narrator_only(run: Run, show: Path) -> None:
    changed = cast(run, show, "--engine", "tone", "--voice", "bass")
    assert changed == {
        "Narrator": ("tone", "bass"),
        "Ferryman": ("espeak", "en-us+m3"),
        "Old Ida": ("tone", "alto"),
    }
    assert cast(run, show, "--engine", "tone")["Narrator"] == ("tone", "alto")
    assert cast(run, show, "--voice", "en-us+f2") == changed | {"Narrator": ("espeak", "en-us+f2")}


def test_the_narrators_own_engine_gives_way_to_the_one_that_is_typed(run: Run, show: Path) -> None:
    narrator = '[cast.Narrator]\nengine = "tone"\nvoice = "bass"\n'
    text = SHOW.replace('[cast.Narrator]\nvoice = "en-gb"\n', narrator)
    Path("show.toml").write_text(text)
    assert cast(run, show)["Narrator"] == ("tone", "bass")
    assert cast(run, show, "--engine", "espeak")["Narrator"] == ("espeak", "en-us")


def test_a_name_before_the_voice_changes_that_one_alone(run: Run, show: Path) -> None:
    before = cast(run, show)
    changed = cast(run, show, "--voice", "Ferryman=en-gb+m7", "--voice", "Old Ida=soprano")
    assert changed == before | {
        "Ferryman": ("espeak", "en-gb+m7"),
        "Old Ida": ("tone", "soprano"),
    }
    both = cast(run, show, "--engine", "tone", "--voice", "Ferryman=tenor")
    assert both["Ferryman"] == ("tone", "tenor")


def test_what_cannot_be_had_is_told(run: Run, show: Path) -> None:
    wrong = run("plan", show, "--voice", "Feryman=en-gb")
    wrong.fails(2, 'unknown cast member "Feryman"', hint='"Ferryman"')
    run("plan", show, "--voice", "Old Ida=en-gb").fails(2, 'unknown voice "en-gb"')
    run("plan", show, "--voice", "=en-gb").fails(2, "names no voice")


def test_one_episode_is_spoken_by_several_engines(run: Run, show: Path) -> None:
    (built,) = run("build", show, "--no-music", "--json").json["episodes"]
    assert built["segments_synthesised"] == 8
    assert built["integrated_lufs"] == pytest.approx(-16, abs=0.5)


def test_say_takes_a_voice_an_engine_and_a_rate(run: Run) -> None:
    text = "The water was high, and the road ended there."

    def length_s(*options: str) -> float:
        done = run("say", text, "-o", "said.wav", *options, "-q")
        assert done.code == 0, done.err
        return soundfile.info("said.wav").duration

    usual = length_s("--engine", "tone", "--voice", "bass")
    slow = length_s("--engine", "tone", "--voice", "bass", "--rate", "0.5")
    fast = length_s("--engine", "tone", "--voice", "bass", "--rate", "2")
    spoken = len(text) * 0.06
    assert slow - usual == pytest.approx(spoken, abs=0.1)
    assert usual - fast == pytest.approx(spoken / 2, abs=0.1)
    assert length_s("--engine", "espeak", "--voice", "en-gb+f3", "--rate", "1.5") > 1


def test_say_tells_what_it_cannot_do(run: Run) -> None:
    said = ("say", "Yes.", "--engine", "tone")
    run(*said, "--rate", "3").fails(2, "a rate of 3", hint="from 0.5 to 2")
    run(*said, "--rate", "nan").fails(2, "a rate of nan")
    run(*said, "--voice", "alt").fails(2, 'unknown voice "alt"', hint='"alto"')
    run(*said, "--voice", "Ferryman=alto").fails(2, 'unknown cast member "Ferryman"')
    run("say", "Yes.", "--engine", "tones").fails(2, 'unknown engine "tones"', hint='"tone"')


def test_a_voice_for_an_engine_that_there_is_not_is_told_once(run: Run, show: Path) -> None:
    text = SHOW.replace('voice = "en-us+m3"', 'voice = { espeak = "en-us+m3", tonne = "bass" }')
    Path("show.toml").write_text(text)
    for command in ("plan", "build"):
        done = run(command, show, "--no-music", "--only", "1")
        assert done.code == 0
        assert done.err.count('warning: show.toml:9:1: unknown engine "tonne"') == 1
        assert 'hint: did you mean "tone"?' in done.err
