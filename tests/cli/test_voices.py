"""Voices: listed, heard side by side, installed."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from cli.commands import Run
from fakes.google import Google
from lxml import html

from audiobook.cli.app import app
from audiobook.speech import voice_catalogue
from audiobook.speech.voice_catalogue import InstallableVoice, RemoteFile

NASTY = 'Hello <b>there</b> & "good" evening.'


@pytest.fixture(autouse=True)
def voices_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No voice of the user's is seen."""
    folder = tmp_path / "own voices"
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(folder))
    return folder


def test_the_table_tells_language_gender_engine_and_what_is_installed(run: Run) -> None:
    head, *lines = run("voices", "--language", "en").out.splitlines()
    lines = list(itertools.takewhile(lambda line: "variants of" not in line, lines))
    assert head.split() == ["language", "gender", "engine", "voice", "quality", "installed"]
    (british,) = [line for line in lines if re.search(r" espeak +en-gb ", line)]
    assert "yes" in british.split()
    assert any(re.search(r"gtts +co\.uk +online", line) for line in lines)
    assert any(re.search(r"piper +en_GB-alba-medium +medium +no ", line) for line in lines)
    languages = [line.split()[0].casefold() for line in lines]
    spoken = [language for language in languages if language != "any"]
    assert languages == [*sorted(spoken), *["any"] * (len(languages) - len(spoken))]


def test_variants_of_many_voices_are_told_once_below_the_table(run: Run) -> None:
    out = run("voices", "--engine", "espeak").out
    assert out.count("+f1 +f2") == 1
    told = re.sub(r"\n    ", " ", out[out.index("espeak, variants of each of ") :])
    assert "voices: female: +f1 +f2" in told
    assert "male: +m1 +m2" in told
    assert max(map(len, out.splitlines())) < 150


def test_variants_are_grouped_with_their_voice(run: Run) -> None:
    found = run("voices", "--engine", "espeak", "--json").json["voices"]
    assert len(found) < 200
    (american,) = [voice for voice in found if voice["name"] == "en-us"]
    variants = {variant["name"]: variant for variant in american["variants"]}
    assert variants["en-us+f3"]["gender"] == "female"
    assert variants["en-us+grandpa"]["age"] == "old"


def test_a_gender_leaves_those_who_are_known_to_have_it(run: Run) -> None:
    options = ("--engine", "espeak", "--language", "en-us", "--gender", "female")
    found = run("voices", *options, "--json").json["voices"]
    variants = [variant for voice in found for variant in voice["variants"]]
    assert variants
    assert {variant["gender"] for variant in variants} == {"female"}
    told = run("voices", "list", *options)
    assert "+f1" in told.out
    assert "+m1" not in told.out
    run("voices", "--gender", "femal").fails(2, 'unknown gender "femal"', hint='"female"')


def test_an_engine_that_is_not_set_up_says_why_it_has_no_voices(run: Run) -> None:
    done = run("voices", "--engine", "command")
    assert (done.code, done.out) == (0, "")
    what = 'no program is set for engine "command"'
    assert f"warning: command: {what}" in done.err


def test_a_show_in_the_folder_adds_its_own_engines(run: Run) -> None:
    Path("show.toml").write_text(
        f'[engines.mine]\ncommand = ["{sys.executable}", "{{out}}", "{{voice}}"]\n'
        'voices.Maud = {language = "cy", gender = "female", age = "old"}\n'
    )
    (voice,) = run("voices", "--engine", "mine", "--json").json["voices"]
    assert (voice["name"], voice["language"], voice["age"]) == ("Maud", "cy", "old")


@pytest.mark.usefixtures("no_google")
def test_the_engines_of_the_show_in_the_folder_are_heard(run: Run, story: Path) -> None:
    Path("beep.wav").write_bytes(beep())
    copy = "import shutil, sys; shutil.copy('beep.wav', sys.argv[1])"
    Path("show.toml").write_text(
        f'story = "{story.name}"\n'
        f'[engines.mine]\ncommand = ["{sys.executable}", "-c", "{copy}", "{{out}}", "{{voice}}"]\n'
        'voices = ["Maud"]\n'
    )
    maud = ("--engine", "mine", "--voice", "Maud", "--json")
    assert run("say", "Good evening.", *maud).json["engine"] == "mine"
    (heard,) = run("voices", "audition", "--text", "Yes.", *maud).json["voices"]
    assert (heard["engine"], heard["voice"]) == ("mine", "Maud")
    told = run("voices", "audition", *maud).json
    assert told["text"].startswith("The water was high.")


