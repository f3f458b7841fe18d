"""From what was typed to the library's `Choices`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audiobook.model import Role
    from audiobook.story import Choices

__all__ = ["choices_of"]


def choices_of(
    *,
    engine: str | None = None,
    voices: list[str] | None = None,
    language: str | None = None,
    formats: list[str] | None = None,
    profile: str | None = None,
    split: str | None = None,
    only: str | None = None,
    music: bool = True,
    narration: bool | None = None,
    include: list[str] | None = None,
) -> Choices:
    """What a user chose, as the library takes it.

    Raises:
        UsageError: a value of --voice names no voice, or two are somebody's.
        UnknownNameError: a value of --include names no part of a book.
    """
    from audiobook.story import Choices

    return Choices(
        engine=engine,
        voices=_voices(voices or ()),
        language=language,
        profile=profile,
        formats=tuple(dict.fromkeys(formats or ("mp3",))),
        split=split,
        only=only,
        music=music,
        narration=narration,
        include=frozenset(map(_role, include or ())),
    )


def _voices(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a cast name and a voice, one for each name."""
    from audiobook.errors import UsageError

    voices: dict[str, str] = {}
    for name, voice in map(_name_and_voice, given):
        if voices.setdefault(name, voice) != voice:
            raise UsageError(
                f'--voice names two voices for {name}: "{voices[name]}" and "{voice}"',
                hint="keep one of them",
            )
    return tuple(voices.items())


def _name_and_voice(given: str) -> tuple[str, str]:
    from audiobook.errors import UsageError
    from audiobook.show import NARRATOR

    name, equals, voice = (part.strip() for part in given.rpartition("="))
    if not voice or (equals and not name):
        raise UsageError(
            f'--voice "{given}" names no voice', hint="write --voice VOICE or --voice NAME=VOICE"
        )
    return name or NARRATOR, voice


def _role(given: str) -> Role:
    """The part of a book of that name, whatever stands between its words."""
    from audiobook.errors import UnknownNameError
    from audiobook.model import Role

    roles = {role.value.replace(" ", "-"): role for role in Role if role is not Role.BODY}
    name = "-".join(given.casefold().replace("-", " ").replace("_", " ").split())
    if name not in roles:
        raise UnknownNameError("part of a book", given, roles)
    return roles[name]
