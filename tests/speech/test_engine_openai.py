"""The engine for servers with OpenAI's interface, against one on this machine that misbehaves."""

from __future__ import annotations

import contextlib
import itertools
import logging
import math
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes.clock import Clock
from fakes.google import Google
from fakes.openai_server import KEY, Asked, Reply, SpeechServer, sound
from fakes.serving import MUCH, MUCH_PACKED, dripping
from fakes.work import memory_below

from audiobook.engine_settings import EngineSettings, read_engine_settings
from audiobook.errors import ConfigError, MissingError, SpeechError, UnknownNameError
from audiobook.progress import silent
from audiobook.settings import parse_toml
from audiobook.speech.choose import Engines
from audiobook.speech.contract import CHECKS, Check, subject_of
from audiobook.speech.engine import VoiceInfo
from audiobook.speech.engines._openai_server import FORMATS, Server
from audiobook.speech.engines.openai import OpenAI
from audiobook.speech.retrying import MOST_FAILURES_IN_A_ROW
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, clip_key, load_clip, speak
from audiobook.store import Store
from audiobook.utterance import Utterance, Voice

VOICE = Voice("openai", "alloy", "en")
PATIENCE_S = 20
TEXT = "The water was high."
HELLO = Utterance(TEXT)


def settings(toml: str) -> tuple[EngineSettings, ...]:
    table = parse_toml(f"[engines.openai]\n{toml}".encode(), "show.toml").table("engines")
    assert table
    return read_engine_settings(table)


