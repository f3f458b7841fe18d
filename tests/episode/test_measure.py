"""What is measured of a file is what other meters and readers find in it, whoever made it."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mutagen.mp3
import numpy as np
import pytest
import soundfile
from fakes.files import narration, room_noise, write_mp3
from fakes.programmes import speech_like

from audiobook.episode.measure import measure
from audiobook.episode.mp3_survey import survey
from audiobook.errors import SoundError, UsageError
from audiobook.sound import Sound


def speech(sample_rate: int, channels: int, seconds: float = 8.0) -> Sound:
    """Speech that grows softer, another in each channel, peaks near full scale."""
    n_samples = round(seconds * sample_rate)
    parts = [speech_like(n_samples, sample_rate, seed) for seed in range(channels)]
    fade = np.linspace(0.95, 0.2, n_samples)
    return (np.stack(parts) * fade).astype(np.float32)


def write_wav(path: Path, sound: Sound, sample_rate: int) -> Path:
    soundfile.write(path, sound.T, sample_rate)
    return path


@dataclass(frozen=True)
class Reading:
    lufs: float
    true_peak_dbtp: float


def ebur128(path: Path) -> Reading:
    """What ffmpeg's meter reads of a file."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_abuffer(template=stream)
        meter = graph.add("ebur128", "metadata=1:peak=true")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        last: dict[str, str] = {}
        for frame in [*container.decode(stream), None]:
            graph.push(frame)
            while True:
                try:
                    last = graph.pull().metadata or last
                except (BlockingIOError, EOFError):
                    break
    peak = max(float(v) for name, v in last.items() if name.startswith("lavfi.r128.true_peaks_ch"))
    return Reading(float(last["lavfi.r128.I"]), 20 * np.log10(peak))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    "sample_rate",
    [24_000, *(pytest.param(rate, marks=pytest.mark.slow) for rate in (44_100, 48_000))],
)
@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_another_meter_agrees(suffix: str, sample_rate: int, channels: int, tmp_path: Path) -> None:
    write = write_wav if suffix == "wav" else write_mp3
    path = write(tmp_path / f"a.{suffix}", speech(sample_rate, channels), sample_rate)
    measured, other = measure(path), ebur128(path)
    assert measured.figures.integrated_lufs == pytest.approx(other.lufs, abs=0.1)
    assert measured.figures.true_peak_dbtp == pytest.approx(other.true_peak_dbtp, abs=0.2)
    assert (measured.sample_rate, measured.channels) == (sample_rate, channels)
    assert measured.duration_s == 8.0
    assert (measured.bit_rate is None) == (suffix == "wav")


def test_a_file_of_many_stretches_is_measured_as_one(tmp_path: Path) -> None:
    sound = np.tile(speech(24_000, 1, 7.77), 9)  # 70 s, read in stretches of 20
    path = write_wav(tmp_path / "a.wav", sound, 24_000)
    measured, other = measure(path), ebur128(path)
    assert measured.figures.integrated_lufs == pytest.approx(other.lufs, abs=0.05)
    assert measured.figures.true_peak_dbtp == pytest.approx(other.true_peak_dbtp, abs=0.2)
    level_db = 10 * np.log10(np.mean(sound.astype(np.float64) ** 2))
    assert measured.figures.rms_db == pytest.approx(level_db, abs=0.01)
    assert measured.duration_s == sound.shape[1] / 24_000


@pytest.mark.parametrize("seconds", [19.9, 20.0, 20.1, 40.05])
def test_the_head_and_the_tail_of_any_length_of_file(seconds: float, tmp_path: Path) -> None:
    inner = room_noise(seconds - 2.5, -20)
    sound = np.concatenate([room_noise(0.5, -70), inner, room_noise(2.0, -70)])[np.newaxis]
    figures = measure(write_wav(tmp_path / "a.wav", sound.astype(np.float32), 44_100)).figures
    assert figures.head_s == pytest.approx(0.5, abs=0.051)
    assert figures.tail_s == pytest.approx(2.0, abs=0.051)
    assert figures.noise_floor_db == pytest.approx(-70, abs=0.3)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "AIFF"])
