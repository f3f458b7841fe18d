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


RUSSIAN = (
    "Всё смешалось в доме. Жена узнала, что муж был в связи с бывшею в их доме гувернанткой, "
    "и объявила мужу, что не может жить с ним в одном доме.\r\n"
)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5"])
@pytest.mark.parametrize("text", [RUSSIAN, RUSSIAN.upper(), "Chapter 1. Tolstoy\n" + RUSSIAN])
def test_cyrillic_text_is_decoded(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "story.txt") == text


@pytest.mark.parametrize(
    "text",
    [
        "Größe, Übermaß, Ärger, süß, Öl, fünf Bücher: „alles“ – für Öle.",
        "Où êtes-vous allé, hélas, à l’été; déjà créée, née, fée, reçûmes!",
        "Ý þæg ðóæ æðöæ þæð ÆÐÖÞ áéíóú",
        "ÄÖÜß ÄÖÜ äöü ÄÄÄ ÖÖÖ ÜÜÜ ßßß",
    ],
)
def test_western_text_is_not_taken_for_cyrillic(text: str) -> None:
    assert decode(text.encode("cp1252"), "story.txt") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark(encoding: str) -> None:
    assert decode(STORY.encode(encoding), "story.txt") == STORY


def test_utf_8_that_is_cut_off_or_damaged_stays_utf_8() -> None:
    data = STORY.encode()
    assert decode(data[: data.index(b"\xbc")], "story.txt") == "Señor M\ufffd"
    assert decode(data.replace(b"left", b"l\xffeft"), "story.txt") == STORY.replace(
        "left", "l\ufffdeft"
    )


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
