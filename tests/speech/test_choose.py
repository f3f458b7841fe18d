"""Which engine is chosen, and what the user is told of it."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes.google import Answer, Google

from audiobook.config import with_front_matter
from audiobook.engine_settings import EngineSettings, read_engine_settings
from audiobook.errors import ConfigError, MissingError, UnknownNameError, Where
from audiobook.progress import Event, Listener, Warned, silent
from audiobook.settings import parse_toml
from audiobook.show import EpisodeEntry, Show
from audiobook.speech.choose import Engines
from audiobook.speech.engine import Engine
from audiobook.speech.engines.tone import Tone


def choose(
    name: str | None, language: str, listen: Listener, *, where: Where | None = None
) -> Engine:
    with closing(Engines(listen)) as engines:
        return engines.main(name, language, where=where)


@pytest.mark.parametrize("name", [None, "auto"])
def test_google_speaks_when_it_answers(google: Google, name: str | None) -> None:
    told: list[Event] = []
    with_google = choose(name, "en", told.append)

    assert with_google.name == "gtts"
    assert told == []
    assert len(google.asked) == 1


@pytest.mark.usefixtures("no_google")
def test_offline_espeak_speaks_and_it_is_said() -> None:
    told: list[Event] = []
    engine = choose("auto", "en", told.append)

    assert engine.name == "espeak"
    assert [type(event) for event in told] == [Warned]
    assert "cannot be reached" in str(told)
    assert "espeak-ng speaks instead" in str(told)


def test_espeak_speaks_while_google_refuses(google: Google) -> None:
    google.answer = lambda *_: Answer(429)
    told: list[Event] = []
    engine = choose(None, "en", told.append)

    assert engine.name == "espeak"
    assert "429" in str(told)


def test_espeak_speaks_what_google_does_not(google: Google) -> None:
    told: list[Event] = []
    engine = choose(None, "kk", told.append)

    assert engine.name == "espeak"
    assert told == [Warned('Google has no voice for "kk": espeak-ng speaks instead')]
    assert google.asked == []


def test_an_engine_is_taken_by_name() -> None:
    assert choose("tone", "en", silent).name == "tone"


@pytest.mark.usefixtures("no_google")
def test_an_engine_by_name_has_no_stand_in() -> None:
    with (
        closing(Engines(silent)) as engines,
        pytest.raises(MissingError, match=r"cannot be reached \(\w+\) \(hint.*--engine espeak"),
    ):
        engines.await_ready(engines.main("gtts", "en"))


def test_an_engine_is_found_ready_once(google: Google) -> None:
    with closing(Engines(silent)) as engines:
        for _ in range(2):
            engines.await_ready(engines.load("gtts"))
            assert engines.google_answers()
    assert google.texts == ["Yes."]


def test_what_google_did_not_answer_once_is_told_once(google: Google) -> None:
    google.answer = lambda *_: Answer(429)
    told: list[Event] = []
    with closing(Engines(told.append)) as engines:
        assert [engines.google_answers() for _ in range(3)] == [False] * 3
    assert len(google.texts) == len(told) == 1


def test_an_unknown_name_is_told_with_its_place() -> None:
    with pytest.raises(
        UnknownNameError, match=r'show.toml:3: unknown engine "gtss".*gtts'
    ) as raised:
        choose("gtss", "en", silent, where=Where("show.toml", 3))
    assert raised.value.exit_code == 3


class Tuned(Tone):
    """A tone that a show may set up."""

    name = "tuned"
    at_once: int | None = None

    def configured(self, settings: EngineSettings) -> Engine:
        engine = Tuned()
        engine.at_once = settings.table.integer("at_once", 1, 8)
        return engine


@pytest.fixture
def tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine above, and one that cannot be loaded, as if their package were installed."""
    info = tmp_path / "tuned-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tuned\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(
        f"[audiobook.engines]\ntuned = {__name__}:Tuned\nbroken = no_such_module:Broken\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Tuned.__module__])


def own(toml: str) -> tuple[EngineSettings, ...]:
    table = parse_toml(toml.encode(), "show.toml").table("engines")
    assert table
    return read_engine_settings(table)


@pytest.mark.usefixtures("tuned")
def test_a_show_sets_up_an_engine() -> None:
    engines = Engines(silent, own("[engines.tuned]\nat_once = 3\n"))
    engine = engines.load("tuned")

    assert isinstance(engine, Tuned)
    assert engine.at_once == 3
    assert engines.load("tuned") is engines.main("tuned", "en") is engine


@pytest.mark.usefixtures("tuned")
@pytest.mark.parametrize(
    ("toml", "name", "what"),
    [
        ("[engines.tuned]\nat_onc = 3\n", "tuned", 'toml:2:1: unknown setting "at_onc".*at_once'),
        ("[engines.tuned]\nat_once = 9\n", "tuned", 'toml:2:1: "at_once" must be a whole number'),
        ("[engines.tone]\nat_once = 3\n", "tone", 'toml:2:1: unknown setting "at_once".*price_'),
        ("[engines.tone]\nprice = 3\n", "tone", 'toml:2:1: unknown setting "price".*price_per'),
        ("[engines.tume]\n", "tone", 'toml:1:1: unknown engine "tume".*"tune'),
        ("[engines.auto]\n", "tone", 'toml:1:1: no engine can have the name "auto"'),
        ('[engines."../x"]\n', "tone", "toml:1:1: no engine can have"),
        ("[engines]\ntone = 3\n", "tone", 'toml:2:1: "tone" must be a table'),
    ],
)
def test_settings_that_do_not_fit_are_told_with_their_place(
    toml: str, name: str, what: str
) -> None:
    with pytest.raises(ConfigError, match=what):
        Engines(silent, own(toml)).load(name)


@pytest.mark.usefixtures("tuned")
def test_an_engine_that_cannot_be_loaded_is_passed_over() -> None:
    told: list[Event] = []
    where = Where("show.toml", 3)
    engines = Engines(told.append).fit(["broken", "tuned"], "en", where=where)

    assert [engine.name for engine in engines] == ["tuned"]
    (warning,) = (event for event in told if isinstance(event, Warned))
    assert warning.what.startswith('broken is passed over: engine "broken" cannot be loaded')
    assert warning.where == where


@pytest.mark.usefixtures("tuned")
@pytest.mark.parametrize("names", [["broken"], ["broken", "broken"]])
def test_where_no_engine_can_be_loaded_it_is_told(names: list[str]) -> None:
    with pytest.raises(MissingError, match='engine "broken" cannot be loaded'):
        Engines(silent).fit(names, "en")


def test_a_story_sets_up_no_engine() -> None:
    entry = EpisodeEntry(Path("story.md"))
    with pytest.raises(ConfigError, match=r"story.md:2:\d+: a story cannot set up engines"):
        with_front_matter(Show(), entry, "engines: {x: {command: [rm]}}\n", 2)


def test_what_an_engine_lacks_is_told_with_the_engines_of_the_show() -> None:
    engines = Engines(silent, own('[engines.parrot]\ncommand = ["parrot"]\n'))
    with pytest.raises(UnknownNameError, match='did you mean "parrot"'):
        engines.load("parot")
