"""Lines into clips: each once, in order, and never lost."""

from __future__ import annotations

import dataclasses
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.clock import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from audiobook.errors import SpeechError
from audiobook.model import Source
from audiobook.progress import (
    Event,
    Listener,
    StageAdvanced,
    StageEnded,
    StageStarted,
    Warned,
    silent,
)
from audiobook.speech import synthesis
from audiobook.speech.engine import Engine, Limits
from audiobook.speech.engines.tone import Tone
from audiobook.speech.pacing import Pacer
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, SpokenLine, clip_key, keep_clip, load_clip
from audiobook.store import Store
from audiobook.utterance import Clip, Delivery, Pronunciation, Utterance, Voice, Word

VOICE = Voice("tone", "alto", "en")


def speak(
    lines: Sequence[Line],
    engines: Mapping[str, Engine],
    store: Store,
    executor: Executor,
    listen: Listener,
    **how: Any,
) -> Generator[SpokenLine]:
    stage = SpeechStage(listen, len(lines))
    return synthesis.speak(lines, engines, store, executor, stage, **how)


class Watched(Tone):
    """A tone that remembers what it was asked, and waits or fails where it is told to.

    Args:
        waits_at: the text it waits at until it may go on.
        until: the text that lets it go on.
        fails_at: the text it fails at, once it waits at the other, if there is one.
    """

    def __init__(
        self, at_once: int = 2, *, waits_at: str = "", until: str = "", fails_at: str = ""
    ) -> None:
        self.limits = Limits(500, at_once)
        self.waits_at, self.until, self.fails_at = waits_at, until, fails_at
        self.waiting, self.go_on = threading.Event(), threading.Event()
        self.asked: list[str] = []
        self.now = self.most = 0
        self.lock = threading.Lock()

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        text = utterance.text
        with self.lock:
            self.asked.append(text)
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self._act_on(text)
            return super().synthesise(utterance, voice)
        finally:
            with self.lock:
                self.now -= 1

    def _act_on(self, text: str) -> None:
        if text == self.until:
            self.go_on.set()
        if text == self.waits_at:
            self.waiting.set()
            assert self.go_on.wait(10)
        if text == self.fails_at:
            assert not self.waits_at or self.waiting.wait(10)
            raise SpeechError("the engine coughs")


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def lines_of(*texts: str) -> list[Line]:
    return [Line(text, VOICE, 10 * number) for number, text in enumerate(texts)]


def numbered(n: int) -> list[str]:
    return [f"line {number}" for number in range(n)]


def test_lines_come_in_order_with_their_clips(store: Store, executor: Executor) -> None:
    lines = lines_of(*numbered(20))
    spoken = list(speak(lines, {"tone": Tone()}, store, executor, silent))

    assert [line.line for line in spoken] == lines
    assert not any(line.kept for line in spoken)
    for line in spoken:
        clip = load_clip(store, line.key)
        assert clip is not None
        np.testing.assert_array_equal(
            clip.samples, Tone().synthesise(Utterance(line.line.text), VOICE).samples
        )


def test_a_second_run_speaks_nothing(store: Store, executor: Executor) -> None:
    engine = Watched()
    first = list(speak(lines_of("a", "b", "c"), {"tone": engine}, store, executor, silent))
    again = list(speak(lines_of("c", "a", "b"), {"tone": engine}, store, executor, silent))

    assert [line.kept for line in again] == [True] * 3
    assert {line.key for line in again} == {line.key for line in first}
    assert sorted(engine.asked) == ["a", "b", "c"]


def test_the_same_words_are_spoken_once(store: Store, executor: Executor) -> None:
    engine = Watched(at_once=4)
    texts = ["Yes.", "No.", " Yes. ", "Yes.", *numbered(40), "Yes.", "No."]
    spoken = list(speak(lines_of(*texts), {"tone": engine}, store, executor, silent))

    assert sorted(engine.asked) == sorted({text.strip() for text in texts})
    assert sum(line.kept for line in spoken) == 4
    assert spoken[0].key == spoken[2].key == spoken[-2].key


