"""What `audiobook script` prints is a story that is read as the same script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.commands import STORY, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AWKWARD = r"""---
title: "Marks: a *story*"
cast: {Ida: {}, Old Ida: {}}
---

# 1. A *heading* with `marks` & <signs>

Ida: “Yes: no.” # not a heading

\Note: this is no speaker. \# Nor is this a heading.

> 1912\. A good year — 50 % better_than_before, [so] they say.

1. One item
2. Another

![music](lute-bed)

Verse ends here\
and goes on there.

***

![sting](lute-opening){gain=-3dB}

Nobody: nobody said so. “Really?” he asked. “Yes,” she said; “really.”

![music]()

## A smaller heading ##

An interlude. \Old Ida: that is a name.

\*Starred: a name. \\Ida: that is none. 12. Bob: hi.

\12. Bob: hello.

# 2. C\# \#

Old Ida: “Who: me?”

### Deep

~tilde~ + plus = equals - dash. Pipes | are no | table.
"""


def segments(found: Any) -> list[tuple[str, str, str, str | None]]:
    return [
        (chapter["title"], segment["text"], segment["kind"], segment["speaker"])
        for chapter in found["chapters"]
        for segment in chapter["segments"]
    ]


@pytest.mark.parametrize("name", ["shipped", "crossing", "awkward"])
def test_the_script_of_a_script_is_the_script(run: Run, shipped_show: Path, name: str) -> None:
    stories = {"crossing": STORY, "awkward": AWKWARD}
    text = stories.get(name) or (shipped_show / "kairat-yusuf.md").read_text(encoding="utf-8")
    if name == "shipped":
        Path("show.toml").write_bytes((shipped_show / "show.toml").read_bytes())
        name = "kairat-yusuf"
    Path(f"{name}.md").write_text(text, encoding="utf-8")

    assert run("script", f"{name}.md", "-o", "again.md").code == 0
    first, again = (run("script", path, "--json").json for path in (f"{name}.md", "again.md"))
    assert segments(again) == segments(first)
    assert (again["title"], again["language"]) == (first["title"], first["language"])
    assert run("script", "again.md").out == Path("again.md").read_text(encoding="utf-8")
    for found, path in ((first, f"{name}.md"), (again, "again.md")):
        points_at_its_text(found, Path(path).read_text(encoding="utf-8"))


SETTLED = """\
---
title: The Crossing
author: M. Ferrier
date: 2026-03-01
engine: tone
cast:
  Narrator: {voice: bass}
  Ferryman: {voice: {tone: tenor, espeak: en-us+m3}, rate: 0.9, gain_db: -2}
music: {opening: false, bed: lute-bed, closing: ''}
narration: true
---

Ferryman: “Not today,”
he said.
"""


def test_a_printed_script_is_built_as_its_story_is(run: Run) -> None:
    Path("crossing.md").write_text(SETTLED, encoding="utf-8")
    Path("edited").mkdir()
    assert run("script", "crossing.md", "-o", "edited/crossing.md").code == 0
    plans = [run("plan", path, "--json").json for path in ("crossing.md", "edited/crossing.md")]
    assert plans[0] == plans[1]
    for path in "crossing.md", "edited/crossing.md":
        assert run("build", path, "-o", f"made/{path}", "-q").code == 0
    first, again = (
        Path(f"made/{path}/crossing.mp3") for path in ("crossing.md", "edited/crossing.md")
    )
    assert again.read_bytes() == first.read_bytes()


def test_a_printed_script_keeps_the_author_that_its_text_names(run: Run) -> None:
    Path("pg.txt").write_text(
        "Title: A Tale\n\nAuthor: M. Ferrier\n\nLanguage: English\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\nThe water was high.\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\n"
    )
    assert "\nauthor: M. Ferrier\n" in run("script", "pg.txt").out


def points_at_its_text(found: Any, source: str) -> None:
    """See that each segment's place in the source begins and ends as the segment does."""
    for chapter in found["chapters"]:
        for segment in chapter["segments"]:
            there = source[segment["start"] : segment["end"]]
            assert there[0] == segment["text"][0]
            assert there[-1] == segment["text"][-1]


@pytest.mark.slow
@given(
    text=st.text(
        st.one_of(
            st.sampled_from("#>-*_`~+=[]()<>&\\!:.1 \n\n“”\"'aZé"), st.characters(codec="utf-8")
        ),
        max_size=80,
    )
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_survives_being_printed_and_read_again(run: Run, text: str) -> None:
    Path("any.txt").write_text(f"It began.\n\n{text}", encoding="utf-8")
    first = run("script", "any.txt", "--json")
    if first.code == 3:  # no text at all: too many control characters
        return
    assert run("script", "any.txt", "-o", "again.md").code == 0
    said = [(text, kind) for _, text, kind, _ in segments(first.json)]
    again = run("script", "again.md", "--json")
    assert [(text, kind) for _, text, kind, _ in segments(again.json)] == said, json.dumps(text)
