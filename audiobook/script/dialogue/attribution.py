"""Who says what: each turn of a dialogue gets its likeliest speaker, and how likely that is.

What is told beside a turn, who was named near it and whom it addresses is evidence for one or
another character, in log-odds; that people take turns ties neighbours together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.script.dialogue.chain import marginals
from audiobook.script.dialogue.evidence import NARRATOR, SOMEBODY, evidence, passing
from audiobook.script.dialogue.roster import Roster
from audiobook.script.dialogue.turns import Passage, Turn, turns

__all__ = ["Attribution", "attribute"]

_MOST_SURE = 0.95
_OVERSURE = 0.5
"""What the odds of a guess are lowered by, so that it is right as often as it says: measured on
labelled chapters of novels, where what weighs for somebody often weighs twice."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who speaks a stretch of speech."""

    speaker: str | None
    """Name in the roster; None for a narrator who is in the story, and for nobody known."""
    confidence: float
    """How likely that is, 0 to 1; 0 for nobody."""
    rule: str
    """What told: "explicit" (said Anna), "narrator" (said I), "anaphoric" (she said), "colon" (Anna
    looked up:), "beat" (Anna smiled.), "lead" (the paragraph before), "goes on" (an open quote),
    "turns" (who speaks before and after, and who is named near), or "nobody"."""


def attribute(
    chapters: Sequence[Sequence[Passage]], roster: Roster, language: str
) -> list[dict[tuple[int, int], Attribution]]:
    """Tell who speaks in a book.

    Args:
        chapters: the paragraphs of each, in order.
        roster: everybody who may speak.
        language: BCP 47 tag.

    Returns:
        For each chapter an attribution of each span of speech, by the number of its passage and
        its own number there.
    """
    found = [turns(passages, roster, language) for passages in chapters]
    return [
        _told(chapter, odds) for chapter, odds in zip(found, evidence(found, roster), strict=True)
    ]


def _told(
    chapter: Sequence[Turn], odds: Sequence[dict[str, float]]
) -> dict[tuple[int, int], Attribution]:
    def between(number: int, first: str, second: str, third: str) -> float:
        return passing(chapter[number], first, second, third)

    told: dict[tuple[int, int], Attribution] = {}
    for turn, likely in zip(chapter, marginals(odds, between), strict=True):
        told |= dict.fromkeys(turn.spans, _decided(turn, likely))
    return told


def _decided(turn: Turn, likely: dict[str, float]) -> Attribution:
    who = max(likely, key=lambda name: (likely[name], name))
    odds = likely[who] * _OVERSURE
    confidence = round(min(odds / (odds + 1 - likely[who]), _MOST_SURE), 3)
    if who == SOMEBODY:
        return Attribution(None, 0.0, "nobody")
    speaker = None if who == NARRATOR else who
    return Attribution(speaker, confidence, _rule(turn, who))


def _rule(turn: Turn, who: str) -> str:
    tag = turn.tag
    if tag and tag.is_narrator and who == NARRATOR:
        return "narrator"
    if tag and (tag.is_explicit or tag.name == who):
        return "explicit" if tag.rule == "said" else tag.rule
    if turn.goes_on:
        return "goes on"
    if tag and tag.gender:
        return "anaphoric" if tag.rule == "said" else "turns"
    led = turn.lead is not None and turn.lead.name == who
    return "lead" if led else "turns"