def test_the_same_words_are_not_spoken_side_by_side(store: Store, executor: Executor) -> None:
    engine = Watched(at_once=4, waits_at="Yes.", until="No.")
    lines = lines_of("Yes.", "Yes.", " Yes.", "No.")
    spoken = list(speak(lines, {"tone": engine}, store, executor, silent))

    assert sorted(engine.asked) == ["No.", "Yes."]
    assert [line.kept for line in spoken] == [False, True, True, False]


def test_a_damaged_clip_is_made_again(store: Store, executor: Executor) -> None:
    (spoken,) = speak(lines_of("a"), {"tone": Tone()}, store, executor, silent)
    path = store.path("clips", spoken.key)
    path.write_bytes(path.read_bytes()[:-2])

    (again,) = speak(lines_of("a"), {"tone": Tone()}, store, executor, silent)

    assert not again.kept
    assert load_clip(store, again.key) is not None


@pytest.mark.parametrize("at_once", [1, 3])
def test_an_engine_gets_no_more_at_once_than_it_takes(
    store: Store, executor: Executor, at_once: int
) -> None:
    engine = Watched(at_once)
    for _ in speak(lines_of(*numbered(30)), {"tone": engine}, store, executor, silent):
        assert len(engine.asked) <= 30
    assert 1 <= engine.most <= at_once


def test_little_is_spoken_ahead(store: Store, executor: Executor) -> None:
    engine = Watched(at_once=2)
    spoken = speak(lines_of(*numbered(1_000)), {"tone": engine}, store, executor, silent)
    for _ in range(10):
        next(spoken)
    spoken.close()

    assert len(engine.asked) <= 10 + 8


def test_early_lines_are_there_while_later_ones_are_spoken(
    store: Store, executor: Executor
) -> None:
    engine = Watched(at_once=2, waits_at="line 1")
    spoken = speak(lines_of(*numbered(6)), {"tone": engine}, store, executor, silent)

    assert next(spoken).line.text == "line 0"
    assert not engine.go_on.is_set()
    engine.go_on.set()
    assert len(list(spoken)) == 5


def test_later_lines_are_spoken_past_a_slow_one(store: Store, executor: Executor) -> None:
    engine = Watched(at_once=2, waits_at="line 0", until="line 3")
    spoken = speak(lines_of(*numbered(8)), {"tone": engine}, store, executor, silent)

    assert [line.line.text for line in spoken] == numbered(8)


def test_the_first_failure_ends_it_at_its_place(store: Store, executor: Executor) -> None:
    engine = Watched(at_once=1, fails_at="line 3")
    source = Source("story.txt", "0 before\n" * 10)

    with pytest.raises(SpeechError, match=r"story.txt:4:4: the engine coughs") as raised:
        list(
            speak(
                lines_of(*numbered(50)),
                {"tone": engine},
                store,
                executor,
                silent,
                where_of=source.where,
            )
        )
    assert raised.value.what == "the engine coughs"
    assert engine.asked == numbered(4)

    engine.fails_at, engine.asked = "", []
    spoken = list(speak(lines_of(*numbered(6)), {"tone": engine}, store, executor, silent))
    assert [line.kept for line in spoken] == [True] * 3 + [False] * 3
    assert engine.asked == numbered(6)[3:]


def test_what_is_made_beside_a_failure_is_kept(store: Store) -> None:
    engine = Watched(at_once=2, fails_at="line 1", waits_at="line 0")
    with ThreadPoolExecutor(2) as threads:
        spoken = speak(lines_of(*numbered(9)), {"tone": engine}, store, threads, silent)
        with pytest.raises(SpeechError):
            next(spoken)
        engine.go_on.set()

    assert sorted(engine.asked) == ["line 0", "line 1"]
    assert load_clip(store, clip_key(engine, Line("line 0", VOICE, 0))) is not None


def test_an_engine_that_says_nothing_is_caught(store: Store, executor: Executor) -> None:
    class Mute(Tone):
        def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
            return Clip(8_000, np.zeros(0, np.int16))

    with pytest.raises(SpeechError, match='tone says nothing for "a"'):
        list(speak(lines_of("a"), {"tone": Mute()}, store, executor, silent))


