"""The embedded espeak-ng: what its processes do, and which voices it finds."""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import MissingError, SpeechError, UnknownNameError
from audiobook.speech.engine import VoiceInfo
from audiobook.speech.engines.espeak import Espeak
from audiobook.utterance import Pronunciation, Utterance, Voice

VOICE = Voice("espeak", "en-us", "en")
TEXT = "Kairat had 1,234 tars, and “always” been — a mystery to Dr. Smith's 42 cafés."

HASH_ONE = """
import hashlib, sys
from audiobook.utterance import Utterance, Voice
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
    found: list[int] = []
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):  # the thread has ended
            found += map(int, (task / "children").read_text().split())
    return found


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


@pytest.mark.parametrize(
    ("voice", "language", "text", "words", "least_confidence"),
    [
        ("cmn", "zh", "你好，世界。今天很好。", "你 好， 世 界。 今 天 很 好。", 0.7),
        ("yue", "yue", "我有123本 English books。", "我 有 123 本 English books。", 0.9),
        ("ja", "ja", "キョー、せかい。", "キョー、 せ か い。", 0.3),
        ("th", "th", "ไทย สวัสดี", "ไท ย ส วั ส ดี", 0.3),
    ],
)
def test_languages_without_spaces_have_a_time_for_each_letter(
    espeak: Espeak, voice: str, language: str, text: str, words: str, least_confidence: float
) -> None:
    clip = espeak.synthesise(Utterance(text), Voice("espeak", voice, language))
    assert [text[word.start : word.end] for word in clip.words] == words.split()
    onsets = [word.onset_ms for word in clip.words]
    assert all(0 < b - a < 1500 for a, b in pairwise(onsets))
    assert onsets[-1] < 1000 * clip.duration_s
    assert least_confidence <= clip.words_confidence <= 1
    assert (clip.words_confidence == 1) == (voice == "yue")


@given(st.text(st.sampled_from("ab 12,.“”—éЖ中かッไทู\n"), min_size=1, max_size=40))
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


@pytest.fixture(scope="session", autouse=True)
def _close_shared() -> Iterator[None]:
    """At the very end: a process may come back to these tests after others."""
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


def is_speaker(process: int) -> bool:
    """Whether it has begun as what it is to be: one stopped before holds up who started it."""
    try:
        return b"_espeak_child" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@contextlib.contextmanager
def sent_to_children(signal_number: int, times: int) -> Iterator[list[int]]:
    """Send a signal to each of the first processes that are started meanwhile."""
    known, sent, done = set(children()), [], threading.Event()

    def watch() -> None:
        while len(sent) < times and not done.is_set():
            for process in filter(is_speaker, set(children()) - known):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal_number)
                    sent.append(process)
                known.add(process)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield sent
    finally:
        done.set()
        watching.join()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("fork", [True, False])
def test_a_process_that_dies_or_hangs_while_it_speaks_is_replaced(
    espeak: Espeak, fork: bool, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.speech.engines._espeak_pool._START_S", 0.5)
    engine = Espeak(timeout_s=0.5, fork=fork)
    before = children()
    with contextlib.closing(engine), sent_to_children(number, 1) as sent:
        clip = engine.synthesise(Utterance(TEXT), VOICE)

    np.testing.assert_array_equal(clip.samples, espeak.synthesise(Utterance(TEXT), VOICE).samples)
    assert len(sent) == 1
    assert not set(sent) & set(children())
    assert len(children()) <= len(before) + 1


@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGKILL, "ended with code -9"), (signal.SIGSTOP, "not answer in")]
)
def test_a_segment_that_ends_two_processes_fails(
    number: int, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.speech.engines._espeak_pool._START_S", 0.5)
    monkeypatch.setattr("audiobook.speech.engines.espeak._TIMEOUT_PER_CHARACTER_S", 1e-6)
    engine = Espeak(timeout_s=0.5)
    before = children()
    message = rf'espeak-ng fails at "Kairat had.*…": .*{end}'
    with (
        contextlib.closing(engine),
        sent_to_children(number, 2) as sent,
        pytest.raises(SpeechError, match=message),
    ):
        engine.synthesise(Utterance(TEXT * 500), VOICE)  # it is caught before it is done
    assert len(sent) == 2
    assert children() == before


@pytest.mark.parametrize("fork", [True, False])
def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, fork: bool) -> None:
    monkeypatch.setattr("audiobook.speech.engines.espeak._TIMEOUT_PER_CHARACTER_S", 1e-6)
    engine = Espeak(timeout_s=0.001, fork=fork)
    before = children()

    with pytest.raises(SpeechError, match=r'at "and on, and on.*…": it did not answer in 0.017 s'):
        engine.synthesise(Utterance("and on, " * 2_000), VOICE)
    engine.close()
    assert children() == before


def test_a_long_text_is_given_more_time() -> None:
    engine = Espeak(timeout_s=0.001)
    assert engine.synthesise(Utterance("and on, " * 200), VOICE).duration_s > 60
    engine.close()


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
    data = tmp_path / "espeak-ng-data"
    shutil.copytree(espeakng_loader.get_data_path(), data)
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))
    versions = [espeak.version, Espeak().version]
    for name, change in {
        "phondata": lambda old: old[:-1] + b"x",
        "en_dict": lambda old: old + b"x",
        "voices/!v/new": lambda old: b"language variant",
    }.items():
        path = data / name
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))
        versions.append(Espeak().version)

    assert versions[0] == versions[1]
    assert len(set(versions)) == 4
    assert len({version.split("-")[0] for version in versions}) == 1


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("en", "en-us"),
        ("en-GB", "en-gb"),
        ("en_GB", "en-gb"),
        ("en-AU", "en-gb"),
        ("en-IN", "en-gb"),
        ("en-CA", "en-us"),
        ("en-Latn-NZ", "en-gb"),
        ("en-JM", "en-029"),
        ("en-GB-oxendict", "en-gb"),
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
        ("zh-HK", "yue"),
        ("zh-Hant-MO", "yue"),
        ("yue-Hant", "yue"),
        ("es-AR", "es-419"),
        ("es-ES", "es"),
        ("ca-ES-valencia", "ca-va"),
        ("iw", "he"),
        ("iw-IL", "he"),
        ("in", "id"),
        ("sr-Latn-RS", "sr"),
        ("sh", "sr"),
        ("nn-NO", "nb"),
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


@pytest.mark.parametrize("language", ["ji", "tlh", "x-none", "", "mul"])
def test_a_language_that_nobody_speaks_is_refused(espeak: Espeak, language: str) -> None:
    with pytest.raises(UnknownNameError, match=f'unknown language "{language}"'):
        espeak.default_voice(language)
    with pytest.raises(UnknownNameError, match=f'unknown language "{language}"'):
        espeak.check_voice(Voice("espeak", "en-us", language))


def test_variants_are_listed_once_and_change_the_usual_voice_of_a_language(espeak: Espeak) -> None:
    variants = {info.name: info for info in espeak.voices() if info.name.startswith("+")}
    of_german = espeak.synthesise(Utterance("Wasser"), Voice("espeak", "de+f3", "de"))
    alone = espeak.synthesise(Utterance("Wasser"), Voice("espeak", "+f3", "de-AT"))

    assert np.array_equal(of_german.samples, alone.samples)
    assert {info.language for info in variants.values()} == {"mul"}
    assert variants["+f3"] == VoiceInfo("+f3", "mul", "female")
    assert variants["+grandma"] == VoiceInfo("+grandma", "mul", "female", "old")
    assert variants["+Denis"] == VoiceInfo("+Denis", "mul", "male", "adult")
    assert variants["+Andy"].gender == "male"
    assert [info.name for info in espeak.ensemble("+f3")][:2] == ["+f1", "+f2"]


def test_a_variant_sounds_otherwise(espeak: Espeak) -> None:
    usual = espeak.synthesise(Utterance(TEXT), VOICE)
    other = espeak.synthesise(Utterance(TEXT), Voice("espeak", "en-us+f3", "en"))

    assert not np.array_equal(usual.samples, other.samples)


@pytest.mark.parametrize("name", ["en-us+f33", "en-us+", "../en", "+f33", "+", "fo"])
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


@pytest.mark.parametrize(
    ("voice", "text", "ipa"),
    [
        ("en-us", "thought", "θˈɔːt"),
        ("en-us", "judge", "ˈd͡ʒʌdʒ"),
        ("en-gb", "hello", "həlˈəʊ"),
        ("de", "Bücher", "bˈyːçɜ"),
        ("fr-fr", "garçon", "ɡaʁsˈɔ̃"),
        ("ru", "жизнь", "ʒˈyzʲnʲ"),
        ("kk", "домбыра", "dombərˈɑ"),
    ],
)
def test_its_own_phonemes_sound_as_the_word_does(voice: str, text: str, ipa: str) -> None:
    spoken = Voice("espeak", voice, voice[:2])
    sounds = (Pronunciation(0, len(text), ipa),)
    clip = SHARED.synthesise(Utterance(text, sounds), spoken)
    usual = SHARED.synthesise(Utterance(text), spoken)

    assert abs(clip.duration_s - usual.duration_s) < 0.1 * usual.duration_s
    assert clip.warnings == ()
    other = SHARED.synthesise(Utterance(text, (Pronunciation(0, len(text), "ˈɑnɑ"),)), spoken)
    assert not np.array_equal(clip.samples, other.samples)


def test_a_name_keeps_what_follows_it_in_its_word() -> None:
    def phonetic(text: str) -> Utterance:
        return Utterance(text, (Pronunciation(6, 12, "kaɪˈɹæt"),))

    name, owner, letter = (
        SHARED.synthesise(phonetic(text), VOICE)
        for text in ("I saw Kairat dog.", "I saw Kairat’s dog.", "I saw Kairat ess dog.")
    )
    assert name.duration_s < owner.duration_s < letter.duration_s - 0.1
    assert [word.start for word in owner.words] == [0, 2, 6, 15]


def test_words_around_known_sounds_are_timed_in_the_text() -> None:
    text = "“Qairat Joseph,” [[he]] said, “is here.”"
    sounds = (Pronunciation(1, 14, "qɑjˈrɑt ˈʒosef"), Pronunciation(34, 38, "ˈhɪə"))
    clip = SHARED.synthesise(Utterance(text, sounds), VOICE)

    assert [text[word.start : word.end] for word in clip.words] == text.split()
    onsets = [word.onset_ms for word in clip.words]
    assert onsets == sorted(set(onsets))
    assert clip.words_confidence == 1


def test_sounds_that_a_voice_lacks_are_told_and_the_text_is_spoken() -> None:
    utterance = Utterance("Say !xoo now.", (Pronunciation(4, 8, "ǃχóõ"),))
    clip = SHARED.synthesise(utterance, VOICE)

    plain = SHARED.synthesise(Utterance("Say !xoo now."), VOICE)
    np.testing.assert_array_equal(clip.samples, plain.samples)
    assert clip.warnings == ('en-us lacks sounds of "ǃχóõ": "!xoo" is spoken as it is written',)


@given(st.text(max_size=40), st.integers(0, 9), st.integers(1, 20))
def test_no_phonemes_stop_it(ipa: str, start: int, length: int) -> None:
    text = "The water was high."
    clip = SHARED.synthesise(
        Utterance(text, (Pronunciation(start, min(start + length, len(text)), ipa),)), VOICE
    )
    assert [text[word.start : word.end] for word in clip.words] == text.split()


@pytest.mark.parametrize("text", ["†", "◌", "ꦲ"])
def test_a_text_that_it_has_no_words_for_is_told_with_a_cure(espeak: Espeak, text: str) -> None:
    with pytest.raises(SpeechError, match=f'says nothing for "{text}" .hint: leave it out, or say'):
        espeak.synthesise(Utterance(text), Voice("espeak", "en-us", "en"))
