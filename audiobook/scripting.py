"""A story's script file, written where none is, and merged with its author's edits where one is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import yaml

from audiobook.errors import StoryError, UsageError, Where
from audiobook.model import Script
from audiobook.progress import Listener, Noted, Warned, silent
from audiobook.script import MAX_STORY_BYTES, decode, front_matter
from audiobook.script.notation.merging import merge
from audiobook.script.notation.writing import script_text
from audiobook.store import Store, check_target, digest, replacing

__all__ = ["write_script"]

_KIND = "scripts"
_SUFFIXES = (".md", ".markdown")
_KEY = re.compile(r"""^generated:[ \t]*["']?([0-9a-f]{40})["']?[ \t]*(?:\n|\Z)""", re.MULTILINE)


def write_script(
    script: Script, path: Path, *, store: Store | None = None, listen: Listener = silent
) -> Path:
    """Write the script file of a story; what its author has edited in one that is there stays.

    The file names what was generated, which the store keeps: so the next time, what the author
    has changed is told from what the story has. Where that is unknown, the file is left alone and
    another one is written beside it, its name ending in ``.new``.

    Args:
        script: of the story as it is now.
        path: the file.
        store: where what was generated is kept; None for the user's own.
        listen: is told what was written, and of what could not be merged.

    Returns:
        The file that now holds the script as it is in the story.

    Raises:
        OutputError: it cannot be written.
        UsageError: the file's name is not one of Markdown, so that it could not be built; or there
            is a file and it cannot be read.
        StoryError: there is a file and it is no text, or its front matter cannot be read.
    """
    check_target(path)
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            f"{path} would not be read as a script file, which is Markdown",
            hint="give it a name that ends in .md",
        )
    store = store or Store()
    generated, key = _generated(script)
    store.put(_KIND, key, generated.encode("utf-8", "backslashreplace"))
    if not path.exists():
        return _told(_written(path, generated), "written", listen)
    theirs = _read(path)
    mine = theirs.replace("\r\n", "\n")
    base = _base(mine, store)
    if base is None:
        return _beside(path, generated, listen)
    text = _merged(base, mine, generated, key, path, listen)
    if text == mine:
        return _told(path, "nothing has changed", listen)
    _written(path, text.replace("\n", "\r\n") if "\r\n" in theirs else text)
    return _told(path, "what has changed in the story is merged into it", listen)


def _generated(script: Script) -> tuple[str, str]:
    """The script file, with a name for what it is before anybody edits it; and that name."""
    text = script_text(replace(script, front_matter=_KEY.sub("", script.front_matter)))
    key = digest(text)
    return _with_key(text, key), key


def _with_key(text: str, key: str) -> str:
    """A script file that says what it was generated as."""
    front = front_matter(text)
    if front is None:
        return text
    at = text.index(front.yaml) + len(front.yaml)
    return text[:at] + yaml.safe_dump({"generated": key}) + text[at:]


def _key(text: str) -> str | None:
    front = front_matter(text)
    found = _KEY.search(front.yaml) if front else None
    return found[1] if found else None


def _without_key(text: str) -> str:
    return _KEY.sub("", text, count=1)


def _base(mine: str, store: Store) -> str | None:
    """What a file was generated as; None where that is unknown."""
    key = _key(mine)
    if key is None:
        return None
    if digest(_without_key(mine)) == key:
        return mine
    kept = store.get(_KIND, key)
    return kept.decode("utf-8") if kept else None


def _merged(base: str, mine: str, new: str, key: str, path: Path, listen: Listener) -> str:
    """The author's file with the story's changes, each conflict told with its place."""
    try:
        merged = merge(_without_key(base), _without_key(mine), _without_key(new))
    except yaml.YAMLError as error:
        raise StoryError(
            "its front matter cannot be read, so nothing was merged",
            where=Where(str(path), 1),
            hint="mend it, or move the file away and run this again",
        ) from error
    text = _with_key(merged.text, key)
    n_moved = text.count("\n") - merged.text.count("\n")
    lines = text.split("\n")
    for conflict in merged.conflicts:
        line = conflict.line + n_moved * (conflict.line > 1)
        excerpt = lines[min(line, len(lines)) - 1]
        listen(Warned(conflict.what, Where(str(path), line, excerpt=excerpt)))
    return text


def _beside(path: Path, text: str, listen: Listener) -> Path:
    other = path.with_name(f"{path.name}.new")
    listen(
        Warned(
            f"{path} was not made by this program, or what it was made as is no longer kept: "
            f"it is left as it is, and the script is in {other}",
            hint="take over by hand what you want of it, or move the old file away",
        )
    )
    return _written(other, text)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_STORY_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    return decode(data, str(path))


def _written(path: Path, text: str) -> Path:
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
    return path


def _told(path: Path, what: str, listen: Listener) -> Path:
    listen(Noted(f"{path}: {what}"))
    return path
