"""The README's lines are true: its commands run, its examples work, and it begins with the two
that a newcomer needs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli.commands import Run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

SETUP = [
    "python3 -m pip install . && audiobook build",
    'python3 -m pip install ".[test]" && pytest',
]
WAITING = ("serve",)  # these end with Ctrl-C alone


def blocks(page: str, *languages: str) -> list[str]:
    """The fenced blocks in any of these languages."""
    fenced = re.findall(r"^```(\w*)[^\n]*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [text for language, text in fenced if language in languages]


def command_lines(page: str) -> list[list[str]]:
    """The arguments of each `audiobook …` in the page's shell blocks, in order."""
    lines = "".join(blocks(page, "sh", "console", "shell", "bash")).replace("\\\n", " ")
    parts = [part for line in lines.splitlines() for part in line.split("&&")]
    words = [shlex.split(part.strip().removeprefix("$ "), comments=True) for part in parts]
    return [line[1:] for line in words if line[:1] == ["audiobook"]]


def test_it_begins_with_the_two_commands() -> None:
    first = blocks(README, "sh", "console")[0]
    assert [line.removeprefix("$ ") for line in first.splitlines()] == SETUP
    assert README.index(SETUP[1]) < 1000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_in_a_command_line_exists(run: Run, page: Path) -> None:
    for arguments in command_lines(page.read_text(encoding="utf-8")):
        done = run(*arguments, "--help")
        assert done.code == 0, (arguments, done.err)
        help_text = " ".join(done.out.split())
        for option in (a.partition("=")[0] for a in arguments if re.match(r"--?[a-z]", a)):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", help_text), (arguments, option)


def test_every_command_line_runs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page, with a short show, and tones where no engine is named."""
    show = tmp_path / "script"
    show.mkdir()
    (show / "show.toml").write_bytes((ROOT / "script" / "show.toml").read_bytes())
    (show / "kairat-yusuf.md").write_text("# One\n\nHello.\n\n# Two\n\nSophia: “Yes.”\n")
    write_stories()
    monkeypatch.setenv("AUDIOBOOK_ENGINE", "tone")
    lines = command_lines(README)
    assert len(lines) > 5
    for arguments in lines:
        if arguments[0] not in WAITING:
            done = run(*arguments)
            assert done.code == 0, (arguments, done.err)
    assert (tmp_path / "output" / "kairat-yusuf.mp3").is_file()


@pytest.mark.parametrize("example", blocks(README, "python"), ids=lambda text: text[:20].strip())
@pytest.mark.usefixtures("no_google")
def test_every_example_in_python_works(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_stories()
    exec(compile(example, "README.md", "exec"), {"__name__": "readme"})
    if "print(" in example:
        assert capsys.readouterr().out.strip()
    assert Path("output/story.mp3").is_file()


def write_stories() -> None:
    """The page's own story, where its command lines look for one."""
    (story, *_) = blocks(README, "markdown", "md")
    Path("story.md").write_text(story, encoding="utf-8")
    Path("story.txt").write_text("The water was high.", encoding="utf-8")
