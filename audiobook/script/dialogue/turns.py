"""A chapter's dialogue as turns: what one person says at a time, and what is told beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audiobook.script.dialogue.quotes import Span
from audiobook.script.dialogue.roster import Mention, Roster
from audiobook.script.dialogue.tags import Tag, TagReader

__all__ = ["Passage", "Turn", "turns"]

_CLOSED = tuple("\"”»«’'‘“‹")
_OPENS = ('"', "“", "„", "«", "»", "‘", "'")
_ADDRESS_BEFORE = re.compile(r"(?:^|[,.!?;—–“‘\"'«„]|\b(?:[Dd]ear|[Mm]y|[Oo]h|[Oo]|[Aa]h))\s*$")
_ADDRESS_AFTER = re.compile(r"\s*(?:[,.!?;:—–]|[”’\"'»]|$)")
_RANKS = {"said": 3, "colon": 2, "beat": 1}


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with its spans."""

    text: str
    """All of it."""
    spans: Sequence[Span]
    """Speech and narration, which together are all of it; none for what no one may speak in."""
    is_break: bool = False
    """Whether dialogue does not go on across it: a heading, a cued line, a scene break."""


@dataclass(slots=True)
class Turn:
    """Speech of one paragraph by one person."""

    spans: list[tuple[int, int]]
    """Pairs (number of the passage, number of the span in it)."""
    gap: int
    """Paragraphs of narration since the turn before; a break counts as many."""
    goes_on: bool = False
    """Whether it carries on the turn before, whose quote was left open."""
    tag: Tag | None = None
    """What is told beside it of who speaks."""
    lead: Tag | None = None
    """The same in the paragraph of narration just before it."""
    told: list[str] = field(default_factory=list)
    """Characters named in the narration of its paragraph."""
    earlier: list[str] = field(default_factory=list)
    """Characters named in narration since the turn before."""
    addressed: set[str] = field(default_factory=set)
    """Characters whom it speaks to by name."""
    spoken_of: set[str] = field(default_factory=set)
    """Other characters whom it names."""


_BREAK_GAP = 9


def turns(passages: Sequence[Passage], roster: Roster, language: str) -> list[Turn]:
    """The turns of a chapter, in order."""
    reader = TagReader(language, roster)
    found: list[Turn] = []
    gap = _BREAK_GAP
    earlier: list[str] = []
    lead: Tag | None = None
    for number, passage in enumerate(passages):
        spoken = [index for index, span in enumerate(passage.spans) if span.spoken]
        if not spoken:
            gap += _BREAK_GAP if passage.is_break else 1
            earlier += (mention.name for mention in roster.mentions(passage.text))
            lead = None if passage.is_break else reader.before(passage.text, 0, len(passage.text))
            continue
        own = list(_of_passage(passage, number, reader, roster))
        own[0].gap, own[0].earlier, own[0].lead = gap, earlier, lead
        own[0].goes_on = gap == 0 and _carries_on(passages[number - 1], passage)
        found += own
        gap, earlier, lead = 0, [], None
    return found


def _carries_on(before: Passage, passage: Passage) -> bool:
    """Whether speech that was left open before goes on, its mark set again."""
    return (
        before.spans[-1].spoken
        and before.text.startswith(_OPENS, before.spans[-1].start)
        and not before.text.rstrip().endswith(_CLOSED)
        and passage.text.startswith(_OPENS)
    )


def _of_passage(passage: Passage, number: int, reader: TagReader, roster: Roster) -> Iterator[Turn]:
    """The turns of one paragraph: one, unless another speaker is named within it."""
    text, spans = passage.text, passage.spans
    turn = Turn([], 0)
    for index, span in enumerate(spans):
        if not span.spoken:
            turn.told += (mention.name for mention in roster.mentions(text, span.start, span.stop))
            continue
        tag = _tag_of(passage, index, reader)
        if turn.tag and tag and _are_two(turn.tag, tag):
            yield turn
            turn = Turn([], 0)
        turn.spans.append((number, index))
        if tag and (turn.tag is None or _rank(tag) > _rank(turn.tag)):
            turn.tag = tag
        for mention in roster.mentions(text, span.start, span.stop):
            kind = turn.addressed if _is_address(text, span, mention) else turn.spoken_of
            kind.add(mention.name)
    yield turn


def _tag_of(passage: Passage, index: int, reader: TagReader) -> Tag | None:
    """The better of the tags after and before a span of speech."""
    spans = passage.spans
    after = spans[index + 1] if index + 1 < len(spans) else None
    before = spans[index - 1] if index else None
    tags = []
    if after and not after.spoken:
        tags.append(reader.after(passage.text, after.start, after.stop))
    if before and not before.spoken:
        tags.append(reader.before(passage.text, before.start, before.stop))
    return max(filter(None, tags), key=_rank, default=None)


def _are_two(one: Tag, other: Tag) -> bool:
    """Whether two tags tell of two people."""
    tell = all(tag.is_explicit or tag.is_other for tag in (one, other))
    return tell and one != other


def _rank(tag: Tag) -> tuple[int, bool]:
    return _RANKS[tag.rule], tag.name is not None


def _is_address(text: str, span: Span, mention: Mention) -> bool:
    """Whether a name in speech is that of the person spoken to: set off by commas or the like."""
    before = text[max(span.start, mention.start - 6) : mention.start]
    after = text[mention.stop : min(span.stop, mention.stop + 3)]
    return bool(_ADDRESS_BEFORE.search(before) and _ADDRESS_AFTER.match(after))
