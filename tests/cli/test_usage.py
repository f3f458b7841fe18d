"""What is wrong with what was typed is told like all errors: a line with it, and a hint."""

from __future__ import annotations

import pytest
from cli.commands import Run
from typer.testing import CliRunner

from audiobook.cli.app import app


@pytest.mark.parametrize(
    ("words", "what", "hint"),
    [
        ("build --jobs 0", '--jobs cannot be "0"', "a whole number, 1 or more"),
        ("build --jobs two", '--jobs cannot be "two"', "a whole number, 1 or more"),
        ("serve --port 99999", '--port cannot be "99999"', "from 0 to 65535"),
        ("serve --port=-1", '--port cannot be "-1"', "from 0 to 65535"),
        ("words a.md --limit 1.5", '--limit cannot be "1.5"', "a whole number, 1 or more"),
        ("say Hello --rate fast", '--rate cannot be "fast"', "a number such as 0.8"),
        ("build --egnine tone", 'unknown option "--egnine"', 'did you mean "--engine"'),
        ("voices list --jsn", 'unknown option "--jsn"', 'did you mean "--json"'),
        ("--verison", 'unknown option "--verison"', 'did you mean "--version"'),
        ("biuld a.md", 'unknown command "biuld"', 'did you mean "build"?'),
        ("voices lst", 'unknown command "lst"', 'did you mean "list"?'),
        ("build a.md b.md", "b.md", "see audiobook build -h"),
        ("build --output", "--output", "-h"),
        ("build --json=yes", "--json", "-h"),
        ("check", "missing argument", "see audiobook check -h"),
        ("voices install", "missing argument", "see audiobook voices install -h"),
    ],
)
def test_wrong_usage_has_a_line_and_a_hint(run: Run, words: str, what: str, hint: str) -> None:
    done = run(*words.split())
    done.fails(2, what, hint=hint)
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "value", "what", "hint"),
    [
        ("AUDIOBOOK_JOBS", "two", '--jobs cannot be "two"', "a whole number"),
        ("AUDIOBOOK_MUSIC", "nope", 'the variable AUDIOBOOK_MUSIC cannot be "nope"', "1 or 0"),
        ("AUDIOBOOK_DEBUG", "2", 'the variable AUDIOBOOK_DEBUG cannot be "2"', "1 or 0"),
    ],
)
def test_a_variable_with_a_wrong_value_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    run("build").fails(2, what, hint=hint)


@pytest.mark.parametrize(
    "option",
    ["--output", "-o", "--engine", "--voice", "--language", "--format", "--profile", "--only"],
)
def test_no_option_may_be_empty(run: Run, option: str) -> None:
    for given in ("", "  "):
        done = run("build", "crossing.md", option, given)
        done.fails(2, f"{option} cannot be empty", hint="leave it out")
    if option.startswith("--"):
        run("build", f"{option}=").fails(2, f"{option} cannot be empty", hint="leave it out")


def test_no_argument_may_be_empty(run: Run) -> None:
    run("build", "").fails(2, "an argument cannot be empty", hint="leave it out")


@pytest.mark.parametrize("words", ["-h", "voices -h"])
def test_help_tells_all_of_what_a_command_is_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = run(*words.split()).out.partition("Commands:\n")[2]
    assert len(commands.splitlines()) >= 3
    assert "..." not in commands


def test_a_shell_that_completes_what_is_wrong_is_told_nothing() -> None:
    for words in ("audiobook biuld --o", "audiobook voices lst --j", "audiobook '' --o"):
        asked = {"_AUDIOBOOK_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "2"}
        done = CliRunner().invoke(app, [], prog_name="audiobook", env=asked)
        assert (done.exit_code, done.stderr) == (0, "")
