"""Dynamic time warping: which frame of one sound goes with which of another, in order.

Sakoe and Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE
Transactions on Acoustics, Speech and Signal Processing 26 (1978), 43–49; the steps are asymmetric,
so that each frame of the one counts once, and the path stays in a band around the diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Warp", "mean_rank", "warp"]

_STEP_COSTS = np.array([[0.1], [0.0], [0.1]], np.float32)
"""For going on in the other by no frame, by one, by two; of the order of a distance."""
_CHUNK_ROWS = 512  # large, since each product of matrices may wait for threads


@dataclass(frozen=True, slots=True)
class Warp:
    """One row of frames laid along another."""

    places: NDArray[np.int64]
    """For each frame of the one, which of the other goes with it: from the first to the last, on
    by no frame, one or two at a time."""
    distance: float
    """Mean distance of the frames that go together: 0 if they are equal, about 1 if they have
    nothing to do with each other, for features of mean 0 and variance 1."""


def warp(one: NDArray[np.float32], other: NDArray[np.float32], half_band: int) -> Warp:
    """Lay one row of frames along another so that the sum of distances is the least.

    Time and memory grow with n × half_band: a byte is held for each pair within the band.

    Args:
        one: features, shape (n, d), n > 0.
        other: features, of the same shape.
        half_band: by how many frames the one may be ahead of the other, or behind.
    """
    n = len(one)
    half_band = min(half_band, n - 1)
    steps = np.zeros((n, 2 * half_band + 1), np.int8)
    sums = np.full(2 * half_band + 3, np.inf, np.float32)  # with a place to spare on either side
    reached = np.empty((3, 2 * half_band + 1), np.float32)
    for row, distances in enumerate(_distances(one, other, half_band)):
        if row == 0:
            sums[half_band + 1] = distances[half_band]
            continue
        reached[0], reached[1], reached[2] = sums[2:], sums[1:-1], sums[:-2]
        reached += _STEP_COSTS
        steps[row] = reached.argmin(axis=0)
        sums[1:-1] = reached.min(axis=0) + distances
    places = _places(steps, half_band)
    matched = np.sqrt(((one - other[places]) ** 2).mean(axis=1) / 2)
    return Warp(places, float(matched.mean()))


def mean_rank(
    one: NDArray[np.float32], other: NDArray[np.float32], half_band: int, found: Warp
) -> float:
    """The share of the frames in the band that are nearer than the one that was found.

    It is 0 where each frame goes with the one that it is most like, and ½ where chance decides.
    The arguments are those of `warp`, and what it gave.
    """
    half_band = min(half_band, len(one) - 1)
    ranks = []
    for row, distances in enumerate(_distances(one, other, half_band)):
        matched = distances[found.places[row] - row + half_band]
        n_nearer = np.count_nonzero(distances < matched)
        n_equal = np.count_nonzero(distances == matched)
        ranks.append((n_nearer + n_equal / 2) / np.count_nonzero(distances < np.inf))
    return float(np.mean(ranks))


def _distances(
    one: NDArray[np.float32], other: NDArray[np.float32], half_band: int
) -> Iterator[NDArray[np.float32]]:
    """For each frame i of the one, how far i − half_band … i + half_band of the other are.

    Where there is no such frame, it is infinitely far.
    """
    n, n_features = one.shape
    padded = np.pad(other, ((half_band, half_band), (0, 0)))
    squares = np.pad((other**2).sum(axis=1), half_band, constant_values=np.inf)
    for first in range(0, n, _CHUNK_ROWS):
        rows = one[first : first + _CHUNK_ROWS]
        columns = slice(first, first + len(rows) + 2 * half_band)
        squared = (rows**2).sum(axis=1)[:, None] + squares[columns] - 2 * rows @ padded[columns].T
        distances = np.sqrt(np.maximum(squared, 0) / (2 * n_features))
        for row in range(len(rows)):
            yield distances[row, row : row + 2 * half_band + 1]


def _places(steps: NDArray[np.int8], half_band: int) -> NDArray[np.int64]:
    """The way back from the last frames of both to the first."""
    n = len(steps)
    places = np.empty(n, np.int64)
    place = n - 1
    for row in range(n - 1, -1, -1):
        places[row] = place
        place -= int(steps[row, place - row + half_band])
    return places
