"""Words found in speech by other speech: near to where they are, whoever speaks, and never lost."""

from __future__ import annotations

import dataclasses
import re
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import LostError, SpeechError
from audiobook.speech.alignment import timed
from audiobook.speech.engines.espeak import Espeak
from audiobook.speech.engines.tone import Tone
from audiobook.speech.synthesis import Line, clip_key, keep_clip, load_clip, utterance_of
from audiobook.speech.word_spans import word_spans
from audiobook.speech.word_times import words_of
from audiobook.store import Store
from audiobook.utterance import Clip, Pronunciation, Utterance, Voice, Word

REFERENCE = Espeak()
ENGLISH = Voice("another", "somebody", "en")

HARBOUR = (
    "When the morning came, the old man walked slowly down to the harbor and looked at the "
    "ships. In 1984 there were 42 of them. He did not answer at once: he put down his cup, wiped "
    "his mouth, and looked out of the window for a long time."
)
RIVER = "It was a long way to the river."
SPOKEN = {"1984": "nineteen eighty four", "42": "forty two"}

FLITE = Path(__file__).parent / "data" / "harbour-flite-slt.mp3"
"""HARBOUR by the voice slt of flite 2.2, in a stream like Google's: 24 kHz, mono, 32 kbit/s."""
FLITE_MS = (
    "250 420 490 990 1590 1770 2040 2350 2560 2980 3220 3370 3430 3850 4010 4240 4360 4440 4910 "
    "5110 6080 6310 6420 6980 7080 7390 7590 7730 8010 8420 8580 9060 9350 9550 9860 10090 10490 "
    "10810 10980 11510 11690 11940 12140 12240 12350 12740 12930 13000 13320"
)
"""When its words begin, in milliseconds, as pocketsphinx 5.1.1 has it."""


@pytest.fixture(scope="session", autouse=True)
def _close_reference() -> Iterator[None]:
    """At the very end: a process may come back to these tests after others."""
    yield
    REFERENCE.close()


