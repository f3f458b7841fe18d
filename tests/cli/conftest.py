"""Two ways to run a command: within this process, which is quick, and as a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cli.commands import PROGRAM, STORY, Finished, Run
from typer.testing import CliRunner

from audiobook.cli.app import app


@pytest.fixture(autouse=True)
def _alone(music_at_hand: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, where nothing is set that a command reads."""
    for name in os.environ:
        if name.startswith("AUDIOBOOK_") and name != "AUDIOBOOK_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""

    def run(*arguments: object, stdin: bytes = b"") -> Finished:
        result = CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Finished(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def run_process() -> Run:
    """Run a command as a process of its own."""

    def run(*arguments: object, env: Mapping[str, str] | None = None, **kwargs: Any) -> Finished:
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            env={**os.environ, **(env or {})},
            capture_output=True,
            stdin=kwargs.pop("stdin", subprocess.DEVNULL),
            timeout=60,
            check=False,
            **kwargs,
        )
        return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A story of two chapters and three voices, named as a user in its folder would."""
    (tmp_path / "crossing.md").write_text(STORY, encoding="utf-8")
    return Path("crossing.md")


@pytest.fixture(scope="session")
def shipped_show() -> Path:
    """The folder of the show that ships with the program."""
    return Path(__file__).parents[2] / "script"


@pytest.fixture
def no_partial_files(tmp_path: Path) -> Iterator[None]:
    """See that, when the test has ended, no folder of its holds a half-written file."""
    yield
    assert not list(tmp_path.rglob(".partial-*"))
