"""Everything that is printed: results on standard output, all else on standard error."""

from __future__ import annotations

import dataclasses
import json
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.cli.progress import Display, make_display
from audiobook.cli.streams import put, put_data, tell
from audiobook.errors import AudiobookError, CheckError, Where
from audiobook.progress import Event, Noted, Warned

if TYPE_CHECKING:
    from audiobook.builder import Built, Report
    from audiobook.checking import Checked
    from audiobook.episode.verdicts import Verdict
    from audiobook.model import Script
    from audiobook.planning import Plan
    from audiobook.publishing import PublishedFeed
    from audiobook.speech.engine import VoiceInfo

__all__ = ["Reporter", "reported"]

_INTERRUPTED = 130


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
            yield Reporter(display, quiet=quiet, as_json=as_json)
        return
    except (Exception, KeyboardInterrupt) as error:
        code, lines = _failure(error, interrupted)
        details = traceback.format_exception(error) if debug else []
    tell(*"".join(details).splitlines(), *lines)
    raise SystemExit(code)


def _failure(error: BaseException, interrupted: str) -> tuple[int, list[str]]:
    """The exit code and the lines for what ended a command."""
    if isinstance(error, AudiobookError):
        return error.exit_code, _problem_lines("error", error.what, error.where, error.hint)
    if isinstance(error, KeyboardInterrupt):
        return _INTERRUPTED, [interrupted]
    what = f"{type(error).__name__}: {error}"  # the last resort: no traceback for users
    return 1, [
        f"error: something unforeseen went wrong: {what}",
        "hint: run it again with --debug and report what it prints",
    ]


class Reporter:
    """Prints what a command found or made."""

    def __init__(self, display: Display, *, quiet: bool, as_json: bool) -> None:
        self._display = display
        self._quiet = quiet
        self._as_json = as_json

    def listen(self, event: Event) -> None:
        """Show an event of the library."""
        if self._quiet:
            return
        if isinstance(event, Warned):
            lines = _problem_lines("warning", event.what, event.where, event.hint)
            self._display.line(*lines)
        elif isinstance(event, Noted):
            self._display.line(event.what)
        else:
            self._display.show(event)

    def built(self, report: Report) -> None:
        """Print what a build made."""
        if self._as_json:
            self._print_json(_report_data(report))
            return
        for episode in report.episodes:
            for path in episode.files.values():
                size = path.stat().st_size / 1e6
                facts = f"({size:.1f} MB, {episode.integrated_lufs:.1f} LUFS)"
                self._print(f"{_clock(episode.duration_s)}  {path}  {facts}")

    def plans(self, plans: Sequence[Plan]) -> None:
        """Print what a build would do."""
        if self._as_json:
            self._print_json({"episodes": [_plan_data(plan) for plan in plans]})
            return
        for plan in plans:
            self._print(f"{plan.title}  ({plan.engine})")
            self._print(f"  makes     {', '.join(map(str, plan.files))}")
            self._print(f"  lasts     about {_clock(plan.estimated_s)}")
            self._print(f"  segments  {plan.segments}, of which {plan.segments_kept} are kept")
            self._print(f"  speaks    {plan.characters_to_speak} of {plan.characters} characters")
            for name, voice, n_segments in plan.speakers:
                self._print(f"  {name:<16}  {voice:<12}  {n_segments} segments")
            for number, title in enumerate(plan.chapters, 1):
                self._print(f"  {number:>3}. {title}")

    def script(self, script: Script, path: Path | None) -> None:
        """Print a script, or write it to a file."""
        from audiobook.script.writing import script_text
        from audiobook.store import replacing

        text = _as_json_text(_script_data(script)) if self._as_json else script_text(script)
        if path is None:
            put_data(text)
            return
        with replacing(path) as file:
            file.write(text.encode("utf-8", "backslashreplace"))

    def voices(self, voices: Iterable[tuple[str, VoiceInfo]]) -> None:
        """Print a list of voices with their engines."""
        found = list(voices)
        if self._as_json:
            names = ("name", "language", "gender", "note")
            rows = [{"engine": e, **{n: getattr(v, n) for n in names}} for e, v in found]
            self._print_json({"voices": rows})
            return
        for engine, voice in found:
            row = f"{engine:<8}{voice.name:<24}{voice.language:<14}{voice.gender or '':<8}"
            self._print(f"{row}{voice.note}".rstrip())

    def checked(self, files: Sequence[Checked]) -> None:
        """Print what files measure, and what their profile asks of them.

        Raises:
            CheckError: one of them is not what it asks for.
        """
        if self._as_json:
            self._print_json({"files": [_checked_data(each) for each in files]})
        else:
            for each in files:
                self._print(f"{each.measured.path}  ({each.profile.name})")
                self._print(*map(_verdict_line, each.verdicts))
        failures = [each for each in files if each.failures]
        if failures:
            told = "; ".join(
                f"{each.measured.path} fails in {', '.join(f.name for f in each.failures)}"
                for each in failures
            )
            raise CheckError(f'not as "{files[0].profile.name}" asks: {told}')

    def published(self, feed: PublishedFeed) -> None:
        """Print where a feed was written and where it will be found."""
        if self._as_json:
            self._print_json({"feed": str(feed.path), "url": feed.url, "episodes": feed.n_episodes})
            return
        noun = "episode" if feed.n_episodes == 1 else "episodes"
        self._print(f"{feed.path}  ({feed.n_episodes} {noun})", f"address: {feed.url}")

    def serving(self, address: str) -> None:
        """Print where a folder is offered."""
        self._print(f"serving {address}  (Ctrl-C ends it)")

    def _print(self, *lines: str) -> None:
        self._display.close()
        if not self._quiet:
            put(*lines)

    def _print_json(self, data: Mapping[str, object]) -> None:
        self._display.close()
        put_data(_as_json_text(data))


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


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _as_json_text(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _verdict_line(verdict: Verdict) -> str:
    value = "none" if verdict.value is None else f"{verdict.value} {verdict.unit}".rstrip()
    judged = "" if not verdict.wanted else "ok" if verdict.passes else "FAILS"
    return f"  {verdict.name:<20}  {value:<14}  {verdict.wanted:<22}  {judged}".rstrip()


def _checked_data(checked: Checked) -> dict[str, object]:
    return {
        "path": str(checked.measured.path),
        "profile": checked.profile.name,
        "passes": not checked.failures,
        "figures": [dataclasses.asdict(verdict) for verdict in checked.verdicts],
    }


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


def _script_data(script: Script) -> dict[str, object]:
    names = ("text", "speaker", "kind", "confidence", "pause_ms", "start", "end")
    return {
        "title": script.title,
        "language": script.language,
        "chapters": [
            {
                "title": chapter.title,
                "segments": [
                    {name: getattr(segment, name) for name in names} for segment in chapter.segments
                ],
            }
            for chapter in script.chapters
        ],
    }