def engine_by(clock: Clock, server: Server) -> OpenAI:
    return OpenAI(server, sleep=clock.sleep, uniform=lambda low, high: high, clock=clock.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(openai_server: SpeechServer) -> Server:
    """How the server is set up, unless a test wants it otherwise."""
    return Server(openai_server.base_url)


@pytest.fixture
def engine(server: Server, clock: Clock) -> Iterator[OpenAI]:
    engine = engine_by(clock, server)
    yield engine
    engine.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(server: Server, check: Check) -> None:
    with subject_of(lambda: OpenAI(server)) as subject:
        check(subject)


def test_asks_as_openai_is_asked(openai_server: SpeechServer, engine: OpenAI) -> None:
    clip = engine.synthesise(HELLO, VOICE)

    (asked,) = openai_server.asked
    assert asked.path == "/v1/audio/speech"
    assert asked.wanted == {
        "model": "tts-1",
        "voice": "alloy",
        "input": TEXT,
        "response_format": "wav",
    }
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert clip.duration_s == pytest.approx(0.060 * len(TEXT))


def test_the_rate_becomes_the_speed(openai_server: SpeechServer, engine: OpenAI) -> None:
    clip = engine.synthesise(HELLO, replace(VOICE, rate=1.5))

    assert openai_server.asked[0].wanted["speed"] == 1.5
    assert clip.duration_s == pytest.approx(0.040 * len(TEXT))


@pytest.mark.parametrize("sent", FORMATS)
@pytest.mark.parametrize("content_type", ["audio/mpeg", "text/html", None])
def test_what_is_sent_is_told_by_its_bytes(
    openai_server: SpeechServer, engine: OpenAI, sent: str, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    openai_server.reply = lambda *_: Reply(body=(sound(20, sent),), headers=headers)
    clip = engine.synthesise(HELLO, VOICE)

    assert clip.duration_s == pytest.approx(1.2, abs=0.05)
    steady = clip.samples[6_000:-6_000].astype(np.float64)
    assert steady.std() == pytest.approx(0.3 * 32768 / math.sqrt(2), rel=0.05)


def test_a_stream_without_a_length_is_heard(openai_server: SpeechServer, engine: OpenAI) -> None:
    """As OpenAI streams WAV: in chunks, its lengths all ones."""
    wav = bytearray(sound(20))
    wav[4:8] = wav[40:44] = b"\xff" * 4
    assert wav[36:40] == b"data"
    pieces = tuple(bytes(wav[at : at + 999]) for at in range(0, len(wav), 999))
    openai_server.reply = lambda *_: Reply(body=pieces, chunked=True)

    assert engine.synthesise(HELLO, VOICE).duration_s == pytest.approx(1.2)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_that_drips_is_hung_up_on_before_it_is_asked_for_again(
    openai_server: SpeechServer, server: Server, clock: Clock, chunked: bool
) -> None:
    ended = threading.Event()
    drip = Reply(
        body=dripping(ended, 3 * PATIENCE_S),
        headers={} if chunked else {"Content-Length": "999999"},
        chunked=chunked,
    )
    openai_server.reply = lambda number, _: None if number else drip
    with contextlib.closing(engine_by(clock, replace(server, timeout_s=0.5))) as engine:
        assert engine.synthesise(HELLO, VOICE).samples.any()
        hung_up = openai_server.hung_up.acquire(timeout=PATIENCE_S)
    ended.set()
    assert hung_up


NOT_SPEECH = {
    "a web page of 15 bytes": Reply(body=(b"<html>Hi</html>",)),
    "an answer without sound": Reply(),
    '17 bytes that are no sound: "busy"': Reply(body=(b'{"error": "busy"}',)),
    'no sound: "no model \u202e x"'.replace("\u202e", " "): Reply(
        body=(b'{"error": {"message": "no model \\u202e x"}}',)
    ),
    'bytes that are no sound: "xxxxxxxx': Reply(body=(b"x" * 2_000,)),
    '[31m in red"': Reply(body=(b'"oh \\u001b[31m in red"',)),
    "28,822 bytes of a file that is longer": Reply(body=(sound(20)[:28_822],)),
    "bytes of a file that is longer": Reply(body=(sound(20, "mp3")[:2_000],)),
    "bytes that are no sound": Reply(body=(sound(20, "flac")[:2_000],)),
    "an answer of more than": Reply(body=itertools.repeat(b"x" * (1 << 20)), chunked=True),
    "silence: an answer without sound": Reply(body=(sound(20)[:44] + bytes(57_600),)),
}


@pytest.mark.parametrize("received", NOT_SPEECH)
def test_what_is_not_speech_is_told(
    openai_server: SpeechServer, engine: OpenAI, received: str
) -> None:
    """And asked for again, since it may have been bad luck."""
    openai_server.reply = lambda number, _: NOT_SPEECH[received] if number < 1 else Reply(403)
    with pytest.raises(MissingError, match="403"):
        engine.synthesise(HELLO, VOICE)
    assert len(openai_server.asked) == 2

    openai_server.reply = lambda *_: NOT_SPEECH[received]
    with pytest.raises(MissingError) as caught:
        engine.check_ready()
    assert 'sends no speech for "Yes.", but ' in str(caught.value)
    assert received.removeprefix("silence: ") in str(caught.value)


PASSING = {
    "slow down": Reply(429, headers={"Retry-After": "7"}),
    "unavailable": Reply(503),
    "ill": Reply(500, (b"<html>",)),
    "cut off": Reply(body=(sound(9),), cut=True),
    "cut off in chunks": Reply(body=(sound(9),), chunked=True, cut=True),
    "half a file": Reply(body=(sound(20)[:20_000],)),
    "no file": Reply(body=(b"oops",)),
}


@pytest.mark.parametrize("failure", PASSING)
def test_a_passing_failure_is_got_over(
    openai_server: SpeechServer, engine: OpenAI, clock: Clock, failure: str
) -> None:
    openai_server.reply = lambda number, _: PASSING[failure] if number < 2 else None

    assert engine.synthesise(HELLO, VOICE).samples.any()
    assert openai_server.texts == [TEXT] * 3
    assert clock.slept == ([7.0, 7.0] if failure == "slow down" else [2.0, 4.0])


@pytest.mark.parametrize("failure", PASSING)
def test_one_that_does_not_pass_is_given_up(
    openai_server: SpeechServer, server: Server, clock: Clock, failure: str
) -> None:
    openai_server.reply = lambda *_: PASSING[failure]
    engine = engine_by(clock, replace(server, at_once=1))

    with pytest.raises(SpeechError, match="what is spoken is kept: build again later"):
        engine.synthesise(HELLO, VOICE)
    with pytest.raises(SpeechError, match="failed 5 times in a row"):
        engine.synthesise(HELLO, VOICE)
    assert len(openai_server.asked) == MOST_FAILURES_IN_A_ROW


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (
            Reply(403, (b'{"error": "not yours"}',)),
            MissingError,
            r'forbids it \(403\): "not yours"',
        ),
        (Reply(404, (b'{"detail": "no such model"}',)), MissingError, r'"tts-1" \(404\): "no such'),
        (
            Reply(400, (b'{"error": {"message": "No\\nvoice"}}',)),
            SpeechError,
            '"The .*: "No voice"',
        ),
        (Reply(422, (b"[1]",)), SpeechError, 'answers 422 to "The water was high."'),
        (Reply(418, (b"[" * 60_000,)), SpeechError, "answers 418"),
        (Reply(410, itertools.repeat(b"x" * 9999), chunked=True), SpeechError, "answers 410"),
    ],
)
def test_a_final_refusal_is_not_tried_again(
    openai_server: SpeechServer, engine: OpenAI, reply: Reply, error: type[Exception], told: str
) -> None:
    openai_server.reply = lambda *_: reply

    with pytest.raises(error, match=told) as caught:
        engine.synthesise(HELLO, VOICE)
    assert "\n" not in str(caught.value)
    assert len(openai_server.asked) == 1


