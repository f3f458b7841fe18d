"""The commands, their options and variables, and the JSON that other programs rely on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile
from cli.commands import PROGRAM, STORY, Run

from audiobook.programme import Mixed, mix_and_encode

EPISODE_FIELDS = {
    "title",
    "files",
    "duration_s",
    "segments",
    "segments_synthesised",
    "segments_reused",
    "blocks",
    "blocks_encoded",
    "integrated_lufs",
    "true_peak_dbtp",
    "chapters",
}
TONE = ("--engine", "tone")
QUICK = (*TONE, "--no-music")


def test_build_json_tells_what_was_made(run_process: Run, story: Path) -> None:
    first = run_process("build", story, *TONE, "--json")
    again = run_process("build", story, *TONE, "--json", "--quiet")

    assert first.code == again.code == 0
    assert again.err == ""
    assert "The Crossing · 2 chapters · 8 segments" in first.err
    assert {"episodes", "engine", "elapsed_s"} <= first.json.keys()
    assert first.json["engine"] == "tone"
    assert 0 < first.json["elapsed_s"] < 60

    (episode,) = first.json["episodes"]
    assert episode.keys() >= EPISODE_FIELDS
    assert episode["title"] == "The Crossing"
    assert episode["files"] == {"mp3": "output/crossing.mp3"}
    sound = soundfile.info(episode["files"]["mp3"])
    assert episode["duration_s"] == pytest.approx(sound.frames / sound.samplerate, abs=5e-4)
    assert (episode["segments"], episode["segments_synthesised"]) == (8, 8)
    assert episode["segments_reused"] == 0
    assert episode["blocks"] == episode["blocks_encoded"] > 0
    assert episode["integrated_lufs"] == pytest.approx(-16, abs=1)
    assert -20 < episode["true_peak_dbtp"] <= -1
    near, far = episode["chapters"]
    assert [near["title"], far["title"]] == ["The Near Bank", "The Far Bank"]
    assert near["start_s"] == 0
    assert 0 < far["start_s"] < episode["duration_s"]

    (kept,) = again.json["episodes"]
    costs = {"segments_synthesised": 0, "segments_reused": 8, "blocks_encoded": 0}
    assert kept == episode | costs


def test_script_json_has_the_segments_with_their_places(run: Run, story: Path) -> None:
    found = run("script", story, "--json").json
    assert (found["title"], found["language"]) == ("The Crossing", "en")
    assert [chapter["title"] for chapter in found["chapters"]] == ["The Near Bank", "The Far Bank"]
    segments = [segment for chapter in found["chapters"] for segment in chapter["segments"]]
    told = [(s["text"], s["speaker"], s["kind"]) for s in segments]
    assert told == [
        ("The Near Bank", None, "heading"),
        ("The water was high.", None, "narration"),
        ("The road ended there.", None, "narration"),
        ("“Not today,”", "Ferryman", "dialogue"),
        ("he said.", None, "narration"),
        ("The Far Bank", None, "heading"),
        ("“Then I wait.”", "Old Ida", "dialogue"),
        ("She waited until night.", None, "narration"),
    ]
    for segment in segments:
        assert STORY[segment["start"] : segment["end"]] == segment["text"]
        assert 0 <= segment["confidence"] <= 1


def test_plan_tells_what_a_build_would_cost_and_makes_nothing(run: Run, story: Path) -> None:
    (plan,) = run("plan", story, *TONE, "--json").json["episodes"]
    assert plan["title"] == "The Crossing"
    assert plan["files"] == ["output/crossing.mp3"]
    assert plan["chapters"] == ["The Near Bank", "The Far Bank"]
    assert plan["segments_kept"] == 0
    assert plan["characters_to_speak"] == plan["characters"] > 0
    assert {speaker["name"] for speaker in plan["speakers"]} == {"Narrator", "Ferryman", "Old Ida"}
    assert not Path("output").exists()

    (dry,) = run("build", story, *TONE, "-n", "--json").json["episodes"]
    assert dry == plan

    assert run("build", story, *QUICK, "-q").code == 0
    (after,) = run("plan", story, *TONE, "--json").json["episodes"]
    assert after["segments_kept"] == after["segments"] == plan["segments"]
    assert after["characters_to_speak"] == 0


def test_a_plan_takes_the_choices_of_a_build(run: Run, story: Path) -> None:
    (with_music,) = run("plan", story, *TONE, "--json").json["episodes"]
    for options in (
        ("--no-music",),
        ("--no-music", "--profile", "acx", "--narration", "--format", "wav"),
    ):
        (plan,) = run("plan", story, *TONE, *options, "--json").json["episodes"][:1]
        (dry,) = run("build", story, *TONE, *options, "-n", "--json").json["episodes"][:1]
        assert plan == dry
        assert plan["estimated_s"] < with_music["estimated_s"] - 20
    quiet = run("plan", story, *TONE, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_plan_and_a_build_are_told_in_words(run: Run, story: Path) -> None:
    plan = run("plan", story, *TONE)
    assert "makes     output/crossing.mp3" in plan.out
    built = run("build", story, *QUICK)
    assert "output/crossing.mp3" in built.out
    assert "speech done: 8 spoken, 0 kept" in built.err
    quiet = run("build", story, *QUICK, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_formats_and_chapters_get_files_of_their_own(run: Run, story: Path) -> None:
    options = ("--format", "mp3", "--format", "wav", "--split", "chapter", "-o", "made")
    built = run("build", story, *QUICK, *options, "--json").json
    assert [episode["title"] for episode in built["episodes"]] == ["The Near Bank", "The Far Bank"]
    names = sorted(path.name for path in Path("made").iterdir())
    assert names == ["crossing-1.mp3", "crossing-1.wav", "crossing-2.mp3", "crossing-2.wav"]
    for episode in built["episodes"]:
        lengths = {soundfile.info(path).frames for path in episode["files"].values()}
        assert len(lengths) == 1


def test_loudness_is_rounded_once(run: Run, story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is just above -16.15 is -16.2 in one place, so it is in the other."""

    def mixed(*arguments: Any, **settings: Any) -> Mixed:
        made = mix_and_encode(*arguments, **settings)
        return replace(made, figures=replace(made.figures, integrated_lufs=-16.1504))

    monkeypatch.setattr("audiobook.production.mix_and_encode", mixed)
    assert "-16.2 LUFS)" in run("build", story, *QUICK).out
    episode = run("build", story, *QUICK, "--json").json["episodes"][0]
    assert episode["integrated_lufs"] == -16.15


