"""Who speaks with which voice of which engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from audiobook.engine_settings import AUTO
from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.plugins import blaming
from audiobook.show import NARRATOR, CastMember, Show
from audiobook.speech.auto_cast import Speaker, auto_cast, ensemble
from audiobook.speech.engine import Engine
from audiobook.utterance import Voice

__all__ = ["Casting", "cast_voices"]


@dataclass(frozen=True, slots=True)
class Casting:
    """Everybody's voice, and the engines that speak them."""

    voices: Mapping[str | None, Voice]
    """By speaker, None being the narrator."""
    engines: Mapping[str, Engine]
    """By name, those that the voices ask for."""
    main: str
    """The name of the engine that speaks all who ask for no other."""

    def voice(self, speaker: str | None) -> Voice:
        """The voice of a speaker; the narrator's for one who has none."""
        return self.voices.get(speaker, self.voices[None])

    @property
    def max_characters(self) -> int:
        """The longest piece of text that all the engines take."""
        return min(engine.limits.characters for engine in self.engines.values())

    @property
    def packed(self) -> int | None:
        """How much the narrator's engine wants put together; see `Limits`."""
        return self.engines[self.voices[None].engine].limits.packed


def cast_voices(
    show: Show,
    language: str,
    main: Engine,
    load: Callable[[str, Where | None], Engine],
    overrides: Mapping[str, str],
    *,
    speakers: Collection[Speaker] = (),
    language_where: Where | None = None,
    for_narrator: bool = False,
) -> Casting:
    """Give everybody in a show's cast a voice, and everybody else who speaks.

    Who has no voice set speaks with one that the engine offers for their gender, else with the
    narrator's.

    Args:
        show: who speaks, and what was asked for them.
        language: what is spoken, as a BCP 47 tag.
        main: the engine of all who ask for no other.
        load: makes another engine by name.
        overrides: voice names by cast name, which go before what the show asks for.
        speakers: who speaks in the story, to be given voices; nobody to give none out.
        language_where: where the language is set, for errors.
        for_narrator: whether the main engine was chosen for the narrator, against the show: then
            those of the cast whom the show gives a voice keep that, and its engine.

    Raises:
        UnknownNameError: an override names nobody in the cast, or a voice that is not known, or
            nobody has set the language.
        ConfigError: an engine, a voice or the language is not known; with the place.
    """
    members = {
        name: CastMember(name) for name in (NARRATOR, *(speaker.name for speaker in speakers))
    }
    members |= {member.name: member for member in show.cast}
    _check_overrides(overrides, members)
    if for_narrator:
        free = {NARRATOR, *overrides}
        members = {n: _kept(member, show, main, n in free) for n, member in members.items()}
    engines = {main.name: main}
    voices: dict[str | None, Voice] = {}
    for name, member in members.items():
        chosen = member.engine or main.name
        if chosen not in engines:
            engines[chosen] = load(chosen, member.where("engine"))
        override = overrides.get(name)
        try:
            voice = _voice(member, engines[chosen], language, override)
        except UnknownNameError as error:
            asked_at = None if override else member.where("voice")
            where = language_where if error.kind == "language" else asked_at
            is_theirs = override is None and error.name == member.voice
            if is_theirs and chosen in show.stand_ins:  # the first engine has that voice
                error.hint = f'name it for its engine: voice = {{ {show.engine} = "{error.name}" }}'
            raise _placed(error, engines[chosen], where) from error
        voices[None if name == NARRATOR else name] = voice
    unvoiced = [s for s in speakers if _is_free(members[s.name], main, overrides)]
    voices |= _given_out(unvoiced, members, voices, main, language)
    return Casting(voices, engines, main.name)


def _kept(member: CastMember, show: Show, main: Engine, is_chosen: bool) -> CastMember:
    """Somebody of the cast, once another engine than the show's is chosen for the narrator.

    A voice that is set without an engine is one of the show's engine, unless that is "auto".

    Args:
        member: of the cast.
        show: theirs.
        main: the engine that is chosen.
        is_chosen: whether it, or a voice, was chosen for them.
    """
    own = member.engine or (None if show.engine == AUTO else show.engine)
    if own in (None, main.name):
        return member
    if member.name == NARRATOR:
        return replace(member, engine=None, voice=None)
    has_voice = member.voice is not None and not is_chosen
    return replace(member, engine=own) if has_voice else member


def _is_free(member: CastMember, main: Engine, overrides: Mapping[str, str]) -> bool:
    """Whether nobody has said which voice somebody has."""
    asked = overrides.get(member.name) or member.voice_for(main.name)
    return asked is None and member.engine in (None, main.name)


def _given_out(
    speakers: Collection[Speaker],
    members: Mapping[str, CastMember],
    voices: Mapping[str | None, Voice],
    main: Engine,
    language: str,
) -> dict[str | None, Voice]:
    """Voices of the main engine for those who have none; the narrator's where it offers none."""
    narrator = voices[None]
    own = narrator.name if narrator.engine == main.name else main.default_voice(language)
    wanted = [replace(s, gender=members[s.name].gender or s.gender) for s in speakers]
    unvoiced = {speaker.name for speaker in speakers}
    taken = {voice.name for name, voice in voices.items() if name not in unvoiced}
    names = auto_cast(wanted, ensemble(main, own, language), taken)
    return {s.name: replace(voices[s.name], name=names.get(s.name, own)) for s in speakers}


def _voice(member: CastMember, engine: Engine, language: str, override: str | None) -> Voice:
    with blaming(engine.name, engine):
        name = override or member.voice_for(engine.name) or engine.default_voice(language)
        voice = Voice(engine.name, name, language, member.rate, member.pitch, member.gain_db)
        engine.check_voice(voice)
    return voice


def _placed(error: UnknownNameError, engine: Engine, where: Where | None) -> ConfigError:
    """An engine's error with its name, and the place that the name comes from; none if typed."""
    error.what += f" of engine {engine.name}"
    return error if where is None else ConfigError(error.what, where=where, hint=error.hint)


def _check_overrides(overrides: Mapping[str, str], members: Collection[str]) -> None:
    for name in overrides:
        if name not in members:
            raise UnknownNameError("cast member", name, members)
