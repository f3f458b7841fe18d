"""What every engine must do, as checks that run against any: ours, and those of others.

A test of an engine is one line::

    check_engine(MyEngine)

or one for each promise, with pytest::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_contract(check: Check) -> None:
        with subject_of(MyEngine) as subject:
            check(subject)
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from audiobook.errors import AudiobookError, SpeechError, UnknownNameError
from audiobook.language_tags import EVERY_LANGUAGE, is_language_tag
from audiobook.plugins import told
from audiobook.speech.clip_faults import sound_fault, words_fault
from audiobook.speech.engine import (
    AGES,
    QUALITIES,
    CountsRequests,
    Engine,
    FollowsInPart,
    HasPlace,
    HasVoiceVersions,
    VoiceInfo,
    checked,
    excerpt,
)
from audiobook.utterance import GENDERS, Clip, Delivery, Pronunciation, Utterance, Voice

__all__ = [
    "CHECKS",
    "BrokenPromiseError",
    "Check",
    "Subject",
    "accepts_each_voice_it_lists",
    "bears_any_characters",
    "bears_more_than_it_takes",
    "bears_phonemes",
    "check_engine",
    "follows_deliveries",
    "follows_rate_and_pitch_as_it_can",
    "follows_what_it_says_it_does",
    "has_a_default_voice_that_it_lists",
    "is_ready",
    "may_be_closed_twice",
    "may_be_closed_while_it_speaks",
    "refuses_a_language_it_lacks",
    "refuses_a_text_without_words",
    "refuses_a_voice_it_lacks",
    "says_the_same_again",
    "speaks",
    "speaks_as_much_as_it_takes",
    "subject_of",
    "tells_by_choice_what_fits",
    "tells_what_it_is",
]

_SENTENCES = (
    "He felt alive.",
    "A band, blending folk with modern styles?",
    "The tar had 1,234 strings.",
    "“Well,” said Dr. Lee — and left.",
)
_WORDLESS = ("", " ", "...", "—", "“?!”")
_ODD = (
    "nul \0 and bell \a",
    "half a pair \ud83d",
    "🎵 song 🎵",
    "a\u202eb c",
    "שלום and مرحبا",
    "cafe\u0301, \u200bnot\u2060 [[x]] <b>&amp;</b> \\",
)
_NO_LANGUAGE = "tlh"  # Klingon, which ISO 639-2 knows
_MOST_THREADS = 8
_CLOSED_WITHIN_S = 10.0


class BrokenPromiseError(AssertionError):
    """An engine does not do what its protocol says."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An engine under test."""

    make: Callable[[], Engine]
    """Makes another of its kind."""
    engine: Engine
    """One that is open, for all checks that leave it so."""
    language: str
    """BCP 47 tag of one that it speaks."""

    def voice(self, *, rate: float = 1.0, pitch: float = 1.0) -> Voice:
        """Its default voice."""
        name = self.engine.default_voice(self.language)
        return Voice(self.engine.name, name, self.language, rate, pitch)

    def speak(
        self,
        text: str,
        voice: Voice | None = None,
        *sounds: Pronunciation,
        deliveries: tuple[Delivery, ...] = (),
    ) -> Clip:
        """What it says, seen to be a sound clip."""
        clip = self.engine.synthesise(Utterance(text, sounds, deliveries), voice or self.voice())
        _check_clip(clip, text)
        return clip


Check: TypeAlias = Callable[[Subject], None]
"""Raises BrokenPromiseError when a promise is not kept."""


@contextmanager
def subject_of(make: Callable[[], Engine], language: str = "en") -> Generator[Subject]:
    """An engine made ready to be checked, and closed at the end."""
    with closing(make()) as engine:
        yield Subject(make, engine, language)


def check_engine(make: Callable[[], Engine], language: str = "en") -> None:
    """Hold an engine to all that `audiobook.speech.engine.Engine` promises.

    Args:
        make: makes one, without arguments.
        language: BCP 47 tag of a language that it speaks.

    Raises:
        BrokenPromiseError: it breaks promises; the message has a line for each.
    """
    broken = []
    with subject_of(make, language) as subject:
        for check in CHECKS:
            try:
                check(subject)
            except Exception as error:  # whatever it is, it should not have come out
                broken.append(f"{check.__name__}: {told(error)}")
    if broken:
        raise BrokenPromiseError("\n".join(broken))


def tells_what_it_is(subject: Subject) -> None:
    """A name, a version that stays, limits that make sense."""
    engine, limits = subject.engine, subject.engine.limits
    checked(engine, engine.name)
    _promise(_is_text(engine.name), "it has no name")
    _promise(_is_text(engine.version), "its version is no text")
    with closing(subject.make()) as other:
        _promise(other.version == engine.version, "two of it have two versions")
    _promise(limits.pace_s >= 0, "its pace is below 0")
    _promise(limits.packed is None or limits.packed > 0, "it has nothing put together")


