"""A feed lists the files of its own episodes, and knows each of them for good."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

import audiobook
from audiobook import Choices, Event, UsageError, Warned

TONE = Choices(engine="tone", music=False)
ALL = Choices(engine="tone", music=False, split="chapter")
SECOND = Choices(engine="tone", music=False, only="2")
URL = "https://example.org/"


def chapters(n: int) -> str:
    return "".join(f"# Day {number}\n\nThe river rose.\n\n" for number in range(1, n + 1))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "tale.md"
    path.write_text(chapters(3), "utf-8")
    return path


def guids(source: Path, output: Path, url: str = URL) -> dict[str, str]:
    """What the published feed lists: by title, the guid."""
    feed = audiobook.publish(source, output=output, url=url)
    return {entry.title: entry.id for entry in feedparser.parse(feed.path.read_bytes()).entries}


def test_a_chapter_keeps_its_guid_whichever_others_are_built(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=SECOND)
    alone = guids(story, output)
    audiobook.build(story, output=output, choices=ALL)
    among_others = guids(story, output)
    assert set(alone) == {"Day 2"}
    assert set(among_others) == {"Day 1", "Day 2", "Day 3"}
    assert among_others["Day 2"] == alone["Day 2"]
    audiobook.build(story, output=output, choices=TONE)
    assert not set(guids(story, output).values()) & set(among_others.values())


def test_chapters_of_an_older_split_are_not_listed(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=ALL)
    story.write_text(chapters(10), "utf-8")
    audiobook.build(story, output=output, choices=SECOND)
    assert (output / "tale-2.mp3").is_file()
    feed = audiobook.publish(story, output=output, url=URL)
    (entry,) = feedparser.parse(feed.path.read_bytes()).entries
    assert entry.enclosures[0].href == f"{URL}tale-02.mp3"
    assert entry.itunes_episode == "2"


@pytest.mark.parametrize("in_show", [True, False])
def test_another_story_is_no_chapter(story: Path, output: Path, in_show: bool) -> None:
    other = story.with_name("tale-2.md")
    other.write_text(chapters(1), "utf-8")
    if in_show:
        entries = '[[episodes]]\nstory = "tale.md"\n[[episodes]]\nstory = "tale-2.md"\n'
        story.with_name("show.toml").write_text(entries, "utf-8")
    audiobook.build(other, output=output, choices=TONE)
    with pytest.raises(UsageError, match=r"there is no .*tale\.mp3"):
        audiobook.publish(story.parent if in_show else story, output=output)


def test_a_feed_for_another_address_than_its_first_is_told_once(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=TONE)

    def warned(url: str) -> list[str | None]:
        events: list[Event] = []
        audiobook.publish(story, output=output, url=url, listen=events.append)
        return [event.hint for event in events if isinstance(event, Warned)]

    assert warned(URL) == warned("http://example.org") == []
    (hint,) = warned("https://other.example/")
    ids = output / "feed-ids.json"
    assert hint is not None
    assert str(ids) in hint
    ids.unlink()
    assert warned("https://other.example/") == []
