"""ID3v2.3 tags: what players show of an episode, made in memory to stand ahead of the audio.

Version 2.3, since older FFmpeg drops long chapter frames from version 2.4. Sources: ID3v2.3.0
(id3.org, 1999) and "ID3v2 Chapter Frame Addendum 1.0" (2005). mutagen makes each frame; the order
in which they stand is ours, because it would sort chapters by size, and players show them as
they come.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mutagen
from mutagen.id3 import (
    APIC,
    CHAP,
    COMM,
    CTOC,
    ID3,
    TALB,
    TCOM,
    TCON,
    TCOP,
    TDAT,
    TIT2,
    TLAN,
    TLEN,
    TPE1,
    TPE2,
    TPOS,
    TRCK,
    TXXX,
    TYER,
    USLT,
    CTOCFlags,
    Encoding,
    Frame,
    Frames,
    Frames_2_2,
    ID3NoHeaderError,
    PictureType,
)
from mutagen.mp3 import MP3
from mutagen.wave import WAVE

from audiobook.episode.iso639 import iso_639_1, iso_639_2
from audiobook.errors import ConfigError, SoundError

__all__ = ["ChapterMark", "Cover", "Tag", "id3_bytes", "is_of", "other_source", "read_tag"]

_HEADER_BYTES = 10
_PADDING_BYTES = 2048  # room for a tag editor, so that a small change need not move the audio
_MAX_TAG_BYTES = (1 << 28) - 1
_MAX_LINE_CHARACTERS = 1000
_MAX_COMMENT_CHARACTERS = 4000  # as much as podcast directories show
_MAX_LYRICS_BYTES = 256 * 1024
_MAX_COVER_BYTES = 16 * 1024 * 1024
_LYRICS = ("USLT", "ULT")  # since version 2.3, and in 2.2
_FRAMES_BUT_LYRICS = {
    name: frame for name, frame in {**Frames_2_2, **Frames}.items() if name not in _LYRICS
}
_MAX_CHILDREN = 255
_MOST_DIGITS = 18
_NO_OFFSET = 0xFFFFFFFF  # of a chapter in bytes: "use the times"
_TABLE_OF_CONTENTS = "toc"
_SOURCE = "STORY"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """Where a chapter stands in the episode."""

    title: str
    """What a player shows."""
    start_ms: int
    """Its first moment."""
    end_ms: int
    """The moment at which it is over."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture to show while the episode plays."""

    data: bytes = field(repr=False)
    """The picture file."""
    media_type: str
    """"image/jpeg" or "image/png"."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What an episode tells about itself. "" and None mean not given."""

    title: str
    """Of the episode (TIT2)."""
    artist: str = ""
    """Who wrote the story (TPE1)."""
    album: str = ""
    """The show or the book (TALB)."""
    narrator: str = ""
    """Who reads: as composer, where audiobook players look (TCOM), and by name (TXXX)."""
    album_artist: str = ""
    """Whom to file it under (TPE2); the artist where not given."""
    date: str = ""
    """ISO 8601: a year, or a day as in "2024-05-17" (TYER, TDAT)."""
    genre: str = ""
    """Such as "Audiobook" (TCON)."""
    track: int | None = None
    """Its number among the episodes, or the chapters, from 1 (TRCK)."""
    disc: int | None = None
    """The number of the story that it is a chapter of, from 1 (TPOS)."""
    language: str | None = None
    """BCP 47 tag; ISO 639-2 in the file (TLAN)."""
    comment: str = ""
    """A description (COMM); cut after 4,000 characters."""
    lyrics: str = ""
    """What is spoken (USLT); left out when it takes more than 256 KiB."""
    copyright: str = ""
    """The year and the holder (TCOP)."""
    cover: Cover | None = None
    """The front cover (APIC)."""
    duration_ms: int | None = None
    """Length of the episode (TLEN); of a file that does not say, that of its sound."""
    chapters: tuple[ChapterMark, ...] = ()
    """The chapters (CHAP, CTOC), in any order; they are written by their starts."""
    source: str = ""
    """File name of the story that it was made from (TXXX)."""


