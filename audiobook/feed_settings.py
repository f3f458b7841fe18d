"""What a show says of its feed, checked: the addresses of its folder, its page and its owner."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from audiobook.errors import AudiobookError, ConfigError, UsageError, Where

__all__ = ["check_email", "folder_url", "web_url"]

_URL_CHARACTERS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
"""What an address may hold (RFC 3986, section 2): anything else is percent-encoded."""
_EMAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\".]+(\.[^\s@<>(),;:\".]+)+")
"""A name and a host with a dot in it: what RFC 5322 allows besides, no directory takes."""


def folder_url(url: str, where: Where | None) -> str:
    """The address of a folder, with a slash at its end.

    Args:
        url: what was given.
        where: where it stands; None where it was typed.

    Raises:
        UsageError, ConfigError: it is not the http or https address of a folder.
    """
    path = urlsplit(web_url(url, "url", where)).path
    if "?" in url or "#" in url or path.endswith(".xml"):
        what = f'"url" must be the address of a folder, not "{url}"'
        raise _wrong(what, where, "leave out the feed's own name: it is added to it")
    return url.rstrip("/") + "/"


def web_url(url: str, setting: str, where: Where | None) -> str:
    """An address as it was given.

    Args:
        url: what was given.
        setting: its name.
        where: where it stands; None where it was typed.

    Raises:
        UsageError, ConfigError: it is no http or https address, in ASCII as RFC 3986 has it, or
            tells a password.
    """
    try:
        parts = urlsplit(url)
        web = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        web = False
    if not web or "@" in parts.netloc or not _URL_CHARACTERS.fullmatch(url):
        what = f'"{setting}" must be an http or https address, not "{url}"'
        raise _wrong(what, where, 'such as "https://example.org/podcast/"')
    return url


def check_email(email: str, where: Where | None) -> None:
    """See that directories can write to an address.

    Raises:
        ConfigError: it is none.
    """
    if not _EMAIL.fullmatch(email):
        what = f'"email" must be an address of mail, not "{email}"'
        raise ConfigError(what, where=where, hint='such as "ida@example.org"')


def _wrong(what: str, where: Where | None, hint: str) -> AudiobookError:
    """The error for a setting, or for what was typed, which stands nowhere."""
    return ConfigError(what, where=where, hint=hint) if where else UsageError(what, hint=hint)
