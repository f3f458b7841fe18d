"""Figures as people read them."""

from __future__ import annotations

__all__ = ["about", "clock", "counted", "megabytes", "money"]


def clock(seconds: float) -> str:
    """A length of time as minutes and seconds, and hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def about(seconds: float) -> str:
    """A length of time that is not known to the second."""
    return "under a second" if seconds < 1 else f"about {clock(seconds)}"


def counted(n: int, noun: str) -> str:
    """A number of things whose plural ends in s."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def megabytes(n_bytes: int) -> str:
    """A size, in megabytes, or gigabytes where it is large."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


def money(amount: float) -> str:
    """An amount in whatever currency, to four places where it is small."""
    return f"{amount:.2f}" if amount >= 1 or not amount else f"{amount:.4f}"
