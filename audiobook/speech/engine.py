"""The door that every engine comes through, and the register of those there are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast, runtime_checkable

from audiobook.engine_settings import AUTO, EngineSettings
from audiobook.errors import MissingError, SpeechError, UnknownNameError, Where
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.plugins import blaming, load_plugin, plugin_names
from audiobook.utterance import Clip, Utterance, Voice

__all__ = [
    "AGES",
    "QUALITIES",
    "CountsRequests",
    "Engine",
    "FollowsInPart",
    "HasPlace",
    "HasVoiceVersions",
    "Limits",
    "TakesSettings",
    "VoiceInfo",
    "check_speakable",
    "checked",
    "engine_names",
    "excerpt",
    "is_speakable",
    "load_engine",
    "nothing_said",
    "taken",
    "voice_for",
    "without_controls",
]

_GROUP = "audiobook.engines"
_METHODS = ("voices", "default_voice", "check_voice", "check_ready", "synthesise", "close")
_EXCERPT_CHARACTERS = 60

AGES = ("child", "adult", "old")
"""What the age of a voice may be."""
QUALITIES = ("low", "medium", "high")
"""What the quality of a voice may be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine can take."""

    characters: int
    """Most characters in one piece of text."""
    at_once: int
    """Most pieces it may be given at the same time, by threads of one process."""
    pace_s: float = 0.0
    """Least seconds from the beginning of one piece to that of the next."""
    takes_ipa: bool = False
    """Whether it can be told by phonemes how a word sounds; else it is given the text alone."""
    takes_delivery: bool = False
    """Whether it can be told which words to stress, or to speak slower, higher or softer; else they
    are spoken as the rest, with a warning."""
    packed: int | None = None
    """For an engine that counts requests: sentences that follow each other in one paragraph, of one
    kind and speaker, are put together into one segment up to so many characters. None: a sentence
    is a segment."""


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """What an engine tells about one of its voices."""

    name: str
    """The engine's own name for it; what goes into `Voice.name`. One that begins with "+" changes
    others, and may follow the name of any: "+f3", "en-us+f3"."""
    language: str
    """BCP 47 tag of the language it is made for; "mul" for every language."""
    gender: str | None = None
    """"female" or "male", where the engine says."""
    age: str | None = None
    """"child", "adult" or "old", where the engine says."""
    quality: str | None = None
    """"low", "medium" or "high", where the engine has several."""
    note: str = ""
    """What else helps to choose: an accent, a size, a licence."""


class Engine(Protocol):
    """A way to make speech. Made by calling the registered object without arguments.

    Making one is cheap and touches neither network nor files; work begins with the first call.
    An engine that inherits from this class leaves out what is right for it here.
    """

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def version(self) -> str:
        """Goes into every clip's key: another version may give other bytes for the same text."""

    @property
    def limits(self) -> Limits:
        """What it can take."""

    @property
    def needs_network(self) -> bool:
        """Whether speech is made elsewhere."""

    def voices(self) -> tuple[VoiceInfo, ...]:
        """All its voices, in a fixed order."""

    def default_voice(self, language: str) -> str:
        """The name of the voice to use where none is given.

        Raises:
            UnknownNameError: it does not speak that language (BCP 47 tag).
        """
        return voice_for(self.voices(), language)

    def check_voice(self, voice: Voice) -> None:
        """See that a voice can be used, without speaking.

        Raises:
            UnknownNameError: it has no such voice, or does not speak that language.
        """
        names = {info.name for info in self.voices()}
        if voice.name not in names:
            raise UnknownNameError("voice", voice.name, names)
        self.default_voice(voice.language)

    def check_ready(self) -> None:
        """See that it works at all now, as cheaply as can be told for sure.

        Raises:
            MissingError: a library is not installed, or the network does not answer.
        """

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak one piece of text, at most `limits.characters` long.

        The same utterance and voice give the same samples, whatever was spoken before. It may be
        called from several threads, `limits.at_once` at a time. The clip has the engine's own
        sample rate. Where it knows when words are heard, it tells so of every word of the text,
        as `audiobook.speech.word_spans` parts it.

        Raises:
            SpeechError: it cannot; nothing is wrong with the build as such.
            MissingError: it cannot, and no other text would fare better (no network, say).
        """

    def close(self) -> None:
        """End its processes and connections, for good; it may be called twice.

        Called while another thread is in `synthesise`, it makes that call end soon, as a rule
        with a SpeechError.
        """


@runtime_checkable
class TakesSettings(Protocol):
    """An engine that a show may set up, in a table `[engines.NAME]` of its show.toml."""

    def configured(self, settings: EngineSettings) -> Engine:
        """An engine of this kind with these settings; as cheap as any other to make.

        Its `name` is that of the settings. What is set goes into its `version` as far as it is
        heard. It asks `settings.table` for all that it knows, by its type; what it did not ask
        for is refused afterwards by who called.

        Raises:
            ConfigError: a setting is wrong or missing; with its place.
        """


@runtime_checkable
class FollowsInPart(Protocol):
    """An engine that does not follow all that a voice asks for."""

    def heard(self, voice: Voice) -> Voice:
        """A voice as it is heard: the same one for all that sound alike.

        What is not followed is in it as if nobody had asked for it: a rate and a pitch of 1, and
        "mul" for a language. It goes into the keys of clips, and it is what `synthesise` is given;
        heard again, it stays as it is.

        Raises:
            UnknownNameError: it does not speak that language.
        """


@runtime_checkable
class HasVoiceVersions(Protocol):
    """An engine whose voices change apart from it, each being a model of its own."""

    def voice_version(self, voice: Voice) -> str:
        """Goes into the keys of that voice's clips, beside the engine's own version.

        Raises:
            UnknownNameError: there is no such voice.
            MissingError: its files cannot be read.
        """


@runtime_checkable
class HasPlace(Protocol):
    """An engine that is somewhere one can go and look."""

    def place(self) -> str:
        """A file, a folder or an address, for people to read.

        Raises:
            MissingError: it is not there.
        """


@runtime_checkable
class CountsRequests(Protocol):
    """An engine that may ask its server several times for one piece of text."""

    def n_requests(self, text: str) -> int:
        """How many requests a piece of text costs if none fails, told without a network."""


def engine_names() -> list[str]:
    """The names of all registered engines, sorted."""
    return plugin_names(_GROUP)


def load_engine(name: str, *, where: Where | None = None) -> Engine:
    """Make the engine registered under a name.

    Args:
        name: as in the entry point of group ``audiobook.engines``.
        where: where the name stands, for the error.

    Raises:
        UnknownNameError: nothing is registered under that name.
        MissingError: it cannot be loaded, or is no engine.
    """
    try:
        make = cast(Callable[[], Engine], load_plugin(_GROUP, name, f'engine "{name}"'))
    except LookupError:
        raise UnknownNameError("engine", name, [*engine_names(), AUTO], where=where) from None
    with blaming(f'engine "{name}"', make):
        return checked(make(), name)


def checked(engine: Engine, name: str) -> Engine:
    """An engine that has been seen to have what every engine has.

    Raises:
        MissingError: it has not.
    """
    limits = engine.limits
    faults = {
        f'it calls itself "{engine.name}"': engine.name != name,
        f"its limits are {limits}": not isinstance(limits, Limits)
        or min(limits.characters, limits.at_once) < 1,
        "it does not say whether it needs the network": not isinstance(engine.needs_network, bool),
    }
    faults |= {
        f"it has no method {method}": not callable(getattr(engine, method, None))
        for method in _METHODS
    }
    if fault := next((fault for fault, is_there in faults.items() if is_there), None):
        raise MissingError(f'"{name}" is no engine: {fault}', hint="see to its package")
    return engine


def voice_for(voices: Sequence[VoiceInfo], language: str) -> str:
    """The name of the first voice for a language, or for what is nearest to it.

    Looks up as RFC 4647, section 3.4, does: the tag loses its last part until a voice fits. A
    voice of a dialect fits its language, and one of every language fits all.

    Args:
        voices: in the order in which they are preferred.
        language: BCP 47 tag.

    Raises:
        UnknownNameError: none of them speaks it.
    """
    tags = [info.language.lower() for info in voices]
    wanted = language.lower()
    while wanted:
        dialects = (tag for tag in tags if tag.startswith(f"{wanted}-"))
        tag = wanted if wanted in tags else next(dialects, None)
        if tag:
            return voices[tags.index(tag)].name
        wanted = wanted.rpartition("-")[0]
    if EVERY_LANGUAGE in tags:
        return voices[tags.index(EVERY_LANGUAGE)].name
    raise UnknownNameError("language", language, {info.language for info in voices})


def check_speakable(text: str) -> None:
    """See that there is more in a text than punctuation and white space.

    Raises:
        SpeechError: there is not.
    """
    if not is_speakable(text):
        raise SpeechError(f"there is nothing to speak in {excerpt(text)}")


def is_speakable(text: str) -> bool:
    """Whether there is more in a text than punctuation and white space."""
    return any(unicodedata.category(character)[0] not in "CPZ" for character in text)


def nothing_said(speaker: str, text: str) -> SpeechError:
    """The error of an engine, or a voice, that finds nothing to say in a text."""
    return SpeechError(
        f"{speaker} says nothing for {excerpt(text)}",
        hint="leave it out, or say in the lexicon how it is read",
    )


def taken(utterance: Utterance, limits: Limits) -> Utterance:
    """What an engine is given of an utterance: its text, and what else it takes."""
    return Utterance(
        utterance.text,
        utterance.sounds if limits.takes_ipa else (),
        utterance.deliveries if limits.takes_delivery else (),
    )


def without_controls(text: str) -> str:
    """A text of the same length, with spaces for control codes and halves of characters."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)


def excerpt(text: str) -> str:
    """The beginning of a text in quotes, on one line, fit for an error message."""
    line = "".join(c if c.isprintable() else " " for c in text[: _EXCERPT_CHARACTERS + 1])
    cut = len(line) > _EXCERPT_CHARACTERS
    return f'"{line[:_EXCERPT_CHARACTERS].rstrip()}…"' if cut else f'"{line}"'
