"""Asking a server that may be busy, ill or away: tries, pauses, and a pace that it bears."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeAlias, TypeGuard, TypeVar, runtime_checkable

from audiobook.errors import AudiobookError, MissingError, SpeechError
from audiobook.progress import Listener, Waiting, silent

__all__ = [
    "KEPT_HINT",
    "MOST_FAILURES_IN_A_ROW",
    "Failure",
    "Pace",
    "Retrying",
    "WaitsForServer",
    "retry_after_s",
]

MOST_FAILURES_IN_A_ROW = 5
"""So many failed requests, with none answered between them, and no more are sent."""
KEPT_HINT = "what is spoken is kept: build again later to go on from there"
"""What a user can do about a server that is not there now."""

_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 60.0
_LONGEST_RETRY_AFTER_S = 120.0
"""A server that asks to wait for longer is asked no more by the build that is going on."""
_MOST_RETRY_AFTER_S = 365 * 86_400.0
"""Longer waits, for ever among them, are told as one of a year."""
_TOLD_FROM_S = 2.0
"""Shorter pauses are not worth a line."""

_FIRST_GAP_S = 0.5
_LONGEST_GAP_S = 30.0
_GAP_STEP_S = 0.05
_GAP_STEP_SHARE = 0.1

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed."""

    error: AudiobookError
    """What the user is told when no further try is made."""
    may_pass: bool = False
    """Whether the same request may be answered later."""
    is_refusal: bool = False
    """Whether the server asks for fewer requests."""
    retry_after_s: float | None = None
    """Seconds that the server asks to wait."""


_Try: TypeAlias = Callable[[], _Answer | Failure]


