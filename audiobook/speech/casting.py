"""Who speaks with which voice of which engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from audiobook.config import NARRATOR, CastMember, Show
from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.model import Voice
from audiobook.speech.engine import Engine

__all__ = ["Casting", "cast_voices"]


@dataclass(frozen=True, slots=True)
class Casting:
    """Everybody's voice, and the engines that speak them."""

    voices: Mapping[str | None, Voice]
    """By speaker, None being the narrator."""
    engines: Mapping[str, Engine]
    """By name, those that the voices ask for."""

    def voice(self, speaker: str | None) -> Voice:
        """The voice of a speaker; the narrator's for one who has none."""
        return self.voices.get(speaker, self.voices[None])

    @property
    def max_characters(self) -> int:
        """The longest piece of text that all the engines take."""
        return min(engine.limits.characters for engine in self.engines.values())

    def close(self) -> None:
        """End the engines' processes and connections."""
        for engine in self.engines.values():
            engine.close()


def cast_voices(
    show: Show,
    language: str,
    main: Engine,
    load: Callable[[str, Where | None], Engine],
    overrides: Mapping[str, str],
    *,
    language_where: Where | None = None,
) -> Casting:
    """Give everybody in a show's cast a voice.

    Args:
        show: who speaks, and what was asked for them.
        language: what is spoken, as a BCP 47 tag.
        main: the engine of all who ask for no other.
        load: makes another engine by name.
        overrides: voice names by cast name, which go before what the show asks for.
        language_where: where the language is set, for errors.

    Raises:
        UnknownNameError: an override names nobody in the cast, or a voice that is not known, or
            nobody has set the language.
        ConfigError: an engine, a voice or the language is not known; with the place.
    """
    members = {NARRATOR: CastMember(NARRATOR)} | {member.name: member for member in show.cast}
    _check_overrides(overrides, members)
    engines = {main.name: main}
    voices: dict[str | None, Voice] = {}
    try:
        for name, member in members.items():
            chosen = member.engine or main.name
            if chosen not in engines:
                engines[chosen] = load(chosen, member.where)
            override = overrides.get(name)
            try:
                voice = _voice(member, engines[chosen], language, override)
            except UnknownNameError as error:
                asked_at = None if override else member.where
                where = language_where if error.kind == "language" else asked_at
                raise _placed(error, engines[chosen], where) from error
            voices[None if name == NARRATOR else name] = voice
    except BaseException:
        Casting(voices, engines).close()
        raise
    return Casting(voices, engines)


def _voice(member: CastMember, engine: Engine, language: str, override: str | None) -> Voice:
    name = override or member.voice_for(engine.name) or engine.default_voice(language)
    voice = Voice(engine.name, name, language, member.rate, member.pitch, member.gain_db)
    engine.check_voice(voice)
    return voice


def _placed(error: UnknownNameError, engine: Engine, where: Where | None) -> ConfigError:
    """An engine's error with the place that the name comes from; none if it was typed."""
    if where is None:
        return error
    return ConfigError(f"{error.what} of engine {engine.name}", where=where, hint=error.hint)


def _check_overrides(overrides: Mapping[str, str], members: Collection[str]) -> None:
    for name in overrides:
        if name not in members:
            raise UnknownNameError("cast member", name, members)
