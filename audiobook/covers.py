"""The picture that goes with what is made: the show's, else the book's."""

from __future__ import annotations

from audiobook.config import Show
from audiobook.episode.tags import Cover
from audiobook.errors import ConfigError, Where
from audiobook.model import Book
from audiobook.progress import Listener, Warned

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
    if show.cover is None and (book is None or book.cover is None):
        return None
    from audiobook.episode.cover import check_cover, square_cover  # noqa: PLC0415 - slow to load

    if show.cover is not None:
        return Cover(*check_cover(show.cover, where=show.where("cover")))
    if book is None or book.cover is None:
        return None
    try:
        return Cover(*square_cover(book.cover))
    except ConfigError as error:
        what = f"the book's cover is left out: {error.what}"
        listen(Warned(what, Where(book.source.name), hint="set one with cover = in show.toml"))
        return None
