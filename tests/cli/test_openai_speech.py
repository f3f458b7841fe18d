"""Builds that a server with OpenAI's interface speaks, as whole processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Run
from fakes.openai_server import KEY, Reply, SpeechServer, sound

pytestmark = pytest.mark.usefixtures("no_partial_files")


@pytest.fixture
def show(story: Path, openai_server: SpeechServer) -> Path:
    """A show that a server on this machine speaks."""
    (story.parent / "show.toml").write_text(
        f'story = "{story.name}"\nengine = "openai"\n'
        f'[engines.openai]\nbase_url = "{openai_server.base_url}"\nvoices = ["ada", "bob"]\n'
    )
    return story.parent


def test_a_server_speaks_a_show(run_process: Run, show: Path, openai_server: SpeechServer) -> None:
    done = run_process("build", show, "--no-music", "--json")

    assert done.code == 0, done
    assert done.json["engine"] == "openai"
    assert done.json["episodes"][0]["segments_synthesised"] == 8
    assert len(openai_server.asked) == 1 + 8
    assert KEY not in done.out + done.err
    again = run_process("build", show, "--no-music", "--json", env={"OPENAI_API_KEY": "sk-new"})
    assert again.code == 0, again
    assert len(openai_server.asked) == 1 + 8


def test_a_server_that_is_busy_at_first_is_waited_for(
    run_process: Run, show: Path, openai_server: SpeechServer
) -> None:
    busy = Reply(500, headers={"Retry-After": "0"})
    openai_server.reply = lambda number, _: busy if number < 4 else Reply(body=(sound(20),))
    done = run_process("build", show, "--no-music", "--json")
    assert done.code == 0, done
    assert len(openai_server.asked) == 4 + 1 + 8


def test_a_wrong_key_is_told_in_a_line(run_process: Run, show: Path) -> None:
    done = run_process("build", show, "--debug", env={"OPENAI_API_KEY": "sk-secret"})
    assert done.code == 4
    assert "does not take the key in OPENAI_API_KEY (401); 0 of 8 segments are kept" in done.err
    assert "sk-secret" not in done.out + done.err
