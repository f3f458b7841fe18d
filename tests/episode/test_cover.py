"""Covers: drawn ones as directories want them, and one's own checked for the same."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from audiobook.episode.cover import check_cover, draw_cover, square_cover
from audiobook.errors import ConfigError, Where

INK_LEVEL = 700
"""Sum of the three channels above which a pixel can only be the title's ink."""

LETTERED = [
    "Kairat Yusuf",
    "Қайрат Жүсіп",
    "Łódź, déjà vu",
    "Η Οδύσσεια",
    "Truyện Kiều",
    "Emoji ☕ story",
    "s\u0331ub",
    "\u202eHidden\x00",
    "The Life and Strange Surprizing Adventures of Robinson Crusoe, of York, Mariner",
]
BARE = ["骆驼祥子", "אור", "", " ", "\x00", "☕", "W" * 200, "a " * 5000]


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def ink_rows(jpeg: bytes) -> list[int]:
    """The rows that have pixels in the colour of the title, or near it."""
    picture = opened(jpeg)
    width, height = picture.size
    bright = picture.convert("L").point(lambda level: 255 * (level > INK_LEVEL // 3))
    data = bright.tobytes()
    return [row for row in range(height) if any(data[row * width : (row + 1) * width])]


@pytest.mark.parametrize("title", [*LETTERED, *BARE])
def test_directories_take_a_drawn_cover(title: str, tmp_path: Path) -> None:
    jpeg = draw_cover(title, "Zoë Ångström")
    assert len(jpeg) <= 512 * 1024
    path = tmp_path / "cover.jpg"
    path.write_bytes(jpeg)
    assert check_cover(path) == (jpeg, "image/jpeg")
    picture = opened(jpeg)
    assert (picture.size, picture.mode) == ((1400, 1400), "RGB")
    # The bottom fifth is clear: the line that the rosette stands on is its upper edge.
    bottom = picture.crop((0, 1140, 1400, 1400)).getextrema()
    assert all(highest - lowest <= 4 for lowest, highest in bottom)


@pytest.mark.parametrize("title", LETTERED)
def test_a_title_is_drawn_within_its_box(title: str) -> None:
    rows = ink_rows(draw_cover(title, None))
    assert rows
    assert min(rows) > 0.08 * 1400
    assert max(rows) < 0.42 * 1400


@pytest.mark.parametrize("title", BARE)
def test_a_title_that_cannot_be_drawn_is_left_off(title: str) -> None:
    assert ink_rows(draw_cover(title, "Ada Roe")) == []


def test_the_same_title_has_the_same_cover_and_others_have_others() -> None:
    covers = {draw_cover(title, None) for title in ("One", "Two", "Three", "One")}
    assert len(covers) == 3
    assert draw_cover("One", "Ada") not in covers


def test_a_cover_can_be_larger() -> None:
    assert opened(draw_cover("Large", None, size_px=2000)).size == (2000, 2000)


def saved(path: Path, mode: str, size: tuple[int, int], kind: str) -> Path:
    Image.new(mode, size).save(path, kind)
    return path


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it has `side` by `side` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_fair_picture_is_taken_as_it_is(tmp_path: Path, kind: str, media_type: str) -> None:
    path = saved(tmp_path / "cover", "RGB", (1400, 1400), kind)
    assert check_cover(path) == (path.read_bytes(), media_type)


def test_a_cameras_jpeg_of_several_pictures_is_taken(tmp_path: Path) -> None:
    picture = Image.new("RGB", (1400, 1400))
    picture.save(tmp_path / "cover.jpg", "MPO", save_all=True, append_images=[picture.copy()])
    data = (tmp_path / "cover.jpg").read_bytes()
    assert check_cover(tmp_path / "cover.jpg") == square_cover(data) == (data, "image/jpeg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cover.jpg")
    with pytest.raises(ConfigError, match="is a pipe"):
        check_cover(tmp_path / "cover.jpg")


@pytest.mark.parametrize(
    ("mode", "size", "kind", "fault"),
    [
        ("RGB", (1400, 1401), "PNG", "not square"),
        ("RGB", (1399, 1399), "JPEG", "1399"),
        ("RGB", (3001, 3001), "PNG", "3001"),
        ("RGBA", (1400, 1400), "PNG", "RGBA"),
        ("L", (1400, 1400), "JPEG", "RGB"),
        ("CMYK", (1400, 1400), "JPEG", "CMYK"),
        ("P", (1400, 1400), "PNG", "RGB"),
        ("RGB", (1400, 1400), "GIF", "JPEG or PNG"),
    ],
)
def test_what_directories_refuse_is_refused(
    tmp_path: Path, mode: str, size: tuple[int, int], kind: str, fault: str
) -> None:
    path = saved(tmp_path / "cover", mode, size, kind)
    where = Where("show.toml", 3)
    with pytest.raises(ConfigError, match=fault) as caught:
        check_cover(path, where=where)
    assert caught.value.where == where
    assert caught.value.hint


@pytest.mark.parametrize("side", [1400, 20_000, 60_000])
def test_a_picture_of_nothing_is_refused_unread(tmp_path: Path, side: int) -> None:
    (tmp_path / "cover.png").write_bytes(bomb(side))
    with pytest.raises(ConfigError):
        check_cover(tmp_path / "cover.png")


def test_a_file_too_large_or_not_there_is_told(tmp_path: Path) -> None:
    with (tmp_path / "large.jpg").open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(ConfigError, match="10 MB"):
        check_cover(tmp_path / "large.jpg")
    with pytest.raises(ConfigError, match="cannot read"):
        check_cover(tmp_path / "none.jpg")
    with pytest.raises(ConfigError, match="cannot read"):
        check_cover(tmp_path)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3000), st.binary(max_size=40), st.booleans())
