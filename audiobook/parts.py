"""A story's script, cut into what goes into one file each, and what the files are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from audiobook.episode.encoder import Encoder
from audiobook.errors import UnknownNameError, Where
from audiobook.model import Script
from audiobook.story import Choices, Story

__all__ = ["Part", "chapter_names", "file_stem", "parts_of"]

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Part:
    """What goes into one file of each format."""

    story: Story
    """The episode."""
    script: Script
    """What of it is heard."""
    name: str
    """Of the files, without a suffix."""
    number: int | None
    """Its number among its show's episodes or its episode's chapters, from 1."""
    disc: int | None = None
    """Of a chapter, the number of its story in the show; a show of one story has its 1 as well,
    so that a second one changes none of the first one's files."""

    def file(self, folder: Path, encoder: Encoder) -> Path:
        """Where it goes in a format."""
        return folder / f"{self.name}.{encoder.extension}"


def parts_of(story: Story, script: Script, choices: Choices) -> Iterator[Part]:
    """A script as the files ask for it: whole, a chapter each, or one chapter alone."""
    name = file_stem(story.entry.story)
    default = "chapter" if story.profile(choices).splits_chapters else "episode"
    if choices.only is None and (choices.split or default) == "episode":
        yield Part(story, script, name, story.entry.number)
        return
    names = chapter_names(story, script)
    only = None if choices.only is None else _chapter_number(choices.only, story, script)
    for number, (chapter, name) in enumerate(zip(script.chapters, names, strict=True), 1):
        if only in (None, number):
            alone = replace(script, title=chapter.title, chapters=(chapter,))
            yield Part(story, alone, name, number, disc=story.entry.number)


def chapter_names(story: Story, script: Script) -> list[str]:
    """The names of a file for each chapter of a script, first to last, without a suffix."""
    n_chapters = len(script.chapters)
    stem, digits = file_stem(story.entry.story), len(str(n_chapters))
    return [f"{stem}-{number:0{digits}}" for number in range(1, n_chapters + 1)]


def _chapter_number(only: str, story: Story, script: Script) -> int:
    """Of the chapter that is meant by its number or its title.

    Raises:
        UnknownNameError: the story has none of that number or title.
    """
    titles = [chapter.title for chapter in script.chapters]
    number = int(only) if only.isdecimal() and len(only) <= _MOST_DIGITS else 0
    if 1 <= number <= len(titles):
        return number
    for number, title in enumerate(titles, 1):
        if title.casefold() == only.casefold():
            return number
    raise _no_chapter(only, titles, story)


def _no_chapter(only: str, titles: list[str], story: Story) -> UnknownNameError:
    error = UnknownNameError("chapter", only, titles)
    error.where = Where(str(story.entry.story))  # the story, though the name was typed
    error.hint = f"give its number, from 1 to {len(titles)}; {error.hint}"
    if len(story.show.episodes) > 1:
        error.hint = f"name the story that has it; or {error.hint}"
    return error


def file_stem(story: Path) -> str:
    """The name of a story's finished files, without a suffix: letters, digits and hyphens.

    A letter keeps its marks, such as the vowels of Hindi and Thai; it is the same however the
    system that the file comes from composes it (Unicode Standard Annex 15, form NFC).
    """
    text = unicodedata.normalize("NFC", story.stem.casefold())
    kept = "".join(each if each.isalnum() or _is_mark(each) else " " for each in text)
    return "-".join(word for word in kept.split() if not all(map(_is_mark, word))) or "story"


def _is_mark(character: str) -> bool:
    """Whether a character belongs to the letter before it (Unicode, general category M)."""
    return unicodedata.category(character).startswith("M")