def test_an_audition_makes_a_file_for_each_voice_and_a_page(run: Run) -> None:
    voices = ("--voice", "bass", "--voice", "soprano")
    heard = run("voices", "audition", "--text", NASTY, "--engine", "tone", *voices, "--json").json
    assert heard["text"] == NASTY
    assert [voice["voice"] for voice in heard["voices"]] == ["bass", "soprano"]
    for voice in heard["voices"]:
        sound = soundfile.info(voice["file"])
        assert voice["duration_s"] == pytest.approx(sound.duration, abs=0.05)

    page = html.parse(heard["page"]).getroot()
    assert page.get("lang") == "en"
    assert page.find(".//blockquote").text_content() == NASTY
    assert page.find(".//b") is None
    players = page.findall(".//audio")
    assert [player.get("src") for player in players] == [
        Path(voice["file"]).name for voice in heard["voices"]
    ]
    labels = [page.get_element_by_id(player.get("aria-labelledby")).text for player in players]
    assert labels == ["bass", "soprano"]
    assert page.findall(".//script") == []
    addresses = [value for each in page.iter() for value in each.attrib.values() if "//" in value]
    assert addresses == []


def test_an_audition_takes_a_storys_first_lines_and_language(run: Run, story: Path) -> None:
    story.write_text(story.read_text().replace("language: en", "language: de"))
    heard = run("voices", "audition", story, "--engine", "espeak", "-o", "heard", "--json").json
    assert heard["text"].startswith("The water was high.\nThe road ended there.")
    assert heard["language"] == "de"
    names = [voice["voice"] for voice in heard["voices"]]
    assert len(names) == 6
    assert names[0] == "de"
    assert {"de+f1", "de+m1"} <= set(names)


def test_the_page_shows_the_command_that_builds_the_story_in_a_voice(run: Run, story: Path) -> None:
    named = story.rename("a & b's <crossing>.md")
    choices = ("--engine", "tone", "--voice", "bass", "--language", "de", "--no-narration")
    assert run("voices", "audition", named, *choices).code == 0
    (shown,) = html.parse("audition/audition.html").findall(".//code")
    program, *command = shlex.split(shown.text_content())
    assert program == "audiobook"
    assert set(command) == {"build", str(named), *choices}
    (built,) = run(*command, "--no-music", "--only", "1", "--json").json["episodes"]
    assert built["title"] == "The Near Bank"


def test_a_text_has_no_command_to_show(run: Run) -> None:
    assert run("voices", "audition", "--text", "Yes.", "--engine", "tone").code == 0
    assert html.parse("audition/audition.html").findall(".//code") == []


@pytest.mark.usefixtures("no_google")
def test_a_voice_is_found_whichever_engine_has_it(run: Run) -> None:
    said = ("--text", "Good evening.", "--engine", "tone", "--voice", "bass", "--voice", "en-gb+f2")
    heard = run("voices", "audition", *said, "--json").json
    assert [voice["engine"] for voice in heard["voices"]] == ["tone", "espeak"]
    run("voices", "audition", *said, "--voice", "nobody").fails(2, 'unknown voice "nobody"')


@pytest.mark.usefixtures("no_google")
def test_a_voice_may_name_its_engine(run: Run) -> None:
    def heard(*voices: str) -> list[tuple[str, str]]:
        options = [option for voice in voices for option in ("--voice", voice)]
        done = run("voices", "audition", "--text", "Yes.", *options, "--json")
        return [(voice["engine"], voice["voice"]) for voice in done.json["voices"]]

    assert heard("espeak:en-us+f3", "tone:soprano", "tone:", "en-gb") == [
        ("espeak", "en-us+f3"),
        ("tone", "soprano"),
        ("tone", "alto"),
        ("espeak", "en-gb"),
    ]
    assert heard("tone:alto", "en-us", "tone:", "espeak:en-us", "espeak:") == [
        ("tone", "alto"),
        ("espeak", "en-us"),
    ]
    said = ("voices", "audition", "--text", "Yes.", "--voice")
    run(*said, "tone:sopran").fails(2, 'unknown voice "sopran"', hint='"soprano"')
    run(*said, "nobody:bass").fails(2, 'unknown voice "nobody:bass"')
    page = html.parse("audition/audition.html").getroot()
    assert [p.text.split(" · ")[0] for p in page.findall(".//li/p[1]")] == ["tone", "espeak"]


def test_a_dialect_that_has_no_voice_is_spoken_by_another(run: Run) -> None:
    def names(engine: str, language: str) -> set[str]:
        done = run("voices", "list", "--engine", engine, "--language", language, "--json")
        return {voice["name"] for voice in done.json["voices"]}

    assert names("espeak", "en-AU") == {"en-gb"}
    assert names("gtts", "en-NZ") == {"com"}
    assert "en_GB-alba-medium" in names("piper", "en-AU")
    assert names("tone", "en-AU") == {"alto", "bass", "soprano", "tenor"}
    run("voices", "--language", "xx-AU").fails(2, 'unknown language "xx-AU"')


