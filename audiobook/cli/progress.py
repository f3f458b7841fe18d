"""How progress looks: bars on a terminal, a line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from audiobook.progress import StageAdvanced, StageEnded, StageStarted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Display", "make_display"]

_HEARTBEAT_S = 10.0


class Display(Protocol):
    """Where progress is shown."""

    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        """Show how far a stage has come."""

    def line(self, *lines: str) -> None:
        """Show lines that stay."""


@contextmanager
def make_display(*, quiet: bool) -> Iterator[Display]:
    """The display that fits standard error, taken away at the end."""
    if quiet:
        yield _Nothing()
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<7}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        from rich.console import Console

        with Progress(*columns, console=Console(stderr=True)) as progress:
            yield _Bars(progress)
    else:
        yield _Lines(sys.stderr)


class _Nothing:
    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        pass

    def line(self, *lines: str) -> None:
        pass


class _Bars:
    """A bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        if isinstance(event, StageStarted):
            self._tasks[event.stage] = self._progress.add_task(
                event.stage.capitalize(), total=event.total, note=""
            )
        elif isinstance(event, StageAdvanced):
            note = f"{event.kept} kept" if event.kept else ""
            self._progress.update(self._tasks[event.stage], completed=event.done, note=note)
        else:
            self._progress.update(self._tasks[event.stage], note=event.summary)

    def line(self, *lines: str) -> None:
        for line in lines:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


class _Lines:
    """A line every ten seconds while a stage lasts, and one at its end."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._total = 0
        self._begun_s = self._told_s = time.monotonic()

    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        now_s = time.monotonic()
        if isinstance(event, StageStarted):
            self._total, self._begun_s, self._told_s = event.total, now_s, now_s
        elif isinstance(event, StageEnded):
            self.line(f"{event.stage} done: {event.summary}")
        elif now_s - self._told_s >= _HEARTBEAT_S:
            self._told_s = now_s
            eta_s = (now_s - self._begun_s) / event.done * (self._total - event.done)
            percent = 100 * event.done // max(1, self._total)
            self.line(f"{event.stage} {event.done}/{self._total} {percent}% eta {eta_s:.0f}s")

    def line(self, *lines: str) -> None:
        for line in lines:
            self._file.write(line + "\n")
        self._file.flush()
