"""How an author wants words delivered, from a mark in the story to each segment that has some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Paragraph, Reading, Script, Segment
from audiobook.script import split
from audiobook.script.fitting import fitted_as_spoken
from audiobook.script.packing import Packing
from audiobook.script.spoken.pronounce import pronounced
from audiobook.utterance import Delivery

ReadMarkdown = Callable[..., Book]


def one_paragraph(book: Book) -> Paragraph:
    (paragraph,) = (i for c in book.chapters for i in c.items if isinstance(i, Paragraph))
    return paragraph


def marked(script: Script) -> list[tuple[str, Delivery]]:
    """The stretches of a script that are delivered, each with its delivery."""
    return [
        (segment.text[one.start : one.stop], replace(one, start=0, stop=1))
        for segment in script.segments
        for one in segment.deliveries
    ]


def test_a_mark_says_how_its_stretch_is_delivered(read_markdown: ReadMarkdown) -> None:
    book = read_markdown(
        '(Not *now*)[emphasis : "strong" ;pitch:"high"], she said, and *never*, '
        '(in Caen)[rate:"slow";ipa:"kɑ̃"] or ( Bath )[volume:"soft";sub:"there"].'
    )
    made = one_paragraph(book)
    assert made.text == "Not now, she said, and never, in Caen or Bath ."
    assert made.deliveries == (
        Delivery(0, 7, emphasis="strong", pitch="high"),
        Delivery(30, 37, rate="slow"),
        Delivery(41, 45, volume="soft"),
    )
    assert made.readings == (Reading(30, 37, "in Caen", "kɑ̃"), Reading(41, 45, "there"))


def test_text_that_only_looks_like_a_mark_is_text(read_markdown: ReadMarkdown) -> None:
    text = "It rose [rate: high] and (see there) [volume: 2] fell; (x)[a note] too."
    assert one_paragraph(read_markdown(text)).text == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('Not [rate:"slow"] now.', None),
        ('Not ( )[rate:"slow"] now.', "nothing stands in round brackets"),
        ('Not (now [2s] or then)[rate:"slow"].', "a pause cannot stand in the brackets"),
        ('((Caen)[ipa:"x"] now)[rate:"slow"].', "one mark stands within another"),
        ('(now)[rate:"slow".', "the mark never ends"),
    ],
)
def test_a_mark_that_cannot_be_read_is_told(
    read_markdown: ReadMarkdown, text: str, what: str | None
) -> None:
    if what is None:
        assert one_paragraph(read_markdown(text)).text == text
        return
    with pytest.raises(StoryError, match=what):
        read_markdown(text)


def test_a_cut_through_a_delivery_leaves_it_on_both_sides(read_markdown: ReadMarkdown) -> None:
    book = read_markdown('He ran (home. “Is it,” he asked, “so)[rate:"fast"] far?” He slept.')
    script = split(book, language="en", title="T")
    fast = Delivery(0, 1, rate="fast")
    assert marked(script) == [(text, fast) for text in ("home.", "“Is it,”", "he asked,", "“so")]


WORDS = st.lists(
    st.sampled_from(["one", "two.", "“Three,”", "four;", "5", "six!", "- seven -", "x" * 25]),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(WORDS, WORDS, WORDS, st.none() | st.integers(20, 60))
def test_what_is_marked_is_delivered_and_nothing_else(
    read_markdown: ReadMarkdown,
    before: list[str],
    inside: list[str],
    after: list[str],
    limit: int | None,
) -> None:
    said = " ".join(inside)
    book = read_markdown(f'a {" ".join(before)} ({said})[pitch:"low"] {" ".join(after)}')
    script = split(book, language="en", title="T", max_characters=limit)
    low = Delivery(0, 1, pitch="low")
    kept = "".join(text for text, how in marked(script) if how == low)
    assert all(how == low for _, how in marked(script))
    if limit is None:
        assert kept.replace(" ", "") == said.replace(" ", "")
    assert [c for c in kept if c.isalnum()] == [c for c in said if c.isalnum()]
    for piece in pronounced(script, max_characters=limit).segments:
        utterance = piece.utterance
        for one in utterance.deliveries:
            assert 0 <= one.start < one.stop <= len(utterance.text)


def test_what_is_packed_keeps_its_volume(read_markdown: ReadMarkdown) -> None:
    book = read_markdown(
        'It was late. (Hush. No word.)[volume:"soft"] They (went)[rate:"slow"]. Far.'
    )
    packing = Packing(100, lambda segment: segment)
    script = split(book, language="en", title="T", packing=packing)
    assert [(segment.text, segment.volume) for segment in script.segments] == [
        ("It was late.", None),
        ("Hush. No word.", "soft"),
        ("They went. Far.", None),
    ]


def test_what_is_too_long_once_spoken_is_cut_with_its_delivery(
    read_markdown: ReadMarkdown,
) -> None:
    book = read_markdown('It was (in 1234, and in 1235, and then)[emphasis:"strong"] it fell.')
    script = pronounced(split(book, language="en", title="T"))
    (whole,) = script.segments
    pieces, _ = fitted_as_spoken(whole, 40, 60)
    assert len(pieces) > 1
    assert _stressed([whole]) == _stressed(pieces)
    assert "in twelve thirty-four," in _stressed(pieces)


def _stressed(segments: list[Segment]) -> str:
    spoken = [
        segment.spoken[one.start : one.stop]
        for segment in segments
        for one in segment.utterance.deliveries
    ]
    return " ".join(spoken)
