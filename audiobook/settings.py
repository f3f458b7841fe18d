"""Tables of settings that know where each stands, read from TOML or YAML.

`Table` hands out values of the type asked for and says which names were never asked for; every
complaint carries the line and column, and a mistyped name is offered the right one.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from audiobook.errors import ConfigError, UnknownNameError, UsageError, Where, near_names
from audiobook.toml_places import toml_places
from audiobook.yaml_values import yaml_values

__all__ = ["MOST_TOML_BYTES", "Table", "parse_toml", "parse_yaml", "read_toml"]

MOST_TOML_BYTES = 1 << 20
"""A longer file holds no settings."""
_MOST_YAML_CHARACTERS = 1 << 16
_MOST_DOTS_IN_LINE = 200
"""The parser takes time and memory by the square of a dotted key's length."""

_YAML_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What no text may hold: control characters but for tab and line feed, halves of characters."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CURLY = re.compile("[“”„‟‘’‚‛«»]")
_TOML_CURES = {  # by how the parser's complaint begins
    "Cannot ": "keep one of them: a name stands once in a table",
    "Unescaped ": "write a backslash twice, or put the text in single quotes",
}
_TOML_CURE = 'write each setting on a line of its own, and texts in quotes: title = "The Sea"'
_ALIKE = 0.8
"""How near a name must be to a setting's to be taken for a mistyped one, where others may stand:
"titel" is 0.8 near to "title", "subtitle" 0.77."""

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
    _asked: set[str] = field(default_factory=set, compare=False, repr=False)

    def where(self, name: str | None = None) -> Where:
        """Where a setting stands, or the table itself."""
        return self._origin.where(self._path if name is None else (*self._path, name))

    def places(self, old: Iterable[tuple[str, Where]] = ()) -> tuple[tuple[str, Where], ...]:
        """Where each of its settings stands, and under "" the table itself.

        Args:
            old: places of settings that hold where the table has none.
        """
        new = {"": self.where()} | {name: self.where(name) for name in self._values}
        return tuple((dict(old) | new).items())

    def names(self) -> list[str]:
        """The names it has, in the order in which they stand."""
        return list(self._values)

    def text(self, name: str, *, most_bytes: int = 100_000) -> str | None:
        """A text that is not blank, stripped; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            hint = None if isinstance(value, Mapping | Sequence) else "put it in quotes"
            raise self._wrong(name, "a text", value, hint)
        if not value.strip():
            raise self._wrong(name, "a text", value, "leave it out, or fill it in")
        if _UNFIT.search(value):
            raise self._wrong(name, "a text", value, "take out what is no letter, sign or space")
        if len(value.encode()) > most_bytes:
            what = f'"{name}" is longer than {most_bytes} bytes'
            raise ConfigError(what, where=self.where(name), hint="shorten it")
        return value.strip()

    def one_of(self, name: str, known: Collection[str]) -> str | None:
        """A text that is one of those known; None where it is not given.

        Raises:
            UnknownNameError: it is another; with the near names among them.
        """
        value = self.text(name)
        if value is not None and value not in known:
            raise UnknownNameError(name, value, known, where=self.where(name))
        return value

    def text_or_none(self, name: str, default: str | None) -> str | None:
        """A text, or None where it is given as empty or `false`; the default where it is not."""
        if self._get(name) is None:
            return default
        return None if self._get(name) in (False, "") else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one alone, none of them blank; empty where it is not given."""
        value = self._get(name)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, Sequence):
            raise self._wrong(name, "a text or a list of texts", value, "put each in quotes")
        for one in values:
            if not isinstance(one, str) or not one.strip() or _UNFIT.search(one):
                raise self._wrong(name, "a list of texts", value, "put each in quotes")
        return tuple(one.strip() for one in values)

    def joined(self, name: str) -> str | None:
        """A text, or those of a list with commas between them; None where it is not given."""
        is_list = isinstance(self._get(name), list)
        return ", ".join(self.texts(name)) or None if is_list else self.text(name)

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is not given."""
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value, "write true or false, without quotes")
        return value

    def number(self, name: str, least: float, most: float, default: float) -> float:
        """A number within bounds, or the default."""
        value = self._get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number", value, _without_quotes(value, "1.5"))
        if not least <= value <= most:
            hint = _nearest(value, least, most)
            raise self._wrong(name, f"between {least:g} and {most:g}", value, hint)
        return float(value)

    def integer(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            hint = _without_quotes(value, str(least)) or _nearest(value, least, most)
            raise self._wrong(name, f"a whole number from {least} to {most}", value, hint)
        return value

    def span(self, name: str, least: float, most: float) -> tuple[float, float] | None:
        """Two numbers within bounds, the lesser first; None where it is not given."""
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
            raise self._wrong(name, "two numbers such as [0.5, 1]", value)
        if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in value):
            raise self._wrong(name, "two numbers such as [0.5, 1]", value)
        low, high = value
        if not least <= low <= high <= most:
            raise self._wrong(name, f"two numbers from {least:g} to {most:g} that rise", value)
        return float(low), float(high)

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
            if isinstance(value, str) and _DAY.fullmatch(value):
                return datetime.date.fromisoformat(value)
        except ValueError:
            pass
        hint = "write the year, the month and the day in digits, or leave it out"
        raise self._wrong(name, "a date such as 2026-11-22", value, hint)

    def table(
        self, name: str, *, hint: str = "give it names and values of its own"
    ) -> Table | None:
        """A table within it; None where it is not given.

        Args:
            name: its name.
            hint: what to do where something else has that name.
        """
        value = self._get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self._wrong(name, "a table", value, hint)
        return self._inner(value, (name,))

    def tables(self, name: str) -> list[Table]:
        """A list of tables within it; empty where it is not given."""
        value = self._get(name)
        if value is None:
            return []
        if not isinstance(value, Sequence) or not all(isinstance(v, Mapping) for v in value):
            raise self._wrong(name, "a list of tables", value, f"begin each with [[{name}]]")
        return [self._inner(entry, (name, at)) for at, entry in enumerate(value)]

    def table_or_text(self, name: str) -> Table | str | None:
        """A table or a text; None where it is not given."""
        return self.table(name) if isinstance(self._get(name), Mapping) else self.text(name)

    def table_or_texts(self, name: str) -> Table | tuple[str, ...]:
        """A table, or a list of texts; an empty one where it is not given."""
        table = self.table(name) if isinstance(self._get(name), Mapping) else None
        return table or self.texts(name)

    def finish(self) -> None:
        """See that every name was asked for.

        Raises:
            UnknownNameError: one was not; with the near names among those that were.
        """
        for name in self._values:
            if name not in self._asked:
                raise UnknownNameError("setting", name, self._asked, where=self.where(name))

    def mistyped(self, others: Iterable[str] = ()) -> Iterator[tuple[str, list[str]]]:
        """The names that were not asked for, but may be meant for some that were, each with those.

        Args:
            others: names that somebody else asks for.
        """
        known = self._asked.union(others)
        for name in self._values:
            if name not in known and (near := near_names(name, known, alike=_ALIKE)):
                yield name, near

    def _get(self, name: str) -> object:
        self._asked.add(name)
        return self._values.get(name)

    def _inner(self, values: Mapping[str, object], path: _Path) -> Table:
        return Table(
            {str(key): value for key, value in values.items()}, self._origin, self._path + path
        )

    def _wrong(self, name: str, wanted: str, value: object, hint: str | None = None) -> ConfigError:
        what = f'"{name}" must be {wanted}, not {_shown(value)}'
        return ConfigError(what, where=self.where(name), hint=hint)


def _without_quotes(value: object, example: str) -> str | None:
    """How a number is written, for one who has written a text."""
    return f"write digits without quotes, such as {example}" if isinstance(value, str) else None


def _nearest(value: object, least: float, most: float) -> str | None:
    """What a number out of bounds can be, for one who has written a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return f"give it {min(most, max(least, value)):g}, or leave it out"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        shown = repr(value)
    except ValueError:  # Python writes no whole number that long
        return "a number of thousands of digits"
    return shown if len(shown) < 40 else shown[:37] + "…"