def test_a_server_that_is_not_there_is_told(clock: Clock) -> None:
    engine = engine_by(clock, Server("http://127.0.0.1:9/v1"))

    with pytest.raises(MissingError, match=r"127\.0\.0\.1:9/v1 cannot be reached"):
        engine.check_ready()
    assert clock.slept == []
    with pytest.raises(MissingError, match=r'check the network and "base_url"'):
        engine.synthesise(HELLO, VOICE)
    assert len(clock.slept) == 4


@pytest.mark.parametrize(
    "host", ["a..b", f"{'a' * 70}.invalid", "xn--a", "127.0.0.1:0", "[::1%25x]"]
)
def test_a_host_that_cannot_be_is_told(clock: Clock, host: str) -> None:
    engine = engine_by(clock, Server(f"https://{host}/v1"))

    with pytest.raises(MissingError, match="cannot be reached"):
        engine.check_ready()


@pytest.mark.parametrize("silent_first", [True, False])
def test_a_slow_server_is_not_waited_for(
    openai_server: SpeechServer, server: Server, clock: Clock, silent_first: bool
) -> None:
    over = threading.Event()

    def drip() -> Iterator[bytes]:
        while not over.wait(0.01):
            yield b"x" * 100

    def slow(number: int, asked: Asked) -> Reply:
        if silent_first:
            return Reply(before=lambda: over.wait(30))
        return Reply(body=drip(), chunked=True)

    openai_server.reply = slow
    engine = engine_by(clock, replace(server, timeout_s=0.1))
    with pytest.raises(
        (SpeechError, MissingError), match=r"did not answer within|cannot be reached"
    ):
        engine.synthesise(HELLO, VOICE)
    over.set()
    assert len(openai_server.asked) == MOST_FAILURES_IN_A_ROW


def test_no_more_requests_at_once_than_set(
    openai_server: SpeechServer, server: Server, store: Store
) -> None:
    lock, now, most = threading.Lock(), 0, 0
    three = threading.Barrier(3, timeout=PATIENCE_S)

    def count(number: int, asked: Asked) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        three.wait()  # so all that may be under way are
        with lock:
            now -= 1

    openai_server.reply = count
    engine = OpenAI(replace(server, at_once=3))
    lines = [Line(f"Sentence {n}.", VOICE, 0) for n in range(12)]
    with ThreadPoolExecutor(8) as executor:
        assert (
            len(
                list(
                    speak(
                        lines, {"openai": engine}, store, executor, SpeechStage(silent, len(lines))
                    )
                )
            )
            == 12
        )
    assert most == 3


@pytest.mark.slow
def test_a_long_build_gets_through_where_one_request_in_ten_fails(
    openai_server: SpeechServer, server: Server, clock: Clock, store: Store
) -> None:
    chance, answered = random.Random(7), []

    def reply(number: int, asked: Asked) -> Reply | None:
        if chance.random() < 0.1:
            return chance.choice(list(PASSING.values()))
        answered.append(asked.text)
        return None

    openai_server.reply = reply
    engine = engine_by(clock, replace(server, at_once=4))
    lines = [Line(f"Line {n:03}.", VOICE, 0) for n in range(200)]
    with ThreadPoolExecutor(4) as executor:
        assert (
            len(
                list(
                    speak(
                        lines, {"openai": engine}, store, executor, SpeechStage(silent, len(lines))
                    )
                )
            )
            == 200
        )

    assert sorted(answered) == [line.text for line in lines]
    assert all(load_clip(store, clip_key(engine, line)) for line in lines)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_neither_key_nor_text_follows_a_redirect(
    openai_server: SpeechServer, engine: OpenAI, status: int
) -> None:
    with SpeechServer().serving() as other:
        elsewhere = {"Location": f"{other.base_url}/audio/speech"}
        openai_server.reply = lambda *_: Reply(status, headers=elsewhere)

        with pytest.raises(MissingError, match=r'sends us on to "127\.0\.0\.1".*"base_url"'):
            engine.synthesise(HELLO, VOICE)
        assert other.asked == []
    assert len(openai_server.asked) == 1


