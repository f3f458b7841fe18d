"""Unmodified gTTS against a Google on this machine that is slow to please."""

from __future__ import annotations

import datetime
import email.utils
import io
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import certifi
import numpy as np
import pytest
import soundfile
from fakes.clock import Clock
from fakes.google import Answer, Asked, Google, speech, with_audio
from fakes.serving import MUCH, MUCH_PACKED, dripping
from fakes.work import memory_below
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.progress import silent
from audiobook.speech.engine import is_speakable
from audiobook.speech.engines._gtts_request import speak_once
from audiobook.speech.engines.gtts import GoogleTranslate
from audiobook.speech.retrying import MOST_FAILURES_IN_A_ROW, Failure
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, clip_key, load_clip, speak
from audiobook.store import Store
from audiobook.utterance import Utterance, Voice

PATIENCE_S = 20
VOICE = Voice("gtts", "com", "en")
SPEAK_ONE = """
import sys
from audiobook.utterance import Utterance, Voice
from audiobook.speech.engines.gtts import GoogleTranslate
print(GoogleTranslate().synthesise(Utterance(sys.argv[1]), Voice("gtts", "com", "en")).duration_s)
"""
SORRY = b"<!doctype html><title>Sorry...</title>Our systems have detected unusual traffic"
BUSY = Answer(429, headers={"Retry-After": "7"})
HTML = Answer(200, b"<!doctype html><title>Sorry</title>", {"Content-Type": "text/html"})


def engine_by(clock: Clock) -> GoogleTranslate:
    return GoogleTranslate(sleep=clock.sleep, uniform=lambda low, high: high, clock=clock.now)


@pytest.fixture
def clock() -> Clock:
    """The engine's, which knows what it would have waited."""
    return Clock()


@pytest.fixture
def engine(clock: Clock) -> Iterator[GoogleTranslate]:
    engine = engine_by(clock)
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


LONG = (
    "The road ended at the water, where a bell hung from a post; whoever came by night rang it, and"
    " waited, and the ferryman, if he had not been paid too well the evening before, came over for"
    " them with his lamp. “Who calls?” he cried — though there was never anybody else."
)


def test_a_long_text_goes_in_pieces_cut_where_it_hurts_least(
    google: Google, engine: GoogleTranslate
) -> None:
    assert 200 < len(LONG) <= engine.limits.characters
    clip = engine.synthesise(Utterance(LONG), VOICE)

    assert " ".join(google.texts) == LONG
    assert all(text[-1] in ",;.”" for text in google.texts[:-1])
    assert all(len(text) <= 100 for text in google.texts)
    assert len(google.texts) == 4
    assert clip.duration_s == pytest.approx(0.060 * len(LONG), rel=0.02)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("x" * 100, ["x" * 100]),
        ("!?" * 50 + "x", ["x"]),
        ("a" * 99 + " " + "b" * 100, ["a" * 99, "b" * 100]),
        ("word " * 20 + "— “…”" + "—" * 200, [("word " * 20).strip()]),
    ],
)
def test_a_piece_is_a_request(
    google: Google, engine: GoogleTranslate, text: str, asked: list[str]
) -> None:
    engine.synthesise(Utterance(text), VOICE)

    assert google.texts == asked


@given(st.text(min_size=1, max_size=100))
def test_what_fits_into_a_pack_is_one_request_at_the_most(text: str) -> None:
    engine = GoogleTranslate()
    assert engine.limits.packed == 100
    assert engine.n_requests(text) == is_speakable(text)


def test_a_piece_that_was_answered_is_not_asked_for_again(
    google: Google, engine: GoogleTranslate
) -> None:
    google.answer = lambda number, _: Answer(500) if number % 2 else None
    engine.synthesise(Utterance(LONG), VOICE)

    assert google.texts[0] not in google.texts[1:]
    assert len(google.texts) == 4 + 3


def test_waits_as_long_as_google_asks(
    google: Google, engine: GoogleTranslate, clock: Clock
) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    dated = Answer(429, headers={"Retry-After": email.utils.format_datetime(soon, usegmt=True)})
    past = Answer(429, headers={"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"})
    longest = Answer(503, headers={"Retry-After": "120"})
    google.answer = lambda number, _: [BUSY, dated, past, longest, None][number]

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    assert clock.slept == [7.0, pytest.approx(29, abs=2), 120.0]


def test_a_wait_of_a_day_is_left_to_the_user(
    google: Google, engine: GoogleTranslate, clock: Clock
) -> None:
    google.answer = lambda *_: Answer(429, headers={"Retry-After": "86400"})

    with pytest.raises(SpeechError, match=r"\(429\), and asks to wait 24 h .hint: what is spoken"):
        engine.synthesise(Utterance("One."), VOICE)
    assert (clock.slept, len(google.asked)) == ([], 1)


