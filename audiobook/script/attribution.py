"""Who says what: each turn of a dialogue gets its likeliest speaker, and how likely that is.

What is told beside a turn, who was named near it and whom it addresses is evidence for one or
another character, in log-odds; that people take turns ties neighbours together. The weights are
set by hand on labelled dialogue; see benchmarks/dialogue.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.script.chain import Evidence, marginals
from audiobook.script.roster import Roster
from audiobook.script.turns import Passage, Turn, turns

__all__ = ["Attribution", "attribute"]

_OTHER = "\0other"  # somebody who is not among the candidates
_NARRATOR = "\0narrator"
_MOST_CANDIDATES = 5
_NEAR_TURNS = 8
_EXPLICIT = 0.95
_RECENT = (1.4, 0.9, 0.4, 0.0, -0.3)
"""Evidence for those named last in narration, the latest first."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who speaks a stretch of speech."""

    speaker: str | None
    """Name in the roster; None for the narrator, or where nobody is likely."""
    confidence: float
    """How likely that is, 0 to 1."""
    rule: str
    """What told: "explicit" (said Anna), "narrator" (said I), "anaphoric" (she said), "colon" (Anna
    looked up:), "beat" (Anna smiled.), "lead" (the paragraph before), "goes on" (an open quote),
    "turns" (who speaks before and after, and who is named near), or "nobody"."""


def attribute(
    passages: Sequence[Passage], roster: Roster, language: str
) -> dict[tuple[int, int], Attribution]:
    """Tell who speaks in a chapter.

    Args:
        passages: its paragraphs, in order.
        roster: everybody who may speak.
        language: BCP 47 tag.

    Returns:
        By (number of the passage, number of the span in it), for each span of speech.
    """
    found = turns(passages, roster, language)
    evidence = _Evidence(found, roster).of_all()

    def passing(number: int, first: str, second: str, third: str) -> float:
        return _passing(found[number], first, second, third)

    told: dict[tuple[int, int], Attribution] = {}
    for turn, likely in zip(found, marginals(evidence, passing), strict=True):
        attribution = _decided(turn, likely)
        told |= dict.fromkeys(turn.spans, attribution)
    return told


def _decided(turn: Turn, likely: dict[str, float]) -> Attribution:
    who = max(likely, key=lambda name: (likely[name], name))
    confidence = round(min(likely[who], _EXPLICIT), 3)
    if who == _OTHER:
        return Attribution(None, 0.0, "nobody")
    if who == _NARRATOR:
        return Attribution(None, confidence, "narrator")
    return Attribution(who, confidence, _rule(turn, who))


def _rule(turn: Turn, who: str) -> str:
    tag = turn.tag
    if tag and (tag.is_explicit or tag.name == who):
        return "explicit" if tag.rule == "said" else tag.rule
    if turn.goes_on:
        return "goes on"
    if tag and tag.gender:
        return "anaphoric" if tag.rule == "said" else "turns"
    led = turn.lead is not None and turn.lead.name == who
    return "lead" if led else "turns"


def _passing(turn: Turn, first: str, second: str, third: str) -> float:
    """Log-odds of three speakers in a row, the last of the given turn."""
    if turn.goes_on:
        return 6.0 if third == second else 0.0
    if _OTHER in (second, third) or turn.gap > 3:
        return 0.0
    if third == second:
        return -2.5 if turn.gap == 0 else -0.7
    if third == first:
        return 1.2 if turn.gap == 0 else 0.6
    return 0.0


class _Evidence:
    """What is told of each turn by itself and those just beside it."""

    def __init__(self, found: Sequence[Turn], roster: Roster) -> None:
        self._turns = found
        self._genders = {character.name: character.gender for character in roster.characters}
        self._order: list[str] = []  # those named in narration, the latest last

    def of_all(self) -> list[Evidence]:
        found: list[Evidence] = []
        for number, turn in enumerate(self._turns):
            for name in turn.earlier:
                self._seen(name)
            found.append(self._of(number, turn))
            for name in turn.told:
                self._seen(name)
            if turn.tag and turn.tag.name:
                self._seen(turn.tag.name)
        return found

    def _seen(self, name: str) -> None:
        if name in self._order:
            self._order.remove(name)
        self._order.append(name)

    def _of(self, number: int, turn: Turn) -> Evidence:
        tag = turn.tag
        if tag and tag.is_explicit:
            return {_NARRATOR if tag.is_narrator else str(tag.name): 0.0}
        if tag and tag.rule == "said" and tag.is_stranger:
            return {_OTHER: 0.0}
        odds = {name: self._odds(number, turn, name) for name in self._candidates(number, turn)}
        best = sorted(odds, key=lambda name: (-odds[name], name))[:_MOST_CANDIDATES]
        return {name: odds[name] for name in best} | {_OTHER: 0.0}

    def _candidates(self, number: int, turn: Turn) -> list[str]:
        """Those who may speak a turn, in a fixed order."""
        near = self._turns[max(0, number - _NEAR_TURNS) : number + _NEAR_TURNS + 1]
        names = [*self._order[-len(_RECENT) :], *turn.told]
        for other in near:
            if other.tag and other.tag.is_explicit:
                names.append(_NARRATOR if other.tag.is_narrator else str(other.tag.name))
            elif other.tag and other.tag.name:
                names.append(other.tag.name)
        for other in self._turns[max(0, number - 1) : number + 2]:
            names += sorted(other.addressed)
        if turn.lead and turn.lead.name:
            names.append(turn.lead.name)
        return list(dict.fromkeys(names))

    def _odds(self, number: int, turn: Turn, name: str) -> float:
        odds = 0.0
        if name in self._order:
            rank = len(self._order) - 1 - self._order.index(name)
            odds += _RECENT[rank] if rank < len(_RECENT) else -0.5
        odds += self._by_tag(turn, name)
        if name in turn.told:
            odds += 1.8 if len(set(turn.told)) == 1 else 1.0
        if name in turn.addressed:
            odds -= 4.0
        if name in turn.spoken_of:
            odds -= 1.5
        if turn.lead and turn.gap == 1 and turn.lead.name == name:
            odds += 3.0 if turn.lead.rule == "colon" else 1.2
        before = self._turns[number - 1] if number else None
        after = self._turns[number + 1] if number + 1 < len(self._turns) else None
        if before and turn.gap <= 1 and name in before.addressed:
            odds += 2.5
        if after and after.gap <= 1 and name in after.addressed:
            odds += 1.8
        return odds

    def _by_tag(self, turn: Turn, name: str) -> float:
        tag = turn.tag
        if tag is None:
            return 0.0
        if tag.name == name:
            return {"colon": 4.0, "beat": 3.0}.get(tag.rule, 6.0)
        if tag.is_narrator and name == _NARRATOR:
            return 3.0
        gender = self._genders.get(name)
        if tag.gender and gender:
            return 1.5 if gender == tag.gender else -5.0
        return 0.0