def tells_by_choice_what_fits(subject: Subject) -> None:
    """Its place, its requests and the versions of its voices, where it tells them."""
    engine = subject.engine
    if isinstance(engine, HasPlace):
        _promise(_is_text(engine.place()), "its place is no text")
    if isinstance(engine, HasVoiceVersions):
        version = engine.voice_version(subject.voice())
        _promise(_is_text(version), f"the version of a voice is {version!r}")
    if isinstance(engine, CountsRequests):
        n_requests = engine.n_requests(_SENTENCES[0])
        is_count = isinstance(n_requests, int) and n_requests >= 0
        _promise(is_count, f"{excerpt(_SENTENCES[0])} costs {n_requests} requests")


def is_ready(subject: Subject) -> None:
    """It says that it works before it does."""
    subject.engine.check_ready()


def accepts_each_voice_it_lists(subject: Subject) -> None:
    """Voices are listed in a fixed order, each once, and can all be used."""
    engine = subject.engine
    voices = engine.voices()
    with closing(subject.make()) as other:
        _promise(engine.voices() == voices == other.voices(), "its voices change their order")
    keys = {(info.name, info.language) for info in voices}
    _promise(len(keys) == len(voices) > 0, "it lists no voices, or one twice")
    for info in voices:
        _check_info(info)
        engine.check_voice(Voice(engine.name, info.name, info.language))


def has_a_default_voice_that_it_lists(subject: Subject) -> None:
    """The default voice of a language, and of its dialects, is one of those listed."""
    engine = subject.engine
    names = {info.name for info in engine.voices()}
    for language in (subject.language, f"{subject.language}-001"):
        name = engine.default_voice(language)
        _promise(name in names, f'its default voice "{name}" for {language} is not listed')
        engine.check_voice(Voice(engine.name, name, language))


def refuses_a_voice_it_lacks(subject: Subject) -> None:
    """UnknownNameError, of the voice."""
    voice = Voice(subject.engine.name, "nobody at all", subject.language)
    _must_be_unknown("voice", lambda: subject.engine.check_voice(voice))


def refuses_a_language_it_lacks(subject: Subject) -> None:
    """UnknownNameError, of the language, unless it speaks every one."""
    engine = subject.engine
    if any(info.language == EVERY_LANGUAGE for info in engine.voices()):
        return
    voice = Voice(engine.name, subject.voice().name, _NO_LANGUAGE)
    _must_be_unknown("language", lambda: engine.default_voice(_NO_LANGUAGE))
    _must_be_unknown("language", lambda: engine.check_voice(voice))


def speaks(subject: Subject) -> None:
    """Sentences become clips of a likely length."""
    for text in _SENTENCES:
        duration_s = subject.speak(text).duration_s
        _promise(0.1 < duration_s < 30, f"{excerpt(text)} lasts {duration_s:.1f} s")


