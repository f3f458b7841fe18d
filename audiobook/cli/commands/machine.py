"""What is known of this machine."""

from __future__ import annotations

from audiobook.cli.options import Debug, EngineName, Json, Quiet
from audiobook.cli.reporting.machine import show_health
from audiobook.cli.reporting.reporter import reported

__all__ = ["doctor"]


def doctor(
    engine: EngineName = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Find out what works on this machine: each engine by having it speak, and what they need."""
    with reported(quiet=quiet, debug=debug, as_json=as_json) as reporter:
        from audiobook.doctoring import examine

        show_health(examine(engine), reporter)
