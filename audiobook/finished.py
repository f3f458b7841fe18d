"""Which finished files in a folder are a story's: the whole episode, or its chapters."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audiobook.episode.tags import Tag, is_of, other_source, read_tag
from audiobook.errors import SoundError, UsageError
from audiobook.parts import chapter_names, file_stem
from audiobook.progress import Listener, Warned
from audiobook.story import Story

__all__ = ["FinishedFile", "finished_files", "outdated_chapters", "warn_of_others"]

_SUFFIX = ".mp3"


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A finished file."""

    path: Path
    """Where it lies."""
    tag: Tag
    """What it says of itself, but for its text."""
    chapter: int | None = None
    """The number of the chapter that it holds, from 1; None for a whole episode."""


def finished_files(
    story: Story, output: Path, wholes: Set[str], listen: Listener
) -> list[FinishedFile]:
    """The episode's file, or those of its chapters that are built: the newer kind.

    Chapters take the place of a whole episode only when all of them are newer: one alone may have
    been built to be listened to. A file that says it is of another story is none of these.

    Args:
        story: the episode.
        output: the folder that holds the files.
        wholes: the names of whole episodes, which are nobody's chapters.
        listen: is told of what is left out, and of chapters that are missing.

    Raises:
        UsageError: there are none.
        SoundError: the tag of one cannot be read.
    """
    whole = _whole(story, output)
    is_there = whole.is_file() and other_source(whole, story.entry.story) is None
    newer = _chapters(story, output, wholes, whole.stat().st_mtime_ns if is_there else -1)
    n_chapters, command = len(story.whole.chapters), _build_command(story, output)
    if not is_there:
        if not newer:
            raise _none_built(story, whole, command)
        if len(newer) < n_chapters:
            what = f"the feed lists {len(newer)} of {n_chapters} chapters of {story.entry.story}"
            listen(Warned(what, hint=f"build the others, too: {command} --split chapter"))
        return newer
    if len(newer) == n_chapters:
        what = f"{whole} is left out: all its chapters are newer"
        listen(Warned(what, hint="remove it, or the chapters"))
        return newer
    if newer:
        what = f"{whole} is older than {newer[0].path}, which is left out"
        listen(Warned(what, hint=f"build it anew: {command}"))
    return [FinishedFile(whole, read_tag(whole, lyrics=False))]


def outdated_chapters(
    story: Story, output: Path, wholes: Set[str], listed: Collection[Path]
) -> Iterator[Path]:
    """Files of a story's chapters, by former numbers too, that are older than what is listed of it.

    Args:
        story: the episode.
        output: the folder that holds the files.
        wholes: the names of whole episodes, which are nobody's chapters.
        listed: the files that are listed of it.
    """
    newest_ns = max(path.stat().st_mtime_ns for path in listed)
    stem = re.escape(file_stem(story.entry.story))
    for path in sorted(output.glob(f"*{_SUFFIX}")):
        number = re.fullmatch(rf"{stem}-(\d+)", path.stem)
        if not number or path in listed or path.stem in wholes or not path.is_file():
            continue
        if path.stat().st_mtime_ns <= newest_ns and _is_outdated(path, int(number[1]), story):
            yield path


def warn_of_others(paths: Iterable[Path], story: Story, listen: Listener) -> None:
    """Tell which files of another story are about to be replaced.

    Args:
        paths: where a build will write.
        story: what it will write there.
        listen: is told, once for all of them.
    """
    sources = {path: other_source(path, story.entry.story) for path in paths}
    others = [(path, source) for path, source in sources.items() if source]
    if others:
        (path, source), n_more = others[0], len(others) - 1
        more = f", and {n_more} more like it" if n_more else ""
        listen(
            Warned(
                f"{path} is made from {source}, and is about to be replaced{more}",
                hint="if it is still wanted, give this story an --output of its own",
            )
        )


def _whole(story: Story, output: Path) -> Path:
    return output / f"{file_stem(story.entry.story)}{_SUFFIX}"


def _chapters(story: Story, output: Path, wholes: Set[str], after_ns: int) -> list[FinishedFile]:
    """The files of a story's chapters that were written after a time, in ns since the epoch."""
    finished = []
    for number, name in enumerate(chapter_names(story, story.whole), 1):
        path = output / f"{name}{_SUFFIX}"
        if name in wholes or not path.is_file() or path.stat().st_mtime_ns <= after_ns:
            continue
        tag = read_tag(path, lyrics=False)
        if _is_chapter(tag, number, story):
            finished.append(FinishedFile(path, tag, number))
    return finished


def _is_chapter(tag: Tag, number: int, story: Story) -> bool:
    """Whether a file is that chapter of a story, by its tag; others may bear such a name."""
    return tag.track == number and is_of(tag, story.entry.story)


def _is_outdated(path: Path, number: int, story: Story) -> bool:
    with suppress(SoundError):
        return _is_chapter(read_tag(path, lyrics=False), number, story)
    return False


def _build_command(story: Story, output: Path) -> str:
    command = f"audiobook build {shlex.quote(str(story.entry.story))}"
    if output != Path("output"):
        command += f" --output {shlex.quote(str(output))}"
    return command


def _none_built(story: Story, whole: Path, command: str) -> UsageError:
    source = other_source(whole, story.entry.story)
    if source is None:
        return UsageError(f"there is no {whole}", hint=f"build it first: {command}")
    return UsageError(
        f"there is no built file of {story.entry.story}: {whole} is made from {source}",
        hint="build it with an --output of its own, and publish that",
    )
