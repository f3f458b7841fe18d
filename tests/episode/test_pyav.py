"""The encoder for platforms where LAME's own library cannot be reached: the same laws hold."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
import soundfile

from audiobook.episode import mp3
from audiobook.episode.encoder import EncodedBlock
from audiobook.episode.lame import load_lame
from audiobook.episode.mp3 import Mp3Encoder, mp3_encoder
from audiobook.episode.mp3_frame import main_data_begin, split_frames
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.episode.pyav import PyavLame, load_pyav
from audiobook.episode.tags import Tag
from audiobook.errors import MissingError
from audiobook.sound import Sound

pytest.importorskip("av")

_SETTINGS = [
    Mp3Settings(48000, 1, Cbr(96)),
    Mp3Settings(44100, 2, Vbr(4)),
    Mp3Settings(24000, 1, Cbr(64)),
]


def _noise(n_samples: int, channels: int) -> Sound:
    random = np.random.default_rng(4)
    level = np.interp(
        np.arange(n_samples),
        np.arange(0, n_samples, 9000),
        random.uniform(0, 0.2, -(-n_samples // 9000)),
    )
    return (random.standard_normal((channels, n_samples)) * level).astype(np.float32)


@pytest.mark.parametrize("mp3_settings", _SETTINGS, ids=str)
def test_blocks_end_to_end_are_what_one_encoder_writes(mp3_settings: Mp3Settings) -> None:
    encoder = Mp3Encoder(mp3_settings, load_pyav())
    n, lead, cut, end = encoder.frame_samples, encoder.lead_frames, 147, 294
    pcm = _noise(end * n, mp3_settings.channels)
    whole = encoder.encode(pcm, 0, end)
    first = encoder.encode(pcm[:, : (cut + encoder.tail_frames) * n], 0, cut)
    second = encoder.encode(pcm[:, (cut - lead) * n :], lead, end - cut)
    assert first.data + second.data == whole.data
    assert {main_data_begin(frame) for frame in split_frames(whole.data)} == {0}


@pytest.mark.parametrize("mp3_settings", _SETTINGS, ids=str)
def test_what_is_decoded_has_the_length_and_the_level_of_what_was_encoded(
    mp3_settings: Mp3Settings,
) -> None:
    encoder = Mp3Encoder(mp3_settings, load_pyav())
    n_samples = 100 * encoder.frame_samples
    time_s = np.arange(n_samples) / encoder.sample_rate
    pcm = np.tile(np.sin(2 * np.pi * 500 * time_s).astype(np.float32) / 2, (encoder.channels, 1))
    block: EncodedBlock = encoder.encode(pcm, 0, 100 + encoder.flush_frames)
    head = encoder.head(Tag("x"), [block.table], n_samples)
    decoded, _ = soundfile.read(io.BytesIO(head + block.data), dtype="float32", always_2d=True)
    assert decoded.shape == (n_samples, encoder.channels)
    assert abs(20 * np.log10(np.std(decoded[5000:-5000]) / np.std(pcm))) < 0.1


@pytest.mark.parametrize(
    "mp3_settings",
    [
        Mp3Settings(32_000, 1, Vbr(4)),
        Mp3Settings(32_000, 2, Vbr(5)),
        Mp3Settings(48_000, 1, Vbr(7)),
        Mp3Settings(32_000, 1, Cbr(64)),
    ],
    ids=str,
)
def test_it_is_as_loud_as_the_other_lame(mp3_settings: Mp3Settings) -> None:
    encoders = [Mp3Encoder(mp3_settings, codec) for codec in (load_pyav(), load_lame())]
    pcm = _noise(100 * encoders[0].frame_samples, mp3_settings.channels)
    here, there = (np.std(e.decoded(e.encode(pcm, 0, 100))[1]) for e in encoders)
    assert abs(20 * np.log10(here / there)) < 0.1


def test_it_stands_in_where_lame_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Mp3Settings(44100, 1, Cbr(96))
    usual = mp3_encoder(settings).version

    def missing() -> None:
        raise MissingError("no symbols")

    monkeypatch.setattr(mp3, "load_lame", missing)
    assert "pyav" in mp3_encoder(settings).version
    assert mp3_encoder(settings).version != usual


def test_without_pyav_a_hint_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingError) as caught:
        PyavLame()
    assert "pip install av" in (caught.value.hint or "")
