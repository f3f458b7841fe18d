"""How progress looks: bars on a terminal, a line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from audiobook.cli.streams import printable, tell
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

    def close(self) -> None:
        """Leave what is shown as it is, and the terminal to others; it may be called twice."""


def make_display(*, quiet: bool) -> Display:
    """The display that fits standard error."""
    if quiet:
        return _Nothing()
    if sys.stderr is not None and sys.stderr.isatty():
        return _Bars()
    return _Lines()


class _Nothing:
    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        pass

    def line(self, *lines: str) -> None:
        pass

    def close(self) -> None:
        pass


class _Bars:
    """A bar for each stage."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        if self._progress is None:
            self._progress = _started_progress()
        if isinstance(event, StageStarted):
            self._start(event, self._progress)
        elif isinstance(event, StageAdvanced):
            note = f"{event.kept} kept" if event.kept else ""
            self._progress.update(self._tasks[event.stage], completed=event.done, note=note)
        else:
            self._progress.update(self._tasks[event.stage], note=event.summary)

    def _start(self, event: StageStarted, progress: Progress) -> None:
        if event.stage in self._tasks:  # done once more, as a mix that comes out too loud
            progress.reset(self._tasks[event.stage], total=event.total, note="")
        else:
            name = event.stage.capitalize()
            self._tasks[event.stage] = progress.add_task(name, total=event.total, note="")

    def line(self, *lines: str) -> None:
        if self._progress is not None and not self._progress.finished:
            for line in lines:  # above the bars
                text = printable(line, sys.stderr)
                self._progress.console.print(
                    text, markup=False, emoji=False, highlight=False, soft_wrap=True
                )
        else:
            self.close()  # what comes next gets bars of its own, below the lines
            tell(*lines)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
            self._tasks.clear()


def _started_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("{task.description:<7}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
        console=Console(stderr=True),
        # It would take standard output along to standard error.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.start()
    return progress


@dataclass
class _Pace:
    """How a stage gets on."""

    total: int
    begun_s: float
    told_s: float


class _Lines:
    """A line every ten seconds while a stage lasts, and one at its end."""

    def __init__(self) -> None:
        self._stages: dict[str, _Pace] = {}

    def show(self, event: StageStarted | StageAdvanced | StageEnded) -> None:
        now_s = time.monotonic()
        if isinstance(event, StageStarted):
            self._stages[event.stage] = _Pace(event.total, now_s, now_s)
        elif isinstance(event, StageEnded):
            self.line(f"{event.stage} done: {event.summary}")
        elif now_s - (pace := self._stages[event.stage]).told_s >= _HEARTBEAT_S:
            pace.told_s = now_s
            percent = 100 * event.done // max(1, pace.total)
            told = f"{event.stage} {event.done}/{pace.total} {percent}%"
            if event.done:  # before that there is nothing to go by
                eta_s = (now_s - pace.begun_s) / event.done * (pace.total - event.done)
                told += f" eta {eta_s:.0f}s"
            self.line(told)

    def line(self, *lines: str) -> None:
        tell(*lines)

    def close(self) -> None:
        pass
