"""Whatever is wrong, there is one clear line with the place, a hint where there is a cure, the
right exit code, no traceback, and nothing left behind."""

from __future__ import annotations

import os
import random
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.commands import PROGRAM, STORY, Finished, Run

pytestmark = pytest.mark.usefixtures("no_partial_files")

TONE = ("--engine", "tone", "--no-music")
SHOW = 'title = "Crossing"\nstory = "crossing.md"\nengine = "tone"\n'


def write(**files: str | bytes) -> None:
    """Write files into the current folder; "__" in a name stands for a dot."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        Path(name.replace("__", ".")).write_bytes(data)


# Sources.


@pytest.mark.parametrize("command", ["build", "plan", "script", "publish"])
def test_no_such_file(run: Run, command: str) -> None:
    run(command, "nowhere.md").fails(2, "error: no such file: nowhere.md")


@pytest.mark.parametrize("command", ["build", "plan", "script", "publish"])
def test_an_address_is_no_file(run: Run, command: str) -> None:
    done = run(command, "https://example.org/story.html")
    done.fails(2, "error: no such file: https:", hint="save the page")


def test_a_folder_without_a_show(run: Run) -> None:
    Path("empty").mkdir()
    run("build", "empty").fails(2, "no show.toml in empty", hint="name the story")
    for command in ("build", "plan", "publish"):
        done = run(command)
        done.fails(2, "no show.toml here or above", hint="name a story, such as STORY.md")
        assert "audiobook" not in done.err  # what was typed is no other command


def test_a_show_without_a_story(run: Run) -> None:
    write(show__toml='title = "Nothing Yet"')
    run("build").fails(3, "error: show.toml: the show has no story", hint='story = "NAME.md"')


def test_a_show_whose_story_is_missing(run: Run) -> None:
    write(show__toml=SHOW)
    run("build").fails(3, "error: show.toml:2:1: no such file: crossing.md")
    run("build", "crossing.md").fails(2, "error: no such file: crossing.md")


def test_an_episode_whose_story_no_reader_knows(run: Run) -> None:
    write(show__toml='title = "S"\n[[episodes]]\nstory = "a.odt"\n', a__odt="Hello.")
    run("build").fails(
        3, 'error: show.toml:3:1: a.odt: stories with the suffix ".odt"', hint=".markdown, .md"
    )
    run("build", "a.odt").fails(2, "error: a.odt: stories with the suffix")


def test_a_suffix_that_no_reader_knows(run: Run) -> None:
    write(story__odt="Hello.")
    run("build", "story.odt", *TONE).fails(2, '".odt" cannot be read', hint=".markdown, .md")


@pytest.mark.parametrize("name", ["story.txt", "story.md"])
@pytest.mark.parametrize("text", ["", " \n\t\r\n", "... !!! --- ??? “” \n\n * * *\n", "\ufeff"])
def test_a_story_with_nothing_to_speak(run: Run, name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")
    for command in ("build", "plan", "script"):
        done = run(command, name)
        done.fails(3, f"error: {name}: there is nothing to speak in it", hint="at least one word")
        assert "warning" not in done.err  # no engine was asked
    assert not Path("output").exists()


def test_nothing_to_say(run: Run) -> None:
    run("say", "...", *TONE[:2]).fails(3, "there is nothing to speak")
    run("say", "-", *TONE[:2], stdin=b"").fails(3, "there is nothing to speak")
    run("say", "-", *TONE[:2], stdin=bytes(range(256))).fails(3, "is not text")
    assert not Path("say.mp3").exists()


def test_a_standard_input_that_is_closed() -> None:
    closed = ("sh", "-c", 'exec "$@" <&-', "sh")
    done = subprocess.run(
        [*closed, *PROGRAM, "say", "-", *TONE[:2]], check=False, capture_output=True
    )
    Finished(done.returncode, "", done.stderr.decode()).fails(
        2, "standard input is closed", hint="the text itself"
    )


def test_a_chapter_whose_number_is_beyond_reading(run: Run) -> None:
    write(crossing__md=STORY)
    run("build", "crossing.md", *TONE, "--only", "9" * 5000).fails(2, 'unknown chapter "99')


@pytest.mark.parametrize("name", ["junk.txt", "junk.md"])
def test_binary_junk(run: Run, name: str) -> None:
    Path(name).write_bytes(random.Random(1).randbytes(5000))
    run("build", name, *TONE).fails(3, f"error: {name}: is not text", hint="UTF-8")


# Settings.


def test_bad_toml(run: Run) -> None:
    write(show__toml=SHOW + "author = A. Writer\n", crossing__md=STORY)
    done = run("build")
    done.fails(3, "error: show.toml:4:10: is not TOML")
    assert "   | author = A. Writer\n   |          ^\n" in done.err


def test_an_unknown_key(run: Run) -> None:
    write(show__toml=SHOW + '\n[musik]\nbed = ""\n', crossing__md=STORY)
    done = run("build")
    done.fails(3, 'error: show.toml:5:1: unknown setting "musik"', hint='did you mean "music"')
    assert "   | [musik]\n   | ^\n" in done.err


def test_a_value_of_the_wrong_kind(run: Run) -> None:
    write(show__toml=SHOW + "date = true\n", crossing__md=STORY)
    run("build").fails(3, 'error: show.toml:4:1: "date" must be a date')


def test_a_broken_show_above_a_story(run: Run, tmp_path: Path) -> None:
    Path("deep/er").mkdir(parents=True)
    write(show__toml="tilte = 1")
    Path("deep/er/s.txt").write_text("Hello.")
    done = run("build", "deep/er/s.txt", *TONE)
    done.fails(3, f'{tmp_path}/show.toml:1:1: unknown setting "tilte"', hint='"title"')


def test_bad_front_matter(run: Run) -> None:
    write(crossing__md=STORY.replace("language: en", "language: [en"))
    run("build", "crossing.md", *TONE).fails(3, "error: crossing.md:")
    write(crossing__md="---\ntitle: x\n\nNo end.\n")
    run("build", "crossing.md", *TONE).fails(3, "error: crossing.md:1:1: the front matter never")


# Names.


@pytest.mark.parametrize("command", ["build", "plan"])
@pytest.mark.parametrize(
    ("options", "what", "hint"),
    [
        (["--engine", "espaek"], 'unknown engine "espaek"', '"espeak"'),
        ([*TONE, "--voice", "sopran"], 'unknown voice "sopran"', '"soprano"'),
        ([*TONE, "--voice", "Ferrymn=alto"], 'unknown cast member "Ferrymn"', '"Ferryman"'),
        ([*TONE, "--voice", "="], '--voice "=" names no voice', "NAME=VOICE"),
        ([*TONE, "--voice", "Ferryman="], '"Ferryman=" names no voice', "NAME=VOICE"),
        ([*TONE, "--format", "mp4"], 'unknown format "mp4"', '"mp3"'),
        ([*TONE, "--only", "The Far Bnak"], 'unknown chapter "The Far Bnak"', '"The Far Bank"'),
        (
            [*TONE, "--only", "99"],
            'crossing.md: unknown chapter "99"',
            "number, from 1 to 2; known",
        ),
        ([*TONE, "--split", "chapters"], 'unknown way to split "chapters"', '"chapter"'),
        ([*TONE, "--language", "e!"], '"e!" is no language tag', '"en"'),
        (["--engine", "espeak", "--language", "tlh"], 'unknown language "tlh"', "did you mean"),
    ],
)
def test_names_that_are_mistyped(
    run: Run, story: Path, command: str, options: list[str], what: str, hint: str | None
) -> None:
    if command == "plan":
        options = [option for option in options if option != "--no-music"]
    run(command, story, *options).fails(2, what, hint=hint)
    assert not Path("output").exists()


def test_a_chapter_that_not_all_stories_have_is_told_with_the_one_that_lacks_it(run: Run) -> None:
    write(show__toml='[[episodes]]\nstory = "one.md"\n[[episodes]]\nstory = "two.md"\n')
    write(one__md="# The Ford\n\nHigh.\n", two__md="# The Ferry\n\nDeep.\n")
    for command in ("build", "plan"):
        done = run(command, "--engine", "tone", "--only", "the ferry")
        done.fails(2, 'error: one.md: unknown chapter "the ferry"', hint="name the story that has")
    assert run("plan", "two.md", "--engine", "tone", "--only", "the ferry").code == 0


def test_a_profile_that_is_mistyped(run: Run, story: Path) -> None:
    for dry in ((), ("-n",)):
        done = run("build", story, *TONE, *dry, "--profile", "podcats")
        done.fails(2, 'unknown profile "podcats"', hint='"podcast"')


def test_a_variable_that_is_mistyped(
    run: Run, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_ENGINE", "tonne")
    run("build", story).fails(2, 'unknown engine "tonne"', hint='"tone"')


@pytest.mark.parametrize(
    ("setting", "place", "what", "hint"),
    [
        ('engine = "espaek"', "3:1", 'unknown engine "espaek"', '"espeak"'),
        ('engine = "espeak"\nlanguage = "tlh"', "4:1", 'unknown language "tlh"', None),
        ('engine = "tone"\nlanguage = "English!"', "4:1", "is no language tag", '"en"'),
        ('engine = "tone"\nlanguage = "english"', "4:1", "is no language tag", '"en"'),
        ('engine = "tone"\nprofile = "podcats"', "4:1", 'unknown profile "podcats"', '"podcast"'),
        ('engine = "tone"\n[cast.Ferryman]\nvoice = "bas"', "5:1", 'voice "bas"', '"bass"'),
        ('engine = "tone"\n[cast.Ferryman]\nengine = "gtss"', "5:1", 'engine "gtss"', '"gtts"'),
        ('[cast.Ferryman]\nengine = "auto"', "4:1", "for the whole show", "leave it out"),
    ],
)
def test_names_that_a_show_has_wrong(
    run: Run, setting: str, place: str, what: str, hint: str | None
) -> None:
    show = f'title = "Crossing"\nstory = "crossing.md"\n{setting}\n'
    write(show__toml=show, crossing__md="The water was high.")
    done = run("build")
    done.fails(3, f"error: show.toml:{place}: ", hint=hint)
    assert what in done.err
    assert not Path("output").exists()


def test_names_that_front_matter_has_wrong(run: Run) -> None:
    write(crossing__md=STORY.replace("language: en", "engine: tonne"))
    run("build", "crossing.md").fails(3, 'crossing.md:4:1: unknown engine "tonne"', hint='"tone"')


def test_a_speaker_who_is_not_in_the_cast(run: Run) -> None:
    write(crossing__md=STORY.replace("Ferryman: “", "Ferrymann: “"))
    done = run("build", "crossing.md", *TONE)
    done.fails(3, 'crossing.md:14:1: unknown speaker "Ferrymann"', hint='"Ferryman"')
    assert "   | Ferrymann: “Not today,”\n   | ^\n" in done.err


def test_no_command_shows_the_help(run: Run) -> None:
    done = run()
    assert done.code == 2
    assert "build" in done.out + done.err


# Music.


def test_music_that_is_missing(run: Run) -> None:
    write(show__toml=SHOW + '[music]\nbed = "rain.ogg"\n', crossing__md=STORY)
    run("build").fails(3, "error: show.toml:5:1: ", hint="lute-bed")
    write(show__toml=SHOW, crossing__md=STORY + "\n![music](rain.ogg)\n\nEnd.\n")
    done = run("build")
    done.fails(3, "error: crossing.md:23:1: ")
    assert "   | ![music](rain.ogg)\n   | ^\n" in done.err


def test_music_that_is_no_sound(run: Run) -> None:
    write(show__toml=SHOW + '[music]\nbed = "rain.ogg"\n', crossing__md=STORY, rain__ogg="rain")
    run("build").fails(3, "error: show.toml:5:1: ")
    write(show__toml=SHOW, crossing__md=STORY + "\n![sting](rain.ogg)\n\nEnd.\n")
    run("build").fails(3, "error: crossing.md:23:1: ")
    assert not Path("output").exists()


# Output.


def test_an_output_folder_that_is_a_file(run: Run, story: Path) -> None:
    write(taken="")
    run("build", story, *TONE, "-o", "taken").fails(1, "a file has that name", hint="--output")
    run("build", story, *TONE, "-o", "taken/deeper").fails(1, "Not a directory", hint="--output")
    run("say", "Hello", "--engine", "tone", "-o", "taken/a.mp3").fails(1, "taken", hint="--output")
    run("script", story, "-o", "taken/script.md").fails(1, "taken/script.md", hint="--output")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_output_folder_that_cannot_be_written(run: Run, story: Path) -> None:
    Path("locked").mkdir(mode=0o555)
    done = run("build", story, *TONE, "-o", "locked")
    done.fails(1, "cannot write to the folder locked", hint="--output")


def test_nothing_is_spoken_for_a_folder_that_cannot_be_written(
    run: Run, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _, mode: not mode & os.W_OK)
    monkeypatch.setenv("AUDIOBOOK_CACHE", "store")
    for words in (("build", story, *TONE), ("say", "Hello", *TONE[:2])):
        run(*words).fails(1, "cannot write to the folder", hint="--output")
    assert not list(Path("store").rglob("clips"))


def test_a_folder_in_the_place_of_the_episode(run: Run, story: Path) -> None:
    Path("output/crossing.mp3").mkdir(parents=True)
    done = run("build", story, *TONE)
    done.fails(1, "cannot write output/crossing.mp3: it is a folder", hint="--output")


def test_a_store_that_cannot_be_written(
    run: Run, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(taken="")
    monkeypatch.setenv("AUDIOBOOK_CACHE", "taken")
    run("build", story, *TONE).fails(1, "cannot write taken/", hint="set AUDIOBOOK_CACHE")
    assert list(Path("output").iterdir()) == []


def at_most(n_bytes: int) -> Callable[[], None]:
    """Have a process write no file longer than this: what it meets is like a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))