def spoken(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Clip:
    """Speech whose engine told when its words are heard."""
    return REFERENCE.synthesise(Utterance(text), Voice("espeak", name, "en", rate, pitch))


def hidden(clip: Clip) -> Clip:
    """The same speech from an engine that tells nothing."""
    return dataclasses.replace(clip, words=())


def flite() -> Clip:
    samples, sample_rate = soundfile.read(FLITE, dtype="int16")
    return Clip(sample_rate, samples)


def onsets_ms(clip: Clip) -> np.ndarray:
    return np.array([word.onset_ms for word in clip.words])


def errors_ms(clip: Clip, expected_ms: np.ndarray) -> np.ndarray:
    return np.abs(onsets_ms(clip) - expected_ms)


def median_and_p90(errors: np.ndarray) -> tuple[float, float]:
    return float(np.median(errors)), float(np.quantile(errors, 0.9))


def tokens(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\S+", text) if re.search(r"\w", m[0])]


def onsets_by_pocketsphinx(clip: Clip, text: str) -> np.ndarray:
    """When the words of an English text are heard, by an aligner that shares nothing with ours."""
    pocketsphinx = pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    heard = [re.sub(r"[^a-z0-9']", "", text[a:b].lower()) for a, b in tokens(text)]
    words = [SPOKEN.get(word, word).split() for word in heard]
    resampled = soxr.resample(clip.samples.astype(np.float64), clip.sample_rate, 16_000)
    decoder = pocketsphinx.Decoder(
        samprate=16_000, bestpath=False, loglevel="FATAL", beam=1e-300, wbeam=1e-300, pbeam=1e-300
    )
    decoder.set_align_text(" ".join(part for word in words for part in word))
    decoder.start_utt()
    decoder.process_raw(resampled.clip(-32768, 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    starts_ms = [10.0 * s.start_frame for s in decoder.seg() if s.word[0] not in "<["]
    firsts = np.cumsum([0, *map(len, words)])
    assert len(starts_ms) == firsts[-1]
    return np.array(starts_ms)[firsts[:-1]]


@pytest.mark.parametrize(
    "clip",
    [
        pytest.param(flite, id="flite-slt"),
        pytest.param(
            lambda: spoken(HARBOUR, "en-us+f3", 0.7, 1.2),
            id="espeak-f3-slow",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            lambda: spoken(HARBOUR, "en-us+m3", 1.5, 0.8),
            id="espeak-m3-fast",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_independent_aligner_finds_the_words_where_ours_does(clip) -> None:
    expected_ms = onsets_by_pocketsphinx(clip(), HARBOUR)
    found = timed(hidden(clip()), Utterance(HARBOUR), ENGLISH, REFERENCE)

    median_ms, p90_ms = median_and_p90(errors_ms(found, expected_ms))
    assert median_ms <= 60
    assert p90_ms <= 150


def test_words_of_another_synthesiser_are_found() -> None:
    found = timed(flite(), Utterance(HARBOUR), ENGLISH, REFERENCE)

    median_ms, p90_ms = median_and_p90(errors_ms(found, np.array(FLITE_MS.split(), float)))
    assert median_ms <= 30
    assert p90_ms <= 90
    assert found.words_by == "aligned"
    assert found.words_confidence > 0.4


@pytest.mark.parametrize(
    ("language", "name", "rate", "text"),
    [
        ("en", "en-us+f3", 0.5, HARBOUR),
        ("en", "en-us+f4", 2.0, HARBOUR),
        ("en", "en-gb-scotland+m5", 1.0, "“Well,” said Dr. Lee — 1,234 times — and left, at 3:30."),
        ("de", "de+f2", 0.8, "Am 3. Mai kamen 25 Bücher, und niemand wußte, von wem sie waren."),
        ("fr", "fr-fr+m3", 1.3, "Il n’y avait personne dans la rue, sauf un chat noir et blanc."),
        ("ru", "ru+f3", 0.8, "Зимой 1913 года он уехал в город, и больше его никто не видел."),
        ("kk", "kk+m4", 1.2, "Қайрат домбыра тартып отырды, ал анасы шай құйып берді."),
    ],
)
def test_words_are_found_in_any_language_at_any_rate(
    language: str, name: str, rate: float, text: str
) -> None:
    clip = spoken(text, name, rate)
    found = timed(hidden(clip), Utterance(text), Voice("another", "", language), REFERENCE)

    median_ms, p90_ms = median_and_p90(errors_ms(found, onsets_ms(clip)))
    assert median_ms <= 25
    assert p90_ms <= 80


def test_known_sounds_are_looked_for_in_place_of_the_spelling() -> None:
    text = "I saw Kairat by the water, and Kairat saw me."
    sounds = (Pronunciation(6, 12, "kəˈnɛkɪˌmɑn"), Pronunciation(31, 37, "kəˈnɛkɪˌmɑn"))
    clip = REFERENCE.synthesise(Utterance(text, sounds), Voice("espeak", "en-us+f3", "en", 0.8))

    found = timed(hidden(clip), Utterance(text, sounds), ENGLISH, REFERENCE)
    misread = timed(hidden(clip), Utterance(text), ENGLISH, REFERENCE)

    assert errors_ms(found, onsets_ms(clip)).max() <= 60
    assert found.words_confidence > misread.words_confidence


def test_silence_before_between_and_after_the_words_is_no_hindrance() -> None:
    clip = spoken(HARBOUR, "en-us+f3", 0.8)
    pauses_s = {0: 1.5, 4: 2.0, 22: 1.0}
    samples, expected_ms = clip.samples, onsets_ms(clip)
    for word, pause_s in sorted(pauses_s.items(), reverse=True):
        at = round(clip.words[word].onset_ms * clip.sample_rate / 1000)
        silence = np.zeros(round(pause_s * clip.sample_rate), np.int16)
        samples = np.concatenate([samples[:at], silence, samples[at:]])
        expected_ms[word:] += 1000 * pause_s
    longer = Clip(clip.sample_rate, np.concatenate([samples, silence]))

    found = timed(longer, Utterance(HARBOUR), ENGLISH, REFERENCE)

    errors = errors_ms(found, expected_ms)
    assert max(errors[word] for word in pauses_s) <= 50
    assert np.quantile(errors, 0.9) <= 80


def test_noise_under_the_speech_is_borne() -> None:
    clip = spoken(HARBOUR, "en-us+f3")
    noise = np.random.default_rng(1).normal(0, 150, len(clip.samples))
    noisy = (clip.samples * 0.8 + noise).astype(np.int16)

    found = timed(Clip(clip.sample_rate, noisy), Utterance(HARBOUR), ENGLISH, REFERENCE)

    median_ms, p90_ms = median_and_p90(errors_ms(found, onsets_ms(clip)))
    assert median_ms <= 30
    assert p90_ms <= 100


def test_confidence_tells_speech_of_the_words_from_all_else() -> None:
    other = "The circus has left the town, and nobody knows which way the elephants were taken."
    n = 5 * 24_000
    noise = np.random.default_rng(2).integers(-3_000, 3_000, n).astype(np.int16)

    def confidence(clip: Clip, text: str) -> float:
        return timed(hidden(clip), Utterance(text), ENGLISH, REFERENCE).words_confidence

    assert confidence(spoken(HARBOUR, "en-us"), HARBOUR) > 0.85
    assert confidence(flite(), HARBOUR) > 0.4
    assert confidence(flite(), other) < 0.3
    assert confidence(Clip(24_000, noise), other) < 0.1
    assert confidence(Clip(24_000, np.zeros(n, np.int16)), other) == 0


clips = st.builds(
    lambda seed, n, level, sample_rate, tail: Clip(
        sample_rate,
        np.concatenate(
            [
                np.random.default_rng(seed).integers(-level, level + 1, n, np.int16),
                np.zeros(tail, np.int16),
            ]
        ),
    ),
    seed=st.integers(0, 99),
    n=st.sampled_from([1, 2, 99, 240, 5_000, 20_000]),
    level=st.sampled_from([0, 1, 3_000, 32_767]),
    sample_rate=st.sampled_from([4_000, 22_050, 24_000, 192_000]),
    tail=st.sampled_from([0, 7_000]),
)
texts = st.text(st.sampled_from("ab 12,.—“”éЖ中かナッไทู\u0301_\n"), max_size=40) | st.just(RIVER)


@given(clips, texts)
@settings(max_examples=30, deadline=None)
def test_every_word_has_a_time_in_the_clip_in_order_and_the_same_again(
    clip: Clip, text: str
) -> None:
    found = timed(clip, Utterance(text), ENGLISH, REFERENCE)

    assert [(word.start, word.end) for word in found.words] == word_spans(text)
    times_ms = onsets_ms(found).tolist()
    assert times_ms == sorted(times_ms)
    assert all(0 <= onset_ms < 1000 * clip.duration_s for onset_ms in times_ms)
    assert 0 <= found.words_confidence <= 1
    again = timed(clip, Utterance(text), ENGLISH, REFERENCE)
    assert (again.words, again.words_confidence) == (found.words, found.words_confidence)


@given(st.integers(1, 22_050 * 3))
@settings(max_examples=15, deadline=None)
def test_speech_that_is_cut_off_has_all_its_words_still(n: int) -> None:
    clip = spoken(RIVER, "en-us")
    found = timed(
        Clip(clip.sample_rate, clip.samples[:n]),
        Utterance(RIVER),
        ENGLISH,
        REFERENCE,
    )

    assert len(found.words) == 8
    assert onsets_ms(found).max() < 1000 * found.duration_s


class Silenced(Tone):
    """An engine that cannot speak."""

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        raise SpeechError("it has lost its voice")


@pytest.mark.parametrize(
    ("reference", "language"), [(Silenced(), "en"), (REFERENCE, "tlh")], ids=["mute", "Klingon"]
)
def test_without_a_reference_words_are_spread_over_the_sound(reference, language: str) -> None:
    clip = spoken("Once upon a time.", "en-us")
    silence = np.zeros(clip.sample_rate, np.int16)
    padded = Clip(clip.sample_rate, np.concatenate([silence, clip.samples, silence]))

    found = timed(padded, Utterance("aa bb cc dd"), Voice("x", "x", language), reference)

    assert found.words_confidence == 0
    assert 950 <= found.words[0].onset_ms <= 1_100
    assert np.ptp(np.diff(onsets_ms(found))) < 1
    assert found.words[-1].onset_ms < 1000 * (padded.duration_s - 1)


@pytest.mark.parametrize("n_times", [4, 25], ids=["another-length", "over-five-minutes"])
def test_what_cannot_be_compared_is_shared_out_at_once(n_times: int) -> None:
    samples = np.tile(flite().samples, n_times)
    text = RIVER if n_times == 4 else " ".join([HARBOUR] * n_times)
    began = time.process_time()
    found = timed(Clip(24_000, samples), Utterance(text), ENGLISH, REFERENCE)
    assert time.process_time() - began < 5
    assert len(found.words) == len(tokens(text))
    assert found.words_confidence == 0


@pytest.mark.slow
def test_memory_is_bounded_for_a_long_clip() -> None:
    text = " ".join([HARBOUR] * 4)
    samples = np.tile(flite().samples, 5)[: 60 * 24_000]
    tracemalloc.start()
    found = timed(Clip(24_000, samples), Utterance(text), ENGLISH, REFERENCE)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(found.words) == len(tokens(text))
    assert peak_bytes < 60e6


class Counted(Espeak):
    """espeak-ng that counts what it is asked."""

    n_asked = 0

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        self.n_asked += 1
        return super().synthesise(utterance, voice)


class Newer(Counted):
    version = "newer"


def kept(store: Store, clip: Clip) -> tuple[str, Utterance]:
    line = Line("When  the morning\ncame, he left.", ENGLISH, 0)
    key = clip_key(Tone(), line)
    keep_clip(store, key, clip)
    return key, utterance_of(Tone(), line)


def test_times_that_the_engine_told_cost_nothing(store: Store) -> None:
    clip = spoken("When the morning came, he left.", "en-us")
    key, utterance = kept(store, clip)

    times = words_of(store, key, utterance, ENGLISH, Silenced())

    assert times.words == clip.words
    assert (times.method, times.confidence) == ("engine", clip.words_confidence)
    assert not (store.folder / "words").exists()


def test_times_are_found_once_and_kept_apart_from_the_clip(store: Store) -> None:
    key, utterance = kept(store, hidden(spoken("When the morning came, he left.", "en-us+f3")))
    with closing(Counted()) as reference, closing(Newer()) as newer:
        found = words_of(store, key, utterance, ENGLISH, reference)
        again = words_of(Store(store.folder.parent), key, utterance, ENGLISH, reference)

        assert again == found
        assert reference.n_asked == 1
        assert (found.method, found.confidence > 0.4) == ("aligned", True)
        heard = [utterance.text[word.start : word.end] for word in found.words]
        assert heard == ["When", "the", "morning", "came,", "he", "left."]
        clip = load_clip(store, key)
        assert clip
        assert clip.words == ()

        words_of(store, key, utterance, ENGLISH, newer)
        assert newer.n_asked == 1


def test_a_clip_with_times_of_whole_phrases_has_its_words_found(store: Store) -> None:
    line = Line("你好，世界。", Voice("espeak", "cmn", "zh"), 0)
    clip = REFERENCE.synthesise(Utterance(line.text), line.voice)
    phrase = dataclasses.replace(clip, words=(Word(0, 6, 0.0),))
    keep_clip(store, "0" * 40, phrase)

    times = words_of(store, "0" * 40, Utterance(line.text), line.voice, REFERENCE)

    assert [line.text[word.start : word.end] for word in times.words] == [
        "你",
        "好，",
        "世",
        "界。",
    ]
    assert times.method == "aligned"
    found_ms = np.array([word.onset_ms for word in times.words])
    assert np.abs(found_ms - onsets_ms(clip)).max() <= 50


@pytest.mark.parametrize("damage", [b"", b"null", b"{}", b'{"words": [[1]]}', b"\xff"])
def test_times_that_are_damaged_are_found_anew(store: Store, damage: bytes) -> None:
    key, utterance = kept(store, hidden(spoken("When the morning came, he left.", "en-us+f3")))
    found = words_of(store, key, utterance, ENGLISH, REFERENCE)
    (path,) = (p for p in (store.folder / "words").rglob("*") if p.is_file())
    store.put("words", path.name, damage)

    assert words_of(store, key, utterance, ENGLISH, REFERENCE) == found


def test_a_clip_that_has_gone_is_told(store: Store) -> None:
    with pytest.raises(LostError, match='the speech of "Once" has gone from the store'):
        words_of(store, "0" * 40, Utterance("Once"), ENGLISH, REFERENCE)
