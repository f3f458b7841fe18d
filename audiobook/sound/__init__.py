"""Sound: takes and music are laid out in time, mixed, mastered, and rendered block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Sound"]

Sound: TypeAlias = "NDArray[np.float32]"
"""Sound inside the house: float32, shape (channels, samples), full scale ±1."""