@pytest.mark.parametrize("only", ["2", "02", "The Far Bank", "the far bank"])
def test_one_chapter_may_be_made_alone(run: Run, story: Path, only: str) -> None:
    (episode,) = run("build", story, *QUICK, "--only", only, "--json").json["episodes"]
    assert episode["title"] == "The Far Bank"
    assert episode["files"] == {"mp3": "output/crossing-2.mp3"}


def test_fresh_speaks_and_encodes_again(run: Run, story: Path) -> None:
    (first,) = run("build", story, *QUICK, "--json").json["episodes"]
    (fresh,) = run("build", story, *QUICK, "--fresh", "--json").json["episodes"]
    assert fresh == first


def test_a_profile_sets_the_loudness(run: Run, story: Path) -> None:
    options = ("--profile", "broadcast", "--json")
    (episode,) = run("build", story, *QUICK, *options).json["episodes"]
    assert episode["integrated_lufs"] == pytest.approx(-23, abs=1)


def test_say_speaks_a_text_into_a_file(run: Run) -> None:
    said = run("say", "Good evening.", "-o", "evening.WAV", *TONE, "--voice", "bass", "--json")
    assert said.json["episodes"][0]["files"] == {"wav": "evening.wav"}
    assert soundfile.info("evening.wav").duration > 0.5
    assert run("say", "-", *TONE, "-q", stdin="Grüße".encode()).code == 0
    assert soundfile.info("say.mp3").duration > 0.1


def test_voices_are_listed_by_engine_and_language(run: Run) -> None:
    everything = run("voices", "--json").json["voices"]
    assert {voice["engine"] for voice in everything} >= {"espeak", "gtts", "tone"}
    assert run("voices", "list", "--json").json["voices"] == everything

    tones = run("voices", "--engine", "tone", "--language", "pt-BR", "--json").json["voices"]
    assert [voice["name"] for voice in tones] == ["alto", "bass", "soprano", "tenor"]
    english = run("voices", "list", "--engine", "espeak", "--language", "en", "--json")
    languages = {voice["language"] for voice in english.json["voices"]}
    assert {"en-us", "en-gb"} <= {language.casefold() for language in languages}
    assert all(language.casefold().startswith("en") for language in languages)
    assert "tenor" in run("voices", "--engine", "tone").out


def test_voices_for_every_language_make_none_known(run: Run) -> None:
    run("voices", "--language", "ain").fails(2, 'unknown language "ain"', hint="did you mean")
    assert "tenor" in run("voices", "--engine", "tone", "--language", "ain").out


