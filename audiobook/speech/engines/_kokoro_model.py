"""Kokoro's model, loaded: text → phonemes → sound, by the library kokoro-onnx."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from kokoro_onnx import Kokoro

from audiobook.speech.engines._onnx_session import open_session, runtime
from audiobook.speech.engines._phoneme_speech import Spoken

__all__ = ["KokoroModel", "library_version"]

_SWITCH = re.compile(
    r"\([a-z]{2,3}(?:-[\w-]+)?\)"
)  # espeak-ng's mark of a word in another language


class KokoroModel:
    """The model ready to speak with any of its voices, by several threads at once.

    Its phonemes come from espeak-ng, which kokoro-onnx loads into this process, with a lock of its
    own; the engine `espeak` has its own in other processes.

    Args:
        model: its file.
        voices: the file of its voices.
        n_threads: that one text may use.
        cuda: whether to use the graphics card where there is one.

    Raises:
        Exception: of the libraries', whatever they raise over files that are no model.
    """

    def __init__(self, model: Path, voices: Path, *, n_threads: int, cuda: bool) -> None:
        session = open_session(model, n_threads=n_threads, cuda=cuda)
        self._kokoro = Kokoro.from_session(session, str(voices))
        with self._kokoro.voices as archive:  # 30 MB, and the file need not stay open
            self._kokoro.voices = dict(archive)
        self.known = frozenset(self._kokoro.tokenizer.vocab)
        self.is_on_cuda = session.is_on_cuda
        self.stop = session.stop

    def phonemise(self, text: str, *, language: str) -> list[str]:
        """The phonemes of a text, for a language as espeak-ng names it."""
        return list(_SWITCH.sub("", self._kokoro.tokenizer.phonemize(text, language)))

    def speak(self, signs: Sequence[str], *, voice: str, rate: float) -> Spoken:
        """Speak phonemes.

        Args:
            signs: all of them known.
            voice: one of its voices.
            rate: speed, 0.5 to 2.
        """
        sound, sample_rate, timings = self._kokoro.create_timed(
            "".join(signs), voice, rate, is_phonemes=True
        )
        starts = None
        if timings:
            starts = _starts(signs, [(each.phoneme, each.start * sample_rate) for each in timings])
        return Spoken(sample_rate, sound, starts)


def library_version(*, cuda: bool) -> str:
    """The versions of what the samples hang on beside the model; see `runtime`."""
    phonemes = metadata.version("espeakng-loader")
    return f"{metadata.version('kokoro-onnx')}-{phonemes}-{runtime(cuda=cuda)}"


def _starts(signs: Sequence[str], timings: Sequence[tuple[str, float]]) -> list[float]:
    """Where each sign begins; the library drops some spaces, which begin with what follows."""
    starts: list[float] = []
    told = iter([*timings, ("", timings[-1][1])])
    phoneme, start = next(told)
    for sign in signs:
        starts.append(start)
        if sign == phoneme:
            phoneme, start = next(told, ("", start))
    return starts
