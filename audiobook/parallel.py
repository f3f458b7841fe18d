"""Work done by an executor, a bounded stretch ahead of whoever waits for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import islice
from typing import TypeVar

__all__ = ["in_order", "wait_for_any"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_MOST_KNOWN_AHEAD = 200
_LOOK_EVERY_S = 0.5
"""CPython looks for signals before it lets go of its lock, and only then waits: one that comes in
between is not seen until the wait is over. So waits are cut into short ones."""


def in_order(
    executor: Executor,
    work: Callable[[_Item], _Result],
    items: Iterable[_Item],
    n_ahead: int,
    *,
    known: Callable[[_Item], _Result | None] = lambda _: None,
) -> Generator[_Result]:
    """The results of work on items, in their order, with at most `n_ahead` (≥ 1) in hand.

    What `known` gives for an item is its result, and no work is done for it: while others are
    worked on, some hundred such results are looked up beyond them.

    The first failure, in the order of the items, is raised; when it is, or when the generator is
    closed, what has not begun never begins.
    """
    assert n_ahead > 0, "nothing would ever be done"
    coming = iter(items)
    ahead: deque[tuple[Future[_Result], bool]] = deque()  # each with whether it is worked on
    n_in_hand = 0
    is_ended = False
    try:
        while not is_ended or ahead:
            is_full = n_in_hand == n_ahead or len(ahead) == n_ahead + _MOST_KNOWN_AHEAD
            # The next item may be long in coming: what is done goes out before it is asked for.
            if ahead and (is_ended or is_full or ahead[0][0].done()):
                future, is_work = ahead[0]
                result = _result_of(future)
                ahead.popleft()
                n_in_hand -= is_work
                yield result
                continue
            next_item = list(islice(coming, 1))
            is_ended = not next_item
            for item in next_item:
                begun, is_work = _begun(executor, work, item, known(item))
                ahead.append((begun, is_work))
                n_in_hand += is_work
    finally:
        for future, _ in ahead:
            future.cancel()


def wait_for_any(futures: Iterable[Future[_Result]]) -> None:
    """Wait until one of some futures is done, and be open to signals meanwhile."""
    waited_for = tuple(futures)
    while not wait(waited_for, _LOOK_EVERY_S, FIRST_COMPLETED).done:
        pass


def _result_of(future: Future[_Result]) -> _Result:
    """A future's result, waited for as `wait_for_any` does."""
    while True:
        try:
            return future.result(_LOOK_EVERY_S)
        except TimeoutError:
            if future.done():  # meanwhile, or the error is what became of its work
                return future.result()


def _begun(
    executor: Executor, work: Callable[[_Item], _Result], item: _Item, known: _Result | None
) -> tuple[Future[_Result], bool]:
    """What becomes of an item, and whether it is worked on."""
    if known is None:
        return executor.submit(work, item), True
    done: Future[_Result] = Future()
    done.set_result(known)
    return done, False
