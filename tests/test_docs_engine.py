"""The engine that the documentation shows is one: found, loaded, heard in an episode."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.plugin import install_from_page

import audiobook
from audiobook.speech.engine import engine_names, load_engine
from audiobook.utterance import Utterance, Voice

PAGE = Path(__file__).parents[1] / "docs" / "add-an-engine.md"


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    site = tmp_path / "site"
    site.mkdir()
    install_from_page(PAGE, "ticks", site, monkeypatch)
    yield
    sys.modules.pop("ticks", None)


def test_it_is_registered_and_speaks() -> None:
    assert "ticks" in engine_names()
    engine = load_engine("ticks")
    voice = Voice(engine.name, engine.default_voice("en"), "en")
    engine.check_ready()
    engine.check_voice(voice)
    clip = engine.synthesise(Utterance("Once."), voice)
    engine.close()

    assert [info.name for info in engine.voices()] == [voice.name]
    assert clip.duration_s == 5 * 0.05
    assert np.flatnonzero(clip.samples).tolist() == [0, 800, 1600, 2400, 3200]


def test_it_keeps_what_engines_promise() -> None:
    (test,) = re.findall(r"^```py\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    names: dict[str, Callable[[], None]] = {}
    exec(test, names)
    names["test_contract"]()


def test_it_speaks_an_episode(tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("The water was high. Nobody had crossed since Tuesday.\n", "utf-8")
    choices = audiobook.Choices(engine="ticks", music=False)

    report = audiobook.build(story, output=tmp_path, choices=choices)
    assert report.engine == "ticks"
    assert report.episodes[0].segments_synthesised == 2
    assert report.episodes[0].files["mp3"].stat().st_size > 10_000


def test_it_is_gone_after_the_test_that_had_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(audiobook.UnknownNameError, match='unknown engine "ticks"'):
        load_engine("ticks")
