"""Narrated audiobooks and podcasts from a written story.

    import audiobook

    report = audiobook.build("story.md", choices=audiobook.Choices(engine="espeak"))

All names below are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audiobook.auditioning import Audition, audition
    from audiobook.build_rates import BuildRate
    from audiobook.builder import build, say
    from audiobook.checking import Checked, check
    from audiobook.doctoring import Health, examine
    from audiobook.errors import (
        AudiobookError,
        CheckError,
        ConfigError,
        LostError,
        MissingError,
        OutputError,
        SoundError,
        SpeechError,
        StoryError,
        UnknownNameError,
        UsageError,
        Where,
    )
    from audiobook.model import Chapter, Cue, Kind, Role, Script, Segment, Source
    from audiobook.planning import Expected, Plan, PlannedChapter, PlannedSpeaker, plan
    from audiobook.progress import (
        Event,
        Listener,
        Noted,
        StageAdvanced,
        StageEnded,
        StageStarted,
        Waiting,
        Warned,
    )
    from audiobook.publishing import PublishedFeed, publish
    from audiobook.report import Built, ChapterEngine, ChapterStart, Report
    from audiobook.sound.profiles import Profile
    from audiobook.stories import read_script
    from audiobook.story import Choices
    from audiobook.tally import Tally
    from audiobook.timed_words import TimedWord
    from audiobook.utterance import Voice

    __version__: str

__all__ = [
    "AudiobookError",
    "Audition",
    "BuildRate",
    "Built",
    "Chapter",
    "ChapterEngine",
    "ChapterStart",
    "CheckError",
    "Checked",
    "Choices",
    "ConfigError",
    "Cue",
    "Event",
    "Expected",
    "Health",
    "Kind",
    "Listener",
    "LostError",
    "MissingError",
    "Noted",
    "OutputError",
    "Plan",
    "PlannedChapter",
    "PlannedSpeaker",
    "Profile",
    "PublishedFeed",
    "Report",
    "Role",
    "Script",
    "Segment",
    "SoundError",
    "Source",
    "SpeechError",
    "StageAdvanced",
    "StageEnded",
    "StageStarted",
    "StoryError",
    "Tally",
    "TimedWord",
    "UnknownNameError",
    "UsageError",
    "Voice",
    "Waiting",
    "Warned",
    "Where",
    "__version__",
    "audition",
    "build",
    "check",
    "examine",
    "plan",
    "publish",
    "read_script",
    "say",
]

_NAMES = {
    "audiobook.auditioning": "Audition audition",
    "audiobook.build_rates": "BuildRate",
    "audiobook.builder": "build say",
    "audiobook.checking": "Checked check",
    "audiobook.doctoring": "Health examine",
    "audiobook.errors": "AudiobookError CheckError ConfigError LostError MissingError OutputError "
    "SoundError SpeechError StoryError UnknownNameError UsageError Where",
    "audiobook.model": "Chapter Cue Kind Role Script Segment Source",
    "audiobook.planning": "Expected Plan PlannedChapter PlannedSpeaker plan",
    "audiobook.progress": (
        "Event Listener Noted StageAdvanced StageEnded StageStarted Waiting Warned"
    ),
    "audiobook.publishing": "PublishedFeed publish",
    "audiobook.report": "Built ChapterEngine ChapterStart Report",
    "audiobook.sound.profiles": "Profile",
    "audiobook.stories": "read_script",
    "audiobook.story": "Choices",
    "audiobook.tally": "Tally",
    "audiobook.timed_words": "TimedWord",
    "audiobook.utterance": "Voice",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - slow to load

        value: object = version("audiobook")
    elif name in _MODULE_OF:
        value = getattr(importlib.import_module(_MODULE_OF[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
