"""Who speaks in a row of turns, each of which hangs on the two before it.

A hidden Markov chain of the second order, solved exactly by the forward-backward algorithm
(Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77, 1989, section III).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

__all__ = ["Evidence", "marginals"]

Evidence: TypeAlias = Mapping[str, float]
"""Log-odds by candidate, from what is told beside one turn."""
_Pairs: TypeAlias = dict[tuple[str, str], float]


def marginals(
    evidence: Sequence[Evidence], passing: Callable[[int, str, str, str], float]
) -> list[dict[str, float]]:
    """How likely each candidate speaks each turn, given all turns.

    Args:
        evidence: of each turn, with at least one candidate.
        passing: log-odds of the speakers of turns n − 2, n − 1 and n (the last three arguments)
            following each other; "" where there is no such turn.

    Returns:
        For each turn its candidates with probabilities that add up to 1.
    """
    weights = [{who: math.exp(odds) for who, odds in turn.items()} for turn in evidence]
    steps = [_step(number, weights, passing) for number in range(len(weights))]
    forward: list[_Pairs] = [{("", ""): 1.0}]
    for step in steps:
        pairs: _Pairs = {}
        for (first, second, third), weight in step.items():
            share = forward[-1].get((first, second), 0.0) * weight
            pairs[second, third] = pairs.get((second, third), 0.0) + share
        forward.append(_normalised(pairs))
    found: list[dict[str, float]] = []
    backward: _Pairs = dict.fromkeys(forward[-1], 1.0)
    for number in reversed(range(len(steps))):
        found.append(_by_last(forward[number + 1], backward))
        pairs = {}
        for (first, second, third), weight in steps[number].items():
            share = backward.get((second, third), 0.0) * weight
            pairs[first, second] = pairs.get((first, second), 0.0) + share
        backward = _normalised(pairs)
    return found[::-1]


def _step(
    number: int,
    weights: Sequence[Mapping[str, float]],
    passing: Callable[[int, str, str, str], float],
) -> dict[tuple[str, str, str], float]:
    """The weight of each three speakers in a row, of which the last is of the given turn."""
    firsts = weights[number - 2] if number > 1 else {"": 1.0}
    seconds = weights[number - 1] if number > 0 else {"": 1.0}
    return {
        (first, second, third): weight * math.exp(passing(number, first, second, third))
        for third, weight in weights[number].items()
        for second in seconds
        for first in firsts
    }


def _normalised(pairs: _Pairs) -> _Pairs:
    total = sum(pairs.values())
    return {pair: weight / total for pair, weight in pairs.items()}


def _by_last(forward: _Pairs, backward: _Pairs) -> dict[str, float]:
    shares: dict[str, float] = {}
    for (before, last), weight in forward.items():
        shares[last] = shares.get(last, 0.0) + weight * backward.get((before, last), 0.0)
    total = sum(shares.values())
    return {who: share / total for who, share in shares.items()}
