"""A clip becomes a take: trimmed, levelled, tamed, the same every time."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from fakes.programmes import clip_of, oversampled_peak, speech_like
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import SoundError
from audiobook.model import Clip, Sound
from audiobook.sound.loudness import integrated_lufs, step_energies, step_samples
from audiobook.sound.voice import WORKING_LUFS, Room, Take, find_take, speech_of
from audiobook.speech.synthesis import keep_clip
from audiobook.store import Store

ROOM = Room(44_100, 13.0)


def made(store: Store, clip: Clip, room: Room = ROOM, key: str = "aa" * 20) -> tuple[Take, Sound]:
    """The take of a clip, and how it sounds."""
    keep_clip(store, key, clip)
    take = find_take(store, key, room)
    return take, speech_of(store, take, room)


def lufs(speech: Sound, room: Room = ROOM) -> float:
    missing = -speech.shape[1] % step_samples(room.sample_rate)
    padded = np.pad(speech, ((0, 0), (0, missing)))
    return integrated_lufs(step_energies(padded, room.sample_rate))


@pytest.mark.parametrize("seconds", [0.15, 0.35, 0.45, 1, 4])
@pytest.mark.parametrize("level_db", [-20, 0])
def test_every_clip_comes_to_one_level(seconds: float, level_db: float, store: Store) -> None:
    clip = clip_of(seconds, seed=int(100 * seconds))
    quieter = (clip.samples * 10 ** (level_db / 20)).astype(np.int16)
    _, speech = made(store, replace(clip, samples=quieter))
    assert lufs(speech) == pytest.approx(WORKING_LUFS, abs=0.2)


@pytest.mark.parametrize("crest_db", [11.0, 13.0, 15.0])
def test_peaks_keep_to_the_room(crest_db: float, store: Store) -> None:
    room = Room(44_100, crest_db)
    _, speech = made(store, clip_of(3), room)
    peak_db = 20 * math.log10(oversampled_peak(speech))
    assert peak_db <= WORKING_LUFS + crest_db + 0.05
    assert lufs(speech, room) == pytest.approx(WORKING_LUFS, abs=0.2)


def test_the_lowest_sample_is_as_loud_as_it_is(store: Store) -> None:
    samples = np.zeros(30_000, np.int16)
    samples[10_000:20_000] = np.where(np.arange(10_000) % 100 < 50, -32_768, 0)
    take, _ = made(store, Clip(22_050, samples))
    assert 9_500 < take.first < 10_000
    assert 20_000 < take.last < 22_000


def test_a_click_stays_softer_rather_than_be_crushed(store: Store) -> None:
    _, speech = made(store, clip_of(0.03))
    assert WORKING_LUFS - 6 < lufs(speech) < WORKING_LUFS
    peak_db = 20 * math.log10(oversampled_peak(speech))
    assert peak_db == pytest.approx(WORKING_LUFS + ROOM.crest_db, abs=0.05)


def test_peaks_within_the_room_are_left_alone(store: Store) -> None:
    clip = clip_of(2, sample_rate=44_100, silence_s=0)
    _, speech = made(store, clip, Room(44_100, 30.0))
    middle = slice(10_000, 70_000)
    ratio = speech[0, middle] / clip.samples[middle].clip(1)
    loud = clip.samples[middle] > 3000
    assert np.ptp(ratio[loud]) / ratio[loud].mean() < 1e-4


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_silence_is_trimmed_at_any_rate(sample_rate: int, store: Store) -> None:
    clip = clip_of(1.5, sample_rate, silence_s=0.5)
    take, speech = made(store, clip)
    n_kept = take.last - take.first
    assert 1.3 * sample_rate < n_kept < 1.6 * sample_rate
    loud = np.nonzero(np.abs(clip.samples) > 0.02 * np.abs(clip.samples).max())[0]
    assert take.first <= loud[0]
    assert take.last > loud[-1]
    assert speech.shape == (1, take.n_samples)
    assert speech.dtype == np.float32
    assert take.n_samples == pytest.approx(n_kept * 44_100 / sample_rate, abs=2)


def test_the_sound_keeps_its_pitch_through_resampling(store: Store) -> None:
    cycles = np.arange(48_000) * (440 / 24_000)
    samples = (9000 * np.sin(2 * np.pi * cycles)).astype(np.int16)
    _, speech = made(store, Clip(24_000, samples))
    spectrum = np.abs(np.fft.rfft(speech[0] * np.hanning(speech.shape[1])))
    hz = np.fft.rfftfreq(speech.shape[1], 1 / 44_100)
    assert abs(hz[spectrum.argmax()] - 440) < 1
    assert spectrum[hz > 1000].max() < 1e-4 * spectrum.max()


def test_it_fades_at_both_ends(store: Store) -> None:
    loud = np.full(22_050, 12_000, np.int16) * np.where(np.arange(22_050) % 50 < 25, 1, -1)
    _, speech = made(store, Clip(22_050, loud.astype(np.int16)))
    magnitudes = np.abs(speech[0])
    assert magnitudes[0] == 0
    assert magnitudes[-1] < 1e-4
    for end in (magnitudes[:352], magnitudes[::-1][:352]):  # 8 ms
        assert end[:40].max() < 0.1 * magnitudes.max()
        assert end.max() > 0.8 * magnitudes.max()


def test_the_take_foretells_what_is_heard(store: Store) -> None:
    take, speech = made(store, clip_of(2.34))
    missing = -speech.shape[1] % 4410
    energies = step_energies(np.pad(speech, ((0, 0), (0, missing))), 44_100)
    np.testing.assert_allclose(take.energies, energies, rtol=1e-5)
    assert len(take.energies) == -(-take.n_samples // 4410)


@settings(max_examples=25, deadline=None)
@given(
    samples=st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=60),
    repeats=st.integers(1, 200),
    rates=st.tuples(st.sampled_from([8_000, 24_000, 48_000]), st.sampled_from([24_000, 44_100])),
)
def test_whatever_the_clip_holds_the_take_is_true(
    samples: list[int],
    repeats: int,
    rates: tuple[int, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = Store(tmp_path_factory.mktemp("any"))
    room = Room(rates[1], 13.0)
    clip = Clip(rates[0], np.repeat(np.array(samples, np.int16), repeats))
    take, speech = made(store, clip, room)
    assert 0 <= take.first < take.last <= len(clip.samples)
    assert speech.shape == (1, take.n_samples)
    assert take.n_samples > 0
    assert np.isfinite(speech).all()
    assert np.isfinite(take.energies).all()
    assert np.abs(speech).max() <= 10 ** ((WORKING_LUFS + 13.01) / 20)


@pytest.mark.parametrize("n", [1, 5, 100, 22_050])
@pytest.mark.parametrize("value", [0, -32_768, 32_767])
def test_silence_and_extremes_are_taken_as_they_are(n: int, value: int, store: Store) -> None:
    take, speech = made(store, Clip(22_050, np.full(n, value, np.int16)))
    assert speech.shape == (1, take.n_samples)
    assert np.isfinite(speech).all()
    if not value:
        assert take.gain_db == 0
        assert set(take.energies) == {0.0}


@pytest.mark.parametrize(("peak", "most_db"), [(2, 0), (40, 42)])
def test_what_is_almost_silent_is_not_blown_up(peak: int, most_db: float, store: Store) -> None:
    faint = np.rint(peak * speech_like(22_050, 22_050)).astype(np.int16)
    take, _ = made(store, Clip(22_050, faint))
    assert 0 <= take.gain_db <= most_db


def test_a_take_is_measured_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take, speech = made(store, clip_of(1))
    monkeypatch.setattr("audiobook.sound.voice._measured", None)
    again = find_take(store, take.clip, ROOM)
    assert again == take
    np.testing.assert_array_equal(speech_of(store, again, ROOM), speech)


def test_another_store_measures_the_same(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take, speech = made(store, clip_of(1))
    other, other_speech = made(Store(tmp_path_factory.mktemp("other")), clip_of(1))
    assert other == take
    np.testing.assert_array_equal(other_speech, speech)


@pytest.mark.parametrize("name", [field.name for field in fields(Room)])
def test_every_field_of_the_room_is_in_the_key(name: str, store: Store) -> None:
    other = replace(ROOM, **{name: {"sample_rate": 24_000, "crest_db": 9.0}[name]})
    take, _ = made(store, clip_of(1))
    assert find_take(store, take.clip, other) != take
    assert find_take(store, take.clip, ROOM) == take


def test_a_clip_that_is_gone_is_told_of(store: Store) -> None:
    take, _ = made(store, clip_of(1))
    store.path("clips", take.clip).unlink()
    with pytest.raises(SoundError, match="gone from the store") as caught:
        speech_of(store, take, ROOM)
    assert caught.value.hint
    with pytest.raises(SoundError):
        find_take(store, "bb" * 20, ROOM)
