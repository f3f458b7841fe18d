"""Where each key of a TOML document stands, which Python's own parser does not tell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeAlias

__all__ = ["Places", "toml_places"]

Places: TypeAlias = dict[tuple[str | int, ...], tuple[int, int]]
"""Line and column, both from 0, by the way to a value: names, and indices in arrays."""

_Path: TypeAlias = tuple[str | int, ...]
_Token: TypeAlias = re.Match[str]

_MOST_PARTS = 8
"""Ways longer than this lead to no setting."""

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]* )
    | (?P<mark> [][{}=,\n] )
    | [\w+-]+  # a bare key, or a piece of a number or a date
    | \"{3} (?:\\.|[^\\])*? \"{3,5}
    | '{3} .*? '{3,5}
    | "(?:\\.|[^"\\])*"
    | '[^']*'
    """,
    re.VERBOSE | re.DOTALL,
)


def toml_places(text: str) -> Places:
    """The line and column of every table, key and element of an array.

    Args:
        text: valid TOML 1.0; of any other text the places are wrong.
    """
    walk = _Walk(text + "\n")  # every line ends, the last too
    walk.pairs((), end=None)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    lines = {path: bisect_right(starts, offset) - 1 for path, offset in walk.offsets.items()}
    return {path: (line, walk.offsets[path] - starts[line]) for path, line in lines.items()}


class _Walk:
    """One way over the tokens of a document."""

    def __init__(self, text: str) -> None:
        self.offsets: dict[_Path, int] = {}
        self._tokens = (token for token in _TOKEN.finditer(text) if not token["comment"])
        self._last_index: dict[_Path, int] = {}

    def pairs(self, table: _Path, end: str | None) -> None:
        """Keys and values, up to the mark that ends their table; without one, the document."""
        key: list[_Token] = []
        value: _Path | None = None
        for token in self._tokens:
            if token[0] == end:
                return
            if token[0] in (",", "\n"):
                if key and value is None:
                    table = self._header(key)
                key, value = [], None
            elif token[0] == "=" and value is None:
                value = self._key(table, key)
            elif value is None:
                key.append(token)
            else:
                self._value(token, value)

    def _value(self, token: _Token, path: _Path) -> None:
        self._keep(path, token)
        if token[0] == "{":
            self.pairs(path, end="}")
        elif token[0] == "[":
            self._array(path)

    def _array(self, path: _Path) -> None:
        index = 0
        for token in self._tokens:
            if token[0] == "]":
                return
            if token[0] == ",":
                index += 1
            elif token[0] != "\n":
                self._value(token, (*path, index))

    def _key(self, table: _Path, tokens: Iterable[_Token]) -> _Path:
        path = table
        for token in tokens:
            path = (*path, _name(token))
            self._keep(path, token)
        return path

    def _header(self, tokens: list[_Token]) -> _Path:
        """The table that a header begins; in an array of tables, its newest."""
        *outer, last = (_name(token) for token in tokens if not token["mark"])
        path: _Path = ()
        for name in outer:
            self._keep((*path, name), tokens[0])
            path = self._newest((*path, name))
        path = (*path, last)
        self._keep(path, tokens[0])
        if tokens[1]["mark"]:
            self._last_index[path] = self._last_index.get(path, -1) + 1
            path = self._newest(path)
            self._keep(path, tokens[0])
        return path

    def _newest(self, path: _Path) -> _Path:
        return (*path, self._last_index[path]) if path in self._last_index else path

    def _keep(self, path: _Path, token: _Token) -> None:
        if len(path) <= _MOST_PARTS:
            self.offsets.setdefault(path, token.start())


def _name(token: _Token) -> str:
    return token[0].strip("\"'")
