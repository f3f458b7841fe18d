"""Kokoro: one model with many natural voices on this machine, without network."""

from __future__ import annotations

import functools
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.engine_settings import EngineSettings
from audiobook.errors import MissingError, UnknownNameError
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.speech.engine import Engine, Limits, VoiceInfo
from audiobook.speech.engines._models import (
    AT_ONCE,
    N_THREADS,
    Loaded,
    ModelSettings,
    digest_of,
    library,
    loading,
    nothing_installed,
    read_settings,
    usual_settings,
    with_device,
)
from audiobook.speech.engines._phoneme_speech import MOST_CHARACTERS, Tongue, say
from audiobook.speech.voice_store import files_in
from audiobook.utterance import Clip, Utterance, Voice

if TYPE_CHECKING:
    from audiobook.speech.engines._kokoro_model import KokoroModel

__all__ = ["Kokoro"]

_FORMAT = 1  # raised when the same request is made to sound otherwise
_MOST_VOICES = 1_000
_EXAMPLE = "kokoro-v1.0"
_LEAST_RATE, _MOST_RATE = 0.5, 2.0  # what kokoro-onnx takes

_MODEL = re.compile(r"kokoro-(v\d+\.\d+)(\.\w+)?\.onnx")
_VOICE = re.compile(r"([a-z])([fm])_\w+")
_LANGUAGES = {
    # First letter of a voice: BCP 47 tag. Japanese and Chinese are left out: what kokoro-onnx
    # reads texts with, espeak-ng, does not read theirs as these voices need it.
    "a": "en-US",
    "b": "en-GB",
    "e": "es",
    "f": "fr-FR",
    "h": "hi",
    "i": "it",
    "p": "pt-BR",
}
_GENDERS = {"f": "female", "m": "male"}
_BEST = ("af_heart", "bf_emma", "ff_siwis")  # graded highest by who made them, in each language


@dataclass(frozen=True, slots=True)
class _Files:
    """A model and its voices."""

    model: Path
    voices: Path
    names: tuple[str, ...]


class Kokoro(Engine):
    """Speaks with the model and the voices that are in its folders; see `voice_folders`.

    Voices are named as the model's makers do: "af_heart" is American and female, "bm_george"
    British and male.

    Args:
        settings: where the model is, and what it runs on; None for what is usual.
    """

    name = "kokoro"
    needs_network = False
    limits = Limits(MOST_CHARACTERS, at_once=AT_ONCE, takes_ipa=True)

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self._settings = settings or usual_settings()
        self._models: Loaded[KokoroModel] = Loaded(self._load, lambda model: model.stop(), 1)

    def configured(self, settings: EngineSettings) -> Kokoro:
        """An engine with what a show sets; see `TakesSettings`."""
        return Kokoro(read_settings(settings))

    @functools.cached_property
    def version(self) -> str:
        """The libraries', what they run on, and a digest of the model."""
        libraries = library(self.name).library_version(cuda=self._settings.cuda)
        return f"{libraries}-{digest_of([self._files.model, self._files.voices])}-{_FORMAT}"

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Those in the model's file, the best known of each language first."""
        names = self._found.names if self._found else ()
        return tuple(VoiceInfo(name, _LANGUAGES[name[0]], _GENDERS[name[1]]) for name in names)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a voice or a language that is not there (UnknownNameError)."""
        self._language(voice.name)
        self.default_voice(voice.language)

    def place(self) -> str:
        """The model's file; see `HasPlace`."""
        return str(self._files.model)

    def check_ready(self) -> None:
        """See that the library loads, and that there is a model (MissingError)."""
        library(self.name)
        _ = self._files

    def heard(self, voice: Voice) -> Voice:
        """Its name, which has one language, and its rate; see `FollowsInPart`."""
        rate = min(max(voice.rate, _LEAST_RATE), _MOST_RATE)
        return replace(voice, language=EVERY_LANGUAGE, rate=rate, pitch=1.0)

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak; a model that tells how long each phoneme is times the words.

        Raises:
            SpeechError: nothing in the text can be spoken, or the model fails.
            MissingError: the library or the model cannot be used.
            UnknownNameError: there is no such voice.
        """
        language = self._language(voice.name)
        model = self._models.get(str(self._files.model))
        tongue = Tongue(
            voice.name,
            functools.partial(model.phonemise, language=language),
            model.known,
            functools.partial(model.speak, voice=voice.name, rate=self.heard(voice).rate),
        )
        clip = say(utterance, tongue)
        return with_device(clip, self._settings, is_on_cuda=model.is_on_cuda)

    def close(self) -> None:
        """End what is being spoken, and let go of the model."""
        self._models.close()

    @functools.cached_property
    def _found(self) -> _Files | None:
        for folder in self._settings.folders:
            for model in reversed(files_in(folder, "kokoro-*.onnx")):  # the unrounded first
                if voices := _voices_beside(model):
                    return _Files(model, voices, _names_in(voices))
        return None

    @property
    def _files(self) -> _Files:
        if self._found is None:
            raise nothing_installed(self.name, self._settings, _EXAMPLE)
        return self._found

    def _language(self, name: str) -> str:
        """What espeak-ng calls the language of a voice."""
        if name not in self._files.names:
            raise UnknownNameError("voice", name, self._files.names)
        return _LANGUAGES[name[0]].lower()

    def _load(self, path: str) -> KokoroModel:
        files = self._files
        with loading(Path(path), cure=f"audiobook voices install {_EXAMPLE}"):
            model: KokoroModel = library(self.name).KokoroModel(
                files.model, files.voices, n_threads=N_THREADS, cuda=self._settings.cuda
            )
        return model


def _voices_beside(model: Path) -> Path | None:
    """The file of the voices of a model: "voices-v1.0.bin" beside "kokoro-v1.0.fp16.onnx"."""
    found = _MODEL.fullmatch(model.name)
    voices = model.with_name(f"voices-{found[1]}.bin") if found else None
    return voices if voices and voices.is_file() else None


def _names_in(voices: Path) -> tuple[str, ...]:
    """Names of the voices in a file, which is an archive of arrays; those that can be spoken with.

    The best of each language come first.

    Raises:
        MissingError: it is no such file.
    """
    try:
        with zipfile.ZipFile(voices) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()[:_MOST_VOICES]]
    except (OSError, zipfile.BadZipFile) as error:
        raise MissingError(
            f"{voices} cannot be used: {error}", hint=f"audiobook voices install {_EXAMPLE}"
        ) from error
    spoken = (name for name in names if _VOICE.fullmatch(name) and name[0] in _LANGUAGES)
    return tuple(sorted(spoken, key=lambda name: (name not in _BEST, name)))
