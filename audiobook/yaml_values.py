"""A YAML document of plain values, and where each of them stands.

YAML 1.1 as PyYAML reads it, without what could do harm or surprise in somebody else's file:
aliases, tags, tables in place of names, a name twice in a table, and depth and numbers without end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import yaml

__all__ = ["Places", "yaml_values"]

Places: TypeAlias = dict[tuple[str | int, ...], tuple[int, int]]
"""Line and column, both from 0, by the way to a value: names, and indices in lists."""

_Path: TypeAlias = tuple[str | int, ...]

_NULL = "tag:yaml.org,2002:null"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_MOST_DEPTH = 32
_MOST_NUMBER_CHARACTERS = 100
_MOST_NUMBER_BITS = 64
_BEGINS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_ENDS = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


def yaml_values(text: str) -> tuple[dict[str, object], Places]:
    """The values of a document that is a table, and their places; of a blank one, none.

    Raises:
        yaml.MarkedYAMLError: it is no such document; the problem and its mark are set.
        yaml.reader.ReaderError: it holds a character that YAML has no room for.
    """
    _check(text)
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None or root.tag == _NULL:
            return {}, {}
        if not isinstance(root, yaml.MappingNode):
            raise _problem("it must be a table", root.start_mark)
        places: Places = {}
        return _table(loader, root, (), places), places
    finally:
        loader.dispose()


def _check(text: str) -> None:
    """Refuse what costs too much to build, before it is."""
    depth = 0
    for token in _tokens(text):
        if isinstance(token, yaml.AliasToken):
            raise _problem("aliases (*) are not taken", token.start_mark)
        if isinstance(token, yaml.TagToken):
            raise _problem("tags (!) are not taken", token.start_mark)
        depth += isinstance(token, _BEGINS) - isinstance(token, _ENDS)
        if depth > _MOST_DEPTH:
            raise _problem("it is nested too deeply", token.start_mark)


def _tokens(text: str) -> Iterator[yaml.Token]:
    scanner = yaml.SafeLoader(text)
    try:
        while scanner.check_token():
            yield scanner.get_token()  # type: ignore[no-untyped-call]  # its stub has no type
    except (ValueError, OverflowError) as error:  # of chr(), and of int() for very many digits
        what = "an escape or a version here is out of range"
        raise _problem(what, scanner.get_mark()) from error
    finally:
        scanner.dispose()


def _value(loader: yaml.SafeLoader, node: yaml.Node, path: _Path, places: Places) -> object:
    if isinstance(node, yaml.MappingNode):
        return _table(loader, node, path, places)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            places[*path, index] = (item.start_mark.line, item.start_mark.column)
        return [_value(loader, item, (*path, i), places) for i, item in enumerate(node.value)]
    return _scalar(loader, node)


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    """A text, a number, a date, true, false or None; no number longer than can be written again."""
    if node.tag in _NUMBERS and len(node.value) > _MOST_NUMBER_CHARACTERS:
        raise _too_long(node)
    try:
        value: object = loader.construct_object(node)
    except ValueError as error:  # what looks like a date or a number and is none
        raise _problem(str(error), node.start_mark) from error
    if isinstance(value, int) and value.bit_length() > _MOST_NUMBER_BITS:
        raise _too_long(node)
    return value


def _too_long(node: yaml.Node) -> yaml.MarkedYAMLError:
    return _problem("a number is too long: put it in quotes", node.start_mark)


def _table(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: _Path, places: Places
) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _problem("a name must be a text", key.start_mark)
        name = str(key.value)
        if name in values:
            raise _problem(f'"{name}" is given twice', key.start_mark)
        places[*path, name] = (key.start_mark.line, key.start_mark.column)
        values[name] = _value(loader, value, (*path, name), places)
    return values


def _problem(problem: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
