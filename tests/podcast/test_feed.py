"""The feed, read back by a parser that nobody here wrote, and as XML."""

from __future__ import annotations

import calendar
import datetime
import html
import itertools
import re
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from audiobook.categories import CATEGORIES
from audiobook.errors import ConfigError, UnknownNameError, UsageError, Where
from audiobook.podcast.channel import FinishedEpisode, publication_times
from audiobook.podcast.feed import Channel, Item, feed_xml
from audiobook.podcast.publication import Published, publish
from audiobook.show import Feed, Show

TODAY = datetime.date(2026, 11, 22)
NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
}
SHOW = Show(
    title="Lighthouse",
    author="Ada Roe",
    language="en-GB",
    description="Tales from a rock.",
    category="Fiction > Drama",
    copyright="© 2026 Ada Roe",
    feed=Feed("https://example.org/light/", "https://example.org/", "ada@example.org"),
)
CHANNEL = Channel(
    title="Lighthouse",
    description="Tales from a rock.",
    link="https://example.org/",
    address="https://example.org/feed.xml",
    image="https://example.org/cover.jpg",
    language="en",
    category=("Arts", "Books"),
    explicit=False,
)
ITEM = Item(
    title="The Lamp",
    description="It goes out.",
    guid="1b9f",
    published=datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC),
    number=1,
    duration_s=61,
    url="https://example.org/lamp.mp3",
    n_bytes=1000,
    media_type="audio/mpeg",
)


def finished(folder: Path, name: str = "lamp.mp3", **fields: object) -> FinishedEpisode:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"\xff\xfb" * 700)
    episode = FinishedEpisode(folder / name, f"{Path(name).stem}.md", "The Lamp", 61.4)
    return replace(episode, **fields)  # type: ignore[arg-type]


def published(
    folder: Path, show: Show = SHOW, url: str | None = None, **fields: object
) -> Published:
    return publish(show, [finished(folder, **fields)], folder, url=url, today=TODAY)  # type: ignore[arg-type]


def in_xml(character: str) -> bool:
    """Whether XML 1.0 takes a character (section 2.2)."""
    code = ord(character)
    return code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF


def tree(data: bytes) -> etree._Element:
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, strict)


def found(root: etree._Element, path: str) -> etree._Element:
    element = root.find(path, NAMESPACES)
    assert element is not None, path
    return element


def test_a_parser_reads_back_the_channel(tmp_path: Path) -> None:
    result = published(tmp_path)
    parsed = feedparser.parse(result.feed.read_bytes())
    assert not parsed.bozo
    assert parsed.version == "rss20"
    assert parsed.encoding == "utf-8"
    assert parsed.feed.title == "Lighthouse"
    assert parsed.feed.link == "https://example.org/"
    assert parsed.feed.description.startswith("Tales from a rock.")
    assert parsed.feed.language == "en-GB"
    assert [tag.term for tag in parsed.feed.tags] == ["Fiction", "Drama"]
    assert parsed.feed.image.href == f"https://example.org/light/{result.cover.name}"
    assert parsed.feed.author == "Ada Roe"
    assert parsed.feed.publisher_detail == {"name": "Ada Roe", "email": "ada@example.org"}
    assert parsed.feed.itunes_type == "serial"
    assert parsed.feed.rights == "© 2026 Ada Roe"
    own = [link.href for link in parsed.feed.links if link.rel == "self"]
    assert own == [result.address] == ["https://example.org/light/feed.xml"]
    assert not result.local


def test_a_parser_reads_back_the_episode(tmp_path: Path) -> None:
    result = published(tmp_path, description="A storm.", number=3, date=datetime.date(2026, 5, 1))
    (entry,) = feedparser.parse(result.feed.read_bytes()).entries
    assert entry.title == "The Lamp"
    (enclosure,) = entry.enclosures
    assert enclosure.href == "https://example.org/light/lamp.mp3"
    assert enclosure.length == "1400"
    assert enclosure.type == "audio/mpeg"
    assert entry.id == result.items[0].guid
    assert entry.guidislink is False
    assert calendar.timegm(entry.published_parsed) == calendar.timegm((2026, 5, 1, 0, 0, 0))
    assert entry.itunes_duration == "61"
    assert entry.itunes_episode == "3"
    assert entry.itunes_episodetype == "full"
    assert entry.description.startswith("A storm.")
    assert entry.content[0].value.startswith("<p>A storm.</p>")


def test_what_no_parser_reads_stands_in_the_document(tmp_path: Path) -> None:
    root = tree(published(tmp_path).feed.read_bytes())
    assert found(root, "channel/podcast:medium").text == "audiobook"
    locked = found(root, "channel/podcast:locked")
    assert (locked.text, locked.get("owner")) == ("yes", "ada@example.org")
    disclosure = found(root, "channel/podcast:txt")
    assert (disclosure.text, disclosure.get("purpose")) == ("true", "ai-content")
    assert found(root, "channel/itunes:category/itunes:category").get("text") == "Drama"
    assert found(root, "channel/item/guid").get("isPermaLink") == "false"
    for path in ("channel/itunes:explicit", "channel/item/itunes:explicit"):
        assert found(root, path).text == "false"
    newest = found(root, "channel/item/pubDate").text
    assert found(root, "channel/lastBuildDate").text == newest == "Sun, 22 Nov 2026 00:00:00 GMT"
    for path in ("channel/description", "channel/item/description"):
        assert "synthetic voices" in (found(root, path).text or "")


