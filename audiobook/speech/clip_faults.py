"""What can be wrong with a clip, whichever engine gave it: looked for before it is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audiobook.errors import AudiobookError, SpeechError
from audiobook.plugins import said
from audiobook.speech.engine import Engine, excerpt, nothing_said
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Clip, Utterance, Voice, Word

__all__ = ["SAMPLE_RATES_HZ", "sound_fault", "synthesised", "words_fault"]

SAMPLE_RATES_HZ = range(4_000, 192_001)
"""Sample rates that speech may have."""


def sound_fault(clip: object) -> str | None:
    """What keeps an engine's clip from being used, said of the engine; None if nothing does.

    Silence is nothing wrong here.
    """
    if not isinstance(clip, Clip):
        return f"gives no clip, but {type(clip).__name__},"
    rate, samples = clip.sample_rate, clip.samples
    if samples.dtype != np.int16 or samples.ndim != 1:
        return f"gives samples that are not mono int16, but {samples.dtype} {samples.shape},"
    if not isinstance(rate, int) or rate not in SAMPLE_RATES_HZ:
        return f"gives a sample rate of {rate}"
    return _label_fault(clip)


def _label_fault(clip: Clip) -> str | None:
    """What is wrong with what a clip says of itself; a list is as good as a tuple."""
    for name, kind in (("words", Word), ("warnings", str)):
        values = getattr(clip, name)
        if not isinstance(values, tuple | list):
            return f"gives {name} that are no tuple, but {type(values).__name__},"
        if others := [value for value in values if not isinstance(value, kind)]:
            return f"gives {name} of kind {type(others[0]).__name__}"
    if not isinstance(clip.words_by, str):
        return f"gives words_by of kind {type(clip.words_by).__name__}"
    return None


def words_fault(clip: Clip, text: str) -> str | None:
    """What is wrong with the times of a clip's words, said of the words; None if nothing is.

    Where it has any, each word of the text is there once, in order, and begins in the clip.
    """
    if not clip.words:
        return None
    spans = [(word.start, word.end) for word in clip.words]
    onsets_ms = [word.onset_ms for word in clip.words]
    missing = sorted(set(word_spans(text)) - set(spans))
    is_inside = all(0 <= onset_ms < 1000 * clip.duration_s for onset_ms in onsets_ms)
    faults = {
        "come twice, or out of order": spans != sorted(set(spans)),
        f"have no time: {missing}": bool(missing),
        "begin outside the clip": not is_inside,
        "go back in time": onsets_ms != sorted(onsets_ms),
        f"have a confidence of {clip.words_confidence}": not 0 <= clip.words_confidence <= 1,
    }
    return next((fault for fault, is_there in faults.items() if is_there), None)


def synthesised(engine: Engine, utterance: Utterance, voice: Voice) -> Clip:
    """What an engine says, seen to be speech; times of words that cannot be are left out.

    Raises:
        AudiobookError: what the engine raises; in place of what is not ours, a SpeechError.
        SpeechError: what it gives is no speech.
    """
    text = utterance.text
    try:
        clip = engine.synthesise(utterance, voice)
        if fault := sound_fault(clip):
            raise _failed(engine, fault, text)
        if not clip.samples.any():
            raise nothing_said(engine.name, text)
        if words_fault(clip, text):
            warning = f"{engine.name} tells times of words that cannot be: they are left out"
            return replace(clip, words=(), warnings=(*clip.warnings, warning))
    except AudiobookError:
        raise
    except (Exception, SystemExit) as error:  # of an engine of others', or of a library
        raise _failed(engine, f"fails with {type(error).__name__} ({said(error)})", text) from error
    return clip


def _failed(engine: Engine, fault: str, text: str) -> SpeechError:
    """The error of an engine that does what no engine may."""
    return SpeechError(
        f"{engine.name} {fault} for {excerpt(text)}",
        hint="the fault is the engine's; what is spoken is kept",
    )
