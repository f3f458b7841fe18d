"""What espeak-ng makes of emphasis, rate, pitch and volume, measured on the word that has them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.speech.engines.espeak import Espeak
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import DELIVERY_LEVELS, Clip, Delivery, Pronunciation, Utterance, Voice

if TYPE_CHECKING:
    from numpy.typing import NDArray

VOICE = Voice("espeak", "en-us", "en")
SENTENCES = {
    "en-us": "He said never to them.",
    "en-gb+f3": "He said never to them.",
    "de": "Er sagte niemals zu ihnen.",
    "ru": "Он сказал никогда и ушёл.",
    "kk": "Ол ешқашан деді де кетті.",
}
NTH = {"kk": 1}  # which word is delivered, counted from 0; elsewhere the third


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


class Heard:
    """The word that is delivered, as it sounds."""

    def __init__(self, clip: Clip, nth: int) -> None:
        begin, end = (
            round(word.onset_ms * clip.sample_rate / 1000) for word in clip.words[nth : nth + 2]
        )
        self.samples = clip.samples[begin:end].astype(np.float64)
        self.rate = clip.sample_rate

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate

    @property
    def level_db(self) -> float:
        sounding = self.samples[np.abs(self.samples) > 30]
        return 10 * math.log10(np.square(sounding).mean())

    @property
    def pitch_hz(self) -> float:
        """The median over its voiced frames, by autocorrelation."""
        n = self.rate // 25
        frames = [self.samples[at : at + n] for at in range(0, len(self.samples) - n, n // 4)]
        return float(np.median([hz for frame in frames if (hz := self._frame_hz(frame))]))

    def _frame_hz(self, frame: NDArray[np.float64]) -> float | None:
        alike = np.correlate(frame - frame.mean(), frame - frame.mean(), "full")[len(frame) - 1 :]
        shortest, longest = self.rate // 350, self.rate // 60
        period = shortest + int(alike[shortest:longest].argmax())
        return self.rate / period if alike[period] > 0.6 * alike[0] > 0 else None


def heard(
    espeak: Espeak,
    voice: str,
    *,
    emphasis: str | None = None,
    rate: str | None = None,
    pitch: str | None = None,
    volume: str | None = None,
) -> Heard:
    """The delivered word of a sentence; without levels as it is without."""
    text, nth = SENTENCES[voice], NTH.get(voice, 2)
    levels = emphasis, rate, pitch, volume
    delivery = Delivery(*word_spans(text)[nth], *levels)
    utterance = Utterance(text, (), (delivery,) if any(levels) else ())
    clip = espeak.synthesise(utterance, Voice("espeak", voice, voice.partition("+")[0]))
    assert [(word.start, word.end) for word in clip.words] == word_spans(text)
    return Heard(clip, nth)


@pytest.mark.parametrize("voice", SENTENCES)
def test_a_rate_is_followed(espeak: Espeak, voice: str) -> None:
    plain = heard(espeak, voice).duration_s
    rates = {rate: heard(espeak, voice, rate=rate).duration_s for rate in DELIVERY_LEVELS["rate"]}
    assert rates["medium"] == plain
    assert rates["x-slow"] > 1.25 * plain
    assert 1.1 * plain < rates["slow"] < 0.95 * rates["x-slow"]
    assert rates["x-fast"] < 0.95 * rates["fast"] < 0.9 * plain


@pytest.mark.parametrize("voice", SENTENCES)
def test_a_volume_is_followed(espeak: Espeak, voice: str) -> None:
    plain = heard(espeak, voice).level_db
    gains_db = [
        heard(espeak, voice, volume=volume).level_db - plain for volume in DELIVERY_LEVELS["volume"]
    ]
    assert gains_db[2] == 0
    np.testing.assert_allclose(gains_db, [-10, -4, 0, 3.5, 6], atol=2)


@pytest.mark.parametrize("voice", SENTENCES)
def test_a_pitch_is_followed(espeak: Espeak, voice: str) -> None:
    plain = heard(espeak, voice).pitch_hz
    ratios = [heard(espeak, voice, pitch=p).pitch_hz / plain for p in DELIVERY_LEVELS["pitch"]]
    assert ratios[2] == 1
    assert ratios[0] < 0.96
    assert ratios[4] > 1.04
    assert all(one <= other + 0.01 for one, other in pairwise(ratios)), ratios


@pytest.mark.parametrize("voice", SENTENCES)
def test_emphasis_is_louder_and_longer(espeak: Espeak, voice: str) -> None:
    plain = heard(espeak, voice)
    reduced, moderate, strong = (
        heard(espeak, voice, emphasis=level) for level in DELIVERY_LEVELS["emphasis"]
    )
    assert reduced.level_db < plain.level_db - 4
    assert moderate.level_db < strong.level_db - 2
    assert strong.level_db > plain.level_db + 3
    assert plain.duration_s < moderate.duration_s < strong.duration_s


def test_tones_keep_their_melody_and_are_stressed_by_loudness(espeak: Espeak) -> None:
    voice, text = Voice("espeak", "cmn", "zh"), "wo3 shuo1 bu4 le5."

    def word(*deliveries: Delivery) -> Heard:
        return Heard(espeak.synthesise(Utterance(text, (), deliveries), voice), 2)

    assert word(Delivery(10, 13, "strong")).level_db > word().level_db + 0.5
    assert word(Delivery(10, 13, rate="x-slow")).duration_s > 1.5 * word().duration_s


def test_levels_go_together(espeak: Espeak) -> None:
    plain = heard(espeak, "en-us")
    low, high = (
        heard(espeak, "en-us", emphasis="reduced", rate="x-slow", pitch=pitch, volume="soft")
        for pitch in ("x-low", "x-high")
    )
    assert low.pitch_hz < 0.95 * high.pitch_hz
    for one in (low, high):
        assert one.level_db < plain.level_db - 6
        assert one.duration_s > 1.5 * plain.duration_s


HOSTILE = [
    'One <audio src="/etc/passwd"/> two.',
    'One <voice name="de">zwei</voice> three.',
    'One <break time="9s"/> two.',
    "One </prosody></emphasis></speak> two.",
    "One &lt;two&gt; &amp; &#65; &nosuch; three.",
    "One < two > three & four && five.",
    "One <two and never an end",
    "One [[two]] <!-- three --> four.",
    "One <![CDATA[two]]> three.",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_of_a_story_is_text(espeak: Espeak, text: str) -> None:
    """A delivery that changes nothing turns the markup on; all sounds as without."""
    plain = espeak.synthesise(Utterance(text), VOICE)
    marked = espeak.synthesise(Utterance(text, (), (Delivery(0, 3, rate="medium"),)), VOICE)
    np.testing.assert_array_equal(marked.samples, plain.samples)
    assert marked.words == plain.words


def test_a_word_is_delivered_whole(espeak: Espeak) -> None:
    text = "It is unbelievable, Tom's dog said."
    wholes = [(6, 18), (20, 25)]
    for part, whole in zip([(8, 14), (20, 23)], wholes, strict=True):
        one, other = (
            espeak.synthesise(Utterance(text, (), (Delivery(*stretch, "strong"),)), VOICE)
            for stretch in (part, whole)
        )
        np.testing.assert_array_equal(one.samples, other.samples)
        assert one.words == other.words


def test_punctuation_alone_is_not_delivered(espeak: Espeak) -> None:
    plain = espeak.synthesise(Utterance("“No!” he said."), VOICE)
    marked = espeak.synthesise(Utterance("“No!” he said.", (), (Delivery(3, 5, "strong"),)), VOICE)
    np.testing.assert_array_equal(marked.samples, plain.samples)


def test_known_sounds_within_a_delivery_are_spoken_and_timed(espeak: Espeak) -> None:
    text = "He saw Kairat’s dog & ran away."
    sounds = (Pronunciation(7, 13, "kaɪˈɹæt"),)
    plain = espeak.synthesise(Utterance(text, sounds), VOICE)
    slow = espeak.synthesise(Utterance(text, sounds, (Delivery(3, 19, rate="x-slow"),)), VOICE)
    spelled = espeak.synthesise(Utterance(text, (), (Delivery(3, 19, rate="x-slow"),)), VOICE)

    assert not np.array_equal(slow.samples, spelled.samples)
    assert [word.start for word in slow.words] == [0, 3, 7, 16, 22, 26]
    lasts = [[b.onset_ms - a.onset_ms for a, b in pairwise(clip.words)] for clip in (plain, slow)]
    ratios = [slow_ms / plain_ms for plain_ms, slow_ms in zip(*lasts, strict=True)]
    assert min(ratios[1:4]) > 1.3
    assert 0.8 < ratios[4] < 1.2


SCRAPS = st.sampled_from([*"<>&;/\"'’[]-.,!? \n", "word", "é", "1912", "好", "&lt;", "</prosody>"])
LEVELS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(levels) for name, levels in DELIVERY_LEVELS.items()}
).filter(bool)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(SCRAPS, max_size=12).map("".join),
    st.lists(st.tuples(st.integers(0, 30), LEVELS), max_size=3),
    st.none() | st.tuples(st.integers(0, 20), st.integers(1, 9)),
)
def test_every_word_is_timed_in_order_whatever_is_delivered(
    espeak: Espeak,
    scraps: str,
    levels: list[tuple[int, dict[str, str]]],
    sound: tuple[int, int] | None,
) -> None:
    text = f"a {scraps}"
    edges = sorted({min(at, len(text)) for at, _ in levels} | {len(text)})
    deliveries = tuple(
        Delivery(start, stop, **given)
        for (start, stop), (_, given) in zip(pairwise(edges), levels, strict=False)
    )
    sounds: tuple[Pronunciation, ...] = ()
    if sound and sound[0] < len(text):
        sounds = (Pronunciation(sound[0], min(sum(sound), len(text)), "ˈɑnɑ"),)
    clip = espeak.synthesise(Utterance(text, sounds, deliveries), VOICE)

    assert [(word.start, word.end) for word in clip.words] == word_spans(text)
    onsets = [word.onset_ms for word in clip.words]
    assert onsets == sorted(onsets)
    assert all(0 <= onset < 1000 * clip.duration_s for onset in onsets)
