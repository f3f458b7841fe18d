"""From a show and the episodes that a build has made to its feed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mode

from audiobook.covers import cover_of
from audiobook.episode.mp3_survey import check_length
from audiobook.finished import FinishedFile, finished_files, outdated_chapters
from audiobook.parts import file_stem
from audiobook.podcast.channel import FinishedEpisode
from audiobook.podcast.publication import Published
from audiobook.podcast.publication import publish as publish_show
from audiobook.progress import Listener, Warned, silent
from audiobook.show import Show
from audiobook.show_files import find_show
from audiobook.stories import read_stories
from audiobook.story import Choices, Story

__all__ = ["PublishedFeed", "publish"]

_MOST_NAMES = 3
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
        SoundError: a finished file is damaged, or ends early.
        OutputError: the feed cannot be written.
    """
    output = Path(output)
    source = _published_whole(None if source is None else Path(source))
    stories = read_stories(source, Choices(language=language))
    wholes = {file_stem(story.entry.story) for story in stories}
    files = [
        (story, file) for story in stories for file in finished_files(story, output, wholes, listen)
    ]
    for _, file in files:
        check_length(file.path)
    outdated = [
        path
        for story in stories
        for path in outdated_chapters(story, output, wholes, _paths_of(story, files))
    ]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    show = _channel(find_show(source), stories, language)
    book = stories[0].book if len(stories) == 1 else None
    cover = cover_of(show, book, listen)
    published = publish_show(show, _episodes(files), output, url=url, today=today, cover=cover)
    for warning in (*_warnings(published, files), *_outdated_warning(outdated)):
        listen(warning)
    return PublishedFeed(published.feed, published.address, len(published.items))


def _paths_of(story: Story, files: Iterable[tuple[Story, FinishedFile]]) -> list[Path]:
    return [file.path for owner, file in files if owner is story]


def _warnings(
    published: Published, files: Sequence[tuple[Story, FinishedFile]]
) -> Iterator[Warned]:
    """What a publisher may not have meant."""
    if published.local:
        yield Warned(
            "the feed has no address of its own: it is for apps that audiobook serve reaches",
            hint='set url = "https://…" under [feed] in show.toml, or use --url',
        )
    if published.moved:
        yield Warned(
            "the feed keeps the podcast guid of another address, as a podcast that moves does",
            hint=f"if nobody follows it there, remove {published.ids} and publish again",
        )
    if published.dropped:
        titles = _some([f'"{item.title}"' for item in published.dropped])
        hint = _hint_on_dropped([item.key for item in published.dropped], files)
        yield Warned(f"the feed no longer lists {titles}", hint=hint)


def _hint_on_dropped(
    keys: Sequence[str | None], files: Sequence[tuple[Story, FinishedFile]]
) -> str | None:
    """What to do about items that a feed has lost, by why it has lost them."""
    listed = {story.entry.story.name for story, _ in files}
    wholes = {story.entry.story.name for story, file in files if file.chapter is None}
    stories = {key and re.sub(r"#\d+$", "", key) for key in keys}
    if not stories <= listed:
        return "if that is not meant, give what is another show an --output of its own"
    if not listed.isdisjoint(keys):
        return "its chapters are newer; to list it whole again, build it with --split episode"
    if stories & wholes:
        return "the whole is newer; to list chapters again, build them with --split chapter"
    return None  # the story has fewer chapters now, or some are not built, which is told


def _outdated_warning(paths: Sequence[Path]) -> Iterator[Warned]:
    if paths:
        names = _some([str(path) for path in paths])
        yield Warned(
            f"left out, since newer files are listed in their place: {names}",
            hint="remove what nobody needs before the folder is uploaded",
        )


def _some(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    n_more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {n_more} more" if n_more > 0 else "")


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


def _episodes(files: Sequence[tuple[Story, FinishedFile]]) -> list[FinishedEpisode]:
    """Finished files as the feed lists them, first to last.

    Where a show of several stories lists chapters, each story is a season, since two episodes of
    one season must not have the same number.
    """
    n_stories = len({story.entry.story for story, _ in files})
    in_seasons = n_stories > 1 and any(file.chapter for _, file in files)
    return [_episode(story, file, in_season=in_seasons) for story, file in files]


def _episode(story: Story, file: FinishedFile, *, in_season: bool) -> FinishedEpisode:
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
