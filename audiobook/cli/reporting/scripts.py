"""How scripts look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.cli.reporting.reporter import Reporter, json_text

if TYPE_CHECKING:
    from audiobook.model import Script

__all__ = ["show_script"]

_SEGMENT_FIELDS = ("text", "speaker", "kind", "confidence", "pause_ms", "start", "end")


def show_script(script: Script, path: Path | None, reporter: Reporter) -> None:
    """Print a script, or write it to a file."""
    from audiobook.script.writing import script_text
    from audiobook.store import replacing

    text = json_text(_script_data(script)) if reporter.as_json else script_text(script)
    if path is None:
        reporter.text(text)
        return
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def _script_data(script: Script) -> dict[str, object]:
    return {
        "title": script.title,
        "language": script.language,
        "chapters": [
            {
                "title": chapter.title,
                "segments": [
                    {name: getattr(segment, name) for name in _SEGMENT_FIELDS}
                    for segment in chapter.segments
                ],
            }
            for chapter in script.chapters
        ],
    }
