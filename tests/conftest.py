"""What every test shares: its own store, so that no test sees another's or the user's."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from audiobook.store import Store

pytest_plugins = ["fakes.google", "fakes.openai_server"]

# Of what a test does not say itself: half of what is usual, so that all of them take minutes.
settings.register_profile("suite", max_examples=50)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, also where a shell runs the suite with `&`.

    A shell has those ignore it, and what is ignored is inherited.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def store_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("store")
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(folder))
    monkeypatch.setenv("AUDIOBOOK_LEXICON", os.devnull)
    for name in ("AUDIOBOOK_ENGINE", "AUDIOBOOK_VOICE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    shutil.rmtree(
        folder, ignore_errors=True
    )  # music and speech of thousands of tests are gigabytes


@pytest.fixture
def store(store_folder: Path) -> Store:
    return Store(store_folder)
