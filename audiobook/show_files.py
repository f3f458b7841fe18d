"""Where the show of a source is found, and which of its episodes the source means."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from audiobook.config import SHOW_FILE, read_show
from audiobook.engine_settings import EngineSettings
from audiobook.errors import UsageError, did_you_mean, near_names
from audiobook.show import EpisodeEntry, Show

__all__ = ["engines_here", "find_show", "near_file_hint", "nearest_show"]


_ALIKE = 0.7
"""How near the name of a file must be to be offered in place of one that is not there."""


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
        nearest = nearest_show()
        if nearest is None:
            raise UsageError(
                "there is no show.toml here or above, and none in ./script",
                hint="name a story, such as STORY.md, or the folder of a show",
            )
        return nearest
    if os.path.isdir(source):  # noqa: PTH112 - False for what cannot be seen, as below
        path = _in_folder(source)
        if path is None:
            raise UsageError(
                f"there is no {SHOW_FILE} in {source}", hint="name the story itself, or add one"
            )
        return read_show(path)
    if not os.path.exists(source):  # noqa: PTH110
        raise UsageError(f"no such file: {source}", hint=near_file_hint(source))
    path = _above(source.parent)
    show = read_show(path) if path else Show()
    known = [
        replace(entry, where=None)  # it was typed
        for entry in show.episodes
        if _real(entry.story) == _real(source)
    ]
    return replace(show, episodes=tuple(known) or (EpisodeEntry(source),))


def nearest_show() -> Show | None:
    """The show whose show.toml is the nearest above the current folder, else that in ./script.

    Raises:
        UsageError, ConfigError: as for `read_show`.
    """
    path = _above(Path()) or _in_folder(Path("script"))
    return read_show(path) if path else None


def engines_here() -> tuple[EngineSettings, ...]:
    """What the nearest show sets for engines, for what is spoken without a story.

    Raises:
        UsageError, ConfigError: as for `read_show`.
    """
    show = nearest_show()
    return show.engines if show else ()


def near_file_hint(path: Path) -> str | None:
    """A hint that offers the files in its folder whose names are near one that is not there."""
    if path.parts[:1] in (("http:",), ("https:",)):
        return "nothing is fetched from the web: save the page, and name its file"
    try:
        names = [found.name for found in path.parent.iterdir()]
    except (OSError, ValueError):  # there is no such folder, nor can there be
        return None
    return did_you_mean(near_names(path.name, names, alike=_ALIKE))


def _above(folder: Path) -> Path | None:
    """The nearest show.toml in a folder or above it, named from that folder where it can be."""
    if found := _in_folder(folder):
        return found
    return next(filter(None, map(_in_folder, _real(folder).parents)), None)


def _in_folder(folder: Path) -> Path | None:
    path = folder / SHOW_FILE
    return path if os.path.isfile(path) else None  # noqa: PTH113 - False for what cannot be seen


def _real(path: Path) -> Path:
    """The path without links; unlike `Path.resolve`, links in a ring are no error."""
    return Path(os.path.realpath(path))