def read_toml(path: Path) -> Table:
    """Read a table from a file; see `parse_toml`.

    Raises:
        UsageError: it cannot be read.
        ConfigError: as for `parse_toml`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_TOML_BYTES + 1)  # one too many is for the parser to refuse
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    return parse_toml(data, str(path))


def parse_toml(data: bytes, name: str) -> Table:
    """Read a table from TOML 1.0.

    Args:
        data: the file's content.
        name: the file, as the user named it.

    Raises:
        ConfigError: it is too large, too deep, not UTF-8, or not TOML; with the line.
    """
    text = _decoded(data, name)
    lines = tuple(text.split("\n"))
    for number, line in enumerate(lines, 1):
        if line.count(".") > _MOST_DOTS_IN_LINE:
            raise ConfigError("has too many dots in a line", where=Where(name, number))
    try:
        values = tomllib.loads(text)
    except ValueError as error:  # a TOMLDecodeError, or a number of too many digits
        raise _bad_toml(error, name, lines) from error
    except RecursionError:
        raise ConfigError("is nested too deeply", where=Where(name)) from None
    return Table(values, _Origin(name, lines, 1, toml_places(text)))


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MOST_TOML_BYTES:
        raise ConfigError(f"is larger than {MOST_TOML_BYTES} bytes", where=Where(name))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "is not UTF-8", where=Where(name, line), hint="save it anew, in the encoding UTF-8"
        ) from error


def _bad_toml(error: ValueError, name: str, lines: Sequence[str]) -> ConfigError:
    """The parser's complaint, with its "(at line 3, column 7)" made a place."""
    message = str(error)
    found = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    if found is None:
        return ConfigError(f"is not TOML: {message}", where=Where(name), hint=_TOML_CURE)
    reason, line, column = found.groups()
    number = int(line) if line else len(lines)
    where = Where(name, number, int(column) if column else None, lines[number - 1])
    return ConfigError(f"is not TOML: {reason}", where=where, hint=_toml_cure(reason, where))


