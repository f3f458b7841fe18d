"""What is found out about a machine, and when a build would not work on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Run
from fakes.google import Answer, Google


@pytest.fixture(autouse=True)
def _no_own_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(tmp_path / "voices"))


@pytest.mark.usefixtures("no_google")
def test_without_a_network_espeak_speaks(run: Run, store_folder: Path) -> None:
    health = run("doctor", "--json").json
    engines = {engine["name"]: engine for engine in health["engines"]}
    espeak, google = engines["espeak"], engines["gtts"]
    assert health["works"]
    assert health["engine"] == "espeak"
    assert espeak["works"]
    assert espeak["version"]
    assert Path(espeak["place"]).is_file()
    assert not google["works"]
    assert "cannot be reached" in google["problem"]
    assert google["hint"]
    assert not health["network"]["works"]
    assert health["encoder"]["works"]
    assert health["cores"] >= 1
    assert health["store"]["folder"].startswith(str(store_folder))
    assert health["store"]["free_bytes"] > 0


def test_google_is_asked_to_speak(run: Run, google: Google) -> None:
    health = run("doctor", "--json").json
    assert health["engine"] == "gtts"
    assert health["network"]["works"]
    assert google.texts == ["Yes."]

    google.answer = lambda number, asked: Answer(429)
    refused = run("doctor", "--json").json
    assert refused["engine"] == "espeak"
    assert refused["network"]["works"]


@pytest.mark.usefixtures("no_google")
def test_no_server_is_asked_that_no_show_has_set_up(run: Run) -> None:
    (server,) = [e for e in run("doctor", "--json").json["engines"] if e["name"] == "openai"]
    assert "no show has set it up" in server["problem"]
    assert "[engines.openai]" in server["hint"]


@pytest.mark.usefixtures("no_google")
def test_what_nobody_has_set_up_or_installed_has_not_failed(run: Run) -> None:
    done = run("doctor", "--json")
    assert done.code == 0
    states = {engine["name"]: engine["state"] for engine in done.json["engines"]}
    assert states == {
        "command": "not set up",
        "espeak": "works",
        "gtts": "fails",
        "kokoro": "not installed",
        "openai": "not set up",
        "piper": "not installed",
        "tone": "works",
    }
    assert all((e["problem"] is None) == e["works"] for e in done.json["engines"])
    lines = run("doctor").out.splitlines()
    assert any(line.split()[:4] == ["command", "not", "set", "up"] for line in lines)

    Path("show.toml").write_text('engine = "piper"\n')
    assert run("doctor").code == 4


@pytest.mark.usefixtures("no_google")
def test_a_build_that_would_not_work_is_told_with_code_4(run: Run) -> None:
    Path("show.toml").write_text('title = "T"\nengine = "gtts"\n')
    done = run("doctor")
    assert done.code == 4
    assert "error: a build would not work here: no engine that it may use works (gtts)" in done.err
    assert "espeak   works" in done.out

    Path("show.toml").write_text('title = "T"\nengine = ["gtts", "espeak"]\n')
    assert run("doctor", "--engine", "gtts").code == 4
    done = run("doctor")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "A build works here; espeak would speak."


@pytest.mark.usefixtures("no_google")
def test_engines_that_a_show_asks_for_are_found_missing(run: Run) -> None:
    Path("show.toml").write_text('engine = ["espeak", "nobody"]\n')
    done = run("doctor")
    assert done.code == 4
    assert "show.toml:1:1" in done.out
    assert 'a build would not work here: unknown engine "nobody"' in done.err

    Path("show.toml").write_text(
        'engine = "espeak"\n[cast.Ida]\nengine = "mine"\n'
        '[engines.mine]\ncommand = ["no-such-program", "{out}"]\n'
    )
    done = run("doctor")
    assert done.code == 4
    assert "error: a build would not work here: mine does not work, which some of" in done.err


@pytest.mark.usefixtures("no_google")
def test_a_store_that_cannot_be_written_is_found(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "file"))
    done = run("doctor", "--json")
    assert done.code == 4
    assert not done.json["store"]["works"]
    assert "hint: set AUDIOBOOK_CACHE" in done.err


@pytest.mark.usefixtures("no_google")
def test_a_show_that_is_wrong_is_told_with_its_place(run: Run) -> None:
    Path("show.toml").write_text('title = "T"\nengin = "gtts"\n')
    done = run("doctor")
    assert done.code == 4
    assert "show.toml:2:1" in done.out
    assert 'unknown setting "engin"' in done.err


@pytest.mark.usefixtures("no_google")
def test_an_engine_of_the_shows_own_is_tried(run: Run) -> None:
    Path("show.toml").write_text(
        'title = "T"\nengine = "mine"\n[engines.mine]\ncommand = ["false", "{out}"]\n'
    )
    done = run("doctor", "--json")
    (mine,) = [engine for engine in done.json["engines"] if engine["name"] == "mine"]
    assert done.code == 4
    assert "ended with code 1" in mine["problem"]
    assert Path(mine["place"]).name == "false"


@pytest.mark.usefixtures("no_google")
def test_an_engine_may_be_asked_about(run: Run) -> None:
    assert run("doctor", "--engine", "tone", "--json").json["engine"] == "tone"
    assert run("doctor", "--engine", "auto", "--json").json["engine"] == "espeak"
    run("doctor", "--engine", "espaek").fails(2, 'unknown engine "espaek"', hint='"espeak"')


@pytest.mark.usefixtures("no_google")
def test_two_at_once_do_not_find_the_store_broken(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The other removes what this one has put, right behind it.
    monkeypatch.setattr("audiobook.doctoring.Store.put", lambda *_: None)
    assert run("doctor", "--json").json["store"]["problem"] is None
