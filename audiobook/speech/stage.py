"""How far the speaking of a script has come, told as one stage whatever parts it is done in."""

from __future__ import annotations

from audiobook.errors import Where
from audiobook.progress import Listener, StageAdvanced, StageEnded, StageStarted, Warned

__all__ = ["SpeechStage"]

_STAGE = "speech"


class SpeechStage:
    """Counts lines as they are spoken.

    Args:
        listen: is told of the stage "speech".
        n_lines: how many lines it has.
    """

    def __init__(self, listen: Listener, n_lines: int) -> None:
        self._listen = listen
        self._n_lines = n_lines
        self.n_done = 0
        self.n_kept = 0
        self._told: set[str] = set()
        listen(StageStarted(_STAGE, n_lines))

    def add(self, *, kept: bool) -> None:
        """Tell of a line that is spoken, and of the end of the stage after the last."""
        self.go_back(self.n_done + 1, self.n_kept + kept)
        self._listen(StageAdvanced(_STAGE, self.n_done, self.n_kept))
        if self.n_done == self._n_lines:
            n_spoken = self.n_done - self.n_kept
            self._listen(StageEnded(_STAGE, f"{n_spoken} spoken, {self.n_kept} kept"))

    def warn(self, warning: str, where: Where | None) -> None:
        """Tell once of what clips warn of."""
        if warning not in self._told:
            self._told.add(warning)
            self._listen(Warned(warning, where))

    def go_back(self, n_done: int, n_kept: int) -> None:
        """Count from there again, for what has to be spoken anew."""
        self.n_done, self.n_kept = n_done, n_kept
