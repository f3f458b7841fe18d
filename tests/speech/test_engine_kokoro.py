"""Kokoro, run by the real library on a small model made in the test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.kokoro_model import REASON, make_kokoro

from audiobook.engine_settings import read_engine_settings
from audiobook.errors import MissingError, UnknownNameError
from audiobook.progress import silent
from audiobook.settings import parse_toml
from audiobook.speech.choose import Engines
from audiobook.speech.contract import CHECKS, Check, subject_of
from audiobook.speech.engine import load_engine
from audiobook.speech.engines._models import ModelSettings
from audiobook.speech.engines.kokoro import Kokoro
from audiobook.utterance import Clip, Pronunciation, Utterance, Voice

pytest.importorskip("kokoro_onnx", reason=REASON)
onnxruntime = pytest.importorskip("onnxruntime", reason=REASON)

VOICE = Voice("kokoro", "af_heart", "en")
TEXT = "Kairat had 1,234 tars, and “always” been — a mystery to Dr. Smith's 42 cafés. He left!"
SAMPLE_RATE = 24_000


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_kokoro(tmp_path_factory.mktemp("voices")).parent


@pytest.fixture(scope="module")
def kokoro(shelf: Path) -> Iterator[Kokoro]:
    engine = engine_of(shelf)
    yield engine
    engine.close()


def engine_of(folder: Path) -> Kokoro:
    return Kokoro(ModelSettings((folder,)))


def speak(engine: Kokoro, text: str, voice: Voice = VOICE, *sounds: Pronunciation) -> Clip:
    return engine.synthesise(Utterance(text, sounds), voice)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, shelf: Path) -> None:
    with subject_of(lambda: engine_of(shelf)) as subject:
        check(subject)


def test_it_is_registered(monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(shelf))
    engine = load_engine("kokoro")

    engine.check_ready()
    assert engine.default_voice("en") == "af_heart"


def test_the_model_itself_draws_other_noise_each_time(shelf: Path) -> None:
    """Else the contract's check for the same samples would prove nothing."""
    session = onnxruntime.InferenceSession(str(shelf / "kokoro-v1.0.onnx"))
    inputs = {
        "tokens": np.array([[0, 50, 60, 0]]),
        "style": np.zeros((1, 256), np.float32),
        "speed": np.ones(1, np.float32),
    }
    first, second = (session.run(None, inputs)[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_voices_are_told_by_their_letters(kokoro: Kokoro) -> None:
    """Japanese and Chinese ones are left out: their texts are not read as they need it."""
    told = [(info.name, info.language, info.gender) for info in kokoro.voices()]

    assert told == [
        ("af_heart", "en-US", "female"),
        ("bf_emma", "en-GB", "female"),
        ("ff_siwis", "fr-FR", "female"),
        ("am_adam", "en-US", "male"),
    ]
    assert kokoro.default_voice("fr-CA") == "ff_siwis"
    with pytest.raises(UnknownNameError):
        kokoro.default_voice("ja")


def test_each_voice_sounds_otherwise(kokoro: Kokoro) -> None:
    heart, adam = (
        speak(kokoro, "Hello.", Voice("kokoro", name, "en")) for name in ("af_heart", "am_adam")
    )
    assert not np.array_equal(heart.samples, adam.samples)


def test_a_dialect_is_read_as_it_is_spoken(kokoro: Kokoro) -> None:
    text = "The vase fell."
    american, british = (
        speak(kokoro, text, Voice("kokoro", name, "en")) for name in ("af_heart", "bf_emma")
    )
    assert len(american.words) == len(british.words) == 3
    assert american.duration_s != british.duration_s


def test_a_word_of_another_language_is_not_announced(kokoro: Kokoro) -> None:
    """espeak-ng marks it with (en) and (fr), whose letters the model could speak."""
    voice = Voice("kokoro", "ff_siwis", "fr")
    clip = speak(kokoro, "Le weekend.", voice)
    told = speak(kokoro, "Le weekend.", voice, Pronunciation(3, 10, "wiːkˈɛnd"))

    np.testing.assert_array_equal(clip.samples, told.samples)


def test_words_begin_where_their_sound_does(kokoro: Kokoro) -> None:
    text = "Seven tall ships came home, nobody cheered."
    clip = speak(kokoro, text)
    tones = np.flatnonzero(np.abs(clip.samples.astype(float)) > 0.05 * 32_767)
    begins = tones[np.flatnonzero(np.diff(tones, prepend=-5000) > 1200)]

    np.testing.assert_allclose(
        [w.onset_ms for w in clip.words], 1000 * begins / SAMPLE_RATE, atol=26
    )


def test_every_word_is_timed(kokoro: Kokoro) -> None:
    clip = speak(kokoro, TEXT)
    onsets = [word.onset_ms for word in clip.words]

    assert [TEXT[word.start : word.end] for word in clip.words] == [
        token for token in TEXT.split() if token != "—"
    ]
    assert onsets == sorted(set(onsets))
    assert 0.8 < clip.words_confidence <= 1


def test_a_long_text_is_spoken_in_parts_and_timed_through(kokoro: Kokoro) -> None:
    """More phonemes than the model takes at once."""
    text = ("Seven tall ships came home, and nobody cheered. " * 10)[:499].strip()
    clip = speak(kokoro, text)
    steps = np.diff([word.onset_ms for word in clip.words])

    assert len(clip.words) == len(text.split())
    assert (steps > 0).all()
    assert steps.max() < 2_000


def test_a_model_that_tells_no_lengths_has_no_word_timings(tmp_path: Path) -> None:
    make_kokoro(tmp_path, tells_lengths=False)
    clip = speak(engine_of(tmp_path), "Hello there.")

    assert clip.duration_s > 0.2
    assert clip.words == ()


def test_a_word_sounds_as_its_phonemes_say(kokoro: Kokoro) -> None:
    led = speak(kokoro, "They led it aloud.")
    read = speak(kokoro, "They read it aloud.", VOICE, Pronunciation(5, 9, "lˈɛd"))

    np.testing.assert_array_equal(read.samples, led.samples)


@pytest.mark.parametrize(("rate", "as_if"), [(0.25, 0.5), (4.0, 2.0)])
def test_speed_stays_within_what_the_library_takes(
    kokoro: Kokoro, rate: float, as_if: float
) -> None:
    beyond, bound = (
        speak(kokoro, TEXT, Voice("kokoro", "af_heart", "en", r)) for r in (rate, as_if)
    )
    np.testing.assert_array_equal(beyond.samples, bound.samples)


def test_a_rounded_model_is_used_where_there_is_no_other(tmp_path: Path) -> None:
    make_kokoro(tmp_path, name="kokoro-v1.0.int8.onnx")
    rounded = engine_of(tmp_path)
    assert speak(rounded, "Hello.").duration_s > 0.2

    with make_kokoro(tmp_path, name="kokoro-v1.0.onnx").open("ab") as file:
        file.write(b"\0")
    assert engine_of(tmp_path).version != rounded.version


@pytest.mark.parametrize("changed", ["kokoro-v1.0.onnx", "voices-v1.0.bin"])
def test_another_model_makes_other_clips(tmp_path: Path, changed: str) -> None:
    make_kokoro(tmp_path)
    before = engine_of(tmp_path).version
    with (tmp_path / changed).open("ab") as file:
        file.write(b"\0")
    assert engine_of(tmp_path).version != before


def test_a_model_that_is_replaced_by_one_of_its_size_makes_other_clips(tmp_path: Path) -> None:
    model = make_kokoro(tmp_path)
    held, changed_ns = model.read_bytes(), model.stat().st_mtime_ns
    before = engine_of(tmp_path).version
    model.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))
    os.utime(model, ns=(changed_ns, changed_ns + 1))
    assert engine_of(tmp_path).version != before


