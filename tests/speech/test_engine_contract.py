"""Every engine keeps the contract, and the contract catches those that do not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from audiobook.errors import MissingError, UnknownNameError
from audiobook.speech.contract import CHECKS, BrokenPromiseError, Check, check_engine, subject_of
from audiobook.speech.engine import (
    Engine,
    Limits,
    VoiceInfo,
    engine_names,
    load_engine,
    voice_for,
)
from audiobook.speech.engines.tone import Tone
from audiobook.utterance import Clip, Utterance, Voice, Word

STAGES = {"espeak": None, "gtts": "google", "tone": None}
"""The engines that speak on any machine, and the fixture that each needs for it."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", STAGES)
def test_contract(name: str, check: Check, request: pytest.FixtureRequest) -> None:
    if stage := STAGES[name]:
        request.getfixturevalue(stage)
    with subject_of(lambda: load_engine(name)) as subject:
        check(subject)


def test_engines_are_found_by_their_names() -> None:
    assert set(STAGES) <= set(engine_names())
    assert [load_engine(name).name for name in STAGES] == list(STAGES)


@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize(
    "language", ["en-GB", "en-AU", "de-AT", "pt-BR", "ru", "zh", "zh-Hans-CN", "no", "he"]
)
def test_a_dialect_has_a_voice(name: str, language: str) -> None:
    engine = load_engine(name)
    voice = engine.default_voice(language)

    assert voice in {info.name for info in engine.voices()}
    engine.check_voice(Voice(name, voice, language))
    engine.close()


class Wordy(Tone):
    """A tone whose word timings a test may spoil."""

    def spoil(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return words

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        clip = super().synthesise(utterance, voice)
        return replace(clip, words=self.spoil(clip.words))


class Late(Wordy):
    def spoil(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return (*words[:-1], replace(words[-1], onset_ms=1e6))


class Forgetful(Wordy):
    def spoil(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return words[:-1]


class Backward(Wordy):
    def spoil(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return tuple(replace(word, onset_ms=1.0 / (1 + word.start)) for word in words)


class Twice(Wordy):
    def spoil(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        return words[:1] + words


class Moody(Tone):
    """It speaks louder each time."""

    def __init__(self) -> None:
        self.gain = 1

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        clip = super().synthesise(utterance, voice)
        self.gain = self.gain % 3 + 1
        return replace(clip, samples=(clip.samples // self.gain).astype(np.int16))


class Restless(Tone):
    def voices(self) -> tuple[VoiceInfo, ...]:
        self.turned = not getattr(self, "turned", False)
        return super().voices()[:: -1 if self.turned else 1]


class Versions(Tone):
    @property
    def version(self) -> str:  # type: ignore[override]  # which is the fault
        return str(id(self))


class Credulous(Tone):
    def check_voice(self, voice: Voice) -> None:
        return


class Brief(Tone):
    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        return super().synthesise(replace(utterance, text=utterance.text[:200]), voice)


class Chatty(Tone):
    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        return super().synthesise(replace(utterance, text=f"I say {utterance.text}"), voice)


class Ascii(Tone):
    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        utterance.text.encode("utf-8")
        return super().synthesise(utterance, voice)


class Deaf(Tone):
    limits = Limits(500, 4, takes_ipa=True)


class Flat(Tone):
    limits = Limits(500, 4, takes_delivery=True)


class Floating(Tone):
    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        clip = super().synthesise(utterance, voice)
        return replace(clip, samples=clip.samples / 32768)


class Once(Tone):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise ValueError("I have been closed")
        self.closed = True


class Numbered(Tone):
    version = 1  # type: ignore[assignment]  # which is the fault


class Boundless(Tone):
    limits = None  # type: ignore[assignment]  # likewise


class Nowhere(Tone):
    def place(self) -> None:
        return None


class Countless(Tone):
    def n_requests(self, text: str) -> None:
        return None


class Unversioned(Tone):
    def voice_version(self, voice: Voice) -> None:
        return None


class Hearsay(Tone):
    def heard(self, voice: Voice) -> str:
        return "alto"


class Ill(Tone):
    def check_ready(self) -> None:
        raise MissingError("it is ill")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (Late, "begin outside the clip"),
        (Forgetful, "have no time"),
        (Backward, "go back in time"),
        (Twice, "come twice"),
        (Moody, "says_the_same_again: .* samples differ"),
        (Restless, "change their order"),
        (Versions, "two of it have two versions"),
        (Credulous, "refuses_a_voice_it_lacks: .* is not refused"),
        (Brief, "speaks_as_much_as_it_takes: "),
        (Chatty, "refuses_a_text_without_words: "),
        (Ascii, "bears_any_characters: UnicodeEncodeError"),
        (Deaf, "bears_phonemes: .* not heard"),
        (Flat, "follows_deliveries: .* 0.00 s more"),
        (Floating, "not mono int16"),
        (Once, "may_be_closed_twice: ValueError"),
        (Numbered, "its version is no text"),
        (Boundless, "no engine: its limits are None"),
        (Nowhere, "its place is no text"),
        (Countless, "costs None requests"),
        (Unversioned, "the version of a voice is None"),
        (Hearsay, "a voice is heard as 'alto'"),
        (Ill, "is_ready: MissingError: it is ill"),
    ],
)
def test_a_broken_promise_is_told(make: Callable[[], Engine], complaint: str) -> None:
    with pytest.raises(BrokenPromiseError) as caught:
        check_engine(make)
    assert re.search(complaint, str(caught.value))


def test_an_unknown_engine_is_told_with_near_names() -> None:
    with pytest.raises(UnknownNameError, match=r'unknown engine "espaek".*espeak'):
        load_engine("espaek")


def test_an_engine_that_cannot_be_imported_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "audiobook.speech.engines.tone", None)
    with pytest.raises(MissingError, match='engine "tone" cannot be loaded'):
        load_engine("tone")


VOICES = (
    VoiceInfo("amy", "en-GB"),
    VoiceInfo("joe", "en-US"),
    VoiceInfo("eva", "de"),
    VoiceInfo("jin", "zh-Hant-TW"),
)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "amy"),
        ("EN-us", "joe"),
        ("en-AU", "amy"),
        ("de-AT", "eva"),
        ("de-DE-1996", "eva"),
        ("zh-Hant-HK", "jin"),
        ("zh", "jin"),
    ],
)
def test_a_language_gets_the_voice_nearest_to_it(language: str, name: str) -> None:
    assert voice_for(VOICES, language) == name


@pytest.mark.parametrize("language", ["e", "eng", "d", "z-Hant", "tlh", ""])
def test_a_language_that_nothing_is_near_to_is_told(language: str) -> None:
    with pytest.raises(UnknownNameError, match=f'unknown language "{language}"'):
        voice_for(VOICES, language)
    assert voice_for([*VOICES, VoiceInfo("all", "mul")], language) == "all"