def speaks_as_much_as_it_takes(subject: Subject) -> None:
    """A text of `limits.characters` is spoken to its end."""
    half, whole = (
        subject.speak(("seven " * n)[:n].strip()).duration_s
        for n in (subject.engine.limits.characters // 2, subject.engine.limits.characters)
    )
    _promise(whole > 1.5 * half, f"half of its limit lasts {half:.1f} s, the whole {whole:.1f} s")


def bears_more_than_it_takes(subject: Subject) -> None:
    """A text over the limit is spoken or refused, in order."""
    _speak_or_refuse(subject, "seven " * subject.engine.limits.characters)


def follows_rate_and_pitch_as_it_can(subject: Subject) -> None:
    """The bounds of rate and pitch are borne, and slower speech is no shorter."""
    slow, fast = (subject.speak(_SENTENCES[0], subject.voice(rate=r)).duration_s for r in (0.5, 2))
    _promise(slow > 0.95 * fast, f"slow speech lasts {slow:.2f} s, fast {fast:.2f} s")
    for pitch in (0.5, 2.0):
        subject.speak(_SENTENCES[0], subject.voice(pitch=pitch))


def follows_what_it_says_it_does(subject: Subject) -> None:
    """A voice as it is heard, where an engine tells that, sounds as the one that was asked for."""
    engine = subject.engine
    if not isinstance(engine, FollowsInPart):
        return
    for rate, pitch in ((1.0, 1.0), (0.5, 2.0), (1.1, 1.0), (2.0, 0.5)):
        asked = subject.voice(rate=rate, pitch=pitch)
        heard = engine.heard(asked)
        _promise(isinstance(heard, Voice), f"a voice is heard as {heard!r}")
        _promise(engine.heard(heard) == heard, f"{heard} is heard as yet another voice")
        if not engine.needs_network:
            one, other = (subject.speak(_SENTENCES[0], voice).samples for voice in (asked, heard))
            _promise(np.array_equal(one, other), f"{asked} is not heard as {heard}")


def says_the_same_again(subject: Subject) -> None:
    """The same samples for the same utterance, whatever was said before and is said beside it.

    What comes over a network may be changed at its other end, so there the sound is free.
    """
    first = [subject.speak(text) for text in _SENTENCES]
    n_threads = min(subject.engine.limits.at_once, _MOST_THREADS)
    with ThreadPoolExecutor(n_threads) as threads:
        again = list(threads.map(subject.speak, _SENTENCES[::-1] * 3))
    with subject_of(subject.make, subject.language) as fresh:
        again.append(fresh.speak(_SENTENCES[-1]))
    if not subject.engine.needs_network:
        for one, other in zip([*first[::-1] * 3, first[-1]], again, strict=True):
            _promise(np.array_equal(one.samples, other.samples), "its samples differ")
            _promise(one.words == other.words, "its word timings differ")


def refuses_a_text_without_words(subject: Subject) -> None:
    """SpeechError for white space and punctuation."""
    for text in _WORDLESS:
        try:
            subject.speak(text)
        except SpeechError:
            continue
        raise BrokenPromiseError(f"it speaks {excerpt(text)}, which says nothing")


def bears_any_characters(subject: Subject) -> None:
    """Control characters, halves of characters, markup and any script: spoken, if only in part."""
    for text in _ODD:
        subject.speak(text)


def bears_phonemes(subject: Subject) -> None:
    """Phonemes are heard where it takes them; those that make no sense do not stop it."""
    text = "I read it aloud."
    read, led = (subject.speak(text, None, Pronunciation(2, 6, ipa)) for ipa in ("riːd", "ˈlɛd"))
    for ipa in ("", " ", "ʘǂ\u035c", "]] <x> [[", "x" * 500, "\0\ud83d"):
        subject.speak(text, None, Pronunciation(2, 6, ipa))
    if subject.engine.limits.takes_ipa:
        _promise(not np.array_equal(read.samples, led.samples), "phonemes are not heard")


def follows_deliveries(subject: Subject) -> None:
    """A slow stretch takes longer where it takes deliveries; text beside one is text."""
    text = "I read <b>it</b> & left."
    slow = subject.speak(text, deliveries=(Delivery(2, 6, "strong", "x-slow", "high", "soft"),))
    if subject.engine.limits.takes_delivery:
        plain = subject.speak(text)
        longer_s = slow.duration_s - plain.duration_s
        _promise(longer_s > 0, f"a stretch spoken slowly takes {longer_s:.2f} s more")


def may_be_closed_twice(subject: Subject) -> None:
    """Closed after it has spoken, closed again, and before it ever spoke."""
    with subject_of(subject.make, subject.language) as fresh:
        fresh.speak(_SENTENCES[0])
        fresh.engine.close()
    subject.make().close()


def may_be_closed_while_it_speaks(subject: Subject) -> None:
    """What it was asked ends soon after `close`, with a clip or an error of ours."""
    with (
        ThreadPoolExecutor(1) as threads,
        subject_of(subject.make, subject.language) as fresh,
    ):
        long = ("seven " * fresh.engine.limits.characters)[: fresh.engine.limits.characters]
        speaking: Future[None] = threads.submit(_speak_or_refuse, fresh, long.strip())
        fresh.engine.close()
        speaking.result(_CLOSED_WITHIN_S)
        _speak_or_refuse(fresh, _SENTENCES[0])


CHECKS: tuple[Check, ...] = (
    tells_what_it_is,
    tells_by_choice_what_fits,
    is_ready,
    accepts_each_voice_it_lists,
    has_a_default_voice_that_it_lists,
    refuses_a_voice_it_lacks,
    refuses_a_language_it_lacks,
    speaks,
    speaks_as_much_as_it_takes,
    bears_more_than_it_takes,
    follows_rate_and_pitch_as_it_can,
    follows_what_it_says_it_does,
    says_the_same_again,
    refuses_a_text_without_words,
    bears_any_characters,
    bears_phonemes,
    follows_deliveries,
    may_be_closed_twice,
    may_be_closed_while_it_speaks,
)
"""All of them."""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _promise(kept: bool, what: str) -> None:
    if not kept:
        raise BrokenPromiseError(what)


def _speak_or_refuse(subject: Subject, text: str) -> None:
    try:
        subject.speak(text)
    except AudiobookError:
        return


def _must_be_unknown(kind: str, act: Callable[[], object]) -> None:
    try:
        act()
    except UnknownNameError as error:
        _promise(error.kind == kind, f'an unknown {kind} is called an unknown "{error.kind}"')
        return
    raise BrokenPromiseError(f"an unknown {kind} is not refused")


def _check_info(info: VoiceInfo) -> None:
    fields = {
        "language": is_language_tag(info.language),
        "gender": info.gender in (None, *GENDERS),
        "age": info.age in (None, *AGES),
        "quality": info.quality in (None, *QUALITIES),
    }
    for name, is_right in fields.items():
        _promise(is_right, f'the {name} of voice "{info.name}" is {getattr(info, name)!r}')


def _check_clip(clip: Clip, text: str) -> None:
    sound = sound_fault(clip)
    _promise(sound is None, f"it {sound} for {excerpt(text)}")
    _promise(bool(clip.samples.any()), f"it says nothing for {excerpt(text)}")
    words = words_fault(clip, text)
    _promise(words is None, f"words of {excerpt(text)} {words}")