def test_closing_begins_nothing_more(store: Store) -> None:
    engine = Watched(at_once=2)
    with ThreadPoolExecutor(2) as threads:
        spoken = speak(lines_of(*numbered(100)), {"tone": engine}, store, threads, silent)
        next(spoken)
        spoken.close()

    assert len(engine.asked) <= 4
    assert [p for p in store.folder.rglob("*") if p.name.startswith(".")] == []
    assert all(load_clip(store, clip_key(engine, Line(text, VOICE, 0))) for text in engine.asked)


def test_closing_takes_back_what_waits_for_a_thread(store: Store) -> None:
    engine = Watched(at_once=4, waits_at="line 1")
    with ThreadPoolExecutor(1) as threads:
        spoken = speak(lines_of(*numbered(9)), {"tone": engine}, store, threads, silent)
        next(spoken)
        assert engine.waiting.wait(10)
        spoken.close()
        engine.go_on.set()

    assert engine.asked == ["line 0", "line 1"]


def test_progress_is_told(store: Store, executor: Executor) -> None:
    told: list[Event] = []
    list(speak(lines_of("a", "b", "a"), {"tone": Tone()}, store, executor, told.append))

    assert told == [
        StageStarted("speech", 3),
        StageAdvanced("speech", 1, 0),
        StageAdvanced("speech", 2, 0),
        StageAdvanced("speech", 3, 1),
        StageEnded("speech", "2 spoken, 1 kept"),
    ]


def test_no_lines_are_no_work(store: Store, executor: Executor) -> None:
    assert list(speak([], {}, store, executor, silent)) == []


def test_engines_may_be_mixed(store: Store, executor: Executor) -> None:
    class Second(Watched):
        name = "second"

    one, two = Watched(at_once=1), Second(at_once=3)
    other = dataclasses.replace(VOICE, engine="second")
    lines = [Line(text, voice, 0) for text in numbered(10) for voice in (VOICE, other)]

    spoken = list(speak(lines, {"tone": one, "second": two}, store, executor, silent))

    assert [line.line for line in spoken] == lines
    assert sorted(one.asked) == sorted(two.asked) == sorted(numbered(10))
    assert one.most == 1


def test_processes_may_speak(store: Store) -> None:
    with ProcessPoolExecutor(1) as processes:
        (spoken,) = speak(lines_of("a"), {"tone": Tone()}, store, processes, silent)

    assert load_clip(store, spoken.key) is not None


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Voice)])
def test_every_field_of_a_voice_but_its_gain_is_in_the_key(name: str) -> None:
    value = getattr(VOICE, name)
    other = dataclasses.replace(VOICE, **{name: value + "x" if isinstance(value, str) else 1.5})
    same = clip_key(Tone(), Line("text", other, 0)) == clip_key(Tone(), Line("text", VOICE, 0))

    assert same == (name == "gain_db")


def test_the_key_tells_engines_versions_and_texts_apart() -> None:
    class Renamed(Tone):
        name = "other"

    class Newer(Tone):
        version = "2"

    keys = {clip_key(engine, Line("text", VOICE, 0)) for engine in (Tone(), Renamed(), Newer())}
    assert len(keys | {clip_key(Tone(), Line("Text", VOICE, 0))}) == 4
    assert clip_key(Tone(), Line(" a\n\tb ", VOICE, 0)) == clip_key(Tone(), Line("a b", VOICE, 0))


class Phonetic(Watched):
    limits = Limits(500, 1, takes_ipa=True)

    def __init__(self) -> None:
        super().__init__()
        self.limits = type(self).limits
        self.given: list[Utterance] = []

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        self.given.append(utterance)
        return super().synthesise(utterance, voice)


HULLO = Line(" say  hullo \n there", VOICE, 0, (Pronunciation(6, 11, "hʌˈləʊ"),))


def test_sounds_are_for_engines_that_take_them() -> None:
    silent_line = dataclasses.replace(HULLO, sounds=())

    assert clip_key(Tone(), HULLO) == clip_key(Tone(), silent_line)
    assert clip_key(Phonetic(), HULLO) != clip_key(Phonetic(), silent_line)


