"""The library, as a program of somebody else's uses it: by `import audiobook` alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import feedparser
import pytest
from mutagen.easyid3 import EasyID3

import audiobook

STORY = """\
---
title: The Crossing
cast:
  Ferryman: {voice: bass}
---

# The Near Bank

The water was high. Nobody had crossed since Tuesday.

Ferryman: “Not today.”
"""
TONE = audiobook.Choices(engine="tone", music=False)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "crossing.md"
    path.write_text(STORY, "utf-8")
    return path


def test_a_story_becomes_an_episode_and_a_feed_without_a_word(
    story: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events: list[audiobook.Event] = []
    output = tmp_path / "made"

    (planned,) = audiobook.plan(story, output=output, choices=TONE)
    report = audiobook.build(story, output=output, choices=TONE, listen=events.append)
    feed = audiobook.publish(story, output=output, url="https://example.org/")

    (episode,) = report.episodes
    assert (episode.title, report.engine) == ("The Crossing", "tone")
    assert planned.files == (output / "crossing.mp3",) == tuple(episode.files.values())
    assert planned.segments == episode.segments == episode.segments_synthesised
    assert episode.files["mp3"].stat().st_size > 10_000
    assert b"https://example.org/crossing.mp3" in feed.path.read_bytes()
    assert audiobook.StageEnded in {type(event) for event in events}
    assert capfd.readouterr() == ("", "")


def test_a_built_story_costs_nothing_to_build_again(story: Path, tmp_path: Path) -> None:
    first = audiobook.build(story, output=tmp_path, choices=TONE)
    again = audiobook.build(story, output=tmp_path, choices=TONE)
    (planned,) = audiobook.plan(story, output=tmp_path, choices=TONE)

    assert first.episodes[0].segments_synthesised > 0
    assert again.episodes[0].segments_synthesised == again.episodes[0].blocks_encoded == 0
    assert planned.characters_to_speak == 0


def test_a_show_and_its_episodes_keep_their_own_titles(tmp_path: Path) -> None:
    (tmp_path / "show.toml").write_text(
        'title = "By the River"\n[[episodes]]\nstory = "one.md"\n[[episodes]]\nstory = "two.md"\n'
    )
    for name, title in (("one", "High Water"), ("two", "Low Water")):
        front = f"---\ntitle: {title}\nauthor: {name}\n---\n"
        (tmp_path / f"{name}.md").write_text(f"{front}# A Bank\n\nThe water was high.\n")

    report = audiobook.build(tmp_path, output=tmp_path / "made", choices=TONE)
    feed = audiobook.publish(tmp_path, output=tmp_path / "made")

    assert [episode.title for episode in report.episodes] == ["High Water", "Low Water"]
    channel = feedparser.parse(feed.path.read_bytes())
    assert channel.feed.title == "By the River"
    assert "author" not in channel.feed
    listed = {entry.title: entry.itunes_episode for entry in channel.entries}
    assert listed == {"High Water": "1", "Low Water": "2"}
    tags = [EasyID3(episode.files["mp3"]) for episode in report.episodes]
    assert [tag["tracknumber"] for tag in tags] == [["1"], ["2"]]


def test_a_text_is_said_into_a_file(tmp_path: Path) -> None:
    report = audiobook.say("The water was high.", tmp_path / "said.wav", choices=TONE)

    assert report.episodes[0].files == {"wav": tmp_path / "said.wav"}
    assert (tmp_path / "said.wav").read_bytes().startswith(b"RIFF")


def test_a_script_tells_who_speaks_and_where_it_stands(story: Path) -> None:
    script = audiobook.read_script(story)
    spoken = [segment for segment in script.segments if segment.speaker == "Ferryman"]

    assert [segment.text for segment in spoken] == ["“Not today.”"]
    assert script.source.where(spoken[0].start).line == 11
    assert {segment.kind for segment in script.segments} >= {audiobook.Kind.HEADING}


def test_what_goes_wrong_is_told_with_its_place_and_cure(tmp_path: Path) -> None:
    story = tmp_path / "bad.md"
    story.write_text("---\nengine: espaek\n---\n\nOnce.\n", "utf-8")

    with pytest.raises(audiobook.AudiobookError) as caught:
        audiobook.build(story, output=tmp_path)

    assert isinstance(caught.value, audiobook.UnknownNameError)
    assert caught.value.hint == 'did you mean "espeak"?'
    assert str(caught.value.where) == f"{story}:2:1"


@pytest.mark.parametrize(
    "event",
    [
        audiobook.Noted,
        audiobook.StageStarted,
        audiobook.StageAdvanced,
        audiobook.StageEnded,
        audiobook.Warned,
    ],
)
def test_what_a_listener_raises_comes_out_and_the_next_build_goes_on(
    event: type[audiobook.Event], story: Path, tmp_path: Path
) -> None:
    def listen(told: audiobook.Event) -> None:
        if isinstance(told, event):
            raise LookupError(event.__name__)

    story.write_text(STORY.replace("title:", "titel: Crossing\ntitle:"), "utf-8")
    with pytest.raises(LookupError, match=event.__name__):
        audiobook.build(story, output=tmp_path, choices=TONE, listen=listen)
    assert audiobook.build(story, output=tmp_path, choices=TONE).episodes[0].segments == 4


def own_types(hint: object) -> Iterator[type]:
    """The types of this package in a type hint."""
    if isinstance(hint, type) and hint.__module__.startswith("audiobook"):
        yield hint
    for part in get_args(hint):
        yield from own_types(part)


def test_all_that_a_call_takes_is_public() -> None:
    public = [getattr(audiobook, name) for name in audiobook.__all__]
    calls = [audiobook.Choices, *filter(inspect.isfunction, public)]
    taken = [
        kind
        for call in calls
        for name, hint in get_type_hints(call).items()
        if name != "return"
        for kind in own_types(hint)
    ]

    assert audiobook.Role in taken
    assert [kind for kind in taken if kind not in public] == []
