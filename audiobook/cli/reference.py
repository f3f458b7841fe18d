"""The reference of the command line in Markdown, made from the commands themselves.

python -m audiobook.cli.reference > docs/command-line.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol, cast

from audiobook.cli.app import root_command

__all__ = ["reference"]

_HEAD = """\
# Command line

Made by `python -m audiobook.cli.reference` from the commands themselves.
"""

_TAIL = """\
## Variables

A variable stands for an option that is not given. `AUDIOBOOK_VOICE`, `AUDIOBOOK_FORMAT` and \
`AUDIOBOOK_INCLUDE` take several values with spaces between them. `AUDIOBOOK_CACHE` names the \
folder that keeps what was made; without it that is the cache folder of the user. \
`AUDIOBOOK_LEXICON` names the file of your own lexicon; without it that is `lexicon.toml` in the \
settings folder of the user. `NO_COLOR` is heeded.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | wrong usage |
| 3 | the story or its settings cannot be used |
| 4 | something is missing on this machine or its network |
| 5 | a finished file is not what its profile asks for |
| 130 | interrupted |
"""


class _Parameter(Protocol):
    param_type_name: str
    name: str | None
    opts: list[str]
    secondary_opts: list[str]
    envvar: str | list[str] | None
    default: object
    help: str | None
    metavar: str | None
    required: bool


class _Command(Protocol):
    help: str | None
    params: list[_Parameter]


def reference() -> str:
    """The page."""
    sections = ("\n".join(_section(*found)) for found in _commands("audiobook", _root()))
    return "\n".join([_HEAD, *sections, _TAIL])


def _root() -> _Command:
    return cast(_Command, root_command())


def _commands(path: str, command: _Command) -> Iterator[tuple[str, _Command]]:
    """A command and those within it, each with all its names."""
    yield path, command
    inner: dict[str, _Command] = getattr(command, "commands", {})
    for name, found in inner.items():
        yield from _commands(f"{path} {name}", found)


def _section(path: str, command: _Command) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join([path, *map(_shown_argument, arguments)])
    yield from (f"## {path}", "", command.help or "", "", f"`{usage}`", "")
    rows = [_row(parameter) for parameter in command.params]
    if rows:
        yield from ("| | |", "|---|---|", *rows, "")


def _row(parameter: _Parameter) -> str:
    if parameter.param_type_name == "argument":
        names = f"`{_value_name(parameter)}`"
    else:
        value = "" if getattr(parameter, "is_flag", False) else f" {_value_name(parameter)}"
        spellings = [*parameter.opts, *parameter.secondary_opts]
        names = ", ".join(f"`{name}{value}`" for name in spellings)
    facts = [parameter.help or ""]
    if parameter.default not in (None, False, True):
        facts.append(f"Default: `{parameter.default}`.")
    if parameter.envvar:
        facts.append(f"Variable: `{parameter.envvar}`.")
    return f"| {names} | {' '.join(facts)} |".replace("  ", " ")


def _shown_argument(parameter: _Parameter) -> str:
    name = _value_name(parameter)
    return name if parameter.required else f"[{name}]"


def _value_name(parameter: _Parameter) -> str:
    return parameter.metavar or (parameter.name or "").upper()


if __name__ == "__main__":
    sys.stdout.write(reference())
