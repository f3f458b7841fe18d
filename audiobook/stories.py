"""A source is read: the stories in it, each with its show's settings, checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from audiobook.config import SHOW_FILE, with_front_matter
from audiobook.errors import ConfigError, UnknownNameError, UsageError, Where
from audiobook.language_tags import is_language_tag
from audiobook.lexicon import read_user_lexicon
from audiobook.model import Book, Cue, Paragraph, Role, Script
from audiobook.parts import file_stem, parts_of
from audiobook.progress import Listener, Warned, silent
from audiobook.script import read, read_front_matter
from audiobook.script.language import language_of
from audiobook.script.readers.text import read as read_text
from audiobook.script.selection import selected
from audiobook.show import LEAST_RATE, MOST_RATE, NARRATOR, CastMember, EpisodeEntry, Music, Show
from audiobook.show_files import find_show, near_file_hint, nearest_show
from audiobook.story import Choices, Story, profile_of

__all__ = ["read_script", "read_stories", "read_story", "story_of_text"]

_SPLITS = ("episode", "chapter")
_MOST_NAMED = 12
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # but for white space


def read_script(
    source: str | Path,
    *,
    language: str | None = None,
    include: Collection[Role] = (),
    max_characters: int | None = None,
    listen: Listener = silent,
) -> Script:
    """The script of a story: what is spoken, by whom, and where it stands in the source.

    Args:
        source: the story's file.
        language: BCP 47 tag; None for the story's own, its show's, the one that it seems to be in.
        include: parts of a book that are spoken besides its body, such as its notes.
        max_characters: segments longer than this are cut at clauses; None to cut none.
        listen: is told of what could not be read.

    Raises:
        AudiobookError: the story, or the show it belongs to, cannot be used.
    """
    choices = Choices(language=language, include=frozenset(include))
    return read_story(source, choices, listen).script(max_characters)


def read_story(source: str | Path | None, choices: Choices, listen: Listener = silent) -> Story:
    """The one story of a source, to be looked at before anything is made of it.

    Args:
        source: the story's file, or the folder of a show that has one; None as for `build`.
        choices: what is to be made of it.
        listen: is told of what could not be read.

    Raises:
        UsageError: it has several.
        AudiobookError: the story, or the show it belongs to, cannot be used.
    """
    stories = _stories(source, choices, listen)
    if len(stories) > 1:
        what = "the show" if source is None else str(source)
        names = ", ".join(str(story.entry.story) for story in stories[:_MOST_NAMED])
        raise UsageError(f"{what} has {len(stories)} stories", hint=f"name one of them: {names}")
    _check_settings(stories[0], choices)
    return stories[0]


def read_stories(
    source: str | Path | None, choices: Choices, listen: Listener = silent
) -> list[Story]:
    """The episodes of a source, read, and seen to be fit for what was chosen.

    Args:
        source: a story file, or a folder with a show.toml; None as for `build`.
        choices: what is to be made of it.
        listen: is told of what could not be read.

    Raises:
        AudiobookError: one of them, the show or a choice cannot be used.
    """
    stories = _stories(source, choices, listen)
    for story in stories:
        _check(story, choices)
    return stories


def _stories(source: str | Path | None, choices: Choices, listen: Listener) -> list[Story]:
    if choices.split is not None and choices.split not in _SPLITS:
        raise UnknownNameError("way to split", choices.split, _SPLITS)
    show = _with_user_lexicon(find_show(None if source is None else Path(source)))
    if not show.episodes:
        where = Where(str(show.folder / SHOW_FILE)) if show.folder else None
        raise ConfigError("the show has no story", where=where, hint='add story = "NAME.md"')
    _check_names(show.episodes)
    stories = [_read_named(show, entry, choices, listen) for entry in show.episodes]
    for story in stories:
        for warning in story.book.warnings:
            listen(Warned(warning, Where(story.book.source.name)))
    return stories


def _check_names(entries: Iterable[EpisodeEntry]) -> None:
    """See that no two episodes would be written to the same files."""
    by_name: dict[str, EpisodeEntry] = {}
    for entry in entries:
        name = file_stem(entry.story)
        first = by_name.setdefault(name, entry)
        if first is not entry and first.story == entry.story:
            what = f'"{entry.story.name}" is listed twice'
            raise ConfigError(what, where=entry.where, hint="take one of the two episodes out")
        if first is not entry:
            raise ConfigError(
                f'two episodes would both be called "{name}"',
                where=entry.where,
                hint=f"rename {first.story.name} or {entry.story.name}: "
                "what is made of a story is called after its file",
            )


def _with_user_lexicon(show: Show) -> Show:
    return replace(show, lexicon=show.lexicon.over(read_user_lexicon()))


def _check(story: Story, choices: Choices) -> None:
    """Find now what would fail later, when hours may have been spent on speaking."""
    _check_settings(story, choices)
    for _ in parts_of(story, story.whole, choices):
        pass


def _check_settings(story: Story, choices: Choices) -> None:
    if not is_language_tag(story.language):
        error = ConfigError if story.language_where(choices) else UsageError
        raise error(
            f'"{story.language}" is no language tag',
            where=story.language_where(choices),
            hint='write one as in BCP 47: "en", or "pt-BR"',
        )
    story.profile(choices)
    for own in story.show.profiles:  # those that are not asked for, too
        profile_of(story.show, own.name)


def _read_named(show: Show, entry: EpisodeEntry, choices: Choices, listen: Listener) -> Story:
    """Read a story, and tell where it is named if it is no file that can be read."""
    try:
        return _read_story(show, entry, choices, listen)
    except UsageError as error:
        if entry.where is None:
            raise
        hint = error.hint or near_file_hint(entry.story)
        raise ConfigError(error.what, where=entry.where, hint=hint) from error


def _read_story(show: Show, entry: EpisodeEntry, choices: Choices, listen: Listener) -> Story:
    if front := read_front_matter(entry.story):
        show, entry = with_front_matter(show, entry, front.yaml, front.first_line, listen)
    book = selected(read(entry.story, cast=show.speakers), choices.include)
    if choices.narration is not None:
        show = replace(show, narration=choices.narration)
    if not choices.music:
        show = replace(show, music=Music(opening=None, bed=None, closing=None))
        book = _without_music(book)
    language = choices.language or show.language or book.language or language_of(book) or "en"
    return Story(show, entry, book, language)


def story_of_text(
    text: str,
    title: str,
    choices: Choices,
    like: Story | None = None,
    *,
    rate: float | None = None,
) -> Story:
    """A story that is a text at hand, without music.

    Args:
        text: what is spoken.
        title: its title.
        choices: what is to be made of it; split and only are of no account.
        like: whose narrator, language, engines and lexicon it has; None for those of the nearest
            show, if there is one.
        rate: the narrator's speed, 1 being the engine's own; None for what `like` says.

    Raises:
        StoryError: there is nothing to speak in it.
        UsageError: a choice cannot be used.
        ConfigError: the nearest show's settings are wrong.
    """
    show = like.show if like else _with_user_lexicon(nearest_show() or Show())
    narration = show.narration if choices.narration is None else choices.narration
    narrator = show.member(NARRATOR) or CastMember(NARRATOR)
    if rate is not None:
        narrator = replace(narrator, rate=_checked_rate(rate))
    show = replace(
        show,
        cast=(narrator,),
        music=Music(opening=None, bed=None, closing=None),
        narration=narration,
    )
    language = choices.language or (like.language if like else show.language) or "en"
    book = read_text(_typed(text), "the text", ())
    story = Story(show, EpisodeEntry(Path(title), title), book, language)
    _check(story, replace(choices, split="episode", only=None))
    return story


def _typed(text: str) -> bytes:
    """A text at hand as a file would hold it; control characters in it are as good as spaces."""
    if not isinstance(text, str):
        raise UsageError(f"a text is wanted, not {type(text).__name__}")
    return _CONTROL.sub(" ", text).encode("utf-8", "replace")


def _checked_rate(rate: float) -> float:
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise UsageError(
            f"a rate of {rate:g} is not to be had",
            hint=f"choose one from {LEAST_RATE:g} to {MOST_RATE:g}",
        )
    return rate


def _without_music(book: Book) -> Book:
    """A book without beds and stings; its sounds are part of the story, and stay."""

    def is_heard(item: Paragraph | Cue) -> bool:
        return not isinstance(item, Cue) or item.kind not in ("music", "sting")

    chapters = (replace(c, items=tuple(filter(is_heard, c.items))) for c in book.chapters)
    return replace(book, chapters=tuple(chapters))