def test_without_a_model_it_says_how_to_have_one(tmp_path: Path) -> None:
    engine = engine_of(tmp_path)

    assert engine.voices() == ()
    for act in (engine.check_ready, lambda: engine.check_voice(VOICE), lambda: engine.version):
        with pytest.raises(MissingError, match=r"audiobook voices install kokoro-v1\.0"):
            act()


def test_without_the_library_it_says_how_to_have_it(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kokoro_onnx", None)
    monkeypatch.delitem(sys.modules, "audiobook.speech.engines._kokoro_model", raising=False)
    monkeypatch.delattr("audiobook.speech.engines._kokoro_model", raising=False)
    with pytest.raises(MissingError, match=r"pip install 'audiobook\[kokoro\]'"):
        engine_of(shelf).check_ready()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "voices-v1.0.bin").write_bytes(b"no archive"),
        lambda folder: (folder / "kokoro-v1.0.onnx").write_bytes(b"no model"),
        lambda folder: (folder / "kokoro-v1.0.onnx").write_bytes(b""),
    ],
)
def test_damaged_files_are_told_by_name(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    make_kokoro(tmp_path)
    spoil(tmp_path)
    with pytest.raises(MissingError, match="cannot be used"):
        speak(engine_of(tmp_path), "Hello.")


def test_a_show_may_have_the_model_in_its_folder(shelf: Path, tmp_path: Path) -> None:
    show = tmp_path / "show.toml"
    show.write_text(f"[engines.kokoro]\nfolder = '{shelf}'\ncuda = false\n", "utf-8")
    table = parse_toml(show.read_bytes(), str(show)).table("engines")
    assert table is not None
    engines = Engines(silent, read_engine_settings(table))

    engines.load("kokoro").check_voice(VOICE)
    engines.close()
