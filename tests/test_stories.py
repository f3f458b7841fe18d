"""What a story is called, and which of its cues are heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audiobook import Choices, build
from audiobook.model import Cue
from audiobook.stories import read_stories

STORY = """\
![music](lute-bed)

The door was open.

![sting](lute-opening)

![sound](door.wav){gain=-6dB}

***

Nobody was there.

![music]()
"""
ALL = ["music", "sting", "sound", "break", "music"]


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.md"
    path.write_text(STORY, "utf-8")
    knock = np.exp(-8 * np.arange(44_100) / 44_100) * np.sin(np.arange(44_100) / 20)
    soundfile.write(tmp_path / "door.wav", 0.5 * knock, 44_100)
    return path


@pytest.mark.parametrize(("music", "heard"), [(True, ALL), (False, ["sound", "break"])])
def test_without_music_sounds_are_heard_all_the_same(
    story: Path, music: bool, heard: list[str]
) -> None:
    (read,) = read_stories(story, Choices(music=music))
    (chapter,) = read.script(None).chapters
    assert [item.kind for item in chapter.items if isinstance(item, Cue)] == heard
    assert (read.show.music.bed is not None) == music


def test_a_sound_is_in_the_finished_file_without_music(story: Path, tmp_path: Path) -> None:
    lengths_s = []
    for text in (STORY, STORY.replace("![sound](door.wav){gain=-6dB}", "")):
        story.write_text(text, "utf-8")
        (episode,) = build(
            story, output=tmp_path / "out", choices=Choices(engine="tone", music=False)
        ).episodes
        lengths_s.append(episode.duration_s)
    assert lengths_s[0] - lengths_s[1] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("source", [None, "a.md"])
def test_a_story_of_several_is_not_called_as_the_show(
    source: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.md", "b.md"):
        Path(name).write_text("Once.", "utf-8")
    Path("show.toml").write_text(
        'title = "S"\n[[episodes]]\nstory = "a.md"\n[[episodes]]\nstory = "b.md"\n', "utf-8"
    )
    assert read_stories(source, Choices())[0].title == "a"


@pytest.mark.parametrize(("source", "title"), [("a.md", "S"), ("b.md", "b")])
def test_the_one_story_of_a_show_is_called_as_the_show(
    source: str, title: str, tmp_path: Path
) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Once.", "utf-8")
    (tmp_path / "show.toml").write_text('title = "S"\nstory = "a.md"\n', "utf-8")
    assert read_stories(tmp_path / source, Choices())[0].title == title
