"""The voices of an engine that cannot tell them itself, as a show lists them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from audiobook.errors import ConfigError, Where
from audiobook.language_tags import EVERY_LANGUAGE, is_language_tag
from audiobook.settings import Table
from audiobook.speech.engine import AGES, QUALITIES, VoiceInfo
from audiobook.utterance import GENDERS

__all__ = ["read_voice_infos"]


def read_voice_infos(settings: Table, default: Iterable[str] = ()) -> tuple[VoiceInfo, ...]:
    """What an engine's table says of its voices.

    `voices` is a list of names, or a table of tables by name with `language`, `gender`, `age`,
    `quality` and `note`. `languages` is a list of BCP 47 tags, for all voices that name none;
    without it they speak every language.

    Args:
        settings: the engine's.
        default: names of the voices where `voices` is not given.

    Raises:
        ConfigError: a setting is unknown or wrong; with its place.
    """
    languages = settings.texts("languages") or (EVERY_LANGUAGE,)
    for language in languages:
        _check_language(language, settings, "languages")
    voices = settings.table_or_texts("voices")
    if not isinstance(voices, Table):
        if not all(map(_is_name, voices)):
            raise _no_name(settings.where("voices"))
        names, tags = dict.fromkeys(voices or default), dict.fromkeys(languages)
        return tuple(VoiceInfo(name, tag) for name in names for tag in tags)
    return tuple(info for name in voices.names() for info in _infos(name, voices, languages))


def _infos(name: str, voices: Table, languages: Collection[str]) -> list[VoiceInfo]:
    table = voices.table(name)
    if table is None or not _is_name(name):
        raise _no_name(voices.where(name))
    language = table.text("language")
    if language:
        _check_language(language, table, "language")
    gender = table.one_of("gender", GENDERS)
    age = table.one_of("age", AGES)
    quality = table.one_of("quality", QUALITIES)
    note = table.text("note", most_bytes=1000) or ""
    table.finish()
    tags = [language] if language else dict.fromkeys(languages)
    return [VoiceInfo(name.strip(), tag, gender, age, quality, note) for tag in tags]


def _is_name(name: str) -> bool:
    """Whether a name can be printed, and handed to a program."""
    return bool(name.strip()) and name.isprintable()


def _no_name(where: Where) -> ConfigError:
    return ConfigError(
        "a voice needs a name that can be written",
        where=where,
        hint="take out what is no letter, sign or space",
    )


def _check_language(language: str, table: Table, setting: str) -> None:
    if not is_language_tag(language):
        raise ConfigError(
            f'"{language}" is no language tag',
            where=table.where(setting),
            hint='write one as in BCP 47: "en", or "pt-BR"',
        )
