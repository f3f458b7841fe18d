from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audiobook.episode.encoder import EncodedBlock, Encoder
from audiobook.episode.lame import load_lame
from audiobook.episode.mp3 import Mp3Encoder, mp3_encoder
from audiobook.episode.mp3_frame import main_data_begin, split_frames
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.episode.tags import Tag
from audiobook.errors import ConfigError, SoundError
from audiobook.sound import Sound

SpeechLike = Callable[..., Sound]

_SETTINGS = [
    Mp3Settings(sample_rate, channels, rate)
    for sample_rate, kbps in ((44100, 96), (24000, 64))
    for channels in (1, 2)
    for rate in (Cbr(kbps), Vbr(4))
]
_UNPADDED = [
    Mp3Settings(sample_rate, channels, rate)
    for sample_rate, rate in ((48000, Cbr(96)), (44100, Vbr(4)), (24000, Cbr(64)), (24000, Vbr(4)))
    for channels in (1, 2)
]
"""Where frames are whole bytes long; else the padding's pattern begins anew with each block."""


_FORGOTTEN_FRAMES = 72
"""What LAME heard longer ago than this leaves no trace, not even over digital silence."""


def _blocks(encoder: Encoder, pcm: Sound, cuts: Sequence[int]) -> list[EncodedBlock]:
    """Encode a programme in blocks that end at these frames, the last being its end."""
    samples = encoder.frame_samples
    blocks = []
    for start, stop in pairwise([0, *cuts]):
        lead = min(start, encoder.lead_frames)
        flush = encoder.flush_frames if stop == cuts[-1] else 0
        context = pcm[:, (start - lead) * samples : (stop + encoder.tail_frames) * samples]
        blocks.append(encoder.encode(context, lead, stop - start + flush))
    return blocks


def _decoded(encoder: Encoder, blocks: Sequence[EncodedBlock], n_samples: int) -> Sound:
    head = encoder.head(Tag("x"), [block.table for block in blocks], n_samples)
    mp3 = io.BytesIO(head + b"".join(block.data for block in blocks))
    return soundfile.read(mp3, dtype="float32", always_2d=True)[0].T  # type: ignore[no-any-return]


def _differing(blocks: Sequence[EncodedBlock], whole: EncodedBlock) -> list[int]:
    """Of the frames that are not those of the whole, how far each is from its block's first."""
    frames = iter(split_frames(whole.data))
    return [
        n
        for block in blocks
        for n, frame in enumerate(split_frames(block.data))
        if frame != next(frames)
    ]


@pytest.mark.parametrize("mp3_settings", _UNPADDED, ids=str)
def test_blocks_end_to_end_are_what_one_encoder_writes(
    mp3_settings: Mp3Settings, speech_like: SpeechLike
) -> None:
    """All but a few frames after a long silence, such as a programme never has."""
    encoder = mp3_encoder(mp3_settings)
    cuts = [49, 147, 343, 490]
    n_samples = cuts[-1] * encoder.frame_samples
    pcm = speech_like(n_samples, mp3_settings.sample_rate, mp3_settings.channels)
    blocks = _blocks(encoder, pcm, cuts)
    (whole,) = _blocks(encoder, pcm, cuts[-1:])
    differing = _differing(blocks, whole)
    assert len(differing) < 0.03 * cuts[-1]
    assert max(differing, default=0) < _FORGOTTEN_FRAMES - encoder.lead_frames
    with_more = Mp3Encoder(mp3_settings, load_lame())
    with_more.lead_frames = _FORGOTTEN_FRAMES
    assert not _differing(_blocks(with_more, pcm, cuts), whole)


