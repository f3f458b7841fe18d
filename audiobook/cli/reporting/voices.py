"""How lists of voices look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from audiobook.cli.reporting.reporter import Reporter

if TYPE_CHECKING:
    from audiobook.speech.engine import VoiceInfo

__all__ = ["show_voices"]

_FIELDS = ("name", "language", "gender", "note")


def show_voices(voices: Sequence[tuple[str, VoiceInfo]], reporter: Reporter) -> None:
    """Print voices, each with its engine."""
    if reporter.as_json:
        rows = [{"engine": e, **{n: getattr(v, n) for n in _FIELDS}} for e, v in voices]
        reporter.data({"voices": rows})
    else:
        reporter.lines(*(_line(engine, voice) for engine, voice in voices))


def _line(engine: str, voice: VoiceInfo) -> str:
    row = f"{engine:<8}{voice.name:<24}{voice.language:<14}{voice.gender or '':<8}{voice.note}"
    return row.rstrip()
