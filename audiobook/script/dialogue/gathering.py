"""The roster of a story that has no cast, gathered from its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from audiobook.language_tags import primary
from audiobook.script.dialogue.names import (
    CAPITALISED,
    bare,
    familiar_of,
    gender_of,
    title_of,
    untitled,
)
from audiobook.script.dialogue.roster import Character, Roster
from audiobook.script.dialogue.speech_words import determiners, pronouns, roles, speech_verbs

__all__ = ["gathered"]

_MOST_NAMES = 500
"""Those named most; a book of more names would take time by the square of their number."""
_LONGEST_RUN = 80
"""Characters of capitalised words after which they are no name but a heading."""
_LEAST_ROLE_SPEECHES = 3
_LEAST_PRONOUNS = 3
_PRONOUN_MAJORITY = 0.7
_PRONOUN_WITHIN = 80
_MOST_SILENT = 15
"""How often a German noun may stand for each time that it speaks, to be somebody."""
_MUCH_MORE = 5
"""How much oftener than all others of a surname somebody is named whom it means alone."""
_MARRIED = frozenset(["mrs", "lady", "madame", "mme"])
_NO_NAMES = frozenset(
    ["Mr", "Mrs", "Ms", "Dr", "St", "Mme", "Mlle", "Rev", "Prof", "Sir", "Madam", "Miss", "Lord"]
)
_NOBODY = frozenset(["the other", "the others", "the former", "the latter", "the voice"])
_GIVEN_TITLES = frozenset(["miss", "lady", "sir", "master", "aunt", "uncle", "sister", "brother"])

_WORD = re.compile(r"[^\W\d_]+")
_MID_SENTENCE = re.compile(r"(?<=[^\W\d_][ ,;]|[,;]\s)[^\W\d_a-zß-ÿ][^\W\d_]+")
_NEXT_WORD = re.compile(r"\s+(?:\w+ly\s+)?(\w+)")
_LOOK_BACK = 24


@dataclass(slots=True)
class _Person:
    """Somebody while their names are being put together."""

    given: str
    """Given name, or ""."""
    surname: str
    """Surname, or the only name that tells nothing; or ""."""
    gender: str | None
    names: list[str] = field(default_factory=list)
    """All of theirs, as `bare` leaves them."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a text says of names."""

    ends: Mapping[str, list[int]]
    """Where each stands in it: just past its last character."""
    shown: Mapping[str, str]
    """Each as it was first written."""

    def count(self, person: _Person) -> int:
        return sum(len(self.ends[name]) for name in person.names)


def gathered(narration: str, speech: str, language: str) -> Roster:
    """Gather everybody who is seen to be a person: by a title, a verb of speech, a given name.

    Names of one person are put together where nobody else can be meant: “Mr. Darcy” and “Darcy”,
    “Elizabeth Bennet”, “Elizabeth” and “Lizzy”. Gender is told by titles and given names, else by
    the pronouns that follow.

    Args:
        narration: all of the story that is not speech: there stand the names of those who speak.
        speech: all that is.
        language: BCP 47 tag.
    """
    found = _names(narration, language)
    people = _people(found, speech)
    borne = Counter(part for person in people for part in {person.given, person.surname})
    characters: dict[str, Character] = {}
    for person in people:
        ends = [end for name in person.names for end in found.ends[name]]
        named_role = roles(language).get(person.surname.lower())
        gender = person.gender or named_role or _by_pronouns(narration, ends, language)
        named_most = max(person.names, key=lambda name: (len(found.ends[name]), name))
        name = found.shown[named_most]
        aliases = frozenset([*person.names, *_short(person, borne)])
        characters.setdefault(name, Character(name, aliases, gender))
    for role, ends in _speaking_roles(narration, language):
        gender = roles(language).get(role.split()[-1]) or _by_pronouns(narration, ends, language)
        name = role[0].upper() + role[1:]
        characters.setdefault(name, Character(name, frozenset([role]), gender))
    by_alias: dict[str, Character] = {}
    for character in characters.values():
        for alias in character.aliases:
            by_alias.setdefault(alias, character)
    return Roster(tuple(characters.values()), by_alias)


