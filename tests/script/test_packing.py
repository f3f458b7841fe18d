"""Sentences put together for engines that count requests: nothing lost, no limit passed."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import groupby, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Book, BookChapter, Cue, Kind, Paragraph, Script, Segment, Source
from audiobook.script import split
from audiobook.script.notation.writing import script_text
from audiobook.script.packing import Packing, packs
from audiobook.script.spoken import pronounced, reading_of

LEXICON = Lexicon((LexiconEntry("Kairat", "kigh rat"), LexiconEntry("NASA", "the space people")))
MILLIONS = "1,999,999"
READ = reading_of("en", LEXICON)

ReadText = Callable[[str], Book]
ReadMarkdown = Callable[..., Book]


def script_of(book: Book, packed: int | None = None, most: int | None = None) -> Script:
    packing = Packing(packed, READ) if packed else None
    script = split(book, language="en", title="Story", max_characters=most, packing=packing)
    return pronounced(script, LEXICON, max_characters=most)


def texts(book: Book, packed: int = 100) -> list[str]:
    return [segment.text for segment in script_of(book, packed).segments]


def length(segment: Segment) -> int:
    return max(len(segment.text), len(segment.spoken))


SENTENCES = (
    "It rained.",
    "No!",
    "Kairat paid £1,250.50 to NASA in 1999.",
    "The bell rang over the water, and nobody came.",
    "“Come in,” she said.",
    "“Yes. No. Perhaps.”",
    "He waited",
    "…",
    "Dr. Pell, of 221B Baker St., had never been so late in all his life before, and said so.",
)
STORIES = st.lists(
    st.one_of(
        st.sampled_from(SENTENCES), st.sampled_from(["\n\n", "\n", "\n\n***\n\n", "# A\n\n"])
    ),
    min_size=1,
    max_size=25,
).map(lambda parts: "So it was. " + " ".join(parts))


@settings(max_examples=150, deadline=None)
@given(STORIES, st.integers(20, 120), st.one_of(st.none(), st.integers(20, 300)))
@example("So it was. “Come in,” she said. It rained.", 20, 20)
def test_packing_loses_nothing_and_keeps_limits(
    read_text: ReadText,
    check_whole: Callable[..., None],
    story: str,
    packed: int,
    most: int | None,
) -> None:
    book = read_text(story)
    apart, together = script_of(book, None, most), script_of(book, packed, most)
    check_whole(together)
    assert together.left_out == apart.left_out
    for chapter, packed_chapter in zip(apart.chapters, together.chapters, strict=True):
        rest = iter(chapter.items)
        for item in packed_chapter.items:
            if isinstance(item, Cue):
                assert next(rest) == item
                continue
            parts = [part for part in [next(rest)] if isinstance(part, Segment)]
            while parts[-1].end < item.end:
                part = next(rest)
                assert isinstance(part, Segment)  # a cue would be passed over
                parts.append(part)
            assert item.text == " ".join(part.text for part in parts)
            assert (item.start, item.end) == (parts[0].start, parts[-1].end)
            assert item.pause_ms == parts[-1].pause_ms
            assert {(p.kind, p.speaker, p.confidence) for p in parts} == {
                (item.kind, item.speaker, item.confidence)
            }
            assert all(part.pause_ms <= 250 for part in parts[:-1])
            if len(parts) > 1:
                assert length(item) <= min(packed, most or packed)
        assert next(rest, None) is None


@settings(max_examples=150, deadline=None)
@given(STORIES, st.integers(20, 120))
def test_no_two_are_left_that_would_have_gone_together(
    read_text: ReadText, story: str, packed: int
) -> None:
    """Nor may what is spoken longer than it is written pass the limit."""
    script = script_of(read_text(story), packed)
    for item, after in pairwise(script.chapters[0].items):
        if isinstance(item, Cue) or isinstance(after, Cue) or item.pause_ms > 250:
            continue
        if item.kind not in (Kind.NARRATION, Kind.DIALOGUE):
            continue
        if (item.kind, item.speaker, item.confidence) != (after.kind, after.speaker, 1.0):
            continue
        whole = Segment(f"{item.text} {after.text}", item.kind, item.speaker, 1.0, 0, 0, 1)
        assert length(READ(whole)) > packed


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("One. Two.\n\nThree. Four.", ["One. Two.", "Three. Four."]),
        ("One. “Two. Three.” Four. Five.", ["One.", "“Two. Three.”", "Four. Five."]),
        ("Ida: One. Two.\nBo: Three.\nFour. Five.", ["One. Two.", "Three.", "Four. Five."]),
        ("One. [400ms] Two. Three. [1s]\nFour.", ["One.", "Two. Three.", "Four."]),
        ("One [400ms] and two. Three.", ["One", "and two. Three."]),
        ("One. ![sound](a.wav) Two.", ["One.", "Two."]),
        ("# One. Two.\n\nThree. Four.", ["One. Two.", "Three. Four."]),
        ("One. (Two. Three)[sub:\"2. 3\"]. Four.", ["One. Two. Three. Four."]),
        ("One. " + "x" * 94 + ". Two.", ["One. " + "x" * 94 + ".", "Two."]),
        ("One. " + "x" * 100 + ". Two.", ["One.", "x" * 100 + ".", "Two."]),
        (f"It was {MILLIONS}. It was {MILLIONS}.", [f"It was {MILLIONS}."] * 2),
    ],
)  # fmt: skip
def test_what_goes_together(read_markdown: ReadMarkdown, story: str, expected: list[str]) -> None:
    front = "---\ncast: {Ida: {}, Bo: {}}\n---\n\n"
    assert texts(read_markdown(front + story, "Ida", "Bo")) == expected


def test_verse_stays_by_its_lines() -> None:
    lines = [Paragraph(line, ((0, 0),), 4, Kind.VERSE, goes_on=True) for line in ("One.", "Two.")]
    book = Book(Source("a", "One."), None, (), None, (BookChapter("", tuple(lines)),))
    assert texts(book) == ["One.", "Two."]


def test_the_lines_of_a_script_file_stay_as_they_are(read_markdown: ReadMarkdown) -> None:
    front = "---\ncast: {Ida: {}}\nsegments: lines\n---\n\n"
    story = f"{front}# A\n\nOne.\nTwo. Three.\nIda: Four.\nIda: Five.\n"
    assert texts(read_markdown(story, "Ida")) == ["A", "One.", "Two. Three.", "Four.", "Five."]


@settings(max_examples=150, deadline=None)
@given(STORIES, st.one_of(st.none(), st.integers(20, 120)))
def test_what_is_written_into_a_script_file_is_read_as_the_same_segments(
    read_text: ReadText, read_markdown: ReadMarkdown, story: str, packed: int | None
) -> None:
    script = script_of(read_text(story), packed)
    names = {segment.speaker for segment in script.segments if segment.speaker}
    again = script_of(read_markdown(script_text(script), *names), 100)
    assert [_said(segment) for segment in again.segments] == [_said(s) for s in script.segments]


def _said(segment: Segment) -> tuple[object, ...]:
    return segment.spoken, segment.kind, segment.speaker, segment.pause_ms


def _row(lengths: list[int], most: int = 100) -> list[tuple[int, int]]:
    def together(start: int, middle: int, stop: int) -> int:
        return sum(lengths[start:stop]) + stop - start - 1

    return packs(len(lengths), together, most)


@given(st.lists(st.integers(1, 130), max_size=60))
def test_packs_are_all_items_in_order(lengths: list[int]) -> None:
    found = _row(lengths)
    assert [index for start, stop in found for index in range(start, stop)] == [
        *range(len(lengths))
    ]
    for start, stop in found:
        assert stop == start + 1 or sum(lengths[start:stop]) + stop - start - 1 <= 100


def _edited(sentences: list[str], at: int, chance: random.Random) -> list[str]:
    new = f"{'It ' + 'went on ' * chance.randint(1, 8)}at last."
    return chance.choice(
        [
            [*sentences[:at], *sentences[at + 1 :]],
            [*sentences[:at], new, *sentences[at:]],
            [*sentences[:at], new, *sentences[at + 1 :]],
        ]
    )


def _packed(sentences: list[str]) -> set[str]:
    return {" ".join(sentences[a:b]) for a, b in _row([len(each) for each in sentences])}


def test_an_edit_costs_the_requests_near_it() -> None:
    """In paragraphs of forty short sentences, of which one is cut, put in or changed."""
    chance = random.Random(4)
    costs = []
    for _ in range(300):
        sentences = [f"{'word ' * chance.randint(2, 12)}{n}." for n in range(40)]
        edited = _edited(sentences, chance.randrange(40), chance)
        costs.append(len(_packed(edited) - _packed(sentences)))
    counts = {cost: len(list(group)) for cost, group in groupby(sorted(costs))}
    assert max(counts) <= 6, counts
    assert sum(costs) / len(costs) < 2, counts


def test_a_paragraph_of_very_many_sentences_is_soon_packed() -> None:
    n_measured = 0

    def together(start: int, middle: int, stop: int) -> int:
        nonlocal n_measured
        n_measured += 1
        return (stop - start) * 10

    found = packs(20_000, together, 100)
    assert n_measured < 4 * 20_000
    assert len(found) < 4_500
