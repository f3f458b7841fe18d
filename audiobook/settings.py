"""Tables of settings that know where each stands, read from TOML or YAML.

`Table` hands out values of the type asked for and says which names were never asked for; every
complaint carries the line and column, and a mistyped name is offered the right one.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from audiobook.errors import ConfigError, UnknownNameError, Where

__all__ = ["Table", "parse_toml", "parse_yaml"]

_MOST_BYTES = 1 << 20
"""Settings longer than this are no settings."""

_Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where settings come from: enough to point at any of them."""

    name: str
    """The file, as the user named it."""
    lines: tuple[str, ...]
    """Its lines, without their ends."""
    first_line: int
    """The number of the first of them in the file."""
    places: Mapping[_Path, tuple[int, int]]
    """Line (an index of `lines`) and column (from 0) by path; inner ones may be missing."""

    def where(self, path: _Path) -> Where:
        while path and path not in self.places:
            path = path[:-1]
        if path not in self.places:
            return Where(self.name)
        line, column = self.places[path]
        return Where(self.name, self.first_line + line, column + 1, self.lines[line])


@dataclass(frozen=True, slots=True)
class Table:
    """Names and values, each asked for by its type."""

    _values: Mapping[str, object]
    _origin: _Origin
    _path: _Path = ()
    _asked: set[str] = field(default_factory=set)

    def where(self, name: str | None = None) -> Where:
        """Where a setting stands, or the table itself."""
        return self._origin.where(self._path if name is None else (*self._path, name))

    def names(self) -> list[str]:
        """The names it has, in the order in which they stand."""
        return list(self._values)

    def text(self, name: str, *, most_bytes: int = 100_000) -> str | None:
        """A text that is not blank, stripped; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(name, "a text", value)
        if len(value.encode()) > most_bytes:
            raise ConfigError(f'"{name}" is longer than {most_bytes} bytes', where=self.where(name))
        return value.strip()

    def text_or_none(self, name: str, default: str | None) -> str | None:
        """A text, or None where it is given as empty or `false`; the default where it is not."""
        if self._get(name) is None:
            return default
        return None if self._get(name) in (False, "") else self.text(name)

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is not given."""
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def number(self, name: str, least: float, most: float, default: float) -> float:
        """A number within bounds, or the default."""
        value = self._get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number", value)
        if not least <= value <= most:
            raise self._wrong(name, f"between {least:g} and {most:g}", value)
        return float(value)

    def integer(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}", value)
        return value

    def date(self, name: str) -> datetime.date | None:
        """A day, written 2026-11-22; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(str(value))
        except ValueError:
            raise self._wrong(name, "a date such as 2026-11-22", value) from None

    def table(self, name: str) -> Table | None:
        """A table within it; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self._wrong(name, "a table", value)
        return self._inner(value, (name,))

    def tables(self, name: str) -> list[Table]:
        """A list of tables within it; empty where it is not given."""
        value = self._get(name)
        if value is None:
            return []
        if not isinstance(value, Sequence) or not all(isinstance(v, Mapping) for v in value):
            raise self._wrong(name, "a list of tables", value)
        return [self._inner(entry, (name, at)) for at, entry in enumerate(value)]

    def table_or_text(self, name: str) -> Table | str | None:
        """A table or a text; None where it is not given."""
        return self.table(name) if isinstance(self._get(name), Mapping) else self.text(name)

    def finish(self) -> None:
        """See that every name was asked for.

        Raises:
            UnknownNameError: one was not; with the near names among those that were.
        """
        for name in self._values:
            if name not in self._asked:
                raise UnknownNameError("setting", name, self._asked, where=self.where(name))

    def _get(self, name: str) -> object:
        self._asked.add(name)
        return self._values.get(name)

    def _inner(self, values: Mapping[str, object], path: _Path) -> Table:
        return Table(
            {str(key): value for key, value in values.items()}, self._origin, self._path + path
        )

    def _wrong(self, name: str, wanted: str, value: object) -> ConfigError:
        shown = repr(value) if len(repr(value)) < 40 else repr(value)[:37] + "…"
        return ConfigError(f'"{name}" must be {wanted}, not {shown}', where=self.where(name))


