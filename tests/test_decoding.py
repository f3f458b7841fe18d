"""A sound is decoded by what it holds; a damaged one is an error and nothing else."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audiobook.decoding import UNDECODABLE, open_sound


def file_of(kind: str) -> bytes:
    """A tenth of a second of noise."""
    noise = 0.1 * np.random.default_rng(1).standard_normal(4410).astype(np.float32)
    stream = io.BytesIO()
    soundfile.write(stream, noise, 44_100, format=kind)
    return stream.getvalue()


FILES = {kind: file_of(kind) for kind in ("WAV", "AIFF", "FLAC", "OGG", "MP3", "AU", "CAF")}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_is_what_libsndfile_itself_decodes(kind: str) -> None:
    with open_sound(io.BytesIO(FILES[kind])) as decoder:
        decoded = decoder.read(dtype="float32")
    np.testing.assert_array_equal(decoded, soundfile.read(io.BytesIO(FILES[kind]))[0])


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["file", "folder"])
def test_nothing_in_the_current_folder_counts(
    make: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "._")
    monkeypatch.chdir(tmp_path)
    for data in FILES.values():
        with open_sound(io.BytesIO(data)) as decoder:
            assert decoder.frames >= 4410


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
