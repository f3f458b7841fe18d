"""What a feed is given once, it keeps."""

from __future__ import annotations

import datetime
import errno
import json
import os
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import ConfigError, OutputError
from audiobook.podcast.channel import FinishedEpisode
from audiobook.podcast.feed_reader import feed_bytes
from audiobook.podcast.ids import FeedIds, ItemId, followed, minted, read_ids, write_ids
from audiobook.podcast.publication import Published, publish
from audiobook.show import Feed, Show

DAY_1 = datetime.date(2026, 11, 22)
DAY_2 = datetime.date(2027, 1, 5)
GOOD = {"podcast": "9b024349-ccf0-5f69-a609-6b82873eab3c", "items": {"a.md": {"guid": "1"}}}


@pytest.fixture
def show(tmp_path: Path) -> Show:
    return Show(title="Light", feed=Feed("https://example.org/light"), folder=tmp_path)


def published(
    show: Show, output: Path, today: datetime.date, name: str = "a.mp3", title: str = "A"
) -> Published:
    output.mkdir(exist_ok=True)
    (output / name).write_bytes(b"sound")
    episode = FinishedEpisode(output / name, "a.md", title, 5.0)
    return publish(show, [episode], output, url=None, today=today)


def test_a_podcast_guid_is_the_one_of_the_specification() -> None:
    # The worked example of the Podcasting 2.0 namespace.
    ids = minted(FeedIds(), "https://mp3s.nashownotes.com/pc20rss.xml", "", {})
    assert ids.podcast == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    same = minted(FeedIds(), "http://mp3s.nashownotes.com/pc20rss.xml/", "", {})
    assert same == ids


def test_item_guids_come_from_the_podcast_and_the_key() -> None:
    ids = minted(FeedIds(), "https://example.org/feed.xml", "", {"a.md": None})
    assert ids.podcast is not None
    assert ids.items["a.md"].guid == str(uuid.uuid5(uuid.UUID(ids.podcast), "a.md"))


def test_a_second_build_gives_the_same_bytes(show: Show, tmp_path: Path) -> None:
    first = published(show, tmp_path / "out", DAY_1).feed.read_bytes()
    kept = (tmp_path / "feed-ids.json").read_bytes()
    again = published(show, tmp_path / "elsewhere", DAY_2).feed.read_bytes()
    assert again == first
    assert (tmp_path / "feed-ids.json").read_bytes() == kept


def test_guids_outlive_title_address_and_file_name(show: Show, tmp_path: Path) -> None:
    before = published(show, tmp_path / "out", DAY_1)
    moved = replace(show, title="Dark", feed=Feed("https://other.example/"))
    after = published(moved, tmp_path / "out", DAY_2, name="b.mp3", title="B")
    assert after.items[0].guid == before.items[0].guid
    assert after.items[0].published == before.items[0].published
    podcast = read_ids(tmp_path / "feed-ids.json").podcast
    assert podcast is not None
    assert podcast.encode() in after.feed.read_bytes()
    assert podcast.encode() in before.feed.read_bytes()


def test_a_date_given_later_is_the_stronger(show: Show, tmp_path: Path) -> None:
    published(show, tmp_path / "out", DAY_1)
    dated = published(replace(show, date=DAY_2), tmp_path / "out", DAY_2)
    assert dated.items[0].published.date() == DAY_2
    assert published(show, tmp_path / "out", DAY_2).items[0].published.date() == DAY_1


def test_a_given_date_is_not_kept_beside_the_show(show: Show, tmp_path: Path) -> None:
    published(replace(show, date=DAY_2), tmp_path / "out", DAY_1)
    assert "published" not in (tmp_path / "feed-ids.json").read_text()


def test_a_podcast_heard_at_home_gets_its_guid_when_it_goes_out(tmp_path: Path) -> None:
    home = Show(title="Light", folder=tmp_path)
    before = published(home, tmp_path / "out", DAY_1)
    assert read_ids(tmp_path / "feed-ids.json").podcast is None
    out = replace(home, feed=Feed("https://example.org/"))
    after = published(out, tmp_path / "out", DAY_2)
    assert read_ids(tmp_path / "feed-ids.json").podcast is not None
    assert after.items[0].guid == before.items[0].guid


def test_a_story_without_a_show_keeps_them_with_its_output(tmp_path: Path) -> None:
    first = published(Show(), tmp_path / "out", DAY_1)
    assert (tmp_path / "out" / "feed-ids.json").is_file()
    assert published(Show(), tmp_path / "out", DAY_2).items == first.items


