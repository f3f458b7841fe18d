"""The law of script files: reading what was written gives the same script, and the same file.

What the page on the format says is tried in test_docs_script.py, on its own examples.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Chapter, Cue, Kind, Reading, Script, Segment, Source
from audiobook.script import front_matter, split
from audiobook.script.notation.writing import script_text
from audiobook.script.readers import markdown
from audiobook.utterance import DELIVERY_LEVELS, Delivery
from audiobook.yaml_values import yaml_values

MARKS = "#>-*_`~+=[](){}<>&\\!:.|?1 \"'“”‘’«—…"
CHARACTERS = st.one_of(
    st.sampled_from(MARKS),
    st.characters(codec="utf-8", exclude_categories=["Cc"]),
    st.sampled_from(["Mara", "Narrator", ": ", "?: ", "1.", " # ", "&amp;", "<b>", "[2s]", "](x)"]),
    st.sampled_from(
        [
            ')[sub:"a"]',
            ')[rate:"slow"]',
            '[ipa:"a"]',
            " {pause=2s}",
            "![music](x)",
            "---",
            "| ",
            "\\",
        ]
    ),
)


def folded(characters: list[str]) -> str:
    return " ".join("".join(characters).split())


ONE_MARK = st.sampled_from(MARKS).flatmap(
    lambda mark: st.lists(st.sampled_from([mark, mark * 3, " ", "b", "7"]), max_size=8)
)
SCRAPS = st.lists(CHARACTERS, max_size=8) | ONE_MARK
TEXTS = st.builds(
    lambda before, word, after: folded([*before, word, *after]),
    SCRAPS,
    st.sampled_from(["a", "Zwölf", "7", " word ", "Mara: no"]),
    SCRAPS,
)
NAMES = st.lists(CHARACTERS, max_size=6).map(folded).map(lambda name: name[:60].strip())
PAUSES_MS = st.one_of(st.sampled_from([60, 120, 250, 600, 900, 1200, 1500]), st.integers(0, 60_000))


SAID = st.lists(CHARACTERS, min_size=1, max_size=5).map(folded).filter(bool)
LEVELS_GIVEN = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(levels) for name, levels in DELIVERY_LEVELS.items()}
).filter(bool)


@st.composite
def marks(draw: st.DrawFn, text: str) -> tuple[tuple[Reading, ...], tuple[Delivery, ...]]:
    """Some stretches of a text, and how they are said: in other words, in another way, or both."""
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    readings: list[Reading] = []
    deliveries: list[Delivery] = []
    for start, stop in zip(edges[::2], edges[1::2], strict=False):
        if text[start:stop] != text[start:stop].strip() or start == stop:
            continue
        levels = draw(st.none() | LEVELS_GIVEN)
        if levels:
            deliveries.append(Delivery(start, stop, **levels))
        if not levels or draw(st.booleans()):
            ipa = draw(st.none() | SAID)
            say = text[start:stop] if ipa and draw(st.booleans()) else draw(SAID)
            readings.append(Reading(start, stop, say, ipa))
    return tuple(readings), tuple(deliveries)


@st.composite
def segments(draw: st.DrawFn, speakers: list[str]) -> Segment:
    text = draw(TEXTS)
    kind = draw(st.sampled_from(Kind))
    may_speak = kind in (Kind.DIALOGUE, Kind.VERSE)
    speaker = draw(st.sampled_from([None, *speakers])) if may_speak else None
    confidence = draw(st.sampled_from([0.0, 0.5, 1.0])) if may_speak else 1.0
    return Segment(text, kind, speaker, confidence, draw(PAUSES_MS), 0, 0, *draw(marks(text)))


LEVELS = st.builds("{}{}dB".format, st.sampled_from(["", "-"]), st.integers(0, 9))
FADES = st.builds("{}s".format, st.integers(1, 9))
OPTIONS = st.dictionaries(st.sampled_from(["fade", "gain"]), st.none()).flatmap(
    lambda names: st.fixed_dictionaries(
        {name: FADES if name == "fade" else LEVELS for name in names}
    )
)
FILES = st.lists(CHARACTERS, min_size=1, max_size=5).map("".join)


@st.composite
def cues(draw: st.DrawFn) -> Cue:
    kind = draw(st.sampled_from(["music", "sting", "sound", "break"]))
    if kind == "break":
        return Cue(kind, 0, 0)
    name = draw(FILES if kind != "music" else st.none() | FILES)
    return Cue(kind, 0, 0, name, tuple(draw(OPTIONS).items()))


@st.composite
def chapters(draw: st.DrawFn, speakers: list[str], titles: list[str]) -> Chapter:
    title = draw(st.sampled_from(titles))
    items = draw(st.lists(st.one_of(segments(speakers), segments(speakers), cues()), max_size=5))
    heading = Segment(title, Kind.HEADING, None, 1.0, draw(PAUSES_MS), 0, 0)
    at = draw(st.integers(0, len(items)))
    if draw(st.booleans()) or not any(isinstance(item, Segment) for item in items):
        items.insert(0 if draw(st.booleans()) else at, heading)
    return Chapter(title, tuple(items))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Any script: as `split` makes them of any story, and with whatever an author may add."""
    speakers = draw(st.lists(NAMES.filter(lambda name: name not in ("", "Narrator")), max_size=3))
    title = draw(TEXTS.filter(str.isprintable))
    titles = [title, *draw(st.lists(TEXTS, min_size=1, max_size=2))]
    made = draw(st.lists(chapters(speakers, titles), min_size=1, max_size=4))
    return Script(Source("any.md", ""), title, "en", tuple(made))


