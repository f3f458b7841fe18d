"""A story and its voices: who speaks it with which engine, and the lines that each is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from audiobook.engine_settings import AUTO
from audiobook.errors import MissingError, Where
from audiobook.model import Script, Segment
from audiobook.parts import parts_of
from audiobook.progress import Listener
from audiobook.script.dialogue.cast_report import cast_report
from audiobook.speech.auto_cast import Speaker
from audiobook.speech.casting import Casting, cast_voices
from audiobook.speech.choose import STAND_IN, Engines
from audiobook.speech.engine import Engine
from audiobook.speech.relay import Relay
from audiobook.speech.synthesis import Line, clip_key, has_clip
from audiobook.store import Store
from audiobook.story import Choices, Story

__all__ = ["Voiced", "cast_story", "kept_lines", "lines_of", "voiced"]

_GOOD_PART = 0.1
"""Where Google's voice has spoken so much of a story, another one does not take its place."""


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
) -> Casting:
    """Give everybody in a story a voice; see `cast_voices`."""
    return cast_voices(
        story.show,
        story.language,
        main,
        load,
        dict(choices.voices),
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
    asks: bool = True,
) -> Voiced:
    """Choose who speaks a story, all of it, before its first segment.

    A server is asked whether it is ready where it alone is to speak, and something is not kept.
    "auto" is Google's voices; espeak-ng's where Google does not answer, unless Google's have spoken
    a good part of the story: then it is asked as patiently as for speech, and waited for in vain
    the build ends.

    Args:
        story: what is spoken.
        choices: what goes before the show's own settings.
        engines: makes the engines.
        store: tells what need not be spoken.
        listen: is told when another engine takes over.
        asks: whether servers are asked; else they are taken to be ready.

    Raises:
        AudiobookError: an engine or a voice is not known, or the only engine is not ready.
    """
    names = story.engines(choices)
    is_auto = names == (AUTO,)
    if is_auto:
        names = (engines.auto(story.language),)
    chosen = _voiced(story, choices, engines, names, listen)
    casting = chosen.relay.preferred
    main = casting.engines[casting.main]
    if len(names) > 1 or not main.needs_network or not _lacks_lines(chosen, story, choices, store):
        return chosen
    if not asks:
        return replace(chosen, is_assumed=is_auto)
    if is_auto:
        stand_in = _voiced(story, choices, engines, (STAND_IN,), listen)
        if not _has_spoken_much(chosen, stand_in):
            return chosen if engines.google_answers() else stand_in
    try:
        engines.await_ready(main)
    except MissingError as error:
        raise _stopped(error, chosen, is_auto=is_auto) from error
    return chosen


def _voiced(
    story: Story, choices: Choices, engines: Engines, names: Sequence[str], listen: Listener
) -> Voiced:
    mains = engines.fit(names, story.language, where=story.engine_where(choices))
    castings = [cast_story(story, choices, main, engines.load) for main in mains]
    relay = Relay(castings, listen)
    return Voiced(relay, story.script(relay.max_characters, relay.packed))


def _lacks_lines(chosen: Voiced, story: Story, choices: Choices, store: Store) -> bool:
    """Whether the main engine has to speak any of what is to be made."""
    casting = chosen.relay.preferred
    return any(
        line.voice.engine == casting.main and not _is_kept(line, casting, store)
        for part in parts_of(story, chosen.script, choices)
        for line in lines_of(part.script, casting)
    )


def _has_spoken_much(chosen: Voiced, stand_in: Voiced) -> bool:
    """Whether an engine has spoken a good part of a story, and more than its stand-in.

    What a build that makes all anew would replace counts, too.
    """
    whole = sum(len(line.text) for line in _own_lines(chosen))
    n_spoken, n_by_other = (
        sum(len(line.text) for line in kept_lines(_own_lines(v), v.relay.preferred, Store()))
        for v in (chosen, stand_in)
    )
    return n_spoken >= _GOOD_PART * whole and n_spoken > n_by_other


def _stopped(error: MissingError, chosen: Voiced, *, is_auto: bool) -> MissingError:
    """Why a build ends that would have asked a server, with what is kept."""
    lines = lines_of(chosen.script, chosen.relay.preferred)
    n_kept = len(kept_lines(lines, chosen.relay.preferred, Store()))
    what = f"{error.what}; {n_kept} of {len(lines)} segments are kept"
    if not is_auto:
        return MissingError(what, hint=error.hint)
    return MissingError(
        f"{what}, so espeak-ng does not take over",
        hint="build again later, or use --engine espeak to have all of it spoken by espeak-ng",
    )


def _own_lines(chosen: Voiced) -> list[Line]:
    """The lines of all who ask for no other engine."""
    casting = chosen.relay.preferred
    lines = lines_of(chosen.script, casting)
    return [line for line in lines if line.voice.engine == casting.main]


def kept_lines(lines: Iterable[Line], casting: Casting, store: Store) -> list[Line]:
    """Those whose clips are in the store."""
    return [line for line in lines if _is_kept(line, casting, store)]


def _is_kept(line: Line, casting: Casting, store: Store) -> bool:
    return has_clip(store, clip_key(casting.engines[line.voice.engine], line))


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
