"""What every engine that is registered must do; gTTS speaks to a Google on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.model import Utterance, Voice
from audiobook.speech.engine import Engine, engine_names, load_engine

SENTENCES = [
    "He felt alive.",
    "A band, blending folk with modern styles?",
    "The tar had 1,234 strings.",
]


@pytest.fixture(params=engine_names())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "gtts":
        request.getfixturevalue("google")
    engine = load_engine(request.param)
    yield engine
    engine.close()


def english(engine: Engine, **settings: float) -> Voice:
    return Voice(engine.name, engine.default_voice("en"), "en", **settings)


def test_tells_what_it_is(engine: Engine) -> None:
    assert engine.name in engine_names()
    assert engine.version
    assert engine.limits.characters > 0
    assert engine.limits.at_once > 0
    engine.check_ready()


def test_accepts_each_voice_it_lists(engine: Engine) -> None:
    voices = engine.voices()

    for info in voices:
        engine.check_voice(Voice(engine.name, info.name, info.language))
    assert len({(info.name, info.language) for info in voices}) == len(voices) > 0
    assert engine.voices() == voices


def test_has_a_default_voice_among_those_it_lists(engine: Engine) -> None:
    names = {info.name for info in engine.voices()}

    for language in (
        "en",
        "en-GB",
        "en-AU",
        "de-AT",
        "pt-BR",
        "ru",
        "zh",
        "zh-Hans-CN",
        "no",
        "he",
    ):
        name = engine.default_voice(language)
        assert name in names
        engine.check_voice(Voice(engine.name, name, language))


def test_refuses_a_voice_it_has_not(engine: Engine) -> None:
    with pytest.raises(UnknownNameError, match='unknown voice "nobody"'):
        engine.check_voice(Voice(engine.name, "nobody", "en"))


def test_refuses_a_language_it_does_not_speak(engine: Engine) -> None:
    if engine.name == "tone":
        pytest.skip("speaks every language")
    with pytest.raises(UnknownNameError, match='unknown language "tlh"'):
        engine.default_voice("tlh")
    with pytest.raises(UnknownNameError, match='unknown language "tlh"'):
        engine.check_voice(Voice(engine.name, engine.default_voice("en"), "tlh"))


@pytest.mark.parametrize("text", SENTENCES)
def test_speaks(engine: Engine, text: str) -> None:
    clip = engine.synthesise(Utterance(text), english(engine))

    assert clip.samples.dtype == np.int16
    assert clip.samples.ndim == 1
    assert np.abs(clip.samples).max() > 1_000
    assert 0.3 < clip.duration_s < 10
    spans = [(word.start, word.end) for word in clip.words]
    assert [text[start:end] for start, end in spans] in ([], text.split())
    onsets = [word.onset_ms for word in clip.words]
    assert onsets == sorted(onsets)
    assert all(0 <= onset < 1000 * clip.duration_s for onset in onsets)


def test_speaks_as_much_as_it_says_it_takes(engine: Engine) -> None:
    text = ("seven " * engine.limits.characters)[: engine.limits.characters].strip()

    assert engine.synthesise(Utterance(text), english(engine)).duration_s > 3


def test_speaks_slowly(engine: Engine) -> None:
    usual = engine.synthesise(Utterance(SENTENCES[0]), english(engine))
    slow = engine.synthesise(Utterance(SENTENCES[0]), english(engine, rate=0.5))

    assert slow.duration_s > 1.5 * usual.duration_s


def test_says_the_same_whatever_it_said_before_and_beside(engine: Engine) -> None:
    voice = english(engine)
    first = [engine.synthesise(Utterance(text), voice).samples for text in SENTENCES]
    with ThreadPoolExecutor(engine.limits.at_once) as threads:
        clips = list(
            threads.map(lambda text: engine.synthesise(Utterance(text), voice), SENTENCES[::-1] * 4)
        )

    for samples, clip in zip(first[::-1] * 4, clips, strict=True):
        np.testing.assert_array_equal(samples, clip.samples)


@pytest.mark.parametrize("text", ["", " ", "...", "—", "“?!”"])
def test_refuses_a_text_without_words(engine: Engine, text: str) -> None:
    with pytest.raises(SpeechError):
        engine.synthesise(Utterance(text), english(engine))


@pytest.mark.parametrize(
    "text", ["nul \0 and bell \a", "half a pair \ud83d", "🎵 song 🎵", "a\u202eb c"]
)
def test_bears_any_characters(engine: Engine, text: str) -> None:
    assert engine.synthesise(Utterance(text), english(engine)).samples.any()


def test_may_be_closed_twice(engine: Engine) -> None:
    engine.synthesise(Utterance("Once."), english(engine))
    engine.close()
    engine.close()


def test_an_unknown_engine_is_told_with_near_names() -> None:
    with pytest.raises(UnknownNameError, match=r'unknown engine "espaek".*espeak'):
        load_engine("espaek")


def test_an_engine_that_cannot_be_imported_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "audiobook.speech.engines.tone", None)
    with pytest.raises(MissingError, match='engine "tone" cannot be loaded'):
        load_engine("tone")
