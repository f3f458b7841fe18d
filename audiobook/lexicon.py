"""The lexicon: how words are to be said, set by a story, a show and a user; and which rules hold.

What a rule does, and how entries are found in a text, is in `audiobook.script.spoken`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from audiobook.errors import ConfigError, UnknownNameError, UsageError, Where
from audiobook.settings import Table, read_toml

__all__ = [
    "SPOKEN_RULES",
    "Lexicon",
    "LexiconEntry",
    "read_entries",
    "read_switches",
    "read_user_lexicon",
]

SPOKEN_RULES = (
    "abbreviations",
    "acronyms",
    "addresses",
    "capitals",
    "characters",
    "dates",
    "emoji",
    "fractions",
    "initials",
    "markup",
    "money",
    "notes",
    "numbers",
    "ordinals",
    "phones",
    "ranges",
    "roman",
    "scores",
    "times",
    "units",
    "years",
)
"""The names of the rules by which text is read that is in no lexicon."""

_VARIABLE = "AUDIOBOOK_LEXICON"
_MOST_BYTES = 1000


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """How a word, a phrase or a pattern is to be said."""

    written: str
    """As it stands in a text; of a pattern, the pattern."""
    sub: str | None = None
    """What is said in its place, in words; None to say it as it is written."""
    ipa: str | None = None
    """Its sounds in the International Phonetic Alphabet, for engines that take them."""
    pattern: bool = False
    """Whether `written` is a regular expression, as RE2 takes them, and not whole words."""
    case: bool = False
    """Whether capitals count."""
    where: Where | None = field(default=None, compare=False)
    """Where it is set, for errors."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries, those that win over others first."""

    entries: tuple[LexiconEntry, ...] = ()
    """The nearer to the story the earlier; of one file, the longer the earlier."""

    def over(self, others: Lexicon) -> Lexicon:
        """This lexicon where both say something, else either."""
        return Lexicon((*self.entries, *others.entries))


def read_entries(table: Table) -> Lexicon:
    """The entries of a table: each a text, or a table with `sub` or `ipa` or both.

    Raises:
        ConfigError: an entry says nothing, or a setting is unknown or wrong; with its place.
    """
    return Lexicon(_by_length(_entry(name, table) for name in table.names()))


def _by_length(entries: Iterable[LexiconEntry]) -> tuple[LexiconEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: -len(entry.written)))


def _entry(name: str, entries: Table) -> LexiconEntry:
    where = entries.where(name)
    given = entries.table_or_text(name)
    if given is None:
        raise ConfigError(f'"{name}" needs a text', where=where)
    if isinstance(given, str):
        return LexiconEntry(_words(name, where), _said(given, where), where=where)
    entry = LexiconEntry(
        name if given.flag("pattern") else _words(name, where),
        _said(given.text("sub", most_bytes=_MOST_BYTES), where),
        given.text("ipa", most_bytes=_MOST_BYTES),
        given.flag("pattern") or False,
        given.flag("case") or False,
        where,
    )
    given.finish()
    if not (entry.sub or entry.ipa):
        raise ConfigError(
            f'"{name}" needs a "sub" or an "ipa"',
            where=where,
            hint='{sub = "what is said"} or {ipa = "its sounds"}',
        )
    return entry


def _words(name: str, where: Where) -> str:
    """A name as words that can be found in a text."""
    if not any(character.isalnum() for character in name):
        raise ConfigError(f'"{name}" has no word in it', where=where)
    return " ".join(name.split())


def _said(sub: str | None, where: Where) -> str | None:
    """What is said, with white space folded; it must have a word in it."""
    if sub is None:
        return None
    if len(sub.encode()) > _MOST_BYTES:
        raise ConfigError(f"is longer than {_MOST_BYTES} bytes", where=where)
    if not any(character.isalnum() for character in sub):
        raise ConfigError(f'"{sub}" cannot be said: it has no word in it', where=where)
    return " ".join(sub.split())


def read_switches(old: Iterable[str], table: Table) -> tuple[str, ...]:
    """The names of the rules that are switched off, after a table of switches.

    Args:
        old: those that were off before.
        table: names of rules with true or false.

    Raises:
        UnknownNameError: a name is that of no rule; with its place.
        ConfigError: a value is neither true nor false; with its place.
    """
    off = set(old)
    for name in table.names():
        if name not in SPOKEN_RULES:
            raise UnknownNameError("rule", name, SPOKEN_RULES, where=table.where(name))
        (off.discard if table.flag(name) else off.add)(name)
    return tuple(sorted(off))


def read_user_lexicon() -> Lexicon:
    """The user's own entries: lexicon.toml in the settings folder; none where there is no file.

    The variable AUDIOBOOK_LEXICON names another file.

    Raises:
        UsageError: the file that the variable names is not there, or it cannot be read.
        ConfigError: it is not TOML, or an entry is wrong; with its place.
    """
    override = os.environ.get(_VARIABLE)
    path = Path(override or Path(platformdirs.user_config_dir("audiobook")) / "lexicon.toml")
    if os.path.exists(path):  # noqa: PTH110 - unlike that of Path, it never fails
        return read_entries(read_toml(path))
    if override:
        raise UsageError(f"no such lexicon: {path}", hint=f"{_VARIABLE} names it")
    return Lexicon()
