"""How builds look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import clock
from audiobook.cli.reporting.reporter import Reporter
from audiobook.cli.reporting.tables import table

if TYPE_CHECKING:
    from audiobook.report import Built, Report
    from audiobook.timed_words import TimedWord

__all__ = ["show_built"]

_WORD_WIDTH = 40


def show_built(report: Report, reporter: Reporter) -> None:
    """Print what a build made."""
    if reporter.as_json:
        reporter.data(_report_data(report))
    else:
        reporter.lines(*_report_lines(report))


def _report_lines(report: Report) -> Iterator[str]:
    for episode in report.episodes:
        for path in episode.files.values():
            size = path.stat().st_size / 1e6
            facts = f"({size:.1f} MB, {episode.integrated_lufs:.1f} LUFS)"
            yield f"{clock(episode.duration_s)}  {path}  {facts}"
        if episode.words is not None:
            yield from _word_lines(episode.words)


def _word_lines(words: Sequence[TimedWord]) -> Iterator[str]:
    rows = [("start", "end", "word", "method", "sure")]
    rows += [
        (
            f"{word.start_s:.3f}",
            f"{word.end_s:.3f}",
            _shortened(word.text),
            word.method,
            f"{word.confidence:.0%}",
        )
        for word in words
    ]
    yield from table(rows, right=(0, 1, 4))


def _shortened(word: str) -> str:
    return word if len(word) <= _WORD_WIDTH else f"{word[: _WORD_WIDTH - 1]}…"


def _report_data(report: Report) -> dict[str, object]:
    return {
        "episodes": [_built_data(episode) for episode in report.episodes],
        "engine": report.engine,
        "elapsed_s": round(report.elapsed_s, 3),
    }


def _built_data(built: Built) -> dict[str, object]:
    data: dict[str, object] = {
        "title": built.title,
        "files": {name: str(path) for name, path in built.files.items()},
        "duration_s": round(built.duration_s, 3),
        "segments": built.segments,
        "segments_synthesised": built.segments_synthesised,
        "segments_reused": built.segments_reused,
        "blocks": built.blocks,
        "blocks_encoded": built.blocks_encoded,
        "integrated_lufs": round(built.integrated_lufs, 2),
        "true_peak_dbtp": round(built.true_peak_dbtp, 2),
        "chapters": [{"title": c.title, "start_s": c.start_s} for c in built.chapters],
        "engines": [{"chapter": c.chapter, "engine": c.engine} for c in built.engines],
    }
    if built.words is not None:
        data["words"] = [_word_data(word) for word in built.words]
    return data


def _word_data(word: TimedWord) -> dict[str, object]:
    return {
        **asdict(word),
        "start_s": round(word.start_s, 3),
        "end_s": round(word.end_s, 3),
        "confidence": round(word.confidence, 3),
    }
