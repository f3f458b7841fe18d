"""The files a podcast is made of: the feed's name, and the media types of them all."""

from __future__ import annotations

from pathlib import PurePath

__all__ = ["FEED_FILE", "is_audio", "media_type"]

FEED_FILE = "feed.xml"
"""Name of the feed in the folder that is published."""

_MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".opus": "audio/ogg",
    ".png": "image/png",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".xml": "application/rss+xml",
}


def media_type(path: PurePath) -> str:
    """The media type of a file, by its suffix; for others that of mere bytes (RFC 2046).

    The system's own table is not asked: it differs from machine to machine.
    """
    return _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")


def is_audio(path: PurePath) -> bool:
    """Whether a file is one to listen to, by its suffix."""
    return media_type(path).startswith("audio/")
