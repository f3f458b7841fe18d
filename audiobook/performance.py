"""A script spoken: its lines become clips, and each clip the take that the programme uses."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from audiobook.model import Script
from audiobook.parallel import in_order
from audiobook.programme import Tools
from audiobook.sound.voice import Room, Take, find_take, kept_take
from audiobook.speech.casting import Casting
from audiobook.speech.synthesis import SpokenLine, speak
from audiobook.store import Store
from audiobook.stories import lines_of

__all__ = ["Performance"]


@dataclass(frozen=True, slots=True)
class Performance:
    """The speaking of a script."""

    script: Script
    """What is spoken."""
    casting: Casting
    """Who speaks."""
    room: Room
    """What the programme has room for."""
    tools: Tools
    """What to work with."""
    trusts_takes: bool = True
    """Whether a take that is kept is enough; else its clip is looked at too, and made if need be.
    That takes reading it."""
    spoken: list[SpokenLine] = field(default_factory=list)
    """The lines that have been spoken so far, in order."""

    @property
    def n_kept(self) -> int:
        """How many of the lines spoken so far cost nothing."""
        return sum(line.kept for line in self.spoken)

    def takes(self) -> Generator[Take]:
        """The takes of the script's segments, in order, each as soon as it is there.

        Raises:
            SpeechError, MissingError: a line cannot be spoken.
            OutputError: the store cannot be written.
        """
        tools = self.tools
        known: dict[str, Take] = {}

        def is_kept(key: str) -> bool:
            if take := kept_take(tools.store, key, self.room):
                known[key] = take
            return take is not None

        take = partial(_take, tools.store, self.room)
        speaking = speak(
            lines_of(self.script, self.casting),
            self.casting.engines,
            tools.store,
            tools.speakers,
            tools.listen,
            where_of=self.script.source.where,
            is_kept=is_kept if self.trusts_takes else None,
        )
        with closing(speaking):
            keys = self._keys(speaking)
            yield from in_order(tools.executor, take, keys, tools.n_ahead, known=known.get)

    def _keys(self, speaking: Iterable[SpokenLine]) -> Iterator[str]:
        for line in speaking:
            self.spoken.append(line)
            yield line.key


def _take(store: Store, room: Room, key: str) -> Take:
    return find_take(store, key, room)
