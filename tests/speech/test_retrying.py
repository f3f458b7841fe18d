"""How a server is asked: a pace that it bears, and that recovers."""

from __future__ import annotations

import random

from fakes.clock import Clock

from audiobook.errors import SpeechError
from audiobook.speech.retrying import Failure, Retrying

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
