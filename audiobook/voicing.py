"""A story and its voices: who speaks it with which engine, and the lines that each is given."""

from __future__ import annotations

from collections.abc import Callable

from audiobook.errors import Where
from audiobook.model import Script, Segment
from audiobook.progress import Listener
from audiobook.script.dialogue.cast_report import cast_report
from audiobook.speech.auto_cast import Speaker
from audiobook.speech.casting import Casting, cast_voices
from audiobook.speech.choose import Engines
from audiobook.speech.engine import Engine
from audiobook.speech.relay import Relay
from audiobook.speech.synthesis import Line
from audiobook.story import Choices, Story

__all__ = ["cast_story", "lines_of", "relay_of"]


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


def relay_of(story: Story, choices: Choices, engines: Engines, listen: Listener) -> Relay:
    """Everybody's voices with the engine of a story, and with each that may take over from it.

    Args:
        story: what is spoken.
        choices: what goes before the show's own settings.
        engines: makes the engines.
        listen: is told when another engine takes over.

    Raises:
        AudiobookError: an engine or a voice is not known, or the only engine is not ready.
    """
    mains = engines.in_turn(
        story.engines(choices), story.language, where=story.engine_where(choices)
    )
    return Relay([cast_story(story, choices, main, engines.load) for main in mains], listen)


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