class Pace:
    """How far apart requests begin, found by what the server bears.

    The gap between two of them doubles after a refusal and shrinks by a small step after an answer,
    so that it settles a little above what is refused. Of a long gap the step is a tenth: seven
    answers make up for a refusal, so that refusals now and then never add up.

    Args:
        least_gap_s: seconds that it never goes below.
    """

    def __init__(self, least_gap_s: float = 0.0) -> None:
        self.gap_s = least_gap_s
        self._least_gap_s = least_gap_s
        self._next_s = 0.0
        self._slowed_s = 0.0

    def begin(self, now_s: float) -> float:
        """Take the next turn; the time at which it comes."""
        turn_s = max(now_s, self._next_s)
        self._next_s = turn_s + self.gap_s
        return turn_s

    def rest(self, until_s: float) -> None:
        """No turn comes before that time."""
        self._next_s = max(self._next_s, until_s)

    def resume(self, at_s: float) -> None:
        """The next turn comes at that time, as the server has said."""
        self._next_s = at_s

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next turn."""
        return max(0.0, self._next_s - now_s)

    def quicken(self) -> None:
        """After an answer: a little less between two requests."""
        step_s = max(_GAP_STEP_S, _GAP_STEP_SHARE * self.gap_s)
        self.gap_s = max(self._least_gap_s, self.gap_s - step_s)

    def slow_down(self, began_s: float, now_s: float) -> None:
        """After the refusal of a request that began then: twice as much between two requests.

        Those that were under way when it was slowed down last tell nothing new.
        """
        if began_s >= self._slowed_s:
            self.gap_s = min(max(2 * self.gap_s, _FIRST_GAP_S), _LONGEST_GAP_S)
            self._slowed_s = now_s


class Retrying:
    """Sends the requests of one engine, from any number of threads.

    A request that may pass is sent again after a pause that grows, or as long as the server asks.
    Where it is one of several at a time, the others rest as well. When nothing is answered any
    more, nothing is sent any more, nor while a server asks to wait for longer than a build does.

    Args:
        server: what it is called in messages.
        within_s: seconds after which an answer is waited for no more.
        at_once: how many requests may be under way at the same time.
        least_gap_s: least seconds between the beginnings of two requests.
        sleep: waits so many seconds; None: until `close`, at the most.
        uniform: a random number between two others, for the jitter of the pauses.
        clock: seconds of a clock that never goes back.
    """

    def __init__(
        self,
        server: str,
        *,
        within_s: float,
        at_once: int = 1,
        least_gap_s: float = 0.0,
        sleep: Callable[[float], object] | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.listen: Listener = silent
        """Is told of pauses that are long, by any of the threads."""
        self._server = server
        self._within_s = within_s
        self._most_failures = MOST_FAILURES_IN_A_ROW * at_once
        self._closed: Future[None] = Future()
        self._sleep = sleep or self._wait_for_close
        self._uniform = uniform
        self._clock = clock
        self._lock = threading.Lock()
        self._pace = Pace(least_gap_s)
        self._n_failed_in_a_row = 0
        self._away_until_s = 0.0
        self._told_until_s = 0.0

    def ask(self, try_once: _Try[_Answer]) -> _Answer:
        """The answer to a request, sent again while that may help.

        Args:
            try_once: sends it, and gives the answer or why there is none. It is called in another
                thread, which is left to itself when its answer comes too late.

        Raises:
            AudiobookError: that of the last failure, with the number of tries; or a SpeechError
                after `close`, when too many requests have failed before, or when the server has
                asked for a long wait.
        """
        for n_tries in itertools.count(1):
            began_s = self._wait_for_turn()
            outcome = self._outcome(try_once, self._within_s)
            if not isinstance(outcome, Failure):
                self._answered()
                return outcome
            outcome = _unless_too_long(outcome)
            self._failed(outcome, n_tries, began_s)
            if not outcome.may_pass or n_tries == MOST_FAILURES_IN_A_ROW or self._closed.done():
                if n_tries > 1:
                    outcome.error.what += f", after {n_tries} tries"
                raise outcome.error
            self._tell(outcome, n_tries + 1)
        raise AssertionError  # the count has no end

    def check(self, try_once: _Try[_Answer], within_s: float) -> None:
        """See that one request is answered at once; that makes up for all failures before it.

        Raises:
            MissingError: it is not; why.
        """
        outcome = self._outcome(try_once, within_s)
        if isinstance(outcome, Failure):
            raise _not_ready(outcome.error) from outcome.error
        self._answered()

    def await_ready(self, try_once: _Try[_Answer]) -> None:
        """See that a request is answered, sent again as any other is.

        But where there is no server at all (MissingError) that is told at once: whoever has no
        network knows.

        Raises:
            MissingError: it is not; why.
        """

        def at_the_door() -> _Answer | Failure:
            outcome = try_once()
            if isinstance(outcome, Failure) and isinstance(outcome.error, MissingError):
                return replace(outcome, may_pass=False)
            return outcome

        try:
            self.ask(at_the_door)
        except AudiobookError as error:
            raise _not_ready(error) from error

    def close(self) -> None:
        """End waiting, for answers too; nothing more is sent."""
        with contextlib.suppress(InvalidStateError):  # it was closed before
            self._closed.set_result(None)

    def _wait_for_close(self, seconds: float) -> None:
        wait([self._closed], timeout=seconds)

    def _wait_for_turn(self) -> float:
        """Wait until a request may be sent; when that is."""
        self._check_open()
        with self._lock:
            now_s = self._clock()
            turn_s = self._pace.begin(now_s)
        if turn_s > now_s:
            self._sleep(turn_s - now_s)
            self._check_open()
        return turn_s

    def _check_open(self) -> None:
        if self._closed.done():
            raise SpeechError("the engine was closed before it could ask")
        if self._n_failed_in_a_row >= self._most_failures:
            raise SpeechError(
                f"{self._server} has failed {self._n_failed_in_a_row} times in a row:"
                " it is asked no more",
                hint=KEPT_HINT,
            )
        away_s = self._away_until_s - self._clock()
        if away_s > 0:
            raise SpeechError(f"{self._server} asks to wait {_shown(away_s)}", hint=KEPT_HINT)

    def _outcome(self, try_once: _Try[_Answer], within_s: float) -> _Answer | Failure:
        """Try in a thread that nobody need wait for."""
        outcome: Future[_Answer | Failure] = Future()

        def run() -> None:
            try:
                outcome.set_result(try_once())
            except BaseException as error:  # whatever it is, it is raised below
                outcome.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        either: list[Future[Any]] = [outcome, self._closed]
        wait(either, timeout=within_s, return_when=FIRST_COMPLETED)
        if outcome.done():
            return outcome.result()
        if self._closed.done():
            return Failure(SpeechError("the engine was closed: its answer is waited for no more"))
        late = SpeechError(f"{self._server} did not answer within {within_s:g} s", hint=KEPT_HINT)
        return Failure(late, may_pass=True)

    def _answered(self) -> None:
        with self._lock:
            self._n_failed_in_a_row = 0
            self._pace.quicken()

    def _failed(self, failure: Failure, n_tries: int, began_s: float) -> None:
        with self._lock:
            now_s = self._clock()
            self._n_failed_in_a_row += 1
            if failure.is_refusal:
                self._pace.slow_down(began_s, now_s)
            if _is_too_long(failure.retry_after_s):
                self._away_until_s = now_s + failure.retry_after_s
            elif not failure.may_pass:
                return
            elif failure.retry_after_s is None:
                self._pace.rest(now_s + self._backoff_s(n_tries))
            else:
                self._pace.resume(now_s + failure.retry_after_s)

    def _tell(self, failure: Failure, n_try: int) -> None:
        """Tell of a pause before another try: once, however many requests have to wait."""
        with self._lock:
            now_s = self._clock()
            wait_s = self._pace.wait_s(now_s)
            if wait_s < _TOLD_FROM_S or now_s < self._told_until_s:
                return
            self._told_until_s = now_s + wait_s
        if failure.retry_after_s is None:
            why = f"{failure.error.what}: asked again in {wait_s:.0f} s"
        else:
            why = f"{self._server} asks to wait {wait_s:.0f} s"
        self.listen(Waiting(f"{why} (try {n_try} of {MOST_FAILURES_IN_A_ROW})", wait_s))

    def _backoff_s(self, n_tries: int) -> float:
        """A pause that grows exponentially, with full jitter."""
        return self._uniform(0.0, min(_FIRST_PAUSE_S * 2 ** (n_tries - 1), _LONGEST_PAUSE_S))


@runtime_checkable
class WaitsForServer(Protocol):
    """An engine whose server may be busy, or still waking up, when it is first asked."""

    def await_ready(self) -> None:
        """As `check_ready`, but with the patience that speech is asked for with.

        Raises:
            MissingError: it is not ready after all.
        """

    def tell(self, listen: Listener) -> None:
        """Have a listener told, from any thread, of waits before something is asked again."""


def _is_too_long(retry_after_s: float | None) -> TypeGuard[float]:
    return retry_after_s is not None and retry_after_s > _LONGEST_RETRY_AFTER_S


def _unless_too_long(failure: Failure) -> Failure:
    """A failure; one that may pass, but not while a build waits, as one that does not."""
    if not failure.may_pass or not _is_too_long(failure.retry_after_s):
        return failure
    failure.error.what += f", and asks to wait {_shown(failure.retry_after_s)}"
    failure.error.hint = failure.error.hint or KEPT_HINT
    return replace(failure, may_pass=False)


def _shown(wait_s: float) -> str:
    """A long wait in words, rounded up."""
    minutes = math.ceil(wait_s / 60)
    return f"{minutes} min" if minutes < 120 else f"{math.ceil(minutes / 60)} h"


def _not_ready(error: AudiobookError) -> MissingError:
    return MissingError(error.what, hint=error.hint)


def retry_after_s(value: str | None) -> float | None:
    """Seconds from now that a Retry-After header asks for: RFC 9110, section 10.2.3.

    Args:
        value: of the header, in seconds or as a date; None where there is none.

    Returns:
        The seconds, 0 for a date that has passed, those of a year for all that is longer; None
        for a value that is neither.
    """
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), _MOST_RETRY_AFTER_S)
    try:
        wait_for = parsedate_to_datetime(value) - datetime.now(UTC)
    except (TypeError, ValueError, OverflowError):  # no date, or one without a time zone
        return None
    return min(max(wait_for.total_seconds(), 0.0), _MOST_RETRY_AFTER_S)
