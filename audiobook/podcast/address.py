"""The address that a request came to, of which only what is surely an address is taken."""

from __future__ import annotations

import ipaddress
import re

from starlette.requests import Request

__all__ = ["address_of"]

_HOST = re.compile(
    r"(?:(?P<name>[\w-]+(?:\.[\w-]+)*)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(?::(?P<port>\d{1,5}))?",
    re.ASCII,
)
_MOST_NAME_CHARACTERS = 253
_LAST_PORT = 65535


def address_of(request: Request) -> str:
    """The address of what a server offers, as who has asked names it, with a slash at its end.

    The Host header can be anything. What in it is no host and port (RFC 9110, section 7.2; names
    as in DNS, with the underscores of home networks), or comes more than once, is passed over for
    the address that the server was reached at.
    """
    scheme = "https" if request.scope.get("scheme") == "https" else "http"
    hosts = request.headers.getlist("host")
    if len(hosts) == 1 and _is_host(hosts[0]):
        return f"{scheme}://{hosts[0]}/"
    host, port = request.scope.get("server") or ("127.0.0.1", None)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}/" if port is None else f"{scheme}://{shown}:{port}/"


def _is_host(text: str) -> bool:
    """Whether a text is a host, with or without a port."""
    found = _HOST.fullmatch(text)
    if found is None or not 0 < int(found["port"] or 80) <= _LAST_PORT:
        return False
    if found["name"] is not None:
        return len(found["name"]) <= _MOST_NAME_CHARACTERS
    try:
        ipaddress.IPv6Address(found["ipv6"])
    except ValueError:
        return False
    return True
