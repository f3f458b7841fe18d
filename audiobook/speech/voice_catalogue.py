"""Voices that can be installed: where they come from, how large they are, and their checksums.

Piper's voices are in a table beside this module, a line each: the name, how many speak in it, then
size in bytes and MD5 of its model, of its description and of its model card, as their makers'
`voices.json` gives them (https://huggingface.co/rhasspy/piper-voices). Voices that need libraries
beside piper-tts's own are left out. Sizes and SHA-256 of Kokoro's files are those that several
projects state for the release "model-files-v1.0" of kokoro-onnx.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from urllib.parse import quote

from audiobook.errors import UnknownNameError

__all__ = [
    "InstallableVoice",
    "RemoteFile",
    "gender_in",
    "installable_voice",
    "installable_voices",
]

_PIPER_URL = "https://huggingface.co/rhasspy/piper-voices/resolve/main"
_GENDER = re.compile(r"(?<![a-z])(female|male)(?![a-z])")
_PIPER_TABLE = "piper_voices.tsv"
_QUALITIES = {"x_low": "low"}
_KOKORO_URL = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file to be had from elsewhere."""

    name: str
    """What it is called in the folder of voices: no path."""
    url: str
    """Where it is."""
    n_bytes: int
    """Its size in bytes."""
    checksum: str
    """The algorithm, as hashlib names it, a colon, and the digest in lower case hexadecimal."""


@dataclass(frozen=True, slots=True)
class InstallableVoice:
    """A voice, or a set of voices in one model, that can be installed."""

    name: str
    """What it is installed by, and for a single voice what it is called afterwards."""
    engine: str
    """Which engine speaks with it."""
    languages: tuple[str, ...]
    """BCP 47 tags of what it speaks."""
    n_voices: int
    """How many voices or speakers it has."""
    quality: str | None
    """"low", "medium" or "high", where that is known."""
    licence: str | None
    """SPDX identifier; None where only its model card tells, which is installed with it."""
    about: str
    """Address of a page that tells more: of its makers, its licence."""
    files: tuple[RemoteFile, ...]
    """What it is made of, in the order in which it is to be fetched."""
    gender: str | None = None
    """"female" or "male", where its name says so."""

    @property
    def n_bytes(self) -> int:
        """Size of all its files."""
        return sum(file.n_bytes for file in self.files)


def installable_voices() -> tuple[InstallableVoice, ...]:
    """All of them, by engine and name."""
    return _catalogue()


def installable_voice(name: str) -> InstallableVoice:
    """The one of that name.

    Raises:
        UnknownNameError: there is none.
    """
    by_name = {voice.name: voice for voice in installable_voices()}
    if name not in by_name:
        raise UnknownNameError("installable voice", name, by_name)
    return by_name[name]


def gender_in(name: str) -> str | None:
    """The gender that the name of a voice of Piper's says it has, as "southern_english_female"."""
    found = _GENDER.search(name)
    return found[1] if found else None


@functools.cache
def _catalogue() -> tuple[InstallableVoice, ...]:
    return (_kokoro(), *_piper_voices())


def _kokoro() -> InstallableVoice:
    return InstallableVoice(
        "kokoro-v1.0",
        "kokoro",
        ("en-US", "en-GB", "es", "fr-FR", "hi", "it", "pt-BR"),
        41,
        "high",
        "Apache-2.0",
        "https://huggingface.co/hexgrad/Kokoro-82M",
        (
            RemoteFile(
                "voices-v1.0.bin",
                f"{_KOKORO_URL}/voices-v1.0.bin",
                28_214_398,
                "sha256:bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d",
            ),
            RemoteFile(
                "kokoro-v1.0.onnx",
                f"{_KOKORO_URL}/kokoro-v1.0.onnx",
                325_532_387,
                "sha256:7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5",
            ),
        ),
    )


def _piper_voices() -> Iterator[InstallableVoice]:
    table = resources.files("audiobook.speech").joinpath(_PIPER_TABLE).read_text("utf-8")
    for line in table.splitlines():
        name, n_voices, *facts = line.split("\t")
        code, person, quality = name.split("-")
        folder = quote(f"{code.partition('_')[0]}/{code}/{person}/{quality}")
        # The model comes last: what is whole is what has one.
        remote = (f"{name}.onnx", f"{name}.onnx.json", "MODEL_CARD")
        own = (f"{name}.onnx", f"{name}.onnx.json", f"{name}.model-card.txt")
        files = [
            RemoteFile(
                own[at],
                f"{_PIPER_URL}/{folder}/{quote(remote[at])}",
                int(facts[2 * at]),
                f"md5:{facts[2 * at + 1]}",
            )
            for at in (2, 1, 0)
        ]
        yield InstallableVoice(
            name,
            "piper",
            (code.replace("_", "-"),),
            int(n_voices),
            _QUALITIES.get(quality, quality),
            None,
            f"{_PIPER_URL}/{folder}/MODEL_CARD",
            tuple(files),
            gender_in(person),
        )
