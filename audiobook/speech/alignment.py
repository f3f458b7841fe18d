"""Words are found in speech by laying other speech of them along it, whose words are known.

    clip ──────▶ frames ─┐
                         ├─ without long pauses ─ warp ─▶ frame for frame ─▶ words of the clip
    reference ─▶ frames ─┘                                    ▲
        └───────────────── words of the reference ────────────┘

Nothing in it hangs on a language: the reference engine brings what is known of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from audiobook.errors import SpeechError, UnknownNameError
from audiobook.speech.dtw import Warp, mean_rank, warp
from audiobook.speech.engine import Engine, taken
from audiobook.speech.mfcc import HOP_MS, deltas, frames_of, highest_hz
from audiobook.speech.word_spans import word_spans
from audiobook.utterance import Clip, Utterance, Voice, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ALIGNMENT_VERSION", "is_timed", "timed"]

ALIGNMENT_VERSION = 2
"""Another number when the same clips give other words."""

_FAINT_DB = 35.0  # below its loud frames, a clip is silent
_FAINT_SHARE = 0.35  # or nearer to its faintest frames than this, where it has noise
_PAUSE_FRAMES = 6  # what is left of a longer silence
_NEAR_FRAMES = 5
"""A word found so near to the end of a pause begins there."""

_SCALES = (0.85, 1.0, 1.1)
"""Lengths of vocal tract to try, from a woman's to a man's, as Lee and Rose do: "A frequency
warping approach to speaker normalization", IEEE Transactions on Speech and Audio Processing 6
(1998), 49–60."""
_DELTA_WEIGHT = 0.7
_MOST_DEVIATIONS = 4.0

_BAND_SHARE = 0.15  # of the clip, by which the rate of one part may differ from that of the rest
_LEAST_BAND_MS, _MOST_BAND_MS = 1_000, 10_000

_MOST_S = 300.0
"""A longer clip is not compared: that takes some 50 ms for each second of it, and room likewise."""
_MOST_TIMES_AS_LONG = 3.0
"""Nor is one that differs more in length from the other: one of the two spells what the other reads
as a word, say."""

_RANK_OF_OTHER_WORDS = 0.2
"""The mean rank where the speech is of other words, by measurement: the best way through chance."""


def is_timed(clip: Clip, text: str) -> bool:
    """Whether a clip of a text has a time for each word of it.

    One that was made when words were parted otherwise may have times of longer stretches.
    """
    return {(word.start, word.end) for word in clip.words}.issuperset(word_spans(text))


def timed(clip: Clip, utterance: Utterance, voice: Voice, reference: Engine) -> Clip:
    """A clip with a time for each of its words: its own, where it has them, else found.

    They are found in speech of the same words by another engine. The confidence tells how like
    the two are: 1 where each sound goes with the one that it is most like, 0 where they are no
    more alike than speech of different words. It is 0, and the words are spread over the sound
    by their lengths, where there is nothing to compare: in silence, if the reference cannot speak
    the language or the text, or speaks it in quite another length, and in clips over five minutes.

    Args:
        clip: the speech.
        utterance: what is spoken in it, as its engine was given it.
        voice: who speaks; only the language matters.
        reference: an engine that times words, such as espeak-ng.

    Returns:
        The clip with each word of the text, as `word_spans` parts it; in order, none earlier than
        the one before, all within the clip.

    Raises:
        MissingError: the reference cannot be used at all.
    """
    spans = word_spans(utterance.text)
    if is_timed(clip, utterance.text):
        return clip
    found = None
    if clip.duration_s <= _MOST_S:
        spoken = _spoken_by(reference, utterance, voice.language)
        found = spoken and _aligned(clip, spoken, [start for start, _ in spans])
    onsets_ms, confidence = found or (_spread(clip, spans), 0.0)
    last_ms = 1000 * (len(clip.samples) - 1) / clip.sample_rate
    inside_ms = np.clip(np.maximum.accumulate(onsets_ms), 0, last_ms).tolist()
    words = tuple(Word(*span, onset_ms) for span, onset_ms in zip(spans, inside_ms, strict=True))
    return replace(clip, words=words, words_by="aligned", words_confidence=confidence)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is listened to in a clip."""

    features: NDArray[np.float32]
    """Cepstra of all frames, of mean 0 and variance 1 where there is sound: (frames, cepstra)."""
    sounds: NDArray[np.bool_]
    """Which frames are not silent."""
    kept: NDArray[np.int64]
    """Those that are compared, ascending: all but the middles of long silences."""


def _spoken_by(reference: Engine, utterance: Utterance, language: str) -> Clip | None:
    """Speech of the same words with their times; None where the reference has none to give."""
    given = taken(utterance, reference.limits)
    try:
        voice = Voice(reference.name, reference.default_voice(language), language)
        spoken = reference.synthesise(given, voice)
    except (UnknownNameError, SpeechError):
        return None
    return spoken if spoken.words else None