def parse_toml(data: bytes, name: str) -> Table:
    """Read a table from TOML 1.0.

    Raises:
        ConfigError: it is too large, not UTF-8, or not TOML; with the line.
    """
    text = _decoded(data, name)
    lines = tuple(text.split("\n"))
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad_toml(error, name, lines) from error
    except RecursionError:
        raise ConfigError("is nested too deeply", where=Where(name)) from None
    return Table(values, _Origin(name, lines, 1, _toml_places(lines)))


def parse_yaml(text: str, name: str, first_line: int) -> Table:
    """Read a table from YAML 1.1, as front matter has it; aliases are refused.

    Raises:
        ConfigError: it is too large, not YAML, or not a table; with the line.
    """
    lines = tuple(text.split("\n"))
    if len(text) > _MOST_BYTES:
        raise ConfigError("front matter is too long", where=Where(name, first_line))
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise ConfigError("front matter may not use aliases (*)", where=Where(name, first_line))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = min(mark.line, len(lines) - 1) if mark else 0
        where = Where(name, first_line + line, mark.column + 1 if mark else None, lines[line])
        raise ConfigError(f"front matter is not YAML: {error.problem}", where=where) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).split("\n")[0] or "it is nested too deeply"
        raise ConfigError(
            f"front matter is not YAML: {reason}", where=Where(name, first_line)
        ) from error
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ConfigError("front matter must be a table", where=Where(name, first_line))
    origin = _Origin(name, lines, first_line, _yaml_places(node))
    return Table({str(key): value for key, value in values.items()}, origin)


def _decoded(data: bytes, name: str) -> str:
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"is larger than {_MOST_BYTES} bytes", where=Where(name))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8", where=Where(name, line)) from error


def _bad_toml(error: tomllib.TOMLDecodeError, name: str, lines: Sequence[str]) -> ConfigError:
    """The parser's complaint, with its "(at line 3, column 7)" made a place."""
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    reason, line, column = found.groups() if found else (str(error), None, None)
    number = int(line) if line else len(lines)
    where = Where(name, number, int(column) if column else None, lines[number - 1])
    return ConfigError(f"is not TOML: {reason}", where=where)


_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(r"\s*\[(\[?)\s*([^\]#]+?)\s*\]")
_KEY = re.compile(rf"(\s*)({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_KEY_PART = re.compile(_NAME)


def _toml_places(lines: Sequence[str]) -> dict[_Path, tuple[int, int]]:
    """Line and column of each key in valid TOML, but for those within inline tables.

    Text within multi-line strings can look like keys; such a place is only ever overridden by or
    mistaken for one of a key that is not there, and then never asked for.
    """
    places: dict[_Path, tuple[int, int]] = {}
    counts: dict[_Path, int] = {}
    table: _Path = ()
    for number, line in enumerate(lines):
        if header := _HEADER.match(line):
            table = tuple(_parts(header[2]))
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            places.setdefault(table, (number, line.index("[")))
        elif key := _KEY.match(line):
            path: _Path = table
            for part in _parts(key[2]):
                path = (*path, part)
                places.setdefault(path, (number, len(key[1])))
    return places


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _KEY_PART.findall(dotted)]


def _yaml_places(root: yaml.Node | None) -> dict[_Path, tuple[int, int]]:
    """Line and column of each key in a YAML document."""
    places: dict[_Path, tuple[int, int]] = {}
    waiting: list[tuple[_Path, yaml.Node | None]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                places[inner] = (key.start_mark.line, key.start_mark.column)
                waiting.append((inner, value))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(((*path, at), value) for at, value in enumerate(node.value))
    return places
