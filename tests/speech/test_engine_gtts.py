"""Unmodified gTTS against a Google on this machine that is slow to please."""

from __future__ import annotations

import datetime
import email.utils
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import certifi
import pytest
from fakes.google import Answer, Asked, Google, speech, with_audio

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.model import Utterance, Voice
from audiobook.progress import silent
from audiobook.speech.engines.gtts import GoogleTranslate
from audiobook.speech.synthesis import Line, speak
from audiobook.store import Store

VOICE = Voice("gtts", "com", "en")
SPEAK_ONE = """
import sys
from audiobook.model import Utterance, Voice
from audiobook.speech.engines.gtts import GoogleTranslate
print(GoogleTranslate().synthesise(Utterance(sys.argv[1]), Voice("gtts", "com", "en")).duration_s)
"""
BUSY = Answer(429, headers={"Retry-After": "7"})
HTML = Answer(200, b"<!doctype html><title>Sorry</title>", {"Content-Type": "text/html"})


@pytest.fixture
def pauses() -> list[float]:
    """What the engine would have waited, in seconds."""
    return []


@pytest.fixture
def engine(pauses: list[float]) -> Iterator[GoogleTranslate]:
    engine = GoogleTranslate(sleep=pauses.append, uniform=lambda low, high: high)
    yield engine
    engine.close()


def test_speaks_through_google(google: Google, engine: GoogleTranslate) -> None:
    clip = engine.synthesise(Utterance("Hello, world."), VOICE)

    assert google.asked == [Asked("Hello, world.", "en", False, "translate.google.com")]
    assert clip.sample_rate == 24_000
    assert clip.duration_s == pytest.approx(13 * 0.060, abs=0.05)
    assert clip.words == ()


def test_a_program_of_its_own_speaks_through_google(google: Google) -> None:
    google.answer = lambda number, _: (
        Answer(429, headers={"Retry-After": "0"}) if not number else None
    )
    command = [sys.executable, "-c", SPEAK_ONE, "Hello, world."]

    assert float(subprocess.check_output(command)) == pytest.approx(13 * 0.060, abs=0.05)
    assert google.texts == ["Hello, world."] * 2


@pytest.mark.parametrize(
    ("voice", "asked"),
    [
        (Voice("gtts", "co.uk", "en-GB"), ("en", "translate.google.co.uk")),
        (Voice("gtts", "com.br", "pt-BR"), ("pt", "translate.google.com.br")),
        (Voice("gtts", "com", "pt-PT"), ("pt-PT", "translate.google.com")),
        (Voice("gtts", "com", "he"), ("iw", "translate.google.com")),
        (Voice("gtts", "com", "nb-NO"), ("no", "translate.google.com")),
        (Voice("gtts", "com", "zh-Hant"), ("zh-TW", "translate.google.com")),
    ],
)
def test_asks_in_googles_words(
    google: Google, engine: GoogleTranslate, voice: Voice, asked: tuple[str, str]
) -> None:
    engine.check_voice(voice)
    engine.synthesise(Utterance("One."), voice)

    assert [(request.language, request.host) for request in google.asked] == [asked]


def test_a_low_rate_is_slow_speech(google: Google, engine: GoogleTranslate) -> None:
    for rate in (0.79, 0.8, 1.5):
        engine.synthesise(Utterance("One."), Voice("gtts", "com", "en", rate=rate))

    assert [asked.slow for asked in google.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("language", "voice"),
    [("en", "com"), ("en-GB", "co.uk"), ("en-au", "com.au"), ("pt-BR", "com.br"), ("fr-CA", "ca")],
)
def test_a_dialect_finds_its_domain(engine: GoogleTranslate, language: str, voice: str) -> None:
    assert engine.default_voice(language) == voice


def test_kazakh_is_not_offered(engine: GoogleTranslate) -> None:
    with pytest.raises(UnknownNameError, match='unknown language "kk"'):
        engine.default_voice("kk")


def test_pieces_of_a_long_text_are_all_heard(google: Google, engine: GoogleTranslate) -> None:
    clip = engine.synthesise(Utterance("A sentence of no great length. " * 8), VOICE)

    assert len(google.asked) > 2
    expected_s = 0.060 * sum(len(text) for text in google.texts)
    assert clip.duration_s == pytest.approx(expected_s, rel=0.02)


def test_waits_as_long_as_google_asks(
    google: Google, engine: GoogleTranslate, pauses: list[float]
) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    dated = Answer(429, headers={"Retry-After": email.utils.format_datetime(soon, usegmt=True)})
    endless = Answer(503, headers={"Retry-After": "86400"})
    google.answer = lambda number, _: [BUSY, dated, endless, None][number]

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    assert pauses == [7.0, pytest.approx(29, abs=2), 120.0]


def test_pauses_grow_up_to_the_last_try(
    google: Google, engine: GoogleTranslate, pauses: list[float]
) -> None:
    google.answer = lambda *_: Answer(429, headers={"Retry-After": "after lunch"})

    with pytest.raises(SpeechError, match=r"no more requests .*429.*hint: what is made is kept"):
        engine.synthesise(Utterance("One."), VOICE)
    assert pauses == [2.0, 4.0, 8.0, 16.0]
    assert len(google.asked) == 5


def test_the_jitter_is_full(google: Google, pauses: list[float]) -> None:
    google.answer = lambda number, _: Answer(500) if number == 0 else None
    bounds = []
    engine = GoogleTranslate(
        sleep=pauses.append, uniform=lambda low, high: bounds.append((low, high)) or 0.5
    )

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    assert (bounds, pauses) == ([(0.0, 2.0)], [0.5])


