"""A voice of Piper's, loaded: text → phonemes → sound, by the library piper-tts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import metadata
from itertools import accumulate, groupby

import numpy as np
import onnx
import piper
from numpy.typing import NDArray
from piper.const import BOS, EOS, PAD
from piper.patch_voice_with_alignment import add_alignment_output

from audiobook.speech.engines._onnx_session import open_session, runtime
from audiobook.speech.engines._phoneme_speech import Spoken
from audiobook.speech.engines._phonemes import BREAK, is_heard
from audiobook.speech.engines._piper_voices import FoundVoice

__all__ = ["PiperModel", "library_version"]


class PiperModel:
    """A voice ready to speak, by several threads at once.

    Args:
        voice: its files.
        n_threads: that one sentence may use.
        cuda: whether to use the graphics card where there is one.

    Raises:
        Exception: of the libraries', whatever they raise over files that are no voice.
    """

    def __init__(self, voice: FoundVoice, *, n_threads: int, cuda: bool) -> None:
        config = piper.PiperConfig.from_dict(json.loads(voice.config.read_bytes()))
        session = open_session(voice.model, n_threads=n_threads, cuda=cuda, change=_show_durations)
        self._voice = piper.PiperVoice(
            session=session, config=config, download_dir=voice.model.parent
        )
        # What noise is not the same each time is left out.
        self._noise = None if session.is_steady else 0.0
        self.known = frozenset(config.phoneme_id_map) - {BOS, EOS, PAD}
        self.is_on_cuda = session.is_on_cuda
        self.stop = session.stop

    def phonemise(self, text: str) -> list[str]:
        """The phonemes of a text, with `BREAK` between its sentences."""
        signs: list[str] = []
        # Two brackets would say that phonemes follow, even where they are the author's own.
        for sentence in self._voice.phonemize(text.replace("[[", "  ")):
            signs += [BREAK] * bool(signs) + list(sentence)
        return signs

    def speak(self, signs: Sequence[str], *, rate: float, speaker: int | None) -> Spoken:
        """Speak sentences, one after the other.

        Args:
            signs: their phonemes, all of them known, with `BREAK` in between.
            rate: speed, 1 being the voice's own.
            speaker: the number of who speaks; None for the voice's own choice.
        """
        how = piper.SynthesisConfig(
            speaker_id=speaker,
            length_scale=self._voice.config.length_scale / rate,
            noise_scale=self._noise,
            noise_w_scale=self._noise,
        )
        sounds: list[NDArray[np.float32]] = []
        starts: list[float] | None = []
        n_before = 0
        for is_break, group in groupby(signs, lambda sign: sign == BREAK):
            sentence = list(group)
            if is_break or not any(map(is_heard, sentence)):
                inner: NDArray[np.float64] | None = np.zeros(len(sentence))
            else:
                sound, inner = self._speak(sentence, how)
                sounds.append(sound)
            starts = None if starts is None or inner is None else [*starts, *(n_before + inner)]
            n_before = sum(map(len, sounds))
        return Spoken(int(self._voice.config.sample_rate), np.concatenate(sounds), starts)

    def _speak(
        self, signs: Sequence[str], how: piper.SynthesisConfig
    ) -> tuple[NDArray[np.float32], NDArray[np.float64] | None]:
        """The sound of one sentence, and where in it each phoneme begins."""
        ids = self._voice.phonemes_to_ids(list(signs))
        sound, durations = self._voice.phoneme_ids_to_audio(ids, how, include_alignments=True)
        sound = np.atleast_1d(sound)
        if durations is None:
            return sound, None
        return sound, self._starts(signs, np.atleast_1d(durations), len(sound))

    def _starts(
        self, signs: Sequence[str], durations: NDArray[np.int64], n_samples: int
    ) -> NDArray[np.float64] | None:
        """Where each phoneme begins, from how long each of its ids and the pads behind are."""
        ids_of = self._voice.config.phoneme_id_map
        n_pads = len(ids_of[PAD])
        counts = [len(ids_of[sign]) + n_pads for sign in signs]
        first = len(ids_of[BOS]) + n_pads
        if first + sum(counts) + len(ids_of[EOS]) != len(durations):
            return None
        edges = np.concatenate([[0.0], np.cumsum(durations)])
        places = list(accumulate(counts, initial=first))[:-1]
        starts: NDArray[np.float64] = edges[places] * (n_samples / edges[-1])
        return starts


def library_version(*, cuda: bool) -> str:
    """The versions of what the samples hang on beside the voice; see `runtime`."""
    return f"{metadata.version('piper-tts')}-{runtime(cuda=cuda)}"


def _show_durations(model: onnx.ModelProto) -> None:
    """Have a model give the length of each phoneme too, where it is known which node tells."""
    try:
        add_alignment_output(model)
    except ValueError:  # it tells already, or it cannot be found
        return