def read_back(text: str) -> Script:
    """A script file read as `audiobook` reads it, with the cast that its front matter names."""
    front = front_matter(text)
    assert front
    own, _ = yaml_values(front.yaml)
    cast = own.get("cast", {})
    assert isinstance(cast, dict)
    book = markdown.read(text.encode(), "any.md", cast.keys())
    return split(book, language=str(own["language"]), title=str(own["title"]))


def heard(script: Script) -> list[object]:
    """All of a script but offsets in the source and how sure a guess is."""

    def facts(item: Segment | Cue) -> tuple[object, ...]:
        if isinstance(item, Cue):
            return item.kind, item.name, item.options
        is_guess = item.confidence < 1
        said = item.kind, item.speaker, is_guess, item.pause_ms
        return item.text, *said, item.readings, item.deliveries

    inside = [
        (chapter.title, [facts(item) for item in chapter.items]) for chapter in script.chapters
    ]
    return [script.title, script.language, inside]


@settings(max_examples=60, deadline=None)
@given(scripts())
def test_what_was_written_is_read_as_it_was(script: Script) -> None:
    text = script_text(script)
    again = read_back(text)
    assert heard(again) == heard(script), text
    assert script_text(again) == text


AWKWARD = [
    *("*a*", "_a_", "`a`", "[a](b)", "[a]: b", "<b>a</b>", "<https://a.b>", "&amp; a", "&#97; a"),
    *("# a", "a #", "a {#x}", "- a", "+ a", "* a", "> a", "= a", "1. a", "2) a", "~~~ a", "| a"),
    *("Mara: a", "Ida: a", "Ida: Mara: a", "Mara?: a", "?: a", "Narrator: a", "a\\", "\\Ida: a"),
    *("a [2s]", '(a)[sub:"b"]', "![music](x) a", "a {pause=2s}", "<!-- a", "``` a", "\\*a\\*"),
]
NAMES_OF_ALL_SORTS = [
    "Mr. *X*",
    "A: B",
    "Who?",
    "1. Bob",
    "- x",
    "+",
    "| y",
    "_Ida_",
    "#",
    "a\\",
    ">",
]
FILES_OF_ALL_SORTS = [
    "a b",
    "ä.ogg",
    "//ä/b",
    "a//b",
    "a%20b",
    "javascript:x",
    "<a>",
    "a)b",
    "c:\\x",
]


def _one_chapter(*items: Segment | Cue) -> Script:
    return Script(Source("any.md", ""), "T", "en", (Chapter("T", items),))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", AWKWARD)
def test_text_that_looks_like_a_mark_stays_text(text: str, kind: Kind) -> None:
    ida = Segment("Yes.", Kind.DIALOGUE, "Ida", 1.0, 120, 0, 0)
    segment = Segment(text, kind, None, 1.0, 120, 0, 0)
    read = Segment(f"x {text}", kind, None, 1.0, 77, 0, 0, (Reading(2, 2 + len(text), text, text),))
    script = _one_chapter(ida, segment, replace(segment, pause_ms=900), read)
    assert heard(read_back(script_text(script))) == heard(script)


@pytest.mark.parametrize("name", NAMES_OF_ALL_SORTS)
def test_anybody_may_speak(name: str) -> None:
    segments = [
        Segment("Yes.", kind, name, confidence, 250, 0, 0)
        for kind in (Kind.DIALOGUE, Kind.VERSE)
        for confidence in (1.0, 0.5)
    ]
    script = _one_chapter(*segments)
    assert heard(read_back(script_text(script))) == heard(script)


@pytest.mark.parametrize("name", FILES_OF_ALL_SORTS)
def test_any_file_may_be_heard(name: str) -> None:
    cue = Cue("sound", 0, 0, name, (("fade", "2s"),))
    script = _one_chapter(cue, Segment("Yes.", Kind.NARRATION, None, 1.0, 250, 0, 0), cue)
    assert heard(read_back(script_text(script))) == heard(script)