def test_other_formats_are_measured_too(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    soundfile.write(path, narration()[0], 44_100, format=kind)
    measured = measure(path)
    assert measured.figures.rms_db == pytest.approx(-20, abs=0.3)
    assert measured.bit_rate is None


# Bit rates.


@pytest.mark.parametrize(
    ("kbps", "vbr_quality", "sample_rate", "is_constant"),
    [
        (96, None, 44_100, True),
        (192, None, 44_100, True),
        (128, None, 48_000, True),
        (64, None, 24_000, True),
        (96, 2.0, 44_100, False),
        (96, 5.0, 24_000, False),
        ((192, 256), None, 44_100, False),
    ],
)
def test_the_bit_rate_is_what_another_reader_finds(
    kbps: int, vbr_quality: float | None, sample_rate: int, is_constant: bool, tmp_path: Path
) -> None:
    sound = narration(sample_rate=sample_rate)
    path = write_mp3(tmp_path / "a.mp3", sound, sample_rate, kbps, vbr_quality)
    found = measure(path).bit_rate
    other = mutagen.mp3.MP3(path).info
    assert found is not None
    assert found.is_constant == is_constant
    assert found.kbps == pytest.approx(other.bitrate / 1000, rel=0.01)
    if is_constant:
        assert found.kbps == pytest.approx(kbps, rel=0.002)
    if isinstance(kbps, int):
        assert is_constant == (other.bitrate_mode == mutagen.mp3.BitrateMode.CBR)


def test_tags_on_either_side_are_no_frames(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "a.mp3", narration(), 44_100)
    plain = measure(path)
    behind = b"APETAGEX" + bytes(24) + b"TAG" + bytes(125)
    path.write_bytes(path.read_bytes() + behind)
    tagged = measure(path)
    assert (tagged.bit_rate, tagged.figures) == (plain.bit_rate, plain.figures)
    with_footer = b"ID3\x04\x00\x10" + bytes([0, 0, 1, 0]) + bytes(128) + b"3DI" + bytes(7)
    path.write_bytes(with_footer + path.read_bytes())
    with path.open("rb") as file:
        assert survey(file) == plain.bit_rate


def test_an_mp3_without_an_info_frame(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "a.mp3", narration(), 44_100, 128)
    data = path.read_bytes()
    start = data.index(b"Info") - 4 - 17
    path.write_bytes(data[start + 417 :])
    with path.open("rb") as file:
        found = survey(file)
    assert found.is_constant
    assert found.kbps == pytest.approx(128, rel=0.002)


# Hostile files.


def mp3(path: Path) -> bytes:
    return write_mp3(path, narration(), 44_100).read_bytes()


def wav_header(channels: int, sample_rate: int, n_bytes: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, 0, 2 * channels, 16)
    rest = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", n_bytes)
    return b"RIFF" + struct.pack("<I", len(rest) + n_bytes) + rest + bytes(n_bytes)


HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "empty": (lambda p: b"", "holds no MP3 frame"),
    "one byte": (lambda p: b"\xff", "does not begin as sound files do"),
    "text": (lambda p: b"Once upon a time there was a boy.", "does not begin as sound files do"),
    "zeros": (lambda p: bytes(5000), "does not begin as sound files do"),
    "junk": (lambda p: np.random.default_rng(3).bytes(50_000), "does not begin"),
    "cut in a frame": (lambda p: mp3(p)[:-200], "ends early: its last MP3 frame lacks"),
    "cut between frames": (lambda p: cut_between_frames(mp3(p)), "ends early, after 100 of"),
    "junk within": (lambda p: mp3(p).replace(b"\xff\xfb", b"\xff\x0b", 3)[:9000], "no MP3 frame"),
    "tag without end": (lambda p: b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + mp3(p), "holds no MP3 frame"),
    "tag alone": (lambda p: b"ID3\x03\0\0\0\0\0\0", "holds no MP3 frame"),
    "info frame alone": (lambda p: info_frame_alone(mp3(p)), "ends early, after 0 of"),
    "wave of nothing": (lambda p: wav_header(1, 44_100, 0), "holds no sound"),
    "wave cut in its head": (lambda p: wav_header(1, 44_100, 99)[:30], "cannot be measured"),
    "wave at 1 Hz": (lambda p: wav_header(1, 1, 500), "sample rate of 1 Hz"),
    "wave of 700 channels": (lambda p: wav_header(700, 44_100, 1400), "700 channels"),
    "wave of six channels": (lambda p: wav_header(6, 44_100, 1200), "6 channels"),
    "flac cut": (lambda p: b"fLaC" + bytes(200), "no sound that can be decoded"),
    "ogg of junk": (lambda p: b"OggS" + bytes(range(256)) * 8, "no sound that can be decoded"),
}


def sound_start(data: bytes) -> int:
    return data.index(b"Info") - 4 - 17


def cut_between_frames(data: bytes) -> bytes:
    at = sound_start(data)
    for _ in range(101):  # the info frame and a hundred others
        at += 313 + (data[at + 2] >> 1 & 1)
    return data[:at]


def info_frame_alone(data: bytes) -> bytes:
    at = sound_start(data)
    return data[: at + 313 + (data[at + 2] >> 1 & 1)]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_clear_error(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, what = HOSTILE[kind]
    path = tmp_path / "a.mp3"
    data = make(tmp_path / "whole.mp3")
    path.write_bytes(data)
    with pytest.raises(SoundError) as caught:
        measure(path)
    assert str(path) in caught.value.what
    assert what in caught.value.what
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # nor does a decoder tell more


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    sound = narration()
    sound[0, 5000] = np.nan
    path = tmp_path / "a.wav"
    soundfile.write(path, sound[0], 44_100, subtype="FLOAT")
    with pytest.raises(SoundError, match="values that are not numbers"):
        measure(path)


def test_a_path_that_leads_to_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file: "):
        measure(tmp_path / "nowhere.mp3")
    with pytest.raises(UsageError, match="is a folder"):
        measure(tmp_path)
    with pytest.raises(UsageError, match="cannot read"):
        measure(tmp_path / ("x" * 300))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no file that can be measured"):
        measure(tmp_path / "pipe")
    with pytest.raises(UsageError, match="cannot read"):
        measure(write_mp3(tmp_path / "a.mp3", narration(), 44_100) / "b.mp3")


# Memory.

PEAK = """
import resource, sys
from pathlib import Path
from audiobook.episode.measure import measure
measure(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    minute = np.tile(speech(44_100, 1, 6), 10)[0]
    kilobytes = {}
    for minutes in (2, 30):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", 44_100, 1) as file:
            for _ in range(minutes):
                file.write(minute)
        done = subprocess.run(
            [sys.executable, "-c", PEAK, path], capture_output=True, check=True, timeout=60
        )
        kilobytes[minutes] = int(done.stdout)
    assert kilobytes[30] < 1.1 * kilobytes[2]
