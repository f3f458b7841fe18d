"""Finished files are called after their stories, whatever those are called."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from audiobook.parts import file_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Near_Bank, no. 2 (50% #).md", "near-bank-no-2-50"),
        ("über.md", "über"),
        ("हिन्दी.md", "हिन्दी"),
        ("เรื่อง.md", "เรื่อง"),
        ("قِصّة.md", "قِصّة"),
        ("a ❤\ufe0f b.md", "a-b"),
        ("❤\ufe0f.md", "story"),
        ("%.md", "story"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_letter_keeps_its_marks(name: str, stem: str, form: str) -> None:
    story = Path(unicodedata.normalize(form, name))  # type: ignore[arg-type]  # one of two
    assert file_stem(story) == unicodedata.normalize("NFC", stem)