def _short(person: _Person, borne: Counter[str]) -> Iterator[str]:
    """The parts of somebody's name that can mean nobody else, be they in the text or not."""
    if gender_of(person.given) and borne[person.given] == 1:
        yield person.given
    is_titled = any(map(title_of, person.names))
    if person.surname and (is_titled or person.given) and borne[person.surname] == 1:
        yield person.surname


def _names(narration: str, language: str) -> _Found:
    """Names of people, and where they stand."""
    verbs = frozenset(speech_verbs(language))
    articles = frozenset(determiners(language))
    common = _common_words(narration)
    ends: dict[str, list[int]] = {}
    shown: dict[str, str] = {}
    n_spoken: Counter[str] = Counter()
    for match in CAPITALISED.finditer(narration):
        if len(match[0]) > _LONGEST_RUN:
            continue
        name = _trimmed(bare(match[0]), common)
        if len(name) < 2 or name.lower() in pronouns(language):
            continue
        ends.setdefault(name, []).append(match.end())
        if name not in shown:
            shown[name] = _as_written(match[0], name)
        start = max(0, match.start() - _LOOK_BACK)
        before = narration[start : match.start()].lower().replace("—", " ").split()
        before = before[:-1] if before and before[-1] in articles else before
        after = _NEXT_WORD.match(narration, match.end())
        n_spoken[name] += bool(before and before[-1] in verbs) or bool(after and after[1] in verbs)
    if primary(language) == "de":  # where every noun has a capital
        n_spoken = Counter({n: c for n, c in n_spoken.items() if c * _MOST_SILENT > len(ends[n])})
    people = {name: at for name, at in ends.items() if _is_person(name, len(at), n_spoken[name])}
    often = sorted(people, key=lambda name: (-len(people[name]), name))[:_MOST_NAMES]
    people = {name: people[name] for name in often}
    return _Found(people, shown)


def _common_words(narration: str) -> frozenset[str]:
    """Words that are no names: within sentences they seldom have a capital."""
    capital = Counter(match[0].lower() for match in _MID_SENTENCE.finditer(narration))
    lower = Counter(word for word in _WORD.findall(narration) if word.islower())
    return frozenset(word for word, count in lower.items() if count > capital[word])


def _trimmed(name: str, common: frozenset[str]) -> str:
    """A run of capitalised words without those that are no part of a name at either end."""
    words = name.split(" ")
    while words and words[0].lower() in common and not title_of(" ".join(words)):
        words.pop(0)
    while words and words[-1].lower() in common and len(words) > 1:
        words.pop()
    return " ".join(words)


def _as_written(run: str, name: str) -> str:
    """A name as it stands in a run of capitalised words, full stops of titles and all."""
    words = run.split()
    n_words = name.count(" ") + 1
    for first in range(len(words) - n_words + 1):
        if bare(" ".join(words[first : first + n_words])) == name:
            kept = words[first : first + n_words]
            return " ".join([*kept[:-1], bare(kept[-1])])
    return name


def _is_person(name: str, count: int, n_spoken: int) -> bool:
    if name in _NO_NAMES:
        return False
    if title_of(name):
        return count > 1 or n_spoken > 0
    known = gender_of(name) is not None
    return n_spoken > 1 or (n_spoken == 1 and (known or count > 2)) or (known and count > 1)


def _people(found: _Found, speech: str) -> list[_Person]:
    """Names put together by person: full names first, then those with a title, then the rest."""

    def order(name: str) -> tuple[int, int, str]:
        title, words = _parted(name)
        rank = 0 if len(words) > 1 else 1 if gender_of(name) == "male" else 2
        return rank if len(words) > 1 or title else 3, -len(found.ends[name]), name

    people: list[_Person] = []
    for name in sorted(found.ends, key=order):
        title, words = _parted(name)
        person = _bearer(people, name, found, speech)
        if person is None:
            is_given = len(words) > 1 or (
                gender_of(words[0]) is not None and title in ("", *_GIVEN_TITLES)
            )
            given = words[0] if is_given else ""
            surname = words[-1] if len(words) > 1 or not is_given else ""
            person = _Person(given, surname, gender_of(name))
            people.append(person)
        person.names.append(name)
        person.gender = person.gender or gender_of(name)
    return people