def test_the_document_declares_its_encoding_and_no_types() -> None:
    data = feed_xml(CHANNEL, [ITEM])
    assert re.match(rb"<\?xml version=['\"]1.0['\"] encoding=['\"]UTF-8['\"]\?>", data)
    assert b"<!DOCTYPE" not in data
    assert b"<!ENTITY" not in data


@pytest.mark.parametrize(
    "text",
    [
        "a ]]> b",
        "<script>alert(1)</script>",
        "&lt; &amp; &#0; &xxe;",
        "Ein Kuß – “quoted” & co",
        "🎻 the fiddle 👩‍🚒",
        "\u202eשלום עולם\u202c",
        "骆驼祥子 Қайрат",
    ],
)
def test_hostile_text_comes_back_as_it_was(text: str) -> None:
    channel = replace(CHANNEL, title=text, description=text, author=text)
    data = feed_xml(channel, [replace(ITEM, title=text, description=text)])
    root = tree(data)
    for path in ("channel/title", "channel/description", "channel/itunes:author"):
        assert found(root, path).text == text
    assert found(root, "channel/item/title").text == text
    assert html.unescape(found(root, "channel/item/description").text or "") == text
    encoded = found(root, "channel/item/content:encoded").text or ""
    assert encoded == f"<p>{html.escape(text, quote=False)}</p>"
    assert not feedparser.parse(data).bozo


@given(st.text(st.characters(), max_size=40))
def test_any_text_gives_a_document_without_what_xml_cannot_hold(text: str) -> None:
    channel = replace(CHANNEL, title=text, description=text, author=text, copyright=text)
    root = tree(feed_xml(channel, [replace(ITEM, title=text, description=text, guid=text)]))
    kept = "".join(character for character in text if in_xml(character)).strip()
    assert (found(root, "channel/title").text or "") == kept
    assert (found(root, "channel/item/title").text or "") == kept
    assert len(root) == 1


def test_a_nul_and_half_a_surrogate_pair_are_dropped(tmp_path: Path) -> None:
    show = replace(SHOW, title="Li\x00ght\ud800house\x1b")
    root = tree(published(tmp_path, show, title="\x00").feed.read_bytes())
    assert found(root, "channel/title").text == "Lighthouse"
    assert found(root, "channel/item/title").text == "lamp"


def test_a_file_name_is_percent_encoded(tmp_path: Path) -> None:
    result = published(tmp_path, name="Қайрат & co #1 50%.mp3")
    (entry,) = feedparser.parse(result.feed.read_bytes()).entries
    name = "%D2%9A%D0%B0%D0%B9%D1%80%D0%B0%D1%82%20%26%20co%20%231%2050%25.mp3"
    assert entry.enclosures[0].href == f"https://example.org/light/{name}"


def test_a_show_unfit_for_children_says_so(tmp_path: Path) -> None:
    root = tree(published(tmp_path, replace(SHOW, explicit=True)).feed.read_bytes())
    for path in ("channel/itunes:explicit", "channel/item/itunes:explicit"):
        assert found(root, path).text == "true"


def test_the_media_type_follows_the_suffix(tmp_path: Path) -> None:
    (item,) = published(tmp_path, name="Lamp.M4B").items
    assert item.media_type == "audio/mp4"


def test_a_show_that_says_nothing_has_a_feed_all_the_same(tmp_path: Path) -> None:
    result = published(tmp_path, Show())
    parsed = feedparser.parse(result.feed.read_bytes())
    assert result.local
    assert result.address == "http://127.0.0.1:8000/feed.xml"
    assert parsed.feed.title == "The Lamp"
    assert parsed.feed.link == "http://127.0.0.1:8000/"
    assert parsed.feed.language == "en"
    assert parsed.feed.description.startswith("The Lamp.")
    assert "publisher_detail" not in parsed.feed
    assert tree(result.feed.read_bytes()).find("channel/podcast:guid", NAMESPACES) is None


def test_a_long_description_is_cut_between_characters(tmp_path: Path) -> None:
    root = tree(published(tmp_path, replace(SHOW, description="я" * 2000)).feed.read_bytes())
    text = found(root, "channel/description").text or ""
    assert 3990 < len(text.encode()) <= 4000
    assert re.fullmatch("я+…\n\nRead by synthetic voices\\.", text)


