from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from audiobook.errors import StoryError, UsageError
from audiobook.script import MAX_STORY_BYTES, read, read_front_matter, story_suffixes


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.txt", "*not* markup"), ("a.TXT", "*not* markup"), ("a.md", "not markup")],
)
def test_the_suffix_chooses_the_reader(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / name).write_text("*not* markup")
    book = read(tmp_path / name)
    assert [item.text for item in book.chapters[0].items] == [said]
    assert book.source.name == str(tmp_path / name)


def test_built_in_suffixes_are_registered() -> None:
    assert {".docx", ".fountain", ".md", ".markdown", ".pdf", ".txt"} <= set(story_suffixes())


def test_front_matter_is_read_before_the_story(tmp_path: Path) -> None:
    for name in ("a.md", "a.txt"):
        (tmp_path / name).write_text("---\ntitle: T\n---\nText.")
    found = read_front_matter(tmp_path / "a.md")
    assert found is not None
    assert found.yaml == "title: T\n"
    assert read_front_matter(tmp_path / "a.txt") is None


def test_no_such_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file") as caught:
        read(tmp_path / "gone.txt")
    assert str(tmp_path / "gone.txt") in str(caught.value)


def test_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a file"):
        read(tmp_path)


def test_a_file_in_place_of_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(UsageError, match="cannot read"):
        read(tmp_path / "a.txt" / "b.txt")


def test_a_path_no_system_takes_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        read(Path("a\0b.txt"))


@pytest.mark.parametrize("name", ["story.odt", "story"])
def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("text")
    with pytest.raises(UsageError, match="cannot be read") as caught:
        read(tmp_path / name)
    assert ".md" in (caught.value.hint or "")


def test_a_file_beyond_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.truncate(MAX_STORY_BYTES * 1000)  # sparse: it takes no space
    with pytest.raises(StoryError, match="larger than"):
        read(path)


def test_the_markdown_parser_is_not_imported_with_the_package() -> None:
    code = "import sys, audiobook.script; sys.exit('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
