"""What would end a build is found before its first word is spoken, wherever it lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli.commands import Run
from fakes.google import Google

SHOW = 'title = "Two"\nengine = "gtts"\n[music]\nopening = ""\nbed = ""\nclosing = ""\n'
EPISODES = '[[episodes]]\nstory = "a.md"\n[[episodes]]\nstory = "b.md"\n'
READY = {"Yes."}
"""What Google is asked to speak to see whether it answers."""
FIRST, SECOND = "It rained.\n", "Then it stopped.\n"


def write(show: str = SHOW + EPISODES, second: str = SECOND) -> None:
    Path("show.toml").write_text(show, encoding="utf-8")
    Path("a.md").write_text(FIRST, encoding="utf-8")
    Path("b.md").write_text(second, encoding="utf-8")


def test_a_voice_of_the_second_episode(run: Run, google: Google) -> None:
    write(second="---\ncast:\n  narrator: {voice: Nobody}\n---\n\n" + SECOND)
    run("build").fails(3, 'unknown voice "Nobody"')
    assert set(google.texts) <= READY
    assert not Path("output").exists()


def test_a_sound_of_the_second_episode(run: Run, google: Google) -> None:
    write(second=SECOND + "\n![sound](thunder.wav)\n")
    run("build").fails(3, 'b.md:3:1: there is no music "thunder.wav"')
    assert set(google.texts) <= READY
    assert not Path("output").exists()


def test_a_cover_that_is_no_picture(run: Run, google: Google) -> None:
    write('cover = "a.md"\n' + SHOW + EPISODES)
    for command in ("plan", "build"):
        run(command).fails(3, "show.toml:1:1")
    assert set(google.texts) <= READY


@pytest.mark.parametrize(
    ("make", "what"), [(Path.mkdir, "it is a folder"), (os.mkfifo, "it is a device or a pipe")]
)
def test_a_file_that_cannot_be_put_where_it_belongs(
    run: Run, google: Google, make: object, what: str
) -> None:
    write()
    Path("output").mkdir()
    in_the_way = Path("output/b.mp3")
    make(in_the_way)  # type: ignore[operator]
    run("build").fails(1, f"cannot write {in_the_way}: {what}", hint="another")
    run("say", "Hello.", "-o", in_the_way).fails(1, what)
    assert set(google.texts) <= READY
    assert not in_the_way.is_file()


def test_a_pipe_is_no_place_for_a_script(run: Run) -> None:
    write()
    os.mkfifo("script.md")
    run("script", "a.md", "-o", "script.md").fails(1, "it is a device or a pipe")
    run("script", "a.md", "-o", "script.md", "--json").fails(1, "it is a device or a pipe")
    assert Path("script.md").is_fifo()