def _toml_cure(reason: str, where: Where) -> str:
    if _CURLY.match((where.excerpt or "")[(where.column or 1) - 1 :]):
        return 'put texts in straight quotes: "…"'
    cures = (cure for beginning, cure in _TOML_CURES.items() if reason.startswith(beginning))
    return next(cures, _TOML_CURE)


def parse_yaml(text: str, name: str, first_line: int) -> Table:
    """Read a table from the front matter of a story: YAML 1.1 without aliases and tags.

    Args:
        text: the front matter, without its marks.
        name: the story's file, as the user named it.
        first_line: the line of the file that `text` begins on, from 1.

    Raises:
        ConfigError: it is too large, too deep, not YAML, or not a table; with the line.
    """
    if len(text) > _MOST_YAML_CHARACTERS:
        raise ConfigError("front matter is too long", where=Where(name, first_line))
    lines = tuple(_YAML_LINE_END.split(text))
    try:
        values, places = yaml_values(text)
    except yaml.MarkedYAMLError as error:
        raise _bad_yaml(error, name, lines, first_line) from error
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, error.position)
        what = f"front matter cannot be read: {error.reason}"
        raise ConfigError(what, where=Where(name, line)) from error
    return Table(values, _Origin(name, lines, first_line, places))


def _bad_yaml(
    error: yaml.MarkedYAMLError, name: str, lines: Sequence[str], first_line: int
) -> ConfigError:
    """The parser's complaint with its place."""
    mark = error.problem_mark
    where = Where(name, first_line)
    if mark is not None:
        line = min(mark.line, len(lines) - 1)
        where = Where(name, first_line + line, mark.column + 1, lines[line])
    is_syntax = isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError)
    hint = "put texts with a colon or a leading sign in quotes" if is_syntax else None
    return ConfigError(f"front matter cannot be read: {error.problem}", where=where, hint=hint)
