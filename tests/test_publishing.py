"""A feed lists the files of its own episodes, and knows each of them for good."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest
from mutagen.id3 import ID3

import audiobook
from audiobook import Choices, Event, OutputError, SoundError, UsageError, Warned
from audiobook.episode.tags import read_tag

TONE = Choices(engine="tone", music=False)
ALL = Choices(engine="tone", music=False, split="chapter")
SECOND = Choices(engine="tone", music=False, only="2")
URL = "https://example.org/"
GERMAN = "# Der Fluss\n\nDer Fluss war in der Nacht gestiegen, und die Straße stand unter Wasser.\n"


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


def test_a_renamed_file_is_still_the_same_episode(story: Path, output: Path) -> None:
    show_of(story.parent, "", a="# A\n\nOne.\n", b="# B\n\nTwo, and a good deal more of it.\n")
    audiobook.build(story.parent, output=output, choices=TONE)
    before = guids(story.parent, output)
    (story.parent / "b.md").rename(story.parent / "c.md")
    settings = story.parent / "show.toml"
    settings.write_text(settings.read_text("utf-8").replace("b.md", "c.md"), "utf-8")
    audiobook.build(story.parent, output=output, choices=TONE)
    assert guids(story.parent, output) == before
    assert guids(story.parent, output) == before


def test_a_chapter_put_before_others_takes_no_guid_from_them(story: Path, output: Path) -> None:
    days = "".join(f"# Day {n}\n\nIt rose{' and rose' * n * 3}.\n\n" for n in (1, 2, 3))
    known: dict[str, str] = {}
    for opening in ("", "# Eve\n\nIt slept.\n\n", "", "# Dawn\n\nIt woke.\n\n"):
        story.write_text(opening + days, "utf-8")
        audiobook.build(story, output=output, choices=ALL)
        found = guids(story, output)
        assert found == {title: known.setdefault(title, guid) for title, guid in found.items()}
    assert set(known) == {"Day 1", "Day 2", "Day 3", "Eve", "Dawn"}
    assert len(set(known.values())) == len(known)


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


def published(source: Path, output: Path) -> feedparser.FeedParserDict:
    """The feed of a source whose episodes are built, read back."""
    audiobook.build(source, output=output, choices=TONE)
    return feedparser.parse(audiobook.publish(source, output=output, url=URL).path.read_bytes())


def explicit(output: Path) -> list[str]:
    """What the feed says of the show, then of its episodes, the newest first."""
    text = (output / "feed.xml").read_text("utf-8")
    return re.findall("<itunes:explicit>(.*)</itunes:explicit>", text)


def show_of(folder: Path, settings: str, **stories: str) -> Path:
    """A folder with a show of stories by name."""
    for name, text in stories.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    entries = "".join(f'[[episodes]]\nstory = "{name}.md"\n' for name in stories)
    (folder / "show.toml").write_text(f"{settings}\n{entries}", "utf-8")
    return folder


@pytest.mark.parametrize("settings", [None, 'author = "Nobody"\ncategory = "Arts"'])
def test_the_feed_says_what_a_storys_front_matter_says(
    story: Path, output: Path, settings: str | None
) -> None:
    said = {
        "author": "Ada Roe",
        "language": "de",
        "explicit": "true",
        "category": "Fiction > Drama",
        "copyright": "© 2026 Ada Roe",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in said.items())
    story.write_text(f"---\n{lines}---\n\n{chapters(1)}", "utf-8")
    if settings:
        (story.parent / "show.toml").write_text(f'story = "tale.md"\n{settings}\n', "utf-8")
    parsed = published(story, output)
    tag = read_tag(output / "tale.mp3")
    assert parsed.feed.author == tag.artist == said["author"]
    assert parsed.feed.language == tag.language == said["language"]
    assert parsed.feed.rights == tag.copyright == said["copyright"]
    assert [tag.term for tag in parsed.feed.tags] == ["Fiction", "Drama"]
    assert explicit(output) == ["true", "true"]


def test_the_feed_says_what_is_found_in_a_story_that_says_nothing(
    story: Path, output: Path
) -> None:
    story.write_text(GERMAN, "utf-8")
    parsed = published(story, output)
    assert parsed.feed.language == read_tag(output / "tale.mp3").language == "de"


def test_a_feed_has_the_language_that_its_build_was_given(story: Path, output: Path) -> None:
    audiobook.build(
        story, output=output, choices=Choices(engine="tone", music=False, language="pt-BR")
    )
    feed = audiobook.publish(story, output=output, url=URL, language="pt-BR")
    assert feedparser.parse(feed.path.read_bytes()).feed.language == "pt-BR"
    with pytest.raises(UsageError, match="no language tag"):
        audiobook.publish(story, output=output, url=URL, language="Portuguese, please")


def test_a_show_has_the_author_and_the_language_of_its_stories(
    tmp_path: Path, output: Path
) -> None:
    ada, bea = (f"---\nauthor: {name}\n---\n" for name in ("Ada", "Bea"))
    show = show_of(tmp_path, "", a=ada + GERMAN, b=ada + chapters(1), c=ada + GERMAN)
    parsed = published(show, output)
    assert (parsed.feed.language, parsed.feed.author) == ("de", "Ada")
    show = show_of(tmp_path, 'language = "en-GB"', a=ada + GERMAN, b=bea + GERMAN)
    parsed = published(show, output)
    assert parsed.feed.language == "en-GB"
    assert "author" not in parsed.feed


def test_one_explicit_episode_makes_the_show_explicit(tmp_path: Path, output: Path) -> None:
    loud, mild = (f"---\nexplicit: {flag}\n---\n{chapters(1)}" for flag in ("true", "false"))
    published(show_of(tmp_path, "", a=loud, b=chapters(1)), output)
    assert explicit(output) == ["true", "false", "true"]
    published(show_of(tmp_path, "explicit = true", a=mild, b=chapters(1)), output)
    assert explicit(output) == ["true", "true", "false"]


def test_a_show_without_a_title_has_its_storys(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=ALL)
    feed = audiobook.publish(story, output=output, url=URL)
    assert feedparser.parse(feed.path.read_bytes()).feed.title == "tale"


def numbers(output: Path) -> list[tuple[str, str | None, str]]:
    """Of each episode that the feed lists, first to last: its title, its season, its number."""
    entries = reversed(feedparser.parse((output / "feed.xml").read_bytes()).entries)
    return [(each.title, each.get("itunes_season"), each.itunes_episode) for each in entries]


def test_the_stories_of_a_show_listed_by_chapters_are_its_seasons(
    tmp_path: Path, output: Path
) -> None:
    show = show_of(tmp_path, "", a=chapters(2), b=chapters(2))
    audiobook.build(show, output=output, choices=ALL)
    audiobook.publish(show, output=output, url=URL)
    assert numbers(output) == [
        ("Day 1", "1", "1"),
        ("Day 2", "1", "2"),
        ("Day 1", "2", "1"),
        ("Day 2", "2", "2"),
    ]
    (output / "b-1.mp3").unlink()
    (output / "a-1.mp3").unlink()
    (output / "a-2.mp3").unlink()
    audiobook.build(show / "a.md", output=output, choices=TONE)
    audiobook.publish(show, output=output, url=URL)
    assert numbers(output) == [("a", "1", "1"), ("Day 2", "2", "2")]


def test_a_show_of_whole_stories_or_of_one_has_no_seasons(tmp_path: Path, output: Path) -> None:
    show = show_of(tmp_path, "", a=chapters(2), b=chapters(2))
    audiobook.build(show, output=output, choices=TONE)
    audiobook.publish(show, output=output, url=URL)
    assert numbers(output) == [("a", None, "1"), ("b", None, "2")]
    show = show_of(tmp_path, "", c=chapters(2))
    audiobook.build(show, output=output, choices=ALL)
    audiobook.publish(show, output=output, url=URL)
    assert numbers(output) == [("Day 1", None, "1"), ("Day 2", None, "2")]


@pytest.mark.parametrize("name", ["a", "b"])
def test_one_of_a_shows_episodes_stands_for_the_whole_show(
    tmp_path: Path, output: Path, name: str
) -> None:
    show = show_of(tmp_path, 'title = "Rivers"', a=chapters(1), b=chapters(1))
    audiobook.build(show / f"{name}.md", output=output, choices=TONE)
    with pytest.raises(UsageError) as missing:
        audiobook.publish(show / f"{name}.md", output=output, url=URL)
    (other,) = {"a", "b"} - {name}
    command = f"audiobook build {show / other}.md --output {output}"
    assert missing.value.hint == f"build it first: {command}"
    audiobook.build(show / f"{other}.md", output=output, choices=TONE)
    feed = audiobook.publish(show / f"{name}.md", output=output, url=URL)
    assert feed.n_episodes == 2
    assert feedparser.parse(feed.path.read_bytes()).feed.title == "Rivers"


def test_a_story_that_is_no_episode_of_the_show_beside_it_stays_alone(
    story: Path, output: Path
) -> None:
    show_of(story.parent, "", a=chapters(1), b=chapters(1))
    audiobook.build(story, output=output, choices=TONE)
    assert audiobook.publish(story, output=output, url=URL).n_episodes == 1


def test_a_pipe_in_the_place_of_the_feed_is_told(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=TONE)
    os.mkfifo(output / "feed.xml")
    with pytest.raises(OutputError, match="it is a device or a pipe"):
        audiobook.publish(story, output=output, url=URL)


def test_what_a_feed_no_longer_lists_is_told(story: Path, output: Path) -> None:
    show_of(story.parent, "", a="# A\n\nOne.\n", b="# B\n\nTwo.\n")
    audiobook.build(story.parent, output=output, choices=TONE)
    audiobook.publish(story.parent, output=output, url=URL)
    audiobook.build(story, output=output, choices=TONE)
    events: list[Event] = []
    audiobook.publish(story, output=output, url=URL, listen=events.append)
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert warning.what == 'the feed no longer lists "B", "A"'
    (output / "feed.xml").write_text("<rss>")
    events.clear()
    audiobook.publish(story, output=output, url=URL, listen=events.append)
    assert events == []


def test_another_shows_feed_is_not_replaced_in_silence(story: Path, output: Path) -> None:
    other = story.with_name("other.md")
    for path, title in ((story, "Tale"), (other, "Other")):
        path.write_text(f"---\ntitle: {title}\n---\n\n# One\n\nWords.\n", "utf-8")
        audiobook.build(path, output=output, choices=ALL)
    assert warned(story, output) == []
    (warning,) = warned(other, output)
    assert warning.what == 'the feed no longer lists "One"'
    assert "what is another show" in (warning.hint or "")


def test_of_a_whole_episode_and_its_chapters_the_newer_are_listed(
    story: Path, output: Path
) -> None:
    def listed() -> tuple[list[str], list[str]]:
        """What the feed lists, and what is warned of."""
        events: list[Event] = []
        audiobook.publish(story, output=output, url=URL, listen=events.append)
        warned = [event.what for event in events if isinstance(event, Warned)]
        return [title for title, _, _ in numbers(output)], warned

    whole = output / "tale.mp3"
    output.mkdir()
    (output / "tale-1.mp3").write_bytes(b"older, and nothing that was built")
    audiobook.build(story, output=output, choices=TONE)
    assert listed() == (["tale"], [])
    audiobook.build(story, output=output, choices=SECOND)
    second = f"{whole} is older than {output / 'tale-2.mp3'}, which is left out"
    assert listed() == (["tale"], [second])
    audiobook.build(story, output=output, choices=ALL)
    chapters = ["Day 1", "Day 2", "Day 3"]
    left_out = f"{whole} is left out: all its chapters are newer"
    assert listed() == (chapters, [left_out, 'the feed no longer lists "tale"'])
    audiobook.build(story, output=output, choices=TONE)
    old = ", ".join(str(output / f"tale-{number}.mp3") for number in (1, 2, 3))
    lost = 'the feed no longer lists "Day 3", "Day 2", "Day 1"'
    outdated = f"left out, since newer files are listed in their place: {old}"
    assert listed() == (["tale"], [lost, outdated])


def warned(source: Path, output: Path) -> list[Warned]:
    """What a publisher is warned of."""
    events: list[Event] = []
    audiobook.publish(source, output=output, url=URL, listen=events.append)
    return [event for event in events if isinstance(event, Warned)]


@pytest.mark.parametrize("by_chapters", [False, True])
def test_the_file_of_another_story_is_not_published(
    story: Path, output: Path, by_chapters: bool
) -> None:
    other = story.with_suffix(".markdown")
    other.write_text(chapters(2), "utf-8")
    audiobook.build(story, output=output, choices=TONE)
    with pytest.raises(UsageError) as caught:
        audiobook.publish(other, output=output, url=URL)
    assert "there is no built file of" in caught.value.what
    assert caught.value.what.endswith(f"{output / 'tale.mp3'} is made from tale.md")
    assert "--output" in (caught.value.hint or "")
    assert not (output / "feed.xml").exists()
    audiobook.build(other, output=output, choices=ALL if by_chapters else TONE)
    audiobook.publish(other, output=output, url=URL)
    ((title, *_), *_) = numbers(output)
    assert title == ("Day 1" if by_chapters else "tale")
    if not by_chapters:
        with pytest.raises(UsageError, match=r"is made from tale\.markdown"):
            audiobook.publish(story, output=output, url=URL)


def test_chapters_of_another_story_are_not_published(story: Path, output: Path) -> None:
    other = story.with_suffix(".markdown")
    other.write_text(chapters(3), "utf-8")
    audiobook.build(story, output=output, choices=ALL)
    with pytest.raises(UsageError, match=r"there is no .*tale\.mp3"):
        audiobook.publish(other, output=output, url=URL)


def test_a_file_that_names_no_story_is_taken_as_it_is(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=TONE)
    tag = ID3(output / "tale.mp3")
    tag.delall("TXXX:STORY")
    tag.save(v2_version=3)
    assert warned(story, output) == []
    assert [title for title, *_ in numbers(output)] == ["tale"]


def test_a_file_that_does_not_say_its_length_has_that_of_its_sound(
    story: Path, output: Path
) -> None:
    audiobook.build(story, output=output, choices=TONE)
    feed = audiobook.publish(story, output=output, url=URL).path
    before = feed.read_bytes()
    tag = ID3(output / "tale.mp3")
    size = (output / "tale.mp3").stat().st_size
    tag.delall("TLEN")
    tag.save(v2_version=3, padding=lambda info: info.padding)
    assert (output / "tale.mp3").stat().st_size == size
    audiobook.publish(story, output=output, url=URL)
    assert feed.read_bytes() == before


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (lambda data, sound: data[:-1], "it ends early, after "),
        (lambda data, sound: data[: len(data) // 2], "it ends early, after "),
        (lambda data, sound: data[:sound], "it holds no MP3 frame"),
        (lambda data, sound: data[:sound] + b"no sound at all", "there is no MP3 frame"),
    ],
    ids=["a byte", "half", "all", "something else"],
)
def test_a_file_that_was_cut_short_is_not_published(
    story: Path, output: Path, kept: Callable[[bytes, int], bytes], told: str
) -> None:
    audiobook.build(story, output=output, choices=TONE)
    feed = audiobook.publish(story, output=output, url=URL).path
    before, path = feed.read_bytes(), output / "tale.mp3"
    path.write_bytes(kept(path.read_bytes(), ID3(path).size))
    with pytest.raises(SoundError) as caught:
        audiobook.publish(story, output=output, url=URL)
    assert told in caught.value.what
    assert caught.value.what.startswith(f"{path} is damaged: ")
    assert feed.read_bytes() == before


def test_chapters_that_are_missing_are_told(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=SECOND)
    (warning,) = warned(story, output)
    assert warning.what == f"the feed lists 1 of 3 chapters of {story}"
    assert f"audiobook build {story} --output {output} --split chapter" in (warning.hint or "")
    audiobook.build(story, output=output, choices=ALL)
    assert warned(story, output) == []


def test_how_to_list_again_what_the_feed_has_lost(story: Path, output: Path) -> None:
    def hint() -> str | None:
        return next(each.hint for each in warned(story, output) if "no longer" in each.what)

    audiobook.build(story, output=output, choices=TONE)
    audiobook.publish(story, output=output, url=URL)
    audiobook.build(story, output=output, choices=ALL)
    assert "--split episode" in (hint() or "")
    audiobook.build(story, output=output, choices=TONE)
    assert "--split chapter" in (hint() or "")
    audiobook.build(story, output=output, choices=ALL)
    audiobook.publish(story, output=output, url=URL)
    story.write_text(chapters(2), "utf-8")
    assert hint() is None  # it has one chapter less
    other = story.with_name("other.md")
    other.write_text(chapters(0) + "Words.\n", "utf-8")
    audiobook.build(other, output=output, choices=TONE)
    (lost,) = warned(other, output)
    assert "what is another show" in (lost.hint or "")


def test_files_of_former_chapters_are_told(story: Path, output: Path) -> None:
    audiobook.build(story, output=output, choices=ALL)
    twin = story.with_name("tale-9.md")  # named as a chapter would be, and none
    twin.write_text(chapters(1), "utf-8")
    audiobook.build(twin, output=output, choices=TONE)
    story.write_text(chapters(10), "utf-8")
    audiobook.build(story, output=output, choices=ALL)
    (warning,) = warned(story, output)
    old = ", ".join(str(output / f"tale-{number}.mp3") for number in (1, 2, 3))
    assert warning.what == f"left out, since newer files are listed in their place: {old}"
    assert all((output / f"tale-{number}.mp3").exists() for number in (1, 2, 3))


def test_a_whole_story_with_a_chapters_name_is_not_outdated(story: Path, output: Path) -> None:
    show = show_of(story.parent, "", **{"tale": chapters(10), "tale-2": chapters(1)})
    audiobook.build(show / "tale-2.md", output=output, choices=TONE)
    tag = ID3(output / "tale-2.mp3")  # as of a build that named no story
    tag.delall("TXXX:STORY")
    tag.save(v2_version=3)
    audiobook.build(show / "tale.md", output=output, choices=ALL)
    assert warned(show, output) == []
    assert b"tale-2.mp3" in (output / "feed.xml").read_bytes()
