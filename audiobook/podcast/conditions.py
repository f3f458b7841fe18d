"""What a request asks of a file beside its name: a part of it, or nothing if it has not changed."""

from __future__ import annotations

import re

from starlette.requests import Request

__all__ = ["asked_range", "asked_ranges", "has_already"]

_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


def has_already(request: Request, etag: str) -> bool:
    """Whether a client has the content of that tag (If-None-Match; RFC 9110, section 13.1.2)."""
    tags = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(tag.strip(" \t").removeprefix("W/") in (etag, "*") for tag in tags)


def asked_ranges(request: Request) -> list[tuple[int | None, int | None]]:
    """The first and the last byte of each range that is asked for (RFC 9110, section 14.1.1).

    Without a first, the last is how many of the last bytes are. There are none where the header
    is of another unit, or is wrong in any part, and so is to be ignored.
    """
    unit, _, text = request.headers.get("range", "").partition("=")
    ranges = [_range(part.strip(" \t")) for part in text.split(",")]
    found = [each for each in ranges if each is not None]
    return found if unit.lower() == "bytes" and len(found) == len(ranges) else []


def asked_range(request: Request, etag: str, n_bytes: int) -> range | None:
    """The bytes that are asked for, none of them where there are none (RFC 9110, section 14.1).

    None for all: what is not asked by GET, for a former content, or in several ranges.
    """
    ranges = asked_ranges(request)
    if len(ranges) != 1 or request.method != "GET":
        return None
    if request.headers.get("if-range", etag) != etag:
        return None
    ((first, last),) = ranges
    if first is None:
        return range(max(0, n_bytes - (last or 0)), n_bytes)
    return range(first, n_bytes if last is None else min(last + 1, n_bytes))


def _range(text: str) -> tuple[int | None, int | None] | None:
    """One range; None of what is none."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    if first is None:
        return None if last is None else (first, last)
    return None if last is not None and last < first else (first, last)
