"""Auditions in which not everybody can be heard."""

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
