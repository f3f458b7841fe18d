"""The embedded espeak-ng: what its processes do, and which voices it finds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.model import Utterance, Voice
from audiobook.speech.engines.espeak import Espeak

VOICE = Voice("espeak", "en-us", "en")
TEXT = "Kairat had 1,234 tars, and “always” been — a mystery to Dr. Smith's 42 cafés."

HASH_ONE = """
import hashlib, sys
from audiobook.model import Utterance, Voice
from audiobook.speech.engines.espeak import Espeak
engine = Espeak()
clip = engine.synthesise(Utterance(sys.argv[1]), Voice("espeak", "en-us", "en"))
engine.close()
print(hashlib.sha256(clip.samples.tobytes()).hexdigest())
"""
WAIT_FOR_EVER = """
import os, pathlib, sys
from audiobook.speech.engines.espeak import Espeak
engine = Espeak()
engine.check_ready()
print(pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


def children() -> list[int]:
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("needs Linux's /proc")
    return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]


def test_another_process_gives_the_same_samples(espeak: Espeak) -> None:
    espeak.synthesise(Utterance("Something else before."), VOICE)
    here = hashlib.sha256(espeak.synthesise(Utterance(TEXT), VOICE).samples.tobytes()).hexdigest()

    there = subprocess.check_output([sys.executable, "-c", HASH_ONE, TEXT], text=True).strip()

    assert there == here


def test_without_fork_it_gives_the_same_clip(espeak: Espeak) -> None:
    without = Espeak(fork=False)
    forked, spawned = (
        espeak.synthesise(Utterance(TEXT), VOICE),
        without.synthesise(Utterance(TEXT), VOICE),
    )

    np.testing.assert_array_equal(forked.samples, spawned.samples)
    assert forked.words == spawned.words
    without.close()


def test_words_are_timed_where_they_stand(espeak: Espeak) -> None:
    clip = espeak.synthesise(Utterance(TEXT), VOICE)
    heard = [TEXT[word.start : word.end] for word in clip.words]

    assert heard == [token for token in TEXT.split() if token != "—"]


@given(st.text(st.sampled_from("ab 12,.“”—éЖ中\n"), min_size=1, max_size=40))
def test_words_lie_in_the_text_and_go_forward(text: str) -> None:
    try:
        clip = SHARED.synthesise(Utterance(text), VOICE)
    except SpeechError:
        return
    spans = [(word.start, word.end) for word in clip.words]
    onsets = [word.onset_ms for word in clip.words]
    assert spans == sorted(set(spans))
    assert all(text[start:end].split() == [text[start:end]] for start, end in spans)
    assert onsets == sorted(onsets)
    assert all(0 <= onset < 1000 * clip.duration_s for onset in onsets)


SHARED = Espeak()


@pytest.fixture(scope="module", autouse=True)
def _close_shared() -> Iterator[None]:
    yield
    SHARED.close()


@pytest.mark.parametrize("markup", ["<break time='9s'/>", "[[h@loU]]", "&lt;"])
def test_markup_is_spoken_as_it_stands(espeak: Espeak, markup: str) -> None:
    plain = espeak.synthesise(Utterance("so"), VOICE)

    assert (
        0.3 < espeak.synthesise(Utterance(f"so {markup}"), VOICE).duration_s - plain.duration_s < 5
    )


def test_pitch_changes_the_sound_and_not_the_length(espeak: Espeak) -> None:
    low = espeak.synthesise(Utterance("Aaah."), Voice("espeak", "en-us", "en", pitch=0.8))
    high = espeak.synthesise(Utterance("Aaah."), Voice("espeak", "en-us", "en", pitch=1.25))

    assert abs(low.duration_s - high.duration_s) < 0.1
    assert 1.3 < fundamental_hz(high.samples) / fundamental_hz(low.samples) < 1.8


def fundamental_hz(samples: np.ndarray) -> float:
    """The strongest frequency where voices have theirs."""
    spectrum = np.abs(np.fft.rfft(samples))
    hz = np.fft.rfftfreq(len(samples), 1 / 22_050)
    return float(hz[(spectrum * ((hz > 50) & (hz < 160))).argmax()])


def test_a_killed_process_is_replaced(espeak: Espeak) -> None:
    before = children()
    first = espeak.synthesise(Utterance(TEXT), VOICE)
    (process,) = set(children()) - set(before)
    os.kill(process, signal.SIGKILL)

    again = espeak.synthesise(Utterance(TEXT), VOICE)

    np.testing.assert_array_equal(first.samples, again.samples)
    assert process not in children()


