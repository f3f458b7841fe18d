"""The voices of espeak-ng, read from its data folder, so that no process is needed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import UnknownNameError
from audiobook.speech.engine import VoiceInfo

__all__ = ["Voices", "read_voices"]

_USUAL_PRIORITY = 5  # of a language line that gives none: espeak-ng's docs/voices.md
_NO_PRIORITY = 100

_PREFERRED = {"en": "en-us"}  # where espeak-ng's own first choice is not the one most people expect

# Variant, gender and age as its file and its sound say; the rest are effects or much like these.
_ENSEMBLE = (
    *((f"f{number}", "female", "adult") for number in range(1, 6)),
    *((f"m{number}", "male", "adult") for number in range(1, 9)),
    ("grandma", "female", "old"),
    ("grandpa", "male", "old"),
)


@dataclass(frozen=True, slots=True)
class Voices:
    """What can be asked of espeak-ng by name."""

    infos: tuple[VoiceInfo, ...]
    """A voice for each language and dialect, by name."""
    variants: tuple[str, ...]
    """Ways to change any voice, as in "en-us+f3", by name."""
    identifiers: Mapping[str, str]
    """What espeak-ng itself calls a voice, by name and by each language tag in lower case."""

    def identifier(self, name: str) -> str:
        """What espeak-ng calls a voice, for a name such as "en-us", "kk" or "en-gb+f3".

        espeak-ng knows some of its own names not, "en-gb" among them; all identifiers it knows.

        Raises:
            UnknownNameError: there is no such voice, or no such variant.
        """
        base, plus, variant = name.partition("+")
        if base.lower() not in self.identifiers:
            raise UnknownNameError("voice", name, (info.name for info in self.infos))
        if plus and variant not in self.variants:
            raise UnknownNameError("voice", name, (f"{base}+{known}" for known in self.variants))
        return self.identifiers[base.lower()] + plus + variant

    def ensemble(self, name: str) -> tuple[VoiceInfo, ...]:
        """The variants of a voice that sound like people and differ by ear."""
        base = name.partition("+")[0]
        language = next((info.language for info in self.infos if info.name == base), base)
        return tuple(
            VoiceInfo(f"{base}+{variant}", language, gender, age)
            for variant, gender, age in _ENSEMBLE
            if variant in self.variants
        )

    def for_language(self, language: str) -> str:
        """The name of the voice for a BCP 47 tag: the dialect's, or the language's.

        Looks up as RFC 4647, section 3.4, does: the tag loses its last part until a voice fits.

        Raises:
            UnknownNameError: none speaks that language.
        """
        tag = language.lower().replace("_", "-")
        while tag:
            if tag in self.identifiers:
                return self._name(_PREFERRED.get(tag, tag))
            tag = tag.rpartition("-")[0]
        raise UnknownNameError("language", language, (info.language for info in self.infos))

    def _name(self, tag: str) -> str:
        wanted = self.identifiers[tag]
        return next(info.name for info in self.infos if self.identifiers[info.name] == wanted)


@dataclass(frozen=True, slots=True)
class _VoiceFile:
    identifier: str
    title: str
    gender: str | None
    dictionary: str
    tags: tuple[tuple[str, int], ...]
    """Its languages, each with its priority: the lower, the better it fits."""


def read_voices(data_folder: Path) -> Voices:
    """Read the voice files, except those whose dictionary is not there: they would say nothing.

    Args:
        data_folder: the folder espeak-ng-data. Format of its files: espeak-ng's docs/voices.md.
    """
    dictionaries = {path.name.removesuffix("_dict") for path in data_folder.glob("*_dict")}
    files = [file for file in _voice_files(data_folder / "lang") if file.dictionary in dictionaries]
    identifiers = _best_by_tag(files)
    infos = []
    for file in files:
        names = (tag for tag, _ in file.tags if identifiers[tag] == file.identifier)
        name = next(names)
        language = file.tags[0][0]
        infos.append(VoiceInfo(name, language, file.gender, note=file.title))
    variants = sorted(path.name for path in (data_folder / "voices" / "!v").iterdir())
    by_name = tuple(sorted(infos, key=lambda info: info.name))
    return Voices(by_name, tuple(variants), identifiers)


def _best_by_tag(files: list[_VoiceFile]) -> dict[str, str]:
    best: dict[str, tuple[int, str]] = {}
    for file in files:
        for tag, priority in file.tags:
            best[tag] = min(best.get(tag, (priority, file.identifier)), (priority, file.identifier))
    return {tag: identifier for tag, (_, identifier) in best.items()}


def _voice_files(folder: Path) -> Iterator[_VoiceFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield _read_voice_file(path, path.relative_to(folder).as_posix())


def _read_voice_file(path: Path, identifier: str) -> _VoiceFile:
    title, gender, dictionary = path.name, None, ""
    tags = []
    for line in path.read_text("utf-8", "replace").splitlines():
        keyword, *values = line.split()[:3] or [""]
        if keyword == "name":
            title = line.partition("name")[2].strip()
        elif keyword == "gender" and values:
            gender = values[0]
        elif keyword == "dictionary" and values:
            dictionary = values[0]
        elif keyword == "language" and values:
            priority = int(values[1]) if values[1:] and values[1].isdigit() else _USUAL_PRIORITY
            tags.append((values[0].lower(), priority))
    tags.append((path.name.lower(), _NO_PRIORITY))
    dictionary = dictionary or tags[0][0].partition("-")[0]
    return _VoiceFile(identifier, title, gender, dictionary, tuple(tags))
