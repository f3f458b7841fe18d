"""An author edits a script file, the story changes, and the script is made again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audiobook
from audiobook.errors import StoryError
from audiobook.progress import Event, Noted, Warned
from audiobook.script.notation.merging import merge
from audiobook.scripting import write_script
from audiobook.store import Store

STORY = """\
---
title: The Crossing
cast: {Ida: {}}
---

# The Near Bank

The water was high. Nobody came.

Ida: “Not today.”

She waited.

# The Far Bank

It was night.
"""

Again = Callable[..., list[Event]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "script.md"


@pytest.fixture
def again(tmp_path: Path, file: Path) -> Again:
    """Make the script of a story, the last one's with some replacements."""
    (tmp_path / "story.md").write_text(STORY)

    def write(*changes: tuple[str, str], store: Store | None = None) -> list[Event]:
        _edit(tmp_path / "story.md", *changes)
        events: list[Event] = []
        script = audiobook.read_script(tmp_path / "story.md")
        write_script(script, file, store=store or Store(tmp_path / "store"), listen=events.append)
        return events

    return write


def _edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def _body(path: Path) -> str:
    return path.read_text("utf-8").split("---\n", 2)[2].strip()


def _told(events: list[Event]) -> list[str]:
    return [f"{event.where}: {event.what}" for event in events if isinstance(event, Warned)]


def test_what_nobody_edited_follows_the_story(again: Again, file: Path) -> None:
    again()
    assert _told(again(("She waited.", "She sat down."), ("Nobody came.", ""))) == []
    assert "She sat down." in _body(file)
    assert "Nobody" not in _body(file)


def test_edits_stay_and_the_storys_changes_come_in(again: Again, file: Path) -> None:
    again()
    _edit(
        file,
        ("The water was high.", "The water was very high."),
        ("Nobody came.", '(Nobody)[sub:"No one"] came. [2s]'),
        ("# The Far Bank", "![music](lute-bed)\n\n# The Far Bank {pause=3s}"),
        ("cast:\n", "# my cast\nprofile: acx\ncast:\n"),
        ("Ida: {}", "Ida: {voice: high}"),
    )
    edited = file.read_text()
    assert _told(again(("She waited.", "She waited.\n\nShe waited still. It rained."))) == []
    assert file.read_text().replace("She waited still.\nIt rained.\n\n", "") == _renewed(
        edited, file
    )
    script = audiobook.read_script(file)
    assert [segment.pause_ms for segment in script.segments][2] == 2000


def _renewed(text: str, file: Path) -> str:
    """A text with the name of what a file was generated as."""
    lines = [line for line in file.read_text().split("\n") if line.startswith("generated:")]
    return re.sub("^generated:.*$", lines[0], text, flags=re.MULTILINE)


def test_of_one_line_each_part_is_taken_from_where_it_changed(again: Again, file: Path) -> None:
    again()
    _edit(file, ("Ida: “Not today.”", "Old Ida: “Not today.” [3s]"), ("Ida: {}", "Old Ida: {}"))
    assert _told(again(("“Not today.”", "“Not on any day.”"))) == []
    assert "Old Ida: “Not on any day.” [3s]" in _body(file)


def test_where_both_changed_the_author_stands_and_is_told(again: Again, file: Path) -> None:
    again()
    _edit(file, ("She waited.", "She waited for long."), ("title: The Crossing", "title: Mine"))
    told = _told(
        again(("She waited.", "She waited a little -->."), ("title: The Crossing", "title: Theirs"))
    )
    assert told == [
        f'{file}:1: you and the story have both changed "title"; it has: Theirs',
        f"{file}:17: you and the story have both changed it; it has: She waited a little -->.",
    ]
    assert file.read_text().split("\n")[16] == "She waited for long."
    assert (
        "She waited for long.\n\n<!-- The story now has: She waited a little - ->. -->\n\n# The Far"
        in _body(file)
    )
    script = audiobook.read_script(file)
    assert script.title == "Mine"
    assert "She waited for long." in [segment.text for segment in script.segments]
    assert all("little" not in segment.text for segment in script.segments)
    assert _told(again()) == []  # it is told once


def test_removing_and_changing_meet(again: Again, file: Path) -> None:
    again()
    _edit(file, ("She waited.\n\n", ""), ("It was night.", "It was late at night."))
    changes = ("She waited.", "She waited there."), ("# The Far Bank\n\nIt was night.\n", "")
    told = _told(again(*changes))
    assert len(told) == 2
    assert "you have removed what the story now has as: She waited there." in told[0]
    assert "you have changed what the story no longer has: It was night." in told[1]
    assert "\nIt was late at night.\n" in _body(file) + "\n"


