"""How the cache looks, and what is told before it is cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import counted, megabytes
from audiobook.cli.reporting.reporter import Reporter

if TYPE_CHECKING:
    from audiobook.cache import Kept

__all__ = ["clearing_lines", "show_kept"]


def clearing_lines(kept: Kept) -> list[str]:
    """What somebody should know who is asked whether to clear the cache."""
    return [
        _size(kept),
        "Without it all speech is made anew, and paid for anew where a server takes money; "
        "finished files stay.",
    ]


def show_kept(kept: Kept, reporter: Reporter, *, is_cleared: bool) -> None:
    """Print how much is kept, or was until now."""
    if reporter.as_json:
        reporter.data(
            {
                "folder": str(kept.folder),
                "files": kept.n_files,
                "bytes": kept.n_bytes,
                "cleared": is_cleared,
            }
        )
    else:
        reporter.lines(f"Removed: {_size(kept)}" if is_cleared else _size(kept))


def _size(kept: Kept) -> str:
    return f"{kept.folder}: {megabytes(kept.n_bytes)} in {counted(kept.n_files, 'file')}"
