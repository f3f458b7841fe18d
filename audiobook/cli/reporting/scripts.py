"""How scripts look, and what is told of them: their account, and who speaks how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import counted
from audiobook.cli.reporting.reporter import Reporter, json_text
from audiobook.cli.reporting.tables import table
from audiobook.errors import UsageError

if TYPE_CHECKING:
    from audiobook.model import Script
    from audiobook.script.accounting import Account, Normalised
    from audiobook.script.dialogue.cast_report import CastLine

__all__ = ["Findings", "show_findings", "write_findings"]

_SEGMENT_FIELDS = ("text", "speaker", "kind", "confidence", "pause_ms", "start", "end")
_NARRATOR = "Narrator"


@dataclass(frozen=True, slots=True)
class Findings:
    """A script, and what else was asked about it."""

    script: Script
    """The script."""
    account: Account | None
    """What becomes of each character of its source; None where nobody asked."""
    cast: Sequence[CastLine] | None
    """Who speaks how much; None where nobody asked."""


def show_findings(findings: Findings, reporter: Reporter, *, with_text: bool) -> None:
    """Print a script, or what was asked about it in its place.

    Args:
        findings: what to print.
        reporter: where to print it.
        with_text: whether the script itself is printed where nothing was asked.
    """
    if reporter.as_json:
        reporter.data(_data(findings))
        return
    if findings.account is not None:
        reporter.lines(*_account_lines(findings.account, findings.script))
    if findings.cast is not None:
        reporter.lines(*_cast_lines(findings.cast))
    if with_text and findings.account is None and findings.cast is None:
        from audiobook.script.notation.writing import script_text

        reporter.text(script_text(findings.script))


def write_findings(findings: Findings, path: Path) -> None:
    """Write a script and what was asked about it to a file, as JSON.

    Raises:
        OutputError: it cannot be written.
        UsageError: there is a file that is no JSON: somebody may have written it.
    """
    from audiobook.store import replacing

    if path.is_file() and not _is_json(path):
        raise UsageError(
            f"{path} is there and is no JSON", hint="name another file with --output, or move it"
        )
    with replacing(path) as file:
        file.write(json_text(_data(findings)).encode("utf-8", "backslashreplace"))


def _is_json(path: Path) -> bool:
    """Whether a file that is there seems to have been written by `write_findings`."""
    try:
        with path.open("rb") as file:
            return file.read(1) in (b"", b"{")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _account_lines(account: Account, script: Script) -> Iterator[str]:
    n_characters, n_chapters = len(account.source.text), len(script.chapters)
    yield f"{script.title}: {counted(n_chapters, 'chapter')}, {n_characters:,} characters"
    rows = [("", "", "characters", "words", "places")]
    rows += [
        (t.use, t.why, f"{t.n_characters:,}", f"{t.n_words:,}", f"{t.n_stretches:,}")
        for t in account.totals
    ]
    yield from table(rows, right=(2, 3, 4))
    if account.rules:
        yield "Said otherwise:"
        yield from table(
            [
                (f"{total.count:,}", total.rule, " · ".join(map(_change, total.examples)))
                for total in account.rules
            ],
            right=(0,),
        )


def _change(normalised: Normalised) -> str:
    said = f"/{normalised.ipa}/" if normalised.ipa else normalised.say or "(nothing)"
    return f"{_visible(normalised.text)} → {said}"


def _visible(text: str) -> str:
    """A text with the numbers in Unicode of characters that cannot be seen."""
    return "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)


def _cast_lines(cast: Sequence[CastLine]) -> Iterator[str]:
    rows = [("", "", "words", "share", "segments", "sure")]
    rows += [
        (
            line.speaker or _NARRATOR,
            line.gender or "",
            f"{line.n_words:,}",
            f"{line.share:.1%}",
            f"{line.n_segments:,}",
            f"{line.confidence:.0%}",
        )
        for line in cast
    ]
    head, *told = table(rows, right=(2, 3, 4, 5))
    yield head
    for line, row in zip(cast, told, strict=True):
        yield row
        for example in line.examples:
            yield f"      {example.where.line}:{example.where.column}  {example.text}"


def _data(findings: Findings) -> dict[str, object]:
    script = findings.script
    data: dict[str, object] = {
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
    if findings.account is not None:
        data["account"] = _account_data(findings.account)
    if findings.cast is not None:
        data["cast"] = [_cast_data(line) for line in findings.cast]
    return data


def _account_data(account: Account) -> dict[str, object]:
    return {
        "characters": len(account.source.text),
        "totals": [
            {
                "use": total.use,
                "why": total.why,
                "characters": total.n_characters,
                "words": total.n_words,
                "stretches": total.n_stretches,
            }
            for total in account.totals
        ],
        "stretches": [asdict(stretch) for stretch in account.stretches],
        "rules": [{"rule": total.rule, "count": total.count} for total in account.rules],
        "normalised": [asdict(normalised) for normalised in account.normalised],
    }


def _cast_data(line: CastLine) -> dict[str, object]:
    return {
        "speaker": line.speaker,
        "gender": line.gender,
        "segments": line.n_segments,
        "words": line.n_words,
        "share": round(line.share, 4),
        "confidence": round(line.confidence, 4),
        "examples": [
            {"text": each.text, "line": each.where.line, "column": each.where.column}
            for each in line.examples
        ],
    }
