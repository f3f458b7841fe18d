"""Piper: natural voices on this machine, each a model in a file, without network."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from audiobook.engine_settings import EngineSettings
from audiobook.errors import UnknownNameError
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
from audiobook.speech.engines._piper_voices import FoundVoice, find_voices, read_voice
from audiobook.speech.voice_store import files_in
from audiobook.utterance import Clip, Utterance, Voice

if TYPE_CHECKING:
    from audiobook.speech.engines._piper_model import PiperModel

__all__ = ["Piper"]

_FORMAT = 1  # raised when the same request is made to sound otherwise
_MOST_LOADED = 4
_EXAMPLE = "en_US-ljspeech-medium"


class Piper(Engine):
    """Speaks with the voices that are in its folders; see `audiobook.speech.voice_store`.

    A voice is named as its file: "en_US-lessac-medium"; one of many speakers in it by a number
    or a name behind a "#": "en_US-libritts-high#p3922".

    Args:
        settings: where its voices are, and what they run on; None for what is usual.
    """

    name = "piper"
    needs_network = False
    limits = Limits(MOST_CHARACTERS, at_once=AT_ONCE, takes_ipa=True)

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self._settings = settings or usual_settings()
        self._models: Loaded[PiperModel] = Loaded(
            self._load, lambda model: model.stop(), _MOST_LOADED
        )

    def configured(self, settings: EngineSettings) -> Piper:
        """An engine with what a show sets; see `TakesSettings`."""
        return Piper(read_settings(settings))

    @functools.cached_property
    def version(self) -> str:
        """The libraries', and what they run on; a voice has a version of its own."""
        return f"{library(self.name).library_version(cuda=self._settings.cuda)}-{_FORMAT}"

    def voice_version(self, voice: Voice) -> str:
        """A digest of the voice's two files; see `HasVoiceVersions`."""
        found, _ = self._find(voice.name)
        return digest_of([found.model, found.config])

    def voices(self) -> tuple[VoiceInfo, ...]:
        """Those in the folders, the best first; one with many speakers once."""
        return tuple(voice.info for voice in self._voices.values())

    def ensemble(self, voice: str) -> tuple[VoiceInfo, ...]:
        """All voices, and the speakers of the one that is asked about; see `HasEnsemble`."""
        found, _ = self._find(voice)
        speakers = (
            VoiceInfo(f"{found.info.name}#{name}", found.info.language, quality=found.info.quality)
            for name in found.speakers
        )
        return (*self.voices(), *speakers)

    def check_voice(self, voice: Voice) -> None:
        """Refuse a voice, a speaker or a language that is not there (UnknownNameError)."""
        self._find(voice.name)
        self.default_voice(voice.language)

    def place(self) -> str:
        """The folders of its voices; see `HasPlace`."""
        return ", ".join(map(str, self._settings.folders))

    def check_ready(self) -> None:
        """See that the libraries load, and that there is a voice (MissingError)."""
        library(self.name)
        if not self._voices:
            raise nothing_installed(self.name, self._settings, _EXAMPLE)

    def heard(self, voice: Voice) -> Voice:
        """Its name, which has one language, and its rate; see `FollowsInPart`."""
        return replace(voice, language=EVERY_LANGUAGE, pitch=1.0)

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        """Speak; voices whose model tells how long each phoneme is time the words.

        Raises:
            SpeechError: nothing in the text can be spoken, or the model fails.
            MissingError: a library or the voice's files cannot be used.
            UnknownNameError: there is no such voice.
        """
        found, speaker = self._find(voice.name)
        model = self._models.get(found.info.name)
        speak = functools.partial(model.speak, rate=voice.rate, speaker=speaker)
        clip = say(utterance, Tongue(voice.name, model.phonemise, model.known, speak))
        return with_device(clip, self._settings, is_on_cuda=model.is_on_cuda)

    def close(self) -> None:
        """End what is being spoken, and let go of the models."""
        self._models.close()

    @functools.cached_property
    def _voices(self) -> dict[str, FoundVoice]:
        return find_voices(self._settings.folders)

    def _find(self, name: str) -> tuple[FoundVoice, int | None]:
        """A voice, and the number of its speaker where one is named."""
        base, sharp, speaker = name.partition("#")
        if base not in self._voices:
            self._explain(base)
            if not self._voices:
                raise nothing_installed(self.name, self._settings, _EXAMPLE)
            raise UnknownNameError("voice", name, self._voices)
        found = self._voices[base]
        if not sharp:
            return found, None
        if speaker not in found.numbers:
            raise UnknownNameError("voice", name, (f"{base}#{known}" for known in found.numbers))
        return found, found.numbers[speaker]

    def _explain(self, name: str) -> None:
        """Say why a voice whose model is there cannot be used (MissingError)."""
        for folder in self._settings.folders:
            for model in files_in(folder, "*.onnx"):
                if model.stem == name:
                    read_voice(model)

    def _load(self, name: str) -> PiperModel:
        found = self._voices[name]
        with loading(found.model, cure="install the voice again"):
            model: PiperModel = library(self.name).PiperModel(
                found, n_threads=N_THREADS, cuda=self._settings.cuda
            )
        return model
