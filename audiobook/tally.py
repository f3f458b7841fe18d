"""What lines ask for before any of them is spoken: characters, requests, money, speech."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from audiobook.plugins import blaming
from audiobook.sound.voice import Room, kept_length
from audiobook.speech.casting import Casting
from audiobook.speech.engine import CountsRequests, Engine
from audiobook.speech.synthesis import Line, clip_key, utterance_of
from audiobook.store import Store

__all__ = ["PlannedLine", "Tally", "planned_lines", "tally_of"]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line, and what it asks for."""

    engine: str
    """Who speaks it."""
    n_characters: int
    """How long its text is."""
    n_samples: int
    """How long its speech lasts, in samples at the programme's rate; an estimate unless kept."""
    is_kept: bool
    """Whether its clip is in the store."""
    is_made: bool
    """Whether a clip would be synthesised for it, and not for an earlier line that says the
    same."""
    n_requests: int
    """How many requests it would cost."""
    cost: float | None
    """What those cost, in the currency of the show's prices; None where there is no price."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What some lines ask for, all together."""

    segments: int
    """How many there are."""
    segments_kept: int
    """How many of them are in the store."""
    characters: int
    """How many characters would be spoken, kept ones included."""
    characters_to_speak: int
    """How many of them would be synthesised; what is said twice in one voice is made once."""
    requests: int
    """How many requests would be sent to servers if none fails."""
    cost: float | None
    """What those cost, in the currency of the show's prices; None where no engine has one."""
    speech_s: float
    """How long the speech lasts, without pauses, in seconds."""
    speech_to_make_s: float
    """How much of it would be synthesised, in seconds."""


def planned_lines(
    lines: Sequence[Line],
    casting: Casting,
    store: Store,
    room: Room,
    *,
    prices: Mapping[str, float],
    estimated: Callable[[int], int],
    made: set[str],
) -> list[PlannedLine]:
    """What lines ask for, in order.

    Args:
        lines: what is spoken.
        casting: who speaks, by which engines.
        store: what is kept.
        room: what the programme has room for.
        prices: of a million characters, by engine.
        estimated: how long the speech of the line of that number lasts, in samples.
        made: keys of clips that are to be made anyway; those of these lines are added.
    """
    planned = []
    for number, line in enumerate(lines):
        engine = casting.engines[line.voice.engine]
        key = clip_key(engine, line)
        length = kept_length(store, key, room)
        is_made = length is None and key not in made
        if is_made:
            made.add(key)
        text = utterance_of(engine, line).text
        price = prices.get(engine.name)
        planned.append(
            PlannedLine(
                engine.name,
                len(line.text),
                estimated(number) if length is None else length,
                is_kept=length is not None,
                is_made=is_made,
                n_requests=_n_requests(engine, text) if is_made else 0,
                cost=None if price is None else price * len(text) * is_made / 1_000_000,
            )
        )
    return planned


def _n_requests(engine: Engine, text: str) -> int:
    if isinstance(engine, CountsRequests):
        with blaming(engine.name, engine):
            return int(engine.n_requests(text))
    return int(engine.needs_network)


def tally_of(lines: Iterable[PlannedLine], sample_rate: int) -> Tally:
    """What lines ask for together.

    Args:
        lines: any of a programme's.
        sample_rate: the programme's.
    """
    lines = list(lines)
    made = [line for line in lines if line.is_made]
    costs = [line.cost for line in lines if line.cost is not None]
    return Tally(
        segments=len(lines),
        segments_kept=sum(line.is_kept for line in lines),
        characters=sum(line.n_characters for line in lines),
        characters_to_speak=sum(line.n_characters for line in made),
        requests=sum(line.n_requests for line in made),
        cost=sum(costs) if costs else None,
        speech_s=sum(line.n_samples for line in lines) / sample_rate,
        speech_to_make_s=sum(line.n_samples for line in made) / sample_rate,
    )
