from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pytest
from fakes.accounts import check_accounted, paragraphs, texts
from fakes.pdf import Set, book_pages, write_pdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Role
from audiobook.script import read
from audiobook.script.readers import pdf

LONG = (
    "It was a long road, and it went on for longer than any of those who had set out on it in the "
    "morning would have thought, had they thought at all of such a thing. They had not, and so "
    "the night found them where they were, a well-known place on the wind-swept moor."
)
CHAPTERS = [
    ("The Road", [LONG, "“Is it far?” she asked. " + LONG, "“Not far.”", "“No?”", LONG] * 3),
    ("The Mill", [LONG, "He laughed.", LONG] * 4),
    ("The Sea", [LONG] * 5),
]


def _read(data: bytes) -> Book:
    book = pdf.read(data, "book.pdf", ())
    check_accounted(book)
    return book


def _page(*lines: str, top: float = 500, **kwargs: float) -> list[Set]:
    return [Set(line, 40, top - 14 * n, **kwargs) for n, line in enumerate(lines)]


def test_a_book_comes_back_from_its_pages() -> None:
    book = _read(write_pdf(book_pages(CHAPTERS, head="THE LONG ROAD")))
    said = [text for title, told in CHAPTERS for text in (title, *told)]
    assert texts(book) == said
    assert [chapter.title for chapter in book.chapters] == ["The Road", "The Mill", "The Sea"]
    furniture = texts(book, Role.PAGES)
    assert furniture.count("THE LONG ROAD") == len(furniture) // 2
    assert [text for text in furniture if text.isdecimal()] == [
        str(n + 1) for n in range(len(furniture) // 2)
    ]


def test_headings_in_the_outline_open_chapters() -> None:
    pages = book_pages(CHAPTERS)
    starts = [n for n, page in enumerate(pages) if page[0].bold]
    outline = [("1 The Road", starts[0]), ("2 The Mill", starts[1])]
    book = _read(write_pdf(pages, outline=outline, info="/Title (A Story) /Author (Nemo)"))
    assert [chapter.title for chapter in book.chapters] == ["The Road", "The Mill"]
    assert (book.title, book.authors, book.language) == ("A Story", ("Nemo",), "en-GB")


PARTED = [
    ("it was an exam-", "ple of it", "it was an example of it"),
    ("it was a well-", "known mill", "it was a well-known mill"),
    ("so said Anglo-", "Saxon men", "so said Anglo-Saxon men"),
    ("it was a wind-", "mill there", "it was a wind-mill there"),
]


@pytest.mark.parametrize(("first", "second", "said"), PARTED)
def test_parted_words_are_joined(first: str, second: str, said: str) -> None:
    known = _page("Some well-known wind blew at the mill:", "the wind blew, the mill stood.")
    book = _read(write_pdf([known, _page(first, second)]))
    assert any(text.endswith(said) for text in texts(book))


def test_notes_at_the_foot_are_notes_and_their_marks_are_not_said() -> None:
    body = _page(
        "The mill was built long ago by the old miller", "who is dead by now, as all know."
    )
    foot = _page("1 In the year of the flood, as it", "is told.", top=60, size=7)
    book = _read(write_pdf([[body[0], Set("1", 311, 504, 5), body[1], *foot]]))
    assert texts(book, Role.NOTES) == ["1 In the year of the flood, as it is told."]
    assert texts(book) == [
        "The mill was built long ago by the old miller who is dead by now, as all know."
    ]
    assert [run.why for run in book.left_out] == ["a note’s mark"]


def test_folios_in_roman_figures_count_with_the_pages() -> None:
    numerals = ["viii", "ix", "x", "xi", "xii"]
    told = [f"On the {at} the road went on over the moor." for at in ("first", "next", "third")]
    pages = [
        [*_page(*told[n % 3 :], "It rained."), Set(numeral, 195, 20, 8)]
        for n, numeral in enumerate(numerals)
    ]
    assert texts(_read(write_pdf(pages)), Role.PAGES) == numerals


def test_of_very_many_pages_that_cannot_be_read_the_first_are_told() -> None:
    data = write_pdf([[Set("Here.", 40, 500)], *[[Set("Gone.", 40, 500)]] * 25])
    head, kept, rest = data.partition(b"/Type /Page /")
    book = pdf.read(head + kept + rest.replace(b"/Type /Page /", b"/Type /Pag_ /"), "a.pdf", ())
    assert (len(book.warnings), book.warnings[-1]) == (21, "and 5 more")


def test_a_page_in_small_print_is_no_note() -> None:
    pages = [*book_pages(CHAPTERS), _page("1 All rights are reserved.", size=7)]
    assert texts(_read(write_pdf(pages)), Role.NOTES) == []


def test_chapter_headings_that_count_with_the_pages_are_headings() -> None:
    pages = [_page(f"Chapter {n}", size=14) + _page(LONG[n : n + 50], top=450) for n in (1, 2, 3)]
    book = _read(write_pdf(pages))
    assert [chapter.title for chapter in book.chapters] == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_a_contents_page_is_known() -> None:
    listed = _page("Contents", "The Road ........ 1", "The Mill ........ 7", "The Sea ......... 9")
    book = _read(write_pdf([listed, *book_pages(CHAPTERS)]))
    assert len(texts(book, Role.CONTENTS)) == 4
    assert [c.title for c in book.chapters if c.title] == ["The Road", "The Mill", "The Sea"]


def test_scene_breaks_drop_caps_and_two_columns() -> None:
    columns = [
        *[
            Set(line, 40, 400 - 14 * n)
            for n, line in enumerate(["Left one goes on", "and left two."])
        ],
        *[
            Set(line, 240, 400 - 14 * n)
            for n, line in enumerate(["Right one goes on", "right two."])
        ],
    ]
    page = [Set("I", 40, 500, 24), Set("t was the first word", 56, 500)]
    page += [Set("of all the words there", 40, 486), Set("were.", 40, 472), Set("***", 150, 440)]
    book = _read(write_pdf([page + columns]))
    assert texts(book)[0].startswith("It was the first word of all")
    assert any(isinstance(item, Cue) for item in book.chapters[0].items)
    assert "Left one goes on and left two." in texts(book)


def test_a_pdf_is_found_by_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf([_page("Only this.")]))
    assert texts(read(tmp_path / "a.pdf")) == ["Only this."]
    assert {item.kind for item in paragraphs(read(tmp_path / "a.pdf"))} == {Kind.NARRATION}


