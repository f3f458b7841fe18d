"""Finished files held against the profile that they are meant to have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audiobook.episode.measure import Measured, measure
from audiobook.episode.verdicts import Verdict, verdicts_of
from audiobook.show import Show
from audiobook.show_files import nearest_show
from audiobook.sound.profiles import PROFILES, Profile
from audiobook.story import profile_of

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished file beside its profile."""

    measured: Measured
    """What it is."""
    profile: Profile
    """What it is held against."""
    verdicts: tuple[Verdict, ...]
    """Each figure, and whether it is what the profile asks for."""

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """What is not as it should be."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passes)


def check(paths: Iterable[str | Path], profile: str | Profile = "podcast") -> tuple[Checked, ...]:
    """Measure finished files, whoever made them, by decoding them.

    Args:
        paths: MP3, WAVE, AIFF, FLAC or Ogg files.
        profile: what to hold them against, or its name: one that comes with the program, or one
            that the nearest show.toml above the current folder, else the one in ./script, sets.

    Raises:
        UsageError: there is no such file.
        SoundError: one is no sound, or is damaged.
        UnknownNameError: there is no profile of that name.
        ConfigError: the show's settings are wrong.
    """
    wanted = profile if isinstance(profile, Profile) else _named(profile)
    measured = [measure(Path(path)) for path in paths]
    return tuple(Checked(each, wanted, verdicts_of(each, wanted)) for each in measured)


def _named(name: str) -> Profile:
    """Only a name that is not the program's own sends for a show."""
    show = None if name in PROFILES else nearest_show()
    return profile_of(show or Show(), name)
