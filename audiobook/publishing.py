"""From a show and the episodes that a build has made to its feed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from audiobook.episode.tags import read_tag
from audiobook.errors import UsageError
from audiobook.podcast.channel import FinishedEpisode
from audiobook.podcast.publication import publish as publish_show
from audiobook.progress import Listener, Warned, silent
from audiobook.shows import find_show
from audiobook.stories import Choices, Story, file_stem, read_stories

__all__ = ["PublishedFeed", "publish"]


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
    listen: Listener = silent,
) -> PublishedFeed:
    """Write the feed of a show whose episodes lie in a folder.

    Args:
        source: as for `audiobook.build`.
        output: the folder that the build wrote to; the feed is written there too.
        url: where that folder will be found; None for the show's own, else this machine.
        listen: is told of warnings.

    Raises:
        UsageError: an episode has not been built.
        ConfigError: the show cannot be published as it is.
        OutputError: the feed cannot be written.
    """
    output = Path(output)
    stories = list(read_stories(source, Choices()))
    episodes = [episode for story in stories for episode in _finished(story, output)]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    show = find_show(None if source is None else Path(source))
    if show.folder is None:  # then the first story's front matter is all there is
        show = stories[0].show
    published = publish_show(show, episodes, output, url=url, today=today)
    if published.local:
        listen(
            Warned(
                "the feed has no address of its own: only this machine can follow it",
                hint='set url = "https://…" under [feed] in show.toml, or use --url',
            )
        )
    return PublishedFeed(published.feed, published.address, len(published.items))


def _finished(story: Story, output: Path) -> list[FinishedEpisode]:
    """The episode's file, or its chapters' where there is one for each."""
    stem = file_stem(story.entry.story)
    whole = output / f"{stem}.mp3"
    paths = [whole] if whole.is_file() else sorted(output.glob(f"{stem}-[0-9]*.mp3"))
    if not paths:
        raise UsageError(f"there is no {whole}", hint="build it first: audiobook build")
    return [
        _episode(story, path, number if len(paths) > 1 else None)
        for number, path in enumerate(paths, 1)
    ]


def _episode(story: Story, path: Path, chapter: int | None) -> FinishedEpisode:
    tag = read_tag(path)
    key = story.entry.story.name
    return FinishedEpisode(
        path,
        key if chapter in (None, 1) else f"{key}#{chapter}",
        tag.title,
        (tag.duration_ms or 0) / 1000,
        description=story.entry.description,
        number=chapter or story.entry.number,
        date=story.entry.date,
    )
