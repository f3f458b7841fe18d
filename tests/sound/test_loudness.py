"""Loudness and true peak are those of the standards, and of another meter."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from fakes.programmes import oversampled_peak, speech_like
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.sound import Sound
from audiobook.sound.loudness import (
    energy_of_lufs,
    integrated_lufs,
    k_weighted,
    step_energies,
    step_samples,
    true_peaks,
)

RATE = 44_100


def sine(hz: float, level_db: float, seconds: float, sample_rate: int = RATE) -> Sound:
    """A sine of that peak level, shape (1, n)."""
    cycles = np.arange(int(seconds * sample_rate)) * (hz / sample_rate)
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * cycles)).astype(np.float32)[np.newaxis]


def true_peak(sound: Sound) -> float:
    """The greatest true peak, as a factor of full scale."""
    return float(true_peaks(sound, float(np.abs(sound).max())).max())


@cache
def material(kind: str) -> Sound:
    seconds = 12
    n = seconds * RATE
    voice = 0.5 * speech_like(n, RATE, 1)
    if kind == "speech":
        return voice.astype(np.float32)[np.newaxis]
    if kind == "speech with silence":
        voice[n // 4 : n // 2] = 0
        return voice.astype(np.float32)[np.newaxis]
    if kind == "loud and soft":
        voice[n // 2 :] *= 0.1
        return voice.astype(np.float32)[np.newaxis]
    if kind == "tone":
        return sine(220, -12, seconds)
    return np.stack([voice, 0.4 * speech_like(n, RATE, 2)]).astype(np.float32)


def lufs(sound: Sound, sample_rate: int = RATE) -> float:
    return integrated_lufs(step_energies(sound, sample_rate))


@pytest.mark.parametrize("sample_rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_sine_at_minus_20_reads_minus_23(sample_rate: int) -> None:
    # EBU Tech 3341: 0 dBFS of a 997 Hz sine in one channel is -3.01 LUFS.
    assert lufs(sine(997, -20, 5, sample_rate), sample_rate) == pytest.approx(-23.01, abs=0.05)


def test_the_same_in_both_channels_is_3_db_louder() -> None:
    one = sine(997, -20, 5)
    assert lufs(np.repeat(one, 2, axis=0)) - lufs(one) == pytest.approx(3.01, abs=0.01)


def test_the_gates_of_ebu_tech_3341() -> None:
    # Cases 3 and 4: what is much softer, or under -70 LUFS, does not count.
    parts = [
        sine(1000, level, s) for level, s in ((-72, 4), (-36, 4), (-23, 12), (-36, 4), (-72, 4))
    ]
    stereo = np.repeat(np.concatenate(parts, axis=1), 2, axis=0)
    assert lufs(stereo) == pytest.approx(-23, abs=0.1)


def test_silence_has_no_loudness() -> None:
    assert lufs(np.zeros((1, RATE), np.float32)) == -math.inf
    assert integrated_lufs(np.zeros(0)) == -math.inf


@given(st.floats(-60, 0))
def test_energies_stand_for_loudness(level: float) -> None:
    assert integrated_lufs(np.full(10, energy_of_lufs(level))) == pytest.approx(level)


@pytest.mark.parametrize(
    "kind", ["speech", "speech with silence", "loud and soft", "tone", "stereo"]
)
def test_it_agrees_with_ffmpeg(kind: str) -> None:
    av = pytest.importorskip("av")
    sound = material(kind)
    graph = av.filter.Graph()
    layout = "stereo" if len(sound) == 2 else "mono"
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout=layout)
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    readings: dict[str, str] = {}
    for start in range(0, sound.shape[1], 4410):
        part = np.ascontiguousarray(sound[:, start : start + 4410])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = RATE, start
        source.push(frame)
        while True:
            try:
                readings |= dict(sink.pull().metadata)
            except (av.BlockingIOError, av.EOFError):
                break
    assert lufs(sound) == pytest.approx(float(readings["lavfi.r128.I"]), abs=0.1)
    peaks = [float(value) for name, value in readings.items() if "true_peaks_ch" in name]
    assert 20 * math.log10(true_peak(sound)) == pytest.approx(20 * math.log10(max(peaks)), abs=0.2)


@settings(max_examples=25, deadline=None)
@given(
    edges=st.lists(st.integers(1, 119), max_size=6, unique=True),
    kind=st.sampled_from(["speech", "stereo"]),
)
def test_parts_measured_apart_are_the_whole(edges: list[int], kind: str) -> None:
    sound, step = material(kind), step_samples(RATE)
    lead, parts = 5 * step, []
    for first, last in zip([0, *sorted(edges)], [*sorted(edges), 120], strict=True):
        before = min(first * step, lead)
        part = sound[:, first * step - before : last * step]
        parts.append(step_energies(part, RATE, lead_samples=before))
    together, whole = np.concatenate(parts), step_energies(sound, RATE)
    np.testing.assert_allclose(together, whole, rtol=1e-4, atol=1e-12)
    assert integrated_lufs(together) == pytest.approx(integrated_lufs(whole), abs=1e-4)


@pytest.mark.parametrize("n_samples", [1, 100, 4409, 16_383, 16_384, 16_385, 100_001])
@pytest.mark.parametrize("sample_rate", [16_000, 44_100])
def test_the_filter_is_the_recursion_of_the_standard(n_samples: int, sample_rate: int) -> None:
    sound = speech_like(n_samples, sample_rate, 4).astype(np.float32)[np.newaxis]
    weighted = k_weighted(sound, sample_rate)
    assert weighted.shape == sound.shape
    wanted = sound[0].astype(np.float64)
    for b, a in _biquads(sample_rate):
        wanted = _filtered(wanted, b, a)
    np.testing.assert_allclose(weighted[0], wanted, rtol=0, atol=1e-4)


def _biquads(sample_rate: int) -> list[tuple[list[float], list[float]]]:
    """The standard's two stages, redesigned for a rate; at 48 kHz they are the published ones."""
    q, k = 0.7071752369554196, math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10 ** (3.999843853973347 / 20)
    band, one = high**0.4996667741545416, 1 + k / q + k * k
    shelf = (
        [
            (high + band * k / q + k * k) / one,
            2 * (k * k - high) / one,
            (high - band * k / q + k * k) / one,
        ],
        [1.0, 2 * (k * k - 1) / one, (1 - k / q + k * k) / one],
    )
    q, k = 0.5003270373238773, math.tan(math.pi * 38.13547087602444 / sample_rate)
    one = 1 + k / q + k * k
    high_pass = ([1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / one, (1 - k / q + k * k) / one])
    return [shelf, high_pass]


