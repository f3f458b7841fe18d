"""What an engine gives is looked at before it is kept: what is no speech goes no further."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from audiobook.errors import OutputError, SpeechError
from audiobook.progress import Event, Warned
from audiobook.speech.contract import BrokenPromiseError, check_engine
from audiobook.speech.engine import Engine
from audiobook.speech.engines.tone import Tone
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import Line, clip_key, has_clip, load_clip, speak
from audiobook.store import Store
from audiobook.utterance import Clip, Utterance, Voice, Word

LINE = Line("The water was high.", Voice("tone", "alto", "en"), 0)


class Spoilt(Tone):
    """A tone that gives something else than it has made."""

    def __init__(self, spoil: Callable[[Clip], object]) -> None:
        self._spoil = spoil

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        return self._spoil(super().synthesise(utterance, voice))  # type: ignore[return-value]  # which is the fault


def told(engine: Engine, store: Store) -> list[str]:
    """What is warned of when the engine speaks a line."""
    events: list[Event] = []
    stage = SpeechStage(events.append, 1)
    with ThreadPoolExecutor(1) as executor:
        list(speak([LINE], {"tone": engine}, store, executor, stage))
    return [event.what for event in events if isinstance(event, Warned)]


class SilentError(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError


def fail(error: Exception) -> object:
    raise error


NO_SPEECH: dict[str, Callable[[Clip], object]] = {
    "says nothing for": lambda clip: replace(clip, samples=clip.samples * 0),
    "gives no clip, but NoneType, for": lambda clip: None,
    r"mono int16, but float32 \(\d+,\), for": lambda clip: replace(
        clip, samples=clip.samples.astype(np.float32)
    ),
    r"mono int16, but int32 \(\d+,\), for": lambda clip: replace(
        clip, samples=clip.samples.astype(np.int32)
    ),
    r"mono int16, but int16 \(\d+, 2\), for": lambda clip: replace(
        clip, samples=np.stack([clip.samples] * 2, 1)
    ),
    "a sample rate of 0 for": lambda clip: replace(clip, sample_rate=0),
    "a sample rate of 22050.5 for": lambda clip: replace(clip, sample_rate=22_050.5),
    r"fails with ZeroDivisionError \(.* by zero\) for": lambda clip: 1 // 0,
    r"fails with AttributeError \(.*\) for": lambda clip: replace(clip, samples=[1, 2, 3]),
    r"fails with SilentError \(\) for": lambda clip: fail(SilentError()),
    r"fails with ValueError \(no \[31m +x{100,200}…\) for": lambda clip: fail(
        ValueError("no\x1b[31m\u202e\n" + 10_000 * "x")
    ),
    "gives words that are no tuple, but NoneType, for": lambda clip: replace(clip, words=None),
    "gives words of kind int for": lambda clip: replace(clip, words=(1,)),
    "gives warnings that are no tuple, but str, for": lambda clip: replace(clip, warnings="loud"),
    "gives warnings of kind object for": lambda clip: replace(clip, warnings=(object(),)),
    "gives words_by of kind NoneType for": lambda clip: replace(clip, words_by=None),
}


@pytest.mark.parametrize("what", NO_SPEECH)
def test_what_is_no_speech_is_refused_and_not_kept(store: Store, what: str) -> None:
    engine = Spoilt(NO_SPEECH[what])
    with pytest.raises(SpeechError, match=f'^tone .*{what} "The water was high."') as caught:
        told(engine, store)

    assert caught.value.hint
    assert caught.value.engine == "tone"
    assert not has_clip(store, clip_key(engine, LINE))
    with pytest.raises(BrokenPromiseError, match="speaks: "):
        check_engine(lambda: engine)


def test_an_error_of_ours_is_told_as_it_is(store: Store) -> None:
    error = OutputError("the disk is full")

    with pytest.raises(OutputError) as caught:
        told(Spoilt(lambda clip: fail(error)), store)
    assert caught.value is error


def onsets(*onsets_ms: float) -> Callable[[Clip], Clip]:
    return lambda clip: replace(
        clip,
        words=tuple(
            replace(word, onset_ms=onset_ms)
            for word, onset_ms in zip(clip.words, onsets_ms, strict=True)
        ),
    )


IMPOSSIBLE: dict[str, Callable[[Clip], object]] = {
    "NaN": onsets(0.0, np.nan, 200.0, 300.0),
    "infinite": onsets(0.0, 100.0, 200.0, np.inf),
    "negative": onsets(-1.0, 100.0, 200.0, 300.0),
    "late": onsets(0.0, 100.0, 200.0, 1e6),
    "backward": onsets(0.0, 200.0, 100.0, 300.0),
    "missing": lambda clip: replace(clip, words=clip.words[:-1]),
    "unsure": lambda clip: replace(clip, words_confidence=2.0),
}


@pytest.mark.parametrize("how", IMPOSSIBLE)
def test_times_of_words_that_cannot_be_are_left_out_with_a_warning(store: Store, how: str) -> None:
    engine = Spoilt(IMPOSSIBLE[how])

    assert told(engine, store) == ["tone tells times of words that cannot be: they are left out"]
    clip = load_clip(store, clip_key(engine, LINE))
    assert clip is not None
    assert clip.words == ()
    assert clip.samples.any()


def test_times_of_numpys_kind_are_kept(store: Store) -> None:
    engine = Spoilt(onsets(*np.array([0, 100, 200, 300], np.float32)))

    assert told(engine, store) == []
    clip = load_clip(store, clip_key(engine, LINE))
    assert clip is not None
    assert clip.words[-1] == Word(14, 19, 300.0)


def test_places_of_numpys_kind_are_kept(store: Store) -> None:
    def by_numpy(clip: Clip) -> Clip:
        words = (Word(np.int64(w.start), np.int64(w.end), w.onset_ms) for w in clip.words)  # type: ignore[arg-type]  # which is the fault
        return replace(clip, words=tuple(words), words_confidence=np.float32(0.5))  # type: ignore[arg-type]  # likewise

    engine = Spoilt(by_numpy)

    assert told(engine, store) == []
    clip = load_clip(store, clip_key(engine, LINE))
    assert clip is not None
    assert (clip.words[-1].end, clip.words_confidence) == (19, 0.5)
