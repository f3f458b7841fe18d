"""How the health of a machine looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import counted, megabytes
from audiobook.cli.reporting.reporter import Reporter
from audiobook.cli.reporting.tables import table
from audiobook.errors import MissingError

if TYPE_CHECKING:
    from audiobook.doctoring import EngineHealth, Finding, Health, StoreHealth

__all__ = ["show_health"]


def show_health(health: Health, reporter: Reporter) -> None:
    """Print what was found out about a machine.

    Raises:
        MissingError: a build would not work on it.
    """
    if reporter.as_json:
        reporter.data(_data(health))
    else:
        reporter.lines(*_lines(health))
    if health.problems:
        hints = (health.show.hint, health.encoder.hint, health.store.hint)
        raise MissingError(
            f"a build would not work here: {'; '.join(health.problems)}",
            hint=next(filter(None, hints), None),
        )


def _lines(health: Health) -> Iterator[str]:
    cores = counted(health.n_cores, "core")
    yield f"audiobook {health.program}, Python {health.python}, {health.system}, {cores}"
    rows = table(list(map(_engine_row, health.engines)))
    for engine, row in zip(health.engines, rows, strict=True):
        yield row
        yield from _problem_lines(engine)
    for name, finding in _findings(health):
        yield f"  {name:<8}  {'works' if finding.problem is None else 'fails'}  {finding.what}"
        yield from _problem_lines(finding)
    store = health.store
    facts = f"{megabytes(store.n_bytes)} in {counted(store.n_files, 'file')}"
    room = f"{megabytes(store.free_bytes)} free"
    state = "works" if store.problem is None else "fails"
    yield f"  store     {state}  {store.folder}: {facts}, {room}"
    yield from _problem_lines(store)
    if not health.problems:
        yield f"A build works here; {health.engine} would speak."


def _engine_row(engine: EngineHealth) -> tuple[str, ...]:
    took = f"{engine.took_s:.2f} s"
    return engine.name, engine.state, took, engine.version or "", engine.place or ""


def _findings(health: Health) -> Iterator[tuple[str, Finding]]:
    yield "encoder", health.encoder
    yield "network", health.network
    yield "show", health.show


def _problem_lines(found: EngineHealth | Finding | StoreHealth) -> Iterator[str]:
    if found.problem is not None:
        yield f"      {found.problem}"
        if found.hint:
            yield f"      hint: {found.hint}"


def _data(health: Health) -> dict[str, object]:
    return {
        "works": not health.problems,
        "problems": health.problems,
        "engine": health.engine,
        "program": health.program,
        "python": health.python,
        "system": health.system,
        "cores": health.n_cores,
        "engines": [
            {**asdict(engine), "works": engine.works, "took_s": round(engine.took_s, 3)}
            for engine in health.engines
        ],
        "encoder": _finding_data(health.encoder),
        "network": _finding_data(health.network),
        "show": _finding_data(health.show),
        "store": {
            "folder": str(health.store.folder),
            "files": health.store.n_files,
            "bytes": health.store.n_bytes,
            "free_bytes": health.store.free_bytes,
            "works": health.store.problem is None,
            "problem": health.store.problem,
            "hint": health.store.hint,
        },
    }


def _finding_data(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "works": finding.problem is None}
