from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TLEN, TRCK

from audiobook.episode import tags
from audiobook.episode.tags import ChapterMark, Cover, Tag, id3_bytes, other_source, read_tag
from audiobook.errors import ConfigError, SoundError

_FULL = Tag(
    title="Қайрат Юсуф 🎵",
    artist="AC/DC; a\\b",
    album="قصة من ألماتي",
    narrator="A voice",
    album_artist="Somebody",
    date="2024-05-17",
    genre="Audiobook",
    track=7,
    disc=2,
    language="kk",
    comment="Two lines,\nand a tab\there.",
    lyrics="Every word\n\nof it. 🪕",
    copyright="2024 Somebody",
    cover=Cover(b"\x89PNG\r\n\x1a\n", "image/png"),
    duration_ms=123456,
    chapters=(ChapterMark("One", 0, 60000), ChapterMark("Two", 60000, 123456)),
    source="қайрат юсуф.md",
)


def _written(path: Path, tag: Tag) -> Path:
    path.write_bytes(id3_bytes(tag))
    return path


def test_all_of_a_tag_reads_back(tmp_path: Path) -> None:
    assert read_tag(_written(tmp_path / "x.mp3", _FULL)) == _FULL


def test_a_file_tells_which_story_it_is_of(tmp_path: Path) -> None:
    for name in ("story.md", "two  words.md", "\udcff.md"):
        path = _written(tmp_path / "x.mp3", Tag("x", source=name))
        assert other_source(path, tmp_path / name) is None
    path = _written(tmp_path / "x.mp3", Tag("x", source="story\x1b.md"))
    assert other_source(path, Path("story.txt")) == "story.md"
    assert str(tmp_path).encode("utf-16-le") not in path.read_bytes()
    # What says nothing is anybody's.
    assert other_source(_written(tmp_path / "x.mp3", Tag("x")), Path("story.md")) is None
    path.write_bytes(b"no tag")
    assert other_source(path, Path("story.md")) is None
    assert other_source(tmp_path / "none.mp3", Path("story.md")) is None


def test_a_tag_may_hold_a_title_and_no_more(tmp_path: Path) -> None:
    assert read_tag(_written(tmp_path / "x.mp3", Tag("Title"))) == Tag("Title")


def test_a_number_beyond_reading_counts_as_none(tmp_path: Path) -> None:
    path = _written(tmp_path / "x.mp3", _FULL)
    tag = ID3(path)
    tag.setall("TRCK", [TRCK(text="9" * 5000)])
    tag.setall("TLEN", [TLEN(text="9" * 5000)])
    tag.save(path)
    assert read_tag(path) == replace(_FULL, track=None, duration_ms=None)


def test_the_bytes_are_id3_version_2_3_with_room_to_grow() -> None:
    data = id3_bytes(_FULL)
    assert data[:6] == b"ID3\x03\x00\x00"
    size = sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    assert size == len(data) - 10
    assert 1024 <= len(data) - len(data.rstrip(b"\0")) <= 4096
    assert data == id3_bytes(_FULL)


def test_version_2_3_has_year_and_day_apart() -> None:
    data = id3_bytes(_FULL)
    assert b"TYER\0\0\0\x06\0\0\x002024\0" in data
    assert b"TDAT\0\0\0\x06\0\0\x001705\0" in data
    assert b"TDRC" not in data
    assert b"TDAT" not in id3_bytes(Tag("x", date="2024"))


@pytest.mark.parametrize("date", ["yesterday", "2024-13-01", "17.05.2024", "20"])
def test_a_date_that_is_none_is_an_error(date: str) -> None:
    with pytest.raises(ConfigError, match="is no date"):
        id3_bytes(Tag("x", date=date))


_hostile = st.text(st.characters(), max_size=60)  # half surrogates and control characters too


@given(_hostile, _hostile, _hostile, _hostile)
def test_hostile_text_does_no_harm(
    tmp_path_factory: pytest.TempPathFactory, title: str, artist: str, comment: str, chapter: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.mp3"
    marks = (ChapterMark(chapter, 0, 1), ChapterMark("The last", 1, 2))
    tag = Tag(title, artist, "Album", comment=comment, lyrics=comment, chapters=marks)
    back = read_tag(_written(path, tag))
    assert back.album == "Album"
    assert back.chapters[1] == marks[1]
    assert (back.comment, back.lyrics) == (back.comment.strip(), back.comment)
    assert read_tag(_written(path, back)) == back
    assert read_tag(path, lyrics=False) == replace(back, lyrics="")


def test_what_text_loses(tmp_path: Path) -> None:
    tag = Tag("One\r\n two\0\x07\ud800" + "x" * 2000, comment="a\r\nb\rc\0\ud800")
    back = read_tag(_written(tmp_path / "x.mp3", tag))
    assert back.title == "One two" + "x" * 993
    assert back.comment == "a\nb\nc"


def test_lyrics_as_long_as_a_book_are_left_out(tmp_path: Path) -> None:
    for n_characters, kept in ((131_000, True), (132_000, False)):
        tag = Tag("x", lyrics="ä" * n_characters)
        assert bool(read_tag(_written(tmp_path / "x.mp3", tag)).lyrics) is kept


def _places(data: bytes, name: bytes) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(name), data)]


