"""From a show and its finished episodes to what the feed says of them."""

from __future__ import annotations

import datetime
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audiobook.categories import category_path
from audiobook.episode.cover import draw_cover
from audiobook.episode.tags import Cover
from audiobook.errors import ConfigError, UsageError
from audiobook.feed_settings import folder_url, web_url
from audiobook.podcast.feed import MOST_DESCRIPTION_BYTES, Channel, Item, plain_text
from audiobook.podcast.ids import FeedIds
from audiobook.podcast.media import FEED_FILE, media_type
from audiobook.show import Show
from audiobook.store import digest

__all__ = [
    "LOCAL_URL",
    "FinishedEpisode",
    "base_url",
    "channel_of",
    "cover_of",
    "first_dates",
    "former_covers",
    "items_of",
    "look_of",
    "publication_times",
]

LOCAL_URL = "http://127.0.0.1:8000/"
"""Where `audiobook serve` offers a folder."""

_COVER_NAME = re.compile(r"cover-[0-9a-f]{12}\.(?:jpg|png)")
_MOST_COVER_BYTES = 64 << 20
"""No cover is larger; it is not read to find out what it is."""

_LEAST_APART = datetime.timedelta(seconds=60)
"""Items closer to each other than this lose their order in some apps."""

_DISCLOSURE = "Read by synthetic voices."
"""What Apple asks a feed to say of such speech, in words that people read."""


@dataclass(frozen=True, slots=True)
class FinishedEpisode:
    """An episode that has been made."""

    path: Path
    """Its audio file, in the folder that is published."""
    key: str
    """What it was made from, by which it is known for good: the file name of its story, with
    "#1" after it for the first chapter where each chapter is an episode."""
    title: str
    """Its title, without its number."""
    duration_s: float
    """How long it plays."""
    description: str | None = None
    """What it is about; None for the show's description."""
    number: int | None = None
    """Its number in the show, or in its season, from 1; None for its place among the episodes."""
    season: int | None = None
    """The season's number, from 1; None in a show without seasons."""
    date: datetime.date | None = None
    """When it is published; None for the show's date, else for the day it was first published."""
    explicit: bool | None = None
    """Whether it is unfit for children; None for what the show says."""


def base_url(show: Show, url: str | None) -> str:
    """The address of the folder that is published, with a slash at its end.

    Raises:
        UsageError: the address given is not the http or https address of a folder.
        ConfigError: that of the show is not.
    """
    if url is not None:
        return folder_url(url, None)
    if show.feed.url is not None:
        return folder_url(show.feed.url, show.where("feed.url"))
    return LOCAL_URL


def channel_of(
    show: Show, title: str, base: str, cover: str, guid: str | None, items: Sequence[Item]
) -> Channel:
    """What the feed says of a show.

    One explicit episode makes the show explicit, as Apple shows it (Apple Podcasts for Creators,
    "Explicit content on Apple Podcasts").

    Args:
        show: the show.
        title: its title, or what stands in for it.
        base: the address of the folder that is published.
        cover: the name of its picture there.
        guid: its podcast:guid.
        items: what it lists.

    Raises:
        ConfigError: its category is unknown, or its link is no web address.
    """
    by = f"{title}, by {show.author}." if show.author else f"{title}."
    link = show.feed.link
    return Channel(
        title=title,
        description=_described(show.description or by),
        link=web_url(link, "link", show.where("feed.link")) if link else base,
        address=base + FEED_FILE,
        image=base + quote(cover),
        language=show.language or "en",
        category=category_path(show.category, show.where("category")),
        explicit=show.explicit or any(item.explicit for item in items),
        guid=guid,
        author=show.author,
        email=show.feed.email,
        copyright=show.copyright,
    )


def former_covers(folder: Path, cover: str) -> Iterator[Path]:
    """Covers that were written to a folder before: those whose name is that of what they hold.

    Args:
        folder: the folder that is published.
        cover: the name of its picture now.
    """
    for path in sorted(folder.glob("cover-*")):
        if path.name != cover and _COVER_NAME.fullmatch(path.name) and _holds_its_name(path):
            yield path


def cover_of(show: Show, title: str, given: Cover | None) -> tuple[str, bytes]:
    """The file name of a show's picture and its bytes: the given one, else drawn from the title.

    Apps keep a picture by its address, so a new one has a new name.
    """
    picture = given.data if given else draw_cover(title, show.author)
    suffix = ".png" if given and given.media_type == "image/png" else ".jpg"
    return _cover_stem(picture) + suffix, picture


