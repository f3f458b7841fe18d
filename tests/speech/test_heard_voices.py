"""What of a voice an engine does not follow costs nothing: the same clips, and a warning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from fakes.google import Google

from audiobook.engine_settings import read_engine_settings
from audiobook.progress import Event, Warned, silent
from audiobook.settings import parse_toml
from audiobook.speech.choose import Engines
from audiobook.speech.contract import BrokenPromiseError, check_engine
from audiobook.speech.engine import Engine, FollowsInPart, load_engine
from audiobook.speech.engines.tone import Tone
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, clip_key, keep_clip, speak
from audiobook.speech.word_times import words_of
from audiobook.store import Store
from audiobook.utterance import Clip, Utterance, Voice

TEXT = "The water was high."


@pytest.fixture
def engines() -> Iterator[Engines]:
    """Engines as registered, and programs that are told all, nothing, and a part."""
    commands = {
        "told": ["cat", "{voice}", "{language}", "{words_per_minute}", "{out}"],
        "untold": ["cat", "{out}"],
        "stretched": ["cat", "--length={stretch}", "{out}"],
    }
    toml = "".join(
        f'[engines.{name}]\ncommand = {json.dumps(command)}\nvoices = ["ann", "bob"]\n'
        for name, command in commands.items()
    )
    table = parse_toml(toml.encode(), "show.toml").table("engines")
    assert table
    with closing(Engines(silent, read_engine_settings(table))) as engines:
        yield engines


FASTER, SLOWER, HIGHER = {"rate": 1.1}, {"rate": 0.7}, {"pitch": 1.2}
DIALECT, OTHER = {"language": "en-US"}, {"language": "de"}
BOB = {"name": "bob"}


@pytest.mark.parametrize(
    ("engine", "name", "unheard", "heard"),
    [
        ("gtts", "com", [FASTER, HIGHER, DIALECT], [SLOWER, OTHER, {"name": "ca"}]),
        ("openai", "echo", [HIGHER, DIALECT, OTHER], [FASTER, SLOWER, {"name": "nova"}]),
        ("told", "ann", [HIGHER], [FASTER, SLOWER, DIALECT, BOB]),
        ("untold", "ann", [FASTER, SLOWER, HIGHER, OTHER, BOB], []),
        ("stretched", "ann", [HIGHER, OTHER, BOB], [FASTER, SLOWER]),
        ("tone", "alto", [], [FASTER, SLOWER, HIGHER, OTHER, {"name": "bass"}]),
    ],
)
def test_a_clip_is_kept_by_what_is_heard(
    engines: Engines,
    engine: str,
    name: str,
    unheard: list[dict[str, object]],
    heard: list[dict[str, object]],
) -> None:
    voice = Voice(engine, name, "en")

    def key(**asked: object) -> str:
        return clip_key(engines.load(engine), Line(TEXT, replace(voice, **asked), 0))

    assert {key(**asked) for asked in unheard} <= {key()}
    assert len({key(), *(key(**asked) for asked in heard)}) == len(heard) + 1


def test_all_that_google_speaks_slowly_is_one_clip(engines: Engines) -> None:
    voices = [Voice("gtts", "com", "en", rate=rate) for rate in (0.5, 0.6, 0.79)]

    assert len({clip_key(engines.load("gtts"), Line(TEXT, voice, 0)) for voice in voices}) == 1


@pytest.mark.parametrize(("engine", "rate"), [("piper", 4.0), ("kokoro", 2.0)])
def test_models_follow_the_rate_as_far_as_they_can(engine: str, rate: float) -> None:
    model = load_engine(engine)
    assert isinstance(model, FollowsInPart)
    heard = model.heard(Voice(engine, "ann", "en-GB", 4.0, 1.2))

    assert heard == model.heard(heard) == Voice(engine, "ann", "mul", rate)


def warned(engine: Engine, store: Store, *voices: Voice) -> list[Event]:
    events: list[Event] = []
    lines = [Line(TEXT, voice, 0) for voice in voices]
    with ThreadPoolExecutor(1) as executor:
        stage = SpeechStage(events.append, len(lines))
        list(speak(lines, {engine.name: engine}, store, executor, stage))
    return [event for event in events if isinstance(event, Warned)]


def test_google_is_asked_once_and_what_it_does_not_follow_is_told(
    store: Store, google: Google
) -> None:
    voice = Voice("gtts", "com", "en")
    with closing(load_engine("gtts")) as gtts:
        assert warned(gtts, store, voice) == []
        assert warned(gtts, store, *(replace(voice, rate=1.1, pitch=1.25) for _ in "ab")) == [
            Warned("gtts does not follow a rate of 1.1: voices keep their own", None),
            Warned("gtts does not follow a pitch of 1.25: voices keep their own", None),
        ]
        assert len(google.asked) == 1
        assert warned(gtts, store, replace(voice, rate=0.7)) == []
    assert [asked.slow for asked in google.asked] == [False, True]


class Level(Tone):
    """A tone without pitches."""

    def __init__(self) -> None:
        self.asked: list[Voice] = []

    def heard(self, voice: Voice) -> Voice:
        return replace(voice, pitch=1.0)

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        self.asked.append(voice)
        return super().synthesise(utterance, replace(voice, pitch=1.0))


def test_an_engine_is_asked_for_what_is_heard_and_no_more(store: Store) -> None:
    engine = Level()
    warned(engine, store, Voice("tone", "alto", "en", rate=1.5, pitch=1.2, gain_db=-3.0))

    assert engine.asked == [Voice("tone", "alto", "en", rate=1.5)]


def test_the_contract_hears_what_an_engine_follows() -> None:
    check_engine(Level)

    class Untrue(Level):
        def heard(self, voice: Voice) -> Voice:
            return replace(voice, pitch=1.0, rate=1.0)

    class Restless(Level):
        def heard(self, voice: Voice) -> Voice:
            return replace(voice, pitch=voice.pitch + 1)

    for engine, complaint in ((Untrue, "is not heard as"), (Restless, "as yet another voice")):
        with pytest.raises(
            BrokenPromiseError, match=f"follows_what_it_says_it_does: .*{complaint}"
        ):
            check_engine(engine)


def test_words_are_found_for_each_language_that_one_clip_is_spoken_in(store: Store) -> None:
    reference = Level()
    keep_clip(store, "ab12", Clip(8_000, np.full(8_000, 99, np.int16)))
    for language in ("en", "de", "en"):
        words_of(store, "ab12", Utterance(TEXT), Voice("openai", "echo", language), reference)

    assert [voice.language for voice in reference.asked] == ["en", "de"]
