"""How long builds took is kept, and told as measured."""

from __future__ import annotations

import datetime

import pytest

from audiobook.build_rates import find_rate, keep_rate
from audiobook.store import Store, digest


def test_the_last_builds_are_told_together(store: Store) -> None:
    keep_rate(store, "espeak", 100.0, 10.0)
    keep_rate(store, "espeak", 300.0, 10.0)
    rate = find_rate(store, "espeak")
    assert rate is not None
    assert rate.s_per_speech_s == pytest.approx(20 / 400)
    assert rate.n_builds == 2
    assert abs(rate.last - datetime.datetime.now(datetime.UTC).date()) <= datetime.timedelta(1)
    assert find_rate(store, "gtts") is None


def test_old_builds_are_forgotten(store: Store) -> None:
    for _ in range(20):
        keep_rate(store, "espeak", 100.0, 100.0)
    for _ in range(8):
        keep_rate(store, "espeak", 100.0, 1.0)
    rate = find_rate(store, "espeak")
    assert rate is not None
    assert (rate.n_builds, rate.s_per_speech_s) == (8, pytest.approx(0.01))


def test_a_build_that_spoke_little_tells_nothing(store: Store) -> None:
    keep_rate(store, "espeak", 3.0, 2.0)
    assert find_rate(store, "espeak") is None


@pytest.mark.parametrize(
    "value",
    [b"", b"{}", b"[1]", b"[[1]]", b'[["x",1,"2026-01-01"]]', b'[[0,1,"2026-01-01"]]',
     b'[[1,1,"today"]]', b'[[NaN,1,"2026-01-01"]]', b"\xff"],
)  # fmt: skip
def test_what_is_no_measurement_counts_as_none(store: Store, value: bytes) -> None:
    store.put("rates", digest("espeak"), value)
    assert find_rate(store, "espeak") is None
    keep_rate(store, "espeak", 100.0, 10.0)
    assert find_rate(store, "espeak") is not None