GOOD = write_pdf(book_pages(CHAPTERS[:1]))
BAD = {
    "nothing": (b"", "damaged"),
    "rubbish": (random.Random(1).randbytes(5000), "damaged"),
    "only a head": (b"%PDF-1.7\n" + b"0" * 1000, "damaged"),
    "half of it": (GOOD[:300], "damaged"),
    "locked": (write_pdf([_page("x")], locked=True), "locked with a password"),
    "no text": (write_pdf([[], []]), "no text layer"),
    "no pages": (write_pdf([]), "no text layer|damaged"),
    "more pages than there are": (
        write_pdf([_page("x")], count=100_000),
        "more than 10,000 pages|",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_told_in_a_line(case: str) -> None:
    data, told = BAD[case]
    started = perf_counter()
    try:
        book = pdf.read(data, "bad.pdf", ())
    except StoryError as error:
        assert str(error.where) == "bad.pdf"  # noqa: PT017  # it may be read, too
        assert any(part in error.what for part in told.split("|"))  # noqa: PT017
    else:
        assert told.endswith("|")
        check_accounted(book)
    assert perf_counter() - started < 20


def test_a_scan_is_told_how_to_become_text() -> None:
    with pytest.raises(StoryError) as caught:
        pdf.read(write_pdf([[], []]), "scan.pdf", ())
    assert "OCR" in (caught.value.hint or "")


def _mutated(data: bytes, cuts: Sequence[tuple[float, bytes]]) -> bytes:
    """A file with bytes put in place of others, here and there."""
    for where, put in cuts:
        at = int(where * len(data))
        data = data[:at] + put + data[at + len(put) :]
    return data


TOKENS = (b"0", b"-1", b"99999999999", b" 2 0 R ", b"<<", b">>", b"[", b"]", b"/Kids", b"stream")
PIECES = st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=8))
MUTATIONS = st.lists(st.tuples(st.floats(0, 1), PIECES), min_size=1, max_size=12)


def _check_mutation(cuts: list[tuple[float, bytes]]) -> None:
    try:
        book = pdf.read(_mutated(GOOD, cuts), "bad.pdf", ())
    except StoryError as error:
        assert "\n" not in str(error)  # noqa: PT017  # both outcomes are lawful
    else:
        check_accounted(book)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MUTATIONS)
def test_a_damaged_file_is_read_or_refused(cuts: list[tuple[float, bytes]]) -> None:
    _check_mutation(cuts)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MUTATIONS)
def test_many_damaged_files_are_read_or_refused(cuts: list[tuple[float, bytes]]) -> None:
    _check_mutation(cuts)
