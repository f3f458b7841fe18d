"""show.toml and front matter become a Show: everything about a story that is not its text.

What is set where, the nearer to the story the stronger: a flag or AUDIOBOOK_* variable (both in
`audiobook.cli`), the story's front matter, the show's `show.toml`, the defaults below.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from audiobook.engine_settings import (
    AUTO,
    EngineSettings,
    read_engine_names,
    read_engine_settings,
)
from audiobook.errors import ConfigError, UsageError, Where
from audiobook.lexicon import Lexicon, read_entries, read_switches
from audiobook.model import GENDERS
from audiobook.own_profiles import OwnProfile, read_own_profiles
from audiobook.settings import MOST_TOML_BYTES, Table, parse_toml, parse_yaml

__all__ = [
    "LEAST_RATE",
    "MOST_RATE",
    "NARRATOR",
    "SHOW_FILE",
    "CastMember",
    "EpisodeEntry",
    "Feed",
    "Music",
    "Show",
    "read_show",
    "with_front_matter",
]

SHOW_FILE = "show.toml"
"""Name of the file that makes a folder a show."""
NARRATOR = "Narrator"
"""The cast name of whoever speaks what nobody else does."""

LEAST_RATE, MOST_RATE = 0.5, 2.0
"""How slowly and how fast somebody may speak, 1 being the engine's own speed."""

_MOST_DESCRIPTION_BYTES = 4000
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
    where: Where | None = field(default=None, compare=False)
    """Where it is set, for errors."""

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
    where: Where | None = field(default=None, compare=False)
    """Where it is set, for errors."""


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
        return dict(self.places).get(setting)

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


def read_show(path: Path) -> Show:
    """Read a show.toml.

    Raises:
        UsageError: it cannot be read.
        ConfigError: it is not TOML, or a setting is unknown or wrong; with the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_TOML_BYTES + 1)  # one too many is for the parser to refuse
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    table = parse_toml(data, str(path))
    folder = path.parent
    story = table.text("story")
    entries = _episodes(table.tables("episodes"), folder)
    if story is not None and entries:
        raise ConfigError(
            'a show has either "story" or "episodes"',
            where=table.where("story"),
            hint="move the story into the first [[episodes]] table",
        )
    if story is not None:
        where = table.where("story")
        entries = (EpisodeEntry(_beside(story, folder, where), number=1, where=where),)
    own = table.table("engines")
    engines = read_engine_settings(own) if own else ()
    show = Show(folder=folder, engines=engines, episodes=entries)
    show = _with_settings(show, table, folder)
    table.finish()
    return show


def with_front_matter(
    show: Show, entry: EpisodeEntry, yaml: str, first_line: int
) -> tuple[Show, EpisodeEntry]:
    """A show and its episode with the settings of the story's front matter laid over them.

    What can be said of an episode is said of it: its title, date and description. A show that has
    a show.toml keeps its own.

    Args:
        show: what holds where the front matter is silent; `cover` is beside the story.
        entry: what the show says of the episode.
        yaml: the text between the `---` lines.
        first_line: the line of the story's file that `yaml` begins on, from 1.

    Raises:
        ConfigError: it is not YAML, or a setting is wrong; with the line. Settings of other
            programs (tags, layout …) are passed over.
    """
    table = parse_yaml(yaml, str(entry.story), first_line)
    if table.table("engines") is not None:
        # They name programs to run and servers to send text to: not for a story to choose.
        raise ConfigError(
            "a story cannot set up engines",
            where=table.where("engines"),
            hint=f"move the setting to {SHOW_FILE}",
        )
    laid = _with_settings(show, table, entry.story.parent)
    if show.folder is not None:
        laid = replace(laid, title=show.title, date=show.date, description=show.description)
    return laid, _entry(entry, table)


def _with_settings(show: Show, table: Table, folder: Path) -> Show:
    """Lay a table's settings over a show; those it does not have stay."""
    cover = table.text("cover")
    given: dict[str, object] = {
        "title": table.text("title"),
        "author": table.text("author"),
        "narrator": table.text("narrator"),
        "language": table.text("language"),
        "description": table.text("description", most_bytes=_MOST_DESCRIPTION_BYTES),
        "category": table.text("category"),
        "genre": table.text("genre"),
        "explicit": table.flag("explicit"),
        "date": table.date("date"),
        "copyright": table.text("copyright"),
        "cover": cover and _beside(cover, folder, table.where("cover")),
        "profile": table.text("profile"),
        "narration": table.flag("narration"),
        "auto_cast": table.flag("auto_cast"),
    }
    given = {name: value for name, value in given.items() if value is not None}
    places = dict(show.places) | {name: table.where(name) for name in given}
    if names := read_engine_names(table):
        given |= {"engine": names[0], "stand_ins": names[1:]}
        places["engine"] = table.where("engine")
    if (profiles := table.table("profiles")) is not None:
        given["profiles"] = read_own_profiles(show.profiles, profiles)
    if (cast := table.table("cast")) is not None:
        given["cast"] = _cast(show.cast, cast)
    if (music := table.table("music")) is not None:
        given["music"] = _music(show.music, music)
    if (say := table.table("say")) is not None:
        given["lexicon"] = read_entries(say).over(show.lexicon)
    if (spoken := table.table("spoken")) is not None:
        given["rules_off"] = read_switches(show.rules_off, spoken)
    if (feed := table.table("feed")) is not None:
        places |= {f"feed.{name}": feed.where(name) for name in feed.names()}
        given["feed"] = _feed(show.feed, feed)
    return replace(show, places=tuple(places.items()), **given)  # type: ignore[arg-type]  # each value is of its field's type, by the calls above


