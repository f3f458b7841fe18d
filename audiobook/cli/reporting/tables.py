"""Rows of text as a table with its columns in line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

__all__ = ["table"]


def table(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> Iterator[str]:
    """A line for each row, its columns two spaces apart.

    Args:
        rows: all of the same length.
        right: numbers of the columns, from 0, that are flush right, as figures are.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"  {'  '.join(cells)}".rstrip()
