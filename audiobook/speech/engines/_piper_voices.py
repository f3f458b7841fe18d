"""Piper's voices, found in folders: a model `NAME.onnx`, and `NAME.onnx.json` that describes it.

The description is what piper's training writes; `piper.config.PiperConfig` lists its fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import MissingError
from audiobook.speech.engine import VoiceInfo
from audiobook.speech.voice_catalogue import gender_in
from audiobook.speech.voice_store import files_in

__all__ = ["FoundVoice", "find_voices", "read_voice"]

_MOST_CONFIG_BYTES = 1 << 20
_MOST_SPEAKERS = 10_000
_PHONEMES = ("espeak", "text")  # the other kinds need more libraries, and fetch models of their own
_QUALITIES = {"x_low": "low", "low": "low", "medium": "medium", "high": "high"}
_BEST_FIRST = ("high", "medium", "low", None)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class FoundVoice:
    """A voice in a folder."""

    info: VoiceInfo
    """What it tells about itself."""
    model: Path
    """Its model."""
    config: Path
    """Its description."""
    speakers: tuple[str, ...]
    """Names of those who speak in it, by number; () where it is one."""
    numbers: Mapping[str, int]
    """Their numbers, by name and by the number itself in digits."""


def find_voices(folders: Iterable[Path]) -> dict[str, FoundVoice]:
    """All voices by name, the best first; of two of one name that in the earlier folder.

    What is no voice is passed over.
    """
    found: dict[str, FoundVoice] = {}
    for folder in folders:
        for model in files_in(folder, "*.onnx"):
            try:
                found.setdefault(model.stem, read_voice(model))
            except MissingError:
                continue
    ranked = sorted(found, key=lambda name: (_BEST_FIRST.index(found[name].info.quality), name))
    return {name: found[name] for name in ranked}


def read_voice(model: Path) -> FoundVoice:
    """Describe a voice.

    Raises:
        MissingError: its description is not there, or not one that can be used.
    """
    path = model.with_name(f"{model.name}.json")
    try:
        config = _read(path)
        if config.get("phoneme_type", "espeak") not in _PHONEMES:
            raise ValueError(f"its phonemes are of kind {config['phoneme_type']!r:.40}")
        speakers = _speakers(config)
        info = VoiceInfo(
            model.stem,
            _language(config, model.stem),
            gender=gender_in(model.stem),
            quality=_QUALITIES.get(str(_part(config, "audio").get("quality"))),
            note=f"{len(speakers)} speakers: {model.stem}#NAME" if speakers else "",
        )
    except (OSError, ValueError, RecursionError) as error:
        raise MissingError(f'piper voice "{model.stem}" cannot be used: {path}: {error}') from error
    by_name = {name: number for number, name in enumerate(speakers)}
    by_digits = {str(number): number for number in range(len(speakers))}
    return FoundVoice(info, model, path, speakers, by_name | by_digits)


def _read(path: Path) -> Mapping[str, object]:
    with path.open("rb") as file:
        data = file.read(_MOST_CONFIG_BYTES + 1)
    if len(data) > _MOST_CONFIG_BYTES:
        raise ValueError(f"it has more than {_MOST_CONFIG_BYTES} bytes")
    config = json.loads(data)
    if not isinstance(config, dict):
        raise ValueError("it is no object")
    return config


def _part(config: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = config.get(name)
    return part if isinstance(part, dict) else {}


def _language(config: Mapping[str, object], name: str) -> str:
    """BCP 47 tag: as the description says, else as the name of the voice begins."""
    code = _part(config, "language").get("code") or name.partition("-")[0]
    if not isinstance(code, str) or not _LANGUAGE.fullmatch(code):
        raise ValueError("it names no language")
    primary, *rest = code.replace("_", "-").split("-")
    return "-".join([primary.lower(), *rest])


def _speakers(config: Mapping[str, object]) -> tuple[str, ...]:
    count = config.get("num_speakers", 1)
    if not isinstance(count, int) or not 1 <= count <= _MOST_SPEAKERS:
        raise ValueError("it does not say how many speakers it has")
    if count == 1:
        return ()
    named = {
        number: name
        for name, number in _part(config, "speaker_id_map").items()
        if isinstance(number, int) and 0 <= number < count and name.isprintable()
    }
    return tuple(named.get(number, str(number)) for number in range(count))
