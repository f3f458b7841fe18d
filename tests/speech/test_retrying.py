"""How a server is asked: a pace that it bears, and that recovers."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.clock import Clock

from audiobook.errors import MissingError, SpeechError
from audiobook.progress import Event, Waiting
from audiobook.speech.retrying import Failure, Retrying, retry_after_s

REFUSED = Failure(
    SpeechError("too many"), may_pass=True, is_refusal=True, retry_after_s=0.0
)  # which says that it may be sent again at once


def test_a_server_that_refuses_one_in_ten_is_not_asked_ever_more_slowly() -> None:
    clock = Clock()
    retrying = Retrying("It", within_s=9, sleep=clock.sleep, clock=clock.now)
    chance = random.Random(1)

    def ask_once() -> str | Failure:
        return REFUSED if chance.random() < 0.1 else "speech"

    assert {retrying.ask(ask_once) for _ in range(1_000)} == {"speech"}
    assert sum(clock.slept) < 1_000 * 2.0


def test_a_pace_that_a_server_bears_is_found() -> None:
    clock = Clock()
    retrying = Retrying("It", within_s=9, sleep=clock.sleep, clock=clock.now)
    came_s = [-9.0]
    refused_s: list[float] = []

    def ask_once() -> str | Failure:
        since_s = clock.now() - came_s[-1]
        came_s.append(clock.now())
        if since_s >= 2.0 - 1e-9:
            return "speech"
        refused_s.append(clock.now())
        return Failure(SpeechError("too soon"), may_pass=True, is_refusal=True, retry_after_s=2.0)

    assert {retrying.ask(ask_once) for _ in range(200)} == {"speech"}
    assert len(refused_s) < 200 / 6
    assert sum(clock.slept) < 200 * 2.0 * 2


def failure(retry_after_s: float | None = None) -> Failure:
    return Failure(SpeechError("It is ill"), may_pass=True, retry_after_s=retry_after_s)


def test_long_waits_are_told_and_the_tries_counted() -> None:
    clock, told = Clock(), list[Event]()
    retrying = Retrying(
        "It", within_s=9, sleep=clock.sleep, clock=clock.now, uniform=lambda _, most: most - 1
    )
    retrying.listen = told.append
    failures = iter([failure(), failure(30.0), failure(1.5), failure(), failure()])

    with pytest.raises(MissingError, match="It is ill, after 5 tries"):
        retrying.await_ready(lambda: next(failures))
    assert clock.slept == [1.0, 30.0, 1.5, 15.0]
    assert told == [
        Waiting("It asks to wait 30 s (try 3 of 5)", 30.0),
        Waiting("It is ill: asked again in 15 s (try 5 of 5)", 15.0),
    ]


def test_a_wait_of_several_requests_is_told_once() -> None:
    clock, told = Clock(), list[Event]()
    both = threading.Barrier(2)
    retrying = Retrying("It", within_s=9, at_once=2, sleep=lambda _: None, clock=clock.now)
    retrying.listen = told.append
    first_tries = iter([True, True])

    def ask_once() -> str | Failure:
        if next(first_tries, False):
            both.wait(9)
            return failure(30.0)
        return "speech"

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(retrying.ask, ask_once) for _ in range(2)]
        assert [each.result(9) for each in asked] == ["speech"] * 2
    assert len(told) == 1


@pytest.mark.parametrize(
    ("retry_after_s", "shown"), [(3_600.0, "60 min"), (130.0, "3 min"), (86_400.0, "24 h")]
)
def test_a_wait_that_no_build_sits_out_ends_the_asking(retry_after_s: float, shown: str) -> None:
    clock, asked = Clock(), list[float]()
    retrying = Retrying("It", within_s=9, at_once=2, sleep=clock.sleep, clock=clock.now)

    def ask_once() -> str | Failure:
        asked.append(clock.now())
        return failure(retry_after_s) if len(asked) == 1 else "speech"

    with pytest.raises(SpeechError, match=f"It is ill, and asks to wait {shown} .hint: .*kept"):
        retrying.ask(ask_once)
    with pytest.raises(SpeechError, match=f"It asks to wait {shown} .hint: .*kept"):
        retrying.ask(ask_once)
    assert (clock.slept, len(asked)) == ([], 1)

    clock.sleep(retry_after_s)
    assert retrying.ask(ask_once) == "speech"


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2030 00:00:00 +99999999999999999",
        "Mon, 01 Jan 2030 00:00:00",
        "after lunch",
        "-1",
        "",
    ],
)
def test_a_wait_that_is_none_is_not_asked_for(value: str) -> None:
    assert retry_after_s(value) is None


@pytest.mark.parametrize("value", ["9" * 5_000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_without_end_is_told_like_a_long_one(value: str) -> None:
    clock = Clock()
    retrying = Retrying("It", within_s=9, sleep=clock.sleep, clock=clock.now)
    asked_s = retry_after_s(value)

    with pytest.raises(SpeechError, match="It is ill, and asks to wait 8760 h"):
        retrying.ask(lambda: failure(asked_s))
    assert clock.slept == []
