"""Finished episodes become a podcast: a feed with its cover, and a server to listen from.

show, finished episodes ─channel▶ Channel, Items ─feed▶ feed.xml
                            ▲
        feed-ids.json ─ids─▶│ what is given once and kept
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.errors import UsageError
from audiobook.store import replacing

if TYPE_CHECKING:
    from audiobook.config import Show
    from audiobook.publish.feed import Item

__all__ = ["FEED_FILE", "FinishedEpisode", "Published", "publish"]

FEED_FILE = "feed.xml"


@dataclass(frozen=True, slots=True)
class FinishedEpisode:
    """An episode that has been made."""

    path: Path
    """Its audio file, in the folder that is published."""
    key: str
    """What it was made from, by which it is known for good: the file name of its story, with
    "#2" after it for the second chapter where each chapter is an episode."""
    title: str
    """Its title, without its number."""
    duration_s: float
    """How long it plays."""
    description: str | None = None
    """What it is about; None for the show's description."""
    number: int | None = None
    """Its number in the show, from 1; None for its place among the episodes."""
    date: datetime.date | None = None
    """When it is published; None for the show's date, else for the day it was first published."""


@dataclass(frozen=True, slots=True)
class Published:
    """A podcast that has been written to a folder."""

    feed: Path
    """The feed's file."""
    address: str
    """The feed's address, which podcast apps follow."""
    cover: Path
    """The picture's file."""
    items: tuple[Item, ...]
    """What the feed lists, first to last."""
    local: bool
    """True when nobody else can follow it, since no address was given."""


def publish(
    show: Show,
    episodes: Sequence[FinishedEpisode],
    output: Path,
    *,
    url: str | None,
    today: datetime.date,
) -> Published:
    """Write the feed of a show, and its cover, beside its episodes.

    Args:
        show: the channel.
        episodes: first to last.
        output: the folder that is published; it holds the episodes.
        url: where that folder will be found; None for the show's, else this machine's.
        today: the date of episodes that neither have one nor were published before.

    Raises:
        UsageError: there are no episodes, or one is not in the folder.
        ConfigError: the show, its cover or its `feed-ids.json` cannot be used.
        OutputError: a file cannot be written; the feed that was there stays.
    """
    # Here, so that the package itself loads without lxml and Pillow.
    from audiobook.publish import channel, feed, ids  # noqa: PLC0415

    if not episodes:
        raise UsageError("there is no episode to publish", hint="make one with: audiobook build")
    base = channel.base_url(show, url)
    local = url is None and show.feed.url is None
    address = base + FEED_FILE
    title = feed.plain_text(show.title or episodes[0].title) or "Untitled"
    ids_path = (show.folder or output) / ids.IDS_FILE
    kept = ids.read_ids(ids_path)
    dates = channel.first_dates(show, episodes, today)
    complete = ids.minted(kept, None if local else address, title, dates)
    cover_name, picture = channel.cover_of(show, title)
    about = channel.channel_of(show, title, base, cover_name, complete.podcast)
    items = channel.items_of(show, episodes, complete, base, output)
    if complete != kept:
        ids.write_ids(ids_path, complete)
    _write(output / cover_name, picture)
    _write(output / FEED_FILE, feed.feed_xml(about, items))
    return Published(output / FEED_FILE, address, output / cover_name, items, local)


def _write(path: Path, data: bytes) -> None:
    with replacing(path, make_folder=True) as file:
        file.write(data)
