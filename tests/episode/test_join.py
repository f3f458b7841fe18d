from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from audiobook.episode.blocks import KeptBlock, find_block, keep_block
from audiobook.episode.crc16 import crc16
from audiobook.episode.encoder import EncodedBlock, Encoder, frame_table
from audiobook.episode.join import write_episode
from audiobook.episode.mp3 import mp3_encoder
from audiobook.episode.mp3_settings import Cbr, Mp3Settings, Vbr
from audiobook.episode.tags import ChapterMark, Tag, read_tag
from audiobook.episode.wav import WavEncoder
from audiobook.errors import LostError, OutputError, SoundError
from audiobook.sound import Sound
from audiobook.store import Store

_CUTS = (0, 70, 190, 300)


def _kept_blocks(store: Store, encoder: Encoder, pcm: Sound) -> list[KeptBlock]:
    samples = encoder.frame_samples
    kept = []
    for start, stop in pairwise(_CUTS):
        lead = min(start, encoder.lead_frames)
        flush = encoder.flush_frames if stop == _CUTS[-1] else 0
        context = pcm[:, (start - lead) * samples : (stop + encoder.tail_frames) * samples]
        block = encoder.encode(context, lead, stop - start + flush)
        kept.append(keep_block(store, f"{start:040}", block))
    return kept


def _programme(encoder: Encoder, speech_like: Callable[..., Sound]) -> Sound:
    n_samples = _CUTS[-1] * encoder.frame_samples
    return speech_like(n_samples, encoder.sample_rate, encoder.channels)


@pytest.fixture(
    params=[
        Mp3Settings(44100, 1, Cbr(96)),
        Mp3Settings(44100, 2, Vbr(4)),
        Mp3Settings(24000, 1, Cbr(64)),
        Mp3Settings(24000, 2, Vbr(4)),
        None,
    ],
    ids=lambda mp3_settings: str(mp3_settings or "wav"),
)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return mp3_encoder(request.param) if request.param else WavEncoder(44100, 2)


def test_a_file_holds_the_programme_to_the_sample(
    tmp_path: Path, store: Store, encoder: Encoder, speech_like: Callable[..., Sound]
) -> None:
    pcm = _programme(encoder, speech_like)
    path = tmp_path / f"x.{encoder.extension}"
    write_episode(path, encoder, Tag("x"), _kept_blocks(store, encoder, pcm), pcm.shape[1], store)
    sound, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert sample_rate == encoder.sample_rate
    assert sound.T.shape == pcm.shape
    assert np.square(sound.T - pcm).mean() < 0.1 * np.square(pcm).mean()