def test_pauses_grow_up_to_the_last_try(
    google: Google, engine: GoogleTranslate, clock: Clock
) -> None:
    google.answer = lambda *_: Answer(429, headers={"Retry-After": "after lunch"})

    with pytest.raises(SpeechError, match=r"no more requests .*429.*hint: what is spoken is kept"):
        engine.synthesise(Utterance("One."), VOICE)
    assert clock.slept == [2.0, 4.0, 8.0, 16.0]
    assert len(google.asked) == MOST_FAILURES_IN_A_ROW


def test_after_five_failures_in_a_row_nothing_more_is_sent(
    google: Google, engine: GoogleTranslate
) -> None:
    """Whoever asks on is told so, until Google is seen to answer again."""
    google.answer = lambda *_: Answer(500)
    with pytest.raises(SpeechError, match="Google fails with status 500"):
        engine.synthesise(Utterance("One."), VOICE)
    with pytest.raises(SpeechError, match=r"failed 5 times in a row.*build again later"):
        engine.synthesise(Utterance("Two."), VOICE)
    with pytest.raises(MissingError, match="status 500"):
        engine.check_ready()
    assert google.texts == ["One."] * 5 + ["Yes."]

    google.answer = lambda *_: None
    engine.check_ready()
    assert engine.synthesise(Utterance("Two."), VOICE).samples.any()


def test_failures_are_counted_over_segments(google: Google, engine: GoogleTranslate) -> None:
    google.answer = lambda number, _: Answer(403) if number != 4 else None
    for _ in range(4):
        with pytest.raises(SpeechError, match="403"):
            engine.synthesise(Utterance("One."), VOICE)
    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    for _ in range(5):
        with pytest.raises(SpeechError, match="403"):
            engine.synthesise(Utterance("Two."), VOICE)
    with pytest.raises(SpeechError, match="asked no more"):
        engine.synthesise(Utterance("Three."), VOICE)
    assert google.texts == ["One."] * 5 + ["Two."] * 5


def test_after_a_refusal_requests_are_further_apart_for_a_while(
    google: Google, engine: GoogleTranslate, clock: Clock
) -> None:
    google.answer = lambda number, _: BUSY if number in (1, 2) else None
    for _ in range(30):
        engine.synthesise(Utterance("One."), VOICE)

    assert clock.slept[:2] == [7.0, 7.0]
    gaps_s = clock.slept[2:]
    long_s = [0.9**n for n in range(7)]  # a tenth less each time, then 50 ms
    assert gaps_s == pytest.approx([*long_s, *(0.9**7 - 0.05 * n for n in range(10))])


def test_the_jitter_is_full(google: Google, clock: Clock) -> None:
    google.answer = lambda number, _: Answer(500) if number == 0 else None
    bounds = []
    engine = GoogleTranslate(
        sleep=clock.sleep,
        uniform=lambda low, high: bounds.append((low, high)) or 0.5,
        clock=clock.now,
    )

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    assert (bounds, clock.slept) == ([(0.0, 2.0)], [0.5])


def test_another_refusal_is_not_tried_again(google: Google, engine: GoogleTranslate) -> None:
    google.answer = lambda *_: Answer(403)

    with pytest.raises(SpeechError, match=r'Google answers 403 to "One."'):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(google.asked) == 1


