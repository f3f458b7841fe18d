"""How lists of words look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from audiobook.cli.reporting.reporter import Reporter
from audiobook.cli.reporting.tables import table
from audiobook.progress import Noted

if TYPE_CHECKING:
    from audiobook.script.spoken import OddWord

__all__ = ["show_words"]


def show_words(words: Sequence[OddWord], limit: int, reporter: Reporter) -> None:
    """Print the first of some words, each with a place where it is used."""
    shown = words[:limit]
    if reporter.as_json:
        reporter.data({"words": [_data(word) for word in shown], "found": len(words)})
        return
    if not words:
        reporter.listen(Noted("there is no name and no odd word in it"))
    rows = [(f"{each.count:,}", each.word, each.why, each.context) for each in shown]
    reporter.lines(*table(rows, right=(0,)))
    if len(words) > limit:
        n_more = len(words) - limit
        reporter.listen(Noted(f"{n_more:,} more: --limit {len(words)} shows them all"))


def _data(word: OddWord) -> dict[str, object]:
    return {
        "word": word.word,
        "count": word.count,
        "why": word.why,
        "context": word.context,
        "line": word.where.line,
        "column": word.where.column,
    }
