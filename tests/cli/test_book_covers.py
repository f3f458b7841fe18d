"""A book's cover goes into the tag and the feed, where the show has none of its own."""

from __future__ import annotations

import io
from pathlib import Path

import mutagen.id3
import pytest
from cli.commands import Run
from fakes.books import epub
from PIL import Image

OPTIONS = ("--engine", "tone", "--no-music")
BODY = {"a.xhtml": "<h1>One</h1><p>He left.</p>", "b.xhtml": "<h1>Two</h1><p>He came.</p>"}
CONTENTS = [("a.xhtml", "One"), ("b.xhtml", "Two")]
ITEM = '<item id="c" href="c.png" media-type="image/png" properties="cover-image"/>'


def picture(size: tuple[int, int], colour: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


def write_book(cover: bytes) -> Path:
    files = {"OEBPS/c.png": cover}
    path = Path("book.epub")
    path.write_bytes(epub(BODY, contents=CONTENTS, files=files, manifest=ITEM))
    return path


def tagged(path: str) -> list[tuple[bytes, str]]:
    return [(found.data, found.mime) for found in mutagen.id3.ID3(path).getall("APIC")]


def colour_of(data: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.size == (1400, 1400)
        return tuple(round(c / 64) for c in shown.convert("RGB").getpixel((700, 700)))


def test_a_books_cover_is_that_of_the_tag_and_the_feed(run: Run) -> None:
    book = write_book(picture((900, 1400), "red"))
    assert run("build", book, *OPTIONS).code == 0
    ((data, media_type),) = tagged("output/book.mp3")
    assert (media_type, colour_of(data)) == ("image/jpeg", (4, 0, 0))

    assert run("publish", book).code == 0
    (published,) = Path("output").glob("cover-*")
    assert published.read_bytes() == data


def test_the_shows_own_cover_comes_first(run: Run) -> None:
    write_book(picture((900, 1400), "red"))
    Path("own.png").write_bytes(picture((1400, 1400), "blue"))
    Path("show.toml").write_text('story = "book.epub"\ntitle = "A"\ncover = "own.png"\n')
    assert run("build", *OPTIONS).code == 0
    assert tagged("output/book.mp3") == [(Path("own.png").read_bytes(), "image/png")]


@pytest.mark.parametrize("cover", [b"\xff\xd8\xff" + bytes(99), b"\x89PNG\r\n\x1a\n" + bytes(99)])
def test_a_cover_that_is_none_is_warned_of_once_and_left_out(run: Run, cover: bytes) -> None:
    book = write_book(cover)
    built = run("build", book, *OPTIONS, "--split", "chapter", "--format", "mp3", "--format", "wav")
    assert built.code == 0
    assert built.err.count("the book's cover is left out") == 1
    assert tagged("output/book-1.mp3") == []
    assert run("publish", book).code == 0
    assert len(list(Path("output").glob("cover-*"))) == 1  # one is drawn