@pytest.mark.parametrize("fork", [True, False])
def test_an_utterance_that_hangs_is_given_up(fork: bool) -> None:
    engine = Espeak(timeout_s=0.001, fork=fork)
    before = children()

    with pytest.raises(SpeechError, match=r'fails at "and on, and on.*…": .* code 124'):
        engine.synthesise(Utterance("and on, " * 2_000), VOICE)
    engine.close()
    assert children() == before


def test_close_leaves_no_process_and_lets_none_begin(espeak: Espeak) -> None:
    before = children()
    espeak.synthesise(Utterance("Once."), VOICE)
    assert len(children()) == len(before) + 1

    espeak.close()

    assert children() == before
    with pytest.raises(SpeechError, match="closed"):
        espeak.synthesise(Utterance("Again."), VOICE)
    assert children() == before


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_its_process_ends_when_the_parent_is_killed() -> None:
    command = [sys.executable, "-c", WAIT_FOR_EVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        process = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()

    ended, _, _ = select.select([process], [], [], 10)
    os.close(process)
    assert ended


def test_a_long_data_path_is_no_hindrance(
    espeak: Espeak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / ("far" * 60) / "off"
    far.mkdir(parents=True)
    (far / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    near = espeak.synthesise(Utterance(TEXT), VOICE)
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(far / "espeak-ng-data"))
    other = Espeak()

    np.testing.assert_array_equal(other.synthesise(Utterance(TEXT), VOICE).samples, near.samples)
    other.close()


def test_a_library_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak-ng.so")
    engine = Espeak()

    with pytest.raises(
        MissingError, match=r"espeak-ng cannot be used: /nowhere.*hint: pip install"
    ):
        engine.check_ready()


def test_data_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "espeak-ng-data").mkdir()
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path / "espeak-ng-data"))

    with pytest.raises(MissingError, match="espeak-ng cannot be used"):
        Espeak().check_ready()


def test_the_version_tells_the_data_apart(
    espeak: Espeak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = espeak.version
    (tmp_path / "phontab").write_bytes(b"other")
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))

    assert Espeak().version.split("-")[0] == version.split("-")[0]
    assert Espeak().version != version


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "en-us"),
        ("en-GB", "en-gb"),
        ("en_GB", "en-gb"),
        ("en-AU", "en-us"),
        ("de-AT", "de"),
        ("pt", "pt"),
        ("pt-BR", "pt-br"),
        ("es-MX", "es-419"),
        ("fr", "fr-fr"),
        ("no", "nb"),
        ("kk-KZ", "kk"),
        ("ru", "ru"),
        ("zh", "cmn"),
        ("zh-Hant-TW", "cmn"),
    ],
)
def test_a_language_finds_its_voice(espeak: Espeak, language: str, voice: str) -> None:
    assert espeak.default_voice(language) == voice


@pytest.mark.parametrize(
    ("voice", "text"),
    [("en-gb", "Hello"), ("zh", "你好"), ("kk", "Сәлем"), ("ru", "Привет"), ("en-gb+f3", "Hello")],
)
def test_voices_speak_under_all_their_names(espeak: Espeak, voice: str, text: str) -> None:
    assert espeak.synthesise(Utterance(text), Voice("espeak", voice, "en")).samples.any()


def test_a_variant_sounds_otherwise(espeak: Espeak) -> None:
    usual = espeak.synthesise(Utterance(TEXT), VOICE)
    other = espeak.synthesise(Utterance(TEXT), Voice("espeak", "en-us+f3", "en"))

    assert "f3" in espeak.variants
    assert not np.array_equal(usual.samples, other.samples)


@pytest.mark.parametrize("name", ["en-us+f33", "en-us+", "../en", "+f3", "fo"])
def test_names_that_espeak_would_pass_over_are_refused(espeak: Espeak, name: str) -> None:
    with pytest.raises(UnknownNameError, match="unknown voice"):
        espeak.check_voice(Voice("espeak", name, "en"))


def test_checking_starts_no_process(espeak: Espeak) -> None:
    before = children()
    espeak.check_voice(VOICE)

    assert espeak.voices()
    assert espeak.version
    assert children() == before


def test_the_noise_in_a_breathy_voice_does_not_hang_on_the_clock() -> None:
    breathy = Voice("espeak", "en-us+f3", "en")

    def speak_afresh() -> bytes:
        with contextlib.closing(Espeak()) as engine:
            return engine.synthesise(Utterance("Is it so?"), breathy).samples.tobytes()

    first, second = speak_afresh(), int(time.time())
    while int(time.time()) == second:  # the clock that the library would seed its noise with
        pass
    assert speak_afresh() == first
