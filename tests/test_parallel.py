"""Results come in order, a bounded stretch is in hand, and the first failure ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.parallel import in_order


class Lazy(Future[int]):
    """Work that is done when somebody waits for it, or when a test says so."""

    def __init__(self, work: Callable[[], int]) -> None:
        super().__init__()
        self.work = work

    def do(self) -> None:
        assert self.set_running_or_notify_cancel()
        try:
            self.set_result(self.work())
        except ValueError as error:
            self.set_exception(error)

    def result(self, timeout: float | None = None) -> int:
        if not self.done():
            self.do()
        return super().result(timeout)


class Shelf(Executor):
    """Keeps what is handed to it, and counts how much of it was in hand at once."""

    def __init__(self) -> None:
        self.futures: list[Lazy] = []
        self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.futures.append(Lazy(lambda: fn(*args, **kwargs)))
        self.most = max(self.most, sum(not future.done() for future in self.futures))
        return self.futures[-1]

    def cancelled(self) -> list[bool]:
        return [future.cancelled() for future in self.futures]


def square(n: int) -> int:
    return n * n


def picky(n: int) -> int:
    if n in (2, 4):
        raise ValueError(f"not {n}")
    return n


@settings(max_examples=30, deadline=None)
@given(items=st.lists(st.integers(), max_size=40), n_ahead=st.integers(1, 50))
def test_results_come_in_order(items: list[int], n_ahead: int) -> None:
    with ThreadPoolExecutor(4) as executor:
        assert list(in_order(executor, square, items, n_ahead)) == [n * n for n in items]


def test_order_does_not_hang_on_who_is_done_first() -> None:
    second_done = threading.Event()

    def work(n: int) -> int:
        if n == 0:
            assert second_done.wait(10)
        second_done.set()
        return n

    with ThreadPoolExecutor(2) as executor:
        assert list(in_order(executor, work, range(3), 3)) == [0, 1, 2]


@pytest.mark.parametrize("n_ahead", [1, 3, 7, 100])
def test_no_more_than_that_is_ever_in_hand(n_ahead: int) -> None:
    shelf, taken = Shelf(), 0

    def items() -> Iterator[int]:
        nonlocal taken
        for n in range(20):
            taken += 1
            yield n

    for n_done, result in enumerate(in_order(shelf, square, items(), n_ahead)):
        assert result == n_done**2
        assert taken == len(shelf.futures) == min(20, n_done + n_ahead)
    assert shelf.most == min(20, n_ahead)


def test_what_is_known_is_looked_up_while_others_are_worked_on_and_not_without_bounds() -> None:
    shelf, looked_up = Shelf(), 0

    def known(n: int) -> int | None:
        nonlocal looked_up
        looked_up += 1
        return None if n == 3 else -n

    results = in_order(shelf, square, range(1000), 2, known=known)
    assert [next(results) for _ in range(3)] == [0, -1, -2]
    assert looked_up == 3
    assert next(results) == 9
    assert len(shelf.futures) == 1
    assert 50 < looked_up < 500
    assert list(results) == [-n for n in range(4, 1000)]


def test_the_first_failure_in_order_is_raised_and_the_rest_cancelled() -> None:
    shelf = Shelf()
    results = in_order(shelf, picky, range(10), 6)
    assert next(results) == 0
    shelf.futures[4].do()  # a later one fails first
    assert next(results) == 1
    with pytest.raises(ValueError, match="not 2"):
        next(results)
    assert shelf.cancelled() == [False, False, False, True, False, True, True, True]
    with pytest.raises(StopIteration):
        next(results)


def test_closing_cancels_what_has_not_begun() -> None:
    shelf = Shelf()
    with closing(in_order(shelf, square, range(10), 4)) as results:
        assert [next(results), next(results)] == [0, 1]
    assert shelf.cancelled() == [False, False, True, True, True]


def test_what_the_items_raise_is_raised_and_the_rest_cancelled() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise LookupError("no more lines")

    shelf = Shelf()
    with pytest.raises(LookupError, match="no more lines"):
        list(in_order(shelf, square, items(), 8))
    assert shelf.cancelled() == [True, True, True]


def test_nothing_in_hand_would_be_nothing_done() -> None:
    with pytest.raises(AssertionError):
        next(in_order(Shelf(), square, [1], 0))


def test_work_that_ran_out_of_time_itself_has_failed() -> None:
    def work(n: int) -> int:
        raise TimeoutError(f"{n} took too long")

    with ThreadPoolExecutor(1) as executor, pytest.raises(TimeoutError, match="0 took too long"):
        list(in_order(executor, work, range(3), 2))
