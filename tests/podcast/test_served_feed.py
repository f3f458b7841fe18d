"""The feed that is served: its links are those of the address that it was asked at."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import feedparser
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from audiobook.podcast.feed_reader import moved_feed, read_feed
from audiobook.podcast.server import folder_app, folder_server

PUBLIC = "https://example.org/light/"
FEED = f"""<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet href="{PUBLIC}look.xsl"?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:podcast="https://podcastindex.org/namespace/1.0"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" version="2.0">
  <channel>
    <title>The lamp &amp; the light</title>
    <link>{PUBLIC}</link>
    <description>Read {PUBLIC} and {PUBLIC}lamp.mp3</description>
    <atom:link href="{PUBLIC}feed.xml" rel="self" type="application/rss+xml"/>
    <itunes:image href="{PUBLIC}cover.jpg"/>
    <image><url>{PUBLIC}cover.jpg</url></image>
    <item>
      <title>{PUBLIC}</title>
      <link>https://example.org/elsewhere</link>
      <enclosure url="{PUBLIC}part/l%C3%A4mp%20%26.mp3" length="3" type="audio/mpeg"/>
      <guid isPermaLink="false">{PUBLIC}lamp</guid>
      <pubDate>Sun, 22 Nov 2026 00:00:00 GMT</pubDate>
      <itunes:duration>1:02:03</itunes:duration>
      <podcast:transcript url="{PUBLIC}lamp.vtt" type="text/vtt"/>
      <podcast:chapters url="{PUBLIC}lamp.json" type="application/json+chapters"/>
    </item>
  </channel>
</rss>
""".encode()
"""A feed whose links stand in all the places where links may."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light")
    (folder / "feed.xml").write_bytes(FEED)
    return folder


