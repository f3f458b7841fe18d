"""show.toml and front matter become a Show: everything about a story that is not its text.

What is set where, the nearer to the story the stronger: a flag or AUDIOBOOK_* variable (both in
`audiobook.cli`), the story's front matter, the show's `show.toml`, the defaults below.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

from audiobook.categories import category_path
from audiobook.engine_settings import AUTO, read_engine_names, read_engine_settings
from audiobook.errors import ConfigError, Where, did_you_mean
from audiobook.feed_settings import check_email, folder_url, web_url
from audiobook.language_tags import is_language_tag
from audiobook.lexicon import read_entries, read_switches
from audiobook.own_profiles import read_own_profiles
from audiobook.progress import Listener, Warned, silent
from audiobook.settings import Table, parse_yaml, read_toml
from audiobook.show import (
    LEAST_RATE,
    MOST_RATE,
    NARRATOR,
    CastMember,
    EpisodeEntry,
    Feed,
    Music,
    Show,
)
from audiobook.utterance import GENDERS

__all__ = ["SHOW_FILE", "read_show", "with_front_matter"]

SHOW_FILE = "show.toml"
"""Name of the file that makes a folder a show."""
_MOST_DESCRIPTION_BYTES = 4000
_NO_MUSIC = 'for no music, set its "opening", "bed" and "closing" to false'
_READ_ELSEWHERE = ("episodes", "segments", "story")
"""What front matter may hold besides: settings of a show, and the mark of a script file."""


def read_show(path: Path) -> Show:
    """Read a show.toml.

    Raises:
        UsageError: it cannot be read.
        ConfigError: it is not TOML, or a setting is unknown or wrong; with the line.
    """
    table = read_toml(path)
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
    if len(entries) == 1:
        entries = (replace(entries[0], is_only=True),)
    own = table.table("engines")
    engines = read_engine_settings(own) if own else ()
    show = Show(folder=folder, engines=engines, episodes=entries)
    show = _with_settings(show, table, folder)
    category_path(show.category, show.where("category"))
    table.finish()
    return show


def with_front_matter(
    show: Show, entry: EpisodeEntry, yaml: str, first_line: int, listen: Listener = silent
) -> tuple[Show, EpisodeEntry]:
    """A show and its episode with the settings of the story's front matter laid over them.

    What can be said of an episode is said of it: its title, date and description. A show that has
    a show.toml keeps its own.

    Args:
        show: what holds where the front matter is silent; `cover` is beside the story.
        entry: what the show says of the episode.
        yaml: the text between the `---` lines.
        first_line: the line of the story's file that `yaml` begins on, from 1.
        listen: is told of names that look like mistyped ones of settings. Settings of other
            programs (tags, layout …) are passed over in silence.

    Raises:
        ConfigError: it is not YAML, or a setting is wrong; with the line.
    """
    table = parse_yaml(yaml, str(entry.story), first_line)
    if table.table("engines") is not None:
        # They name programs to run and servers to send text to: not for a story to choose.
        raise ConfigError(
            "a story cannot set up engines",
            where=table.where("engines"),
            hint=f"move the setting to {SHOW_FILE}",
        )
    laid = _with_settings(_with_lang(show, table), table, entry.story.parent)
    if show.folder is not None:
        laid = replace(laid, title=show.title, date=show.date, description=show.description)
    laid_entry = _entry(entry, table)
    for name, near in table.mistyped(_READ_ELSEWHERE):
        what = f'"{name}" is no setting, and is passed over'
        listen(Warned(what, table.where(name), did_you_mean(near)))
    return laid, laid_entry


def _with_lang(show: Show, table: Table) -> Show:
    """A show in what Pandoc's front matter has as `lang`, where it is a tag: others mean more."""
    with suppress(ConfigError):
        tag = table.text("lang")
        if tag and is_language_tag(tag):
            places = dict(show.places) | {"language": table.where("lang")}
            return replace(show, language=tag, places=tuple(places.items()))
    return show


def _with_settings(show: Show, table: Table, folder: Path) -> Show:
    """Lay a table's settings over a show; those it does not have stay."""
    cover = table.text("cover")
    given: dict[str, object] = {
        "title": table.text("title"),
        "author": table.joined("author"),
        "narrator": table.joined("narrator"),
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
    if (music := table.table("music", hint=_NO_MUSIC)) is not None:
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
    owners = {name: name for name in (NARRATOR, *members)}
    for member in members.values():
        for other in member.aka:
            if owners.setdefault(other, member.name) != member.name:
                raise ConfigError(
                    f'"{other}" is a name of both {owners[other]} and {member.name}',
                    where=member.where("aka"),
                    hint="give each name to one of the cast",
                )
    return tuple(members.values())


def _member(old: CastMember, cast: Table) -> CastMember:
    table = cast.table(old.name)
    if table is None:
        return old
    voice, voices = _voices(table) or (old.voice, old.voices)
    engine = table.text("engine")
    if engine == AUTO:
        raise ConfigError(
            f'"{AUTO}" is for the whole show',
            where=table.where("engine"),
            hint="leave it out here: then the engine of the show speaks",
        )
    member = CastMember(
        old.name,
        engine=engine or old.engine,
        voice=voice,
        voices=voices,
        rate=table.number("rate", LEAST_RATE, MOST_RATE, old.rate),
        pitch=table.number("pitch", 0.5, 2.0, old.pitch),
        gain_db=table.number("gain_db", -12.0, 12.0, old.gain_db),
        aka=table.texts("aka") or old.aka,
        gender=table.one_of("gender", GENDERS) or old.gender,
        places=table.places(old.places),
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
        places=table.places(old.places),
    )
    table.finish()
    return music


def _feed(old: Feed, table: Table) -> Feed:
    feed = Feed(**{f.name: table.text(f.name) or getattr(old, f.name) for f in fields(Feed)})
    table.finish()
    if feed.url is not None:
        folder_url(feed.url, table.where("url"))
    if feed.link is not None:
        web_url(feed.link, "link", table.where("link"))
    if feed.email is not None:
        check_email(feed.email, table.where("email"))
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
        hint = 'add story = "NAME.md"'
        raise ConfigError('an episode needs a "story"', where=table.where(), hint=hint)
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