def test_an_address_on_the_command_line_is_the_stronger(tmp_path: Path) -> None:
    result = published(tmp_path, url="http://pods.example.net:8080/x")
    assert result.address == "http://pods.example.net:8080/x/feed.xml"
    assert result.items[0].url == "http://pods.example.net:8080/x/lamp.mp3"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://me:secret@example.org/",
        "https://example.org/a b",
        "https://example.org/\n",
        "https://exämple.org/",
        'https://example.org/<a>"',
        "https://example.org/%zz",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/?x=1",
        "https://example.org/?",
        "https://example.org/#",
        "https://example.org/feed.xml",
    ],
)
def test_what_is_no_address_of_a_folder_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="url"):
        published(tmp_path, url=url)
    place = (("feed.url", Where("show.toml", 4)),)
    with pytest.raises(ConfigError, match="url") as caught:
        published(tmp_path, replace(SHOW, feed=Feed(url), places=place))
    assert caught.value.where == Where("show.toml", 4)
    assert not (tmp_path / "feed.xml").exists()


def test_a_wrong_category_is_shown_where_it_stands(tmp_path: Path) -> None:
    place = (("category", Where("story.md", 2, 1)),)  # of front matter, which may be another's
    with pytest.raises(UnknownNameError) as caught:
        published(tmp_path, replace(SHOW, category="Art > Book", places=place))
    assert str(caught.value.where) == "story.md:2:1"
    assert "Arts > Books" in (caught.value.hint or "")


def test_a_category_is_known_in_any_case(tmp_path: Path) -> None:
    root = tree(published(tmp_path, replace(SHOW, category="arts>books")).feed.read_bytes())
    assert found(root, "channel/itunes:category").get("text") == "Arts"
    assert len(CATEGORIES) == 19


def test_an_episode_must_lie_in_the_folder(tmp_path: Path) -> None:
    episode = finished(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="not in the folder"):
        publish(SHOW, [episode], tmp_path / "output", url=None, today=TODAY)
    episode.path.unlink()
    with pytest.raises(UsageError, match="cannot read"):
        publish(SHOW, [episode], tmp_path / "elsewhere", url=None, today=TODAY)
    with pytest.raises(UsageError, match="no episode"):
        publish(SHOW, [], tmp_path, url=None, today=TODAY)


@given(st.lists(st.sampled_from([TODAY + datetime.timedelta(days=n) for n in range(4)])))
def test_an_episode_is_published_on_its_day_in_its_turn(dates: list[datetime.date]) -> None:
    times = publication_times(dates)
    assert [time.date() for time in times] == dates
    for day in dates:
        of_day = [time for time in times if time.date() == day]
        for time, later in itertools.pairwise(of_day):
            assert later - time >= datetime.timedelta(seconds=60)


def test_what_is_put_in_front_is_the_newest_and_moves_no_date(tmp_path: Path) -> None:
    weeks = [TODAY - datetime.timedelta(weeks=n) for n in (2, 1)]
    told = [finished(tmp_path, f"{date}.mp3", title=f"Of {date}", date=date) for date in weeks]
    before = publish(SHOW, told, tmp_path, url=None, today=TODAY)
    prologue = finished(tmp_path, "prologue.mp3", title="Prologue")
    after = publish(SHOW, [prologue, *told], tmp_path, url=None, today=TODAY)
    assert [each.published for each in after.items[1:]] == [each.published for each in before.items]
    entries = feedparser.parse(after.feed.read_bytes()).entries
    assert [entry.title for entry in entries] == ["Prologue", f"Of {weeks[1]}", f"Of {weeks[0]}"]
    assert [entry.itunes_episode for entry in entries] == ["1", "3", "2"]


def test_the_newest_stands_on_top(tmp_path: Path) -> None:
    episodes = [finished(tmp_path, f"{n}.mp3", title=f"Part {n}") for n in "abc"]
    result = publish(SHOW, episodes, tmp_path, url=None, today=TODAY)
    entries = feedparser.parse(result.feed.read_bytes()).entries
    assert [entry.title for entry in entries] == ["Part c", "Part b", "Part a"]
    assert [entry.itunes_episode for entry in entries] == ["3", "2", "1"]
    assert [item.number for item in result.items] == [1, 2, 3]
    assert result.items[2].published - result.items[0].published == datetime.timedelta(minutes=2)


def test_a_new_picture_has_a_new_name(tmp_path: Path) -> None:
    first = published(tmp_path).cover
    again = published(tmp_path).cover
    other = published(tmp_path, replace(SHOW, title="Lighthouse II")).cover
    assert first == again
    assert other != first
    assert other.read_bytes()[:3] == b"\xff\xd8\xff"


def test_a_former_cover_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    first = published(tmp_path).cover
    changed = tmp_path / "cover-0123456789ab.jpg"  # named like one, and another's
    own = tmp_path / "cover-photo.jpg"
    other_kind = tmp_path / f"{first.stem}.txt"
    elsewhere = tmp_path / "elsewhere.jpg"
    for path in (changed, own, other_kind, elsewhere):
        path.write_bytes(first.read_bytes())
    assert published(tmp_path).cover == first
    link = tmp_path / f"{first.stem}.png"
    link.symlink_to(elsewhere)
    second = published(tmp_path, replace(SHOW, title="Lighthouse II")).cover
    assert not first.exists()
    assert all(path.exists() for path in (second, changed, own, other_kind, link))
