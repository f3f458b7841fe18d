"""The page that a browser sees of a published folder: plain HTML that asks for nothing else."""

from __future__ import annotations

import html
from collections.abc import Sequence
from urllib.parse import quote

__all__ = ["PAGE_POLICY", "page_html"]

PAGE_POLICY = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
"""What the page may load, for its Content-Security-Policy: sound from where it came from."""

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}"
    "li{margin:1.5rem 0}audio{display:block;width:100%}ol{padding-left:1.5rem}"
)


def page_html(feed_address: str | None, names: Sequence[str]) -> str:
    """A page with the feed's address and a player for each episode.

    Args:
        feed_address: where the feed is; None for none.
        names: the names of the audio files beside the page.
    """
    feed = ""
    if feed_address is not None:
        address = html.escape(feed_address)
        feed = f'<p>Feed, for a podcast app: <a href="{address}">{address}</a></p>'
    players = "".join(_player(name) for name in names)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Episodes</title><style>{_STYLE}</style>"
        f"<h1>Episodes</h1>{feed}<ol>{players}</ol></html>\n"
    )


def _player(name: str) -> str:
    source = quote(name, errors="surrogateescape")
    label = html.escape(name.encode(errors="replace").decode())
    return (
        f'<li><a href="{source}">{label}</a>'
        f'<audio controls preload="none" src="{source}" aria-label="{label}"></audio></li>'
    )
