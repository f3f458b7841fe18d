"""A story and its voices: who speaks it with which engine, and the lines that each is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from audiobook.engine_settings import AUTO
from audiobook.errors import ConfigError, MissingError, UnknownNameError, Where
from audiobook.model import Script, Segment
from audiobook.parts import parts_of
from audiobook.progress import Listener
from audiobook.script.dialogue.cast_report import cast_report
from audiobook.sound.voice import Room, kept_take
from audiobook.speech.auto_cast import Speaker
from audiobook.speech.casting import Casting, cast_voices
from audiobook.speech.choose import STAND_IN, Engines
from audiobook.speech.engine import Engine
from audiobook.speech.relay import Relay
from audiobook.speech.synthesis import Line, clip_key, has_clip
from audiobook.store import Store
from audiobook.story import Choices, Story
from audiobook.utterance import Voice

__all__ = ["Voiced", "cast_story", "kept_lines", "lines_of", "voiced"]

_GOOD_PART = 0.1
"""Where Google's voice has spoken so much of a story, another one does not take its place."""
_STOPPED_HINT = "build again later, or use --engine espeak to have all of it spoken by espeak-ng"


@dataclass(frozen=True, slots=True)
class Voiced:
    """A story, and who speaks it."""

    relay: Relay
    """Everybody's voices with the engine that is chosen, and with each that may take over."""
    script: Script
    """What they speak, in segments that all of those engines take."""
    is_assumed: bool = False
    """Whether another engine is chosen where Google does not answer."""


def cast_story(
    story: Story,
    choices: Choices,
    main: Engine,
    load: Callable[[str, Where | None], Engine],
    overrides: Mapping[str, str],
) -> Casting:
    """Give everybody in a story a voice; see `cast_voices`."""
    return cast_voices(
        story.show,
        story.language,
        main,
        load,
        overrides,
        speakers=_speakers(story) if story.show.auto_cast else (),
        language_where=story.language_where(choices),
        for_narrator=choices.engine is not None,
    )


