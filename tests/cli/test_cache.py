"""The cache folder is told with its size, and cleared of what the store has put there alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.commands import Run

TONE = ("--engine", "tone", "--no-music", "-q")


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def built(run: Run, story: Path, store_folder: Path) -> set[Path]:
    """What the store keeps of an episode that is built."""
    assert run("build", story, *TONE).code == 0
    return files_in(store_folder)


def test_it_is_told_with_its_size(run: Run, store_folder: Path, built: set[Path]) -> None:
    told = run("cache", "--json").json
    n_bytes = sum(path.stat().st_size for path in built)
    assert told == {
        "folder": str(store_folder),
        "files": len(built),
        "bytes": n_bytes,
        "cleared": False,
    }
    out = run("cache").out
    assert out == f"{store_folder}: {n_bytes / 1e6:.1f} MB in {len(built)} files\n"
    assert files_in(store_folder) == built


def test_it_is_cleared_of_all_that_the_store_keeps(
    run: Run, story: Path, store_folder: Path, built: set[Path]
) -> None:
    episode = Path("output/crossing.mp3").read_bytes()
    older = store_folder / "v1/clips/ab"  # of an older program
    older.mkdir(parents=True)
    (older / ("ab" + 38 * "0")).write_bytes(b"old")
    (older / f".partial-{'0' * 32}").write_bytes(b"half")
    done = run("cache", "--clear", "--yes")
    assert done.code == 0
    assert "paid for anew" in done.err
    assert f"in {len(built) + 2} files" in done.err
    assert done.out.startswith(f"Removed: {store_folder}: ")
    assert list(store_folder.iterdir()) == []
    assert run("cache", "--json").json["bytes"] == 0
    assert Path("output/crossing.mp3").read_bytes() == episode

    again = run("build", story, *TONE, "--json").json["episodes"][0]
    assert again["segments_synthesised"] == again["segments"]
    assert Path("output/crossing.mp3").read_bytes() == episode


def test_nobody_clears_it_unasked(run: Run, store_folder: Path, built: set[Path]) -> None:
    run("cache", "--clear").fails(2, "nobody can be asked", hint="--yes")
    assert files_in(store_folder) == built


@pytest.mark.parametrize(
    "name",
    ["v2/thesis.doc", "v2/clips/thesis.doc", "v2/clips/ab/thesis.doc", "v2/My Photos/", "v1/ab"],
)
def test_nothing_is_removed_where_anything_is_not_the_stores(
    run: Run, store_folder: Path, built: set[Path], name: str
) -> None:
    path = store_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir() if name.endswith("/") else path.write_text("mine")
    done = run("cache", "--clear", "--yes")
    done.fails(1, "nothing is removed: ", hint="move it away")
    assert str(path) in done.err
    assert built <= files_in(store_folder)
    assert path.exists()


def test_no_link_leads_out_of_it(
    run: Run, store_folder: Path, built: set[Path], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    value = elsewhere / "ab" / ("ab" + 38 * "0")
    value.parent.mkdir(parents=True)
    value.write_text("mine")
    (store_folder / "v4").symlink_to(tmp_path, target_is_directory=True)
    assert run("cache", "--clear", "--yes").code == 0
    (store_folder / "v2").mkdir()
    (store_folder / "v2/clips").symlink_to(elsewhere, target_is_directory=True)
    (store_folder / "v2/block/00").mkdir(parents=True)
    (store_folder / "v2/block/00" / ("00" + 38 * "0")).write_text("kept")
    run("cache", "--clear", "--yes").fails(1, "nothing is removed: ")
    assert value.read_text() == "mine"


def test_what_is_beside_it_stays(run: Run, store_folder: Path, built: set[Path]) -> None:
    (store_folder / "voices").mkdir()
    (store_folder / "voices/anna.onnx").write_text("voice")
    (store_folder / "v2.txt").write_text("mine")
    assert run("cache", "--clear", "--yes", "-q").code == 0
    assert {path.name for path in files_in(store_folder)} == {"anna.onnx", "v2.txt"}


def test_an_empty_one_is_cleared_without_a_question(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_CACHE", "nowhere")
    assert run("cache", "--clear").out == "Removed: nowhere: 0.0 MB in 0 files\n"
    assert not Path("nowhere").exists()
