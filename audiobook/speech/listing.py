"""Which voices there are: of every engine, and those that can be installed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from audiobook.engine_settings import AUTO
from audiobook.errors import MissingError, UnknownNameError, near_names
from audiobook.language_tags import EVERY_LANGUAGE, primary
from audiobook.plugins import blaming
from audiobook.speech.auto_cast import HasEnsemble
from audiobook.speech.choose import Engines
from audiobook.speech.engine import Engine, VoiceInfo
from audiobook.speech.voice_catalogue import InstallableVoice, installable_voices
from audiobook.speech.voice_store import planned_install
from audiobook.utterance import GENDERS

__all__ = ["ListedVoice", "UnusableEngine", "VoiceList", "list_voices"]

_CHANGE = "+"


@dataclass(frozen=True, slots=True)
class ListedVoice:
    """A voice, with those that are made of it."""

    engine: str
    """Name of its engine."""
    info: VoiceInfo
    """What is known of it."""
    variants: tuple[VoiceInfo, ...] = ()
    """Voices that the engine makes of it, which sound like other people."""
    is_installed: bool = True
    """Whether it is here, or needs not be; else `audiobook voices install` with its name
    fetches it."""
    needs_network: bool = False
    """Whether it speaks elsewhere."""


@dataclass(frozen=True, slots=True)
class UnusableEngine:
    """An engine that cannot be used here."""

    name: str
    """Its name."""
    problem: str
    """What it lacks."""
    hint: str | None
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class VoiceList:
    """Voices, and why some engines have none."""

    voices: tuple[ListedVoice, ...]
    """By language, gender and engine."""
    unusable: tuple[UnusableEngine, ...]
    """Engines on this machine that lack something; their voices are left out."""


def list_voices(
    engines: Engines,
    *,
    engine: str | None = None,
    language: str | None = None,
    gender: str | None = None,
) -> VoiceList:
    """The voices of all engines, or of those that are asked for.

    Args:
        engines: whose.
        engine: name of the only engine to look at; None or "auto" for all.
        language: BCP 47 tag, which its dialects fit too; where an engine has no voice of it, the
            one that it would speak it with; None for all.
        gender: "female" or "male": voices and variants that are known to be; None for all.

    Raises:
        UnknownNameError: nobody knows the engine, the gender or the language.
    """
    if gender not in (None, *GENDERS):
        raise UnknownNameError("gender", gender, GENDERS)
    names = engines.names if engine in (None, AUTO) else [engine]
    known: list[ListedVoice] = []
    fit: list[ListedVoice] = []
    unusable: list[UnusableEngine] = []
    for name in names:
        try:
            loaded = engines.load(name)
            with blaming(name, loaded):
                own = list(_voices(loaded))
        except MissingError as error:
            unusable.append(UnusableEngine(name, error.what, error.hint))
            continue
        known += own
        fit += [v for v in own if _speaks(v, language)] + _nearest(own, loaded, language)
    others = list(_to_be_installed(names, {(voice.engine, voice.info.name) for voice in known}))
    fit += _of_nearest_language(others, language)
    _check_language(language, fit, [*known, *others])
    if language:  # whose voices tell themselves what they may be changed to
        fit = [voice for voice in fit if voice.info.name != _CHANGE]
    chosen = [fitting for voice in fit if (fitting := _of_gender(voice, gender))]
    return VoiceList(tuple(sorted(chosen, key=_order)), tuple(unusable))


def _voices(engine: Engine) -> Iterator[ListedVoice]:
    """The voices of an engine that can be used, as far as can be told without a network."""
    infos = engine.voices()
    if infos and not engine.needs_network:
        engine.check_ready()
    names = {info.name for info in infos}
    if changes := tuple(info for info in infos if info.name.startswith(_CHANGE)):
        info = VoiceInfo(_CHANGE, EVERY_LANGUAGE, note="follows the name of any voice")
        yield ListedVoice(engine.name, info, changes, needs_network=engine.needs_network)
    for info in infos:
        if info.name.startswith(_CHANGE):
            continue
        made = engine.ensemble(info.name) if isinstance(engine, HasEnsemble) else ()
        variants = tuple(variant for variant in made if variant.name not in names)
        yield ListedVoice(engine.name, info, variants, needs_network=engine.needs_network)


def _to_be_installed(
    engines: Collection[str], installed: Collection[tuple[str, str]]
) -> Iterator[ListedVoice]:
    for voice in installable_voices():
        if voice.engine not in engines or (voice.engine, voice.name) in installed:
            continue
        if planned_install(voice).files:
            for language in voice.languages:
                info = VoiceInfo(
                    voice.name, language, voice.gender, quality=voice.quality, note=_note(voice)
                )
                yield ListedVoice(voice.engine, info, is_installed=False)


def _note(voice: InstallableVoice) -> str:
    many = f"{voice.n_voices} voices, " if voice.n_voices > 1 else ""
    return f"{many}{voice.n_bytes / 1e6:.0f} MB"


def _check_language(
    language: str | None, fit: Iterable[ListedVoice], known: Iterable[ListedVoice]
) -> None:
    tags = {voice.info.language for voice in known} - {EVERY_LANGUAGE}
    if language and tags and all(voice.info.language == EVERY_LANGUAGE for voice in fit):
        error = UnknownNameError("language", language, tags)
        if not near_names(language, tags):
            error.hint = 'give its tag, as "en" or "pt-BR"; `audiobook voices` shows them all'
        raise error


def _speaks(voice: ListedVoice, wanted: str | None) -> bool:
    """Whether a voice's language is the one asked for, a variety of it, or all there are."""
    offered = voice.info.language
    if not wanted or offered == EVERY_LANGUAGE:
        return True
    return f"{offered}-".casefold().startswith(f"{wanted}-".casefold())


def _nearest(
    voices: Collection[ListedVoice], engine: Engine, language: str | None
) -> list[ListedVoice]:
    """Where none of an engine's voices is of a language, the one that it would speak it with."""
    others = [voice for voice in voices if not _speaks(voice, language)]
    own = [voice for voice in voices if voice.info.language != EVERY_LANGUAGE]
    if not language or any(voice not in others for voice in own):
        return []
    try:
        name = engine.default_voice(language)
    except (MissingError, UnknownNameError):
        return []
    found = [voice for voice in others if voice.info.name == name]
    same = [voice for voice in found if primary(voice.info.language) == primary(language)]
    return same or found


def _of_nearest_language(
    voices: Collection[ListedVoice], language: str | None
) -> list[ListedVoice]:
    """The voices of a language, else of what is left of its tag when parts are taken away."""
    if not language:
        return [*voices]
    fit: list[ListedVoice] = []
    while language and not fit:
        fit = [voice for voice in voices if _speaks(voice, language)]
        language = language.rpartition("-")[0]
    return fit


def _of_gender(voice: ListedVoice, gender: str | None) -> ListedVoice | None:
    """A voice with those of its variants that are of a gender; None where nothing of it is."""
    if gender is None:
        return voice
    variants = tuple(variant for variant in voice.variants if variant.gender == gender)
    if voice.info.gender != gender and not variants:
        return None
    return replace(voice, variants=variants)


def _order(voice: ListedVoice) -> tuple[bool, str, str, str]:
    info = voice.info
    language = info.language.casefold()
    return info.language == EVERY_LANGUAGE, language, info.gender or "~", voice.engine
