"""The voices of espeak-ng, read from its data folder, so that no process is needed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import UnknownNameError
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.speech.engine import VoiceInfo

__all__ = ["Voices", "read_voices"]

_USUAL_PRIORITY = 5  # of a language line that gives none: espeak-ng's docs/voices.md
_NO_PRIORITY = 100

_PREFERRED = {"en": "en-us"}  # where espeak-ng's own first choice is not the one most people expect

_NEW_TAGS = {
    # Codes that ISO 639 has withdrawn, by the IANA Language Subtag Registry; and written Norwegian,
    # of whose two forms espeak-ng reads one.
    "in": "id",
    "iw": "he",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "nn": "nb",
    "sh": "sr",
}
_BY_SCRIPT = {"piqd": "tlh-piqd"}
"""Languages that espeak-ng names by what they are written in (ISO 15924): Klingon."""
_REGIONS = {
    # Whose speech is nearer to another dialect than to the one a language is spoken in for want of
    # a better; after the parent locales of Unicode's CLDR.
    "en": {
        "en-gb": "001 150 au bd gh hk ie in ke lk mt my ng nz pk sg tz ug za zm zw",
        "en-029": "ag bb bs bz dm gd gy jm kn lc tt vc",
    },
    "es": {"es-419": "ar bo br bz cl co cr cu do ec gt hn ni pa pe pr py sv us uy ve"},
    "zh": {"yue": "hk mo"},
}
_NEAREST = {
    f"{language}-{region}": tag
    for language, tags in _REGIONS.items()
    for tag, regions in tags.items()
    for region in regions.split()
} | {"ca-es-valencia": "ca-va", "tlh-piqd": "piqd"}

_CHILD_UNDER, _OLD_FROM = 13, 60

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
    variants: tuple[VoiceInfo, ...]
    """Ways to change any voice: "+f3", as in "en-us+f3", by name."""
    identifiers: Mapping[str, str]
    """What espeak-ng itself calls a voice, by name and by each language tag in lower case."""

    def identifier(self, name: str, language: str) -> str:
        """What espeak-ng calls a voice, for a name such as "en-us", "kk", "en-gb+f3" or "+f3".

        espeak-ng knows some of its own names not, "en-gb" among them; all identifiers it knows.

        Args:
            name: the voice's; a variant alone changes the usual voice of the language.
            language: BCP 47 tag, or "mul".

        Raises:
            UnknownNameError: there is no such voice, or no such variant, or nobody speaks the
                language.
        """
        base, plus, variant = name.partition("+")
        if plus:
            variants = {info.name for info in self.variants}
            if f"+{variant}" not in variants:
                raise UnknownNameError("voice", name, (base + known for known in variants))
        if plus and not base:
            base = self.for_language("en" if language == EVERY_LANGUAGE else language)
        if base.lower() not in self.identifiers:
            raise UnknownNameError("voice", name, (info.name for info in self.infos))
        return self.identifiers[base.lower()] + plus + variant

    def ensemble(self, name: str) -> tuple[VoiceInfo, ...]:
        """The variants of a voice that sound like people and differ by ear."""
        base = name.partition("+")[0]
        languages = {info.name: info.language for info in self.infos}
        language = languages.get(base, base) or EVERY_LANGUAGE
        variants = {info.name for info in self.variants}
        return tuple(
            VoiceInfo(f"{base}+{variant}", language, gender, age)
            for variant, gender, age in _ENSEMBLE
            if f"+{variant}" in variants
        )

    def for_language(self, language: str) -> str:
        """The name of the voice for a BCP 47 tag: the dialect's, one near it, or the language's.

        Looks up as RFC 4647, section 3.4, does: the tag loses its last part until a voice fits.
        Before only the language is left, its region leads to a dialect that is near to it.

        Raises:
            UnknownNameError: none speaks that language.
        """
        for tag in _tags_for(language):
            if tag in self.identifiers:
                return self._name(_PREFERRED.get(tag, tag))
        raise UnknownNameError("language", language, (info.language for info in self.infos))

    def _name(self, tag: str) -> str:
        wanted = self.identifiers[tag]
        return next(info.name for info in self.infos if self.identifiers[info.name] == wanted)


def _tags_for(language: str) -> Iterator[str]:
    """The tags of voices that speak a language, the nearest first."""
    primary, *others = language.lower().replace("_", "-").split("-")
    parts = [_NEW_TAGS.get(primary, primary), *others]
    while len(parts) > 1:
        tag = "-".join(parts)
        yield tag
        if nearest := _NEAREST.get(tag) or _NEAREST.get(f"{parts[0]}-{parts[-1]}"):
            yield nearest
        parts.pop()
    yield parts[0]


@dataclass(frozen=True, slots=True)
class _VoiceFile:
    identifier: str
    title: str
    gender: str | None
    age: str | None
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
        language = _BY_SCRIPT.get(file.tags[0][0], file.tags[0][0])
        infos.append(VoiceInfo(name, language, file.gender, file.age, note=file.title))
    by_name = tuple(sorted(infos, key=lambda info: info.name))
    variants = (
        VoiceInfo(f"+{file.identifier}", EVERY_LANGUAGE, file.gender, file.age)
        for file in _voice_files(data_folder / "voices" / "!v")
    )
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
    title, gender, age, dictionary = path.name, None, None, ""
    tags = []
    for line in path.read_text("utf-8", "replace").splitlines():
        keyword, *values = line.split()[:3] or [""]
        if keyword == "name":
            title = line.partition("name")[2].strip()
        elif keyword == "gender" and values:
            gender = values[0].lower()
            age = _age(values[1]) if values[1:] else None
        elif keyword == "dictionary" and values:
            dictionary = values[0]
        elif keyword == "language" and values:
            priority = int(values[1]) if values[1:] and values[1].isdigit() else _USUAL_PRIORITY
            tags.append((values[0].lower(), priority))
    tags.append((path.name.lower(), _NO_PRIORITY))
    dictionary = dictionary or tags[0][0].partition("-")[0]
    return _VoiceFile(identifier, title, gender, age, dictionary, tuple(tags))


def _age(years: str) -> str | None:
    if not years.isdigit():
        return None
    return "child" if int(years) < _CHILD_UNDER else "old" if int(years) >= _OLD_FROM else "adult"