def test_chapters_stand_in_the_order_of_time(tmp_path: Path) -> None:
    """Their titles differ in length: sorted by size, they would come in another order."""
    marks = [
        ChapterMark("x" * (n * 37 % 101) + f"-{n}", n * 1000, n * 1000 + 1000) for n in range(300)
    ]
    data = id3_bytes(Tag("x", chapters=tuple(reversed(marks))))
    starts = [struct.unpack_from(">I", data, at + 18)[0] for at in _places(data, b"CHAP\0\0")]
    assert starts == [mark.start_ms for mark in marks]
    path = tmp_path / "x.mp3"
    path.write_bytes(data)
    assert read_tag(path).chapters == tuple(marks)


@pytest.mark.parametrize("n_chapters", [1, 255, 256, 300, 255 * 255 + 1])
def test_every_chapter_hangs_in_the_table_of_contents_once(n_chapters: int) -> None:
    ids = [f"ch{n}" for n in range(n_chapters)]
    tables = {table.element_id: table for table in tags._contents_frames("toc", ids)}
    assert all(1 <= len(table.child_element_ids) <= 255 for table in tables.values())

    def leaves(element_id: str) -> list[str]:
        if element_id not in tables:
            return [element_id]
        return [leaf for child in tables[element_id].child_element_ids for leaf in leaves(child)]

    assert leaves("toc") == ids


def test_one_table_of_contents_is_on_top(tmp_path: Path) -> None:
    marks = tuple(ChapterMark(f"{n}", n, n + 1) for n in range(300))
    tables = ID3(_written(tmp_path / "x.mp3", Tag("x", chapters=marks))).getall("CTOC")
    assert sorted((len(t.child_element_ids), int(t.flags)) for t in tables) == [
        (2, 3),
        (45, 1),
        (255, 1),
    ]


@pytest.mark.parametrize(
    ("language", "code", "back"),
    [
        ("en-GB", b"eng", "en"),
        ("kk", b"kaz", "kk"),
        ("zh-Hans-CN", b"zho", "zh"),
        ("iw", b"heb", "he"),
        ("pt_BR", b"por", "pt"),
        ("yue", b"yue", "yue"),
        ("x-klingon", b"und", None),
        ("", b"und", None),
    ],
)
def test_languages_in_three_letters(
    tmp_path: Path, language: str, code: bytes, back: str | None
) -> None:
    path = _written(tmp_path / "x.mp3", Tag("x", language=language, comment="y"))
    data = path.read_bytes()
    assert b"TLAN\0\0\0\x05\0\0\0" + code in data
    assert b"\0\0\x01" + code + b"\xff\xfe" in data  # of the comment
    assert read_tag(path).language == back


def test_what_has_no_tag_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    reasons = ["No such file or directory"]
    with pytest.raises(SoundError) as caught:
        read_tag(path)
    told = [caught.value.what]
    for junk, reason in {
        b"": "it has none",
        b"\xff\xfb\x90\x64" * 100: "it has none",
        b"ID3\x03\0\0\x7f\x7f\x7f\x7fCHAP": "it is damaged",
    }.items():
        path.write_bytes(junk)
        with pytest.raises(SoundError) as caught:
            read_tag(path)
        assert "build it again" in (caught.value.hint or "")
        told.append(caught.value.what)
        reasons.append(reason)
    assert told == [f"cannot read the ID3 tag of {path}: {reason}" for reason in reasons]


def test_a_cover_too_large_for_players_is_an_error() -> None:
    with pytest.raises(ConfigError, match="16 MiB"):
        id3_bytes(Tag("x", cover=Cover(bytes((16 << 20) + 1), "image/png")))


def test_chapters_beyond_what_id3_holds_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "_MAX_TAG_BYTES", 20_000)
    marks = tuple(ChapterMark("x" * 100, n, n + 1) for n in range(100))
    with pytest.raises(SoundError, match="cannot hold 100 chapters"):
        id3_bytes(Tag("x", chapters=marks))
