"""A script spoken: its lines become clips, and each clip the take that the programme uses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from audiobook.errors import MissingError, SpeechError
from audiobook.model import Chapter, Script
from audiobook.parallel import in_order
from audiobook.programme import Tools
from audiobook.sound.voice import Room, Take, find_take, kept_take
from audiobook.speech.casting import Casting
from audiobook.speech.relay import Relay
from audiobook.speech.stage import SpeechStage
from audiobook.speech.synthesis import SpokenLine, speak
from audiobook.store import Store
from audiobook.voicing import kept_lines, lines_of

__all__ = ["Performance"]


@dataclass(frozen=True, slots=True)
class Performance:
    """The speaking of a script."""

    script: Script
    """What is spoken."""
    relay: Relay
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
        """The takes of the script's segments, in order.

        Each comes as soon as it is there; where engines may take over from each other, as soon as
        it is certain who speaks its chapter.

        Raises:
            SpeechError, MissingError: a line cannot be spoken; with how many are kept.
            OutputError: the store cannot be written.
        """
        tools = self.tools
        known: dict[str, Take] = {}

        def is_kept(key: str) -> bool:
            if take := kept_take(tools.store, key, self.room):
                known[key] = take
            return take is not None

        take = partial(_take, tools.store, self.room)
        with closing(self._spoken(is_kept if self.trusts_takes else None)) as speaking:
            keys = self._keys(speaking)
            try:
                yield from in_order(tools.executor, take, keys, tools.n_ahead, known=known.get)
            except (MissingError, SpeechError) as error:
                error.what += f"; {self._told_kept()}"
                raise

    def _told_kept(self) -> str:
        """How much is kept of what those who speak now have to speak."""
        room = self.room if self.trusts_takes else None
        n_kept = n_segments = 0
        for chapter in self.script.chapters:
            casting = self.relay.casting(chapter)
            lines = lines_of(replace(self.script, chapters=(chapter,)), casting)
            n_segments += len(lines)
            n_kept += len(kept_lines(lines, casting, self.tools.store, room))
        return f"{n_kept} of {n_segments} segments are kept"

    def _keys(self, speaking: Iterable[SpokenLine]) -> Iterator[str]:
        for line in speaking:
            self.spoken.append(line)
            yield line.key

    def _spoken(self, is_kept: Callable[[str], bool] | None) -> Generator[SpokenLine]:
        """The script's lines, none of them before it is certain."""
        n_lines = sum(1 for _ in self.script.segments)
        stage = SpeechStage(self.tools.listen, n_lines)
        if not self.relay.has_others:
            yield from self._speak(self.script.chapters, self.relay.preferred, stage, is_kept)
            return
        certain: deque[SpokenLine] = deque()
        for chapter in self.script.chapters:
            lines: list[SpokenLine] = []
            for line in self._in_turn(chapter, stage, is_kept):
                if line is None:
                    lines.clear()
                    continue
                lines.append(line)
                if certain:  # the chapter before is worked on while this one is spoken
                    yield certain.popleft()
            certain.extend(lines)
        yield from certain

    def _in_turn(
        self, chapter: Chapter, stage: SpeechStage, is_kept: Callable[[str], bool] | None
    ) -> Generator[SpokenLine | None]:
        """A chapter's lines as they are spoken; None where it begins anew with another engine."""
        begun = stage.n_done, stage.n_kept
        while True:
            try:
                yield from self._speak([chapter], self.relay.casting(chapter), stage, is_kept)
            except (MissingError, SpeechError) as error:
                self.relay.hand_on(chapter, error)
                stage.go_back(*begun)
                yield None
            else:
                return

    def _speak(
        self,
        chapters: Sequence[Chapter],
        casting: Casting,
        stage: SpeechStage,
        is_kept: Callable[[str], bool] | None,
    ) -> Generator[SpokenLine]:
        return speak(
            lines_of(replace(self.script, chapters=tuple(chapters)), casting),
            casting.engines,
            self.tools.store,
            self.tools.speakers,
            stage,
            where_of=self.script.source.where,
            is_kept=is_kept,
            pacer=self.tools.pacer,
        )


def _take(store: Store, room: Room, key: str) -> Take:
    return find_take(store, key, room)
