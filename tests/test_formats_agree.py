"""Every format that a build makes holds the same programme."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

import audiobook
from audiobook import Choices
from audiobook.episode.tags import read_tag

STORY = "# The Near Bank\n\nThe water was high.\n\n# The Far Bank\n\nIt fell.\n"


@pytest.mark.parametrize("sample_rate", [16_000, 32_000])
def test_all_formats_are_as_long_and_have_the_same_chapters(
    sample_rate: int, tmp_path: Path
) -> None:
    """A frame of MP3 has half as many samples at the lower of the rates."""
    (tmp_path / "crossing.md").write_text(STORY, encoding="utf-8")
    rates = f"sample_rate = {sample_rate}\nbitrate_kbps = 32\n"
    show = f'story = "crossing.md"\n[profiles.low]\n{rates}'
    (tmp_path / "show.toml").write_text(show, encoding="utf-8")
    choices = Choices(engine="tone", music=False, profile="low", formats=("mp3", "wav"))
    (episode,) = audiobook.build(tmp_path, output=tmp_path / "out", choices=choices).episodes
    mp3, wav = episode.files["mp3"], episode.files["wav"]
    n_samples = round(episode.duration_s * sample_rate)
    assert soundfile.info(mp3).frames == soundfile.info(wav).frames == n_samples
    assert read_tag(mp3).chapters == read_tag(wav).chapters
