from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiobook.episode.encoder import frame_table
from audiobook.episode.tags import ChapterMark, Tag
from audiobook.episode.wav import WavEncoder
from audiobook.errors import SoundError
from audiobook.sound import Sound


@pytest.mark.parametrize("channels", [1, 2])
def test_blocks_end_to_end_are_the_sound(channels: int, speech_like: Callable[..., Sound]) -> None:
    encoder = WavEncoder(44100, channels)
    pcm = speech_like(50 * 1152, 44100, channels)
    blocks = [
        encoder.encode(pcm[:, start * 1152 : stop * 1152], 0, stop - start)
        for start, stop in pairwise([0, 7, 31, 50])
    ]
    head = encoder.head(Tag("Title"), [block.table for block in blocks], pcm.shape[1])
    file = io.BytesIO(head + b"".join(block.data for block in blocks))
    sound, sample_rate = soundfile.read(file, dtype="float32", always_2d=True)
    assert sample_rate == 44100
    assert sound.T.shape == pcm.shape
    assert np.abs(sound.T - pcm).max() <= 0.5 / 32768


def test_context_is_left_out_and_what_is_missing_is_silence() -> None:
    pcm = np.repeat(np.array([[0.1, 0.2, 0.3]], dtype=np.float32), 1152, axis=1)
    block = WavEncoder(44100, 1).encode(pcm, lead_frames=1, n_frames=3)
    levels = np.frombuffer(block.data, dtype="<i2")[::1152]
    assert levels.tolist() == [6554, 9830, 0]


def test_full_scale_and_beyond_does_not_wrap_round() -> None:
    pcm = np.tile(np.array([[-2, -1, 1, 2]], dtype=np.float32), 288)
    levels = np.frombuffer(WavEncoder(44100, 1).encode(pcm, 0, 1).data, dtype="<i2")
    assert levels[:4].tolist() == [-32768, -32768, 32767, 32767]


def test_more_than_four_gibibytes_become_rf64(tmp_path: Path) -> None:
    n_frames = 1_000_000
    table = frame_table(np.full(n_frames, 4608, dtype=np.uint16), crc=0)
    path = tmp_path / "long.wav"
    head = WavEncoder(44100, 2).head(Tag("Title"), [table], n_frames * 1152)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + table.n_bytes)  # a hole: it takes no room
    info = soundfile.info(path)
    assert (info.format, info.frames) == ("RF64", n_frames * 1152)


def test_the_tag_stands_ahead_of_the_sound() -> None:
    mutagen_wave = pytest.importorskip("mutagen.wave")
    encoder = WavEncoder(44100, 1)
    block = encoder.encode(np.zeros((1, 1152), dtype=np.float32), 0, 1)
    tag = Tag("Title", chapters=(ChapterMark("One", 0, 48),))
    head = encoder.head(tag, [block.table], 1152)
    wave = mutagen_wave.WAVE(io.BytesIO(head + block.data))
    assert wave.tags["TIT2"].text == ["Title"]
    assert wave.info.length == pytest.approx(1152 / 44100)


def test_blocks_that_do_not_add_up_are_an_error() -> None:
    table = frame_table(np.full(3, 2304, dtype=np.uint16), crc=0)
    with pytest.raises(SoundError, match="6912 bytes of PCM do not hold 3000 samples"):
        WavEncoder(24000, 1).head(Tag("x"), [table], 3000)
