"""What a feed is given once and keeps for good: its guid, its items' guids, their first dates.

A podcast app takes an item with a new guid for a new episode and downloads it again, so guids
outlive a change of title, address or file name. They lie in `feed-ids.json` in the show's
folder, to be kept with the show:

    {"podcast": guid, "items": {key: {"guid": guid, "published": date}}}

Source: Podcasting 2.0 namespace, podcast:guid; RFC 9562 section 5.5 for UUIDs from names.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.store import replacing

__all__ = [
    "IDS_FILE",
    "FeedIds",
    "ItemId",
    "followed",
    "minted",
    "podcast_guid",
    "read_ids",
    "write_ids",
]

IDS_FILE = "feed-ids.json"

_PODCASTS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of podcast guids."""
_MOST_BYTES = 16 << 20
_HINT = "mend it, or take it from an earlier copy: without it apps would see new episodes"


@dataclass(frozen=True, slots=True)
class ItemId:
    """What an item keeps."""

    guid: str
    """Its guid: a UUID, or whatever another publisher gave it before."""
    published: datetime.date | None = None
    """The day it was first published; None where the show gives its date."""


@dataclass(frozen=True, slots=True)
class FeedIds:
    """What a feed keeps."""

    podcast: str | None = None
    """Its guid; None until it has an address that others can reach."""
    items: Mapping[str, ItemId] = field(default_factory=dict)
    """What its items keep, by their keys; those of former items too."""


def podcast_guid(address: str) -> str:
    """The guid of a podcast whose first feed is at an address; its scheme does not count."""
    return str(uuid.uuid5(_PODCASTS, address.partition("://")[2].rstrip("/")))


def followed(
    ids: FeedIds, listed: Mapping[str, Hashable], present: Mapping[str, Hashable]
) -> FeedIds:
    """What a feed keeps, by the keys that its items have now.

    A story's file is renamed, or a chapter put before others: then keys are others, or those of
    others. An item that looks like one that was listed, and like no other, is still that one.

    Args:
        ids: what it keeps.
        listed: by guid, what each item was told by when it was last listed.
        present: by key, what each is told by now.
    """
    keys = {item.guid: key for key, item in ids.items.items()}
    former = _alone({keys[guid]: look for guid, look in listed.items() if guid in keys})
    origins = {key: former.get(look, key) for look, key in _alone(present).items()}
    moves = {key: origin for key, origin in origins.items() if key != origin}
    moved = set(moves.values())
    items = {key: item for key, item in ids.items.items() if key not in moved}
    for key, origin in moves.items():
        if key in items:  # of what is gone: kept, so that nothing else is ever given its guid
            items[items[key].guid] = items[key]
        items[key] = ids.items[origin]
    return replace(ids, items=items)


def minted(
    ids: FeedIds, address: str | None, title: str, dates: Mapping[str, datetime.date | None]
) -> FeedIds:
    """What a feed keeps, with what is missing added; what is there stays as it is.

    Args:
        ids: what it has.
        address: of the feed, for others; None where it has none.
        title: of the show, which stands in for the address where it has none.
        dates: by item key, the day to keep as the first; None where the show gives its date.
    """
    podcast = ids.podcast
    if podcast is None and address is not None:
        podcast = podcast_guid(address)
    space = uuid.UUID(podcast) if podcast else uuid.uuid5(_PODCASTS, title)
    items = dict(ids.items)
    taken = {item.guid for item in items.values()}
    for key, date in dates.items():
        item = items.get(key) or ItemId(_new_guid(space, key, taken))
        items[key] = ItemId(item.guid, item.published or date)
        taken.add(item.guid)
    return FeedIds(podcast, items)


