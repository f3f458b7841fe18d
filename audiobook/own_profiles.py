"""The mastering profiles that a show sets for itself, read with the place of every number.

What the numbers mean, and the profiles there are to begin with, is in `audiobook.sound.profiles`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from audiobook.errors import ConfigError, Where, place_of
from audiobook.settings import Table

__all__ = ["OwnProfile", "read_own_profiles"]

_NUMBERS = {
    "loudness_lufs": (-40.0, -8.0),
    "tolerance_lu": (0.1, 10.0),
    "rms_db": (-40.0, -8.0),
    "ceiling_dbtp": (-20.0, 0.0),
    "noise_floor_db": (-100.0, -20.0),
    "vbr_quality": (0.0, 9.99),
    "longest_s": (1.0, 360_000.0),
}
_WHOLE_NUMBERS = {"sample_rate": (16_000, 48_000), "channels": (1, 2), "bitrate_kbps": (8, 320)}
_RANGES = {"rms_range_db": (-60.0, 0.0), "head_s": (0.0, 60.0), "tail_s": (0.0, 60.0)}
_FLAGS = ("demands_cbr", "splits_chapters")
_SAMPLE_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # MP3's


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """A mastering profile of a show's own: another one with some of its numbers changed."""

    name: str
    """What it is asked for by."""
    base: str = "podcast"
    """The name of the profile it is made from."""
    changes: tuple[tuple[str, object], ...] = ()
    """Pairs (field of `audiobook.sound.profiles.Profile`, its value)."""
    places: tuple[tuple[str, Where], ...] = field(default=(), compare=False)
    """Where each of its settings stands."""

    def where(self, *settings: str) -> Where | None:
        """Where the first of these that is set stands, else the profile itself."""
        return place_of(self.places, *settings, "")


def read_own_profiles(old: Iterable[OwnProfile], table: Table) -> tuple[OwnProfile, ...]:
    """The profiles in a table, one in each table within it, laid over those there were.

    Raises:
        ConfigError: a setting is unknown or wrong; with its place.
    """
    profiles = {profile.name: profile for profile in old}
    for name in table.names():
        profiles[name] = _read(profiles.get(name, OwnProfile(name)), table)
    return tuple(profiles.values())


def _read(old: OwnProfile, profiles: Table) -> OwnProfile:
    table = profiles.table(old.name)
    if table is None:
        return old
    base = table.text("base") or old.base
    changes = dict(old.changes) | _changes(table)
    table.finish()
    return OwnProfile(old.name, base, tuple(changes.items()), table.places(old.places))


def _changes(table: Table) -> dict[str, object]:
    """The numbers that a table sets."""
    given: dict[str, object] = {}
    given |= {name: table.number(name, *bounds, 0.0) for name, bounds in _NUMBERS.items()}
    given |= {name: table.integer(name, *bounds) for name, bounds in _WHOLE_NUMBERS.items()}
    given |= {name: table.span(name, *bounds) for name, bounds in _RANGES.items()}
    given |= {name: table.flag(name) for name in _FLAGS}
    rate = given["sample_rate"]
    if rate is not None and rate not in _SAMPLE_RATES:
        raise ConfigError(
            f"MP3 has no sample rate of {rate} Hz",
            where=table.where("sample_rate"),
            hint="choose " + ", ".join(map(str, _SAMPLE_RATES)),
        )
    return {name: given[name] for name in table.names() if name in given}