def _parted(name: str) -> tuple[str, list[str]]:
    return title_of(name), untitled(name)


def _bearer(people: list[_Person], name: str, found: _Found, speech: str) -> _Person | None:
    """Who of those known bears a name; None for nobody, or for one who cannot be told."""
    title, words = _parted(name)
    gender = gender_of(name)
    fitting = [p for p in people if not gender or not p.gender or p.gender == gender]
    if len(words) > 1:
        return _only(fitting, lambda p: (p.given, p.surname) == (words[0], words[-1]))
    word = words[0]
    if not title or title in _GIVEN_TITLES:
        by_given = _only(fitting, lambda p: p.given == word or _is_familiar(p, name, found))
        if by_given or any(p.given == word for p in fitting):
            return by_given
    bearers = [p for p in fitting if p.surname == word]
    if title == "miss":
        # An eldest daughter is “Miss Bennet”, her sisters are “Miss Elizabeth” and so on.
        bearers = [p for p in bearers if f"Miss {p.given}" not in speech]
    if title:
        bearers = [p for p in bearers if _may_bear(p, title, found)]
    if len(bearers) > 1 and not title:
        bearers = [p for p in bearers if p.gender == "male" and not p.given] or bearers
    if len(bearers) > 1:
        first, *others = sorted(bearers, key=found.count, reverse=True)
        enough = _MUCH_MORE * sum(map(found.count, others))
        bearers = [first] if found.count(first) >= enough else []
    return bearers[0] if bearers else None


def _only(people: list[_Person], fits: Callable[[_Person], bool]) -> _Person | None:
    bearers = [person for person in people if fits(person)]
    return bearers[0] if len(bearers) == 1 else None


def _is_familiar(person: _Person, name: str, found: _Found) -> bool:
    """Whether a name such as "Lizzy" is short for that of somebody who mostly goes by the long."""
    alone = len(found.ends.get(person.given, ()))
    return person.given.lower() in familiar_of(name) and alone > len(found.ends[name])


def _may_bear(person: _Person, title: str, found: _Found) -> bool:
    """Whether a title with the surname alone does not show that somebody else is meant."""
    titles = {title_of(name) for name in person.names} - {""}
    married = title in _MARRIED
    if married or title == "miss" or gender_of(f"{title} ?") is None:
        has_other = bool(titles & ({*_MARRIED, "miss"} - {title}))
        return not has_other and not (married and f"Miss {person.surname}" in found.ends)
    return True


def _by_pronouns(text: str, ends: list[int], language: str) -> str | None:
    """The gender that most pronouns after somebody's name have; None where they are few."""
    genders = pronouns(language)
    count: Counter[str] = Counter()
    for end in ends:
        for word in _WORD.findall(text, end, end + _PRONOUN_WITHIN):
            if gender := genders.get(word):
                count[gender] += 1
                break
    if not count:
        return None
    (gender, most), *_ = count.most_common(1)
    enough = most >= _LEAST_PRONOUNS and most >= _PRONOUN_MAJORITY * count.total()
    return gender if enough else None


def _speaking_roles(narration: str, language: str) -> Iterator[tuple[str, list[int]]]:
    """Those who are called by what they are, such as "the inspector", and often speak."""
    verbs = "|".join(speech_verbs(language))
    if primary(language) != "en":
        return
    pattern = re.compile(
        rf"\b(?:{verbs}) (the (?:[a-z]+ ){{0,2}}[a-z]+)(?=[,.;:—–]|$)"
        rf"|\b([Tt]he (?:[a-z]+ )?[a-z]+) (?:{verbs})\b"
    )
    ends: dict[str, list[int]] = {}
    for match in pattern.finditer(narration):
        role = (match[1] or match[2]).lower()
        if role not in _NOBODY and role.split(" ", 1)[1] not in roles(language):
            ends.setdefault(role, []).append(match.end())
    for role, at in sorted(ends.items()):
        if len(at) >= _LEAST_ROLE_SPEECHES:
            yield role, at