def read_ids(path: Path) -> FeedIds:
    """What a feed keeps; nothing yet where the file is not there.

    Raises:
        ConfigError: the file cannot be read, or was edited into something else; with the line.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe is waited for, a device has no end
            raise ConfigError("cannot be read: it is no file", where=Where(str(path)))
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return FeedIds()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot be read: {reason}", where=Where(str(path))) from error
    text, table = _parsed(data, str(path))
    return _Reader(str(path), text).ids(table)


def write_ids(path: Path, ids: FeedIds) -> None:
    """Write what a feed keeps.

    Raises:
        OutputError: the folder cannot be written; the old file stays.
    """
    items = {
        key: {"guid": item.guid} | ({"published": str(item.published)} if item.published else {})
        for key, item in ids.items.items()
    }
    table = ({"podcast": ids.podcast} if ids.podcast else {}) | {"items": items}
    text = json.dumps(table, indent=2) + "\n"
    cure = "make its folder writable: the feed's identifiers are kept there"
    with replacing(path, make_folder=True, cure=cure) as file:
        file.write(text.encode())


def _alone(looks: Mapping[str, Hashable]) -> dict[Hashable, str]:
    """Those that look like no other, by their looks."""
    counts = Counter(looks.values())
    return {look: key for key, look in looks.items() if counts[look] == 1}


def _new_guid(space: uuid.UUID, key: str, taken: Collection[str]) -> str:
    """A guid made from a key; where another item has taken that along, one made from that."""
    name = key.encode(errors="backslashreplace").decode()  # file names may not be Unicode
    guid = str(uuid.uuid5(space, name))
    while guid in taken:
        guid = str(uuid.uuid5(space, guid))
    return guid


def _parsed(data: bytes, name: str) -> tuple[str, object]:
    """The text of a JSON file and what it says."""
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"is larger than {_MOST_BYTES} bytes", where=Where(name))
    try:
        text = data.decode("utf-8-sig")
        return text, json.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8", where=Where(name, line)) from error
    except json.JSONDecodeError as error:
        excerpt = text.split("\n")[error.lineno - 1].rstrip("\r")
        where = Where(name, error.lineno, error.colno, excerpt)
        raise ConfigError(f"is not JSON: {error.msg}", where=where, hint=_HINT) from error
    except (RecursionError, ValueError) as error:
        raise ConfigError("is not JSON that can be used", where=Where(name), hint=_HINT) from error


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the nouns off a table, and finds the lines that complaints are about."""

    name: str
    text: str

    def ids(self, table: object) -> FeedIds:
        top = self.checked(table, "the file", {"podcast", "items"})
        podcast = self.uuid(top)
        items = {}
        owners: dict[str, str] = {}
        entries = self.checked(top.get("items", {}), '"items"', None)
        for key, entry in entries.items():
            item = self.item(key, entry)
            if owners.setdefault(item.guid, key) != key:
                raise self.wrong(f'"{owners[item.guid]}" and "{key}" have the same guid', key)
            items[key] = item
        return FeedIds(podcast, items)

    def uuid(self, top: dict[str, object]) -> str | None:
        """The podcast's guid, as the namespace has it written."""
        podcast = self.words(top, "podcast")
        try:
            return str(uuid.UUID(podcast)) if podcast else None
        except ValueError:
            raise self.wrong('"podcast" must be a UUID', "podcast") from None

    def item(self, key: str, entry: object) -> ItemId:
        values = self.checked(entry, f'"{key}"', {"guid", "published"})
        guid = self.words(values, "guid", key)
        if guid is None:
            raise self.wrong(f'"{key}" has no guid', key)
        published = self.words(values, "published", key)
        try:
            return ItemId(guid, datetime.date.fromisoformat(published) if published else None)
        except ValueError:
            what = f'"published" must be a date such as 2026-11-22, not "{published}"'
            raise self.wrong(what, key) from None

    def checked(self, value: object, what: str, known: set[str] | None) -> dict[str, object]:
        """A table that has only known names."""
        if not isinstance(value, dict):
            raise self.wrong(f"{what} must be a table", what.strip('"'))
        for name in value:
            if known is not None and name not in known:
                raise UnknownNameError("name", name, known, where=self.where(name))
        return value

    def words(self, table: dict[str, object], name: str, key: str | None = None) -> str | None:
        """A text in one line that is not blank; None where it is not given."""
        value = table.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.wrong(f'"{name}" must be a text', key or name)
        return value.strip()

    def wrong(self, what: str, key: str) -> ConfigError:
        return ConfigError(what, where=self.where(key), hint=_HINT)

    def where(self, key: str) -> Where:
        """The first line on which a name stands between quotes."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if json.dumps(key) in line or json.dumps(key, ensure_ascii=False) in line:
                return Where(self.name, number, excerpt=line)
        return Where(self.name)
