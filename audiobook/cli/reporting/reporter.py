"""A command as its user sees it: results on standard output, all else on standard error."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

from audiobook.cli.progress import Display, make_display
from audiobook.cli.streams import put, put_data, tell
from audiobook.errors import INTERRUPTED, AudiobookError, Where
from audiobook.progress import Event, Noted, Waiting, Warned

__all__ = ["Reporter", "json_text", "reported"]


@contextmanager
def reported(
    *,
    quiet: bool = False,
    debug: bool = False,
    as_json: bool = False,
    interrupted: str = "interrupted: what is made is kept",
) -> Iterator[Reporter]:
    """Run a command: show how it goes, and turn its errors into a line and an exit code.

    Args:
        quiet: show nothing but errors.
        debug: show the traceback of an error, too.
        as_json: print results as JSON.
        interrupted: what to say after Ctrl-C.
    """
    try:
        with closing(make_display(quiet=quiet)) as display:
            yield Reporter(display, quiet, as_json)
        return
    except (Exception, KeyboardInterrupt) as error:
        code, lines = _failure(error, interrupted)
        details = traceback.format_exception(error) if debug else []
    tell(*"".join(details).splitlines(), *lines)
    raise SystemExit(code)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Shows what happens and what came of it."""

    display: Display
    """Where progress is shown."""
    quiet: bool
    """Whether nothing but errors, and results as JSON, are shown."""
    as_json: bool
    """Whether results are wanted as JSON."""

    def listen(self, event: Event) -> None:
        """Show an event of the library."""
        if self.quiet:
            return
        if isinstance(event, Warned):
            lines = _problem_lines("warning", event.what, event.where, event.hint)
            self.display.line(*lines)
        elif isinstance(event, Noted | Waiting):
            self.display.line(event.what)
        else:
            self.display.show(event)

    def lines(self, *lines: str) -> None:
        """Print a result for people."""
        self.display.close()
        if not self.quiet:
            put(*lines)

    def data(self, data: Mapping[str, object]) -> None:
        """Print a result for programs, as one JSON object."""
        self.text(json_text(data))

    def text(self, text: str) -> None:
        """Print a result that is a file's content."""
        self.display.close()
        put_data(text)


def json_text(data: Mapping[str, object]) -> str:
    """A JSON object as it is printed and written to files."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _failure(error: BaseException, interrupted: str) -> tuple[int, list[str]]:
    """The exit code and the lines for what ended a command."""
    if isinstance(error, AudiobookError):
        return error.exit_code, _problem_lines("error", error.what, error.where, error.hint)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, [interrupted]
    what = f"{type(error).__name__}: {error}"  # the last resort: no traceback for users
    return 1, [
        f"error: something unforeseen went wrong: {what}",
        "hint: run it again with --debug and report what it prints",
    ]


def _problem_lines(kind: str, what: str, where: Where | None, hint: str | None) -> list[str]:
    """A problem in its place: the line itself, the source with a caret, the hint."""
    lines = [f"{kind}: {where}: {what}" if where else f"{kind}: {what}"]
    if where and where.excerpt and where.excerpt.strip():
        start = max(0, (where.column or 1) - 60)
        lines.append(f"   | {where.excerpt[start : start + 100]}")
        if where.column:
            lines.append(f"   | {' ' * (where.column - 1 - start)}^")
    if hint:
        lines.append(f"hint: {hint}")
    return lines