ASIDE = {"Location": "http://elsewhere.example/"}
LONG_REDIRECTS = {
    "long": Reply(302, MUCH, ASIDE, chunked=True),
    "packed": Reply(302, (MUCH_PACKED,), {**ASIDE, "Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("redirect", LONG_REDIRECTS)
def test_the_body_of_a_redirect_is_not_read(
    openai_server: SpeechServer, engine: OpenAI, redirect: str
) -> None:
    openai_server.reply = lambda *_: LONG_REDIRECTS[redirect]

    with memory_below(16), pytest.raises(MissingError, match=r'on to "elsewhere\.example"'):
        engine.synthesise(HELLO, VOICE)
    if redirect == "long":
        assert openai_server.hung_up.acquire(timeout=PATIENCE_S)
    assert len(openai_server.asked) == 1


@pytest.mark.parametrize(
    "address", ["http://[bad", "http://a:99999999/", "http://\u2100.c/", "/", "", "\x1b[31m"]
)
def test_a_redirect_to_anywhere_is_told(
    openai_server: SpeechServer, engine: OpenAI, address: str
) -> None:
    location = address.encode().decode("latin-1")  # as headers are sent
    openai_server.reply = lambda *_: Reply(302, headers={"Location": location})

    with pytest.raises(MissingError, match=r"sends us on to \S+.*, where neither") as caught:
        engine.synthesise(HELLO, VOICE)
    assert str(caught.value).isprintable()
    assert len(openai_server.asked) == 1


def test_no_proxy_sees_what_stays_on_this_machine(
    openai_server: SpeechServer, engine: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert engine.synthesise(HELLO, VOICE).samples.any()
    assert len(openai_server.asked) == 1


def test_other_servers_are_asked_through_the_proxy(google: Google, clock: Clock) -> None:
    """TLS is verified there as well."""
    google.certified = "elsewhere.example"
    engine = engine_by(clock, Server("https://speech.example/v1"))
    with pytest.raises(MissingError, match=r"certificate of speech\.example cannot be verified"):
        engine.synthesise(HELLO, VOICE)


def test_the_key_is_asked_for(
    openai_server: SpeechServer, engine: OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(
        MissingError, match=r"asks for a key, and none is in OPENAI_API_KEY \(401\)"
    ):
        engine.synthesise(HELLO, VOICE)
    assert "Authorization" not in openai_server.asked[0].headers


def test_nobody_elses_password_is_sent(
    openai_server: SpeechServer, engine: OpenAI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.delenv("OPENAI_API_KEY")
    openai_server.reply = lambda *_: Reply(body=(sound(9),))

    assert engine.synthesise(HELLO, VOICE).samples.any()
    assert "Authorization" not in openai_server.asked[0].headers


def test_the_key_of_another_variable_is_taken(
    openai_server: SpeechServer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("MY_KEY", f" {KEY}\n")
    assert OpenAI(replace(server, key_variable="MY_KEY")).synthesise(HELLO, VOICE).samples.any()


ECHO = f'{{"error": {{"message": "Wrong key: {KEY}"}}}}'.encode()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_the_key_is_told_to_nobody(
    openai_server: SpeechServer,
    server: Server,
    clock: Clock,
    store: Store,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    openai_server.reply = lambda number, _: Reply(status, (ECHO,)) if number else None
    engine = engine_by(clock, server)
    lines = [Line(TEXT, VOICE, 0), Line("Another.", VOICE, 0)]
    with (
        ThreadPoolExecutor(1) as executor,
        pytest.raises((SpeechError, MissingError)) as caught,
    ):
        list(speak(lines, {"openai": engine}, store, executor, SpeechStage(silent, len(lines))))

    kept = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    told = [str(caught.value), repr(caught.value), engine.version, repr(vars(engine)), caplog.text]
    assert openai_server.asked[0].headers["Authorization"].endswith(KEY)
    assert kept
    assert not any(KEY[:12] in text for text in told)
    assert KEY[:12].encode() not in kept


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_secret_in_a_header_is_told_to_nobody(
    openai_server: SpeechServer, server: Server, clock: Clock, status: int
) -> None:
    headers = (("X-Key", "Token 12-secret-34"), ("X-Tenant", "a"))
    engine = engine_by(clock, replace(server, headers=headers))
    told = b'{"error": "a wrong key: 12-secret-34"}'
    openai_server.reply = lambda *_: Reply(status, (told,))

    with pytest.raises((SpeechError, MissingError), match='"a wrong key: …"'):
        engine.synthesise(HELLO, VOICE)
    assert openai_server.asked[0].headers["X-Key"] == "Token 12-secret-34"


@pytest.mark.parametrize("key", ["sk-1\nX: y", "sk 1", "ключ"])
def test_a_key_that_is_none_is_not_shown(
    openai_server: SpeechServer, engine: OpenAI, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(MissingError, match="characters that no key has") as caught:
        engine.synthesise(HELLO, VOICE)
    assert key not in str(caught.value)
    assert openai_server.asked == []


def test_a_show_sets_up_the_server(
    openai_server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME_KEY", KEY)
    own = settings(
        f'base_url = "{openai_server.base_url}/"\n'
        'model = "kokoro"\nformat = "flac"\nkey_variable = "HOME_KEY"\n'
        'headers = { X-Team = "readers" }\n'
        "characters = 300\nat_once = 5\npace_s = 0.5\ntimeout_s = 9\n"
        '[engines.openai.voices]\naf_heart = { language = "en-US", gender = "female" }\n'
    )
    engine = Engines(silent, own).load("openai")
    clip = engine.synthesise(HELLO, Voice("openai", "af_heart", "en"))

    (asked,) = openai_server.asked
    assert clip.samples.any()
    assert (asked.wanted["model"], asked.wanted["response_format"]) == ("kokoro", "flac")
    assert asked.headers["X-Team"] == "readers"
    assert engine.voices() == (VoiceInfo("af_heart", "en-US", "female"),)
    limits = engine.limits
    assert (limits.characters, limits.at_once, limits.pace_s) == (300, 5, 0.5)
    assert engine.version == f"{openai_server.base_url[7:]} kokoro flac"
    with pytest.raises(UnknownNameError, match='unknown voice "alloy"'):
        engine.check_voice(VOICE)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('base_url = "http://192.168.1.20:8880/v1"', 'can be read on the way.*"insecure = true"'),
        ('base_url = "http://localhost.example/v1"', "can be read on the way"),
        ('base_url = "ftp://127.0.0.1/v1"', "no address of a server"),
        ('base_url = "http://[::1/v1"', "no address of a server"),
        ('base_url = "https://h:99999/v1"', "no address of a server"),
        ('base_url = "https://x y/v1"', "no address of a server"),
        (f'base_url = "https://me:{KEY}@h/v1"', "may have no user.*key_variable"),
        (f'base_url = "https://h/v1?key={KEY}"', "may have no user"),
        (f'key_variable = "{KEY}"', "no name of an environment variable"),
        (f'headers = {{ Authorization = "Bearer {KEY}" }}', '"Authorization" cannot be set'),
        (f'headers = {{ X-Key = "{KEY}ß" }}', "characters that headers have not"),
        ('headers = { "X Key" = "a" }', "characters that headers have not"),
        ('format = "aac"', 'unknown format "aac".*known: flac, mp3'),
        ("at_once = 0", "whole number from 1 to 64"),
        (f'key = "{KEY}"', 'unknown setting "key"'),
    ],
)
def test_what_a_show_cannot_set_is_told_with_its_place(toml: str, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"show\.toml:2:\d+: .*{told}") as caught:
        Engines(silent, settings(toml)).load("openai")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "toml",
    [
        'base_url = "http://192.168.1.20:8880/v1"\ninsecure = true',
        'base_url = "http://localhost:8880"',
        'base_url = "http://[::1]:8880/v1"',
        'base_url = "http://127.8.9.1/v1"',
        'base_url = "https://speech.example/v1"',
        'voices = ["af_heart", "bm_george"]',
    ],
)
def test_what_a_show_may_set(toml: str) -> None:
    engine = Engines(silent, settings(toml)).load("openai")
    assert math.isclose(engine.limits.pace_s, 0)
    assert engine.default_voice("kk") in {info.name for info in engine.voices()}
