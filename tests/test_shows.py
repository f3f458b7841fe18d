"""A source leads to its show and to the episodes that it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiobook.errors import UsageError
from audiobook.show import EpisodeEntry, Show
from audiobook.show_files import find_show


@pytest.fixture
def shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A show of two stories, in the subfolder `script` of the folder to stand in."""
    folder = tmp_path / "script"
    (folder / "deep").mkdir(parents=True)
    (folder / "show.toml").write_text(
        'title = "S"\n[[episodes]]\nstory = "a.md"\nnumber = 4\n[[episodes]]\nstory = "b.md"\n'
    )
    for name in ("a.md", "b.md", "deep/c.md"):
        (folder / name).write_text("Once.")
    (tmp_path / "alone.md").write_text("Once.")
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_folder_means_all_its_episodes(shows: Path) -> None:
    show = find_show(Path("script"))
    assert [entry.story for entry in show.episodes] == [Path("script/a.md"), Path("script/b.md")]


def test_episodes_are_numbered_by_their_place_unless_they_say_another(shows: Path) -> None:
    assert [entry.number for entry in find_show(shows).episodes] == [4, 2]
    assert find_show(shows / "b.md").episodes[0].number == 2
    (shows / "show.toml").write_text('story = "a.md"', "utf-8")
    assert [entry.number for entry in find_show(shows).episodes] == [1]


def test_a_story_of_a_show_means_its_own_episode(shows: Path) -> None:
    for source in (Path("script/a.md"), shows / "a.md", Path("script/deep/../a.md")):
        show = find_show(source)
        assert [entry.number for entry in show.episodes] == [4]
        assert show.title == "S"


def test_a_story_below_a_show_belongs_to_it(shows: Path) -> None:
    show = find_show(Path("script/deep/c.md"))
    assert (show.title, show.folder) == ("S", shows)
    assert show.episodes == (EpisodeEntry(Path("script/deep/c.md")),)


def test_a_story_without_a_show_is_its_own(shows: Path) -> None:
    assert find_show(Path("alone.md")) == Show(episodes=(EpisodeEntry(Path("alone.md")),))


def test_without_a_source_the_show_above_goes_before_the_one_in_script(
    shows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_show(None).folder == Path("script")
    monkeypatch.chdir(shows / "deep")
    assert find_show(None).folder == shows
    monkeypatch.chdir(shows)
    assert find_show(None).folder == Path()
    (shows.parent / "show.toml").write_text('title = "Above"')
    monkeypatch.chdir(shows.parent)
    assert find_show(None).title == "Above"


def test_without_a_source_and_a_show_there_is_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="here or above") as caught:
        find_show(None)
    assert caught.value.hint == "name a story, such as STORY.md, or the folder of a show"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("none.md", "no such file: none.md"),
        ("script/deep", "there is no show.toml in script/deep"),
        ("script/a.md/b.md", "no such file"),
        ("x" * 5000, "no such file"),
        ("a\0b", "no such file"),
    ],
)
def test_a_source_that_is_not_there_is_told(source: str, message: str, shows: Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_show(Path(source))
    assert caught.value.what.startswith(message)
    assert caught.value.exit_code == 2


def test_a_show_that_is_a_folder_is_none(shows: Path) -> None:
    (shows / "deep" / "show.toml").mkdir()
    assert find_show(Path("script/deep/c.md")).title == "S"


def test_links_in_a_ring_are_a_file_that_cannot_be_read_later(shows: Path) -> None:
    (shows / "loop.md").symlink_to("loop.md")
    (shows / "show.toml").write_text('story = "loop.md"', "utf-8")
    assert find_show(Path("script")).episodes[0].story == Path("script/loop.md")
    with pytest.raises(UsageError, match="no such file"):
        find_show(Path("script/loop.md"))