def _cast(old: Iterable[CastMember], table: Table) -> tuple[CastMember, ...]:
    members = {member.name: member for member in old}
    for name in table.names():
        members[name] = _member(members.get(name, CastMember(name)), table)
    owners = {name: name for name in members}
    for member in members.values():
        for other in member.aka:
            if owners.setdefault(other, member.name) != member.name:
                raise ConfigError(
                    f'"{other}" is a name of both {owners[other]} and {member.name}',
                    where=member.where,
                    hint="give each name to one of the cast",
                )
    return tuple(members.values())


def _member(old: CastMember, cast: Table) -> CastMember:
    table = cast.table(old.name)
    if table is None:
        return old
    voice, voices = _voices(table) or (old.voice, old.voices)
    member = CastMember(
        old.name,
        engine=table.text("engine") or old.engine,
        voice=voice,
        voices=voices,
        rate=table.number("rate", LEAST_RATE, MOST_RATE, old.rate),
        pitch=table.number("pitch", 0.5, 2.0, old.pitch),
        gain_db=table.number("gain_db", -12.0, 12.0, old.gain_db),
        aka=table.texts("aka") or old.aka,
        gender=table.one_of("gender", GENDERS) or old.gender,
        where=cast.where(old.name),
    )
    table.finish()
    return member


def _voices(member: Table) -> tuple[str | None, tuple[tuple[str, str], ...]] | None:
    """The voice for every engine, and the voices by engine; None where neither is given."""
    given = member.table_or_text("voice")
    if given is None:
        return None
    if isinstance(given, str):
        return given, ()
    named = ((engine, given.text(engine)) for engine in given.names())
    return None, tuple((engine, voice) for engine, voice in named if voice)


def _music(old: Music, table: Table) -> Music:
    """The music set in a table; an empty name, or `false`, means none."""
    names = {
        name: table.text_or_none(name, getattr(old, name)) for name in ("opening", "bed", "closing")
    }
    music = Music(
        **names,
        bed_db=table.number("bed_db", -60.0, 0.0, old.bed_db),
        duck_db=table.number("duck_db", -60.0, 0.0, old.duck_db),
        where=table.where(),
    )
    table.finish()
    return music


def _feed(old: Feed, table: Table) -> Feed:
    feed = Feed(**{f.name: table.text(f.name) or getattr(old, f.name) for f in fields(Feed)})
    table.finish()
    return feed


def _episodes(tables: Iterable[Table], folder: Path) -> tuple[EpisodeEntry, ...]:
    """Episodes in order, no two of one number."""
    entries: dict[int | None, EpisodeEntry] = {}
    for place, table in enumerate(tables, 1):
        entry = _episode(table, folder, place)
        if entry.number in entries:
            raise ConfigError(
                f"two episodes have the number {entry.number}",
                where=table.where("number"),
                hint='give each a "number" of its own; without one it is their place',
            )
        entries[entry.number] = entry
    return tuple(entries.values())


def _episode(table: Table, folder: Path, place: int) -> EpisodeEntry:
    story = table.text("story")
    if story is None:
        raise ConfigError('an episode needs a "story"', where=table.where())
    where = table.where("story")
    number = table.integer("number", 1, 100_000) or place
    path = _beside(story, folder, where)
    entry = _entry(EpisodeEntry(path, number=number, where=where), table)
    table.finish()
    return entry


def _entry(old: EpisodeEntry, table: Table) -> EpisodeEntry:
    """An episode with what a table says of it."""
    return replace(
        old,
        title=table.text("title") or old.title,
        date=table.date("date") or old.date,
        description=table.text("description", most_bytes=_MOST_DESCRIPTION_BYTES)
        or old.description,
    )


def _beside(name: str, folder: Path, where: Where | None) -> Path:
    """The file of that name in a folder, which it may not leave."""
    path = folder / name
    # Unlike `Path.resolve`, this takes links in a ring: they are no file, which is told later.
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise ConfigError(
            f'"{name}" lies outside the folder of the show', where=where, hint="move it inside"
        )
    return path
