from __future__ import annotations

import codecs
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.script import MAX_STORY_BYTES, decode

STORY = "Señor Müller said: “no” — and left.\r\nThe end.\n"

ENCODED = {
    "utf-8": STORY.encode(),
    "utf-8 with a mark": STORY.encode("utf-8-sig"),
    "utf-16 little-endian": codecs.BOM_UTF16_LE + STORY.encode("utf-16-le"),
    "utf-16 big-endian": codecs.BOM_UTF16_BE + STORY.encode("utf-16-be"),
    "windows-1252": STORY.encode("cp1252"),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_text_is_decoded_untouched(encoding: str) -> None:
    assert decode(ENCODED[encoding], "story.txt") == STORY


def test_latin_1_is_read_where_windows_1252_leaves_a_byte_undefined() -> None:
    assert decode(b"\x93caf\xe9\x94 " + b"." * 60 + b"\x81", "x") == "“café” " + "." * 60 + "\x81"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_any_text_comes_back_from_utf_8(text: str) -> None:
    assert decode(text.encode("utf-8-sig"), "story.txt") == text


JUNK = {
    "zeros": b"\0" * 100,
    "one zero": b"A long story\0with a hole in it.",
    "random": random.Random(1).randbytes(4096),
    "random without zeros": random.Random(1).randbytes(4096).replace(b"\0", b"\1"),
    "png": b"\x89PNG\r\n\x1a\n\x01\x02\x03\x04IHDR",
    "half a utf-16 character": codecs.BOM_UTF16_LE + b"a",
}


@pytest.mark.parametrize("junk", JUNK)
def test_binary_junk_is_refused(junk: str) -> None:
    with pytest.raises(StoryError, match="is not text") as caught:
        decode(JUNK[junk], "junk.txt")
    assert str(caught.value.where) == "junk.txt"
    assert caught.value.hint


def test_a_story_beyond_the_limit_is_refused() -> None:
    with pytest.raises(StoryError, match="larger than 64 MiB"):
        decode(b"a" * (MAX_STORY_BYTES + 1), "long.txt")
