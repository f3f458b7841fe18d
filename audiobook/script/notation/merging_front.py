"""The front matter of a script file, its author's settings and those that its story has now."""

from __future__ import annotations

import re
from collections.abc import Collection

import yaml

from audiobook.yaml_values import yaml_values

__all__ = ["cast_names", "merged_front"]

_CHUNK = re.compile(r"^(?=[^\s#-])", re.MULTILINE)


def cast_names(front: str) -> set[str]:
    """The names that a front matter's cast goes by.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    settings, _ = yaml_values(front)
    return _names(settings.get("cast"))


def merged_front(
    base: str, mine: str, new: str, speakers: Collection[str]
) -> tuple[str, tuple[str, ...]]:
    """The author's front matter with what has changed in the story's, and what could not be taken.

    What has not changed stays as the author wrote it, comments included. Nobody of the cast is
    removed, and whoever speaks in the file is in it.

    Args:
        base: the YAML as it was generated last time.
        mine: as it is now.
        new: as it would be generated now.
        speakers: the names that lines of the merged file begin with.

    Raises:
        yaml.YAMLError: one of them is no YAML.
    """
    (was, _), (own, _), (now, _) = map(yaml_values, (base, mine, new))
    conflicts: list[str] = []
    merged = _merged(was, own, now, "", conflicts)
    cast = _cast(own.get("cast"), now.get("cast"), merged.get("cast"), speakers)
    merged |= {"cast": cast} if cast else {}
    return _written(mine, own, merged), tuple(conflicts)


def _names(cast: object) -> set[str]:
    if not isinstance(cast, dict):
        return set()
    others = [member.get("aka", ()) for member in cast.values() if isinstance(member, dict)]
    lists = [[other] if isinstance(other, str) else other for other in others]
    return {*map(str, cast), *(str(name) for aka in lists if isinstance(aka, list) for name in aka)}


def _merged(
    was: dict[str, object],
    own: dict[str, object],
    now: dict[str, object],
    within: str,
    conflicts: list[str],
) -> dict[str, object]:
    """Of each setting the value that changed; the author's where both did."""
    merged: dict[str, object] = {}
    for name in (*own, *(name for name in now if name not in own)):
        key = within + name
        old, mine, new = was.get(name), own.get(name), now.get(name)
        if mine == old and (name in own) == (name in was):
            merged |= {name: new} if name in now else {}
        elif new in (old, mine) and (name in now or name not in own):
            merged |= {name: mine} if name in own else {}
        elif isinstance(mine, dict) and isinstance(new, dict):
            inner = old if isinstance(old, dict) else {}
            merged[name] = _merged(inner, mine, new, f"{key}.", conflicts)
        else:
            merged |= {name: mine} if name in own else {}
            if new != old:
                conflicts.append(f'you and the story have both changed "{key}"; it has: {new}')
    return merged


def _cast(own: object, now: object, merged: object, speakers: Collection[str]) -> dict[str, object]:
    """The cast with everybody whom the author named and everybody who speaks."""
    cast: dict[str, object] = dict(merged) if isinstance(merged, dict) else {}
    cast |= {n: v for n, v in own.items() if n not in cast} if isinstance(own, dict) else {}
    missing = set(speakers) - _names(cast)
    added = now.items() if isinstance(now, dict) else ()
    return cast | {name: value for name, value in added if name in missing}


def _written(mine: str, own: dict[str, object], merged: dict[str, object]) -> str:
    """The merged settings, in the author's own words as far as they go."""
    parts = []
    for chunk in _CHUNK.split(mine):
        name = next(iter(_read(chunk) or ()), "")
        if name not in own:
            parts.append(chunk)  # comments, blank lines, and what goes on from the line before
        elif name in merged:
            is_same = merged[name] == own[name]
            parts.append(chunk if is_same else _changed(chunk, name, own[name], merged[name]))
    parts += [_dumped({name: value}) for name, value in merged.items() if name not in own]
    text = "".join(part if part.endswith("\n") or not part else part + "\n" for part in parts)
    return text if _read(text) == merged else _dumped(merged)


def _changed(chunk: str, name: str, own: object, merged: object) -> str:
    """A setting with its new value; entries that a table has gained are put at its end."""
    if isinstance(own, dict) and isinstance(merged, dict):
        gained = {key: value for key, value in merged.items() if key not in own}
        indented = "".join(f"  {line}\n" for line in _dumped(gained).splitlines())
        extended = f"{chunk.rstrip()}\n{indented}"
        if _read(extended) == {name: merged}:
            return extended
    return _dumped({name: merged})


def _read(text: str) -> dict[str, object] | None:
    try:
        return yaml_values(text)[0]
    except yaml.YAMLError:
        return None


def _dumped(settings: dict[str, object]) -> str:
    return yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
