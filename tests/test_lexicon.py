"""The lexicon's files: a story's front matter, show.toml, the user's own; with places."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiobook.errors import ConfigError, UnknownNameError, UsageError
from audiobook.lexicon import LexiconEntry, read_user_lexicon
from audiobook.stories import read_stories
from audiobook.story import Choices, Story

STORY = "---\nsay:\n  York: story\n---\n\nIn New York, Mara met Cho in 1905, World War II.\n"
SHOW = """\
title = "S"
story = "s.md"
[say]
York = "show"
Cho = "Joe"
"New York" = { sub = "Noo York", case = true }
[spoken]
roman = false
"""


def show_of(folder: Path, show: str = SHOW, story: str = STORY) -> Story:
    (folder / "show.toml").write_text(show, "utf-8")
    (folder / "s.md").write_text(story, "utf-8")
    (found,) = read_stories(folder, Choices())
    return found


def said(story: Story) -> str:
    return " ".join(segment.spoken for segment in story.script(None).segments)


def test_the_story_wins_over_the_show_and_the_show_over_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('Cho = "user"\nMara = { ipa = "ˈmɑːrə", sub = "Mah-ra" }\n', "utf-8")
    monkeypatch.setenv("AUDIOBOOK_LEXICON", str(own))
    story = show_of(tmp_path)

    assert said(story) == "In New story, Mah-ra met Joe in nineteen oh five, World War II."


def test_front_matter_can_switch_rules_too(tmp_path: Path) -> None:
    story = STORY.replace("say:", "spoken:\n  years: false\n  roman: true\nsay:")
    text = said(show_of(tmp_path, story=story))
    assert text.endswith("one thousand nine hundred and five, World War two.")


def test_no_file_of_the_users_is_no_lexicon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUDIOBOOK_LEXICON")
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _name: str(tmp_path))
    assert read_user_lexicon().entries == ()

    (tmp_path / "lexicon.toml").write_text('Cho = "Joe"\n', "utf-8")
    assert read_user_lexicon().entries == (LexiconEntry("Cho", "Joe"),)


def test_a_lexicon_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOBOOK_LEXICON", "nowhere.toml")
    with pytest.raises(UsageError, match=r"no such lexicon: nowhere\.toml"):
        read_user_lexicon()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Cho = 3", "must be a text"),
        ('Cho = "…"', "has no word"),
        ("Cho = {}", 'needs a "sub" or an "ipa"'),
        ('Cho = { sub = "x", ipo = "y" }', 'unknown setting "ipo"'),
        ('Cho = { sub = "x", case = "yes" }', "true or false"),
        ('"…" = "x"', "has no word"),
        (f'Cho = "{"x" * 1001}"', "longer than 1000 bytes"),
    ],
)
def test_a_wrong_entry_is_told_with_its_place(
    line: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(f"# mine\n{line}\n", "utf-8")
    monkeypatch.setenv("AUDIOBOOK_LEXICON", str(own))
    with pytest.raises(ConfigError) as caught:
        read_user_lexicon()
    assert what in caught.value.what
    assert str(caught.value.where).startswith(f"{own}:2:")
    assert "\n" not in str(caught.value)


def test_a_rule_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        show_of(tmp_path, show=SHOW.replace("roman", "romna"))
    assert str(caught.value.where) == f"{tmp_path / 'show.toml'}:8:1"
    assert "roman" in str(caught.value.hint)


def test_a_pattern_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    story = STORY.replace("York: story", "'(': {sub: x, pattern: true}")
    with pytest.raises(ConfigError, match="is no pattern") as caught:
        show_of(tmp_path, story=story)
    assert str(caught.value.where) == f"{tmp_path / 's.md'}:3:3"
