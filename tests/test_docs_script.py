"""What the documentation shows of script files is how they are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import audiobook
from audiobook.errors import AudiobookError
from audiobook.model import Cue, Segment

PAGE = Path(__file__).parents[1] / "docs" / "script-format.md"
EXAMPLES = re.findall(r"```markdown\n(.*?)```.*?```text\n(.*?)```", PAGE.read_text("utf-8"), re.S)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == PAGE.read_text("utf-8").count("```markdown") == 15


@pytest.mark.parametrize(("story", "shown"), EXAMPLES)
def test_an_example_is_read_as_the_page_says(story: str, shown: str) -> None:
    Path("script.md").write_text(story, "utf-8")
    assert _read() == shown.splitlines()


def _read() -> list[str]:
    try:
        script = audiobook.read_script("script.md")
    except AudiobookError as error:
        return [str(error)]
    lines: list[str] = []
    for chapter in script.chapters:
        cues = [
            f"{item.kind} {item.name or ''}".strip()
            for item in chapter.items[:1]
            if isinstance(item, Cue)
        ]
        lines += [*cues, f"chapter {chapter.title}"]
        lines += [_line(item) for item in chapter.items[len(cues) :]]
    return lines


def _line(item: Segment | Cue) -> str:
    if isinstance(item, Cue):
        return f"{item.kind} {item.name or ''}".strip()
    is_guess = item.confidence < 1
    speaker = (item.speaker or ("" if is_guess else "Narrator")) + "?" * is_guess
    return f"{item.kind:<9} {speaker:<12} {item.pause_ms:>5} ms  {item.spoken}"
