"""A show: everything about a story, or about several, that is not their text."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from audiobook.engine_settings import AUTO, EngineSettings
from audiobook.errors import Where, place_of
from audiobook.lexicon import Lexicon
from audiobook.own_profiles import OwnProfile

__all__ = [
    "LEAST_RATE",
    "MOST_RATE",
    "NARRATOR",
    "CastMember",
    "EpisodeEntry",
    "Feed",
    "Music",
    "Show",
]

NARRATOR = "Narrator"
"""The cast name of whoever speaks what nobody else does."""

LEAST_RATE, MOST_RATE = 0.5, 2.0
"""How slowly and how fast somebody may speak, 1 being the engine's own speed."""

_NO_LEXICON = Lexicon()


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody who speaks, and how they are to sound."""

    name: str
    """As the script names them; "Narrator" for the narrator."""
    engine: str | None = None
    """The engine that alone may speak them; None for the engine of the build."""
    voice: str | None = None
    """The voice's name whatever the engine; None to let `voices` or the engine choose."""
    voices: tuple[tuple[str, str], ...] = ()
    """Pairs (engine, voice name): the voice to use with each engine."""
    rate: float = 1.0
    """Speed, 1 being the engine's own; 0.5 to 2."""
    pitch: float = 1.0
    """Pitch, 1 being the voice's own; 0.5 to 2."""
    gain_db: float = 0.0
    """Level against the rest of the cast, in dB; −12 to 12."""
    aka: tuple[str, ...] = ()
    """Other names that the script may call them by."""
    gender: str | None = None
    """"female" or "male", for a voice that is chosen for them; None to take it from the story."""
    places: tuple[tuple[str, Where], ...] = field(default=(), compare=False)
    """Where each of these is set, for errors."""

    def where(self, *settings: str) -> Where | None:
        """Where the first of these that is set stands, else the member; None where neither is."""
        return place_of(self.places, *settings, "")

    def voice_for(self, engine: str) -> str | None:
        """The name of the voice to use with an engine, or None for its default."""
        return dict(self.voices).get(engine, self.voice)


@dataclass(frozen=True, slots=True)
class Music:
    """The music of a show: built-in pieces by name, or sound files beside the story."""

    opening: str | None = "lute-opening"
    """Heard before the first word; None for none."""
    bed: str | None = "lute-bed"
    """Loops under the narration; None for none. The script's own cues change or end it."""
    closing: str | None = "lute-closing"
    """Heard after the last word; None for none."""
    bed_db: float = -9.0
    """Level of the bed where nobody speaks, against the voice, in dB."""
    duck_db: float = -15.0
    """How much further it sinks while somebody speaks, in dB."""
    places: tuple[tuple[str, Where], ...] = field(default=(), compare=False)
    """Where each of these is set, for errors."""

    def where(self, *settings: str) -> Where | None:
        """Where the first of these that is set stands, else the music's table."""
        return place_of(self.places, *settings, "")


@dataclass(frozen=True, slots=True)
class EpisodeEntry:
    """An episode of a show, before it is made."""

    story: Path
    """The story's file."""
    title: str | None = None
    """Its title; None to take the story's own."""
    date: datetime.date | None = None
    """When it is published; None for the show's date."""
    number: int | None = None
    """Its number in the show, from 1: its place there, unless it is given another; None for a
    story without a show."""
    description: str | None = None
    """What it is about; None for the show's description."""
    is_only: bool = False
    """Whether it is all that its show has, so that the show's title may be its own."""
    where: Where | None = field(default=None, compare=False)
    """Where its story is named, for errors; None where it was typed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the podcast feed says beyond what the show says."""

    url: str | None = None
    """Address of the folder that will hold feed.xml and the episodes."""
    link: str | None = None
    """Address of the show's page; None for the feed's folder."""
    email: str | None = None
    """Address of its owner, which podcast directories write to."""


@dataclass(frozen=True, slots=True)
class Show:
    """The channel: everything that its episodes share."""

    title: str | None = None
    """Name of the show; None to take the story's title."""
    author: str | None = None
    """Who wrote it."""
    narrator: str | None = None
    """Who is credited as its reader; None for the narrator's voice."""
    language: str | None = None
    """BCP 47 tag; None to take the story's, else English."""
    description: str | None = None
    """What it is about, at most 4000 bytes."""
    category: str = "Arts > Books"
    """Apple Podcasts category, with a subcategory after ">" where there is one."""
    genre: str = "Audiobook"
    """What the episode's tag says."""
    explicit: bool = False
    """Whether it is unfit for children."""
    date: datetime.date | None = None
    """When its first episode is published; also what its tags say."""
    copyright: str | None = None
    """Who holds the rights, in a line."""
    cover: Path | None = None
    """A square JPEG or PNG picture; None to have one drawn."""
    profile: str = "podcast"
    """The mastering profile, by name."""
    profiles: tuple[OwnProfile, ...] = ()
    """Its own mastering profiles."""
    engine: str = AUTO
    """The engine, by name, or "auto"."""
    stand_ins: tuple[str, ...] = ()
    """The engines that take over, in this order, in a chapter that the one before cannot speak;
    none to stop there instead."""
    engines: tuple[EngineSettings, ...] = ()
    """What it sets for engines, its own ones among them."""
    narration: bool = False
    """Whether voices go through the narration preset, which makes a synthetic one easier to
    listen to for long."""
    cast: tuple[CastMember, ...] = ()
    """Who speaks, in the order in which they are set."""
    auto_cast: bool = True
    """Whether speakers without a voice of their own are given one; else they have the narrator's
    voice."""
    music: Music = Music()
    """What is played."""
    lexicon: Lexicon = _NO_LEXICON
    """How words are to be said."""
    rules_off: tuple[str, ...] = ()
    """Names of the rules for numbers, abbreviations and the like that are switched off."""
    feed: Feed = Feed()
    """Where and how it is published."""
    episodes: tuple[EpisodeEntry, ...] = ()
    """Its episodes, first to last."""
    folder: Path | None = None
    """The show's folder; None for a story that has no show."""
    places: tuple[tuple[str, Where], ...] = field(default=(), compare=False)
    """Where each setting stands, for errors that come to light later."""

    def where(self, setting: str) -> Where | None:
        """Where a setting stands in show.toml or front matter; None where it is a default."""
        return place_of(self.places, setting)

    def engines_for(self, chosen: str | None) -> tuple[str, ...]:
        """The engine of all who ask for no other, and those that take over from it.

        Args:
            chosen: what is to speak instead of the show's own; None for those.
        """
        return (chosen,) if chosen else (self.engine, *self.stand_ins)

    def member(self, name: str) -> CastMember | None:
        """The cast member of that name, if there is one."""
        return next((member for member in self.cast if member.name == name), None)

    @property
    def speakers(self) -> dict[str, str]:
        """The names that a script may use, each with the cast name that it leads to."""
        own = {member.name: member.name for member in self.cast}
        return own | {other: member.name for member in self.cast for other in member.aka}