def _filtered(x: np.ndarray, b: list[float], a: list[float]) -> np.ndarray:
    y = np.empty_like(x)
    x1 = x2 = y1 = y2 = 0.0
    for index, x0 in enumerate(x.tolist()):
        y0 = b[0] * x0 + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2
        x1, x2, y1, y2 = x0, x1, y0, y1
        y[index] = y0
    return y


def test_the_filter_at_48_khz_is_the_published_one() -> None:
    # BS.1770-5, annex 1, tables 1 and 2.
    shelf, high_pass = _biquads(48_000)
    np.testing.assert_allclose(
        shelf[0], [1.53512485958697, -2.69169618940638, 1.19839281085285], atol=1e-9
    )
    np.testing.assert_allclose(shelf[1], [1, -1.69065929318241, 0.73248077421585], atol=1e-9)
    np.testing.assert_allclose(high_pass[1], [1, -1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize("hz", [RATE / 4, 997, 5000, 11_000])
def test_peaks_between_samples_are_found(hz: float) -> None:
    cycles = np.arange(RATE) * (hz / RATE) + 1 / 8
    sound = (0.5 * np.sin(2 * np.pi * cycles)).astype(np.float32)[np.newaxis]
    sound *= np.hanning(RATE).astype(np.float32)
    assert true_peak(sound) == pytest.approx(0.5, rel=0.02)
    assert true_peak(sound) == pytest.approx(oversampled_peak(sound), rel=0.01)


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.75), st.floats(0.01, 0.1), st.floats(-3, 1))
@example(50943757, 0.6796875, 0.09375, 0.0)
def test_no_peak_hides_away_from_where_the_sound_turns(
    seed: int, low: float, width: float, tilt: float
) -> None:
    """Noise of any band and slope up to 19 kHz, in which peaks lie anywhere between samples."""
    noise = np.fft.rfft(np.random.default_rng(seed).standard_normal(2048))
    share = np.linspace(0, 1, len(noise))
    noise *= ((share >= low) & (share <= low + width)) * (share + 0.02) ** tilt
    sound = np.fft.irfft(noise).astype(np.float32)[np.newaxis] * np.hanning(2048)
    sound = (sound / np.abs(sound).max()).astype(np.float32)
    assert true_peak(sound) == pytest.approx(oversampled_peak(sound), rel=0.02)


@pytest.mark.parametrize("seed", range(12))
def test_peaks_of_high_and_short_sounds_are_read_right(seed: int) -> None:
    """As in music after an encoder that keeps what is below 19 kHz, against another meter."""
    random = np.random.default_rng(seed)
    bins = np.fft.rfft(np.sign(random.standard_normal(RATE)) * (np.arange(RATE) % 1500 < 300))
    bins[19_000:] = 0
    sound = np.fft.irfft(bins).astype(np.float32)[np.newaxis]
    error_db = 20 * math.log10(true_peak(sound) / oversampled_peak(sound))
    assert abs(error_db) < 0.05


def test_peaks_are_told_of_each_sample() -> None:
    sound = np.zeros((2, 100), np.float32)
    sound[1, 50:52] = 0.5  # half-way between the two it is higher
    peaks = true_peaks(sound, 0.5)
    assert peaks.shape == (100,)
    assert peaks.argmax() == 50
    assert peaks.max() > 0.55
    assert true_peaks(np.zeros((1, 0), np.float32), 0.0).shape == (0,)


def test_a_long_programme_measures_what_its_parts_do_wherever_it_is_taken_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    energies = 10 ** np.random.default_rng(4).normal(-3, 1.2, 5000)
    whole = integrated_lufs(energies)
    for at_once in (1, 2, 3, 4, 5, 1000, 4996, 4997, 4998):
        monkeypatch.setattr("audiobook.sound.loudness._WINDOWS_AT_ONCE", at_once)
        assert integrated_lufs(energies) == pytest.approx(whole, abs=1e-9)
