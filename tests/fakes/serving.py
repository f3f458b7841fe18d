"""A server of a test, answering in a thread of its own as long as the test needs it.

And what a server may send that is not to be read: `MUCH` in pieces, and in few bytes, packed.
"""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Iterator
from http.server import HTTPServer

__all__ = ["MUCH", "MUCH_PACKED", "dripping", "serving"]

_N_PIECES, _PIECE = 64, bytes(1 << 20)
MUCH = (_PIECE,) * _N_PIECES
"""64 MiB."""
MUCH_PACKED = gzip.compress(_PIECE, 1) * _N_PIECES
"""The same as gzip: some 300 KiB."""

_DRIP_S = 0.05


@contextlib.contextmanager
def serving(server: HTTPServer) -> Iterator[None]:
    """Run a server; at the end it is stopped and closed."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def dripping(ended: threading.Event, for_s: float) -> Iterator[bytes]:
    """A byte now and then, until a test has ended or the time is up."""
    for _ in range(round(for_s / _DRIP_S)):
        if ended.wait(_DRIP_S):
            return
        yield b" "
