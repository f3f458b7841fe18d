from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiobook.episode import lame
from audiobook.episode.lame import Lame, load_lame
from audiobook.errors import MissingError


@pytest.fixture(autouse=True)
def _no_cache() -> Iterator[None]:
    load_lame.cache_clear()
    yield
    load_lame.cache_clear()


def test_the_library_in_the_wheel_is_found_and_works() -> None:
    library = load_lame()
    assert library.name.startswith("LAME")
    assert len(library.name) <= 9
    assert library is load_lame()


def test_another_build_of_the_library_has_another_version(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("lameenc")
    assert spec is not None
    assert spec.origin is not None
    other = tmp_path / "lameenc.so"
    other.write_bytes(Path(spec.origin).read_bytes() + b"\0")
    assert Lame(other).name == load_lame().name
    assert Lame(other).version != load_lame().version


def test_without_the_wheel_a_hint_tells_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingError) as caught:
        load_lame()
    assert caught.value.hint == "python3 -m pip install lameenc"


def test_a_library_without_its_functions_is_refused(tmp_path: Path) -> None:
    other = importlib.util.find_spec("_soxr") or importlib.util.find_spec("soxr.soxr_ext")
    assert other is not None
    assert other.origin is not None
    with pytest.raises(MissingError, match="cannot be used"):
        Lame(Path(other.origin))
    broken = tmp_path / "lameenc.so"
    broken.write_bytes(b"no library")
    with pytest.raises(MissingError, match=r"lameenc\.so cannot be used") as caught:
        Lame(broken)
    assert "--format wav" in str(caught.value)


def test_a_library_that_keeps_the_reservoir_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(Lame):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            vars(self._library)["lame_set_disable_reservoir"] = lambda handle, value: 0

    monkeypatch.setattr(lame, "Lame", Stubborn)
    with pytest.raises(MissingError, match="LAME does not"):
        load_lame()


def test_a_library_that_refuses_or_fails_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Lame):
        broken = "lame_init_params"
        answer = -1

        def __init__(self, path: Path) -> None:
            super().__init__(path)
            setattr(self._library, self.broken, lambda *arguments: self.answer)

    monkeypatch.setattr(lame, "Lame", Failing)
    for broken, answer, what in (
        ("lame_init", None, "LAME found no memory"),
        ("lame_init_params", -1, "LAME refused its settings"),
        ("lame_encode_buffer_ieee_float", -2, "LAME failed: out of memory"),
        ("lame_encode_buffer_ieee_float", 100, "no MP3 frame begins"),
        ("lame_encode_buffer_ieee_float", 0, "does not make independent frames"),
    ):
        monkeypatch.setattr(Failing, "broken", broken)
        monkeypatch.setattr(Failing, "answer", answer)
        with pytest.raises(MissingError, match=what):
            load_lame()
