"""What every test shares: its own store, so that no test sees another's or the user's."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from audiobook.show import Music
from audiobook.sound.music import load_piece
from audiobook.sound.profiles import PROFILES
from audiobook.store import Store

pytest_plugins = ["fakes.google", "fakes.openai_server"]

# Of what a test does not say itself: half of what is usual, so that all of them take minutes.
settings.register_profile("suite", max_examples=50)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Let signals reach the programs that tests start, also where `&` or nohup runs the suite.

    A shell has those ignore Ctrl-C, nohup a closed terminal, and what is ignored is inherited.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


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


@pytest.fixture(scope="session")
def music_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store in which the usual music has been made, as a build before would leave it."""
    store, show, profile = Store(tmp_path_factory.mktemp("music")), Music(), PROFILES["podcast"]
    for name, loop in ((show.opening, False), (show.bed, True), (show.closing, False)):
        assert name is not None
        load_piece(
            name,
            None,
            sample_rate=profile.sample_rate,
            channels=profile.channels,
            store=store,
            loop=loop,
        )
    return store


@pytest.fixture
def music_at_hand(store: Store, music_store: Store) -> None:
    """Spare the test the making of the usual music."""
    shutil.copytree(music_store.folder, store.folder)