def first_dates(
    show: Show, episodes: Sequence[FinishedEpisode], today: datetime.date
) -> dict[str, datetime.date | None]:
    """By episode key, the day to keep as its first: today where neither it nor the show has one.

    Raises:
        ConfigError: two episodes are made from the same.
    """
    dates: dict[str, datetime.date | None] = {}
    for episode in episodes:
        if episode.key in dates:
            what = f'two episodes are made from "{episode.key}"'
            raise ConfigError(what, where=show.where("episodes"), hint="remove one of them")
        dates[episode.key] = None if episode.date or show.date else today
    return dates


def items_of(
    show: Show, episodes: Sequence[FinishedEpisode], ids: FeedIds, base: str, folder: Path
) -> tuple[Item, ...]:
    """What the feed says of episodes, first to last.

    Args:
        show: their show.
        episodes: the episodes.
        ids: what is kept of each of them.
        base: the address of the folder that is published.
        folder: that folder.

    Raises:
        UsageError: an audio file cannot be found, or lies outside the folder.
    """
    kept = [ids.items[episode.key] for episode in episodes]
    dates = [
        episode.date or show.date or item.published or datetime.date.min
        for episode, item in zip(episodes, kept, strict=True)
    ]
    about = zip(episodes, map(look_of, episodes), kept, publication_times(dates), strict=True)
    return tuple(
        Item(
            title=title,
            description=_described(episode.description or show.description or episode.title),
            guid=item.guid,
            published=time,
            number=episode.number or place,
            season=episode.season,
            duration_s=duration_s,
            url=base + _path_in_url(episode.path, folder),
            n_bytes=_n_bytes(episode.path),
            media_type=media_type(episode.path),
            explicit=show.explicit if episode.explicit is None else episode.explicit,
        )
        for place, (episode, (title, duration_s), item, time) in enumerate(about, 1)
    )


def look_of(episode: FinishedEpisode) -> tuple[str, int]:
    """What the feed tells an episode by: its title, and its length in whole seconds."""
    return plain_text(episode.title) or episode.path.stem, round(episode.duration_s)


def publication_times(dates: Sequence[datetime.date]) -> list[datetime.datetime]:
    """When each of a show's episodes is published, of those of one day an earlier one first.

    It is midnight UTC at the beginning of its date, which has passed nearly everywhere when the
    author's day has begun: apps hide what is dated ahead. The next ones of that date follow a
    minute apart. No other episode changes the day: what is put in front of a show, or has a date
    far off, leaves the others where they were.
    """
    n_before: Counter[datetime.date] = Counter()
    times: list[datetime.datetime] = []
    for date in dates:
        midnight = datetime.datetime.combine(date, datetime.time(), datetime.UTC)
        times.append(midnight + n_before[date] * _LEAST_APART)
        n_before[date] += 1
    return times


def _cover_stem(picture: bytes) -> str:
    """The name of a picture's file, without its suffix."""
    return f"cover-{digest(picture)[:12]}"


def _holds_its_name(path: Path) -> bool:
    """Whether a file is the picture that it is named after, which nobody else names so."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_COVER_BYTES:
            return False
        return _cover_stem(path.read_bytes()) == path.stem
    except OSError:
        return False


def _described(text: str) -> str:
    """A description that says how it is spoken, cut to what directories take."""
    text = plain_text(text)
    room = MOST_DESCRIPTION_BYTES - len(f"\n\n{_DISCLOSURE}")
    if len(text.encode()) > room:
        text = text.encode()[: room - len("…".encode())].decode(errors="ignore") + "…"
    return f"{text}\n\n{_DISCLOSURE}".lstrip()


def _path_in_url(path: Path, folder: Path) -> str:
    """The path of a file from a folder, percent-encoded (RFC 3986, section 2.1)."""
    try:
        inner = path.resolve().relative_to(folder.resolve())
    except ValueError:
        what = f"{path} is not in the folder that is published, {folder}"
        raise UsageError(what, hint="choose its folder with --output") from None
    return quote(os.fsencode(inner.as_posix()))


def _n_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        what = f"cannot read {path}: {error.strerror or error}"
        raise UsageError(what, hint="make it with: audiobook build") from error
