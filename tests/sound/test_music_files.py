"""Music by name: built-in pieces from the store, files beside the story, and what is refused."""

from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import ConfigError, Where
from audiobook.sound import Sound, music, music_file
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.sound.music import PIECE_LUFS, Piece, built_in_names, load_piece
from audiobook.sound.music_file import find_file, seamless, with_channels
from audiobook.store import Store

RATE = 44100
LOW_RATE = 16000
WHERE = Where("story.md", 7, 3, "[music: theme.wav]")


def tune(seconds: float, sample_rate: int, channels: int = 2) -> np.ndarray:
    """Something to play: a chord that swells, shape (n, channels), as soundfile writes it."""
    time_s = np.arange(int(seconds * sample_rate)) / sample_rate
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220, 277, 330)) / 3
    chord = 0.3 * chord * (0.7 + 0.3 * np.sin(2 * np.pi * 0.4 * time_s))
    return np.stack([np.roll(chord, 50 * i) for i in range(channels)], axis=1)


def write_tune(path: Path, seconds: float = 5.0, sample_rate: int = LOW_RATE, n: int = 2) -> Path:
    soundfile.write(path, tune(seconds, sample_rate, n), sample_rate)
    return path


def load(name: str, folder: Path | None, store: Store, *, loop: bool = True) -> Piece:
    return load_piece(
        name, folder, sample_rate=LOW_RATE, channels=2, store=store, loop=loop, where=WHERE
    )


def refused(name: str, folder: Path | None, store: Store, *, loop: bool = True) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(name, folder, store, loop=loop)
    error = caught.value
    assert error.where == WHERE
    assert error.exit_code == 3
    assert str(error).isprintable()
    return error


def loudness_lufs(samples: Sound, sample_rate: int) -> float:
    """As two loudspeakers play it."""
    return integrated_lufs(step_energies(samples, sample_rate) * (2 / samples.shape[0]))


# Built-in pieces


def test_built_in_names_are_told() -> None:
    assert built_in_names() == ["lute-bed", "lute-closing", "lute-opening"]


@pytest.mark.parametrize("channels", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["lute-bed", "lute-opening", "lute-closing"])
def test_built_in_pieces_are_at_their_level(name: str, channels: int, store: Store) -> None:
    piece = load_piece(name, None, sample_rate=RATE, channels=channels, store=store, loop=False)
    assert piece.samples.shape[0] == channels
    assert piece.samples.dtype == np.float32
    assert piece.loops == (name == "lute-bed")
    assert loudness_lufs(piece.samples, RATE) == pytest.approx(PIECE_LUFS, abs=0.1)
    assert -9 < 20 * math.log10(np.abs(piece.samples).max()) < -5
    assert abs(float(piece.samples.mean())) < 1e-5


@pytest.mark.parametrize(
    "name", ["lute-opening", pytest.param("lute-closing", marks=pytest.mark.slow)]
)
def test_a_built_in_piece_that_has_an_end_goes_round_as_a_bed(name: str, store: Store) -> None:
    once, bed = load(name, None, store, loop=False), load(name, None, store)
    assert (once.loops, bed.loops) == (False, True)
    assert bed.key != once.key
    assert bed.samples.shape[1] % 1152 == 0
    assert 0 < bed.phrase_samples <= bed.samples.shape[1]
    assert loudness_lufs(bed.samples, LOW_RATE) == pytest.approx(PIECE_LUFS, abs=0.1)
    for order in (1, 2):
        steps = np.abs(np.diff(bed.samples, order, append=bed.samples[:, :order]))
        assert steps[:, -8:].max() < np.percentile(steps, 99.9)


def test_one_that_has_no_end_is_the_same_piece_however_it_is_used(store: Store) -> None:
    assert load("lute-bed", None, store, loop=False) == load("lute-bed", None, store)


def test_a_built_in_piece_is_made_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made = load("lute-opening", None, store)
    monkeypatch.delattr(music, "compose")
    kept = load("lute-opening", None, store)
    assert kept == made
    np.testing.assert_array_equal(kept.samples, made.samples)


def test_a_damaged_value_is_made_again(store: Store) -> None:
    made = load("lute-opening", None, store)
    path = store.path("music", made.key)
    path.write_bytes(path.read_bytes()[:-100])
    np.testing.assert_array_equal(load("lute-opening", None, store).samples, made.samples)


