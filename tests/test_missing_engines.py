"""An engine that a show asks for and that cannot speak here is told with the line that asks."""

from __future__ import annotations

from pathlib import Path

import pytest

import audiobook
from audiobook import Choices, MissingError

CURES = {
    "command": ('no program is set for engine "command"', r"a table \[engines.NAME\]"),
    "piper": ("piper", "audiobook voices install|pip install"),
    "kokoro": ("kokoro", "audiobook voices install|pip install"),
}


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(tmp_path / "none"))
    (tmp_path / "story.md").write_text("Ann: Once.\n\nBob: Twice.\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", CURES)
@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ('engine = "{}"\n', 2),
        ('engine = ["{}"]\n', 2),
        ('engine = "tone"\n[cast.Narrator]\nengine = "{}"\n', 4),
        ('engine = "tone"\n[cast.Ann]\ngender = "female"\nengine = "{}"\n', 5),
    ],
)
def test_its_line_and_a_cure_are_told(show: Path, name: str, settings: str, line: int) -> None:
    toml = show / "show.toml"
    toml.write_text(f'story = "story.md"\n{settings.format(name)}', "utf-8")
    with pytest.raises(MissingError, match=CURES[name][0]) as caught:
        audiobook.plan(show, choices=Choices(music=False))

    assert caught.value.where
    assert (caught.value.where.path, caught.value.where.line) == (str(toml), line)
    assert caught.value.hint


def test_where_it_was_typed_there_is_no_line(show: Path) -> None:
    with pytest.raises(MissingError, match="no program is set") as caught:
        audiobook.plan(show / "story.md", choices=Choices(engine="command"))
    assert caught.value.where is None