def test_former_items_and_foreign_guids_stay(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "feed-ids.json"
    items = {"old.md": {"guid": "tag:old,2019:1"}, "a.md": {"guid": "https://old.example/?p=7"}}
    path.write_text("\ufeff" + json.dumps({"items": items}), encoding="utf-8")
    result = published(show, tmp_path / "out", DAY_1)
    assert result.items[0].guid == "https://old.example/?p=7"
    assert read_ids(path).items["old.md"] == ItemId("tag:old,2019:1")


@pytest.mark.parametrize("form", ["{{{}}}", "urn:uuid:{}"])
def test_a_podcast_guid_is_read_in_any_form(tmp_path: Path, form: str) -> None:
    path = tmp_path / "feed-ids.json"
    path.write_text(json.dumps({"podcast": form.format(GOOD["podcast"])}), "utf-8")
    assert read_ids(path).podcast == GOOD["podcast"]


def test_one_story_is_not_two_episodes(show: Show, tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"sound")
    episode = FinishedEpisode(tmp_path / "a.mp3", "a.md", "A", 5.0)
    with pytest.raises(ConfigError, match=r"a\.md"):
        publish(show, [episode, episode], tmp_path, url=None, today=DAY_1)


LOOKS = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["One", "Two", "Three", "Four"]))


@given(st.lists(LOOKS, max_size=6))
def test_no_guid_is_ever_that_of_two_episodes(versions: list[dict[str, str]]) -> None:
    ids = FeedIds()
    listed: dict[str, str] = {}
    given_so_far: set[str] = set()
    for looks in versions:
        ids = minted(followed(ids, listed, looks), None, "", dict.fromkeys(looks))
        listed = {ids.items[key].guid: look for key, look in looks.items()}
        assert len(listed) == len(looks)
        given_so_far |= set(listed)
        assert {item.guid for item in ids.items.values()} == given_so_far  # none is forgotten


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{\n  nonsense\n}", 2),
        ("<<<<<<< HEAD\n{}", 1),
        ("", 1),
        ("[]", None),
        ("[" * 100_000, None),
        ('{"items": []}', 1),
        ('{\n"podcast": "no uuid"}', 2),
        ('{\n"podcast": 7}', 2),
        ('{"items": {\n"a.md": {}}}', 2),
        ('{"items": {\n"a.md": "x"}}', 2),
        ('{"items": {\n"a.md": {"guid": " "}}}', 2),
        ('{"items": {\n"a.md": {"guid": "\\u0000"}}}', 2),
        ('{"items": {\n"a.md": {"guid": "\\ud800"}}}', 2),
        ('{"items": {\n"a.md": {"guid": "1", "published": "soon"}}}', 2),
        ('{"items": {\n"a.md": {"guid": "1",\n "publishd": "2026-01-01"}}}', 3),
        ('{"items": {"a.md": {"guid": "1"},\n"ä.md": {"guid": "1"}}}', 2),
    ],
)
def test_a_broken_file_is_told_and_left_alone(
    show: Show, tmp_path: Path, text: str, line: int | None
) -> None:
    path = tmp_path / "feed-ids.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        published(show, tmp_path / "out", DAY_1)
    assert caught.value.where is not None
    assert caught.value.where.path == str(path)
    assert caught.value.where.line == line
    assert path.read_text(encoding="utf-8") == text
    assert not (tmp_path / "out" / "feed.xml").exists()


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "feed-ids.json"
    path.write_bytes(b'{\n"podcast": "\xff"}')
    with pytest.raises(ConfigError, match="UTF-8") as caught:
        read_ids(path)
    assert caught.value.where is not None
    assert caught.value.where.line == 2
    with pytest.raises(ConfigError, match="cannot be read"):
        read_ids(tmp_path)


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    endless, pipe = tmp_path / "endless", tmp_path / "pipe"
    endless.symlink_to("/dev/zero")
    os.mkfifo(pipe)
    for path in (endless, pipe, tmp_path):
        with pytest.raises(ConfigError, match="it is no file") as caught:
            read_ids(path)
        assert caught.value.where is not None
        assert caught.value.where.path == str(path)


def test_of_a_file_that_is_too_large_little_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feed-ids.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # which no memory holds
    with pytest.raises(ConfigError, match="larger than"):
        read_ids(path)


def test_a_former_feed_that_is_a_pipe_is_not_waited_for(show: Show, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    os.mkfifo(tmp_path / "out" / "feed.xml")
    with pytest.raises(OutputError):
        published(show, tmp_path / "out", DAY_1)
    assert feed_bytes(tmp_path / "out" / "feed.xml") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError) as caught:
        write_ids(tmp_path / "file" / "feed-ids.json", FeedIds())
    assert "its folder" in (caught.value.hint or "")


def test_a_full_disk_is_told_for_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", is_full)
    with pytest.raises(OutputError) as caught:
        write_ids(tmp_path / "feed-ids.json", FeedIds())
    assert "free some space" in (caught.value.hint or "")


@given(st.dictionaries(st.text(min_size=1), st.one_of(st.none(), st.dates()), max_size=5))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, dates: dict[str, datetime.date | None]
) -> None:
    path = tmp_path_factory.getbasetemp() / "feed-ids.json"
    ids = minted(FeedIds(), "https://example.org/feed.xml", "", dates)
    write_ids(path, ids)
    assert read_ids(path) == ids
    assert minted(ids, "https://other.example/feed.xml", "Other", dict.fromkeys(dates)) == ids
