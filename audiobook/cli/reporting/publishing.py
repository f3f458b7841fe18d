"""How what is measured, published and served looks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import counted
from audiobook.cli.reporting.reporter import Reporter
from audiobook.errors import CheckError

if TYPE_CHECKING:
    from audiobook.checking import Checked
    from audiobook.episode.verdicts import Verdict
    from audiobook.publishing import PublishedFeed

__all__ = ["show_checked", "show_published", "show_serving"]


def show_checked(files: Sequence[Checked], reporter: Reporter) -> None:
    """Print what files measure, and what their profile asks of them.

    Raises:
        CheckError: one of them is not what it asks for.
    """
    if reporter.as_json:
        reporter.data({"files": [_checked_data(each) for each in files]})
    else:
        for each in files:
            reporter.lines(f"{each.measured.path}  ({each.profile.name})")
            reporter.lines(*map(_verdict_line, each.verdicts))
    failures = [each for each in files if each.failures]
    if failures:
        told = "; ".join(
            f"{each.measured.path} fails in {', '.join(f.name for f in each.failures)}"
            for each in failures
        )
        raise CheckError(f'not as "{files[0].profile.name}" asks: {told}')


def show_published(feed: PublishedFeed, reporter: Reporter) -> None:
    """Print where a feed was written and where it will be found."""
    if reporter.as_json:
        reporter.data({"feed": str(feed.path), "url": feed.url, "episodes": feed.n_episodes})
        return
    n_episodes = counted(feed.n_episodes, "episode")
    reporter.lines(f"{feed.path}  ({n_episodes})", f"address: {feed.url}")


def show_serving(address: str, reporter: Reporter) -> None:
    """Print where a folder is offered."""
    reporter.lines(f"serving {address}  (Ctrl-C ends it)")


def _verdict_line(verdict: Verdict) -> str:
    judged = "" if not verdict.wanted else "ok" if verdict.passes else "FAILS"
    return f"  {verdict.name:<20}  {verdict.shown:<14}  {verdict.wanted:<22}  {judged}".rstrip()


def _checked_data(checked: Checked) -> dict[str, object]:
    return {
        "path": str(checked.measured.path),
        "profile": checked.profile.name,
        "passes": not checked.failures,
        "figures": [dataclasses.asdict(verdict) for verdict in checked.verdicts],
    }
