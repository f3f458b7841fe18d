"""Who there is in a story: characters, what each is called by, and their gender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audiobook.script.dialogue.names import CAPITALISED, bare, gender_of, untitled

__all__ = ["Character", "Mention", "Roster", "roster_of_cast"]

_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody who may speak."""

    name: str
    """What a script calls them."""
    aliases: frozenset[str]
    """All they are called by, as `bare` leaves names; what begins with a determiner ("his lady")
    in lower case."""
    gender: str | None = None
    """ "female" or "male", where it is known."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where somebody is named."""

    start: int
    """Index of its first character in the text."""
    stop: int
    """Index just past its last."""
    name: str
    """The name of the character."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The characters of a story."""

    characters: tuple[Character, ...]
    """In a fixed order, no two of one name."""
    by_alias: Mapping[str, Character]
    """Whom each name means; one that may mean several is not in it."""

    def find(self, name: str) -> Character | None:
        """Whom a name means, be it with a possessive ending; None where it means nobody known."""
        return self.by_alias.get(bare(name))

    def mentions(self, text: str, start: int = 0, stop: int | None = None) -> Iterator[Mention]:
        """Where characters are named in a stretch of text, by the longest name that fits."""
        for match in CAPITALISED.finditer(text, start, len(text) if stop is None else stop):
            whole = self.by_alias.get(bare(match[0]))
            if whole:
                yield Mention(match.start(), match.end(), whole.name)
            elif " " in match[0]:
                yield from self._within(match[0], match.start())

    def _within(self, run: str, at: int) -> Iterator[Mention]:
        """Names within a run of capitalised words, such as “When Anna”."""
        words = run.split(" ")[:_MOST_WORDS]
        first = 0
        while first < len(words):
            for last in range(len(words), first, -1):
                named = " ".join(words[first:last])
                if character := self.by_alias.get(bare(named)):
                    start = at + len(" ".join(words[:first])) + (first > 0)
                    yield Mention(start, start + len(named), character.name)
                    first = last - 1
                    break
            first += 1


def roster_of_cast(members: Iterable[tuple[str, Iterable[str], str | None]]) -> Roster:
    """The roster that a cast is: nobody else speaks.

    Besides by the names given, everybody is known by each word of theirs that is nobody else's.

    Args:
        members: name, other names and gender ("female", "male" or None) of each.
    """
    given = [(name, tuple(aka), gender) for name, aka, gender in members]
    characters = tuple(
        Character(name, frozenset(map(_key, (name, *aka))), gender or _gender((name, *aka)))
        for name, aka, gender in given
    )
    owners: dict[str, list[Character]] = {}
    for character in characters:
        parts = {part for alias in character.aliases for part in _parts(alias)}
        for part in sorted(parts - character.aliases):
            owners.setdefault(part, []).append(character)
    by_alias = {part: found[0] for part, found in owners.items() if len(found) == 1}
    by_alias |= {alias: character for character in characters for alias in character.aliases}
    return Roster(characters, by_alias)


def _key(name: str) -> str:
    """A name as it is looked up; one that begins in lower case is so throughout."""
    return bare(name) if name[:1].isupper() else " ".join(name.lower().split())


def _gender(names: Iterable[str]) -> str | None:
    return next(filter(None, map(gender_of, names)), None)


def _parts(alias: str) -> Iterator[str]:
    """The words of a full name, each of which may do alone; a title may not."""
    if " " in alias and alias[:1].isupper():
        yield from (word for word in untitled(alias) if word[:1].isupper())
