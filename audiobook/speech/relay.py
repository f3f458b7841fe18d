"""Engines that take over from each other between the chapters of a story, never within one."""

from __future__ import annotations

from collections.abc import Sequence

from audiobook.errors import MissingError, SpeechError
from audiobook.model import Chapter
from audiobook.progress import Listener, Warned
from audiobook.speech.casting import Casting

__all__ = ["Relay"]


class Relay:
    """Who speaks each chapter of a story.

    The first of several castings speaks until its engine fails. The chapter it failed in is given
    to the next one, whole, and so are all that follow: a listener hears one change of voices, not
    one after each fault. When the last one fails, the work ends.

    Args:
        castings: of one story for several engines, the preferred one first; one alone has nobody
            to take over.
        listen: is told when another takes over.
    """

    def __init__(self, castings: Sequence[Casting], listen: Listener) -> None:
        self._castings = castings
        self._listen = listen
        self._turn = 0
        self._turns: dict[int, int] = {}

    @property
    def has_others(self) -> bool:
        """Whether anybody could take over."""
        return len(self._castings) > 1

    @property
    def max_characters(self) -> int:
        """The longest piece of text that all of them take, whoever will speak it."""
        return min(casting.max_characters for casting in self._castings)

    @property
    def packed(self) -> int | None:
        """The least that any of them wants put together; None where none does."""
        return min((casting.packed for casting in self._castings if casting.packed), default=None)

    @property
    def preferred(self) -> Casting:
        """The first of them."""
        return self._castings[0]

    def casting(self, chapter: Chapter) -> Casting:
        """Who speaks a chapter; once told it stays, unless they fail at it."""
        return self._castings[self._turns.setdefault(_place(chapter), self._turn)]

    def hand_on(self, chapter: Chapter, error: SpeechError | MissingError) -> None:
        """Give a chapter to the next casting.

        Raises:
            SpeechError, MissingError: the one given, when there is no other casting, or when it
                is not of the engine that another would take over from.
        """
        failed = self.casting(chapter)
        turn = self._turns[_place(chapter)] + 1
        if error.engine != failed.main or turn == len(self._castings):
            raise error
        self._turns[_place(chapter)] = turn
        self._turn = max(self._turn, turn)
        told = (
            f'{error.what}: {self._castings[turn].main} speaks "{chapter.title}" and what follows'
        )
        self._listen(Warned(told, error.where, error.hint))


def _place(chapter: Chapter) -> int:
    """Where a chapter begins in the source, whichever script it is part of."""
    return chapter.segments[0].start
