"""The addresses of a server: the one to open, and the one that a request came to."""

from __future__ import annotations

import ipaddress
import re
import socket

from starlette.requests import Request

__all__ = ["address_of", "address_to_open"]

_HOST = re.compile(
    r"(?:(?P<name>[\w-]+(?:\.[\w-]+)*)|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(?::(?P<port>\d{1,5}))?",
    re.ASCII,
)
_MOST_NAME_CHARACTERS = 253
_LAST_PORT = 65535
_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Hosts that there are not, but in documentation (RFC 5737, RFC 3849)."""


def address_to_open(listener: socket.socket, host: str) -> str:
    """The address at which a server can be reached, with a slash at its end.

    Args:
        listener: the socket that it listens at.
        host: what it was asked to listen at. In the place of all the addresses of this machine,
            which nobody can open, stands the one that others know it by, as far as its routes
            tell that; else the one by which it knows itself.
    """
    bound, port = listener.getsockname()[:2]
    if ipaddress.ip_address(bound).is_unspecified:
        host = _own_host(listener.family)
    return f"http://{_shown(host)}:{port}/"


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
    shown = _shown(host)
    return f"{scheme}://{shown}/" if port is None else f"{scheme}://{shown}:{port}/"


def _shown(host: str) -> str:
    """A host as it stands in an address (RFC 3986, section 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def _own_host(family: socket.AddressFamily) -> str:
    """The address that this machine would send from to another."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((_ELSEWHERE[family], 9))  # finds a route, and sends nothing
            host = str(probe.getsockname()[0])
    except OSError:  # there is no way to any other
        return _LOOPBACK[family]
    # One that holds on one link alone (RFC 4291, section 2.5.6) cannot be opened from elsewhere.
    return _LOOPBACK[family] if "%" in host else host


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
