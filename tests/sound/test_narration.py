"""The narration preset: gentle, the same every time, and it does what it says."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from fakes.programmes import clip_of, speech_like

from audiobook.sound import Sound
from audiobook.sound.loudness import step_energies
from audiobook.sound.narration import narrated
from audiobook.sound.voice import Room, find_take, speech_of
from audiobook.speech.engine import load_engine
from audiobook.speech.synthesis import keep_clip
from audiobook.store import Store
from audiobook.utterance import Clip, Utterance, Voice

RATE = 22_050
TEXT = "Six soldiers stood silently at the station, waiting in the dust for the last express."


@pytest.fixture(scope="module")
def speech() -> Sound:
    """A sentence full of sibilants, as espeak-ng speaks it."""
    with closing(load_engine("espeak")) as engine:
        clip = engine.synthesise(Utterance(TEXT), Voice("espeak", "en-gb", "en-GB"))
    return (clip.samples[np.newaxis] / np.float32(32_768)).astype(np.float32)


def vowel(seconds: float = 1.0, sample_rate: int = RATE, level: float = 0.2) -> np.ndarray:
    """Harmonics of 140 Hz that fall by 12 dB an octave."""
    time_s = np.arange(int(seconds * sample_rate)) / sample_rate
    sound = sum(np.sin(2 * np.pi * 140 * n * time_s) / n**2 for n in range(1, 30))
    return np.asarray(level * sound / np.std(sound))


def hiss(seconds: float = 0.2, sample_rate: int = RATE, level: float = 0.1) -> np.ndarray:
    """Noise from 5 to 9 kHz."""
    n = int(seconds * sample_rate)
    spectrum = np.fft.rfft(np.random.default_rng(1).standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / sample_rate)
    spectrum[(hz < 5200) | (hz > 8800)] = 0
    noise = np.fft.irfft(spectrum, n)
    return np.asarray(level * noise / np.std(noise))


def sound_of(*parts: np.ndarray) -> Sound:
    return np.concatenate(parts).astype(np.float32)[np.newaxis]


def level_db(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound.astype(np.float64) ** 2))))


def band_shares(sound: Sound, sample_rate: int = RATE) -> tuple[np.ndarray, np.ndarray]:
    """Of each 12 ms: its energy from 5 to 9 kHz, and all of it."""
    windows = np.lib.stride_tricks.sliding_window_view(sound[0], 256)[::128] * np.hanning(256)
    powers = np.abs(np.fft.rfft(windows)) ** 2
    hz = np.fft.rfftfreq(256, 1 / sample_rate)
    return powers[:, (hz > 5000) & (hz < 9000)].sum(axis=1), powers.sum(axis=1)


def test_sibilants_go_down_and_vowels_stay() -> None:
    steady = vowel()
    quiet = sound_of(steady, hiss(level=0.005), steady)
    loud = sound_of(steady, hiss(level=0.1), steady)
    plain, softened = narrated(quiet, RATE), narrated(loud, RATE)
    middle = slice(RATE + 1000, RATE + 3400)
    kept_db = level_db(plain[0, middle]) - level_db(quiet[0, middle])
    lower_db = level_db(softened[0, middle]) - level_db(loud[0, middle])
    assert -8 < lower_db - kept_db < -4
    # The vowels beside it are what they are beside a faint one.
    for stretch in (slice(2000, 20_000), slice(2 * RATE, 3 * RATE)):
        assert level_db(softened[0, stretch]) == pytest.approx(level_db(plain[0, stretch]), abs=0.5)


def test_a_bright_vowel_is_no_sibilant() -> None:
    steady = vowel()
    changes_db = []
    for below_db in (14, 40):
        top = hiss(1.0, level=0.2 * 10 ** (-below_db / 20))
        before = sound_of(steady + top)
        after = narrated(before, RATE)
        bands = [band_shares(sound)[0][20:-20].mean() for sound in (before, after)]
        changes_db.append(10 * np.log10(bands[1] / bands[0]))
    assert changes_db[0] == pytest.approx(changes_db[1], abs=0.5)


def test_in_real_speech_the_sibilants_go_down_against_the_vowels(speech: Sound) -> None:
    band, whole = band_shares(speech)
    sibilants = (band > 0.35 * whole) & (whole > 1e-4 * whole.max())
    vowels = (band < 0.02 * whole) & (whole > 0.01 * whole.max())
    after_band, after = band_shares(narrated(speech, RATE))

    def ratio_db(some_band: np.ndarray, all_of_it: np.ndarray) -> float:
        return float(10 * np.log10(some_band[sibilants].mean() / all_of_it[vowels].mean()))

    assert sibilants.sum() > 20
    assert -5 < ratio_db(after_band, after) - ratio_db(band, whole) < -1.5


def test_the_compressor_brings_loud_and_soft_together() -> None:
    loud, soft = vowel(level=0.3), vowel(level=0.03)
    out = narrated(sound_of(loud, soft, loud), RATE)[0]
    span_db = level_db(out[4000:18_000]) - level_db(out[RATE + 4000 : RATE + 18_000])
    assert 15 < span_db < 18.5  # 20 before


def test_real_speech_has_lower_peaks_and_less_spread(speech: Sound) -> None:
    after = narrated(speech, RATE)

    def figures(sound: Sound) -> tuple[float, float]:
        energies = step_energies(sound, RATE)
        loud_db = 10 * np.log10(energies[energies > 1e-3 * energies.max()])
        crest_db = 20 * np.log10(np.abs(sound).max()) - level_db(sound)
        return float(crest_db), float(np.ptp(np.percentile(loud_db, [10, 95])))

    (crest_db, spread_db), (crest_after_db, spread_after_db) = figures(speech), figures(after)
    assert -3 < crest_after_db - crest_db < -0.5
    assert -4 < spread_after_db - spread_db < -0.5


def test_the_equaliser_is_gentle() -> None:
    random = np.random.default_rng(2)
    noise = (0.1 * random.standard_normal((1, 8 * RATE))).astype(np.float32)
    power = np.zeros((2, 2049))
    for row, sound in enumerate((noise, narrated(noise, RATE))):
        windows = np.lib.stride_tricks.sliding_window_view(sound[0], 4096)[::2048]
        power[row] = (np.abs(np.fft.rfft(windows * np.hanning(4096))) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(4096, 1 / RATE)

    def change_db(low: float, high: float) -> float:
        some = (hz > low) & (hz < high)
        return float(10 * np.log10(power[1, some].sum() / power[0, some].sum()))

    reference_db = change_db(800, 1000)
    assert -4 < change_db(2800, 3600) - reference_db < -2
    assert 0.8 < change_db(180, 260) - reference_db < 2.2
    assert -2.2 < change_db(9500, 11_000) - reference_db < -0.5


def test_it_is_the_same_at_any_level(speech: Sound) -> None:
    loud = narrated(speech, RATE)
    soft = narrated(speech * np.float32(0.03), RATE)
    np.testing.assert_allclose(soft / np.float32(0.03), loud, atol=1e-5)


def test_nothing_clicks() -> None:
    # The gains of a tone that comes and goes are smooth; beyond it there is nothing new.
    time_s = np.arange(2 * RATE) / RATE
    level = np.where((time_s > 0.5) & (time_s < 1), 0.3, 0.03)
    level = np.convolve(level, np.hanning(221) / np.hanning(221).sum(), "same")
    sound = (level * np.sin(2 * np.pi * 400 * time_s)).astype(np.float32)[np.newaxis]
    out = narrated(sound, RATE)[0]
    bends = np.abs(np.diff(out, 2))[500:-500]
    assert bends.max() < 1.2 * np.abs(np.diff(sound[0], 2))[500:-500].max()
    windows = np.lib.stride_tricks.sliding_window_view(out, 1024)[::256] * np.hanning(1024)
    powers = np.abs(np.fft.rfft(windows)) ** 2
    beyond = np.fft.rfftfreq(1024, 1 / RATE) > 1000
    assert powers[:, beyond].max() < 1e-6 * powers.max()


def test_what_is_far_away_makes_no_difference_but_by_the_level_of_the_voice(speech: Sound) -> None:
    before, after = speech.copy(), speech.copy()
    at = speech.shape[1] // 2
    after[:, at:] = after[:, at:][:, ::-1]  # as loud as it was, so the voice's level stays
    first, second = narrated(before, RATE)[0, : at - RATE // 10], narrated(after, RATE)[0]
    np.testing.assert_allclose(second[: len(first)], first, atol=2e-3 * np.abs(first).max())


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("n_samples", [1, 7, 500, 20_000])
def test_any_rate_and_length_will_do(sample_rate: int, n_samples: int) -> None:
    sound = speech_like(max(n_samples, 2), sample_rate)[:n_samples].astype(np.float32)
    for factor in (0, 1e-9, 1, 100):
        out = narrated(sound[np.newaxis] * np.float32(factor), sample_rate)
        assert out.shape == (1, n_samples)
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 3 * factor


def test_another_process_makes_the_same_bytes(speech: Sound) -> None:
    program = (
        "import sys, numpy as np; from audiobook.sound.narration import narrated;"
        "sound = np.frombuffer(sys.stdin.buffer.read(), np.float32)[np.newaxis];"
        f"sys.stdout.buffer.write(narrated(sound, {RATE}).tobytes())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], input=speech.tobytes(), capture_output=True, check=True
    ).stdout
    before = speech.copy()
    assert elsewhere == narrated(speech, RATE).tobytes() == narrated(speech, RATE).tobytes()
    np.testing.assert_array_equal(speech, before)


def test_without_the_preset_it_is_never_called(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip: Clip = clip_of(2)
    keep_clip(store, "aa" * 20, clip)
    plain, preset = Room(44_100, 13.0), Room(44_100, 13.0, narration=True)
    take, other = find_take(store, "aa" * 20, plain), find_take(store, "aa" * 20, preset)
    sound = speech_of(store, take, plain)
    assert not np.array_equal(sound, speech_of(store, other, preset))
    monkeypatch.setattr("audiobook.sound.voice.narrated", None)
    fresh = Store(store.folder / "other")
    keep_clip(fresh, "aa" * 20, clip)
    assert find_take(fresh, "aa" * 20, plain) == take
    np.testing.assert_array_equal(speech_of(fresh, take, plain), sound)
