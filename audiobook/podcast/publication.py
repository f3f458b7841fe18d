"""A show and its finished episodes become files: the feed, and the picture beside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audiobook.episode.tags import Cover
from audiobook.errors import UsageError
from audiobook.podcast import channel, feed, ids
from audiobook.podcast.channel import FinishedEpisode
from audiobook.podcast.feed import Item
from audiobook.podcast.feed_reader import ReadFeed, feed_bytes, read_feed
from audiobook.podcast.media import FEED_FILE
from audiobook.show import Show
from audiobook.store import check_target, replacing

__all__ = ["Dropped", "Published", "publish"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a feed has listed, and lists no more."""

    title: str
    """Its title."""
    key: str | None
    """What it was made from, as `FinishedEpisode.key` has it; None where that is not known."""


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
    moved: bool
    """True when it has the podcast:guid of another address, where it was published before."""
    ids: Path
    """The file that keeps its guids."""
    dropped: tuple[Dropped, ...]
    """What the feed that was there listed, and this one does not, the newest on top."""


def publish(
    show: Show,
    episodes: Sequence[FinishedEpisode],
    output: Path,
    *,
    url: str | None,
    today: datetime.date,
    cover: Cover | None = None,
) -> Published:
    """Write the feed of a show, and its cover, beside its episodes; take former covers away.

    Args:
        show: the channel.
        episodes: first to last.
        output: the folder that is published; it holds the episodes.
        url: where that folder will be found; None for the show's, else this machine's.
        today: the date of episodes that neither have one nor were published before.
        cover: its picture, fit for a feed; None to have one drawn.

    Raises:
        UsageError: there are no episodes, or one is not in the folder.
        ConfigError: the show or its `feed-ids.json` cannot be used.
        OutputError: a file cannot be written; the feed that was there stays.
    """
    if not episodes:
        raise UsageError("there is no episode to publish", hint="make one with: audiobook build")
    base = channel.base_url(show, url)
    local = url is None and show.feed.url is None
    address = base + FEED_FILE
    title = feed.plain_text(show.title or episodes[0].title) or "Untitled"
    ids_path = (show.folder or output) / ids.IDS_FILE
    kept = ids.read_ids(ids_path)
    dates = channel.first_dates(show, episodes, today)
    former = read_feed(feed_bytes(output / FEED_FILE) or b"") or ReadFeed("", None, ())
    followed = _followed(kept, former, title, episodes)
    complete = ids.minted(followed, None if local else address, title, dates)
    cover_name, picture = channel.cover_of(show, title, cover)
    items = channel.items_of(show, episodes, complete, base, output)
    about = channel.channel_of(show, title, base, cover_name, complete.podcast, items)
    if complete != kept:
        ids.write_ids(ids_path, complete)
    check_target(output / FEED_FILE)
    dropped = _dropped(former, title, items, complete)
    _write(output / cover_name, picture)
    _write(output / FEED_FILE, feed.feed_xml(about, items))
    _remove(channel.former_covers(output, cover_name))
    moved = not local and complete.podcast != ids.podcast_guid(address)
    return Published(
        output / FEED_FILE, address, output / cover_name, items, local, moved, ids_path, dropped
    )


def _followed(
    kept: ids.FeedIds, former: ReadFeed, title: str, episodes: Sequence[FinishedEpisode]
) -> ids.FeedIds:
    """What is kept, by the keys of today; only a feed of the same title tells of the same show."""
    listed = former.items if former.title == title else ()
    return ids.followed(
        kept,
        {item.guid: (item.title, item.duration_s) for item in listed},
        {episode.key: channel.look_of(episode) for episode in episodes},
    )


def _dropped(
    former: ReadFeed, title: str, items: Sequence[Item], kept: ids.FeedIds
) -> tuple[Dropped, ...]:
    """What is listed no more; in a feed of the same title, a title alone tells an item again."""
    keys = {item.guid: key for key, item in kept.items.items()}
    known = {item.guid for item in items}
    if former.title == title:
        known |= {item.title for item in items}
    return tuple(
        Dropped(item.title, keys.get(item.guid))
        for item in former.items
        if known.isdisjoint((item.guid, item.title))
    )


def _write(path: Path, data: bytes) -> None:
    with replacing(path, make_folder=True) as file:
        file.write(data)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):  # it is in nobody's way
            path.unlink()
