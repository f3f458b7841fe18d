"""Packages of others' that are broken are told by name, and end nothing that can do without."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.plugin import register

import audiobook
from audiobook import Choices, MissingError, SpeechError, Warned
from audiobook.doctoring import EngineState
from audiobook.progress import silent
from audiobook.speech.choose import Engines
from audiobook.speech.engine import engine_names
from audiobook.speech.listing import list_voices

ENGINE = """
import numpy as np
from audiobook.speech.engine import Engine, Limits, VoiceInfo
from audiobook.utterance import Clip

class Hum(Engine):
    name, version, needs_network = "hum", "1", False
    limits = Limits(characters=500, at_once=2)

    def voices(self):
        return (VoiceInfo("low", "mul"),)

    def synthesise(self, utterance, voice):
        return Clip(16_000, np.full(16_000, 500, np.int16))
"""


def without(part: str, instead: str = "") -> str:
    assert part in ENGINE
    return ENGINE.replace(part, instead)


def with_method(name: str, body: str) -> str:
    return f"{ENGINE}\n    def {name}:\n        {body}\n"


CANNOT_BE_LOADED = {
    "raise RuntimeError('one\\ntwo')": 'engine "hum" cannot be loaded: RuntimeError: one two',
    "import no_such_module": 'engine "hum" cannot be loaded: .*no_such_module',
    "def (": 'engine "hum" cannot be loaded: SyntaxError',
    "raise SystemExit(3)": 'engine "hum" cannot be loaded: SystemExit: 3',
    "": 'engine "hum" cannot be loaded: .* no attribute .Hum.',
    "Hum = None": 'engine "hum" fails with TypeError',
    "def Hum(): pass": 'engine "hum" fails with AttributeError',
    with_method("__init__(self, model)", "pass"): 'engine "hum" fails with TypeError: .*model',
    with_method("__init__(self)", "1 / 0"): 'engine "hum" fails with ZeroDivisionError',
    with_method("__init__(self)", "raise SystemExit(3)"): 'engine "hum" fails with SystemExit: 3',
    without('"hum", "1"', '"hem", "1"'): '"hum" is no engine: it calls itself "hem"',
    without("Limits(characters=500, at_once=2)", "None"): "no engine: its limits are None",
    without("=500,", "=0,"): r"no engine: its limits are Limits\(characters=0",
    without("at_once=2", "at_once=0"): "no engine: its limits are .*at_once=0",
    without('"1", False', '"1", None'): "does not say whether it needs the network",
    f"{ENGINE}    close = None": "no engine: it has no method close",
}
CANNOT_SPEAK = {
    with_method("check_ready(self)", "1 / 0"): "hum fails with ZeroDivisionError",
    with_method("default_voice(self, language)", "return None"): "hum fails with TypeError",
    with_method("close(self)", "pass")
    + "    @property\n    def version(self):\n        raise SystemExit": "hum fails with SystemE",
    with_method("voice_version(self, voice)", "1 / 0"): "hum fails with ZeroDivisionError",
    without('return (VoiceInfo("low", "mul"),)', "1 / 0"): "hum fails with ZeroDivisionError",
    with_method("heard(self, voice)", "1 / 0"): "hum fails with ZeroDivisionError",
}

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """What installs a package of one module that offers one thing."""
    modules: list[str] = []

    def install(code: str, group: str, name: str, value: str, package: str = "humming") -> None:
        site = tmp_path / package
        site.mkdir()
        module = f"{package}_plugin"
        modules.append(module)
        (site / f"{module}.py").write_text(code, "utf-8")
        register(package, {f"audiobook.{group}": {name: f"{module}:{value}"}}, site)
        monkeypatch.syspath_prepend(site)

    yield install
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text("The water was high.\n", "utf-8")
    return path


def speak_with(engine: str, story: Path) -> audiobook.Report:
    choices = Choices(engine=engine, music=False)
    return audiobook.build(story, output=story.parent / "made", choices=choices)


@pytest.mark.parametrize("code", [*CANNOT_BE_LOADED, *CANNOT_SPEAK])
def test_a_broken_engine_is_told_by_name_and_others_speak(
    code: str, install: Install, story: Path
) -> None:
    install(code, "engines", "hum", "Hum")

    with pytest.raises(MissingError, match=(CANNOT_BE_LOADED | CANNOT_SPEAK)[code]) as caught:
        speak_with("hum", story)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    engines = Engines(silent)
    assert list_voices(engines, language="kk").voices
    assert "espeak" in engines.that_speak("de")
    engines.close()
    assert speak_with("tone", story).engine == "tone"


def test_what_a_broken_engine_says_fits_on_a_line(install: Install, story: Path) -> None:
    code = with_method("check_ready(self)", "raise ValueError('one\\x1b[31m\\u202e' + 9999 * 'x')")
    install(code, "engines", "hum", "Hum")
    with pytest.raises(MissingError, match="hum fails with ValueError: one") as caught:
        speak_with("hum", story)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_a_package_without_a_name_is_told_by_what_it_offers(
    install: Install, story: Path, tmp_path: Path
) -> None:
    install(ENGINE, "engines", "hum", "Hum")
    install(ENGINE, "engines", "hum", "Hum", "drumming")
    (tmp_path / "drumming" / "drumming-1.dist-info" / "METADATA").unlink()
    with pytest.raises(MissingError, match="offered by drumming_plugin:Hum and humming"):
        speak_with("hum", story)


def test_an_engine_that_ends_the_program_ends_its_line(install: Install, story: Path) -> None:
    code = without("return Clip(16_000, np.full(16_000, 500, np.int16))", "raise SystemExit")
    install(code, "engines", "hum", "Hum")
    with pytest.raises(SpeechError, match="hum fails with SystemExit"):
        speak_with("hum", story)


def test_an_engine_that_cannot_be_closed_costs_no_episode(install: Install, story: Path) -> None:
    install(with_method("close(self)", "1 / 0"), "engines", "hum", "Hum")
    told: list[audiobook.Event] = []
    choices = Choices(engine="hum", music=False)
    audiobook.build(story, output=story.parent, choices=choices, listen=told.append)

    warnings = [event.what for event in told if isinstance(event, Warned)]
    assert "hum fails with ZeroDivisionError: division by zero" in warnings


def test_requests_that_are_no_number_are_told(install: Install, story: Path) -> None:
    install(with_method("n_requests(self, text)", "return None"), "engines", "hum", "Hum")
    with pytest.raises(MissingError, match="hum fails with TypeError"):
        audiobook.plan(story, choices=Choices(engine="hum"))


def test_a_doctor_bears_a_version_that_is_no_text(install: Install) -> None:
    install(without('"1", False', "1, False"), "engines", "hum", "Hum")
    (hum,) = (engine for engine in audiobook.examine().engines if engine.name == "hum")
    assert (hum.version, hum.state) == ("1", EngineState.WORKS)


@pytest.mark.parametrize("error", ["SystemExit", "ValueError"])
def test_a_doctor_tells_what_an_engine_raises_on_a_line(error: str, install: Install) -> None:
    code = without(
        "return Clip(16_000, np.full(16_000, 500, np.int16))", f"raise {error}(9999 * 'x')"
    )
    install(code, "engines", "hum", "Hum")
    (hum,) = (engine for engine in audiobook.examine().engines if engine.name == "hum")
    assert hum.state == EngineState.FAILS
    assert hum.problem is not None
    assert hum.problem.startswith(f"{error}: xxx")
    assert len(hum.problem) < 300


@pytest.mark.parametrize(
    ("body", "what"),
    [("return None", "hum.* fails with AttributeError"), ("1 / 0", "hum fails with ZeroDiv")],
)
def test_settings_that_an_engine_fails_at_are_told(
    body: str, what: str, install: Install, story: Path
) -> None:
    install(with_method("configured(self, settings)", body), "engines", "hum", "Hum")
    show = 'story = "story.txt"\nengine = "hum"\n[engines.hum]\n'
    (story.parent / "show.toml").write_text(show, "utf-8")
    with pytest.raises(MissingError, match=what):
        audiobook.plan(story.parent)


def test_a_name_that_two_packages_offer_is_refused(install: Install, story: Path) -> None:
    install(ENGINE, "engines", "hum", "Hum")
    install(ENGINE, "engines", "hum", "Hum", package="buzzing")
    install(ENGINE, "engines", "tone", "Hum", package="toneless")

    assert engine_names().count("hum") == 1
    with pytest.raises(MissingError, match=r"offered by buzzing and humming .*uninstall buzz"):
        speak_with("hum", story)
    with pytest.raises(MissingError, match=r"offered by audiobook and toneless .*uninstall tonel"):
        speak_with("tone", story)
    assert speak_with("espeak", story).engine == "espeak"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("1 / 0", "the reader of .srt stories cannot be loaded: ZeroDivisionError"),
        ("def read(data): pass", "the reader of .srt stories fails with TypeError"),
        ("def read(*_): 1 / 0", "the reader of .srt stories fails with ZeroDivisionError"),
        ("def read(*_): return 'text'", "the reader of .srt stories gives no Book, but str"),
        ("read = 3", "the reader of .srt stories fails with TypeError"),
    ],
)
def test_a_broken_reader_is_told_by_its_suffix(
    code: str, what: str, install: Install, story: Path
) -> None:
    install(code, "readers", "srt", "read")
    film = story.with_suffix(".srt")
    film.write_text("1\n", "utf-8")
    with pytest.raises(MissingError, match=what):
        audiobook.read_script(film)
    assert len(list(audiobook.read_script(story).segments)) == 1


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("1 / 0", 'format "ogg" cannot be loaded: ZeroDivisionError'),
        ("def make(): pass", 'format "ogg" fails with TypeError'),
        ("def make(*_): 1 / 0", 'format "ogg" fails with ZeroDivisionError'),
        ("def make(*_): pass", 'format "ogg" gives no encoder, but NoneType'),
    ],
)
def test_a_broken_format_is_told_by_name(
    code: str, what: str, install: Install, story: Path
) -> None:
    install(code, "formats", "ogg", "make")
    choices = Choices(engine="tone", music=False, formats=("ogg",))
    with pytest.raises(MissingError, match=what):
        audiobook.build(story, output=story.parent / "made", choices=choices)
    assert speak_with("tone", story).episodes