@pytest.fixture(scope="module")
def bound(folder: Path) -> Iterator[str]:
    """The address of a server of that folder, without its slash."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = folder_server(folder)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def client(bound: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bound, trust_env=False) as client:
        yield client


def own_links(data: bytes) -> dict[str, str]:
    """The links of a feed into its folder, by where they stand."""
    root = etree.fromstring(data)
    places = {
        "page": "string(channel/link)",
        "self": "string(channel/*[local-name()='link']/@href)",
        "cover": "string(channel/*[local-name()='image']/@href)",
        "image": "string(channel/image/url)",
        "enclosure": "string(channel/item/enclosure/@url)",
        "transcript": "string(channel/item/*[local-name()='transcript']/@url)",
        "chapters": "string(channel/item/*[local-name()='chapters']/@url)",
    }
    return {name: str(root.xpath(path)) for name, path in places.items()}


@pytest.mark.parametrize(
    "host",
    ["192.168.1.20:8124", "ida-s_laptop.local:8000", "localhost", "[fe80::1]:8124", "example.net"],
)
def test_links_are_those_of_the_address_it_was_asked_at(
    client: httpx.Client, folder: Path, host: str
) -> None:
    answer = client.get("/feed.xml", headers={"Host": host})
    base = f"http://{host}/"
    assert own_links(answer.content) == {
        "page": base,
        "self": f"{base}feed.xml",
        "cover": f"{base}cover.jpg",
        "image": f"{base}cover.jpg",
        "enclosure": f"{base}part/l%C3%A4mp%20%26.mp3",
        "transcript": f"{base}lamp.vtt",
        "chapters": f"{base}lamp.json",
    }
    assert answer.headers["content-type"] == "application/rss+xml"
    assert (folder / "feed.xml").read_bytes() == FEED


def test_what_is_no_link_into_the_folder_stays(client: httpx.Client) -> None:
    served = feedparser.parse(client.get("/feed.xml").content)
    assert not served.bozo
    (entry,) = served.entries
    assert served.feed.title == "The lamp & the light"
    assert served.feed.description == f"Read {PUBLIC} and {PUBLIC}lamp.mp3"
    assert (entry.id, entry.title) == (f"{PUBLIC}lamp", PUBLIC)
    assert entry.link == "https://example.org/elsewhere"


HOSTILE = [
    'x"><script>alert(1)</script>',
    "a&b",
    "evil.example/path?",
    "me@evil.example",
    "evil.example:99999",
    "evil.example:0",
    "evil.example:",
    "evil example",
    "[::1",
    "[::x]",
    "[1.2.3.4]",
    "]]>",
    "bücher.example".encode().decode("latin-1"),
    "a" * 254,
    ".",
    "",
]


@pytest.mark.parametrize("host", HOSTILE)
@pytest.mark.parametrize("path", ["/feed.xml", "/"])
def test_a_host_that_is_none_is_passed_over(
    client: httpx.Client, bound: str, host: str, path: str
) -> None:
    answer = client.get(path, headers={"Host": host.encode("latin-1")})
    if answer.status_code == 400:  # the server took it for no request at all
        return
    assert answer.status_code == 200
    assert answer.content == client.get(path).content
    assert f"{bound}/" in answer.text


def test_no_cache_gives_it_to_another(client: httpx.Client) -> None:
    here, there = (client.get("/feed.xml", headers={"Host": host}) for host in ("a.local", "b"))
    assert here.headers["etag"] != there.headers["etag"]
    for answer in (here, there, client.get("/")):
        assert answer.headers["cache-control"] == "private, no-cache"
    asked = {"Host": "a.local", "If-None-Match": here.headers["etag"]}
    again = client.get("/feed.xml", headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == here.headers["etag"]
    assert client.get("/feed.xml", headers={**asked, "Host": "b"}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=-999999", 0, None),
        ("bytes=5-999999", 5, None),
    ],
)
def test_a_part_of_it(client: httpx.Client, asked: str, start: int, stop: int | None) -> None:
    whole = client.get("/feed.xml", headers={"Host": "b"})
    assert whole.headers["content-length"] == str(len(whole.content))
    assert whole.headers["accept-ranges"] == "bytes"
    head = client.head("/feed.xml", headers={"Host": "b", "Range": asked})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type"):
        assert head.headers[name] == whole.headers[name]
    part = client.get("/feed.xml", headers={"Host": "b", "Range": asked})
    first, stop, _ = slice(start, stop).indices(len(whole.content))
    assert (part.status_code, part.content) == (206, whole.content[first:stop])
    assert part.headers["content-range"] == f"bytes {first}-{stop - 1}/{len(whole.content)}"
    assert part.headers["content-length"] == str(stop - first)


def test_a_part_that_is_not_there_or_of_a_former_feed(client: httpx.Client) -> None:
    whole = client.get("/feed.xml")
    for asked in ("bytes=999999-", "bytes=-0"):
        answer = client.get("/feed.xml", headers={"Range": asked})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{len(whole.content)}"
    for headers in (
        {"Range": "bytes=9-3"},
        {"Range": "bytes=-"},
        {"Range": "bytes=0-1,3-4"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=0-1", "If-Range": '"former"'},
    ):
        answer = client.get("/feed.xml", headers=headers)
        assert (answer.status_code, answer.content) == (200, whole.content)
    same = {"Range": "bytes=0-1", "If-Range": whole.headers["etag"]}
    assert client.get("/feed.xml", headers=same).status_code == 206


def test_moved_to_where_it_lies_it_is_as_it_was() -> None:
    assert moved_feed(FEED, PUBLIC) == FEED
    there = moved_feed(FEED, "http://b:1/")
    assert own_links(moved_feed(there, PUBLIC)) == own_links(FEED)
    assert b"xml-stylesheet" in there


@given(st.binary(max_size=60) | st.sampled_from([FEED[:-9], b"<rss/>", b"<a><b/></a>"]))
def test_what_is_no_feed_is_sent_as_it_is(data: bytes) -> None:
    assert moved_feed(data, "http://b/") == data
    feed = read_feed(data)
    assert feed is None or (feed.title, feed.base, feed.items) == ("", None, ())


@pytest.mark.parametrize(
    "address", ["", "feed.xml", "https://", "https:///feed.xml", "https://[/feed.xml", "file:///f"]
)
def test_a_feed_that_does_not_say_where_it_lies_stays(address: str) -> None:
    data = FEED.replace(f'href="{PUBLIC}feed.xml"'.encode(), f'href="{address}"'.encode())
    assert moved_feed(data, "http://b/") == data


def test_nothing_outside_a_feed_is_read_for_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss '.encode()
    data = FEED.replace(b"<rss ", entity).replace(b"The lamp", b"&x;")
    assert b"the secret" not in moved_feed(data, "http://b/")


def test_what_it_lists_is_read_back() -> None:
    feed = read_feed(FEED)
    assert feed is not None
    assert (feed.title, feed.base) == ("The lamp & the light", PUBLIC)
    (item,) = feed.items
    assert (item.date and item.date.isoformat(), item.duration_s) == ("2026-11-22", 3723)
    odd = FEED.replace(b"1:02:03", b"long").replace(b"Sun, 22 Nov 2026", b"Some day")
    feed = read_feed(odd)
    assert feed is not None
    assert (feed.items[0].date, feed.items[0].duration_s) == (None, None)


def page_of(folder: Path) -> str:
    """What a browser is shown of a folder."""

    async def asked() -> str:
        transport = httpx.ASGITransport(folder_app(folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://b") as client:
            return (await client.get("/")).text

    return asyncio.run(asked())


def entries_of(page: str) -> list[tuple[str, str]]:
    """What the page lists: by title or name, the address that is played."""
    root = etree.HTML(page)
    return [
        (str(item.xpath("string(strong|a)")), str(item.xpath("string(audio/@src)")))
        for item in root.iter("li")
    ]


def test_the_page_lists_what_the_feed_lists_by_its_titles(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    for name in ("part/lämp &.mp3", "tale-1.mp3", "tale-2.mp3", "b.mp3"):
        (tmp_path / name).write_bytes(b"mp3")
    item = FEED[FEED.index(b"<item>") : FEED.index(b"</item>") + len("</item>")]
    older = item.replace(b"part/l%C3%A4mp%20%26.mp3", b"b.mp3").replace(
        f"<title>{PUBLIC}</title>".encode(), b"<title>First &lt;b&gt;</title>"
    )
    (tmp_path / "feed.xml").write_bytes(FEED.replace(b"</item>", b"</item>" + older))
    page = page_of(tmp_path)
    assert entries_of(page) == [
        ("First <b>", "b.mp3"),
        (PUBLIC, "part/l%C3%A4mp%20%26.mp3"),
        ("tale-1.mp3", "tale-1.mp3"),
        ("tale-2.mp3", "tale-2.mp3"),
    ]
    assert '<h1 dir="auto">The lamp &amp; the light</h1>' in page
    assert page.count("2026-11-22</time> · 1:02:03") == 2
    heading, first_other = page.index("<h2>Other files"), page.index("tale-1.mp3")
    assert page.index("First &lt;b&gt;") < heading < first_other
    assert "<b>" not in page


@pytest.mark.parametrize(
    "url",
    [
        f"{PUBLIC}gone.mp3",
        f"{PUBLIC}../secret.mp3",
        f"{PUBLIC}%2e%2e/secret.mp3",
        f"{PUBLIC}javascript:alert(1)",
        f"{PUBLIC}/etc/passwd",
        f"{PUBLIC}%00.mp3",
        "https://elsewhere.example/lamp.mp3",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_episode_whose_file_is_not_there_is_not_played(tmp_path: Path, url: str) -> None:
    (tmp_path / "secret.mp3").write_bytes(b"mp3")
    folder = tmp_path / "output"
    folder.mkdir()
    old = f"{PUBLIC}part/l%C3%A4mp%20%26.mp3".encode()
    (folder / "feed.xml").write_bytes(FEED.replace(old, url.encode()))
    page = page_of(folder)
    assert entries_of(page) == [(PUBLIC, "")]
    assert "its file is not in this folder" in page


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    assert "nothing to listen to" in page
    assert "<code>audiobook build</code>" in page
    (tmp_path / "tale.mp3").write_bytes(b"mp3")
    page = page_of(tmp_path)
    assert entries_of(page) == [("tale.mp3", "tale.mp3")]
    assert "<code>audiobook publish</code>" in page
    assert "nothing to listen to" not in page
