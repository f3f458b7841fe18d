"""Names and odd words, most frequent first, each with a place that can be gone to."""

from __future__ import annotations

from collections.abc import Callable

from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Book
from audiobook.script import split
from audiobook.script.spoken import Oddity, odd_words, pronounced

STORY = """\
THE TALE

Mara went to the old gate. “Is Oisín there?” she asked Mara’s cat.

Will you go, will you stay? The NKVD came. STOP! Then Will left, and Mara saw Tomasz.

A façade of ice. I met Mr. Jones in March. It was March. Hope is all; I hope.
"""
Read = Callable[[str], Book]


def words(read_text: Read, story: str, *entries: LexiconEntry) -> dict[str, tuple[int, str]]:
    script = split(read_text(story), language="en", title="Story")
    found = odd_words(script, Lexicon(entries))
    assert [word.count for word in found] == sorted((w.count for w in found), reverse=True)
    return {word.word: (word.count, word.why) for word in found}


def test_names_and_foreign_words_are_found_and_common_ones_are_not(read_text: Read) -> None:
    assert (
        words(read_text, STORY)
        == {
            "Mara": (3, Oddity.NAME),
            "Oisín": (1, Oddity.FOREIGN),
            "NKVD": (1, Oddity.CAPITALS),
            "Tomasz": (1, Oddity.NAME),
            "façade": (1, Oddity.FOREIGN),
            "Jones": (1, Oddity.NAME),
        }
        | {}
    )


def test_what_the_lexicon_says_needs_no_check(read_text: Read) -> None:
    found = words(read_text, STORY, LexiconEntry("mara", "Mah-ra"), LexiconEntry("Tomasz", ipa="x"))
    assert {"Mara", "Tomasz"}.isdisjoint(found)
    assert "Jones" in found


def test_the_first_use_is_shown_with_its_place(read_text: Read) -> None:
    script = pronounced(split(read_text(STORY), language="en", title="Story"))
    by_word = {word.word: word for word in odd_words(script)}

    assert by_word["Tomasz"].context == "Then Will left, and Mara saw Tomasz."
    assert str(by_word["Tomasz"].where) == "story.txt:5:79"
    assert by_word["Oisín"].where.line == 3


def test_a_place_is_that_of_the_word_and_not_of_markup(
    read_markdown: Callable[..., Book],
) -> None:
    story = "Then [the mill](Tomasz.md) was shown to *Tomasz* by somebody.\n"
    script = pronounced(split(read_markdown(story), language="en", title="Story"))
    (word,) = odd_words(script)
    assert str(word.where) == "story.md:1:42"


def test_letters_that_never_go_together_are_odd_in_a_long_text(read_text: Read) -> None:
    parts = [
        "ba",
        "be",
        "bi",
        "bo",
        "bu",
        "da",
        "de",
        "di",
        "do",
        "du",
        "la",
        "le",
        "li",
        "lo",
        "lu",
        "na",
        "ne",
        "ni",
        "no",
        "nu",
    ]
    common = [a + b + c for a in parts for b in parts for c in parts[:6]]
    found = words(read_text, " ".join(common) + " and the xyzzwq.")
    assert found["xyzzwq"] == (1, Oddity.RARE)
    assert len(found) < 5


def test_another_writing_system_is_foreign(read_text: Read) -> None:
    found = words(read_text, "Она пришла домой и сказала ему слово weltschmerz и ушла.")
    assert found == {"weltschmerz": (1, Oddity.FOREIGN)}