def test_what_no_voice_is_known_to_be_is_told(run: Run) -> None:
    nobody = ("voices", "list", "--engine", "gtts", "--gender", "female")
    done = run(*nobody)
    assert (done.code, done.out) == (0, "")
    assert done.err == "no voice is known to be what was asked for\n"
    assert run(*nobody, "--json").json["voices"] == []
    found = run("voices", "--engine", "piper", "--gender", "female", "--json").json["voices"]
    assert "en_GB-southern_english_female-low" in [voice["name"] for voice in found]


@pytest.mark.usefixtures("no_google")
def test_without_a_choice_those_are_heard_who_can_speak(run: Run) -> None:
    done = run("voices", "audition", "--text", "Bonsoir.", "--language", "fr", "--json")
    voices = done.json["voices"]
    assert {voice["engine"] for voice in voices} == {"espeak"}
    assert len({voice["voice"] for voice in voices}) == len(voices) == 6
    assert "espeak-ng speaks instead" in done.err


def test_engines_that_can_speak_are_heard_in_turn(run: Run, google: Google) -> None:
    voices = run("voices", "audition", "--text", "Good evening.", "--json").json["voices"]
    assert [voice["engine"] for voice in voices] == ["gtts", "espeak"] * 3
    hosts = {asked.host for asked in google.asked if asked.text == "Good evening."}
    assert len(hosts) == 3


def test_an_audition_needs_something_to_say(run: Run) -> None:
    run("voices", "audition").fails(2, "there is nothing to say", hint="--text")
    run("voices", "audition", "--text", " ").fails(2, "--text cannot be empty")
    Path("audition").write_text("a file")
    said = ("--text", "Yes.", "--engine", "tone")
    run("voices", "audition", *said).fails(1, "a file has that name", hint="--output")


def beep() -> bytes:
    """A sound file."""
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(8_000) / 5), 16_000, format="WAV")
    return file.getvalue()


CONTENT = b"a model"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One voice to be installed, of a site that is played; the addresses it was asked for."""
    asked: list[str] = []
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    file = RemoteFile("xx-maud-low.onnx", "https://example.org/maud", len(CONTENT), checksum)
    voice = InstallableVoice(
        "xx-maud-low", "piper", ("xx",), 1, "low", "CC0-1.0", "https://example.org/card", (file,)
    )
    monkeypatch.setattr(voice_catalogue, "_catalogue", lambda: (voice,))

    def get(url: str, **_: Any) -> Any:
        asked.append(url)
        return _Answer(url)

    monkeypatch.setattr("requests.get", get)
    return asked


class _Answer:
    status_code = 200
    history = ()
    headers: Mapping[str, str] = {}

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> _Answer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def iter_content(self, _size: int) -> list[bytes]:
        return [CONTENT]


def test_install_tells_what_would_come_and_asks_nobody_who_is_not_there(
    run: Run, served: list[str], voices_folder: Path
) -> None:
    done = run("voices", "install", "xx-maud-low")
    done.fails(2, "nobody can be asked", hint="--yes")
    for fact in ("CC0-1.0", "https://example.org/maud", f"{len(CONTENT)} bytes", "sha256:"):
        assert fact in done.err
    assert served == []
    assert not voices_folder.exists()


def test_install_fetches_a_voice_once(run: Run, served: list[str], voices_folder: Path) -> None:
    done = run("voices", "install", "xx-maud-low", "--yes", "--json")
    assert done.json["files"] == [str(voices_folder / "xx-maud-low.onnx")]
    assert done.json["fetched_bytes"] == len(CONTENT)
    assert "install done" in done.err
    assert (voices_folder / "xx-maud-low.onnx").read_bytes() == CONTENT
    again = run("voices", "install", "xx-maud-low")
    assert again.out == f"{voices_folder / 'xx-maud-low.onnx'}\n"
    assert len(served) == 1


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
@pytest.mark.usefixtures("served")
def test_install_does_as_it_is_told_at_a_terminal(
    run_at_terminal: Callable[..., tuple[int, str]], voices_folder: Path, answer: str, code: int
) -> None:
    ended, told = run_at_terminal(answer, "voices", "install", "xx-maud-low")
    assert ended == code
    assert "Install it? [y/N]" in told
    assert (voices_folder / "xx-maud-low.onnx").exists() == (code == 0)


@pytest.fixture
def run_at_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run a command in this process as if somebody sat at a terminal and typed."""

    def run(answer: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", _Terminal(answer))
        monkeypatch.setattr("audiobook.cli.asking._is_terminal", lambda _: True)
        with pytest.raises(SystemExit) as ended:
            app(list(arguments))
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_voice_that_nobody_knows_is_not_installed(run: Run) -> None:
    done = run("voices", "install", "en_GB-alba-medum", "--yes")
    done.fails(2, "unknown installable voice", hint='"en_GB-alba-medium"')