def _spread(clip: Clip, spans: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Onsets by the lengths of the words, from the first sound to the last."""
    heard = _heard(clip, highest_hz(clip.sample_rate))
    sounding = np.flatnonzero(heard.sounds)
    first, last = (sounding[0], sounding[-1] + 1) if sounding.size else (0, len(heard.sounds))
    lengths = np.cumsum([0, *(stop - start for start, stop in spans)], dtype=np.float64)
    return np.asarray(HOP_MS * (first + (last - first) * lengths[:-1] / lengths[-1]))


def _aligned(
    clip: Clip, reference: Clip, starts: Sequence[int]
) -> tuple[NDArray[np.float64], float] | None:
    """Onsets of the words that start there in the text, in milliseconds, and the confidence.

    None where the clips are of too different lengths to be speech of the same words.
    """
    most_hz = highest_hz(clip.sample_rate, reference.sample_rate)
    heard = _heard(clip, most_hz)
    others = [_heard(reference, most_hz, scale) for scale in _SCALES]
    if not _are_of_a_length(heard, others[_SCALES.index(1.0)]):
        return None
    features = _rows(heard, len(heard.kept))
    half_band = _half_band(len(heard.kept))
    warps: list[tuple[Warp, _Heard, NDArray[np.float32]]] = []
    for other in others:
        rows = _rows(other, len(heard.kept))
        warps.append((warp(features, rows, half_band), other, rows))
    found, other, rows = min(warps, key=lambda candidate: candidate[0].distance)
    known_ms = [word.onset_ms for word in reference.words]
    spoken_ms = np.interp(starts, [word.start for word in reference.words], known_ms)
    onsets_ms = [_carried_over(onset_ms, other, heard, found) for onset_ms in spoken_ms]
    rank = mean_rank(features, rows, half_band, found)
    alike = max(1 - rank / _RANK_OF_OTHER_WORDS, 0.0) if heard.sounds.any() else 0.0
    return np.array(onsets_ms), alike * reference.words_confidence


def _are_of_a_length(heard: _Heard, other: _Heard) -> bool:
    """Whether two clips may well be speech of the same words, their silences left aside."""
    lengths = len(heard.kept), len(other.kept)
    return max(lengths) <= _MOST_TIMES_AS_LONG * min(lengths)


def _heard(clip: Clip, most_hz: float, scale: float = 1.0) -> _Heard:
    frames = frames_of(clip.samples, clip.sample_rate, most_hz, scale)
    sounds = _sounds(frames.level_db)
    counted = frames.cepstra[sounds] if sounds.any() else frames.cepstra
    deviation = np.maximum(counted.std(axis=0), 1e-3)
    features = (frames.cepstra - counted.mean(axis=0)) / deviation
    limited = np.clip(features, -_MOST_DEVIATIONS, _MOST_DEVIATIONS).astype(np.float32)
    return _Heard(limited, sounds, _without_long_silences(sounds))


def _sounds(level_db: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which frames are not silent, as loud and as noisy as the clip is."""
    faint, loud = np.percentile(level_db, [5, 95])
    return np.asarray(level_db > max(loud - _FAINT_DB, faint + _FAINT_SHARE * (loud - faint)))


def _without_long_silences(sounds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The frames that are near to a sound; all of them where there is none.

    So pauses are of one length, or of none, in both clips, be they at a comma or at an end.
    """
    reach = _PAUSE_FRAMES // 2
    near = np.convolve(sounds, np.ones(2 * reach + 1), mode="full")[reach : len(sounds) + reach] > 0
    return np.flatnonzero(near if sounds.any() else ~sounds)


def _rows(heard: _Heard, n: int) -> NDArray[np.float32]:
    """What is compared of each frame, brought to n frames: so much for the mean rate of speech."""
    kept = heard.features[heard.kept]
    at = np.linspace(0, len(kept) - 1, n)
    resampled = np.stack([np.interp(at, np.arange(len(kept)), row) for row in kept.T], axis=1)
    cepstra = resampled.astype(np.float32)
    slopes = deltas(cepstra)
    slopes *= _DELTA_WEIGHT / max(float(slopes.std()), 1e-3)
    return np.concatenate([cepstra, slopes], axis=1)


def _half_band(n: int) -> int:
    band_ms = np.clip(_BAND_SHARE * n * HOP_MS, _LEAST_BAND_MS, _MOST_BAND_MS)
    return int(band_ms / HOP_MS)


def _carried_over(onset_ms: float, reference: _Heard, clip: _Heard, found: Warp) -> float:
    """When a word of the reference begins in the clip, in milliseconds."""
    n = len(clip.kept)
    frame = _next_sound(reference.sounds, round(onset_ms / HOP_MS))
    at = np.searchsorted(reference.kept, frame) * (n - 1) / max(len(reference.kept) - 1, 1)
    row = min(int(np.searchsorted(found.places, at - 0.25)), n - 1)
    begun = _refined(clip.sounds, int(clip.kept[row]))
    return (begun - 0.5) * HOP_MS  # it is the first frame that is more in the word than before it


def _refined(sounds: NDArray[np.bool_], frame: int) -> int:
    """No word begins in silence, and the first after a pause where the pause ends."""
    for near in sorted(range(-_NEAR_FRAMES, _NEAR_FRAMES + 1), key=abs):
        before = sounds[max(frame + near - _PAUSE_FRAMES, 0) : max(frame + near, 0)]
        if 0 <= frame + near < len(sounds) and sounds[frame + near] and not before.any():
            return frame + near
    return _next_sound(sounds, frame)


def _next_sound(sounds: NDArray[np.bool_], frame: int) -> int:
    """The first frame from there on that is not silent; that frame where there is none."""
    ahead = sounds[frame:]
    return frame + int(ahead.argmax()) if ahead.any() else min(frame, len(sounds) - 1)
