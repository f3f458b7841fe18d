"""From a story's path to a Book, by the reader its suffix asks for."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol, cast

from audiobook.errors import MissingError, StoryError, UsageError, Where
from audiobook.model import Book
from audiobook.plugins import blaming, load_plugin, plugin_names
from audiobook.script.documents.limits import MAX_PACKED_BYTES
from audiobook.script.encoding import MAX_STORY_BYTES, decode
from audiobook.script.notation.front import FrontMatter, front_matter

__all__ = ["Reader", "read", "read_front_matter", "story_suffixes"]

_GROUP = "audiobook.readers"
_PACKED = (b"PK\x03\x04", b"%PDF")
"""How files begin that hold pictures beside their text: those of zip archives and PDF."""
_WITH_FRONT_MATTER = (".md", ".markdown")


class Reader(Protocol):
    """What an entry point of group ``audiobook.readers`` stands for."""

    def __call__(self, data: bytes, name: str, cast: Collection[str]) -> Book:
        """Read a story.

        Args:
            data: the file's content.
            name: the file as the user named it.
            cast: the names that a line of the story may begin with to say who speaks.

        Raises:
            StoryError: it cannot be read.
            UnknownNameError: a line names a speaker who is not in the cast.
        """


def story_suffixes() -> list[str]:
    """The suffixes there are readers for, with their dots, sorted."""
    return [f".{name}" for name in plugin_names(_GROUP)]


def read(path: Path, *, cast: Collection[str] = ()) -> Book:
    """Read a story file.

    Args:
        path: the file; its suffix, in any case, chooses the reader.
        cast: the names that a line of the story may begin with to say who speaks.

    Raises:
        UsageError: there is no such file, it cannot be read, or no reader knows its suffix.
        StoryError: its content cannot be used.
        UnknownNameError: a line names a speaker who is not in the cast.
        MissingError: its reader cannot be loaded, or fails.
    """
    data = _read_bytes(path)
    reader = _reader(path)
    with blaming(_called(path), reader):
        book = reader(data, str(path), cast)
    if not isinstance(book, Book):
        raise MissingError(f"{_called(path)} gives no Book, but {type(book).__name__}")
    return book


def read_front_matter(path: Path) -> FrontMatter | None:
    """The front matter of a Markdown story; None where it has none, or is no Markdown.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        StoryError: its content cannot be used.
    """
    if path.suffix.lower() not in _WITH_FRONT_MATTER:
        return None
    return front_matter(decode(_read_bytes(path), str(path)), str(path))


def _read_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a file", hint="name a story file")
        with path.open("rb") as file:
            start = file.read(len(_PACKED[0]))
            most = MAX_PACKED_BYTES if start in _PACKED else MAX_STORY_BYTES
            # As many bytes as are asked for are set aside: no more than there are.
            size = max(len(start), path.stat().st_size)
            data = start + file.read(min(most, size) + 1 - len(start))
    except FileNotFoundError as error:
        raise UsageError(f"no such file: {path}") from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"cannot read {path}: {reason}") from error
    if most == MAX_PACKED_BYTES < len(data):
        raise StoryError(f"is larger than {MAX_PACKED_BYTES >> 20} MiB", where=Where(str(path)))
    return data  # text with a byte too many is for `decode` to refuse


def _reader(path: Path) -> Reader:
    suffix = path.suffix.lower()
    try:
        return cast(Reader, load_plugin(_GROUP, suffix.removeprefix("."), _called(path)))
    except LookupError:
        what = f'stories with the suffix "{suffix}"' if suffix else "stories without a suffix"
        known = ", ".join(story_suffixes())
        hint = f"known suffixes: {known}"
        raise UsageError(f"{path}: {what} cannot be read", hint=hint) from None


def _called(path: Path) -> str:
    return f"the reader of {path.suffix.lower()} stories"