def test_a_damaged_picture_is_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes, cut: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "cover.png"
    if not path.exists():
        saved(path, "RGB", (1400, 1400), "PNG")
    data = path.read_bytes()
    damaged = path.with_name("damaged.png")
    damaged.write_bytes(data[:at] + junk + (b"" if cut else data[at + len(junk) :]))
    try:
        found = check_cover(damaged)
    except ConfigError:
        found = None
    assert found in (None, (damaged.read_bytes(), "image/png"))


@pytest.mark.parametrize(
    ("mode", "size", "side"),
    [
        ("RGB", (1000, 1600), 1600),
        ("RGB", (300, 200), 1400),
        ("RGBA", (2000, 4000), 3000),
        ("L", (1400, 1400), 1400),
        ("CMYK", (1500, 1400), 1500),
    ],
)
def test_a_books_cover_is_laid_whole_on_a_square(
    tmp_path: Path, mode: str, size: tuple[int, int], side: int
) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    made, media_type = square_cover(saved(tmp_path / "book", mode, size, kind).read_bytes())
    path = tmp_path / "cover.jpg"
    path.write_bytes(made)
    assert check_cover(path) == (made, media_type) == (made, "image/jpeg")
    assert opened(made).size == (side, side)


def test_nothing_of_a_books_cover_is_cut_off(tmp_path: Path) -> None:
    tall = Image.new("RGB", (700, 1400), (200, 0, 0))
    tall.paste((0, 0, 200), (0, 0, 700, 700))
    tall.save(tmp_path / "book.png")
    made = opened(square_cover((tmp_path / "book.png").read_bytes())[0]).convert("RGB")
    top, bottom, ground = (made.getpixel(at) for at in [(700, 20), (700, 1380), (20, 700)])
    for found, expected in [(top, (0, 0, 200)), (bottom, (200, 0, 0)), (ground, (100, 0, 100))]:
        assert np.abs(np.subtract(found, expected)).max() < 12


def test_a_books_cover_that_fits_stays_as_it_is(tmp_path: Path) -> None:
    data = saved(tmp_path / "book", "RGB", (1400, 1400), "PNG").read_bytes()
    assert square_cover(data) == (data, "image/png")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not a JPEG or PNG"),
        (b"<svg/>", "not a JPEG or PNG"),
        (bomb(60_000), "not a JPEG or PNG"),
        (bomb(8_000), "8000 × 8000"),
        (bomb(1_500), "damaged"),
    ],
)
def test_a_books_cover_that_is_none_is_told(data: bytes, fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        square_cover(data)
