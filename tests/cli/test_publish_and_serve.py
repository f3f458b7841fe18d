"""From a show to a feed that a podcast app reads, and a server from which it plays."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import feedparser
import httpx
import mutagen.mp3
import pytest
from cli.commands import PROGRAM, Run

TONE = ("--engine", "tone", "--no-music")
URL = "https://example.org/kairat/"


@contextmanager
def served(folder: Path) -> Iterator[httpx.Client]:
    """A client of `audiobook serve`, which runs as a process of its own."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    with process:
        try:
            assert process.stdout
            said, address, *_ = process.stdout.readline().split()
            assert said == "serving"
            with httpx.Client(base_url=address, trust_env=False) as client:
                yield client
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=20)
    assert process.returncode == 130


@pytest.fixture
def show(tmp_path: Path, shipped_show: Path) -> Path:
    """A copy of the shipped show."""
    return Path(shutil.copytree(shipped_show, tmp_path / "script"))


@pytest.mark.slow
def test_the_shipped_show_becomes_a_feed_that_plays(run: Run, show: Path) -> None:
    (built,) = run("build", *TONE, "--json").json["episodes"]
    assert built["title"] == "Kairat Yusuf"
    assert len(built["chapters"]) >= 3
    path = Path(built["files"]["mp3"])

    told = run("publish", "--url", URL, "--json").json
    assert told == {"feed": "output/feed.xml", "url": f"{URL}feed.xml", "episodes": 1}
    feed = feedparser.parse(Path(told["feed"]).read_bytes())
    assert not feed.bozo
    assert feed.feed.title == "Kairat Yusuf"
    assert feed.feed.author == "The audiobook authors"
    assert feed.feed.language == "en"
    assert any(link.rel == "self" and link.href == told["url"] for link in feed.feed.links)
    (entry,) = feed.entries
    (enclosure,) = entry.enclosures
    assert enclosure.href == f"{URL}kairat-yusuf.mp3"
    assert enclosure.type == "audio/mpeg"
    assert int(enclosure.length) == path.stat().st_size
    assert entry.published_parsed[:3] == (2026, 11, 22)
    assert int(entry.itunes_duration) == pytest.approx(mutagen.mp3.MP3(path).info.length, abs=1)

    identifier = entry.id
    (show / "kairat-yusuf.md").write_text("# A new text\n\nAll is different now.\n")
    assert run("build", *TONE, "-q").code == 0
    assert run("publish", "--url", URL, "-q").code == 0
    (again,) = feedparser.parse(Path("output/feed.xml").read_bytes()).entries
    assert again.id == identifier
    assert int(again.enclosures[0].length) == path.stat().st_size

    with served(Path("output")) as client:
        seek(client, "/kairat-yusuf.mp3", path.read_bytes())
        found = feedparser.parse(client.get("/feed.xml").content)
        assert found.feed.title == "Kairat Yusuf"
        assert "kairat-yusuf.mp3" in client.get("/").text


def seek(client: httpx.Client, address: str, content: bytes) -> None:
    """See that a player can go anywhere in a file."""
    middle = len(content) // 2
    for wanted, expected in {
        f"bytes={middle}-{middle + 999}": content[middle : middle + 1000],
        f"bytes={len(content) - 10}-": content[-10:],
        "bytes=-500": content[-500:],
        "bytes=0-0": content[:1],
    }.items():
        answer = client.get(address, headers={"Range": wanted})
        assert (answer.status_code, answer.content) == (206, expected)
        assert answer.headers["content-range"].endswith(f"/{len(content)}")
    whole = client.get(address)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["accept-ranges"] == "bytes"
    assert client.get(address, headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_a_feed_without_an_address_is_for_this_machine_alone(run: Run, story: Path) -> None:
    assert run("build", story, *TONE, "-q").code == 0
    done = run("publish", story)
    assert done.code == 0
    assert done.out.startswith("output/feed.xml  (1 episode)\n")
    assert "warning: the feed has no address of its own" in done.err
    quiet = run("publish", story, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_feed_is_followed_at_the_address_it_is_served_at(run: Run, story: Path) -> None:
    assert run("build", story, *TONE, "-q").code == 0
    for arguments in ((), ("--url", URL)):
        assert run("publish", story, "-q", *arguments).code == 0
        published = Path("output/feed.xml").read_bytes()
        with served(Path("output")) as client:
            feed = feedparser.parse(client.get("/feed.xml").content)
            (entry,) = feed.entries
            assert entry.enclosures[0].href == str(client.base_url.join("/crossing.mp3"))
            played = client.get(entry.enclosures[0].href).content
            assert len(played) == int(entry.enclosures[0].length)
            assert client.get(feed.feed.image.href).content[:3] == b"\xff\xd8\xff"
            (link,) = (link.href for link in feed.feed.links if link.rel == "self")
            assert link == str(client.base_url.join("/feed.xml"))
            assert "The Crossing" in client.get("/").text
        assert Path("output/feed.xml").read_bytes() == published


def test_a_story_of_the_same_name_does_not_pass_for_another(run: Run, story: Path) -> None:
    Path("crossing.txt").write_text("The river rose.\n")
    assert run("build", story, *TONE).err.count("warning") == 0
    done = run("publish", "crossing.txt", "--url", URL)
    done.fails(2, "there is no built file of crossing.txt", hint="--output")
    done = run("build", "crossing.txt", *TONE)
    assert done.code == 0
    assert "warning: output/crossing.mp3 is made from crossing.md" in done.err
    assert "hint: " in done.err


@pytest.mark.slow
def test_a_show_heard_at_home_first_is_not_bound_to_an_address(run: Run, show: Path) -> None:
    assert run("build", *TONE, "-q").code == 0
    assert run("publish").code == 0
    assert "podcast" not in json.loads((show / "feed-ids.json").read_text())
    assert run("publish", "--url", URL).err == ""


def test_an_address_that_was_typed_wrong_is_wrong_usage(run: Run, story: Path) -> None:
    assert run("build", story, *TONE, "-q").code == 0
    run("publish", story, "--url", "ftp://x").fails(2, '"url" must be an http', hint="https://")


def test_chapters_that_are_files_are_episodes(run: Run, story: Path) -> None:
    assert run("build", story, *TONE, "--split", "chapter", "-q").code == 0
    assert run("publish", story, "--url", URL, "--json").json["episodes"] == 2
    feed = feedparser.parse(Path("output/feed.xml").read_bytes())
    assert {entry.title for entry in feed.entries} == {"The Near Bank", "The Far Bank"}
    assert len({entry.id for entry in feed.entries}) == 2
