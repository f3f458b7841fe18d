"""Words are found in every script, and all of a text that can be spoken is in one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.speech.word_spans import word_spans


def parted(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


@pytest.mark.parametrize(
    "text", ["“Don't (ever) go,” he said.", "Ел-жұрт, 1.5 км", "안녕하세요, 세계!", "e\u0301a", "_"]
)
def test_words_stand_between_spaces(text: str) -> None:
    assert parted(text) == text.split()


def test_punctuation_alone_is_no_word() -> None:
    assert parted("No — never … 。") == ["No", "never"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It came—nobody spoke.", "It came— nobody spoke."),
        ("wait...what, and..then", "wait... what, and.. then"),
        ("and/or 24/7 ten–twelve", "and/ or 24/ 7 ten– twelve"),
        ("“So…”—“(No)—yes", "“So…”— “(No)— yes"),
        ("he--she--", "he-- she--"),
        ("—Oui/—non…/", "—Oui/— non…/"),
        ("e\u0301…e\u0301", "e\u0301… e\u0301"),
        ("A—B线—（线", "A— B 线— （线"),
        ("well-known 1.5 U.S.A. don't", "well-known 1.5 U.S.A. don't"),
    ],
)
def test_dashes_dots_and_strokes_stand_between_words(text: str, words: str) -> None:
    assert parted(text) == words.split()


def test_a_long_row_of_dashes_is_read_in_time_that_grows_with_it() -> None:
    assert parted("a" + "—" * 100_000) == ["a" + "—" * 100_000]
    assert parted("a" + "—“" * 50_000 + "b") == ["a" + "—“" * 49_999 + "—", "“b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("他说：“你好（吗）。”", "他 说： “你 好 （吗）。”"),
        ("我有3.5公里，A-B线", "我 有 3.5 公 里， A-B 线"),
        ("ガッコーの「きょう」", "ガ ッ コー の 「きょ う」"),
        ("\uff76\uff9e\u30ab\u3099", "\uff76\uff9e \u30ab\u3099"),
        ("เที่ยวน้ำ", "เที่ ย ว น้ำ"),
        ("ໂລກດີ", "ໂລ ກ ດີ"),
        ("សួស្តី។", "សួ ស្តី។"),
        ("ကမ္ဘာ၊", "က မ္ဘာ၊"),
        ("𠀀𠀁", "𠀀 𠀁"),
    ],
)
def test_without_spaces_each_letter_is_a_word(text: str, words: str) -> None:
    assert parted(text) == words.split()


@given(st.text(st.sampled_from("ab1_ .,“”(（—…/。ー中文かょไท្ู\u0301\u3000\n")) | st.text())
def test_every_letter_is_in_one_word(text: str) -> None:
    spans = word_spans(text)
    bounds = [bound for span in spans for bound in span]
    assert bounds == sorted(bounds)
    for start, end in spans:
        assert re.search(r"\w", text[start:end])
        assert not re.search(r"\s", text[start:end])
    covered = {at for start, end in spans for at in range(start, end)}
    assert covered.issuperset(found.start() for found in re.finditer(r"\w", text))
