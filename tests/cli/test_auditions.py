"""Voices that cannot be heard, or are nobody's: what is told of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.commands import Run
from lxml import html


@pytest.mark.usefixtures("no_google")
def test_an_engine_that_cannot_be_reached_costs_its_own_voices_alone(run: Run) -> None:
    Path("show.toml").write_text(
        'story = "a.md"\n[engines.gone]\ncommand = ["no-such-program", "{out}"]\n'
        '[engines.ill]\ncommand = ["false", "{out}"]\n'
    )
    unheard = ("--voice", "gtts:co.uk", "--voice", "gtts:", "--voice", "gone:", "--voice", "ill:")
    said = ("voices", "audition", "--text", "Yes.")
    done = run(*said, *unheard, "--voice", "tone:bass", "--json")
    assert done.code == 0, done.err
    (heard,) = done.json["voices"]
    assert (heard["engine"], heard["voice"]) == ("tone", "bass")
    assert Path(heard["file"]).is_file()
    assert len(html.parse("audition/audition.html").findall(".//li")) == 1
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 3
    assert "gone: is not heard: there is no program" in done.err
    assert "gtts is not heard: Google Translate cannot be reached" in done.err
    assert "is not heard: ill ended with code 1" in done.err

    shutil.rmtree("audition")
    run(*said, "--voice", "gone:", "--voice", "gtts:").fails(4, 'there is no program "no-such')
    assert not Path("audition").exists() or not list(Path("audition").iterdir())


def test_names_that_are_like_no_other_are_not_guessed_at(run: Run) -> None:
    klingon = run("voices", "--language", "klingon")
    klingon.fails(2, 'unknown language "klingon"', hint='its tag, as "en"')
    nope = run("say", "Yes.", "--engine", "nope")
    nope.fails(2, 'unknown engine "nope"', hint="known: auto, ")
    for done in (klingon, nope):
        assert "did you mean" not in done.err
    run("voices", "--language", "enGB").fails(2, "unknown language", hint='did you mean "en-')
