"""The page that a browser sees of a published folder: plain HTML that asks for nothing else."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

__all__ = ["PAGE_POLICY", "PageEpisode", "page_html"]

PAGE_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
"""What the page may load, for its Content-Security-Policy: sound from where it came from."""

_OTHERS = "Other files, which the feed does not list"
_EMPTY = (
    "<p>There is nothing to listen to in this folder yet. Make an episode with "
    "<code>audiobook build</code>, then its feed with <code>audiobook publish</code>.</p>"
)
_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}"
    "li{margin:1.5rem 0}audio{display:block;width:100%}ol,ul{padding-left:1.5rem}"
    "h2{font-size:1.2rem}"
)


@dataclass(frozen=True, slots=True)
class PageEpisode:
    """An episode as the page shows it."""

    title: str
    """Its title."""
    name: str | None
    """The path of its file from the page; None where that is not in the folder."""
    date: datetime.date | None = None
    """When it was published; None where that is not known."""
    duration_s: int | None = None
    """How long it plays, in whole seconds; None where that is not known."""


def page_html(
    title: str, feed_address: str | None, episodes: Sequence[PageEpisode], others: Sequence[str]
) -> str:
    """A page with the feed's address and a player for each episode, and for each other file.

    Args:
        title: the show's; "" where it has none.
        feed_address: where the feed is; None for none.
        episodes: what the feed lists, the oldest first.
        others: the names of audio files beside the page that it does not list.
    """
    title = _escaped(title) or "Episodes"
    parts = [_feed(feed_address), _list("ol", map(_episode, episodes))]
    if others:
        parts += [f"<h2>{_OTHERS if episodes else 'Files'}</h2>", _list("ul", map(_file, others))]
    if not episodes and not others:
        parts.append(_EMPTY)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style>"
        f'<h1 dir="auto">{title}</h1>{"".join(parts)}</html>\n'
    )


def _feed(address: str | None) -> str:
    if address is None:
        return "<p>There is no feed here. Write it with <code>audiobook publish</code>.</p>"
    shown = html.escape(address)
    return f'<p>Feed, for a podcast app: <a href="{shown}">{shown}</a></p>'


def _list(tag: str, entries: Iterable[str]) -> str:
    inner = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<{tag}>{inner}</{tag}>" if inner else ""


def _episode(episode: PageEpisode) -> str:
    facts = [
        f"<time>{episode.date.isoformat()}</time>" if episode.date else "",
        "" if episode.duration_s is None else str(datetime.timedelta(seconds=episode.duration_s)),
        "its file is not in this folder" if episode.name is None else "",
    ]
    told = " · ".join(filter(None, facts))
    title = f'<strong dir="auto">{_escaped(episode.title)}</strong> {told}'
    return title if episode.name is None else title + _player(episode.name, episode.title)


def _file(name: str) -> str:
    return f'<a href="{_address(name)}">{_escaped(name)}</a>{_player(name, name)}'


def _player(name: str, label: str) -> str:
    return (
        f'<audio controls preload="none" src="{_address(name)}" aria-label="{_escaped(label)}">'
        "</audio>"
    )


def _address(name: str) -> str:
    return quote(name, errors="surrogateescape")


def _escaped(text: str) -> str:
    """A text that is no markup; of a file's name, what is not Unicode as question marks."""
    return html.escape(text.encode(errors="replace").decode())
