"""From a source to the stories in it, read and cut into what goes into one file each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from audiobook.config import (
    LEAST_RATE,
    MOST_RATE,
    NARRATOR,
    CastMember,
    EpisodeEntry,
    Music,
    Show,
    with_front_matter,
)
from audiobook.episode.formats import check_rates
from audiobook.errors import ConfigError, UnknownNameError, UsageError, Where
from audiobook.lexicon import read_user_lexicon
from audiobook.model import Book, Cue, Paragraph, Role, Script
from audiobook.progress import Listener, Warned, silent
from audiobook.script import read, read_front_matter, split
from audiobook.script.language import language_of
from audiobook.script.packing import Packing
from audiobook.script.readers.text import read as read_text
from audiobook.script.selection import selected
from audiobook.script.spoken import pronounced, reading_of
from audiobook.shows import engines_here, find_show
from audiobook.sound.profiles import Profile, find_profile

__all__ = [
    "Choices",
    "Part",
    "Story",
    "chapter_names",
    "file_stem",
    "parts_of",
    "profile_of",
    "read_script",
    "read_stories",
    "read_story",
    "story_of_text",
]


_SPLITS = ("episode", "chapter")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646, section 2.1


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose for a build; what is not given is the show's choice."""

    engine: str | None = None
    """Name of the engine, or "auto"."""
    voices: tuple[tuple[str, str], ...] = ()
    """Pairs (cast name, voice name)."""
    language: str | None = None
    """BCP 47 tag."""
    profile: str | None = None
    """Name of the mastering profile."""
    formats: tuple[str, ...] = ("mp3",)
    """Names of the formats to make."""
    split: str | None = None
    """"episode" for one file, "chapter" for one each; None for what the profile asks for."""
    only: str | None = None
    """Number, from 1, or title of the one chapter to make."""
    music: bool = True
    """Whether music is played; a story's sounds are heard in any case."""
    narration: bool | None = None
    """Whether voices go through the narration preset."""
    include: frozenset[Role] = frozenset()
    """Parts of a book that are spoken besides its body, such as its notes."""


@dataclass(frozen=True)  # without slots, to keep what is worked out once
class Story:
    """An episode that has been read, before it is split for those who will speak it."""

    show: Show
    """Its show, with the settings of its own front matter."""
    entry: EpisodeEntry
    """What the show and its own front matter say of it."""
    book: Book
    """What it holds."""
    language: str
    """BCP 47 tag of what will be spoken."""

    @property
    def title(self) -> str:
        """The show's name for it, else its own, else its file's."""
        own = self.show.title if len(self.show.episodes) < 2 else None
        return self.entry.title or self.book.title or own or self.entry.story.stem

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where what it names by file is looked for: beside it, then in its show's folder."""
        return (self.entry.story.parent, *filter(None, [self.show.folder]))

    def engines(self, choices: Choices) -> tuple[str, ...]:
        """The engine that speaks all who ask for no other, and those that take over from it."""
        return self.show.engines_for(choices.engine)

    def engine_where(self, choices: Choices) -> Where | None:
        """Where their names stand; None where it was typed, or is the default."""
        return None if choices.engine else self.show.where("engine")

    def profile(self, choices: Choices) -> Profile:
        """What it is mastered to; see `profile_of`."""
        return profile_of(self.show, choices.profile)

    def language_where(self, choices: Choices) -> Where | None:
        """Where its language stands; None where it was typed, or is the default."""
        if choices.language:
            return None
        in_book = Where(self.book.source.name) if self.book.language else None
        return self.show.where("language") or in_book

    @cached_property
    def whole(self) -> Script:
        """Its script, with segments of any length."""
        return self._script(None)

    def script(self, max_characters: int | None, packed: int | None = None) -> Script:
        """Its script, with no segment longer than an engine takes.

        Args:
            max_characters: that length; None for any.
            packed: sentences are put together up to so many characters; None to keep each apart.
        """
        if packed:
            return self._script(max_characters, packed)
        longest = max(max(len(s.text), len(s.spoken)) for s in self.whole.segments)
        if max_characters is None or longest <= max_characters:
            return self.whole
        return self._script(max_characters)

    def _script(self, max_characters: int | None, packed: int | None = None) -> Script:
        lexicon, rules_off = self.show.lexicon, self.show.rules_off
        packing = None
        if packed:
            read = reading_of(self.language, lexicon, switched_off=rules_off)
            packing = Packing(packed, read)
        script = split(
            self.book,
            language=self.language,
            title=self.title,
            cast=self.show.cast,
            max_characters=max_characters,
            packing=packing,
        )
        script = replace(script, author=self.show.author or script.author)
        return pronounced(script, lexicon, switched_off=rules_off, max_characters=max_characters)


def profile_of(show: Show, name: str | None) -> Profile:
    """The mastering profile of that name, or the show's.

    Raises:
        UnknownNameError: there is no profile of that name.
        ConfigError: it is the show's own, and contradicts itself, or MP3 has no such rates.
    """
    where = None if name else show.where("profile")
    profile = find_profile(name or show.profile, show.profiles, where=where)
    try:
        check_rates(
            profile.sample_rate, profile.channels, profile.bitrate_kbps, profile.vbr_quality
        )
    except ConfigError as error:
        (own,) = (each for each in show.profiles if each.name == profile.name)
        where = own.where("bitrate_kbps", "sample_rate")
        raise ConfigError(error.what, where=where, hint=error.hint) from error
    return profile


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


def read_story(source: str | Path, choices: Choices, listen: Listener = silent) -> Story:
    """The one story of a source, to be looked at before anything is made of it.

    Args:
        source: the story's file, or the folder of a show that has one.
        choices: what is to be made of it.
        listen: is told of what could not be read.

    Raises:
        UsageError: it has several.
        AudiobookError: the story, or the show it belongs to, cannot be used.
    """
    stories = _stories(source, choices, listen)
    if len(stories) > 1:
        raise UsageError(f"{source} has {len(stories)} stories", hint="name one of them")
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
        raise ConfigError(
            "the show has no story", where=show.where("title"), hint='add story = "NAME.md"'
        )
    names = [file_stem(entry.story) for entry in show.episodes]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f'two episodes would both be called "{name}"')
    stories = [_read_named(show, entry, choices) for entry in show.episodes]
    for story in stories:
        for warning in story.book.warnings:
            listen(Warned(warning, Where(story.book.source.name)))
    return stories


def _with_user_lexicon(show: Show) -> Show:
    return replace(show, lexicon=show.lexicon.over(read_user_lexicon()))


def _check(story: Story, choices: Choices) -> None:
    """Find now what would fail later, when hours may have been spent on speaking."""
    _check_settings(story, choices)
    for _ in parts_of(story, story.whole, choices):
        pass


def _check_settings(story: Story, choices: Choices) -> None:
    if not _LANGUAGE_TAG.fullmatch(story.language):
        error = ConfigError if story.language_where(choices) else UsageError
        raise error(
            f'"{story.language}" is no language tag',
            where=story.language_where(choices),
            hint='write one as in BCP 47: "en", or "pt-BR"',
        )
    story.profile(choices)


def _read_named(show: Show, entry: EpisodeEntry, choices: Choices) -> Story:
    """Read a story, and tell where it is named if it is no file that can be read."""
    try:
        return _read_story(show, entry, choices)
    except UsageError as error:
        if entry.where is None:
            raise
        raise ConfigError(error.what, where=entry.where, hint=error.hint) from error


def _read_story(show: Show, entry: EpisodeEntry, choices: Choices) -> Story:
    if front := read_front_matter(entry.story):
        show, entry = with_front_matter(show, entry, front.yaml, front.first_line)
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
        like: whose narrator, language and lexicon it has; None for no show but the nearest one's
            engines.
        rate: the narrator's speed, 1 being the engine's own; None for what `like` says.

    Raises:
        StoryError: there is nothing to speak in it.
        UsageError: a choice cannot be used.
        ConfigError: the nearest show's settings are wrong.
    """
    show = like.show if like else _with_user_lexicon(Show(engines=engines_here()))
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
    language = choices.language or (like.language if like else "en")
    book = read_text(text.encode("utf-8", "replace"), "the text", ())
    story = Story(show, EpisodeEntry(Path(title), title), book, language)
    _check(story, replace(choices, split="episode", only=None))
    return story


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


def parts_of(story: Story, script: Script, choices: Choices) -> Iterator[Part]:
    """A script as the files ask for it: whole, a chapter each, or one chapter alone."""
    name = file_stem(story.entry.story)
    default = "chapter" if story.profile(choices).splits_chapters else "episode"
    if choices.only is None and (choices.split or default) == "episode":
        yield Part(story, script, name, story.entry.number)
        return
    names = chapter_names(story, script)
    only = None if choices.only is None else _chapter_number(choices.only, script)
    for number, (chapter, name) in enumerate(zip(script.chapters, names, strict=True), 1):
        if only in (None, number):
            alone = replace(script, title=chapter.title, chapters=(chapter,))
            yield Part(story, alone, name, number)


def chapter_names(story: Story, script: Script) -> list[str]:
    """The names of a file for each chapter of a script, first to last, without a suffix."""
    n_chapters = len(script.chapters)
    stem, digits = file_stem(story.entry.story), len(str(n_chapters))
    return [f"{stem}-{number:0{digits}}" for number in range(1, n_chapters + 1)]


def _chapter_number(only: str, script: Script) -> int:
    """Of the chapter that is meant by its number or its title."""
    titles = [chapter.title for chapter in script.chapters]
    if only.isdecimal() and 1 <= int(only) <= len(titles):
        return int(only)
    for number, title in enumerate(titles, 1):
        if title.casefold() == only.casefold():
            return number
    raise UnknownNameError("chapter", only, titles)


def file_stem(story: Path) -> str:
    """The name of a story's finished files, without a suffix: letters, digits and hyphens."""
    return re.sub(r"[\W_]+", "-", story.stem.casefold()).strip("-") or "story"
