"""A sound is decoded by what it holds; a damaged one is an error and nothing else."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audiobook.decoding import UNDECODABLE, Decoder, open_bytes, open_sound


def file_of(kind: str) -> bytes:
    """A tenth of a second of noise."""
    noise = 0.1 * np.random.default_rng(1).standard_normal(4410).astype(np.float32)
    stream = io.BytesIO()
    soundfile.write(stream, noise, 44_100, format=kind)
    return stream.getvalue()


FILES = {kind: file_of(kind) for kind in ("WAV", "AIFF", "FLAC", "OGG", "MP3", "AU", "CAF")}


def open_stream(data: bytes) -> Decoder:
    return open_sound(io.BytesIO(data))


Open = Callable[[bytes], AbstractContextManager[Decoder]]
opened_either_way = pytest.mark.parametrize("open_data", [open_stream, open_bytes])


@opened_either_way
@pytest.mark.parametrize("kind", FILES)
def test_every_kind_is_what_libsndfile_itself_decodes(kind: str, open_data: Open) -> None:
    with open_data(FILES[kind]) as decoder:
        decoded = decoder.read(dtype="float32")
    np.testing.assert_array_equal(decoded, soundfile.read(io.BytesIO(FILES[kind]))[0])


@opened_either_way
@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["file", "folder"])
def test_nothing_in_the_current_folder_counts(
    make: Callable[[Path], None],
    open_data: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(tmp_path / "._")
    monkeypatch.chdir(tmp_path)
    for data in FILES.values():
        with open_data(data) as decoder:
            assert decoder.frames >= 4410


@pytest.mark.parametrize("error", [AttributeError, PermissionError])
def test_bytes_are_decoded_where_there_are_no_files_in_memory(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> int:
        raise error(name)

    monkeypatch.setattr(os, "memfd_create", refuse, raising=False)
    with open_bytes(FILES["FLAC"]) as decoder:
        decoded = decoder.read(dtype="float32")
    np.testing.assert_array_equal(decoded, soundfile.read(io.BytesIO(FILES["FLAC"]))[0])


def n_open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").glob("*"))  # none where there is no such folder


@opened_either_way
@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfb", b"RIFF", bytes(5000)])
def test_what_is_no_sound_is_told_as_such_and_nothing_stays_open(
    data: bytes, open_data: Open
) -> None:
    before = n_open_files()
    with pytest.raises(UNDECODABLE), open_data(data) as decoder:
        decoder.read(1)
    assert n_open_files() == before


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["WAV", "AIFF", "FLAC", "AU", "CAF"]),
    at=st.integers(0, 80),
    value=st.integers(0, 255),
)
@example(kind="AIFF", at=38, value=255)  # which leads to before the beginning
def test_of_a_damaged_header_nothing_is_printed(
    kind: str, at: int, value: int, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = bytearray(FILES[kind])
    damaged[at] = value
    with contextlib.suppress(*UNDECODABLE), open_sound(io.BytesIO(damaged)) as decoder:
        decoder.read(10_000)
    assert capfd.readouterr() == ("", "")