def test_sounds_stay_with_their_words_when_white_space_goes(
    store: Store, executor: Executor
) -> None:
    engine = Phonetic()
    list(speak([HULLO], {"tone": engine}, store, executor, silent))

    assert engine.given == [Utterance("say hullo there", (Pronunciation(4, 9, "hʌˈləʊ"),))]


class Expressive(Phonetic):
    limits = Limits(500, 1, takes_delivery=True)


STRESSED = Line(" say  hullo \n there", VOICE, 0, deliveries=(Delivery(6, 11, "strong"),))
PLAIN = dataclasses.replace(STRESSED, deliveries=())


def test_deliveries_are_for_engines_that_take_them() -> None:
    assert clip_key(Tone(), STRESSED) == clip_key(Tone(), PLAIN)
    assert clip_key(Expressive(), STRESSED) != clip_key(Expressive(), PLAIN)


def test_a_line_without_deliveries_keeps_its_key() -> None:
    assert clip_key(Tone(), HULLO) == "0e1aad985489f1561fa31b2dcb27fb156fcc88c8"


def test_deliveries_stay_with_their_words_when_white_space_goes(
    store: Store, executor: Executor
) -> None:
    engine = Expressive()
    events: list[Event] = []
    list(speak([STRESSED], {"tone": engine}, store, executor, events.append))

    assert engine.given == [Utterance("say hullo there", (), (Delivery(4, 9, "strong"),))]
    assert not any(isinstance(event, Warned) for event in events)


def test_an_engine_that_takes_no_deliveries_is_warned_of_once(
    store: Store, executor: Executor
) -> None:
    def told() -> list[Event]:
        events: list[Event] = []
        lines = [PLAIN, STRESSED, dataclasses.replace(STRESSED, text=" say  hullo  again")]
        where_of = Source("a.txt", "say").where
        list(speak(lines, {"tone": Tone()}, store, executor, events.append, where_of=where_of))
        return [event for event in events if isinstance(event, Warned)]

    what = "words marked with emphasis, rate, pitch or volume are spoken as the rest"
    warned = Warned(f"tone takes no delivery: {what}", Source("a.txt", "say").where(0))
    assert told() == told() == [warned]


clips = st.builds(
    Clip,
    st.integers(8_000, 48_000),
    hnp.arrays(np.int16, st.integers(1, 50)),
    st.lists(
        st.builds(Word, st.integers(0, 9), st.integers(9, 20), st.floats(0, 1e6)), max_size=5
    ).map(tuple),
    st.sampled_from(["engine", "aligned"]),
    st.floats(0, 1),
    st.lists(st.text(), max_size=2).map(tuple),
)


@given(clips)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_clip_comes_back_as_it_was(store: Store, clip: Clip) -> None:
    keep_clip(store, "ab12", clip)
    back = load_clip(store, "ab12")

    assert back is not None
    facts = [f.name for f in dataclasses.fields(Clip) if f.name != "samples"]
    assert [getattr(back, name) for name in facts] == [getattr(clip, name) for name in facts]
    assert back.samples.dtype == np.int16
    np.testing.assert_array_equal(back.samples, clip.samples)


def kept_as(words: bytes, pcm: bytes) -> bytes:
    header = (
        b'{"sample_rate":8000,"words_by":"engine","words_confidence":1,"warnings":[],'
        + words
        + b"}"
    )
    return struct.pack("<I", len(header)) + header + pcm


def test_a_clip_is_kept_as_is_said(store: Store) -> None:
    store.put("clips", "ab12", kept_as(b'"words":[]', b"\1\0"))

    clip = load_clip(store, "ab12")
    assert clip is not None
    assert clip.samples.tolist() == [1]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x01",
        b"\xff\xff\xff\xff{}",
        b"\x02\0\0\0{}\0\0",
        b"\x02\0\0\0[]\0\0",
        b"\x04\0\0\0null\0\0",
        b"\x20\0\0\0"
        + b'{"sample_rate": 8000,"words":[],"words_by":"engine","words_confidence":1}',
        b"\x20\0\0\0"
        + b'{"sample_rate": 8000,"words":[],"words_by":"engine","words_confidence":1}\0',
        b"\x21\0\0\0"
        + b'{"sample_rate": 8000,"words":[1],"words_by":"engine","words_confidence":1}\0\0',
    ],
)
def test_a_malformed_clip_counts_as_missing(store: Store, value: bytes) -> None:
    store.put("clips", "ab12", value)

    assert load_clip(store, "ab12") is None


