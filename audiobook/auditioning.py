"""Voices heard side by side: the same words by each of them, in files and on one page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice, zip_longest
from pathlib import Path

from audiobook.builder import say_story
from audiobook.engine_settings import AUTO
from audiobook.errors import MissingError, SpeechError, UnknownNameError, UsageError
from audiobook.language_tags import EVERY_LANGUAGE, primary
from audiobook.model import Script
from audiobook.plugins import blaming
from audiobook.podcast.audition_page import AuditionedVoice, audition_page
from audiobook.progress import (
    Event,
    Listener,
    StageAdvanced,
    StageEnded,
    StageStarted,
    Warned,
    one_at_a_time,
)
from audiobook.progress import silent as nobody
from audiobook.show import NARRATOR, Show
from audiobook.show_files import nearest_show
from audiobook.speech.auto_cast import ensemble
from audiobook.speech.choose import Engines
from audiobook.speech.engine import Engine, VoiceInfo
from audiobook.store import make_writable, replacing
from audiobook.stories import read_story, story_of_text
from audiobook.story import Choices, Story
from audiobook.utterance import Voice

__all__ = ["Audition", "audition"]

_PAGE = "audition.html"
_STAGE = "audition"
_FOR_TESTS = "tone"
_N_VOICES = 6
"""How many are heard where none is named: as many as one remembers."""
_MOST_CHARACTERS = 300
"""Of a story; about twenty seconds."""


@dataclass(frozen=True, slots=True)
class Audition:
    """What was made."""

    page: Path
    """The page to listen on."""
    text: str
    """What is heard."""
    language: str
    """Its language, as a BCP 47 tag."""
    voices: tuple[AuditionedVoice, ...]
    """Who is heard, in order, each with the file."""


def audition(
    story: str | Path | None = None,
    *,
    text: str | None = None,
    voices: Sequence[str] = (),
    output: str | Path = "audition",
    choices: Choices | None = None,
    listen: Listener = nobody,
) -> Audition:
    """Speak the same words in several voices, each into a file, with a page to hear them all.

    Args:
        story: whose first lines are spoken, with its language, its lexicon and its show's engines;
            None for that of the nearest show, unless there is a text.
        text: what is spoken instead; the story, if one is named, still says how.
        voices: names of voices; none for a handful that differ. One that the engine lacks is
            looked for among the others. ENGINE:VOICE is one of that engine, ENGINE: its usual one.
        output: the folder for the files; made where it is missing.
        choices: engine, language and narration count.
        listen: is told of the stage "audition", in voices, and of warnings.

    Raises:
        UsageError: there is nothing to say.
        UnknownNameError: no engine that can be used has such a voice, or speaks the language.
        AudiobookError: as for `say`; where it keeps only some of the voices from being heard, a
            warning tells it.
    """
    choices = choices or Choices()
    listen = one_at_a_time(listen)
    show = nearest_show() if story is None else None
    if show and text is None:
        story = show.folder
    told = None if story is None else read_story(story, choices, listen)
    show = told.show if told else show or Show()
    text = text or (_first_lines(told.whole) if told else None)
    if not text or not text.strip():
        raise UsageError("there is nothing to say", hint="name a story, or give --text TEXT")
    language = choices.language or (told.language if told else show.language) or "en"
    folder = Path(output)
    with closing(Engines(listen, show.engines)) as engines:
        hearing = _Hearing(text, told, replace(choices, language=language), engines, listen)
        cast = list(dict.fromkeys(_cast(voices, language, choices, show, engines, hearing.unheard)))
        heard = list(hearing.of(cast, folder)) if cast else []
    _tell_unheard(hearing.unheard, listen, all_of_them=not heard)
    page = folder / _PAGE
    with replacing(page) as file:
        command = _building(story, choices) if story else ()
        file.write(audition_page(text, language, heard, command).encode("utf-8", "replace"))
    listen(StageEnded(_STAGE, f"{len(heard)} heard"))
    return Audition(page, text, language, tuple(heard))


@dataclass(frozen=True, slots=True)
class _Hearing:
    """The speaking of one text by one voice after the other."""

    text: str
    told: Story | None
    """The story that says how, if there is one."""
    choices: Choices
    engines: Engines
    listen: Listener
    unheard: dict[str, MissingError | SpeechError] = field(default_factory=dict)
    """Why somebody is not heard, by engine or voice."""

    def of(self, cast: Sequence[tuple[str, VoiceInfo]], folder: Path) -> Iterator[AuditionedVoice]:
        """Everybody who can be heard. An engine that cannot be used is asked once."""
        make_writable(folder)
        self.listen(StageStarted(_STAGE, len(cast)))
        for number, (engine, info) in enumerate(cast, 1):
            path = folder / f"{number:02}-{_slug(engine, info.name)}.mp3"
            try:
                if engine not in self.unheard:
                    yield self._one(engine, info, path)
            except MissingError as error:
                self.unheard[engine] = error
            except SpeechError as error:
                self.unheard[f"{engine}:{info.name}"] = error
            self.listen(StageAdvanced(_STAGE, number, 0))

    def _one(self, engine: str, info: VoiceInfo, path: Path) -> AuditionedVoice:
        own = replace(self.choices, engine=engine, voices=((NARRATOR, info.name),))
        spoken = story_of_text(self.text, path.stem, own, self.told)
        told = _warnings_to(self.listen)
        report = say_story(spoken, path, own, self.engines, listen=told)
        return AuditionedVoice(engine, info, path, report.episodes[0].duration_s)


def _tell_unheard(
    unheard: Mapping[str, MissingError | SpeechError], listen: Listener, *, all_of_them: bool
) -> None:
    """Warn of those who are not heard; raise the first reason where nobody is."""
    for name, error in unheard.items():
        if all_of_them:
            raise error
        listen(Warned(f"{name} is not heard: {error.what}", error.where, error.hint))


def _building(story: str | Path, choices: Choices) -> list[str]:
    """The command that builds a story as it is heard, all but the voice."""
    command = ["audiobook", "build", str(story)]
    if choices.language:
        command += ["--language", choices.language]
    if choices.narration is not None:
        command.append("--narration" if choices.narration else "--no-narration")
    return command


def _first_lines(script: Script) -> str:
    """The first sentences of a script that are not headings, each on a line of its own.

    Where they are all headings, those.
    """
    lines = [segment.text for segment in script.segments if segment.kind != "heading"]
    lines = lines or [segment.text for segment in script.segments]
    taken = [lines[0]]
    for line in lines[1:]:
        if sum(map(len, taken)) + len(line) > _MOST_CHARACTERS:
            break
        taken.append(line)
    return "\n".join(taken)


def _cast(
    names: Sequence[str],
    language: str,
    choices: Choices,
    show: Show,
    engines: Engines,
    unheard: dict[str, MissingError | SpeechError],
) -> Iterator[tuple[str, VoiceInfo]]:
    """Engines and voices to be heard, seen to be fit for the language.

    Why one that is named cannot be used is put among the unheard.
    """
    wanted = show.engines_for(choices.engine)[0]
    where = None if choices.engine else show.where("engine")
    if names:
        for given in dict.fromkeys(names):
            try:
                if (found := _of_named_engine(given, language, engines)) is None:
                    main = engines.main(wanted, language, where=where)
                    found = _engine_with(given, language, main, engines), given
            except MissingError as error:
                unheard[given] = error
                continue
            engine, name = found
            yield engine.name, _info(engine, name, language)
        return
    main = engines.main(wanted, language, where=where)
    if wanted not in (None, AUTO):
        yield from ((main.name, info) for info in islice(_handful(main, language), _N_VOICES))
        return
    ready = (engine for engine in _ready(language, engines) if engine.name != main.name)
    handfuls = [
        [(engine.name, info) for info in islice(_handful(engine, language), _N_VOICES)]
        for engine in (main, *ready)
    ]
    turns = chain.from_iterable(zip_longest(*handfuls))  # each engine's first, then its second …
    yield from islice(filter(None, turns), _N_VOICES)


def _of_named_engine(given: str, language: str, engines: Engines) -> tuple[Engine, str] | None:
    """The engine and the voice that ENGINE:VOICE means; None for what names no engine.

    Raises:
        UnknownNameError: the engine has no such voice, or does not speak the language.
        MissingError: the engine cannot be used.
    """
    name, colon, voice = (part.strip() for part in given.partition(":"))
    if not colon or name not in engines.names:
        return None
    engine = engines.main(name, language)
    voice = voice or engine.default_voice(language)
    engine.check_voice(Voice(name, voice, language))
    return engine, voice


def _engine_with(name: str, language: str, main: Engine, engines: Engines) -> Engine:
    """The main engine if it has a voice, else the first that does.

    Raises:
        UnknownNameError: the main engine's, where nobody has it.
    """
    try:
        main.check_voice(Voice(main.name, name, language))
        return main
    except UnknownNameError:
        for engine in _ready(language, engines):
            with suppress(MissingError, UnknownNameError):
                engine.check_voice(Voice(engine.name, name, language))
                return engine
        raise


def _ready(language: str, engines: Engines) -> Iterator[Engine]:
    """All engines that speak a language and can be used now, but for that of the tests."""
    for name in engines.names:
        if name != _FOR_TESTS and _is_ready(name, language, engines):
            yield engines.load(name)


def _is_ready(name: str, language: str, engines: Engines) -> bool:
    try:
        if not engines.is_set_up(name):
            return False
        engine = engines.load(name)
        with blaming(name, engine):
            engine.default_voice(language)
            engine.check_ready()
    except (MissingError, UnknownNameError):
        return False
    return True


def _handful(engine: Engine, language: str) -> Iterator[VoiceInfo]:
    """The voices of an engine for a language: the default one, then others, the genders in turn."""
    name = engine.default_voice(language)
    first = _info(engine, name, language)
    others = ensemble(engine, name, language)
    women = [info for info in others if info.gender == "female"]
    men = [info for info in others if info.gender == "male"]
    in_turn = filter(None, chain.from_iterable(zip_longest(women, men)))
    languages = (primary(language), EVERY_LANGUAGE)
    dialects = (info for info in engine.voices() if primary(info.language) in languages)
    known = {name: first}
    for info in in_turn if others else dialects:
        known.setdefault(info.name, info)
    yield from known.values()


def _info(engine: Engine, name: str, language: str) -> VoiceInfo:
    """What is known of a voice; of one that is not listed, its name."""
    known = [info for info in engine.voices() if info.name == name]
    known += [info for info in ensemble(engine, name, language) if info.name == name]
    same = [info for info in known if primary(info.language) == primary(language)]
    return next(iter(same or known), VoiceInfo(name, language))


def _warnings_to(listen: Listener) -> Listener:
    """A listener that passes on only what a user should know."""

    def hear(event: Event) -> None:
        if isinstance(event, Warned):
            listen(event)

    return hear


def _slug(engine: str, voice: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{engine} {voice}".casefold()).strip("-")[:60]
