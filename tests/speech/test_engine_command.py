"""A program of the user's as an engine: what it is given, and all that it may do wrong."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fakes import speaking_program

from audiobook.engine_settings import read_engine_settings
from audiobook.errors import AudiobookError, ConfigError, MissingError, SpeechError
from audiobook.progress import silent
from audiobook.settings import parse_toml
from audiobook.speech.choose import Engines
from audiobook.speech.contract import CHECKS, Check, subject_of
from audiobook.speech.engine import Engine, VoiceInfo, load_engine
from audiobook.speech.engines import command
from audiobook.speech.synthesis import Line, clip_key
from audiobook.utterance import Utterance, Voice

PYTHON = [sys.executable, "-I", "-S"]
PROGRAM = str(Path(speaking_program.__file__))
VOICES = 'languages = ["en"]\nvoices = ["alto", "bass"]\n'


def made(toml: str, folder: Path = Path()) -> Engine:
    table = parse_toml(f"[engines.own]\n{toml}".encode(), str(folder / "show.toml"))
    engines = table.table("engines")
    assert engines
    return Engines(silent, read_engine_settings(engines)).load("own")


def speaking(how: str = "well", toml: str = VOICES, program: str = PROGRAM) -> str:
    arguments = [*PYTHON, program, "{out}", how, "{voice}", "{rate}"]
    return f"command = {json.dumps(arguments)}\n{toml}"


@pytest.fixture
def own() -> Generator[Callable[[str], Engine]]:
    engines: list[Engine] = []

    def make(toml: str) -> Engine:
        engines.append(made(toml))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def speak(engine: Engine, text: str = "The water was high.", **how: float) -> np.ndarray:
    return engine.synthesise(Utterance(text), Voice("own", "alto", "en", **how)).samples


def key_of(toml: str, folder: Path, voice: str = "alto") -> str:
    """The key of a clip that an engine would make now."""
    return clip_key(made(toml, folder), Line("Yes.", Voice("own", voice, "en"), 0))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check) -> None:
    with subject_of(lambda: made(speaking())) as subject:
        check(subject)


@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")
@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_flite_keeps_the_contract(check: Check) -> None:
    with subject_of(lambda: made('preset = "flite"')) as subject:
        check(subject)


def test_each_placeholder_stands_for_what_it_says_and_nothing_else_is_expanded(
    tmp_path: Path,
) -> None:
    script = tmp_path / "note.py"
    script.write_text(
        "import json, os, sys\n"
        "with open(sys.argv[1], encoding='utf-8') as file: text = file.read()\n"
        "noted = [text, sys.stdin.read(), os.getcwd(), sys.argv[3:]]\n"
        "open('noted.json', 'w').write(json.dumps(noted))\n"
        f"sys.path.insert(0, {str(Path(PROGRAM).parent)!r})\n"
        "from speaking_program import write\n"
        "write(sys.argv[2], 800, 36)\n"
    )
    arguments = [*PYTHON, "note.py", "{text_file}", "{out}"]
    arguments += ["--v={voice}/{language}", "{rate} {stretch}", "{words_per_minute}"]
    arguments += ["$HOME", "*", "{{out}", "{text}", "`id`", "{ out }"]
    toml = f'command = {json.dumps(arguments)}\nvoices = ["{{out}}; rm"]\n'
    with closing(made(toml, tmp_path)) as engine:
        voice = Voice("own", "{out}; rm", "de-AT", rate=1.25)
        engine.synthesise(Utterance("Un café\0 \ud83d."), voice)

    text, on_stdin, folder, rest = json.loads((tmp_path / "noted.json").read_text())
    assert text == on_stdin == "Un café   .\n"
    assert Path(folder) == tmp_path
    out = rest[5][1:]
    assert out.endswith(".wav")
    assert rest[:3] == ["--v={out}; rm/de-AT", "1.25 0.8", "219"]
    assert rest[3:] == ["$HOME", "*", f"{{{out}", "{text}", "`id`", "{ out }"]


@pytest.mark.parametrize("how", ["deaf", "chatter"])
def test_a_program_may_read_nothing_and_say_much(own: Callable[[str], Engine], how: str) -> None:
    assert speak(own(speaking(how))).any()


def test_two_channels_are_mixed(own: Callable[[str], Engine], tmp_path: Path) -> None:
    channels = np.array([[8_000, 0], [8_000, 4_000], [-2_000, 0]] * 500, np.int16)
    soundfile.write(tmp_path / "two.wav", channels, 16_000)
    arguments = ["cp", str(tmp_path / "two.wav"), "{out}"]
    samples = speak(own(f"command = {json.dumps(arguments)}"))

    assert samples.tolist() == [4_000, 6_000, -1_000] * 500


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ("fail", 'ended with code 1 for "The water was high.", and says "very  hoarse"'),
        ("crash", f"was ended by signal {signal.SIGABRT:d} for"),
        ("nothing", "wrote no sound for"),
        ("pipe", "wrote no sound for"),
        ("silence", "wrote an answer without sound for"),
        ("rubbish", 'wrote 1,400 bytes that are no sound: "I am no sound I am'),
        ("half", "wrote 200 bytes of a file that is longer for"),
    ],
)
def test_a_failure_is_told_in_a_line(own: Callable[[str], Engine], how: str, what: str) -> None:
    with pytest.raises(SpeechError) as caught:
        speak(own(speaking(how)))
    assert re.match(f"own {what}", str(caught.value))
    assert str(caught.value).isprintable()


def test_a_program_that_hangs_is_ended(own: Callable[[str], Engine]) -> None:
    with pytest.raises(
        SpeechError, match=r"own has not ended within 1 s: it was given.*hint: raise \"timeout_s\""
    ):
        speak(own(speaking("hang", f"{VOICES}timeout_s = 1\n")))


def test_a_program_that_fills_the_disk_is_ended(
    own: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_MOST_BYTES", 10**7)
    with pytest.raises(SpeechError, match=r"writes more than 10 MB.*hint: try the command by hand"):
        speak(own(speaking("flood")))


def test_what_a_program_leaves_running_is_ended(
    own: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("LINGERER", str(tmp_path / "pipe"))
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "rb", buffering=0) as lingerer:
        assert speak(own(speaking("linger"))).any()
        assert lingerer.read(4) == b"here"
        select.select([lingerer], [], [], 5.0)
        assert lingerer.read(4) == b"", "it is still there"


def test_nothing_is_left_in_the_folder_for_temporary_files(
    own: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    speak(own(speaking()))
    with pytest.raises(SpeechError):
        speak(own(speaking("fail")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_a_voice_that_flite_would_speak_by_another_is_refused(own: Callable[[str], Engine]) -> None:
    engine = own(
        'preset = "flite"\nvoices = ["slt", "nope", "mine.flitevox"]\nlanguages = ["en"]\n'
    )
    engine.check_voice(Voice("own", "slt", "en"))
    engine.check_voice(Voice("own", "mine.flitevox", "en"))
    with pytest.raises(AudiobookError, match='unknown voice "nope"'):
        engine.check_voice(Voice("own", "nope", "en"))


def test_what_killed_builds_have_left_is_removed_after_a_day(
    own: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = {"audiobook-command-ab12_xyz": True, "audiobook-command-notes": False, "other": False}
    for name in (*names, "audiobook-command-ab12_new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text.txt").write_text("Once")
    linked = tmp_path / "audiobook-command-ab12_lnk"
    linked.symlink_to(tmp_path / "other")
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    os.utime(linked, (0, 0), follow_symlinks=False)

    speak(own(speaking()))

    left = {path.name for path in tmp_path.iterdir()}
    gone = {name for name, goes in names.items() if goes}
    assert left == {*names, "audiobook-command-ab12_new", linked.name} - gone
    assert (tmp_path / "other" / "text.txt").read_text() == "Once"


def test_no_room_for_files_is_told(
    own: Callable[[str], Engine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(AudiobookError, match=r"cannot write to the folder.*TMPDIR"):
        speak(own(speaking()))


@pytest.mark.parametrize(("suffix", "subtype"), [("aiff", None), ("flac", None), ("mp3", None)])
def test_other_formats_are_read(
    own: Callable[[str], Engine], tmp_path: Path, suffix: str, subtype: str | None
) -> None:
    samples = np.sin(np.arange(8_000) / 5) / 2
    soundfile.write(tmp_path / f"tone.{suffix}", np.stack([samples, samples], 1), 16_000)
    arguments = ["cp", str(tmp_path / f"tone.{suffix}"), "{out}"]
    engine = own(f'command = {json.dumps(arguments)}\nformat = "{suffix}"\n')
    clip = engine.synthesise(Utterance("Yes."), Voice("own", "default", "en"))

    assert clip.sample_rate == 16_000
    assert clip.duration_s == pytest.approx(0.5, abs=0.1)
    assert np.abs(clip.samples).max() == pytest.approx(16_384, rel=0.1)


def test_a_program_that_is_not_there_is_missing(own: Callable[[str], Engine]) -> None:
    engine = own('command = ["no-such-program", "{out}"]')
    for act in (engine.check_ready, lambda: speak(engine), lambda: engine.version):
        with pytest.raises(MissingError, match='toml:1:1: there is no program "no-such-program"'):
            act()


def test_a_program_that_cannot_be_run_is_missing(tmp_path: Path) -> None:
    (tmp_path / "speak").write_bytes(b"\x7fELF rubbish")
    (tmp_path / "speak").chmod(0o755)
    with pytest.raises(MissingError, match=r"toml:1:1: .*speak cannot be run: Exec format"):
        speak(made('command = ["./speak", "{out}"]', tmp_path))


def test_without_settings_it_says_what_it_lacks() -> None:
    with pytest.raises(
        MissingError,
        match=r'no program is set for engine "command" .*\[engines.NAME\]',
    ):
        load_engine("command").check_ready()


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('command = "flite {out}"', '2:1: "command" must be a list of a program and'),
        ('command = ["flite"]', "2:1: .*with {out} among them"),
        ("command = []", "2:1: .*with {out} among them"),
        ('command = ["a", "{out}", "{voice}"]', "2:1: a command with {voice} needs a list"),
        ('preset = "flit"', '2:1: unknown preset "flit".*"flite"'),
        ('preset = "say"\ncommand = ["say"]', '2:1: an engine has either "command" or "preset"'),
        ('preset = "say"\nformat = "ogg"', '3:1: unknown format "ogg"'),
        ('preset = "say"\nformt = "wav"', '3:1: unknown setting "formt".*"format"'),
        ('preset = "say"\ntimeout_s = 0', '3:1: "timeout_s" must be between 1 and 3600'),
        ('preset = "say"\nat_once = 0', '3:1: "at_once" must be a whole number from 1 to 64'),
    ],
)
def test_settings_that_make_no_sense_are_told_with_their_place(toml: str, what: str) -> None:
    with pytest.raises(ConfigError, match=f"^show.toml:{what}"):
        made(toml)


def test_a_show_may_change_what_a_preset_says() -> None:
    engine = made('preset = "say"\nvoices = ["Fiona"]\nlanguages = ["en-GB"]\ncharacters = 99\n')

    assert engine.voices() == (VoiceInfo("Fiona", "en-GB"),)
    assert (engine.name, engine.limits.characters, engine.limits.at_once) == ("own", 99, 4)


def test_another_script_or_argument_is_another_clip(tmp_path: Path) -> None:
    script = tmp_path / "speak.py"
    keys = []
    for source, how in [("1", "a"), ("2", "a"), ("2", "b")]:
        script.write_text(source)
        keys.append(key_of(speaking(how, program="speak.py"), tmp_path))
    script.write_text("1")
    again = key_of(speaking("a", program="speak.py"), tmp_path)

    assert len(set(keys)) == 3
    assert again == keys[0]


@pytest.mark.parametrize(
    ("argument", "voice"),
    [
        ("alto.vox", "alto"),
        ("--model=alto.vox", "alto"),
        ("--model=./alto.vox", "alto"),
        ("{voice}.vox", "alto"),
        ("{voice}", "alto.vox"),
        ("--voice={voice}", "alto.vox"),
    ],
)
def test_a_file_that_is_named_to_the_program_is_part_of_its_clips(
    tmp_path: Path, argument: str, voice: str
) -> None:
    toml = f'command = ["cat", "{argument}", "{{out}}"]\nvoices = ["{voice}", "bass"]'
    keys = set()
    for held in ("one", "two", "one"):
        (tmp_path / "alto.vox").write_text(held)
        keys.add((key_of(toml, tmp_path, voice), key_of(toml, tmp_path, "bass")))

    assert len({own for own, _ in keys}) == 2
    assert len({other for _, other in keys}) == (1 if "{voice}" in argument else 2)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that fails")
def test_a_file_that_opens_and_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"^/proc/self/mem cannot be read: Input/output error"):
        key_of('command = ["sh", "-c", "true", "/proc/self/mem", "{out}"]', tmp_path, "default")


def test_a_large_file_counts_by_its_size_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_MOST_DIGESTED_BYTES", 2)
    model = tmp_path / "model.bin"
    toml = 'command = ["cat", "model.bin", "{out}"]'

    def key(held: bytes, time_s: int) -> str:
        model.write_bytes(held)
        os.utime(model, (time_s, time_s))
        return key_of(toml, tmp_path)

    assert key(b"one", 1) == key(b"two", 1)
    assert len({key(b"one", 1), key(b"one", 2), key(b"four", 1)}) == 3


def test_the_format_that_is_written_is_part_of_the_version() -> None:
    toml = 'command = ["cat", "{out}"]\nformat = '

    assert made(f'{toml}"wav"').version != made(f'{toml}"flac"').version
