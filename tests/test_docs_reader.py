"""The reader that the documentation shows is one: found by its suffix, and true to its source."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.plugin import install_from_page

import audiobook
from audiobook.script import read, story_suffixes

PAGE = Path(__file__).parents[1] / "docs" / "add-a-reader.md"
FILM = """\
1
00:00:01,000 --> 00:00:03,500
The water
was high.

2
00:00:04,000 --> 00:00:06,000
Nobody had crossed since Tuesday.
"""


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    site = tmp_path / "site"
    site.mkdir()
    install_from_page(PAGE, "subtitles", site, monkeypatch)
    yield
    sys.modules.pop("subtitles", None)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_it_reads_what_is_said_and_nothing_else(line_end: str, tmp_path: Path) -> None:
    film = tmp_path / "film.srt"
    film.write_bytes(FILM.replace("\n", line_end).encode())
    script = audiobook.read_script(film)

    assert ".srt" in story_suffixes()
    assert [segment.text for segment in script.segments] == [
        "The water was high.",
        "Nobody had crossed since Tuesday.",
    ]
    assert len(script.chapters) == 1


def test_nothing_of_the_source_is_lost(tmp_path: Path) -> None:
    film = tmp_path / "film.srt"
    film.write_text(FILM, "utf-8")
    book = read(film)

    kept = [(omission.start, omission.end) for omission in book.left_out]
    for segment in audiobook.read_script(film).segments:
        kept.append((segment.start, segment.end))
    parts = [book.source.text[start:end] for start, end in sorted(kept)]
    assert "".join("".join(parts).split()) == "".join(FILM.split())


def test_its_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE.read_text("utf-8"))
    assert len(links) >= 3
    assert [link for link in links if not (PAGE.parent / link).is_file()] == []
