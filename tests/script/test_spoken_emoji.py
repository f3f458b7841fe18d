"""Emoji are not read aloud, whatever the language, and none is lost sight of."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Chapter, Kind, Script, Segment, Source
from audiobook.script import split
from audiobook.script.accounting import Use, account
from audiobook.script.spoken import pronounced

Read = Callable[[str], Book]


def said(text: str, language: str = "en", switched_off: tuple[str, ...] = ()) -> str:
    segment = Segment(text, Kind.NARRATION, None, 1.0, 0, 0, len(text))
    script = Script(Source("story.txt", text), "Story", language, (Chapter("", (segment,)),))
    (found,) = pronounced(script, switched_off=switched_off).segments
    assert found.text == text
    return " ".join(found.spoken.split())


@pytest.mark.parametrize("language", ["en", "de", "kk", "ja"])
@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("He smiled 🎉 and left.", "He smiled and left."),
        ("Great 🎉🎉 🎉!", "Great!"),
        ("Go🎉on", "Go on"),
        ("🎉 “Hello,” (she ❤️) said", "“Hello,” (she) said"),
        ("A family 👨‍👩‍👧‍👦, a runner 🏃🏽‍♀️ and 🏃‍➡️ it.", "A family, a runner and it."),
        ("Flags 🇬🇧🇰🇿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 wave.", "Flags wave."),
        ("Press #️⃣, *️⃣ or 1️⃣ now.", "Press, or now."),
        ("Ring ☎ or ☎︎: ✓ ✅ ♥ ☺️ ★ ❦ ♪", "Ring or:"),
        ("← a → b ➡ © ™ ∞ ♂ C♯ ❝q❞", "← a → b ➡ © ™ ∞ ♂ C♯ ❝q❞"),
    ],
)
def test_pictures_are_left_out_and_signs_that_mean_something_stay(
    text: str, spoken: str, language: str
) -> None:
    assert said(text, language) == spoken


def test_signs_that_other_rules_read_are_read() -> None:
    assert said("25°C, €3 and 5×5 🎉") == said("25°C, €3 and 5×5")


def test_the_rule_can_be_switched_off() -> None:
    assert said("Hi 🎉!", switched_off=("emoji",)) == "Hi 🎉!"


def test_emoji_are_accounted_for_and_lines_of_nothing_else_are_listed(read_text: Read) -> None:
    story = "1️⃣ 🎉\n\nHello 🎉 there.\n\n🎉 ❤️\n\nMore."
    book = read_text(story)
    script = pronounced(split(book, language="en", title="Story"))
    found = account(book, script)

    assert [segment.text for segment in script.segments] == ["Hello 🎉 there. 🎉 ❤️", "More."]
    assert "".join(segment.spoken for segment in script.segments) == "Hello there.More."
    assert [(story[o.start : o.end], o.why) for o in script.left_out] == [("1️⃣ 🎉", "emoji")]
    uses = {(story[one.start : one.end].strip(), one.use) for one in found.stretches}
    assert ("🎉", Use.NORMALISED) in uses
    assert ("1️⃣ 🎉", Use.LEFT_OUT) in uses
    assert Use.LOST not in {one.use for one in found.stretches}


def test_a_story_of_nothing_else_is_told(read_text: Read) -> None:
    with pytest.raises(StoryError, match="nothing to speak"):
        pronounced(split(read_text("1️⃣"), language="en", title="Story"))


@given(st.text(st.sampled_from("a .,🎉❤☎️⃣‍🏽🇬🇧→\U000e0067"), min_size=1))
def test_what_is_left_has_no_picture(text: str) -> None:
    spoken = said(f"a {text} b")
    assert not set(spoken) & set("🎉❤☎🏽🇬🇧")
    assert sum(map(str.isalpha, spoken)) == 2 + text.count("a")


@pytest.mark.parametrize("unit", ["🎉", "🎉 ", "🎉‍", "🎉️‍️", "1️⃣", "🇬", " ", "🎉→‍"])
def test_no_text_takes_long(unit: str) -> None:
    text = "a" + unit * 8_000 + "b"
    began = time.process_time()
    said(text)
    assert time.process_time() - began < 2
