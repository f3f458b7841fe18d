"""A session that asks one server and no other: where a redirect leads is told, and not followed.

Loaded when it is first needed, for it brings requests with it.
"""

from __future__ import annotations

import urllib.parse

import requests

__all__ = ["StayingSession", "elsewhere"]


class StayingSession(requests.Session):
    """A session that leaves redirects as they came, whatever it is asked to do with them.

    With `allow_redirects=False` alone, requests still reads the body of a redirect, however long,
    and takes its address apart, whatever that is, to prepare a request that nobody sends.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: no answer has anything after it."""


def elsewhere(redirect: requests.Response) -> str | None:
    """The host that a redirect leads to; None where its address names none, or is no address."""
    try:
        return urllib.parse.urlsplit(redirect.headers["Location"]).hostname
    except ValueError:
        return None
