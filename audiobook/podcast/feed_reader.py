"""A feed read back from its file: what it lists, and its links as another address has them.

The file may be anybody's, so nothing in it is trusted: no entity is followed, nothing is fetched.
"""

from __future__ import annotations

import datetime
import email.utils
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import etree

__all__ = ["ListedItem", "ReadFeed", "feed_bytes", "moved_feed", "read_feed"]

_MOST_BYTES = 64 << 20
"""A feed that is longer is not this program's, and is looked at no further."""
_DIGITS = re.compile("[0-9]{1,6}")
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_DURATION = "{http://www.itunes.com/dtds/podcast-1.0.dtd}duration"
_LINKS_IN_TEXT = frozenset({"link", "url"})
"""Elements whose text is an address; in all others that is in attributes."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """What a feed says of an episode; "" and None where it does not."""

    title: str
    """Its title."""
    guid: str
    """What it is known by for good."""
    url: str
    """Address of its audio file."""
    date: datetime.date | None
    """When it was published."""
    duration_s: int | None
    """How long it plays, in whole seconds."""


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """What a feed says that concerns the folder it lies in."""

    title: str
    """The show's; "" where it has none."""
    base: str | None
    """Address of its folder, with a slash at the end; None where it does not say its own."""
    items: tuple[ListedItem, ...]
    """What it lists, as it stands there: the newest on top."""


def feed_bytes(path: Path) -> bytes | None:
    """What a feed's file holds; None where there is none, or none that is looked at."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:  # there is none, or none that can be read
        return None
    return data if len(data) <= _MOST_BYTES else None


def read_feed(data: bytes) -> ReadFeed | None:
    """What a feed says; None of what is no feed."""
    root = _root(data)
    if root is None:
        return None
    return ReadFeed(
        root.findtext("channel/title", "").strip(),
        _base(root),
        tuple(_listed(item) for item in root.iterfind("channel/item")),
    )


def moved_feed(data: bytes, base: str) -> bytes:
    """A feed whose links into its own folder begin at another address; all else as it was.

    Args:
        data: the feed. What is none, or does not say where it lies, is given back.
        base: the address of the folder, with a slash at its end.
    """
    root = _root(data)
    old = None if root is None else _base(root)
    if root is None or old is None or old == base:
        return data
    for element in root.iter("*"):
        for name, value in element.attrib.items():
            if str(value).startswith(old):
                element.set(name, base + str(value).removeprefix(old))
        text = (element.text or "").strip()
        if text.startswith(old) and etree.QName(element).localname in _LINKS_IN_TEXT:
            element.text = base + text.removeprefix(old)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _root(data: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None


def _base(root: etree._Element) -> str | None:
    """The address of the folder that a feed says it lies in."""
    for link in root.iterfind(f"channel/{_ATOM_LINK}"):
        address = link.get("href", "")
        try:
            parts = urlsplit(address)
            if link.get("rel") == "self" and parts.scheme in {"http", "https"} and parts.netloc:
                return urljoin(address, ".")
        except ValueError:
            continue
    return None


def _listed(item: etree._Element) -> ListedItem:
    enclosure = item.find("enclosure")
    return ListedItem(
        item.findtext("title", "").strip(),
        item.findtext("guid", ""),
        "" if enclosure is None else enclosure.get("url", ""),
        _date(item.findtext("pubDate", "")),
        _seconds(item.findtext(_DURATION, "")),
    )


def _date(text: str) -> datetime.date | None:
    """The day of a time as RFC 2822 has it."""
    try:
        return email.utils.parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _seconds(text: str) -> int | None:
    """A duration in seconds, or as 1:02:03, which Apple takes as well."""
    parts = text.strip().split(":")
    if len(parts) > 3 or not all(_DIGITS.fullmatch(part) for part in parts):
        return None
    seconds = 0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds
