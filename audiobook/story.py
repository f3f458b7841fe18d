"""A story that has been read, with what the user chose for it, on its way to being spoken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from audiobook.episode.formats import check_rates
from audiobook.errors import ConfigError, Where
from audiobook.model import Book, Role, Script
from audiobook.script import split
from audiobook.script.packing import Packing
from audiobook.script.spoken import pronounced, reading_of
from audiobook.show import EpisodeEntry, Show
from audiobook.sound.profiles import Profile, find_profile

__all__ = ["Choices", "Story", "profile_of"]


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
        own = self.show.title if self.entry.is_only else None
        return self.entry.title or self.book.title or own or self.entry.story.stem

    @property
    def author(self) -> str | None:
        """The show's, else the book's own, with commas between them; None where nobody is named."""
        return self.show.author or ", ".join(self.book.authors) or None

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