@pytest.mark.parametrize("rate", [Cbr(64), Vbr(4)], ids=str)
def test_it_does_not_matter_where_the_blocks_are_cut(
    rate: Cbr | Vbr, speech_like: SpeechLike
) -> None:
    encoder = mp3_encoder(Mp3Settings(24000, 1, rate))
    n_frames = 260
    pcm = speech_like(n_frames * encoder.frame_samples, 24000, 1)
    (whole,) = _blocks(encoder, pcm, [n_frames])

    @settings(max_examples=12, deadline=None)
    @given(st.sets(st.integers(min_value=1, max_value=n_frames - 1), max_size=5))
    def check(cuts: set[int]) -> None:
        blocks = _blocks(encoder, pcm, [*sorted(cuts), n_frames])
        far = _FORGOTTEN_FRAMES - encoder.lead_frames
        assert all(n < far for n in _differing(blocks, whole))

    check()


@pytest.mark.parametrize("mp3_settings", _SETTINGS, ids=str)
def test_frames_lean_on_no_others(mp3_settings: Mp3Settings, speech_like: SpeechLike) -> None:
    encoder = mp3_encoder(mp3_settings)
    pcm = speech_like(100 * encoder.frame_samples, mp3_settings.sample_rate, mp3_settings.channels)
    frames = split_frames(encoder.encode(pcm, 0, 99).data)
    assert [main_data_begin(frame) for frame in frames] == [0] * 99


@pytest.mark.parametrize("mp3_settings", _SETTINGS, ids=str)
def test_a_join_is_no_worse_than_the_encoding_around_it(
    mp3_settings: Mp3Settings, speech_like: SpeechLike
) -> None:
    """Anywhere, even where frames are other ones than a single encoder's."""
    encoder = mp3_encoder(mp3_settings)
    n = encoder.frame_samples
    cuts = [130, 251, 383, 507, 640]
    n_samples = cuts[-1] * n
    pcm = speech_like(n_samples, mp3_settings.sample_rate, mp3_settings.channels, seed=3)

    def noise_at_joins(blocks: Sequence[EncodedBlock]) -> NDArray[np.float64]:
        noise = _decoded(encoder, blocks, n_samples) - pcm
        joins = [noise[:, (cut - 2) * n : (cut + 2) * n] for cut in cuts[:-1]]
        power: NDArray[np.float64] = np.square(joins).mean(axis=(1, 2), dtype=np.float64)
        return power + 1e-12

    joined = noise_at_joins(_blocks(encoder, pcm, cuts))
    whole = noise_at_joins(_blocks(encoder, pcm, cuts[-1:]))
    assert np.abs(10 * np.log10(joined / whole)).max() < 1


@pytest.mark.parametrize("mp3_settings", _SETTINGS, ids=str)
def test_what_is_decoded_of_a_block_is_what_the_file_sounds_like_there(
    mp3_settings: Mp3Settings, speech_like: SpeechLike
) -> None:
    """From what its first frame has a part in, before it, up to its end and beyond.

    All but the same: where frames have to be padded, that begins anew with each block.
    """
    encoder = mp3_encoder(mp3_settings)
    n, cuts = encoder.frame_samples, [90, 210, 300]
    pcm = speech_like(cuts[-1] * n, mp3_settings.sample_rate, mp3_settings.channels)
    blocks = _blocks(encoder, pcm, cuts)
    in_file = _decoded(encoder, blocks, pcm.shape[1])
    for block, start, stop in zip(blocks, [0, *cuts], cuts, strict=False):
        place, heard = encoder.decoded(block)
        assert place == (-1105 if start else 0)
        heard = heard[:, : pcm.shape[1] - (start * n + place)]
        assert place + heard.shape[1] >= (stop - start) * n
        there = in_file[:, start * n + place :][:, : heard.shape[1]]
        for part in (slice(2 * n), slice(None), slice(-2 * n, None)):
            unlike = np.square(heard[:, part] - there[:, part]).mean()
            assert unlike <= 2e-3 * np.square(there[:, part]).mean()