def test_keys_tell_what_shapes_the_samples(store: Store, tmp_path: Path) -> None:
    write_tune(tmp_path / "a.wav")
    keys = [
        load_piece(name, tmp_path, sample_rate=rate, channels=n, store=store, loop=loop).key
        for name, rate, n, loop in (
            ("lute-opening", 8000, 1, True),
            ("lute-closing", 8000, 1, True),
            ("lute-opening", 8000, 2, True),
            ("lute-opening", 12000, 1, True),
            ("a.wav", 8000, 1, True),
            ("a.wav", 8000, 1, False),
            ("a.wav", 8000, 2, True),
            ("a.wav", 12000, 1, True),
        )
    ]
    assert len(set(keys)) == len(keys)


def test_samples_cannot_be_changed_by_whoever_mixes_them(store: Store) -> None:
    samples = load("lute-opening", None, store).samples
    with pytest.raises(ValueError, match="read-only"):
        samples[0, 0] = 1


# Files


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
def test_files_of_each_format_are_played(
    ending: str, channels: int, store: Store, tmp_path: Path
) -> None:
    write_tune(tmp_path / f"theme.{ending}", 5.0, 22050, channels)
    bed = load(f"theme.{ending}", tmp_path, store)
    assert bed.loops
    assert bed.samples.shape[0] == 2
    assert bed.samples.shape[1] % 1152 == 0
    assert loudness_lufs(bed.samples, LOW_RATE) == pytest.approx(PIECE_LUFS, abs=0.1)
    spectrum = np.abs(np.fft.rfft(bed.samples[0]))
    loudest_hz = spectrum.argmax() * LOW_RATE / bed.samples.shape[1]
    assert min(abs(loudest_hz - hz) for hz in (220, 277, 330)) < 1

    once = load(f"theme.{ending}", tmp_path, store, loop=False)
    assert not once.loops
    assert once.samples.shape[1] / LOW_RATE == pytest.approx(5.0, abs=0.2)


def test_an_offset_is_taken_out(store: Store, tmp_path: Path) -> None:
    """It is not heard, and would take the room that peaks need."""
    theme = tune(5, LOW_RATE)
    for name, offset in (("even.wav", 0.0), ("uneven.wav", (0.4, -0.2))):
        soundfile.write(tmp_path / name, theme + offset, LOW_RATE, subtype="FLOAT")
    for loop in (True, False):
        even, uneven = (
            load(f"{name}.wav", tmp_path, store, loop=loop) for name in ("even", "uneven")
        )
        np.testing.assert_allclose(uneven.samples, even.samples, atol=1e-4)
    soundfile.write(tmp_path / "offset.wav", np.full(5 * LOW_RATE, 0.4), LOW_RATE)
    assert "is silent" in refused("offset.wav", tmp_path, store).what


def test_a_file_is_known_by_what_it_holds(store: Store, tmp_path: Path) -> None:
    write_tune(tmp_path / "a.wav")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes())
    first = load("a.wav", tmp_path, store)
    assert load("sub/b.wav", tmp_path, store).key == first.key
    write_tune(tmp_path / "a.wav", 6.0)
    assert load("a.wav", tmp_path, store).key != first.key


