"""How plans look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeAlias

from audiobook.cli.reporting.figures import about, clock, counted, money
from audiobook.cli.reporting.reporter import Reporter
from audiobook.cli.reporting.tables import table

if TYPE_CHECKING:
    from audiobook.build_rates import BuildRate
    from audiobook.planning import Expected, Plan, PlannedChapter, PlannedSpeaker
    from audiobook.tally import Tally

    _Columns: TypeAlias = dict[str, Callable[[Tally], str]]

__all__ = ["show_plans"]


def show_plans(plans: Sequence[Plan], reporter: Reporter) -> None:
    """Print what a build would do."""
    if reporter.as_json:
        reporter.data({"episodes": [_data(plan) for plan in plans]})
    else:
        reporter.lines(*(line for plan in plans for line in _lines(plan)))


def _lines(plan: Plan) -> Iterator[str]:
    tally = plan.tally
    assumed = f"auto: {plan.engine} where Google answers"
    yield f"{plan.title}  ({assumed if plan.is_assumed else plan.engine})"
    yield f"  makes     {', '.join(map(str, plan.files))}"
    yield f"  lasts     {about(plan.estimated_s)}"
    yield f"  segments  {tally.segments:,}, of which {tally.segments_kept:,} are kept"
    yield f"  speaks    {tally.characters_to_speak:,} of {tally.characters:,} characters"
    for engine, n_requests in plan.requests:
        yield f"  sends     {counted(n_requests, 'request')} to {engine}"
    if tally.cost is not None:
        yield f"  costs     {money(tally.cost)}, by the show's prices"
    if plan.expected is not None:
        yield f"  takes     {about(plan.expected.took_s)}, {_told(plan.expected)}"
    elif tally.characters_to_speak:
        yield "  takes     not known: no build of this machine has been measured with this engine"
    columns = _columns(tally)
    yield from _speaker_lines(plan.by_speaker, columns)
    yield from _chapter_lines(plan.by_chapter, columns)


def _told(expected: Expected) -> str:
    """Where an expectation is from."""
    return "as " + " and ".join(
        f"{counted(rate.n_builds, 'build')} with {engine} on this machine, the last on {rate.last}"
        for engine, rate in expected.rates
    )


def _columns(whole: Tally) -> _Columns:
    """The figures told of each speaker and chapter, by the head of their column."""
    columns: _Columns = {
        "segments": lambda tally: f"{tally.segments:,}",
        "kept": lambda tally: f"{tally.segments_kept:,}",
        "characters": lambda tally: f"{tally.characters:,}",
        "to speak": lambda tally: f"{tally.characters_to_speak:,}",
    }
    if whole.requests:
        columns["requests"] = lambda tally: f"{tally.requests:,}"
    if whole.cost is not None:
        columns["cost"] = lambda tally: "" if tally.cost is None else money(tally.cost)
    return columns


def _speaker_lines(speakers: Sequence[PlannedSpeaker], columns: _Columns) -> Iterator[str]:
    head = ("", "", "", *columns)
    rows = [
        (each.name, each.voice.engine, each.voice.name, *_cells(each.tally, columns))
        for each in speakers
    ]
    yield from table([head, *rows], right=range(3, len(head)))


def _chapter_lines(chapters: Sequence[PlannedChapter], columns: _Columns) -> Iterator[str]:
    head = ("", "", "lasts", *columns)
    rows = [
        (f"{number}.", each.title, clock(each.lasts_s), *_cells(each.tally, columns))
        for number, each in enumerate(chapters, 1)
    ]
    yield from table([head, *rows], right=(0, *range(2, len(head))))


def _cells(tally: Tally, columns: _Columns) -> tuple[str, ...]:
    return tuple(shown(tally) for shown in columns.values())


def _data(plan: Plan) -> dict[str, object]:
    return {
        "title": plan.title,
        "files": [str(path) for path in plan.files],
        "engine": plan.engine,
        "engine_is_assumed": plan.is_assumed,
        **_tally_data(plan.tally),
        "requests_by_engine": dict(plan.requests),
        "estimated_s": plan.estimated_s,
        "expected_s": None if plan.expected is None else round(plan.expected.took_s, 3),
        "expected_from": [] if plan.expected is None else list(_rates_data(plan.expected)),
        "chapters": list(plan.chapters),
        "by_chapter": [
            {
                "title": chapter.title,
                "estimated_s": round(chapter.lasts_s, 1),
                **_tally_data(chapter.tally),
            }
            for chapter in plan.by_chapter
        ],
        "speakers": [
            {
                "name": speaker.name,
                "engine": speaker.voice.engine,
                "voice": speaker.voice.name,
                **_tally_data(speaker.tally),
            }
            for speaker in plan.by_speaker
        ],
    }


def _tally_data(tally: Tally) -> dict[str, object]:
    return {
        name: round(value, 6) if isinstance(value, float) else value
        for name, value in asdict(tally).items()
    }


def _rates_data(expected: Expected) -> Iterator[dict[str, object]]:
    for engine, rate in expected.rates:
        yield {"engine": engine, **_rate_data(rate)}


def _rate_data(rate: BuildRate) -> dict[str, object]:
    return {
        "s_per_speech_s": round(rate.s_per_speech_s, 6),
        "builds": rate.n_builds,
        "last": rate.last.isoformat(),
    }