@pytest.mark.parametrize("name", ["._", ".AppleDouble"])
def test_a_block_is_decoded_whatever_lies_in_the_current_folder(
    name: str, speech_like: SpeechLike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libsndfile looks there for what a Macintosh keeps beside a sound."""
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    encoder = mp3_encoder(Mp3Settings(44100, 1, Cbr(96)))
    pcm = speech_like(60 * 1152, 44100, 1)
    _, heard = encoder.decoded(encoder.encode(pcm, 0, 50))
    assert heard.shape[1] > 48 * 1152


def test_the_first_and_the_last_sample_are_heard() -> None:
    encoder = mp3_encoder(Mp3Settings(24000, 1, Cbr(160)))
    pcm = np.zeros((1, 100 * 576), dtype=np.float32)
    pcm[0, :300] = pcm[0, -300:] = 0.5 * np.sin(np.arange(300))
    decoded = _decoded(encoder, _blocks(encoder, pcm, [50, 100]), pcm.shape[1])
    assert decoded.shape == pcm.shape
    for part in (slice(None, 300), slice(-300, None)):
        error = np.square(decoded[0, part] - pcm[0, part]).sum()
        assert error < 0.02 * np.square(pcm[0, part]).sum()


def test_the_same_block_gives_the_same_bytes_on_many_threads(
    speech_like: SpeechLike,
) -> None:
    encoder = mp3_encoder(Mp3Settings(44100, 2, Vbr(4)))
    pcm = speech_like(200 * 1152, 44100, 2)
    with ThreadPoolExecutor(4) as threads:
        blocks = list(threads.map(lambda _: encoder.encode(pcm, 98, 100), range(8)))
    assert len({block.data for block in blocks}) == 1


def test_the_version_tells_builds_and_settings_apart() -> None:
    versions = {mp3_encoder(mp3_settings).version for mp3_settings in _SETTINGS}
    assert len(versions) == len(_SETTINGS)
    assert all(version.startswith("mp3 lame ") for version in versions)


def test_sound_that_an_encoder_must_not_see_is_refused() -> None:
    encoder = mp3_encoder(Mp3Settings(44100, 2, Cbr(128)))
    with pytest.raises(SoundError, match="channel"):
        encoder.encode(np.zeros((1, 1152), dtype=np.float32), 0, 1)
    with pytest.raises(SoundError, match="not numbers"):
        encoder.encode(np.full((2, 1152), np.nan, dtype=np.float32), 0, 1)


def test_an_encoder_that_makes_too_few_frames_is_found_out() -> None:
    class Idle:
        name = "idle"
        version = "0"

        def encode(self, pcm: Sound, settings: Mp3Settings) -> bytes:
            return b""

    encoder = Mp3Encoder(Mp3Settings(44100, 1, Cbr(96)), Idle())
    with pytest.raises(SoundError, match="made 0 frames where 2 were due"):
        encoder.encode(np.zeros((1, 1152), dtype=np.float32), 0, 2)


@pytest.mark.parametrize(
    ("sample_rate", "channels", "rate", "what"),
    [
        (11025, 1, Cbr(32), "sample rate"),
        (44100, 3, Cbr(96), "channels"),
        (44100, 1, Cbr(97), "bit rate"),
        (44100, 1, Cbr(8), "bit rate"),
        (44100, 1, Vbr(10), "quality"),
        (44100, 1, Vbr(float("nan")), "quality"),
    ],
)
def test_settings_that_mp3_does_not_have(
    sample_rate: int, channels: int, rate: Cbr | Vbr, what: str
) -> None:
    with pytest.raises(ConfigError, match=what):
        Mp3Settings(sample_rate, channels, rate)


@pytest.mark.parametrize("rate", [Cbr(64), Cbr(96), Cbr(128), Cbr(192), Vbr(4)], ids=str)
def test_the_level_is_kept(rate: Cbr | Vbr) -> None:
    time_s = np.arange(200 * 1152) / 44100
    pcm = (0.5 * np.sin(2 * np.pi * 1000 * time_s)).astype(np.float32)[np.newaxis]
    block = mp3_encoder(Mp3Settings(44100, 1, rate)).encode(pcm, 0, 190)
    decoded, _ = soundfile.read(io.BytesIO(block.data), dtype="float32")
    level_db = 20 * math.log10(np.std(decoded[20000:200000]) / np.std(pcm))
    assert abs(level_db) < 0.05
