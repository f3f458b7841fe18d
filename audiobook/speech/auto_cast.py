"""Voices for speakers who have none of their own, from what an engine offers.

The same script and engine give the same voices, and a small edit leaves them as they are: every
speaker prefers voices in an order of their own, told by a digest of both names, and those with
much to say choose first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from audiobook.language_tags import EVERY_LANGUAGE, primary
from audiobook.speech.engine import Engine, VoiceInfo

__all__ = ["HasEnsemble", "Speaker", "auto_cast", "ensemble"]

_MOST_VOICES = 12
"""More than that a listener does not tell apart."""
_N_LEADS = 4
"""How many of the main speakers share their voice with nobody."""

_OLD = re.compile(r"\b(?:old|grand\w*|granny|aged|elderly)\b", re.I)
_CHILD = re.compile(r"\b(?:little|child|boy|girl|baby|young master)\b", re.I)


@runtime_checkable
class HasEnsemble(Protocol):
    """An engine that knows better than its list of voices which are fit for one cast."""

    def ensemble(self, voice: str) -> tuple[VoiceInfo, ...]:
        """Voices that can be told apart, in a fixed order, for speakers beside a narrator.

        Args:
            voice: the narrator's.
        """


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who speaks in a story."""

    name: str
    """As the script names them."""
    n_words: int
    """How much they say."""
    gender: str | None = None
    """"female" or "male", where it is known."""


def ensemble(engine: Engine, voice: str, language: str) -> tuple[VoiceInfo, ...]:
    """The voices of an engine that may be given out beside a narrator's.

    An engine that does not say who sounds female and who male offers none.

    Args:
        engine: whose voices.
        voice: the narrator's, which is kept apart.
        language: BCP 47 tag of what is spoken.
    """
    offered = engine.ensemble(voice) if isinstance(engine, HasEnsemble) else engine.voices()
    languages = (primary(language), EVERY_LANGUAGE)
    return tuple(
        info
        for info in offered
        if info.gender and info.name != voice and primary(info.language) in languages
    )


def auto_cast(
    speakers: Collection[Speaker], offered: Sequence[VoiceInfo], taken: Collection[str] = ()
) -> dict[str, str]:
    """Give everybody the name of a voice of their gender and, as far as it goes, their age.

    The main speakers get one each; when a gender has no free voice left, the rest share those of
    its lesser speakers.

    Args:
        speakers: who needs a voice.
        offered: from `ensemble`.
        taken: names of voices that others have already.

    Returns:
        Names of voices by names of speakers; nobody is left out unless no voice is offered at all.
    """
    used = set(taken)
    given: dict[str, str] = {}
    for speaker in sorted(speakers, key=_rank):
        fitting = [info for info in offered if speaker.gender in (None, info.gender)] or offered
        wanted = [info for info in fitting if info.name not in used]
        if not wanted or len(set(given.values())) >= _MOST_VOICES:
            shared = list(given.values())[_N_LEADS:]
            wanted = [info for info in fitting if info.name in shared]
        if choice := min(
            wanted or fitting, key=lambda info: _preference(speaker, info), default=None
        ):
            given[speaker.name] = choice.name
            used.add(choice.name)
    return given


def _rank(speaker: Speaker) -> tuple[int, bytes]:
    """Who chooses first: whoever has clearly more to say, so that a few words change nothing."""
    return -speaker.n_words.bit_length(), _digest(speaker.name)


def _preference(speaker: Speaker, info: VoiceInfo) -> tuple[bool, bytes]:
    age = (
        "old" if _OLD.search(speaker.name) else "child" if _CHILD.search(speaker.name) else "adult"
    )
    return (info.age or "adult") != age, _digest(speaker.name, info.name)


def _digest(*names: str) -> bytes:
    return hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest()
