"""Which of a story's cues are heard."""

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