def test_the_cast_may_be_given_voices(run: Run, story: Path) -> None:
    voices = ("--voice", "bass", "--voice", "Ferryman=tenor", "--voice", "Old Ida=soprano")
    (plan,) = run("plan", story, *TONE, *voices, "--json").json["episodes"]
    found = {speaker["name"]: speaker["voice"] for speaker in plan["speakers"]}
    assert found == {"Narrator": "bass", "Ferryman": "tenor", "Old Ida": "soprano"}


@pytest.mark.usefixtures("story")
def test_what_is_nearer_to_the_user_is_stronger(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag, then a variable, then front matter, then show.toml, then the default."""
    story = Path("crossing.md")

    def voice_and_language(*options: str) -> tuple[str, str]:
        (plan,) = run("plan", story, *options, "--json").json["episodes"]
        voice = plan["speakers"][0]["voice"]
        return voice, run("script", story, *options[4:], "--json").json["language"]

    text = STORY.replace("language: en\n", "")
    story.write_text(text)
    assert voice_and_language(*TONE) == ("alto", "en")  # the defaults

    show = 'engine = "tone"\nlanguage = "de"\n[cast.Narrator]\nvoice = "bass"\n'
    Path("show.toml").write_text(show)
    assert voice_and_language() == ("bass", "de")

    front = "language: fr\nengine: tone\ncast: {Narrator: {voice: tenor}, Ferryman: {},"
    story.write_text(text.replace("cast: {Ferryman: {},", front))
    assert voice_and_language() == ("tenor", "fr")

    monkeypatch.setenv("AUDIOBOOK_VOICE", "Ferryman=bass soprano")
    monkeypatch.setenv("AUDIOBOOK_LANGUAGE", "it")
    assert voice_and_language() == ("soprano", "it")

    options = (*TONE, "--voice", "alto", "--language", "es")
    assert voice_and_language(*options) == ("alto", "es")


def test_every_choice_has_a_variable(
    run: Run, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = {
        "ENGINE": "tone",
        "FORMAT": "wav",
        "JOBS": "1",
        "MUSIC": "0",
        "OUTPUT": "made",
        "PROFILE": "loud",
        "SPLIT": "chapter",
    }
    for name, value in choices.items():
        monkeypatch.setenv(f"AUDIOBOOK_{name}", value)
    built = run("build", story, "--json").json
    assert built["engine"] == "tone"
    assert [e["files"] for e in built["episodes"]] == [
        {"wav": "made/crossing-1.wav"},
        {"wav": "made/crossing-2.wav"},
    ]
    assert built["episodes"][0]["integrated_lufs"] == pytest.approx(-14, abs=1)
    assert built["episodes"][0]["duration_s"] < 20  # without an opening and a closing


def test_a_show_is_found_from_within_its_folder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = Path("script", "drafts")
    deep.mkdir(parents=True)
    (deep.parent / "show.toml").write_text('story = "s.md"\ntitle = "A Show"\nengine = "tone"')
    (deep.parent / "s.md").write_text("Hello.")
    assert run("plan", "--json").json["episodes"][0]["title"] == "A Show"  # in ./script
    monkeypatch.chdir(deep)
    assert run("plan", "--json").json["episodes"][0]["title"] == "A Show"  # above


@pytest.mark.parametrize("name", ["свет и тень.md", "-dash.md", "a b/ü/x.MD"])
def test_any_path_will_do(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("Hello there.")
    output = path.parent / "o ü"
    built = run("build", *QUICK, "-o", output, "--json", "--", path).json
    (made,) = output.iterdir()
    assert built["episodes"][0]["files"] == {"mp3": str(made)}


def test_help_and_version_come_at_once() -> None:
    def seconds(*arguments: str) -> float:  # of a core's time: others may be busy here as well
        begun = sum(os.times()[2:4])
        subprocess.run([*PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL)
        return sum(os.times()[2:4]) - begun

    assert min(seconds("--help") for _ in range(3)) < 0.3
    assert min(seconds("--version") for _ in range(2)) < 0.3


def test_help_loads_nothing_that_is_slow() -> None:
    slow = {"numpy", "soundfile", "soxr", "requests", "gtts", "PIL", "lxml", "starlette", "rich"}
    code = (
        "import atexit, sys; from audiobook.cli.app import app; "
        f"atexit.register(lambda: print('slow:', sorted({slow} & set(sys.modules)))); "
        "app(['build', '--help'])"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.endswith("slow: []\n")
