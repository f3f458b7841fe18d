"""Stories of any length in which no sentence comes twice."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator

from audiobook.store import Store

__all__ = ["SENTENCES_PER_MINUTE", "as_markdown", "keep_only_clips", "sentences", "story"]

SENTENCES_PER_MINUTE = 10.7
"""As espeak-ng speaks them."""

_WHO = (
    "the ferryman",
    "a girl with a lantern",
    "my grandfather",
    "the baker's widow",
    "an old clerk",
    "the stationmaster",
    "a boy from the valley",
    "the piano tuner",
    "our neighbour",
    "the surgeon",
    "a travelling weaver",
    "the younger sister",
    "the lighthouse keeper",
    "a retired judge",
)
_DID = (
    "carried",
    "mended",
    "forgot",
    "painted",
    "sold",
    "found",
    "hid",
    "described",
    "lost",
    "counted",
    "borrowed",
    "repaired",
    "remembered",
    "wrapped",
    "weighed",
    "returned",
)
_WHAT = (
    "a brass compass",
    "three letters",
    "the broken clock",
    "a basket of pears",
    "the blue door",
    "an unsigned map",
    "the winter coats",
    "a tin of buttons",
    "the last ticket",
    "a wooden horse",
    "the harbour bell",
    "a book of tides",
    "the copper kettle",
    "two silver spoons",
)
_WHERE = (
    "beside the frozen canal",
    "on the road to the mill",
    "behind the market hall",
    "under the railway bridge",
    "at the edge of the orchard",
    "in the attic of the school",
    "near the customs house",
    "along the northern shore",
    "inside the empty chapel",
    "across the wide square",
    "below the observatory",
    "in a room above the pharmacy",
)
_WHEN = (
    "before the snow came",
    "on the second Tuesday of March",
    "while the others slept",
    "as the tram went by",
    "long after the lamps were lit",
    "in the year of the flood",
    "when nobody was watching",
    "at a quarter past six",
    "during the longest rehearsal",
    "without saying a word about it",
    "as if it had been agreed",
    "though the rain had not stopped",
)


def sentences(seed: int = 1) -> Iterator[str]:
    """Sentences without end, all different."""
    chance = random.Random(seed)
    told: set[str] = set()
    while True:
        parts = [chance.choice(words) for words in (_WHO, _DID, _WHAT, _WHERE, _WHEN)]
        if chance.random() < 0.4:
            parts += ["and", *(chance.choice(words) for words in (_WHO, _DID, _WHAT))]
        sentence = " ".join(parts)
        if sentence not in told:
            told.add(sentence)
            yield sentence[0].upper() + sentence[1:] + "."


def story(n_sentences: int) -> list[list[list[str]]]:
    """Chapters of sixteen paragraphs of five sentences."""
    source = sentences()
    return [
        [[next(source) for _ in range(5)] for _ in range(16)]
        for _ in range(max(1, n_sentences // 80))
    ]


def keep_only_clips(store: Store) -> None:
    """Remove what is made of speech, as if a build had been stopped when all was spoken."""
    for kind in store.folder.iterdir():
        if kind.name != "clips":
            shutil.rmtree(kind)


def as_markdown(chapters: list[list[list[str]]]) -> str:
    """Chapters as a story."""
    lines: list[str] = []
    for number, paragraphs in enumerate(chapters, 1):
        lines.append(f"# Chapter {number}\n")
        lines += [" ".join(paragraph) + "\n" for paragraph in paragraphs]
    return "\n".join(lines)
