"""The command line: the only room that reads flags and prints."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line; the entry point `audiobook`."""
    from audiobook.cli.app import app  # so that importing the room costs nothing

    app()