def test_another_refusal_is_not_tried_again(google: Google, engine: GoogleTranslate) -> None:
    google.answer = lambda *_: Answer(403)

    with pytest.raises(SpeechError, match=r'Google answers 403 to "One."'):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(google.asked) == 1


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (HTML, "a web page of 35 bytes"),
        (Answer(200, b""), "an answer without sound"),
        (Answer(200, b'[["wrb.fr","jQ1olc",null]]'), "an answer without sound"),
        (with_audio(b""), "0 bytes that are no MP3"),
        (with_audio(b"RIFF and rubbish" * 20), "320 bytes that are no MP3"),
        (Answer(200, rb'["wrb.fr","jQ1olc","[\"/w\"]"]'), "a garbled answer"),
        (Answer(200, b"\xff\xfe jQ1olc"), "a garbled answer"),
        (Answer(200, b"x" * 2_000_000), "an answer of more than 1,048,576 bytes"),
    ],
)
def test_what_is_not_speech_is_told(
    google: Google, engine: GoogleTranslate, answer: Answer, received: str
) -> None:
    google.answer = lambda *_: answer

    with pytest.raises(SpeechError, match=f'no speech for "One.", but {received}'):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(google.asked) == 2


def test_a_web_page_for_once_is_passed_over(google: Google, engine: GoogleTranslate) -> None:
    google.answer = lambda number, _: HTML if number == 0 else None

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()


def test_quotes_alone_are_never_sent(google: Google, engine: GoogleTranslate) -> None:
    with pytest.raises(SpeechError, match="nothing to speak in"):
        engine.synthesise(Utterance("“…”"), VOICE)
    assert google.asked == []


@pytest.mark.usefixtures("no_google")
def test_offline_is_told_after_some_tries(engine: GoogleTranslate, pauses: list[float]) -> None:
    with pytest.raises(MissingError, match=r"cannot be reached.*--engine espeak"):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(pauses) == 4


@pytest.mark.usefixtures("no_google")
def test_offline_is_found_at_once_when_asked(engine: GoogleTranslate, pauses: list[float]) -> None:
    with pytest.raises(MissingError, match="cannot be reached"):
        engine.check_ready()
    assert pauses == []


def test_an_unknown_authority_is_refused(
    google: Google, engine: GoogleTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())

    with pytest.raises(MissingError, match="certificate cannot be verified"):
        engine.synthesise(Utterance("One."), VOICE)
    with pytest.raises(MissingError, match="certificate cannot be verified"):
        engine.check_ready()
    assert google.asked == []


def test_an_authority_file_that_is_missing_is_told(
    google: Google, engine: GoogleTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")

    with pytest.raises(MissingError, match=r"Google cannot be asked: .*/nowhere.pem"):
        engine.synthesise(Utterance("One."), VOICE)
    assert google.asked == []


@pytest.mark.parametrize("answer", [BUSY, HTML, Answer(500)])
def test_ready_is_what_speaks(google: Google, engine: GoogleTranslate, answer: Answer) -> None:
    engine.check_ready()
    google.answer = lambda *_: answer

    with pytest.raises(MissingError):
        engine.check_ready()
    assert len(google.asked) == 2


def test_close_ends_the_waiting_for_another_try(google: Google) -> None:
    refused = threading.Event()

    def refuse(number: int, asked: Asked) -> Answer:
        refused.set()
        return Answer(429, headers={"Retry-After": "100"})

    google.answer = refuse
    engine = GoogleTranslate()
    with ThreadPoolExecutor() as executor:
        speaking = executor.submit(engine.synthesise, Utterance("One."), VOICE)
        assert refused.wait(10)
        engine.close()
        with pytest.raises(SpeechError):
            speaking.result(10)
    assert len(google.asked) == 1


def test_close_ends_the_waiting_for_an_answer(google: Google) -> None:
    asked, over = threading.Event(), threading.Event()

    def keep_silent(number: int, request: Asked) -> None:
        asked.set()
        over.wait(30)

    google.answer = keep_silent
    engine = GoogleTranslate()
    with ThreadPoolExecutor() as executor:
        speaking = executor.submit(engine.synthesise, Utterance("One."), VOICE)
        assert asked.wait(10)
        engine.close()
        with pytest.raises(SpeechError, match="waited for no more"):
            speaking.result(10)
    over.set()


def test_after_a_failure_midway_only_the_rest_is_asked_for(
    google: Google, engine: GoogleTranslate, store: Store
) -> None:
    texts = [f"Sentence {number}." for number in ("one", "two", "three", "four", "five")]
    lines = [Line(text, VOICE, 0) for text in texts]
    google.answer = lambda _, asked: BUSY if "four" in asked.text else None

    def run() -> list[bool]:
        with ThreadPoolExecutor(4) as executor:
            spoken = speak(lines, {"gtts": engine}, store, executor, silent)
            return [line.kept for line in spoken]

    with pytest.raises(SpeechError, match="429"):
        run()
    google.answer = lambda *_: None
    google.asked.clear()

    assert run() == [True, True, True, False, False]
    assert google.texts == texts[3:]


def test_requests_come_one_at_a_time(google: Google, engine: GoogleTranslate, store: Store) -> None:
    now, most = 0, 0

    def answer(_: int, asked: Asked) -> Answer:
        nonlocal now, most
        now += 1
        most = max(most, now)
        spoken = speech(asked)
        now -= 1
        return spoken

    google.answer = answer
    lines = [Line(f"Sentence {number}.", VOICE, 0) for number in range(12)]
    with ThreadPoolExecutor(4) as executor:
        assert len(list(speak(lines, {"gtts": engine}, store, executor, silent))) == 12
    assert most == 1
