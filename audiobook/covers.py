"""The picture that goes with what is made: the show's, else the book's."""

from __future__ import annotations

from pathlib import Path

from audiobook.episode.tags import Cover
from audiobook.errors import ConfigError, Where
from audiobook.model import Book
from audiobook.progress import Listener, Warned
from audiobook.show import Show

__all__ = ["cover_of"]


def cover_of(show: Show, book: Book | None, listen: Listener) -> Cover | None:
    """A cover that is fit for a tag and a feed; None where there is none.

    Args:
        show: whose own cover comes first.
        book: whose cover stands in for it; None for no book.
        listen: is told of a book's cover that cannot be used, and is left out.

    Raises:
        ConfigError: the show's own cannot be used.
    """
    if show.cover is not None:
        return _of_show(show.cover, show.where("cover"))
    if book is not None and book.cover is not None:
        return _of_book(book.cover, Where(book.source.name), listen)
    return None


def _of_show(path: Path, where: Where | None) -> Cover:
    from audiobook.episode.cover import check_cover  # noqa: PLC0415 - slow to load

    return Cover(*check_cover(path, where=where))


def _of_book(picture: bytes, where: Where, listen: Listener) -> Cover | None:
    from audiobook.episode.cover import square_cover  # noqa: PLC0415 - slow to load

    try:
        return Cover(*square_cover(picture))
    except ConfigError as error:
        what = f"the book's cover is left out: {error.what}"
        listen(Warned(what, where, hint="set one with cover = in show.toml"))
        return None
