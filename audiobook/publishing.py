"""From a show and the episodes that a build has made to its feed."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mode

from audiobook.covers import cover_of
from audiobook.episode.tags import Tag, read_tag
from audiobook.errors import UsageError
from audiobook.parts import chapter_names, file_stem
from audiobook.podcast.channel import FinishedEpisode
from audiobook.podcast.publication import Published
from audiobook.podcast.publication import publish as publish_show
from audiobook.progress import Listener, Warned, silent
from audiobook.show import Show
from audiobook.show_files import find_show
from audiobook.stories import read_stories
from audiobook.story import Choices, Story

__all__ = ["PublishedFeed", "publish"]

_MOST_TITLES = 3
"""So many are named in a warning."""


@dataclass(frozen=True, slots=True)
class PublishedFeed:
    """A feed that has been written."""

    path: Path
    """The feed's file."""
    url: str
    """The feed's address."""
    n_episodes: int
    """How many episodes it lists."""


def publish(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    url: str | None = None,
    language: str | None = None,
    listen: Listener = silent,
) -> PublishedFeed:
    """Write the feed of a show whose episodes lie in a folder.

    Args:
        source: as for `audiobook.build`, but for a story that is one of a show's episodes, which
            stands for all of them: a feed that lists fewer takes the others from its listeners.
        output: the folder that the build wrote to; the feed is written there too.
        url: where that folder will be found; None for the show's own, else this machine.
        language: BCP 47 tag, where the build was given one; None for the show's own, else that of
            most of its stories.
        listen: is told of warnings.

    Raises:
        UsageError: an episode has not been built, `url` is no address of a folder, or `language`
            no language tag.
        ConfigError: the show cannot be published as it is.
        OutputError: the feed cannot be written.
    """
    output = Path(output)
    source = _published_whole(None if source is None else Path(source))
    stories = read_stories(source, Choices(language=language))
    wholes = {file_stem(story.entry.story) for story in stories}
    files = [
        (story, file) for story in stories for file in _finished(story, output, wholes, listen)
    ]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    show = _channel(find_show(source), stories, language)
    book = stories[0].book if len(stories) == 1 else None
    cover = cover_of(show, book, listen)
    published = publish_show(show, _episodes(files), output, url=url, today=today, cover=cover)
    for warning in _warnings(published):
        listen(warning)
    return PublishedFeed(published.feed, published.address, len(published.items))


def _warnings(published: Published) -> Iterator[Warned]:
    """What a publisher may not have meant."""
    if published.local:
        yield Warned(
            "the feed has no address of its own: only this machine can follow it",
            hint='set url = "https://…" under [feed] in show.toml, or use --url',
        )
    if published.moved:
        yield Warned(
            "the feed keeps the podcast guid of another address, as a podcast that moves does",
            hint=f"if nobody follows it there, remove {published.ids} and publish again",
        )
    if published.dropped:
        titles = ", ".join(f'"{title}"' for title in published.dropped[:_MOST_TITLES])
        n_more = len(published.dropped) - _MOST_TITLES
        yield Warned(
            f"the feed no longer lists {titles}" + (f" and {n_more} more" if n_more > 0 else ""),
            hint="if that is not meant, give what is another show an --output of its own",
        )


def _published_whole(source: Path | None) -> Path | None:
    """The folder of the show where a source is one of its episodes; else the source."""
    show = find_show(source)
    is_episode = all(entry.number is not None for entry in show.episodes)
    return show.folder if show.folder and is_episode else source


def _channel(show: Show, stories: Sequence[Story], language: str | None) -> Show:
    """A show with what its stories say of it, as the tags of their files have it.

    Of several, each speaks for itself: what they share fills the gaps of the show.
    """
    if len(stories) == 1:
        show = stories[0].show
    authors = {story.author for story in stories}
    return replace(
        show,
        title=show.title or stories[0].title,
        author=show.author or (authors.pop() if len(authors) == 1 else None),
        language=language or show.language or mode(story.language for story in stories),
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A finished file."""

    path: Path
    """Where it lies."""
    tag: Tag
    """What it says of itself."""
    chapter: int | None = None
    """The number of the chapter that it holds, from 1; None for a whole episode."""


def _episodes(files: Sequence[tuple[Story, _File]]) -> list[FinishedEpisode]:
    """Finished files as the feed lists them, first to last.

    Where a show of several stories lists chapters, each story is a season, since two episodes of
    one season must not have the same number.
    """
    n_stories = len({story.entry.story for story, _ in files})
    in_seasons = n_stories > 1 and any(file.chapter for _, file in files)
    return [_episode(story, file, in_season=in_seasons) for story, file in files]


def _episode(story: Story, file: _File, *, in_season: bool) -> FinishedEpisode:
    entry, chapter = story.entry, file.chapter
    key = entry.story.name
    return FinishedEpisode(
        file.path,
        f"{key}#{chapter}" if chapter else key,
        file.tag.title,
        (file.tag.duration_ms or 0) / 1000,
        description=entry.description,
        number=chapter or (1 if in_season else entry.number),
        season=entry.number if in_season else None,
        date=entry.date,
        explicit=story.show.explicit,
    )


def _finished(story: Story, output: Path, wholes: Set[str], listen: Listener) -> Sequence[_File]:
    """The episode's file, or those of its chapters that are built: the newer kind.

    Chapters take the place of a whole episode only when all of them are newer: one alone may have
    been built to be listened to.

    Args:
        story: the episode.
        output: the folder that holds the files.
        wholes: the names of whole episodes, which are nobody's chapters.
        listen: is told when chapters are newer than the whole.

    Raises:
        UsageError: there are none.
    """
    whole = output / f"{file_stem(story.entry.story)}.mp3"
    is_there = whole.is_file()
    built_ns = whole.stat().st_mtime_ns if is_there else -1
    newer = _finished_chapters(story, output, wholes, built_ns)
    command = f"audiobook build {shlex.quote(str(story.entry.story))}"
    if output != Path("output"):
        command += f" --output {shlex.quote(str(output))}"
    if not is_there:
        if not newer:
            raise UsageError(f"there is no {whole}", hint=f"build it first: {command}")
        return newer
    if len(newer) == len(story.whole.chapters):
        what = f"{whole} is left out: all its chapters are newer"
        listen(Warned(what, hint="remove it, or the chapters"))
        return newer
    if newer:
        what = f"{whole} is older than {newer[0].path}, which is left out"
        listen(Warned(what, hint=f"build it anew: {command}"))
    return [_File(whole, read_tag(whole))]


def _finished_chapters(story: Story, output: Path, wholes: Set[str], after_ns: int) -> list[_File]:
    """The files of a story's chapters that were written after a time, in ns since the epoch."""
    finished = []
    for number, name in enumerate(chapter_names(story, story.whole), 1):
        path = output / f"{name}.mp3"
        if name in wholes or not path.is_file() or path.stat().st_mtime_ns <= after_ns:
            continue
        tag = read_tag(path)
        if tag.track == number:  # others may bear such a name
            finished.append(_File(path, tag, number))
    return finished
