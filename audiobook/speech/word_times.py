"""When the words of a kept clip are heard: found when somebody asks, and kept from then on.

Builds that need no times pay nothing for them: speaking does not align.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from audiobook.errors import LostError
from audiobook.speech.alignment import ALIGNMENT_VERSION, is_timed, timed
from audiobook.speech.engine import Engine, excerpt
from audiobook.speech.synthesis import load_clip
from audiobook.store import Store, digest
from audiobook.utterance import Clip, Utterance, Voice, Word

__all__ = ["WordTimes", "words_of"]

_KIND = "words"
_FORMAT = 1  # raised when the bytes below change


@dataclass(frozen=True, slots=True)
class WordTimes:
    """When the words of a clip are heard, and how that is known."""

    words: tuple[Word, ...]
    """Each word of the utterance, in order; () where it has none."""
    method: str
    """"engine" where the engine that spoke told it, "aligned" where it was found."""
    confidence: float
    """How sure it is, 0 to 1; see `timed` for what is found."""


def words_of(
    store: Store, clip_key: str, utterance: Utterance, voice: Voice, reference: Engine
) -> WordTimes:
    """When the words of a clip are heard. What its engine told costs no more than reading it.

    What is found is kept by the clip's key, the language, the reference's version and the
    aligner's, and so is found once.

    Args:
        store: has the clip, and gets what is found.
        clip_key: as in `SpokenLine`.
        utterance: what is spoken in it; see `utterance_of`.
        voice: who speaks.
        reference: an engine that times words; made use of only where the clip's own did not.

    Raises:
        LostError: the clip is not in the store.
        MissingError: the reference is needed and cannot be used at all.
        OutputError: the store cannot be written.
    """
    clip = load_clip(store, clip_key)
    if clip is None:
        raise LostError(f"the speech of {excerpt(utterance.text)} has gone from the store")
    if is_timed(clip, utterance.text):
        return _times(clip)
    by = (reference.name, reference.version, voice.language)
    key = digest(_FORMAT, ALIGNMENT_VERSION, clip_key, by)
    if kept := _unpacked(store.get(_KIND, key)):
        return kept
    found = _times(timed(clip, utterance, voice, reference))
    store.put(_KIND, key, _packed(found))
    return found


def _times(clip: Clip) -> WordTimes:
    return WordTimes(clip.words, clip.words_by, clip.words_confidence)


def _packed(times: WordTimes) -> bytes:
    words = [(word.start, word.end, word.onset_ms) for word in times.words]
    facts = {"words": words, "method": times.method, "confidence": times.confidence}
    return json.dumps(facts).encode()


def _unpacked(value: bytes | None) -> WordTimes | None:
    try:
        facts = json.loads(value or b"")
        words = tuple(Word(int(a), int(b), float(onset_ms)) for a, b, onset_ms in facts["words"])
        return WordTimes(words, str(facts["method"]), float(facts["confidence"]))
    except (ValueError, TypeError, KeyError):
        return None
