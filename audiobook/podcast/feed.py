"""The feed: RSS 2.0 with the elements of Apple and of Podcasting 2.0, from plain nouns.

Sources: RSS 2.0 and the RSS Advisory Board's best practices profile; Apple Podcasts for Creators,
"A podcaster's guide to RSS"; the Podcasting 2.0 namespace; RFC 4287 for `atom:link`.
"""

from __future__ import annotations

import datetime
import email.utils
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

__all__ = ["MOST_DESCRIPTION_BYTES", "Channel", "Item", "feed_xml", "plain_text"]

MOST_DESCRIPTION_BYTES = 4000
"""The longest description that Apple takes, in UTF-8."""

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a document cannot hold, even escaped (XML 1.0, section 2.2)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of the show."""

    title: str
    """Its name."""
    description: str
    """What it is about, as plain text."""
    link: str
    """Address of its page."""
    address: str
    """Address of the feed itself."""
    image: str
    """Address of its cover."""
    language: str
    """BCP 47 tag."""
    category: tuple[str, ...]
    """Apple's category, and its subcategory where there is one."""
    explicit: bool
    """Whether it is unfit for children."""
    guid: str | None = None
    """Its podcast:guid; None where it has no address for others."""
    author: str | None = None
    """Who wrote it."""
    email: str | None = None
    """Address of its owner."""
    copyright: str | None = None
    """Who holds the rights."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a feed says of an episode."""

    title: str
    """Its title, without its number."""
    description: str
    """What it is about, as plain text; blank lines part its paragraphs."""
    guid: str
    """What it is known by for good."""
    published: datetime.datetime
    """When it was published, in UTC."""
    number: int
    """Its number in the show, or in its season, from 1."""
    duration_s: int
    """How long it plays, in whole seconds."""
    url: str
    """Address of its audio file."""
    n_bytes: int
    """Length of that file."""
    media_type: str
    """Media type of that file."""
    season: int | None = None
    """The season's number, from 1; None in a show without seasons."""
    explicit: bool = False
    """Whether it is unfit for children."""


def feed_xml(channel: Channel, items: Sequence[Item]) -> bytes:
    """The feed, in UTF-8: the same bytes for the same nouns.

    Args:
        channel: the show.
        items: its episodes, first to last; readers expect, and get, the newest on top.
    """
    rss = etree.Element("rss", nsmap=_NAMESPACES)
    rss.set("version", "2.0")
    top = _add(rss, "channel")
    _describe(top, channel)
    if items:
        _add(top, "lastBuildDate", _rfc2822(max(item.published for item in items)))
    for item in sorted(items, key=lambda item: item.published, reverse=True):
        _add_item(top, item)
    return etree.tostring(rss, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def plain_text(text: str) -> str:
    """A text without what XML cannot hold: control characters and halves of surrogate pairs."""
    return _NO_XML.sub("", text).strip()


def _describe(top: etree._Element, channel: Channel) -> None:
    _add(top, "title", channel.title)
    _add(top, "link", channel.link)
    _add(top, "description", channel.description)
    _add(top, "language", channel.language)
    _add(top, "generator", "audiobook")
    _add(top, "atom:link", href=channel.address, rel="self", type="application/rss+xml")
    _add(top, "itunes:type", "serial")
    _add(top, "itunes:explicit", _flag(channel.explicit))
    _add(top, "itunes:image", href=channel.image)
    category = top
    for name in channel.category:
        category = _add(category, "itunes:category", text=name)
    _add(top, "podcast:medium", "audiobook")
    _add(top, "podcast:txt", "true", purpose="ai-content")
    where_known = {
        "copyright": channel.copyright,
        "itunes:author": channel.author,
        "podcast:guid": channel.guid,
    }
    for name, text in where_known.items():
        if text:
            _add(top, name, text)
    _add_owner(top, channel)


def _add_owner(top: etree._Element, channel: Channel) -> None:
    """Who may move the show to another host: nobody without the owner's consent."""
    if channel.email is None:
        _add(top, "podcast:locked", "yes")
        return
    owner = _add(top, "itunes:owner")
    _add(owner, "itunes:name", channel.author or channel.title)
    _add(owner, "itunes:email", channel.email)
    _add(top, "podcast:locked", "yes", owner=channel.email)


def _add_item(top: etree._Element, item: Item) -> None:
    entry = _add(top, "item")
    _add(entry, "title", item.title)
    # Of all elements this alone is read as HTML (RSS Advisory Board), so it is escaped as such.
    _add(entry, "description", html.escape(item.description, quote=False))
    _add(entry, "content:encoded", _paragraphs(item.description))
    _add(entry, "enclosure", url=item.url, length=str(item.n_bytes), type=item.media_type)
    _add(entry, "guid", item.guid, isPermaLink="false")
    _add(entry, "pubDate", _rfc2822(item.published))
    _add(entry, "itunes:title", item.title)
    _add(entry, "itunes:duration", str(item.duration_s))
    if item.season is not None:
        _add(entry, "itunes:season", str(item.season))
    _add(entry, "itunes:episode", str(item.number))
    _add(entry, "itunes:episodeType", "full")
    _add(entry, "itunes:explicit", _flag(item.explicit))
    _add(entry, "podcast:txt", "true", purpose="ai-content")


def _add(
    parent: etree._Element, name: str, content: str = "", /, **attributes: str
) -> etree._Element:
    """Add an element; a name with a prefix is taken from its namespace."""
    prefix, _, local = name.rpartition(":")
    element = etree.SubElement(parent, f"{{{_NAMESPACES[prefix]}}}{local}" if prefix else local)
    element.text = plain_text(content) or None
    for attribute, value in attributes.items():
        element.set(attribute, plain_text(value))
    return element


def _paragraphs(text: str) -> str:
    """Plain text as HTML."""
    paragraphs = re.split(r"\n\s*\n", plain_text(text))
    return "".join(f"<p>{html.escape(part.strip(), quote=False)}</p>" for part in paragraphs)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _rfc2822(time: datetime.datetime) -> str:
    return email.utils.format_datetime(time, usegmt=True)
