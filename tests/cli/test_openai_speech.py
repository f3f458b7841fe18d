"""Builds that a server with OpenAI's interface speaks, as whole processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Run
from fakes.openai_server import KEY, SpeechServer

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
    again.fails(4, "127.0.0.1 does not take the key in OPENAI_API_KEY (401)", hint="to your key")


def test_a_wrong_key_is_told_in_a_line(run_process: Run, show: Path) -> None:
    done = run_process("build", show, "--debug", env={"OPENAI_API_KEY": "sk-secret"})
    assert done.code == 4
    assert "does not take the key in OPENAI_API_KEY (401)" in done.err
    assert "sk-secret" not in done.out + done.err
