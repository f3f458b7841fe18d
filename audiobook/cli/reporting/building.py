"""How builds and plans look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from audiobook.cli.reporting.reporter import Reporter

if TYPE_CHECKING:
    from audiobook.builder import Built, Report
    from audiobook.planning import Plan

__all__ = ["show_built", "show_plans"]


def show_built(report: Report, reporter: Reporter) -> None:
    """Print what a build made."""
    if reporter.as_json:
        reporter.data(_report_data(report))
    else:
        reporter.lines(*_report_lines(report))


def show_plans(plans: Sequence[Plan], reporter: Reporter) -> None:
    """Print what a build would do."""
    if reporter.as_json:
        reporter.data({"episodes": [_plan_data(plan) for plan in plans]})
    else:
        reporter.lines(*(line for plan in plans for line in _plan_lines(plan)))


def _report_lines(report: Report) -> Iterator[str]:
    for episode in report.episodes:
        for path in episode.files.values():
            size = path.stat().st_size / 1e6
            facts = f"({size:.1f} MB, {episode.integrated_lufs:.1f} LUFS)"
            yield f"{_clock(episode.duration_s)}  {path}  {facts}"


def _plan_lines(plan: Plan) -> Iterator[str]:
    yield f"{plan.title}  ({plan.engine})"
    yield f"  makes     {', '.join(map(str, plan.files))}"
    yield f"  lasts     about {_clock(plan.estimated_s)}"
    yield f"  segments  {plan.segments}, of which {plan.segments_kept} are kept"
    yield f"  speaks    {plan.characters_to_speak} of {plan.characters} characters"
    for name, voice, n_segments in plan.speakers:
        yield f"  {name:<16}  {voice:<12}  {n_segments} segments"
    for number, title in enumerate(plan.chapters, 1):
        yield f"  {number:>3}. {title}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _report_data(report: Report) -> dict[str, object]:
    return {
        "episodes": [_built_data(episode) for episode in report.episodes],
        "engine": report.engine,
        "elapsed_s": round(report.elapsed_s, 3),
    }


def _built_data(built: Built) -> dict[str, object]:
    return {
        "title": built.title,
        "files": {name: str(path) for name, path in built.files.items()},
        "duration_s": round(built.duration_s, 3),
        "segments": built.segments,
        "segments_synthesised": built.segments_synthesised,
        "segments_reused": built.segments_reused,
        "blocks": built.blocks,
        "blocks_encoded": built.blocks_encoded,
        "integrated_lufs": built.integrated_lufs,
        "true_peak_dbtp": built.true_peak_dbtp,
        "chapters": [{"title": c.title, "start_s": c.start_s} for c in built.chapters],
        "engines": [{"chapter": c.chapter, "engine": c.engine} for c in built.engines],
    }


def _plan_data(plan: Plan) -> dict[str, object]:
    return {
        "title": plan.title,
        "files": [str(path) for path in plan.files],
        "engine": plan.engine,
        "segments": plan.segments,
        "segments_kept": plan.segments_kept,
        "characters": plan.characters,
        "characters_to_speak": plan.characters_to_speak,
        "estimated_s": plan.estimated_s,
        "chapters": list(plan.chapters),
        "speakers": [
            {"name": name, "voice": voice, "segments": n} for name, voice, n in plan.speakers
        ],
    }