def test_another_decoder_hears_the_same_length(
    tmp_path: Path, store: Store, encoder: Encoder, speech_like: Callable[..., Sound]
) -> None:
    av = pytest.importorskip("av")
    pcm = _programme(encoder, speech_like)
    path = tmp_path / f"x.{encoder.extension}"
    marks = (ChapterMark("Long title of the first", 0, 2000), ChapterMark("Two", 2000, 4000))
    tag = Tag("x", chapters=marks)
    write_episode(path, encoder, tag, _kept_blocks(store, encoder, pcm), pcm.shape[1], store)
    with av.open(str(path)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == pcm.shape[1]


@pytest.mark.skipif(shutil.which("mp3val") is None, reason="mp3val is not installed")
def test_mp3val_counts_all_frames_and_finds_no_fault(
    tmp_path: Path, store: Store, encoder: Encoder, speech_like: Callable[..., Sound]
) -> None:
    if encoder.extension != "mp3":
        pytest.skip("mp3val knows MP3 only")
    pcm = _programme(encoder, speech_like)
    path = tmp_path / "x.mp3"
    tag = Tag("x", chapters=(ChapterMark("One", 0, 2000), ChapterMark("Two", 2000, 4000)))
    write_episode(path, encoder, tag, _kept_blocks(store, encoder, pcm), pcm.shape[1], store)
    said = subprocess.run(["mp3val", path], capture_output=True, text=True, check=True).stdout
    _, *findings, done = said.splitlines()
    n_frames = 1 + _CUTS[-1] + encoder.flush_frames
    assert done == "Done!"
    assert [line.partition(f'"{path}": ')[2].partition(",")[0] for line in findings] == [
        f"{n_frames} MPEG frames (MPEG {'1' if encoder.sample_rate == 44100 else '2'} Layer III)"
    ]


def test_the_file_is_tag_head_and_blocks_and_nothing_else(
    tmp_path: Path, store: Store, speech_like: Callable[..., Sound]
) -> None:
    encoder = mp3_encoder(Mp3Settings(24000, 1, Cbr(64)))
    pcm = _programme(encoder, speech_like)
    kept = _kept_blocks(store, encoder, pcm)
    path = tmp_path / "x.mp3"
    write_episode(path, encoder, Tag("Title"), kept, pcm.shape[1], store)
    head = encoder.head(Tag("Title"), [block.table for block in kept], pcm.shape[1])
    frames = b"".join(block.path.read_bytes()[block.offset :] for block in kept)
    assert path.read_bytes() == head + frames
    assert read_tag(path).title == "Title"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.mp3"]


@contextlib.contextmanager
def _largest_file(n_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _left_the_store(block: KeptBlock) -> None:
    block.path.unlink()


def _lost_its_end(block: KeptBlock) -> None:
    block.path.write_bytes(block.path.read_bytes()[:-1])


def _lost_a_bit(block: KeptBlock) -> None:
    data = bytearray(block.path.read_bytes())
    data[-1] ^= 1
    block.path.write_bytes(data)


@pytest.mark.parametrize("harm", [_left_the_store, _lost_its_end, _lost_a_bit])
def test_a_failure_midway_leaves_the_old_file(
    tmp_path: Path, store: Store, harm: Callable[[KeptBlock], None]
) -> None:
    encoder = WavEncoder(44100, 1)
    kept = _kept_blocks(store, encoder, np.ones((1, _CUTS[-1] * 1152), dtype=np.float32))
    path = tmp_path / "x.wav"
    path.write_bytes(b"old")
    harm(kept[1])
    with pytest.raises(LostError) as caught:
        write_episode(path, encoder, Tag("x"), kept, _CUTS[-1] * 1152, store)
    assert caught.value.hint == "build again"
    assert not kept[1].path.exists()  # so that it is made anew
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.wav"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, store: Store) -> None:
    encoder = WavEncoder(44100, 1)
    kept = _kept_blocks(store, encoder, np.ones((1, _CUTS[-1] * 1152), dtype=np.float32))
    path = tmp_path / "x.wav"
    path.write_bytes(b"old")
    with _largest_file(200_000), pytest.raises(OutputError, match=r"cannot write .*x\.wav"):
        write_episode(path, encoder, Tag("x"), kept, _CUTS[-1] * 1152, store)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.wav"]


def test_blocks_that_do_not_add_up_write_nothing(tmp_path: Path, store: Store) -> None:
    encoder = WavEncoder(44100, 1)
    kept = _kept_blocks(store, encoder, np.ones((1, _CUTS[-1] * 1152), dtype=np.float32))
    with pytest.raises(SoundError, match="do not hold"):
        write_episode(tmp_path / "x.wav", encoder, Tag("x"), kept[:-1], _CUTS[-1] * 1152, store)
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=30))
def test_a_block_comes_back_from_the_store(
    tmp_path_factory: pytest.TempPathFactory, frames: list[bytes]
) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "blocks")
    data = b"".join(frames)
    sizes = np.array([len(frame) for frame in frames], dtype=np.uint16)
    kept = keep_block(store, "a" * 40, EncodedBlock(data, frame_table(sizes, crc16(data))))
    found = find_block(store, "a" * 40)
    assert found is not None
    assert (found.path, found.offset, found.table.crc) == (kept.path, kept.offset, crc16(data))
    assert found.table.sizes.tolist() == sizes.tolist()
    assert found.path.read_bytes()[found.offset :] == data
    assert (found.table.n_frames, found.table.n_bytes) == (len(frames), len(data))


@given(st.binary(max_size=200))
def test_a_file_that_is_no_block_counts_as_not_there(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "junk")
    path = store.path("block", "b" * 40)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(junk)
    assert find_block(store, "b" * 40) is None


def test_a_block_cut_short_or_grown_counts_as_not_there(store: Store) -> None:
    table = frame_table(np.array([3, 4], dtype=np.uint16), crc=0)
    kept = keep_block(store, "c" * 40, EncodedBlock(b"1234567", table))
    whole = kept.path.read_bytes()
    for damaged in (*(whole[:n] for n in range(len(whole))), whole + b"8"):
        kept.path.write_bytes(damaged)
        assert find_block(store, "c" * 40) is None
    kept.path.write_bytes(whole)
    assert find_block(store, "c" * 40) is not None
    assert find_block(store, "d" * 40) is None


@pytest.fixture
def written(
    tmp_path: Path, store: Store, speech_like: Callable[..., Sound]
) -> tuple[Path, Callable[..., None]]:
    """A file, and what writes it, with a title and a store that may be others."""
    encoder = WavEncoder(8000, 1)
    kept = _kept_blocks(store, encoder, _programme(encoder, speech_like))
    path = tmp_path / "x.wav"
    n_samples = _CUTS[-1] * encoder.frame_samples

    def write(title: str = "x", in_store: Store = store) -> None:
        write_episode(path, encoder, Tag(title), kept, n_samples, in_store)

    write()
    return path, write


def test_what_stands_there_already_is_not_written_again_but_is_of_now(
    written: tuple[Path, Callable[..., None]],
) -> None:
    path, write = written
    os.utime(path, ns=(0, 0))
    write()  # its time was changed, so it may be another
    before = path.stat()
    write()
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns > before.st_mtime_ns
    write()
    assert path.stat().st_ino == before.st_ino


def test_what_anybody_has_changed_is_written_again(
    written: tuple[Path, Callable[..., None]], store: Store
) -> None:
    path, write = written
    whole, status = path.read_bytes(), path.stat()
    path.write_bytes(bytes(len(whole)))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as if nothing had happened
    write()
    assert path.read_bytes() == whole
    path.unlink()
    write()
    assert path.read_bytes() == whole
    with path.open("rb") as before:
        write(in_store=Store(store.folder.parent, fresh=True))
        assert os.fstat(before.fileno()).st_nlink == 0
    write("y")
    assert path.read_bytes() != whole
