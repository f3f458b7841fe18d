"""A text is said as the show of the folder would say it, and a flag goes before the show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.commands import Run

import audiobook
from audiobook.episode.tags import read_tag

SHOW = """\
engine = "tone"
language = "ru"
[cast.Narrator]
voice = "tenor"
rate = 0.5
[say]
Kairat = "a very long name"
"""
TEXT = "The water was high, and Kairat was late."


@pytest.fixture
def show() -> None:
    """A show in the folder, without a story."""
    Path("show.toml").write_text(SHOW)


def said(run: Run, *options: str, text: str = TEXT) -> dict[str, Any]:
    """What is told of a text that has been said, with what its file says of it."""
    told = run("say", text, *options, "--json").json
    tag = read_tag(Path("say.mp3"))
    return {
        "engine": told["engine"],
        "duration_s": told["episodes"][0]["duration_s"],
        "narrator": tag.narrator,
        "language": tag.language,
    }


@pytest.mark.usefixtures("show", "no_google")
def test_the_show_of_the_folder_says_who_speaks(run: Run) -> None:
    own = said(run)
    assert own["engine"] == "tone"
    assert "tone tenor" in own["narrator"]
    assert own["language"] == "ru"
    assert own["duration_s"] > said(run, "--rate", "1")["duration_s"] + 1
    unknown = said(run, text=TEXT.replace("Kairat", "Kumrat"))
    assert own["duration_s"] > unknown["duration_s"] + 1  # the lexicon is heard


@pytest.mark.usefixtures("show", "no_google")
def test_a_flag_goes_before_the_show(run: Run) -> None:
    assert "tone bass" in said(run, "--voice", "bass")["narrator"]
    assert said(run, "--language", "de")["language"] == "de"
    other = said(run, "--engine", "espeak")
    assert (other["engine"], other["language"]) == ("espeak", "ru")
    assert "espeak ru" in other["narrator"]


@pytest.mark.usefixtures("no_google")
def test_without_a_show_the_flags_alone_count(run: Run) -> None:
    alone = said(run, "--engine", "tone")
    assert (alone["engine"], alone["language"]) == ("tone", "en")


@pytest.mark.usefixtures("show", "no_google")
def test_a_text_is_auditioned_with_the_engine_and_language_of_the_show(run: Run) -> None:
    heard = run("voices", "audition", "--text", TEXT, "--json").json
    assert {voice["engine"] for voice in heard["voices"]} == {"tone"}
    assert heard["language"] == "ru"


def test_a_wrong_setting_is_told_where_it_stands(run: Run) -> None:
    Path("show.toml").write_text('engine = "tone"\n[cast.Narrator]\nvoice = "tenner"\n')
    run("say", TEXT).fails(3, 'show.toml:3:1: unknown voice "tenner"', hint='"tenor"')


def test_the_name_of_a_file_is_spoken_with_a_warning(run: Run) -> None:
    done = run("say", "a story.md", "--engine", "tone")
    assert "warning" not in done.err
    Path("a story.md").write_text("Once.")
    done = run("say", "a story.md", "--engine", "tone")
    assert done.code == 0
    assert 'warning: "a story.md" is the name of a file here' in done.err
    assert "hint: to hear the file: audiobook build 'a story.md'\n" in done.err
    assert run("say", "It was. " * 40, "--engine", "tone").code == 0  # too long for a name


def test_help_speaks_of_one_voice(run: Run) -> None:
    told = " ".join(run("say", "--help").out.split())
    assert "Voice to speak with" in told
    assert "NAME=VOICE" not in told


def test_what_contradicts_itself_is_refused(run: Run) -> None:
    two = ("--voice", "bass", "--voice", "alto")
    for command in (("say", TEXT), ("build", "story.md")):
        done = run(*command, "--engine", "tone", *two)
        done.fails(2, 'two voices for Narrator: "bass" and "alto"')
        run(*command, "--engine", "").fails(2, "--engine cannot be empty")


def test_a_sentence_is_not_held_to_a_loudness(run: Run) -> None:
    wide = '[profiles.exact]\nbase = "podcast"\nloudness_lufs = -9.0\n'
    Path("show.toml").write_text('profile = "exact"\n' + wide)
    done = run("say", "Yes.", "--engine", "espeak")
    assert done.err.count("mix done") == 1
    assert "warning" not in done.err
    assert "LUFS" in done.out


def test_control_characters_are_as_good_as_spaces(run: Run) -> None:
    run("say", "\x01\x02", "--engine", "tone").fails(
        3, "the text: there is nothing to speak", hint="at least one word"
    )
    assert run("say", "\x01Good\x02evening.", "--engine", "tone").code == 0


def test_the_library_refuses_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(audiobook.UsageError, match="a text is wanted, not NoneType"):
        audiobook.say(None, tmp_path / "a.wav")  # type: ignore[arg-type]  # what is tested


@pytest.mark.usefixtures("no_google")
def test_a_language_that_an_engine_lacks_names_those_that_have_it(run: Run) -> None:
    said = ("say", "Qayirly kesh.", "--engine", "gtts", "--language")
    run(*said, "kk").fails(2, 'unknown language "kk"', hint="choose an engine that has it: espeak")
    run(*said, "enn").fails(2, 'unknown language "enn"', hint='"en"')
    Path("show.toml").write_text('engine = "gtts"\nlanguage = "kk"\n')
    run("say", "Qayirly kesh.").fails(3, "show.toml:2:1", hint="espeak")
