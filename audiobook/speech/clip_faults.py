"""What can be wrong with a clip, whichever engine gave it: looked for before it is kept."""

from __future__ import annotations

import numpy as np

from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Clip

__all__ = ["SAMPLE_RATES_HZ", "sound_fault", "words_fault"]

SAMPLE_RATES_HZ = range(4_000, 192_001)
"""Sample rates that speech may have."""


def sound_fault(clip: object) -> str | None:
    """What is wrong with the sound that an engine gave, said of the engine; None if nothing is.

    Silence is nothing wrong here.
    """
    if not isinstance(clip, Clip):
        return f"gives no clip, but {type(clip).__name__},"
    rate, samples = clip.sample_rate, clip.samples
    if samples.dtype != np.int16 or samples.ndim != 1:
        return f"gives samples that are not mono int16, but {samples.dtype} {samples.shape},"
    if not isinstance(rate, int) or rate not in SAMPLE_RATES_HZ:
        return f"gives a sample rate of {rate}"
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
