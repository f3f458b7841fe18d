"""How long builds have taken on this machine, by engine; kept in the store, for plans."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
from dataclasses import dataclass

from audiobook.errors import OutputError
from audiobook.store import Store, digest

__all__ = ["BuildRate", "find_rate", "keep_rate"]

_KIND = "rates"
_MOST_BUILDS = 8
"""The last ones: a machine, a network and a program change."""
_LEAST_SPEECH_S = 20.0
"""With less new speech than that, what a build does besides would count for too much."""


@dataclass(frozen=True, slots=True)
class BuildRate:
    """How long a build takes for what is spoken anew, as measured."""

    s_per_speech_s: float
    """Seconds for each second of new speech, all stages together."""
    n_builds: int
    """How many builds were measured."""
    last: datetime.date
    """Day of the last of them, in UTC."""


def keep_rate(store: Store, engine: str, speech_s: float, took_s: float) -> None:
    """Keep how long a build has taken, if it tells anything; a full disk is no matter.

    Args:
        store: where to.
        engine: who has spoken.
        speech_s: seconds of speech that were made for it.
        took_s: seconds that all of it took.
    """
    if speech_s < _LEAST_SPEECH_S:
        return
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    builds = [*_builds(store, engine), (round(speech_s, 3), round(took_s, 3), today)]
    value = json.dumps(builds[-_MOST_BUILDS:]).encode()
    with contextlib.suppress(OutputError):
        store.put(_KIND, digest(engine), value)


def find_rate(store: Store, engine: str) -> BuildRate | None:
    """The rate of the last builds with an engine; None where none was measured."""
    builds = _builds(store, engine)
    if not builds:
        return None
    speech_s = sum(speech_s for speech_s, _, _ in builds)
    took_s = sum(took_s for _, took_s, _ in builds)
    last = max(datetime.date.fromisoformat(day) for _, _, day in builds)
    return BuildRate(took_s / speech_s, len(builds), last)


def _builds(store: Store, engine: str) -> list[tuple[float, float, str]]:
    """Seconds of speech, seconds taken, and the day of each, oldest first."""
    try:
        kept = json.loads(store.get(_KIND, digest(engine)) or b"[]")
        builds = [(float(speech_s), float(took_s), str(day)) for speech_s, took_s, day in kept]
        for speech_s, took_s, day in builds:
            datetime.date.fromisoformat(day)
            if not (speech_s > 0 and took_s >= 0 and math.isfinite(speech_s + took_s)):
                return []
    except (ValueError, TypeError):
        return []
    return builds
