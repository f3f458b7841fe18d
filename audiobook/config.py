"""show.toml and front matter become a Show: everything about a story that is not its text.

What is set where, the nearer to the story the stronger: a flag or AUDIOBOOK_* variable (both in
`audiobook.cli`), the story's front matter, the show's `show.toml`, the defaults below.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from audiobook.errors import ConfigError, UsageError, Where
from audiobook.settings import Table, parse_toml, parse_yaml

__all__ = [
    "NARRATOR",
    "SHOW_FILE",
    "CastMember",
    "EpisodeEntry",
    "Feed",
    "Music",
    "Show",
    "find_show",
    "read_show",
    "with_front_matter",
]

SHOW_FILE = "show.toml"
NARRATOR = "Narrator"
"""The cast name of whoever speaks what nobody else does."""


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
    """Its number in the show, from 1."""
    description: str | None = None
    """What it is about; None for the show's description."""


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
    engine: str = "auto"
    """The engine, by name, or "auto"."""
    cast: tuple[CastMember, ...] = ()
    """Who speaks, in the order in which they are set."""
    music: Music = Music()
    """What is played."""
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

    def member(self, name: str) -> CastMember | None:
        """The cast member of that name, if there is one."""
        return next((member for member in self.cast if member.name == name), None)

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names that a script may use."""
        return tuple(member.name for member in self.cast)


def find_show(source: Path | None) -> Show:
    """The show that a source belongs to, with the episodes that the source means.

    Args:
        source: a story file, whose show is the nearest show.toml above it, if there is one; a
            folder with a show.toml; or None for the nearest show.toml above the current folder,
            else the one in its subfolder `script`.

    Raises:
        UsageError: there is no such source, or no show in it.
        ConfigError: the show's settings are wrong.
    """
    if source is None:
        path = _above(Path()) or _in_folder(Path("script"))
        if path is None:
            raise UsageError(
                "there is no show.toml here or above, and none in ./script",
                hint="name a story: audiobook build STORY.md",
            )
        return read_show(path)
    if source.is_dir():
        path = _in_folder(source)
        if path is None:
            raise UsageError(
                f"there is no {SHOW_FILE} in {source}", hint="name the story itself, or add one"
            )
        return read_show(path)
    if not source.exists():
        raise UsageError(f"no such file: {source}")
    path = _above(source.parent)
    show = read_show(path) if path else Show()
    known = [entry for entry in show.episodes if entry.story.resolve() == source.resolve()]
    return replace(show, episodes=tuple(known) or (EpisodeEntry(source),))


def _above(folder: Path) -> Path | None:
    """The nearest show.toml in a folder or above it, named from that folder where it can be."""
    if found := _in_folder(folder):
        return found
    return next(filter(None, map(_in_folder, folder.resolve().parents)), None)


def _in_folder(folder: Path) -> Path | None:
    path = folder / SHOW_FILE
    return path if path.is_file() else None


def read_show(path: Path) -> Show:
    """Read a show.toml.

    Raises:
        UsageError: it cannot be read.
        ConfigError: it is not TOML, or a setting is unknown or wrong; with the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    table = parse_toml(data, str(path))
    folder = path.parent
    story = table.text("story")
    entries = tuple(_episode(entry, folder) for entry in table.tables("episodes"))
    if story is not None and entries:
        raise ConfigError(
            'a show has either "story" or "episodes"',
            where=table.where("story"),
            hint="move the story into the first [[episodes]] table",
        )
    if story is not None:
        entries = (EpisodeEntry(_beside(story, folder, table.where("story"))),)
    show = _with_settings(Show(folder=folder, episodes=entries), table, folder)
    table.finish()
    return show


def with_front_matter(show: Show, yaml: str, name: str, first_line: int, folder: Path) -> Show:
    """A show with the settings of a story's front matter laid over it.

    Args:
        show: what holds where the front matter is silent.
        yaml: the text between the `---` lines.
        name: the story's file, as the user named it.
        first_line: the line of the file that `yaml` begins on, from 1.
        folder: the story's folder, which `cover` is relative to.

    Raises:
        ConfigError: it is not YAML, or a setting is wrong; with the line. Settings of other
            programs (tags, layout …) are passed over.
    """
    return _with_settings(show, parse_yaml(yaml, name, first_line), folder)


def _with_settings(show: Show, table: Table, folder: Path) -> Show:
    """Lay a table's settings over a show; those it does not have stay."""
    cover = table.text("cover")
    given: dict[str, object] = {
        "title": table.text("title"),
        "author": table.text("author"),
        "narrator": table.text("narrator"),
        "language": table.text("language"),
        "description": table.text("description", most_bytes=4000),
        "category": table.text("category"),
        "genre": table.text("genre"),
        "explicit": table.flag("explicit"),
        "date": table.date("date"),
        "copyright": table.text("copyright"),
        "cover": cover and _beside(cover, folder, table.where("cover")),
        "profile": table.text("profile"),
        "engine": table.text("engine"),
    }
    given = {name: value for name, value in given.items() if value is not None}
    places = dict(show.places) | {name: table.where(name) for name in given}
    if (cast := table.table("cast")) is not None:
        given["cast"] = _joined_cast(show.cast, [_member(name, cast) for name in cast.names()])
        cast.finish()
    if (music := table.table("music")) is not None:
        given["music"] = _music(show.music, music)
    if (feed := table.table("feed")) is not None:
        places |= {f"feed.{name}": feed.where(name) for name in feed.names()}
        given["feed"] = _feed(feed)
    return replace(show, places=tuple(places.items()), **given)  # type: ignore[arg-type]  # each value is of its field's type, by the calls above


def _joined_cast(old: Iterable[CastMember], new: Iterable[CastMember]) -> tuple[CastMember, ...]:
    return tuple(({member.name: member for member in old} | {m.name: m for m in new}).values())


def _member(name: str, cast: Table) -> CastMember:
    where = cast.where(name)
    table = cast.table(name)
    assert table is not None
    voices = table.table_or_text("voice")
    by_engine: tuple[tuple[str, str], ...] = ()
    if isinstance(voices, Table):
        by_engine = tuple((engine, voices.text(engine) or "") for engine in voices.names())
        voices.finish()
    member = CastMember(
        name,
        engine=table.text("engine"),
        voice=voices if isinstance(voices, str) else None,
        voices=by_engine,
        rate=table.number("rate", 0.5, 2.0, 1.0),
        pitch=table.number("pitch", 0.5, 2.0, 1.0),
        gain_db=table.number("gain_db", -12.0, 12.0, 0.0),
        where=where,
    )
    table.finish()
    return member


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


def _feed(table: Table) -> Feed:
    feed = Feed(**{item.name: table.text(item.name) for item in fields(Feed)})
    table.finish()
    return feed


def _episode(table: Table, folder: Path) -> EpisodeEntry:
    story = table.text("story")
    if story is None:
        raise ConfigError('an episode needs a "story"', where=table.where())
    entry = EpisodeEntry(
        _beside(story, folder, table.where("story")),
        title=table.text("title"),
        date=table.date("date"),
        number=table.integer("number", 1, 100_000),
        description=table.text("description", most_bytes=4000),
    )
    table.finish()
    return entry


def _beside(name: str, folder: Path, where: Where | None) -> Path:
    """The file of that name in a folder, which it may not leave."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(
            f'"{name}" lies outside the folder of the show', where=where, hint="move it inside"
        )
    return path
