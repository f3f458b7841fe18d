"""Events: how the library tells what it is doing. It emits; it never prints.

A build calls its listener with these, in order, from one thread at a time. What a listener raises
ends the build, and comes out of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from audiobook.errors import Where

__all__ = [
    "Event",
    "Listener",
    "Noted",
    "StageAdvanced",
    "StageEnded",
    "StageStarted",
    "Waiting",
    "Warned",
    "one_at_a_time",
    "silent",
]


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage of the build begins."""

    stage: str
    """Its name: "speech", "mix" …"""
    total: int
    """How many units of work it has."""


@dataclass(frozen=True, slots=True)
class StageAdvanced:
    """A unit of a stage's work is done."""

    stage: str
    """The stage's name."""
    done: int
    """How many units are done, kept ones included."""
    kept: int
    """How many of them came from the store and cost nothing."""


@dataclass(frozen=True, slots=True)
class StageEnded:
    """A stage has done all its work."""

    stage: str
    """The stage's name."""
    summary: str
    """What came of it, in a few words."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should know, though the build goes on."""

    what: str
    """What it is, in one line."""
    where: Where | None = None
    """The place in a file, if there is one."""
    hint: str | None = None
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """Something worth a line, such as what a show holds before work on it begins."""

    what: str
    """The line."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is sent to a server for a while, after a request that failed."""

    what: str
    """Why, and how long, in one line."""
    wait_s: float
    """How long, in seconds."""


Event: TypeAlias = StageStarted | StageAdvanced | StageEnded | Warned | Noted | Waiting
Listener: TypeAlias = Callable[[Event], None]


def silent(event: Event) -> None:
    """Listen to nothing."""


def one_at_a_time(listen: Listener) -> Listener:
    """A listener that any number of threads may tell; it passes on one event after the other."""
    lock = threading.Lock()

    def hear(event: Event) -> None:
        with lock:
            listen(event)

    return hear
