"""What stands in brackets in plain text is left out where it is an aside, and only there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes.accounts import check_accounted, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Book, Role

ReadText = Callable[[str], Book]

STORY = [
    "[He] said that he would never go back.",
    "[A] good man came, and [B] another.",
    "[OK] go.",
    "[Go: now] he said.",
    "“[I] shall go,” she said, “and [I] shall stay.”",
    "[I] did not go.",
    "Transcriber notes were his job. He typed them all day long.",
    "Transcriber’s note says nothing to us here.",
    "[Note: the door was open] and so he went in.",
    "[Footnote 1: it was open] and so he [too] went in.",
    "[Transcriber’s notes] were his job, and [sic] his life.",
    "[Map in hand, he went] and she stayed [too]",
]
ASIDES = {
    "One.[a]\n\n[a] A note.": "A note.",
    "One.[A] Two.\n\n[Aa] came.\n\n[A]: A note.": "A note.",
    "He said “One.”[B]\n\n[B: A note.]": "A note.",
    "One [A].\n\n[A] A note.": "A note.",
    "One.\n\n[1] A note.": "A note.",
    "One.\n\n[†] A note.": "A note.",
    "One.\n\n[Footnote A: A note.]": "A note.",
    "One.\n\n[Footnote 1: See [Greek: logos] of it.]": "See [Greek: logos] of it.",
    "One.\n\n[Footnote 1: See [sic]\n\nand on.]": "See [sic] and on.",
    "One.\n\nTranscriber’s Note\ncommas were mended.": "commas were mended.",
    "One.\n\nTranscriber’s notes: commas were mended.": "commas were mended.",
    "One.\n\n[Transcriber’s note commas were mended.]": "commas were mended.",
}


@pytest.mark.parametrize("paragraph", STORY)
def test_a_paragraph_that_begins_like_an_aside_is_spoken(
    read_text: ReadText, paragraph: str
) -> None:
    book = read_text(f"It was late.\n\n{paragraph}\n\nThe end came.")
    check_accounted(book)
    assert texts(book) == ["It was late.", paragraph, "The end came."]


@pytest.mark.parametrize(("story", "note"), ASIDES.items())
def test_an_aside_is_a_note(read_text: ReadText, story: str, note: str) -> None:
    book = read_text(f"{story}\n\nThe end came.")
    check_accounted(book)
    assert texts(book, Role.NOTES) == [note]
    assert texts(book)[-1] == "The end came."


def test_asides_on_lines_that_follow_each_other_are_apart(read_text: ReadText) -> None:
    book = read_text(
        "It was late.\n\n[Illustration: The house]\n[Illustration: The garden]\n\n"
        "[Footnote 1: See [sic]\n\nand on.]\n[Footnote 2: A note.]\n\n"
        "[Illustration: He said “No.”]]\n\nThe end came."
    )
    check_accounted(book)
    assert texts(book) == ["It was late.", "The end came."]
    assert texts(book, Role.NOTES) == ["See [sic] and on.", "A note."]
    assert texts(book, Role.PICTURES) == ["The house", "The garden", "He said “No.”"]


def test_letters_in_brackets_all_over_a_story_stay_in_it(read_text: ReadText) -> None:
    book = read_text("\n\n".join(STORY))
    check_accounted(book)
    assert texts(book) == STORY


def test_a_bracket_that_never_closes_joins_no_paragraphs(read_text: ReadText) -> None:
    book = read_text("[Transcriber\n\nIt was late.\n\nShe said [sic]\n\nDone.")
    assert texts(book) == ["[Transcriber", "It was late.", "She said [sic]", "Done."]


WORDS = st.sampled_from(["He", "I", "went", "so", "on", "and", "OK"])
SAID = st.lists(st.tuples(WORDS, st.booleans()), min_size=2, max_size=8).map(
    lambda words: " ".join(f"[{word}]" if is_added else word for word, is_added in words) + " now."
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=6))
def test_words_that_an_editor_put_in_are_all_spoken(
    read_text: ReadText, paragraphs: list[str]
) -> None:
    assert texts(read_text("\n\n".join(paragraphs))) == paragraphs


@pytest.mark.parametrize("heading", ["FOOTNOTES:", "Notes", "Anmerkungen."])
def test_a_heading_over_notes_is_left_out_with_them(read_text: ReadText, heading: str) -> None:
    book = read_text(f"One.[1] Two.[2]\n\n{heading}\n\n[1] A note.\n\n[2] Another.")
    assert texts(book) == ["One. Two."]
    check_accounted(book)
    assert heading in texts(read_text(f"One.\n\n{heading}\n\nTwo."))
