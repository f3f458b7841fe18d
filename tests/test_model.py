"""The nouns: frozen, and true to the places in the source that they stand for."""

from __future__ import annotations

import dataclasses
import io
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook import model, utterance
from audiobook.errors import Where
from audiobook.model import Chapter, Cue, Kind, Paragraph, Reading, Script, Segment, Source
from audiobook.utterance import Clip, Delivery, Pronunciation, Utterance, Voice

NOUNS = [
    noun
    for module in (model, utterance)
    for name in module.__all__
    if isinstance(noun := getattr(module, name), type) and dataclasses.is_dataclass(noun)
]


def segment(text: str, start: int) -> Segment:
    return Segment(text, Kind.NARRATION, None, 1.0, 300, start, start + len(text))


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_can_be_neither_changed_nor_added_to(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]  # set by dataclasses
    assert not hasattr(object.__new__(noun), "__dict__")


@given(st.text(alphabet="ab \r\n"), st.data())
def test_a_place_in_a_source_is_the_line_and_column_of_its_character(
    text: str, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, len(text)))
    where = Source("story.md", text).where(offset)

    assert where.line is not None
    assert where.column is not None
    assert where.column >= 1
    lines = [*io.StringIO(text, newline="").readlines(), ""]  # LF, CR LF and CR end a line
    assert sum(map(len, lines[: where.line - 1])) + where.column - 1 == offset
    assert where.column <= len(lines[where.line - 1]) or offset == len(text)
    assert where.excerpt == lines[where.line - 1].rstrip("\r\n")


def test_a_place_at_the_end_of_a_source_is_after_its_last_character() -> None:
    assert Source("a", "one\ntwo").where(7) == Where("a", 2, 4, "two")
    assert Source("a", "").where(0) == Where("a", 1, 1, "")


def test_a_paragraph_knows_where_each_of_its_characters_comes_from() -> None:
    source = "The *water*\nwas   high."
    paragraph = Paragraph("The water was high.", ((0, 0), (4, 5), (9, 11), (14, 18)), 23)

    for index, character in enumerate(paragraph.text):
        in_source = source[paragraph.source_offset(index)]
        assert in_source == character or (character == " " and in_source.isspace())
    assert [source[slice(*paragraph.source_span(*s))] for s in [(4, 9), (0, 9), (14, 19)]] == [
        "water",
        "The *water",
        "high.",
    ]


def test_the_segments_of_a_script_are_those_of_its_chapters_without_the_cues() -> None:
    one, two, three = (segment(text, at) for at, text in enumerate(["One.", "Two.", "Three."]))
    chapters = (Chapter("A", (one, Cue("break", 4, 7), two)), Chapter("B", (three,)))
    script = Script(Source("s.md", "…"), "S", "en", chapters)

    assert chapters[0].segments == (one, two)
    assert list(script.segments) == list(script.segments) == [one, two, three]


def test_a_clip_lasts_as_long_as_its_samples() -> None:
    clip = Clip(22_050, np.zeros(11_025, np.int16))
    assert clip.duration_s == 0.5
    assert "0, 0" not in repr(clip)


def test_nouns_go_to_other_processes_and_come_back_equal() -> None:
    script = Script(
        Source("s.md", "One."), "S", "en", (Chapter("A", (segment("One.", 0), Cue("sting", 0, 1))),)
    )
    for noun in (script, Voice("tone", "alto", "en", rate=0.9)):
        assert pickle.loads(pickle.dumps(noun)) == noun


def test_an_utterance_says_readings_and_tells_their_sounds() -> None:
    readings = (
        Reading(0, 3, "Doctor"),
        Reading(4, 9, "Lee", "liː"),
        Reading(10, 13, "", "hæd"),
        Reading(14, 15, "four", "fɔː"),
    )
    spoken = dataclasses.replace(segment("Dr. Leigh had 4.", 0), readings=readings)
    sounds = (Pronunciation(7, 10, "liː"), Pronunciation(12, 16, "fɔː"))

    assert spoken.utterance == Utterance("Doctor Lee  four.", sounds)
    assert spoken.utterance.text == spoken.spoken


@pytest.mark.parametrize(
    ("deliveries", "volume"),
    [
        ((Delivery(1, 5, volume="soft"), Delivery(7, 9, "strong", volume="soft")), "soft"),
        ((Delivery(1, 9, volume="x-loud"),), "x-loud"),
        ((Delivery(1, 5, volume="soft"), Delivery(7, 9, volume="loud")), None),
        ((Delivery(1, 5, volume="soft"),), None),
        ((Delivery(1, 9, "strong"),), None),
        ((), None),
    ],
)
def test_a_volume_of_every_word_is_the_segments_own(
    deliveries: tuple[Delivery, ...], volume: str | None
) -> None:
    line = dataclasses.replace(segment("“Hush, he.”", 0), deliveries=deliveries)
    assert line.volume == volume
    asked = [one.volume for one in line.utterance.deliveries]
    assert asked == ([None] * len(asked) if volume else [one.volume for one in deliveries])


def test_a_delivery_goes_with_what_is_spoken_of_its_stretch() -> None:
    readings = (Reading(0, 3, "Doctor"), Reading(10, 13, ""), Reading(14, 16, "forty"))
    deliveries = (
        Delivery(0, 9, "strong"),
        Delivery(10, 13, rate="slow"),
        Delivery(13, 15, pitch="low"),
        Delivery(15, 22, volume="soft"),
    )
    spoken = dataclasses.replace(
        segment("Dr. Leigh had 40 tars.", 0), readings=readings, deliveries=deliveries
    )
    text = spoken.spoken

    assert [(text[d.start : d.stop], d) for d in spoken.utterance.deliveries] == [
        ("Doctor Leigh", Delivery(0, 12, "strong")),
        (" forty", Delivery(13, 19, pitch="low")),
        (" tars.", Delivery(19, 25, volume="soft")),
    ]
