"""The settings that a show gives its engines, read as far as all engines share them.

What the settings of an engine mean, the engine itself knows: it takes them from its table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from audiobook.errors import ConfigError, Where
from audiobook.settings import Table

__all__ = ["AUTO", "PRICE", "EngineSettings", "read_engine_names", "read_engine_settings"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_MOST_PRICE = 1e9

AUTO = "auto"
"""Stands for the name of whichever engine can speak."""
PRICE = "price_per_million_characters"
"""The setting that every engine may have, be it one that takes settings or not."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What a show sets for one engine."""

    name: str
    """The engine's: as registered, or one that the show gives to an engine of its own."""
    table: Table
    """Its settings, each with its place; whoever asks for one by its type is told where it is
    wrong, and those that nobody asks for are told as unknown."""
    where: Where = field(compare=False)
    """Where the table begins, for errors."""
    price: float | None = None
    """What a million characters cost with it, in whatever currency the show reckons in; for
    plans."""


def read_engine_names(table: Table) -> tuple[str, ...]:
    """The setting `engine`: a name, or a list of engines that take over from each other.

    Returns:
        Their names, the preferred one first; empty where it is not given.

    Raises:
        ConfigError: it is neither, or an engine is in the list twice, or "auto" is; with its place.
    """
    names = table.texts("engine")
    if len(set(names)) < len(names) or (AUTO in names and len(names) > 1):
        raise ConfigError(
            f'"engine" must name each engine once, and "{AUTO}" alone',
            where=table.where("engine"),
            hint='write the preferred one first: ["gtts", "espeak"]',
        )
    return names


def read_engine_settings(table: Table) -> tuple[EngineSettings, ...]:
    """The tables of a table, one for each engine.

    Raises:
        ConfigError: one is no table, or its name is none for an engine; with its place.
    """
    return tuple(_read(name, table) for name in table.names())


def _read(name: str, engines: Table) -> EngineSettings:
    where = engines.where(name)
    settings = engines.table(name)
    if settings is None or name == AUTO or not _NAME.fullmatch(name):
        raise ConfigError(
            f'no engine can have the name "{name}"',
            where=where,
            hint=f'use letters, digits and hyphens; "{AUTO}" has a meaning of its own',
        )
    return EngineSettings(name, settings, where, _price(settings))


def _price(settings: Table) -> float | None:
    price = settings.number(PRICE, 0.0, _MOST_PRICE, 0.0)
    return price if PRICE in settings.names() else None