def test_a_disk_that_is_full_leaves_the_old_episode(
    run_process: Run, run: Run, story: Path
) -> None:
    options = (story, *TONE, "--format", "wav", "--format", "mp3")
    assert run("build", *options).code == 0
    old = {path: path.read_bytes() for path in Path("output").iterdir()}
    assert len(old) == 2

    story.write_text(STORY.replace("until night", "until the next night"))
    Path("kept").mkdir()
    warm = run("build", *options, "-o", "kept")  # so that only the episode is to write
    assert warm.code == 0
    limit = min(path.stat().st_size for path in old) - 10_000
    done = run_process("build", *options, preexec_fn=at_most(limit))
    done.fails(1, "error: cannot write output/crossing.wav: File too large", hint="--output")
    assert {path: path.read_bytes() for path in Path("output").iterdir()} == old

    assert run("build", *options, "-q").code == 0
    assert Path("output/crossing.mp3").read_bytes() == Path("kept/crossing.mp3").read_bytes()


def test_a_disk_that_is_full_while_it_speaks(run_process: Run, story: Path) -> None:
    done = run_process("build", story, *TONE, preexec_fn=at_most(20_000))
    done.fails(1, "File too large", hint="AUDIOBOOK_CACHE")
    assert list(Path("output").iterdir()) == []
    again = run_process("build", story, *TONE, "--json").json["episodes"][0]
    assert again["segments"] == 8


def test_standard_output_that_is_full(run_process: Run, story: Path) -> None:
    for command in (("script", story), ("build", story, *TONE, "--json", "-q")):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*PROGRAM, *map(str, command)],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr.startswith("error: cannot write to standard output: No space left")
        assert len(done.stderr.splitlines()) == 1


# Publishing.


def test_an_episode_that_is_not_built(run: Run, story: Path) -> None:
    run("publish", story).fails(2, "there is no output/crossing.mp3", hint="audiobook build")


def test_a_folder_that_is_not_there_to_be_served(run: Run) -> None:
    run("serve", "nowhere").fails(2, "no such folder: nowhere", hint="audiobook build")
    write(story__md="Words.")
    run("serve", "story.md").fails(2, "story.md is a file, no folder", hint="audiobook serve out")
    run("serve", ".", "--host", "192.0.2.1").fails(2, "cannot listen at 192.0.2.1", hint="--port")


def test_debug_shows_where_it_came_from(run: Run) -> None:
    done = run("build", "nowhere.md", "--debug")
    assert done.code == 2
    assert "Traceback" in done.err
    assert done.err.splitlines()[-1] == "error: no such file: nowhere.md"