def test_a_file_is_read_once(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tune(tmp_path / "a.flac")
    made = load("a.flac", tmp_path, store)
    monkeypatch.delattr(music, "read_file")
    np.testing.assert_array_equal(load("a.flac", tmp_path, store).samples, made.samples)


def test_a_piece_with_great_peaks_stays_below_full_scale(store: Store, tmp_path: Path) -> None:
    clicks = np.zeros(6 * LOW_RATE)
    clicks[:: LOW_RATE // 2] = 0.5
    soundfile.write(tmp_path / "clicks.wav", clicks, LOW_RATE)
    piece = load("clicks.wav", tmp_path, store)
    assert np.abs(piece.samples).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)


def test_half_a_minute_at_a_time_measures_like_the_whole(store: Store, tmp_path: Path) -> None:
    write_tune(tmp_path / "long.wav", 75.0, 8000, 1)
    piece = load_piece("long.wav", tmp_path, sample_rate=8000, channels=1, store=store)
    assert loudness_lufs(piece.samples, 8000) == pytest.approx(PIECE_LUFS, abs=0.02)


def test_channels_are_mixed_or_doubled() -> None:
    mono, stereo = np.ones((1, 4), np.float32), np.array([[1] * 4, [0] * 4], np.float32)
    np.testing.assert_array_equal(with_channels(mono, 2), np.ones((2, 4)))
    np.testing.assert_array_equal(with_channels(stereo, 1), np.full((1, 4), 0.5))
    assert with_channels(stereo, 2) is stereo
    np.testing.assert_array_equal(with_channels(np.ones((6, 4), np.float32), 2), np.ones((2, 4)))


# Loops


@given(
    n_samples=st.integers(2 * LOW_RATE, 12 * LOW_RATE),
    channels=st.integers(1, 2),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_a_loop_is_whole_frames_and_keeps_all_but_the_crossfade(
    n_samples: int, channels: int, seed: int
) -> None:
    noise = np.random.RandomState(seed).standard_normal((channels, n_samples)).astype(np.float32)
    loop = seamless(noise, LOW_RATE)
    n_fade = min(3 * LOW_RATE, n_samples // 4)
    assert loop.shape[1] % 1152 == 0
    assert n_samples - n_fade - 1152 < loop.shape[1] <= n_samples - n_fade
    np.testing.assert_array_equal(loop[:, n_fade:], noise[:, n_fade : loop.shape[1]])
    # Where it begins again it goes on as the file did: no step that was not there.
    np.testing.assert_allclose(loop[:, 0], noise[:, loop.shape[1]], atol=1e-5)
    # Equal power: noise is as loud within the crossfade as beyond it.
    faded, plain = (float((part**2).mean()) for part in (loop[:, :n_fade], loop[:, n_fade:]))
    assert faded == pytest.approx(plain, rel=0.15)


def test_a_loop_of_a_file_has_no_click(store: Store, tmp_path: Path) -> None:
    """A tone that ends away from where it begins: cut and repeated it would click."""
    time_s = np.arange(int(4.321 * LOW_RATE)) / LOW_RATE
    soundfile.write(tmp_path / "tone.wav", 0.3 * np.cos(2 * np.pi * 100 * time_s), LOW_RATE)
    bed = load("tone.wav", tmp_path, store).samples[0].astype(float)
    for order in (1, 2):
        round_it = np.diff(np.concatenate([bed[-4:], bed[:4]]), order)
        inside = np.abs(np.diff(bed, order))
        assert np.abs(round_it).max() <= 1.05 * inside.max()


# What is refused


def test_a_missing_file_names_itself_and_what_is_near(store: Store, tmp_path: Path) -> None:
    error = refused("lute-bad", tmp_path, store)
    assert '"lute-bad"' in error.what
    assert tmp_path.name in error.what
    assert (error.hint or "").startswith('did you mean "lute-bed"')
    assert refused("theme.mp3", tmp_path, store).hint == (
        "built-in pieces: lute-bed, lute-closing, lute-opening"
    )


def test_without_a_folder_there_are_only_built_in_pieces(store: Store) -> None:
    assert '"theme.mp3"' in refused("theme.mp3", None, store).what


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no music\n" * 99,
        np.random.RandomState(1).bytes(5000),
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"ID3" * 99,
    ],
    ids=["empty", "text", "random", "cut header", "tag alone"],
)
@pytest.mark.parametrize("ending", ["wav", "mp3", "raw", ""])
def test_what_is_not_sound_is_refused(
    content: bytes, ending: str, store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"theme.{ending}").write_bytes(content)
    error = refused(f"theme.{ending}", tmp_path, store)
    assert "is not a sound file that can be read" in error.what or "too short" in error.what
    assert capfd.readouterr() == ("", "")  # the decoders keep quiet as well


def test_samples_that_are_no_numbers_are_refused(store: Store, tmp_path: Path) -> None:
    for name, value in (("nan", np.nan), ("inf", np.inf), ("huge", 1e30)):
        sound = tune(5, LOW_RATE)
        sound[1234] = value
        soundfile.write(tmp_path / f"{name}.wav", sound, LOW_RATE, subtype="FLOAT")
        assert "not a sound file" in refused(f"{name}.wav", tmp_path, store).what


def test_silence_is_refused(store: Store, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hush.wav", np.zeros(5 * LOW_RATE), LOW_RATE)
    assert refused("hush.wav", tmp_path, store).what == 'music "hush.wav" is silent'


def test_short_music_is_refused_as_a_bed_and_played_alone(store: Store, tmp_path: Path) -> None:
    write_tune(tmp_path / "short.wav", 1.0)
    assert "too short" in refused("short.wav", tmp_path, store).what
    assert load("short.wav", tmp_path, store, loop=False).samples.shape == (2, LOW_RATE)
    write_tune(tmp_path / "blip.wav", 0.05)
    assert "too short" in refused("blip.wav", tmp_path, store, loop=False).what


def test_long_music_is_refused(store: Store, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.flac", np.zeros(8000 * 601, np.int16), 8000)
    error = refused("long.flac", tmp_path, store)
    assert "longer than 10 minutes" in error.what


def test_a_header_that_lies_about_its_length_is_found_out(store: Store, tmp_path: Path) -> None:
    path = write_tune(tmp_path / "liar.wav")
    head = bytearray(path.read_bytes())
    struct.pack_into("<I", head, 40, 0x7FFFFFFF)
    path.write_bytes(head)
    assert load("liar.wav", tmp_path, store, loop=False).samples.shape[1] == 5 * LOW_RATE


def test_large_files_are_refused_unread(store: Store, tmp_path: Path) -> None:
    with (tmp_path / "large.wav").open("wb") as file:
        file.truncate(music_file.MOST_BYTES + 1)
    error = refused("large.wav", tmp_path, store)
    assert "is too large: 200 MB" in error.what


def test_unusual_sample_rates_are_refused(store: Store, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "slow.wav", tune(5, 1000), 1000)
    assert "1000 Hz" in refused("slow.wav", tmp_path, store).what


@pytest.mark.parametrize(
    "name",
    ["../secret.wav", "sub/../../secret.wav", "link.wav", "links/secret.wav", "/etc/hostname"],
)
def test_names_cannot_leave_the_folder(name: str, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "story"
    (folder / "sub").mkdir(parents=True)
    write_tune(tmp_path / "secret.wav")
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / "links").symlink_to(tmp_path)
    assert "lies outside the story's folder" in refused(name, folder, store).what


def test_an_absolute_name_is_refused_even_inside(store: Store, tmp_path: Path) -> None:
    path = write_tune(tmp_path / "a.wav")
    assert "lies outside" in refused(str(path), tmp_path, store).what


def test_links_and_dots_that_stay_inside_are_followed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write_tune(tmp_path / "a.wav")
    (tmp_path / "b.wav").symlink_to("a.wav")
    keys = {load(name, tmp_path, store).key for name in ("a.wav", "b.wav", "sub/../b.wav")}
    assert len(keys) == 1


@pytest.mark.parametrize(
    "name",
    ["a\0b.wav", "x" * 5000, "circle.wav", "two\nlines \x1b[31m.wav", "\ud800.wav", "a.wav/b", "~"],
)
def test_hostile_names_end_in_one_clear_line(name: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "circle.wav").symlink_to("circle.wav")
    write_tune(tmp_path / "a.wav")
    error = refused(name, tmp_path, store)
    assert "there is no music" in error.what
    assert len(error.what) < 400


@pytest.mark.parametrize("name", ["", ".", "sub", "pipe.wav"])
def test_what_is_no_file_is_refused(name: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    assert "is not a sound file" in refused(name, tmp_path, store).what


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=40))
def test_any_name_finds_a_file_inside_or_none(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        path = find_file(name, folder)
    except ConfigError as error:
        path, told = None, str(error)
    else:
        told = ""
    assert not told or told.isprintable()
    assert path is None or path.is_relative_to(folder.resolve())


@cache
def whole_file(ending: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write_tune(Path(folder) / f"whole.{ending}", 2.5, LOW_RATE, 1).read_bytes()


@settings(max_examples=60, deadline=None)
@given(data=st.data(), ending=st.sampled_from(["wav", "flac", "ogg", "mp3"]))
def test_damaged_files_are_played_or_refused(
    data: st.DataObject, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged.{ending}"
    content = bytearray(whole_file(ending))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        sound = music_file.read_file(path, sample_rate=LOW_RATE, channels=1)
    except ConfigError:
        return
    assert np.isfinite(sound).all()


def test_naming_music_costs_the_command_line_nothing() -> None:
    code = "import audiobook.sound, sys; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
