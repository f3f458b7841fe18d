"""What is wrong in a show, in front matter, or with a file's name is told where, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Run

WHOLE = 'title = "Crossing"\nstory = "crossing.md"\n'
TWO = '[[episodes]]\nstory = "crossing.md"\n[[episodes]]\nstory = "Crossing.txt"\n'


@pytest.mark.parametrize(
    ("show", "what", "hint"),
    [
        ("title = X\n", "show.toml:1:9: is not TOML", "texts in quotes"),
        ("title = “X”\n", "show.toml:1:9: is not TOML", "straight quotes"),
        ("title: X\n", "show.toml:1:6: is not TOML", "a line of its own"),
        ('cover = "C:\\x"\n', "show.toml:1:14: is not TOML", "a backslash twice"),
        ('title = "X"\ntitle = "Y"\n', "show.toml:2:12: is not TOML", "keep one of them"),
        (WHOLE + 'date = "yesterday"', "show.toml:3:1: ", "the year, the month and the day"),
        (WHOLE + "explicit = 1", "show.toml:3:1: ", "write true or false"),
        (WHOLE + "[music]\nbed_db = 3", "show.toml:4:1: ", "give it 0"),
        (WHOLE + "[cast.Ida]\nrate = 5", "show.toml:4:1: ", "give it 2"),
        (WHOLE + "[cast.Ida]\nrate = nan", "show.toml:4:1: ", "give it 0.5"),
        (WHOLE + "[profiles.a]\nchannels = 3", "show.toml:4:1: ", "give it 2"),
        (WHOLE + '[profiles.a]\nbase = "podcst"', 'show.toml:4:1: unknown profile "podcst"', None),
        (
            WHOLE + '[cast.Ida]\naka = "Narrator"',
            'show.toml:4:1: "Narrator" is a name of both Narrator and Ida',
            "one of the cast",
        ),
        ("", "show.toml: the show has no story", 'add story = "NAME.md"'),
        ('title = "X"\n', "show.toml: the show has no story", 'add story = "NAME.md"'),
        (
            TWO,
            'show.toml:4:1: two episodes would both be called "crossing"',
            "rename crossing.md or Crossing.txt",
        ),
        (
            TWO.replace("Crossing.txt", "crossing.md"),
            'show.toml:4:1: "crossing.md" is listed twice',
            "take one of the two episodes out",
        ),
        ('[episodes]\nstory = "crossing.md"', "show.toml:1:1: ", "begin each with [[episodes]]"),
        ("[[episodes]]\n", 'show.toml:1:1: an episode needs a "story"', 'add story = "NAME.md"'),
        (WHOLE + 'cover = "no.jpg"', "show.toml:3:1: cannot read the cover", "or none"),
        ('story = "crosing.md"', "show.toml:1:1: no such file: crosing.md", '"crossing.md"'),
    ],
)
def test_a_wrong_show_is_told_with_its_place_and_cure(
    run: Run, story: Path, show: str, what: str, hint: str | None
) -> None:
    Path("show.toml").write_text(show, "utf-8")
    run("plan", ".", "--engine", "tone").fails(3, f"error: {what}", hint=hint)


def test_a_show_that_is_not_utf_8_is_to_be_saved_anew(run: Run) -> None:
    Path("show.toml").write_bytes(b'title = "caf\xe9"\n')
    run("plan").fails(3, "show.toml:1: is not UTF-8", hint="in the encoding UTF-8")


def test_a_file_that_is_not_there_is_offered_the_near_one(run: Run, story: Path) -> None:
    run("build", "crosing.md").fails(2, "no such file: crosing.md", hint='"crossing.md"')
    Path("deeper").mkdir()
    story.rename("deeper/crossing.md")
    run("build", "deeper/crossin.md").fails(2, "no such file", hint='mean "crossing.md"?')
    assert "hint" not in run("build", "something else.md").err
    assert "hint" not in run("build", "nowhere/crossing.md").err


def test_music_is_none_by_its_parts(run: Run) -> None:
    Path("a.md").write_text("---\nmusic: false\n---\nThe water was high.\n")
    done = run("plan", "a.md", "--engine", "tone")
    done.fails(3, 'a.md:2:1: "music" must be a table, not false', hint='"opening", "bed"')


def test_front_matter_that_looks_mistyped_is_warned_of(run: Run) -> None:
    Path("a.md").write_text(
        "---\ntitel: Crossing\nAuthor: Me\ncasts: {Ida: {}}\n---\nThe water was high.\n"
    )
    for command in (("plan", "a.md", "--engine", "tone"), ("script", "a.md")):
        done = run(*command)
        assert done.code == 0
        assert done.err.splitlines() == [
            'warning: a.md:2:1: "titel" is no setting, and is passed over',
            "   | titel: Crossing",
            "   | ^",
            'hint: did you mean "title"?',
            'warning: a.md:3:1: "Author" is no setting, and is passed over',
            "   | Author: Me",
            "   | ^",
            'hint: did you mean "author"?',
            'warning: a.md:4:1: "casts" is no setting, and is passed over',
            "   | casts: {Ida: {}}",
            "   | ^",
            'hint: did you mean "cast"?',
        ]


def test_front_matter_of_other_programs_passes_in_silence(run: Run) -> None:
    names = ("tags", "layout", "subtitle", "categories", "draft", "lang", "series", "updated")
    front = "".join(f"{name}: x\n" for name in (*names, "story", "episodes"))
    Path("a.md").write_text(f"---\ntitle: Crossing\n{front}---\nThe water was high.\n")
    done = run("plan", "a.md", "--engine", "tone")
    assert (done.code, done.err) == (0, "")


def test_a_script_file_has_no_name_to_warn_of(run: Run, story: Path) -> None:
    assert run("script", story, "-o", "script.md").code == 0
    done = run("plan", "script.md", "--engine", "tone")
    assert (done.code, done.err) == (0, "")
