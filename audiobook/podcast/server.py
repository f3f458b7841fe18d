"""A server for a published folder: byte ranges, so that players seek, and nothing but reading."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from audiobook.errors import UsageError
from audiobook.podcast.address import address_of, address_to_open
from audiobook.podcast.conditions import asked_range, asked_ranges, status_instead
from audiobook.podcast.connection import Connection
from audiobook.podcast.feed_reader import ReadFeed, feed_bytes, moved_feed, read_feed
from audiobook.podcast.media import FEED_FILE, is_audio, media_type
from audiobook.podcast.page import PAGE_POLICY, PageEpisode, page_html
from audiobook.store import digest

__all__ = ["folder_app", "folder_server", "serve"]

_NO_SNIFFING = {"x-content-type-options": "nosniff"}
_FOR_THIS_CLIENT = {"cache-control": "private, no-cache"}
"""For what names the address that a client has asked at: no cache may give it to another."""
_LAST_PORT = 65535
_PATIENCE_S = 10
"""How long a client may take for a whole request."""
_LAST_WORDS_S = 1
"""How long what is being sent may go on after the end was asked for."""


def folder_app(folder: Path) -> Starlette:
    """The application that offers a folder: a page at "/", and the files in it.

    Files answer GET and HEAD with byte ranges (RFC 9110, section 14) and validators. Those whose
    name begins with a dot, and those outside the folder, by whatever way, are not there. The feed
    is sent with its own links as the address has them that the request came to, so that an app
    on another machine finds the episodes; its file stays as it was published.
    """

    def page(request: Request) -> Response:
        address = address_of(request) + FEED_FILE if _inside(folder, FEED_FILE) else None
        feed = read_feed(feed_bytes(folder / FEED_FILE) or b"") if address else None
        episodes = _episodes(folder, feed) if feed else []
        listed = {episode.name for episode in episodes}
        others = [name for name in _audio_names(folder) if name not in listed]
        text = page_html(feed.title if feed else "", address, episodes, others)
        headers = {"content-security-policy": PAGE_POLICY, **_FOR_THIS_CLIENT}
        return HTMLResponse(text, headers=headers)

    def file(request: Request) -> Response:
        path = _inside(folder, _named(request.scope["raw_path"].removeprefix(b"/")))
        if path is None:
            raise HTTPException(404)
        feed = feed_bytes(path) if path == _inside(folder, FEED_FILE) else None
        if feed is None:
            return _file_response(path, request)
        return _bytes_response(moved_feed(feed, address_of(request)), media_type(path), request)

    return Starlette(routes=[Route("/", page), Route("/{path:path}", file)])


def folder_server(folder: Path, patience_s: int = _PATIENCE_S) -> uvicorn.Server:
    """The server that offers a folder, to be given a socket that listens.

    Args:
        folder: what to offer.
        patience_s: how long a client may take for a whole request.
    """
    config = uvicorn.Config(
        folder_app(folder),
        http=Connection,
        ws="none",
        timeout_keep_alive=patience_s,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_LAST_WORDS_S,
    )
    return uvicorn.Server(config)


def serve(folder: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Offer a folder until interrupted (Ctrl-C), printing nothing.

    Args:
        folder: what to offer.
        host: the address of this machine to listen at; 127.0.0.1 keeps it to this machine.
        port: where to listen; 0 for any free one.
        ready: called once with the server's address when it can be reached.

    Raises:
        UsageError: there is no such folder, no address, or nothing can listen there.
    """
    _check_folder(folder)
    server = folder_server(folder)

    async def offer(listener: socket.socket) -> None:
        # What befalls a connection, or one that there is no descriptor for, concerns no other.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        ready(address_to_open(listener, host))
        await server.serve(sockets=[listener])

    with _listening(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(offer(listener))


def _check_folder(folder: Path) -> None:
    """See that there is something to offer."""
    if folder.is_file():
        hint = "name the folder that it was built to, as in: audiobook serve output"
        raise UsageError(f"{folder} is a file, no folder", hint=hint)
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", hint="make it with: audiobook build")


def _audio_names(folder: Path) -> list[str]:
    """The names of what there is to hear in a folder, the same for the same files."""
    paths = (path for path in folder.iterdir() if is_audio(path))
    return sorted(path.name for path in paths if _inside(folder, path.name))


def _episodes(folder: Path, feed: ReadFeed) -> list[PageEpisode]:
    """What a feed lists, the oldest first, each with its file in the folder if it is there."""
    episodes = []
    for item in reversed(feed.items):
        name = None
        if feed.base and item.url.startswith(feed.base):
            name = _named(item.url.removeprefix(feed.base))
        is_there = name is not None and _inside(folder, name)
        title = item.title or name or item.url
        episodes.append(PageEpisode(title, name if is_there else None, item.date, item.duration_s))
    return episodes


def _named(path: str | bytes) -> str:
    """The name of a file that the path of an address stands for; it may not be Unicode."""
    return unquote(path, errors="surrogateescape")


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name in a folder, links followed; None where there is none to be seen."""
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        seen = path.relative_to(root)
        hidden = any(part.startswith(".") for part in (*Path(name).parts, *seen.parts))
        return path if path.is_file() and not hidden else None
    except (OSError, ValueError):  # outside, a name that is too long, a NUL in it
        return None


def _file_response(path: Path, request: Request) -> Response:
    try:
        status = path.stat()
    except OSError:
        raise HTTPException(404) from None
    response = FileResponse(
        path, media_type=media_type(path), stat_result=status, headers=_NO_SNIFFING
    )
    etag = response.headers["etag"]
    status_code = status_instead(request, etag, response.headers["last-modified"])
    if status_code is not None:
        return Response(status_code=status_code, headers={"etag": etag})
    if not asked_ranges(request):  # a header that is to be ignored, which Starlette refuses
        del MutableHeaders(scope=request.scope)["range"]
    return response


def _bytes_response(data: bytes, kind: str, request: Request) -> Response:
    """What a file that held these bytes would answer with, to this client alone."""
    headers = {
        "etag": f'"{digest(data)}"',
        "accept-ranges": "bytes",
        **_NO_SNIFFING,
        **_FOR_THIS_CLIENT,
    }
    status_code = status_instead(request, headers["etag"])
    if status_code is not None:
        return Response(status_code=status_code, headers=headers)
    asked = asked_range(request, headers["etag"], len(data))
    if asked is None:
        return Response(data, media_type=kind, headers=headers)
    if not asked:
        headers["content-range"] = f"bytes */{len(data)}"
        return Response(status_code=416, headers=headers)
    headers["content-range"] = f"bytes {asked.start}-{asked.stop - 1}/{len(data)}"
    part = data[asked.start : asked.stop]
    return Response(part, status_code=206, media_type=kind, headers=headers)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens, so that a first request finds somebody there."""
    if not host.strip():  # which a socket takes for every one
        raise UsageError("there is no address to listen at", hint="name one: --host 127.0.0.1")
    hint = "choose another --port, or 0 for any free one"
    if not 0 <= port <= _LAST_PORT:
        raise UsageError(f"there is no port {port}", hint=hint)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:  # the latter from a name that cannot be a host's
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise UsageError(f"cannot listen at {host}, port {port}: {reason}", hint=hint) from error