def half_of_a_tone() -> bytes:
    """The first half of an MP3 file."""
    mp3 = io.BytesIO()
    tone = 0.3 * np.sin(np.arange(24_000) / 10)
    soundfile.write(mp3, tone, 24_000, format="MP3", subtype="MPEG_LAYER_III")
    return mp3.getvalue()[: mp3.tell() // 2]


@pytest.mark.parametrize(
    ("answer", "received"),
    [
        (HTML, "a web page of 35 bytes"),
        (
            Answer(302, headers={"Location": "https://www.google.com/sorry/index"}),
            'the address of a web page at "www.google.com"',
        ),
        (Answer(302, SORRY, {"Location": "/sorry"}), "the address of a web page"),
        (Answer(302, SORRY, {"Location": "http://[bad"}), "the address of a web page"),
        (
            Answer(302, SORRY, {"Location": "http://a:99999999/"}),
            'the address of a web page at "a"',
        ),
        (Answer(302, SORRY, {"Location": "http://\xe2\x84\x80.c/"}), "the address of a web page"),
        (Answer(200, b""), "an answer without sound"),
        (Answer(200, b'[["wrb.fr","jQ1olc",null]]'), "an answer without sound"),
        (with_audio(b""), "an answer without sound"),
        (with_audio(b"RIFF and rubbish" * 20), "320 bytes of a file that is longer"),
        (with_audio(b"no sound at all" * 20), "300 bytes that are no sound"),
        (with_audio(half_of_a_tone()), "bytes of a file that is longer"),
        (
            Answer(200, speech(Asked("One.", "en", False, "")).body[:1500]),
            "an answer without sound",
        ),
        (Answer(200, rb'["wrb.fr","jQ1olc","[\"/w\"]"]'), "a garbled answer"),
        (Answer(200, b"\xff\xfe jQ1olc"), "a garbled answer"),
        (Answer(200, b"x" * 2_000_000), "an answer of more than 1,048,576 bytes"),
    ],
)
def test_what_is_not_speech_is_told(
    google: Google, engine: GoogleTranslate, answer: Answer, received: str
) -> None:
    google.answer = lambda *_: answer

    with pytest.raises(SpeechError, match=f'no speech for "One.", but .*{received}'):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(google.asked) == MOST_FAILURES_IN_A_ROW


ASIDE = {"Location": "https://www.google.com/sorry/index"}
LONG_REDIRECTS = {
    "long": Answer(302, b"", {**ASIDE, "Content-Length": str(1 << 26)}, MUCH),
    "packed": Answer(302, MUCH_PACKED, {**ASIDE, "Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("redirect", LONG_REDIRECTS)
def test_the_body_of_a_redirect_is_not_read(google: Google, redirect: str) -> None:
    google.answer = lambda *_: LONG_REDIRECTS[redirect]

    with memory_below(16):
        outcome = speak_once("One.", language="en", domain="com", slow=False, timeout_s=(9, 9))
    if redirect == "long":
        assert google.hung_up.acquire(timeout=PATIENCE_S)
    assert isinstance(outcome, Failure)
    assert 'the address of a web page at "www.google.com"' in outcome.error.what
    assert outcome.is_refusal


def test_an_answer_that_drips_is_hung_up_on(google: Google) -> None:
    ended = threading.Event()
    drip = dripping(ended, 3 * PATIENCE_S)
    google.answer = lambda *_: Answer(200, b"", {"Content-Length": "999999"}, drip)
    outcome = speak_once("One.", language="en", domain="com", slow=False, timeout_s=(9.0, 0.3))
    hung_up = google.hung_up.acquire(timeout=PATIENCE_S)
    ended.set()

    assert hung_up
    assert isinstance(outcome, Failure)
    assert outcome.may_pass


PASSING = {
    "web page": HTML,
    "captcha": Answer(429, SORRY, {"Content-Type": "text/html"}),
    "bad gateway": Answer(502, b"<html>502</html>"),
    "cut off": Answer(200, b")]}'", {"Content-Length": "5000"}),
    "empty": Answer(200),
}


def test_an_answer_that_is_cut_off_is_told(google: Google, engine: GoogleTranslate) -> None:
    google.answer = lambda *_: PASSING["cut off"]

    with pytest.raises(SpeechError, match=r'breaks off its answer to "One\.", after 5 tries'):
        engine.synthesise(Utterance("One."), VOICE)


@pytest.mark.parametrize("failure", PASSING)
def test_a_passing_failure_is_got_over(
    google: Google, engine: GoogleTranslate, failure: str
) -> None:
    google.answer = lambda number, _: PASSING[failure] if number < 2 else None

    assert engine.synthesise(Utterance("One."), VOICE).samples.any()
    assert google.texts == ["One."] * 3


@pytest.mark.parametrize("failure", ["web page", "captcha"])
def test_a_page_for_people_slows_down(
    google: Google, engine: GoogleTranslate, clock: Clock, failure: str
) -> None:
    google.answer = lambda number, _: PASSING[failure] if number == 0 else None
    for _ in range(3):
        engine.synthesise(Utterance("One."), VOICE)

    assert clock.slept == pytest.approx([2.0, 0.5, 0.45])


def test_google_that_says_nothing_is_not_waited_for(
    google: Google, engine: GoogleTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.speech.engines.gtts._TIMEOUT_S", (5.0, 0.05))
    over = threading.Event()
    google.answer = lambda number, _: over.wait(30) and None

    with pytest.raises(MissingError, match=r"cannot be reached \(ReadTimeout\)"):
        engine.synthesise(Utterance("One."), VOICE)
    over.set()
    assert len(google.asked) == MOST_FAILURES_IN_A_ROW


def test_an_answer_without_an_end_is_not_waited_for(
    google: Google, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr("audiobook.speech.engines.gtts._WITHIN_S", 0.05)
    over = threading.Event()
    google.answer = lambda number, _: over.wait(30) and None

    with pytest.raises(SpeechError, match=r"Google did not answer within 0.05 s"):
        engine_by(clock).synthesise(Utterance("One."), VOICE)
    over.set()


@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:pass-word@nowhere.invalid:9",
        f"http://me:pass-word@{'a' * 70}.invalid:9",  # longer than a name may be
        "http://me:pass-word@[::9",
        "http://me:pass-word@127.0.0.1:99999",
        "nothing://me:pass-word@127.0.0.1:9",
    ],
)
def test_a_proxy_that_cannot_be_reached_is_told_without_its_password(
    engine: GoogleTranslate, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)

    with pytest.raises(MissingError, match="cannot be reached") as caught:
        engine.synthesise(Utterance("One."), VOICE)
    assert "pass-word" not in str(caught.value)


def test_quotes_alone_are_never_sent(google: Google, engine: GoogleTranslate) -> None:
    with pytest.raises(SpeechError, match="nothing to speak in"):
        engine.synthesise(Utterance("“…”"), VOICE)
    assert google.asked == []


@pytest.mark.usefixtures("no_google")
def test_offline_is_told_after_some_tries(engine: GoogleTranslate, clock: Clock) -> None:
    with pytest.raises(MissingError, match=r"cannot be reached.*--engine espeak"):
        engine.synthesise(Utterance("One."), VOICE)
    assert len(clock.slept) == 4


@pytest.mark.usefixtures("no_google")
def test_offline_is_found_at_once_when_asked(engine: GoogleTranslate, clock: Clock) -> None:
    with pytest.raises(MissingError, match="cannot be reached"):
        engine.check_ready()
    assert clock.slept == []


def test_an_unknown_authority_is_refused(
    google: Google, engine: GoogleTranslate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())

    with pytest.raises(MissingError, match="certificate cannot be verified"):
        engine.synthesise(Utterance("One."), VOICE)
    with pytest.raises(MissingError, match="certificate cannot be verified"):
        engine.check_ready()
    assert google.asked == []


def test_a_certificate_for_somebody_else_is_refused(
    google: Google, engine: GoogleTranslate
) -> None:
    google.certified = "translate.example.com"

    with pytest.raises(MissingError, match="certificate cannot be verified") as caught:
        engine.synthesise(Utterance("One."), VOICE)
    assert "\n" not in str(caught.value)
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
        with pytest.raises(SpeechError, match="closed: its answer is waited for no more"):
            speaking.result(10)
    over.set()


def run(lines: list[Line], engine: GoogleTranslate, store: Store) -> list[bool]:
    """Have lines spoken as a build does; which of them were kept."""
    with ThreadPoolExecutor(4) as executor:
        return [
            line.kept
            for line in speak(
                lines, {"gtts": engine}, store, executor, SpeechStage(silent, len(lines))
            )
        ]


def test_after_a_failure_midway_only_the_rest_is_asked_for(
    google: Google, clock: Clock, store: Store
) -> None:
    texts = [f"Sentence {number}." for number in ("one", "two", "three", "four", "five")]
    lines = [Line(text, VOICE, 0) for text in texts]
    google.answer = lambda _, asked: BUSY if "four" in asked.text else None

    with pytest.raises(SpeechError, match="429"):
        run(lines, engine_by(clock), store)
    google.answer = lambda *_: None
    google.asked.clear()

    assert run(lines, engine_by(clock), store) == [True, True, True, False, False]
    assert google.texts == texts[3:]


FAULTS = [*PASSING.values(), BUSY, Answer(503), with_audio(half_of_a_tone())]


@pytest.mark.slow
def test_a_book_gets_through_where_one_request_in_ten_fails(
    google: Google, clock: Clock, store: Store
) -> None:
    """2,000 segments, ended twice and gone on with: each is answered once."""
    chance = random.Random(7)
    answered: list[str] = []
    stops = {700, 1400}

    def answer(number: int, asked: Asked) -> Answer | None:
        if len(answered) in stops or chance.random() < 0.1:
            return chance.choice(FAULTS)
        answered.append(asked.text)
        return None

    google.answer = answer
    lines = [Line(f"This is sentence {n:04}.", VOICE, 0) for n in range(2000)]
    for stop in (700, 1400):
        with pytest.raises(SpeechError):
            run(lines, engine_by(clock), store)
        assert len(answered) == stop
        stops.remove(stop)
    kept = run(lines, engine_by(clock), store)

    assert (len(kept), sum(kept)) == (2000, 1400)
    assert answered == [line.text for line in lines]
    assert 2100 < len(google.asked) < 2350
    assert all(load_clip(store, clip_key(engine_by(clock), line)) for line in lines[::50])


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
        assert (
            len(
                list(
                    speak(lines, {"gtts": engine}, store, executor, SpeechStage(silent, len(lines)))
                )
            )
            == 12
        )
    assert most == 1
