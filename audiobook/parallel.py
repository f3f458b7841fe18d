"""Work done by an executor, a bounded stretch ahead of whoever waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

__all__ = ["in_order"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    executor: Executor, work: Callable[[_Item], _Result], items: Iterable[_Item], n_ahead: int
) -> Generator[_Result]:
    """The results of work on items, in their order, with at most `n_ahead` (≥ 1) in hand.

    The first failure, in the order of the items, is raised; when it is, or when the generator is
    closed, what has not begun never begins.
    """
    assert n_ahead > 0, "nothing would ever be done"
    coming = iter(items)
    ahead: deque[Future[_Result]] = deque()
    is_ended = False
    try:
        while not is_ended or ahead:
            # The next item may be long in coming: what is done goes out before it is asked for.
            while ahead and (is_ended or len(ahead) == n_ahead or ahead[0].done()):
                result = ahead[0].result()
                ahead.popleft()
                yield result
            if not is_ended:
                items_left = list(islice(coming, 1))
                is_ended = not items_left
                ahead.extend(executor.submit(work, item) for item in items_left)
    finally:
        for future in ahead:
            future.cancel()