SPEAK_UNTIL_INTERRUPTED = """
import itertools, pathlib, sys
from concurrent.futures import ThreadPoolExecutor
from audiobook.utterance import Voice
from audiobook.progress import silent
from audiobook.speech.engine import load_engine
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, speak
from audiobook.store import Store

stage = SpeechStage(silent, 100_000)
voice = Voice("espeak", "en-us", "en")
lines = [Line(f"This is sentence number {n}.", voice, 0) for n in range(100_000)]
engine = load_engine("espeak")
try:
    with ThreadPoolExecutor(2) as executor:
        for n, spoken in enumerate(speak(lines, {"espeak": engine}, Store(), executor, stage)):
            if n == 3:
                print(spoken.key, flush=True)
except KeyboardInterrupt:
    engine.close()
    children = pathlib.Path("/proc/self/task").glob("*/children")
    print("children:", *(text for path in children if (text := path.read_text())))
    sys.exit(130)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_ctrl_c_leaves_nothing_but_clips(store: Store) -> None:
    command = [sys.executable, "-c", SPEAK_UNTIL_INTERRUPTED]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert (process.returncode, out.strip(), err) == (130, "children:", "")
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert all(load_clip(store, path.name) for path in files)


def test_the_end_is_told_with_the_last_line_though_nobody_asks_for_more(store: Store) -> None:
    events: list[Event] = []
    lines = [Line(f"Line {number}.", VOICE, 0) for number in range(3)]
    with ThreadPoolExecutor(1) as executor:
        speaking = speak(lines, {"tone": Tone()}, store, executor, events.append)
        for _ in lines:
            next(speaking)
        speaking.close()
    assert events[-1] == StageEnded("speech", "3 spoken, 0 kept")


def test_what_clips_warn_of_is_told_once(store: Store, executor: Executor) -> None:
    class Worried(Tone):
        def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
            clip = super().synthesise(utterance, voice)
            return dataclasses.replace(clip, warnings=("it is loud", "it is late"))

    def told() -> list[Event]:
        events: list[Event] = []
        where_of = Source("a.txt", "line 0").where
        lines = [Line(text, VOICE, 0) for text in numbered(4)]
        list(speak(lines, {"tone": Worried()}, store, executor, events.append, where_of=where_of))
        return [event for event in events if isinstance(event, Warned)]

    where = Source("a.txt", "line 0").where(0)
    assert told() == told() == [Warned("it is loud", where), Warned("it is late", where)]


def test_an_engine_is_held_to_its_pace_over_all_that_is_spoken(store: Store) -> None:
    engine, clock = Watched(2), Clock()
    engine.limits = Limits(500, 2, pace_s=1.5)
    pacer = Pacer(sleep=clock.sleep, clock=clock.now)
    with ThreadPoolExecutor(1) as executor:
        for texts in (("a", "b"), ("a", "c"), ("b", "c", "a")):
            list(speak(lines_of(*texts), {"tone": engine}, store, executor, silent, pacer=pacer))

    assert engine.asked == ["a", "b", "c"]
    assert clock.slept == [1.5, 1.5]  # what is kept waits for no turn


def test_a_pace_is_waited_for_no_longer_than_the_build(store: Store) -> None:
    engine = Watched(2)
    engine.limits = Limits(500, 2, pace_s=3_600)
    with ThreadPoolExecutor(1) as executor, closing(Pacer()) as pacer:
        for _ in speak(lines_of("a", "b"), {"tone": engine}, store, executor, silent, pacer=pacer):
            break
    assert engine.asked == ["a"]
