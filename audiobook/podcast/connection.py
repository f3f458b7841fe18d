"""A client's connection to the server, which no client can keep for itself, nor all of them."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["MOST_CONNECTIONS", "Connection"]

MOST_CONNECTIONS = 64
"""Each takes up to two descriptors, a socket and a file; some systems give a process only 256."""


class Connection(H11Protocol):
    """uvicorn's connection, which is also closed where no whole request comes over it in time.

    uvicorn closes what is silent for `timeout_keep_alive` seconds after an answer, but waits
    without end for a first request, and for the rest of one. Here that time counts for these
    as well. Where connections are too many, that one is closed whose client has, for longest,
    neither sent a whole request nor taken of an answer.
    """

    _moved_at_s = 0.0
    _expiry: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # so has uvicorn
        """Take a client in, in the place of another where there are too many."""
        super().connection_made(transport)
        self._moved()
        if len(self.connections) > MOST_CONNECTIONS:
            others = [each for each in self.connections if isinstance(each, Connection)]
            stuck = min(others, key=lambda each: each._moved_at_s)
            self.connections.discard(stuck)
            stuck.transport.abort()  # to close it would be to wait till its answer is taken

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request."""
        cycle = self.cycle
        super().data_received(data)
        if self.cycle is not cycle:  # the request is whole
            self._moved()

    def resume_writing(self) -> None:
        """Go on with an answer of which the client has taken a part."""
        super().resume_writing()
        self._moved()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._moved()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        super().connection_lost(exc)
        self._expire(None)

    def _moved(self) -> None:
        self._moved_at_s = self.loop.time()
        is_answering = self.cycle is not None and not self.cycle.response_complete
        self._expire(None if is_answering else self.timeout_keep_alive)

    def _expire(self, in_s: float | None) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        wait = self.loop.call_later
        self._expiry = None if in_s is None else wait(in_s, self.timeout_keep_alive_handler)