def id3_bytes(tag: Tag) -> bytes:
    """The tag as it stands at the beginning of a file, padding included.

    Text loses what ID3 cannot hold (NULs, control characters, half surrogate pairs). Lines are
    folded and cut after 1,000 characters; comment and lyrics keep their line ends.

    Raises:
        ConfigError: the date is no date, or the cover takes more than 16 MiB.
        SoundError: the chapters take more than ID3 allows.
    """
    frames = b"".join(_frame_bytes(frame) for frame in (*_text_frames(tag), *_other_frames(tag)))
    n_bytes = len(frames) + _PADDING_BYTES
    if n_bytes > _MAX_TAG_BYTES:
        raise SoundError(f"an ID3 tag cannot hold {len(tag.chapters)} chapters")
    # ID3v2.3.0, 3.1: the size in four bytes of seven bits each.
    size = bytes(n_bytes >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + size + frames + bytes(_PADDING_BYTES)


def _frame_bytes(frame: Frame) -> bytes:
    """One frame as mutagen writes it: a tag with nothing else in it, without the tag's header."""
    tag = ID3()
    tag.add(frame)
    file = io.BytesIO()
    tag.save(file, v2_version=3, v23_sep=None, padding=lambda _: 0)
    return file.getvalue()[_HEADER_BYTES:]


def _text_frames(tag: Tag) -> Iterator[Frame]:
    lines = {
        TIT2: tag.title,
        TPE1: tag.artist,
        TPE2: tag.album_artist or tag.artist,
        TALB: tag.album,
        TCOM: tag.narrator,
        TCON: tag.genre,
        TCOP: tag.copyright,
    }
    for frame_type, text in lines.items():
        if line := _line(text):
            yield frame_type(encoding=Encoding.UTF16, text=[line])
    if narrator := _line(tag.narrator):
        yield TXXX(encoding=Encoding.UTF16, desc="NARRATOR", text=[narrator])
    yield from _date_frames(tag.date)
    if tag.track is not None:
        yield TRCK(encoding=Encoding.LATIN1, text=[str(tag.track)])
    if tag.disc is not None:
        yield TPOS(encoding=Encoding.LATIN1, text=[str(tag.disc)])
    if source := _line(tag.source):
        yield TXXX(encoding=Encoding.UTF16, desc=_SOURCE, text=[source])
    if tag.duration_ms is not None:
        yield TLEN(encoding=Encoding.LATIN1, text=[str(tag.duration_ms)])
    if tag.language is not None:
        yield TLAN(encoding=Encoding.LATIN1, text=[iso_639_2(tag.language)])


def _date_frames(date: str) -> Iterator[Frame]:
    """Version 2.3 keeps the year apart from day and month (ID3v2.3.0, 4.2.1)."""
    if not date:
        return
    try:
        day = None if re.fullmatch(r"\d{4}", date) else datetime.date.fromisoformat(date)
    except ValueError as error:
        raise ConfigError(f'"{date}" is no date', hint="write it as 2024-05-17, or 2024") from error
    yield TYER(encoding=Encoding.LATIN1, text=[f"{day:%Y}" if day else date])
    if day:
        yield TDAT(encoding=Encoding.LATIN1, text=[f"{day:%d%m}"])


def _other_frames(tag: Tag) -> Iterator[Frame]:
    language = iso_639_2(tag.language or "")
    if comment := _text(tag.comment)[:_MAX_COMMENT_CHARACTERS].strip():
        yield COMM(encoding=Encoding.UTF16, lang=language, desc="", text=[comment])
    lyrics = _text(tag.lyrics)
    if lyrics and len(lyrics.encode("utf-16")) <= _MAX_LYRICS_BYTES:
        yield USLT(encoding=Encoding.UTF16, lang=language, desc="", text=lyrics)
    if tag.chapters:
        yield from _chapter_frames(sorted(tag.chapters, key=lambda chapter: chapter.start_ms))
    if tag.cover:
        if len(tag.cover.data) > _MAX_COVER_BYTES:
            raise ConfigError("the cover takes more than 16 MiB", hint="use a smaller picture")
        yield APIC(
            encoding=Encoding.LATIN1,
            mime=tag.cover.media_type,
            type=PictureType.COVER_FRONT,
            desc="Cover",
            data=tag.cover.data,
        )


def _chapter_frames(chapters: Sequence[ChapterMark]) -> Iterator[Frame]:
    """The table of contents and the chapters, in the order of time."""
    # Zeros in front keep that order for players that sort by name.
    ids = [f"ch{number:05}" for number in range(1, len(chapters) + 1)]
    yield from _contents_frames(_TABLE_OF_CONTENTS, ids, CTOCFlags.TOP_LEVEL)
    for element_id, chapter in zip(ids, chapters, strict=True):
        yield CHAP(
            element_id=element_id,
            start_time=chapter.start_ms,
            end_time=chapter.end_ms,
            start_offset=_NO_OFFSET,
            end_offset=_NO_OFFSET,
            sub_frames=[TIT2(encoding=Encoding.UTF16, text=[_line(chapter.title)])],
        )


def _contents_frames(element_id: str, ids: Sequence[str], level: int = 0) -> Iterator[Frame]:
    """A table of contents, and those below it where it has more children than a byte can count."""
    group = 1
    while len(ids) > group * _MAX_CHILDREN:
        group *= _MAX_CHILDREN
    groups = [ids[start : start + group] for start in range(0, len(ids), group)]
    children = list(ids) if group == 1 else [f"{element_id}-{n:03}" for n in range(len(groups))]
    flags = level | CTOCFlags.ORDERED
    yield CTOC(element_id=element_id, flags=flags, child_element_ids=children, sub_frames=[])
    if group > 1:
        for child, members in zip(children, groups, strict=True):
            yield from _contents_frames(child, members)


def _line(text: str) -> str:
    return " ".join(_text(text).split())[:_MAX_LINE_CHARACTERS]


def _text(text: str) -> str:
    """Text with simple line ends and without what would end or break a frame's text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def read_tag(path: Path, *, lyrics: bool = True) -> Tag:
    """Read a tag back from the beginning of a file, or from its chunk of a WAVE file.

    Args:
        path: the file.
        lyrics: whether the text of the programme is read, too, which takes far longer than all
            the rest.

    Raises:
        SoundError: there is none, or it cannot be read.
    """
    try:
        tag = _id3(path, None if lyrics else _FRAMES_BUT_LYRICS)
    except mutagen.MutagenError as error:
        what = f"cannot read the ID3 tag of {path}: {_reason(error)}"
        raise SoundError(what, hint="if it was built, build it again") from error
    picture = next(iter(tag.getall("APIC")), None)
    return Tag(
        title=_first(tag, "TIT2"),
        artist=_first(tag, "TPE1"),
        album=_first(tag, "TALB"),
        narrator=_first(tag, "TCOM"),
        album_artist=_first(tag, "TPE2"),
        date=_first(tag, "TDRC"),  # mutagen joins year and day
        genre=_first(tag, "TCON"),
        track=_number(_first(tag, "TRCK").partition("/")[0]),
        disc=_number(_first(tag, "TPOS").partition("/")[0]),
        language=iso_639_1(_first(tag, "TLAN")) or None,
        comment=_first(tag, "COMM"),
        lyrics=str(next(iter(tag.getall("USLT")), "")),
        copyright=_first(tag, "TCOP"),
        cover=Cover(picture.data, picture.mime) if picture else None,
        duration_ms=_number(_first(tag, "TLEN")) or _length_ms(path),
        chapters=tuple(
            ChapterMark(_first(mark.sub_frames, "TIT2"), mark.start_time, mark.end_time)
            for mark in sorted(tag.getall("CHAP"), key=lambda mark: mark.start_time)
        ),
        source=_line(_first(tag, f"TXXX:{_SOURCE}")),
    )


def _id3(path: Path, known: Mapping[str, type[Frame]] | None) -> ID3:
    """A file's tag, of which frames that are not known are left as they are; None: all are."""
    is_wave = path.suffix.lower() == ".wav"
    tag = WAVE(path).tags if is_wave else ID3(path, known_frames=known)
    if tag is None:
        raise ID3NoHeaderError
    return tag


def _length_ms(path: Path) -> int | None:
    """How long a file plays, by the headers of its sound; None where they do not tell."""
    try:
        sound = WAVE(path) if path.suffix.lower() == ".wav" else MP3(path)
    except mutagen.MutagenError:
        return None
    length_s: float = sound.info.length
    return round(length_s * 1000)


def other_source(path: Path, story: Path) -> str | None:
    """The file name of the story that a finished file was made from, if that is another one.

    None also where there is no such file, or it does not say.
    """
    try:
        tag = read_tag(path, lyrics=False)
    except SoundError:
        return None
    return None if is_of(tag, story) else tag.source


def is_of(tag: Tag, story: Path) -> bool:
    """Whether a file with this tag was made from a story, as far as it says."""
    return tag.source in ("", _line(story.name))


def _reason(error: mutagen.MutagenError) -> str:
    """Why there is no tag, without the path, which mutagen names now and then."""
    if isinstance(error, ID3NoHeaderError):
        return "it has none"
    cause = error.args[0] if error.args else None
    return (cause.strerror if isinstance(cause, OSError) else None) or "it is damaged"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _first(tag: ID3, name: str) -> str:
    """The first text of the first frame of that name, or ""."""
    for frame in tag.getall(name):
        if frame.text:
            return str(frame.text[0])
    return ""
