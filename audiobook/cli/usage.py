"""What is wrong with what was typed, told like all errors, in place of the parser's own words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol, cast

import typer
from typer.core import TyperGroup

from audiobook.cli.reporting.reporter import reported
from audiobook.errors import AudiobookError, UnknownNameError, UsageError

__all__ = ["Commands", "number", "whole_number"]

_PARSER_ERROR = cast(type[Exception], typer.BadParameter.__base__)
"""Of every complaint of the parser: click's, or that of typer's copy of it."""


class _Parameter(Protocol):
    envvar: str | list[str] | None
    opts: list[str]
    secondary_opts: list[str]

    def resolve_envvar_value(self, context: typer.Context, /) -> str | None: ...


class _Complaint(Protocol):
    ctx: typer.Context | None
    param: _Parameter | None  # of a value
    option_name: str  # of an option

    def format_message(self) -> str: ...


class Commands(TyperGroup):
    """Commands by name, which tell wrong usage with an `error:`, a `hint:` and exit code 2."""

    def main(self, *words: Any, **settings: Any) -> NoReturn:
        """Run the program, and end."""
        with reported():
            try:
                code = super().main(*words, **{**settings, "standalone_mode": False})
            except _PARSER_ERROR as error:
                raise _in_house_form(error) from error
        sys.exit(code)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; nothing in it may be empty, as a variable that is not set is."""
        if not ctx.resilient_parsing:  # as it is where a shell completes what is half typed
            _refuse_empty(args)
        return super().parse_args(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; None where a shell asks and there is none.

        Raises:
            UnknownNameError: there is none.
        """
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            raise UnknownNameError("command", cmd_name, self.list_commands(ctx))
        return command


def whole_number(option: str, least: int, most: int | None = None) -> Callable[[str | int], int]:
    """What reads an option's whole number, and refuses what is none or out of bounds."""
    bounds = f"{least} or more" if most is None else f"from {least} to {most}"

    def read(given: str | int) -> int:
        try:
            value = int(given)
        except ValueError:
            value = least - 1
        if value < least or (most is not None and value > most):
            raise UsageError(f'{option} cannot be "{given}"', hint=f"give a whole number, {bounds}")
        return value

    return read


def number(option: str, example: str) -> Callable[[str | float], float]:
    """What reads an option's number, and refuses what is none."""

    def read(given: str | float) -> float:
        try:
            return float(given)
        except ValueError:
            raise UsageError(
                f'{option} cannot be "{given}"', hint=f"give a number such as {example}"
            ) from None

    return read


def _refuse_empty(words: Sequence[str]) -> None:
    for before, word in zip(["", *words], words, strict=False):
        name, equals, value = word.partition("=")
        if equals and name.startswith("--") and not value.strip():
            raise _empty(name)
        if not word.strip():
            raise _empty(before if before.startswith("-") else "an argument")


def _empty(name: str) -> UsageError:
    return UsageError(f'{name} cannot be empty: ""', hint="leave it out, or give it a value")


def _in_house_form(error: Exception) -> AudiobookError:
    """A complaint of the parser as one of ours, with what was typed, or stands in a variable."""
    complaint = cast(_Complaint, error)
    context = complaint.ctx
    if context and isinstance(error, typer.BadParameter) and (parameter := complaint.param):
        given = parameter.resolve_envvar_value(context)
        if given is not None:  # of a switch: what else has a type is read by the functions above
            what = f'the variable {parameter.envvar} cannot be "{given}"'
            return UsageError(what, hint="set it to 1 or 0, or unset it")
    if context and hasattr(error, "possibilities"):  # those for an option that there is not
        return UnknownNameError("option", complaint.option_name, _options(context))
    what = complaint.format_message().rstrip(".")
    command = context.command_path if context else "audiobook"
    return UsageError(what[:1].lower() + what[1:], hint=f"see {command} -h")


def _options(context: typer.Context) -> list[str]:
    parameters = cast(list[_Parameter], context.command.params)
    spellings = (name for p in parameters for name in (*p.opts, *p.secondary_opts))
    return [name for name in spellings if name.startswith("-")]
