"""The lexicon in a text: whole words, patterns, capitals, and who wins over whom."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from audiobook.errors import ConfigError, Where
from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Chapter, Kind, Reading, Script, Segment, Source
from audiobook.script.spoken import pronounced
from audiobook.speech.engines.tone import Tone
from audiobook.speech.synthesis import Line, clip_key
from audiobook.stories import read_stories
from audiobook.story import Choices
from audiobook.utterance import Voice


def script_of(*texts: str, readings: tuple[Reading, ...] = ()) -> Script:
    segments = tuple(
        Segment(text, Kind.NARRATION, None, 1.0, 0, 0, len(text), readings) for text in texts
    )
    return Script(Source("s.md", max(texts, key=len)), "S", "en", (Chapter("", segments),))


def spoken(text: str, *entries: LexiconEntry) -> str:
    (segment,) = pronounced(script_of(text), Lexicon(entries)).segments
    return segment.spoken


@pytest.mark.parametrize(
    ("entry", "text", "said"),
    [
        (LexiconEntry("Cho", "Joe"), "Cho’s CHO, Chopin, macho.", "Joe’s Joe, Chopin, macho."),
        (LexiconEntry("Cho", "Joe", case=True), "Cho and CHO", "Joe and CHO"),
        (LexiconEntry("O'Brien", "Oh Brian"), "O’Brien came.", "Oh Brian came."),
        (LexiconEntry("New York", "Noo York"), "new york, New Yorker", "Noo York, New Yorker"),
        (LexiconEntry(".NET", "dot net"), "a .NET man", "a dot net man"),
        (LexiconEntry("C++", "see plus plus"), "in C++ now", "in see plus plus now"),
        (LexiconEntry("Żółć", "zholch"), "żółć!", "zholch!"),
        (LexiconEntry("1905", "year five"), "in 1905", "in year five"),
        (LexiconEntry("Dr", "Doc"), "Dr. Smith", "Doc. Smith"),
        (LexiconEntry(r"ab+c", "x", pattern=True), "Abbbc abd", "x abd"),
        (LexiconEntry(r"ab+c", "x", pattern=True, case=True), "Abbbc abc", "Abbbc x"),
        (LexiconEntry(r"\pL+opin", "show pan", pattern=True), "Łopin", "show pan"),
        (LexiconEntry("b*", "x", pattern=True), "aaa", "aaa"),
        (LexiconEntry("İz", "ease"), "İz iz", "ease iz"),
    ],
)
def test_an_entry_is_found_where_it_stands(entry: LexiconEntry, text: str, said: str) -> None:
    assert spoken(text, entry) == said


def test_sounds_alone_leave_the_words() -> None:
    (segment,) = pronounced(
        script_of("To Worcester."), Lexicon((LexiconEntry("Worcester", ipa="ˈwʊstə"),))
    ).segments
    assert segment.readings == (Reading(3, 12, "Worcester", "ˈwʊstə", "lexicon"),)
    assert segment.spoken == "To Worcester."


def test_the_earlier_entry_wins() -> None:
    nearer, farther = LexiconEntry("York", "near"), LexiconEntry("York", "far")
    assert spoken("in New York", nearer, farther) == "in New near"
    assert spoken("in New York", LexiconEntry("New York", "both"), nearer) == "in both"


def test_the_author_wins_over_the_lexicon() -> None:
    own = Reading(0, 4, "as I say", None, "author")
    script = script_of("York", readings=(own,))
    (segment,) = pronounced(script, Lexicon((LexiconEntry("York", "x"),))).segments
    assert segment.readings == (own,)


@pytest.mark.parametrize("pattern", ["(", "a(?=b)", r"(a)\1", "a" * 1001, "(a{1000}){1000}"])
def test_what_is_no_pattern_is_told_with_its_place(pattern: str) -> None:
    where = Where("lexicon.toml", 3, 1, "…")
    with pytest.raises(ConfigError) as caught:
        spoken("text", LexiconEntry(pattern, "x", pattern=True, where=where))
    assert caught.value.where == where
    assert "\n" not in str(caught.value)


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    assert spoken("a" * 5000, LexiconEntry("(a+)+(a|a)*(a*)*b", "x", pattern=True)) == "a" * 5000
    assert time.process_time() - began < 1


def test_a_large_lexicon_costs_little() -> None:
    entries = tuple(LexiconEntry(f"word{n} more", "x") for n in range(5000))
    script = script_of(*["The quick brown fox jumps over the lazy dog again."] * 2000)
    began = time.process_time()
    assert pronounced(script, Lexicon(entries)) == script
    assert time.process_time() - began < 1


def test_a_change_touches_only_the_clips_of_its_segments(tmp_path: Path) -> None:
    story = tmp_path / "story.md"
    body = "Mara went home.\n\nThe clock struck.\n\nMara slept.\n"

    def keys(front: str) -> list[str]:
        story.write_text(front + body, "utf-8")
        (read,) = read_stories(story, Choices())
        engine, voice = Tone(), Voice("tone", "alto", "en")
        utterances = [segment.utterance for segment in read.script(None).segments]
        return [
            clip_key(engine, Line(utterance.text, voice, 0, utterance.sounds))
            for utterance in utterances
        ]

    before = keys("")
    after = keys("---\nsay:\n  Mara: Mah-rah\n---\n\n")
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]
