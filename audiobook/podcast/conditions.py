"""What a request asks of a file beside its name: a part, or on which condition it is sent."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Sequence

from starlette.requests import Request

__all__ = ["asked_range", "asked_ranges", "status_instead"]

_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


def status_instead(request: Request, etag: str, modified: str | None = None) -> int | None:
    """The status that is the whole answer, by what a client has already (RFC 9110, section 13.2.2).

    304 where it has just this content, 412 where it wants what is left of another one, as when it
    resumes a download; None where the content is to be sent.

    Args:
        request: what it asks.
        etag: the tag of the content.
        modified: when that last changed, as HTTP has it; None where that is not known.
    """
    changed_s = _time_s([modified] if modified else [])
    if not _is_wanted(request, etag, changed_s):
        return 412
    return 304 if _is_held(request, etag, changed_s) else None


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


def _is_wanted(request: Request, etag: str, changed_s: float | None) -> bool:
    """Whether this is the content that a client wants, or one that it does not exclude."""
    tags = request.headers.getlist("if-match")
    if tags:
        return not {etag, "*"}.isdisjoint(_tags(tags))
    since_s = _time_s(request.headers.getlist("if-unmodified-since"))
    return changed_s is None or since_s is None or changed_s <= since_s


def _is_held(request: Request, etag: str, changed_s: float | None) -> bool:
    """Whether a client has this content; tags say it better than times."""
    tags = request.headers.getlist("if-none-match")
    if tags:
        return not {etag, "*"}.isdisjoint(tag.removeprefix("W/") for tag in _tags(tags))
    since_s = _time_s(request.headers.getlist("if-modified-since"))
    return changed_s is not None and since_s is not None and changed_s <= since_s


def _tags(lines: Sequence[str]) -> list[str]:
    """The entity tags of a header, which may come in several lines."""
    return [tag.strip(" \t") for tag in ",".join(lines).split(",")]


def _time_s(lines: Sequence[str]) -> float | None:
    """A time in seconds since the epoch; None of what is none, and so is to be ignored."""
    try:
        (line,) = lines
        return email.utils.parsedate_to_datetime(line).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _range(text: str) -> tuple[int | None, int | None] | None:
    """One range; None of what is none."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    if first is None:
        return None if last is None else (first, last)
    return None if last is not None and last < first else (first, last)
