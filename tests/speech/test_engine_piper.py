"""Piper, run by the real library on small voices made in the test."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes.piper_voice import REASON, SAMPLE_RATE, make_piper_voice
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.engine_settings import read_engine_settings
from audiobook.errors import (
    AudiobookError,
    ConfigError,
    MissingError,
    SpeechError,
    UnknownNameError,
)
from audiobook.progress import silent
from audiobook.settings import parse_toml
from audiobook.speech.choose import Engines
from audiobook.speech.contract import CHECKS, Check, subject_of
from audiobook.speech.engine import engine_names, load_engine
from audiobook.speech.engines._models import AT_ONCE, N_THREADS, Loaded, ModelSettings
from audiobook.speech.engines.piper import Piper
from audiobook.speech.synthesis import Line, clip_key
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Clip, Pronunciation, Utterance, Voice

pytest.importorskip("piper", reason=REASON)
onnxruntime = pytest.importorskip("onnxruntime", reason=REASON)

NAME = "en_US-fake-medium"
VOICE = Voice("piper", NAME, "en")
TEXT = "Kairat had 1,234 tars, and “always” been — a mystery to Dr. Smith's 42 cafés. He left!"
FRAME_MS = 1000 * 256 / SAMPLE_RATE

HASH_ONE = """
import hashlib, sys
from pathlib import Path
from audiobook.utterance import Utterance, Voice
from audiobook.speech.engines.piper import Piper
engine = Piper()
clip = engine.synthesise(Utterance(sys.argv[1]), Voice("piper", sys.argv[2], "en"))
print(hashlib.sha256(clip.samples.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voices")
    make_piper_voice(folder, NAME)
    make_piper_voice(folder, "en_US-crowd-low", speakers=("anna", "boris"))
    make_piper_voice(folder, "de_DE-fake_female-x_low", espeak_voice="de")
    make_piper_voice(folder, "fr_FR-mute-high", espeak_voice="fr", tells_lengths=False)
    return folder


@pytest.fixture(scope="module")
def piper(shelf: Path) -> Iterator[Piper]:
    engine = Piper(ModelSettings((shelf,)))
    yield engine
    engine.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shelf with one voice, to be spoiled."""
    make_piper_voice(tmp_path / "voices", NAME)
    return tmp_path / "voices"


def engine_of(folder: Path) -> Piper:
    return Piper(ModelSettings((folder,)))


def speak(engine: Piper, text: str, voice: Voice = VOICE, *sounds: Pronunciation) -> Clip:
    return engine.synthesise(Utterance(text, sounds), voice)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Check, shelf: Path) -> None:
    with subject_of(lambda: engine_of(shelf)) as subject:
        check(subject)


def test_it_is_registered(monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(shelf))
    engine = load_engine("piper")

    assert "piper" in engine_names()
    assert engine.default_voice("en-GB") == NAME
    engine.check_ready()


def test_the_model_itself_draws_other_noise_each_time(shelf: Path) -> None:
    """Else what follows would prove nothing."""
    session = onnxruntime.InferenceSession(str(shelf / f"{NAME}.onnx"))
    inputs = {
        "input": np.array([[1, 0, 20, 0, 14, 0, 2]]),
        "input_lengths": np.array([7]),
        "scales": np.array([0.667, 1, 0], np.float32),
    }
    first, second = (session.run(None, inputs)[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_another_process_gives_the_same_samples(
    piper: Piper, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(piper, "Something else before.")
    here = hashlib.sha256(speak(piper, TEXT).samples.tobytes()).hexdigest()

    monkeypatch.setenv("AUDIOBOOK_VOICES", str(shelf))
    program = [sys.executable, "-c", HASH_ONE, TEXT, NAME]
    there = subprocess.check_output(program, text=True).strip()

    assert there == here


def test_noise_is_still_heard(piper: Piper) -> None:
    """In the silence of the pads, as loud as the voice asks for, and not the same all along."""
    quiet = speak(piper, TEXT).samples[: int(SAMPLE_RATE * FRAME_MS / 1000)].astype(float)

    assert 0.5 < quiet.std() / (0.01 * 0.667 * 32_767) < 2
    assert len(np.unique(quiet)) > 100


def test_every_word_is_timed_and_all_go_forward(piper: Piper) -> None:
    clip = speak(piper, TEXT)
    heard = [TEXT[word.start : word.end] for word in clip.words]
    onsets = [word.onset_ms for word in clip.words]

    assert heard == [token for token in TEXT.split() if token != "—"]
    assert all(a < b for a, b in pairwise(onsets))
    assert clip.words_by == "engine"
    assert 0.8 < clip.words_confidence <= 1


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.25])
def test_words_begin_where_their_sound_does(piper: Piper, rate: float) -> None:
    """Words are apart in these voices: each but the spaces between them is a tone."""
    text = "Seven tall ships came home. Nobody cheered."
    clip = speak(piper, text, Voice("piper", NAME, "en", rate))

    tones = np.flatnonzero(np.abs(clip.samples.astype(float)) > 0.05 * 32_767)
    gap = 256 * (2.5 / rate + 2.5)  # pads within a word are shorter, spaces with theirs longer
    begins = tones[np.flatnonzero(np.diff(tones, prepend=-gap - 1) > gap)]

    np.testing.assert_allclose(
        [w.onset_ms for w in clip.words], 1000 * begins / SAMPLE_RATE, atol=2
    )


def test_a_text_that_is_too_long_is_refused(piper: Piper) -> None:
    with pytest.raises(SpeechError, match="longer than 500 characters"):
        speak(piper, "seven " * 100)


def test_a_number_of_many_words_is_one(piper: Piper) -> None:
    text = "In 1,234,567 days he came."
    number, days = speak(piper, text).words[1:3]

    assert text[number.start : number.end] == "1,234,567"
    assert days.onset_ms - number.onset_ms > 3_000


@given(st.text(st.sampled_from("ab 12,.“”—éЖ中[]\n"), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_words_lie_in_the_text_and_go_forward(piper: Piper, text: str) -> None:
    try:
        clip = speak(piper, text)
    except SpeechError:
        return
    onsets = [word.onset_ms for word in clip.words]
    assert [(word.start, word.end) for word in clip.words] == word_spans(text)
    assert onsets == sorted(onsets)
    assert all(0 <= onset < 1000 * clip.duration_s for onset in onsets)


def test_a_voice_that_tells_no_lengths_has_no_word_timings(piper: Piper) -> None:
    clip = speak(piper, "Il est parti.", Voice("piper", "fr_FR-mute-high", "fr"))

    assert clip.duration_s > 0.2
    assert clip.words == ()


def test_a_word_sounds_as_its_phonemes_say(piper: Piper) -> None:
    led = speak(piper, "They led it aloud.")
    read = speak(piper, "They read it aloud.", VOICE, Pronunciation(5, 9, "lˈɛd"))

    np.testing.assert_array_equal(read.samples, led.samples)
    assert [w.onset_ms for w in read.words] == [w.onset_ms for w in led.words]
    assert read.warnings == ()


def test_sounds_of_part_of_a_word_leave_the_rest(piper: Piper) -> None:
    plain = speak(piper, "That was Ann's book.")
    own = speak(piper, "That was Ann's book.", VOICE, Pronunciation(9, 12, "ˈæn"))
    longer = speak(piper, "That was Ann's book.", VOICE, Pronunciation(9, 12, "ˈænənən"))

    np.testing.assert_array_equal(own.samples, plain.samples)
    assert longer.duration_s > plain.duration_s
    assert len(longer.words) == len(plain.words)


def test_sounds_that_a_voice_lacks_are_warned_of(piper: Piper) -> None:
    plain = speak(piper, "I read it.")
    clip = speak(piper, "I read it.", VOICE, Pronunciation(2, 6, "r漢d"))

    assert clip.warnings == (f'{NAME} lacks sounds of "r漢d": "read" is spoken as it is written',)
    np.testing.assert_array_equal(clip.samples, plain.samples)


def test_brackets_of_the_authors_are_no_phonemes(piper: Piper) -> None:
    plain, bracketed = speak(piper, "He said x aloud."), speak(piper, "He said [[x]] aloud.")
    assert len(bracketed.words) == len(plain.words)
    assert abs(bracketed.duration_s - plain.duration_s) < 0.3


def test_speed_follows_the_rate(piper: Piper) -> None:
    usual, slow, fast = (
        speak(piper, TEXT, Voice("piper", NAME, "en", rate)).duration_s for rate in (1, 0.5, 2)
    )
    assert 1.6 < slow / usual < 2.1
    assert 1.3 < usual / fast < 2.1


def test_voices_are_told_from_their_files(piper: Piper) -> None:
    told = {info.name: (info.language, info.gender, info.quality) for info in piper.voices()}

    assert list(told) == [
        "fr_FR-mute-high",
        NAME,
        "de_DE-fake_female-x_low",
        "en_US-crowd-low",
    ]
    assert told["de_DE-fake_female-x_low"] == ("de-DE", "female", "low")
    assert told[NAME] == ("en-US", None, "medium")


@pytest.mark.parametrize("name", ["en_US-crowd-low#boris", "en_US-crowd-low#1"])
def test_one_of_many_speakers_is_named_behind_a_sharp(piper: Piper, name: str) -> None:
    first, second = (
        speak(piper, "Hello.", Voice("piper", voice, "en")) for voice in ("en_US-crowd-low", name)
    )
    piper.check_voice(Voice("piper", name, "en"))

    assert not np.array_equal(first.samples, second.samples)


def test_a_cast_is_offered_the_speakers_of_a_voice(piper: Piper) -> None:
    names = {info.name for info in piper.ensemble("en_US-crowd-low")}
    assert {"en_US-crowd-low#anna", "en_US-crowd-low#boris", NAME} <= names


@pytest.mark.parametrize(
    ("name", "offered"), [("en_US-crowd-low#ana", "#anna"), ("en_US-fake-medum", NAME)]
)
def test_what_is_mistyped_is_offered(piper: Piper, name: str, offered: str) -> None:
    with pytest.raises(UnknownNameError, match=offered):
        piper.check_voice(Voice("piper", name, "en"))


def test_without_voices_it_says_how_to_have_one(tmp_path: Path) -> None:
    engine = engine_of(tmp_path / "none")

    assert engine.voices() == ()
    for act in (engine.check_ready, lambda: engine.check_voice(VOICE)):
        with pytest.raises(MissingError, match="audiobook voices install"):
            act()


def test_without_the_library_it_says_how_to_have_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "piper", None)
    monkeypatch.delitem(sys.modules, "audiobook.speech.engines._piper_model", raising=False)
    monkeypatch.delattr("audiobook.speech.engines._piper_model", raising=False)
    engine = engine_of(folder)

    assert [info.name for info in engine.voices()] == [NAME]
    for act in (engine.check_ready, lambda: engine.version, lambda: speak(engine, "Hello.")):
        with pytest.raises(MissingError, match=r"pip install 'audiobook\[piper\]'"):
            act()


def without(key: str) -> Callable[[Path], None]:
    def spoil(config: Path) -> None:
        facts = json.loads(config.read_text("utf-8"))
        del facts[key]
        config.write_text(json.dumps(facts), "utf-8")

    return spoil


def replaced(**values: object) -> Callable[[Path], None]:
    def spoil(config: Path) -> None:
        facts = json.loads(config.read_text("utf-8"))
        config.write_text(json.dumps(facts | values), "utf-8")

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        lambda config: config.write_bytes(b""),
        lambda config: config.write_bytes(b"\xff\xfe"),
        lambda config: config.write_text("[1, 2]"),
        lambda config: config.write_text("[" * 100_000),
        lambda config: config.write_text(" " * (1 << 21)),
        replaced(num_speakers="many"),
        replaced(num_speakers=10**9),
        replaced(language={"code": "../../etc"}),
        replaced(phoneme_type="pinyin"),
        replaced(phoneme_type={}),
    ],
)
def test_a_voice_whose_description_is_bad_is_passed_over_and_explained(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder / f"{NAME}.onnx.json")
    engine = engine_of(folder)

    assert engine.voices() == ()
    with pytest.raises(MissingError, match=f'piper voice "{NAME}" cannot be used'):
        speak(engine, "Hello.")


@pytest.mark.parametrize(
    "spoil", [without("phoneme_id_map"), replaced(audio={}), replaced(phoneme_id_map={"a": [1]})]
)
def test_a_description_that_lacks_what_the_library_needs_is_no_traceback(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder / f"{NAME}.onnx.json")
    with pytest.raises(AudiobookError):
        speak(engine_of(folder), "Hello.")


@pytest.mark.parametrize("model", [b"", b"no model at all", b"\x08\x08" * 1000])
def test_a_damaged_model_is_told_with_its_name(folder: Path, model: bytes) -> None:
    (folder / f"{NAME}.onnx").write_bytes(model)
    with pytest.raises(MissingError, match=rf"{NAME}\.onnx cannot be used"):
        speak(engine_of(folder), "Hello.")


def test_what_a_library_says_of_a_model_fits_on_a_line(folder: Path) -> None:
    model = folder / f"{NAME}.onnx"
    model.write_bytes(model.read_bytes().replace(b"output", b"missed", 1))
    with pytest.raises(MissingError, match=rf"{NAME}\.onnx cannot be used: .*ONNX") as caught:
        speak(engine_of(folder), "Hello.")
    assert str(caught.value).isprintable()


def test_a_sound_of_no_word_is_not_heard(folder: Path) -> None:
    engine = engine_of(folder)
    plain = engine.synthesise(Utterance("Yes, no."), VOICE)
    odd = engine.synthesise(Utterance("Yes, no.", (Pronunciation(4, 5, "ə"),)), VOICE)
    assert odd.samples.tolist() == plain.samples.tolist()


def test_another_model_of_the_same_name_makes_other_clips(folder: Path) -> None:
    line = Line("Hello.", VOICE, 0)
    before = clip_key(engine_of(folder), line)

    make_piper_voice(folder, "de_DE-another-low", espeak_voice="de")
    assert clip_key(engine_of(folder), line) == before

    with (folder / f"{NAME}.onnx").open("ab") as file:
        file.write(b"\0")
    assert clip_key(engine_of(folder), line) != before


def engines_of(show: Path, text: str) -> Engines:
    show.write_text(text, "utf-8")
    table = parse_toml(show.read_bytes(), str(show)).table("engines")
    assert table is not None
    return Engines(silent, read_engine_settings(table))


def test_a_show_has_voices_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(folder / "nowhere"))
    engines = engines_of(folder.parent / "show.toml", '[engines.piper]\nfolder = "voices"\n')

    engine = engines.load("piper")

    assert [info.name for info in engine.voices()] == [NAME]
    engines.close()


def test_a_show_that_names_no_folder_is_told_where(tmp_path: Path) -> None:
    engines = engines_of(tmp_path / "show.toml", '[engines.piper]\n\nfolder = "nowhere"\n')
    with pytest.raises(ConfigError, match="there is no folder") as caught:
        engines.load("piper")
    assert caught.value.where
    assert caught.value.where.line == 3


def test_without_a_graphics_card_the_processor_speaks_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this machine has CUDA")
    monkeypatch.setenv("AUDIOBOOK_VOICES", str(folder))
    plain = speak(Piper(), "Hello.")
    monkeypatch.setenv("AUDIOBOOK_CUDA", "1")
    asked = speak(Piper(), "Hello.")

    np.testing.assert_array_equal(asked.samples, plain.samples)
    assert plain.warnings == ()
    assert ["CUDA" in warning for warning in asked.warnings] == [True]


def test_pieces_at_once_have_no_more_threads_than_there_are_cores() -> None:
    cores = os.cpu_count() or 1
    assert 1 <= AT_ONCE * N_THREADS <= cores


def test_a_model_is_loaded_once_and_few_are_kept() -> None:
    loads: list[str] = []
    stopped: list[str] = []
    loaded = Loaded(lambda name: loads.append(name) or name, stopped.append, 2)

    threads = [threading.Thread(target=loaded.get, args=("a",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a"]

    for name in ("b", "a", "c", "a", "b"):
        loaded.get(name)
    assert loads == ["a", "b", "c", "b"]
    loaded.close()
    assert sorted(stopped) == ["a", "b"]
    with pytest.raises(SpeechError):
        loaded.get("a")