def voiced(
    story: Story,
    choices: Choices,
    engines: Engines,
    store: Store,
    listen: Listener,
    *,
    room: Room | None = None,
    asks: bool = True,
) -> Voiced:
    """Choose who speaks a story, all of it, before its first segment.

    A server is asked whether it is ready where it alone is to speak, and something is not kept.
    "auto" is Google's voices; espeak-ng's where Google does not answer, unless Google's have spoken
    a good part of the story: then it is asked as patiently as for speech, and where that is in vain
    the build ends.

    Args:
        story: what is spoken.
        choices: what goes before the show's own settings.
        engines: makes the engines.
        store: tells what need not be spoken.
        listen: is told when another engine takes over.
        room: what takes are to fit; None where a clip is needed, be its take there or not.
        asks: whether servers are asked; else they are taken to be ready.

    Raises:
        AudiobookError: an engine or a voice is not known, or the only engine is not ready.
    """
    for member in story.show.cast:
        engines.check_names((engine for engine, _ in member.voices), member.where("voice"))
    chooser = _Chooser(story, choices, engines, store, room, listen)
    names = story.engines(choices)
    if names == (AUTO,):
        names = (engines.auto(story.language),)
        if names != (STAND_IN,):
            return chooser.auto(names[0], asks=asks)
    chosen = chooser.voiced_by(*names)
    if asks and len(names) == 1 and chooser.has_to_ask(chosen):
        chooser.await_ready(chosen)
    return chosen


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Chooses who speaks a story."""

    story: Story
    choices: Choices
    engines: Engines
    store: Store
    """Tells what need not be spoken."""
    room: Room | None
    """What takes are to fit; None where a clip is needed."""
    listen: Listener

    def voiced_by(self, *names: str) -> Voiced:
        """The story as it would be spoken by engines, the preferred one first."""
        where = self.story.engine_where(self.choices)
        mains = self.engines.fit(names, self.story.language, where=where)
        voices = self._voices_by(mains)
        relay = Relay([self._cast(main, voices[main.name]) for main in mains], self.listen)
        return Voiced(relay, self.story.script(relay.max_characters, relay.packed))

    def _voices_by(self, mains: Sequence[Engine]) -> dict[str, dict[str, str]]:
        """The voices that were chosen, by engine: each counts for those engines that have it.

        One that none of them has counts for all: the first will say that it lacks it.
        """
        chosen = dict(self.choices.voices)
        known = {main.name: {n for n in chosen if self._has_voice(main, n)} for main in mains}
        unknown = set(chosen).difference(*known.values())
        return {
            engine: {name: chosen[name] for name in chosen if name in names | unknown}
            for engine, names in known.items()
        }

    def _has_voice(self, main: Engine, name: str) -> bool:
        """Whether an engine has the voice chosen for somebody, or need not, for another speaks."""
        member = self.story.show.member(name)
        if member and member.engine not in (None, main.name):
            return True
        voice = Voice(main.name, dict(self.choices.voices)[name], self.story.language)
        try:
            main.check_voice(voice)
        except UnknownNameError as error:
            return error.kind != "voice"
        return True

    def _cast(self, main: Engine, voices: Mapping[str, str]) -> Casting:
        """Everybody's voices; where an engine lacks the language, its error names who has it."""
        try:
            return cast_story(self.story, self.choices, main, self.engines.usable, voices)
        except ConfigError as error:
            cause = error.__cause__
            if isinstance(cause, UnknownNameError) and cause.kind == "language":
                others = self.engines.that_speak(self.story.language)
                if others:
                    error.hint = f"choose an engine that has it: {', '.join(others)}"
            raise

    def auto(self, online: str, *, asks: bool) -> Voiced:
        """What "auto" takes: Google's voices, or those that stand in for them."""
        try:
            chosen = self.voiced_by(online)
        except ConfigError:  # a voice, it may be, that only the stand-in has
            if not asks or self.engines.google_answers():
                raise
            return self.voiced_by(STAND_IN)
        if not self.has_to_ask(chosen):
            return chosen
        if not asks:
            return replace(chosen, is_assumed=True)
        if self._has_spoken_much(chosen):
            self.await_ready(chosen, instead=", so espeak-ng does not take over")
            return chosen
        return chosen if self.engines.google_answers() else self.voiced_by(STAND_IN)

    def has_to_ask(self, chosen: Voiced) -> bool:
        """Whether the main engine needs a server for any of what is to be made."""
        casting = chosen.relay.preferred
        return casting.engines[casting.main].needs_network and any(
            line.voice.engine == casting.main and not _is_kept(line, casting, self.store, self.room)
            for part in parts_of(self.story, chosen.script, self.choices)
            for line in lines_of(part.script, casting)
        )

    def await_ready(self, chosen: Voiced, instead: str = "") -> None:
        """See that the main engine's server answers.

        Raises:
            MissingError: it does not; with how much is kept, and what is not done instead.
        """
        casting = chosen.relay.preferred
        try:
            self.engines.await_ready(casting.engines[casting.main])
        except MissingError as error:
            lines = lines_of(chosen.script, casting)
            n_kept = len(kept_lines(lines, casting, Store(), self.room))
            raise MissingError(
                f"{error.what}; {n_kept} of {len(lines)} segments are kept{instead}",
                hint=_STOPPED_HINT if instead else error.hint,
            ) from error

    def _has_spoken_much(self, chosen: Voiced) -> bool:
        """Whether Google's voices have spoken a good part of it, and more than the stand-in.

        What a build that makes all anew would replace counts, too.
        """
        n_spoken, n_characters = self._shares(chosen)
        if n_spoken < _GOOD_PART * n_characters:
            return False
        try:
            return n_spoken > self._shares(self.voiced_by(STAND_IN))[0]
        except (ConfigError, MissingError):  # it could not take over
            return True

    def _shares(self, chosen: Voiced) -> tuple[int, int]:
        """Of the characters of all who ask for no other engine, those that are kept, and all."""
        casting = chosen.relay.preferred
        said = lines_of(chosen.script, casting)
        lines = [line for line in said if line.voice.engine == casting.main]
        kept = kept_lines(lines, casting, Store(), self.room)
        return sum(len(line.text) for line in kept), sum(len(line.text) for line in lines)


def kept_lines(
    lines: Iterable[Line], casting: Casting, store: Store, room: Room | None
) -> list[Line]:
    """Those that need not be spoken: whose clips are in the store, or takes.

    Args:
        lines: of a script.
        casting: who speaks them.
        store: where clips and takes are kept.
        room: what takes are to fit; None where a clip is needed.
    """
    return [line for line in lines if _is_kept(line, casting, store, room)]


def _is_kept(line: Line, casting: Casting, store: Store, room: Room | None) -> bool:
    key = clip_key(casting.engines[line.voice.engine], line)
    return has_clip(store, key) or (room is not None and kept_take(store, key, room) is not None)


def _speakers(story: Story) -> list[Speaker]:
    if all(segment.speaker is None for segment in story.whole.segments):
        return []
    report = cast_report(story.whole)
    return [Speaker(line.speaker, line.n_words, line.gender) for line in report if line.speaker]


def lines_of(script: Script, casting: Casting) -> list[Line]:
    """A line for each segment of a script, in order."""
    return [_line(segment, casting) for segment in script.segments]


def _line(segment: Segment, casting: Casting) -> Line:
    utterance = segment.utterance
    voice = casting.voice(segment.speaker)
    return Line(utterance.text, voice, segment.start, utterance.sounds, utterance.deliveries)