def test_whoever_speaks_stays_in_the_cast(again: Again, file: Path) -> None:
    again()
    _edit(file, ("She waited.", "Ida: She waited."))
    story_without = ("Ida: “Not today.”\n\n", "")
    assert _told(again(story_without, ("cast: {Ida: {}}", "cast: {Tom: {}}"))) == []
    names = {segment.speaker for segment in audiobook.read_script(file).segments}
    assert names == {None, "Ida"}


def test_a_story_that_has_not_changed_changes_nothing(again: Again, file: Path) -> None:
    again()
    _edit(file, ("She waited.", "She sat.\r"))
    before = file.read_bytes()
    (noted,) = again()
    assert isinstance(noted, Noted)
    assert file.read_bytes() == before


def test_line_ends_stay_as_the_authors_program_writes_them(again: Again, file: Path) -> None:
    again()
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    again(("She waited.", "She sat down."))
    data = file.read_bytes()
    assert b"She sat down.\r\n" in data
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_setting_may_go_on_in_a_line_that_looks_like_another(again: Again, file: Path) -> None:
    again()
    _edit(file, ("cast:\n", 'note: "so\nauthor: much"\nlist: [1,\ndate: 2]\ncast:\n'))
    told = _told(again(("title: The Crossing\n", "title: The Crossing\nauthor: Ida\n")))
    assert told == []
    assert audiobook.read_script(file).author == "Ida"
    assert 'note: "so\nauthor: much"\nlist: [1,\ndate: 2]\n' in file.read_text()


@pytest.mark.parametrize("why", ["lost", "another's", "no key"])
def test_without_a_base_the_file_is_left_alone(
    again: Again, file: Path, tmp_path: Path, why: str
) -> None:
    again()
    _edit(file, ("She waited.", "She sat."))
    if why != "lost":
        key = next(line for line in file.read_text().split("\n") if "generated:" in line)
        _edit(file, (f"{key}\n", "" if why == "no key" else f"generated: {'0a' * 20}\n"))
    before = file.read_bytes()
    store = Store(tmp_path / "other") if why == "lost" else None
    (told,) = again(("It was night.", "It was dawn."), store=store)
    assert isinstance(told, Warned)
    assert f"the script is in {file}.new" in told.what
    assert file.read_bytes() == before
    assert "It was dawn." in Path(f"{file}.new").read_text("utf-8")


def test_an_unedited_file_needs_no_store(again: Again, file: Path, tmp_path: Path) -> None:
    again()
    assert _told(again(("It was night.", "It was dawn."), store=Store(tmp_path / "other"))) == []
    assert "It was dawn." in _body(file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: ", "title: ["),
        ("title: ", f"x: 0b{'1' * 60_000}\ntitle: "),
        ("title: ", 'x: "\\UFFFFFFFF"\ntitle: '),
        ("segments: lines\n", "segments: lines\n--\n"),
    ],
)
def test_a_file_that_cannot_be_read_stays(again: Again, file: Path, old: str, new: str) -> None:
    again()
    _edit(file, (old, new))
    before = file.read_bytes()
    with pytest.raises(StoryError) as caught:
        again(("It was night.", "It was dawn."))
    assert caught.value.where
    assert caught.value.where.path == str(file)
    assert file.read_bytes() == before


LEADS = st.sampled_from(["", "Ida: ", "Ida?: ", "# "])
LINES = st.lists(
    st.builds("{}{} one{}".format, LEADS, st.sampled_from("abcdefgh"), st.sampled_from("\n\v")),
    max_size=12,
).map(lambda lines: [line.replace("\v", "\n\n") for line in lines])


def _file(lines: list[str]) -> str:
    body = "".join(lines).rstrip("\n")
    return f"---\ntitle: T\ncast:\n  Ida: {{}}\n---\n\n{body}\n"


@settings(max_examples=120, deadline=None)
@given(LINES, LINES)
def test_where_only_one_has_changed_it_stands(base: list[str], other: list[str]) -> None:
    was, now = _file(base), _file(other)
    for merged in (merge(was, now, was), merge(was, was, now), merge(was, now, now)):
        assert merged.text == now
        assert merged.conflicts == ()


def test_no_line_takes_more_than_its_length() -> None:
    def lines(first: str) -> str:
        return f"---\nsegments: lines\n---\n\n{first}{' ' * 40_000}b\n\nIt was {first}.   [400ms]\n"

    began = process_time()
    merged = merge(lines("a"), lines("a").replace("400", "600"), lines("c"))
    assert process_time() - began < 1
    assert merged.text == lines("c").replace("400", "600")
