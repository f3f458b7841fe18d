"""Programs that speak, known well enough to need no settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from audiobook.speech.engine import VoiceInfo

__all__ = ["NO_PRESET", "PRESETS", "Preset"]


@dataclass(frozen=True, slots=True)
class Preset:
    """How a program is called, and what it can do."""

    arguments: tuple[str, ...] = ()
    """The program and its arguments, with placeholders."""
    voices: tuple[VoiceInfo, ...] = ()
    """Its voices."""
    format: str = "wav"
    """What it writes."""
    at_once: int = 1
    """How many of it may run at the same time."""
    hint: str | None = None
    """How it is installed."""
    list_arguments: tuple[str, ...] = ()
    """What has it print its voices after a colon, with spaces between them; () where nothing does.
    For a program that speaks in some other voice where it does not know one."""


_FLITE = Preset(
    # flite(1); its speed is a length, so that 2 is half as fast.
    (
        *("flite", "-voice", "{voice}", "--setf", "duration_stretch={stretch}"),
        *("-f", "{text_file}", "-o", "{out}"),
    ),
    (
        VoiceInfo("slt", "en-US", "female", "adult", "medium"),
        VoiceInfo("rms", "en-US", "male", "adult", "medium"),
        VoiceInfo("awb", "en-GB", "male", "adult", "medium", "Scottish"),
        VoiceInfo("kal16", "en-US", "male", "adult", "low"),
        VoiceInfo("kal", "en-US", "male", "adult", "low", "8 kHz"),
    ),
    at_once=4,
    hint="apt-get install flite",
    list_arguments=("-lv",),
)

_SAY = Preset(
    # say(1) of macOS; without a format it writes AIFF, which every voice of it can.
    ("say", "-v", "{voice}", "-r", "{words_per_minute}", "-f", "{text_file}", "-o", "{out}"),
    (
        VoiceInfo("Samantha", "en-US", "female"),
        VoiceInfo("Daniel", "en-GB", "male"),
        VoiceInfo("Karen", "en-AU", "female"),
        VoiceInfo("Moira", "en-IE", "female"),
        VoiceInfo("Rishi", "en-IN", "male"),
        VoiceInfo("Tessa", "en-ZA", "female"),
        VoiceInfo("Anna", "de-DE", "female"),
        VoiceInfo("Thomas", "fr-FR", "male"),
        VoiceInfo("Alice", "it-IT", "female"),
        VoiceInfo("Paulina", "es-MX", "female"),
        VoiceInfo("Luciana", "pt-BR", "female"),
        VoiceInfo("Joana", "pt-PT", "female"),
        VoiceInfo("Xander", "nl-NL", "male"),
        VoiceInfo("Zosia", "pl-PL", "female"),
        VoiceInfo("Milena", "ru-RU", "female"),
        VoiceInfo("Kyoko", "ja-JP", "female"),
        VoiceInfo("Yuna", "ko-KR", "female"),
    ),
    format="aiff",
    at_once=4,
    hint='"say" comes with macOS, and with nothing else',
)

NO_PRESET = Preset()
"""Of a program that is not known."""
PRESETS: Mapping[str, Preset] = MappingProxyType({"flite": _FLITE, "say": _SAY})
"""By name."""
