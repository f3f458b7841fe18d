"""The mastering profiles: what a finished programme must measure."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.errors import UnknownNameError, Where

__all__ = ["PROFILES", "Profile", "find_profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a programme is mastered to."""

    name: str
    """What it is asked for by."""
    loudness_lufs: float
    """Integrated loudness aimed at, in LUFS (ITU-R BS.1770)."""
    ceiling_dbtp: float
    """No true peak above this, in dBTP."""
    sample_rate: int
    """Samples per second."""
    channels: int
    """1 or 2."""
    bitrate_kbps: int
    """Of the MP3, constant."""
    source: str
    """Who asks for this."""

    @property
    def crest_db(self) -> float:
        """How far peaks may rise above the loudness."""
        return self.ceiling_dbtp - self.loudness_lufs


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("podcast", -16.0, -1.0, 44_100, 1, 96, "Apple Podcasts' advice to authors"),
        Profile("podcast-stereo", -16.0, -1.0, 44_100, 2, 128, "Apple Podcasts' advice to authors"),
        Profile("loud", -14.0, -1.0, 44_100, 1, 96, "Spotify's playback level"),
        Profile("broadcast", -23.0, -1.0, 44_100, 1, 96, "EBU R 128"),
    )
}
"""All of them, by name."""


def find_profile(name: str, *, where: Where | None = None) -> Profile:
    """The profile of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in PROFILES:
        raise UnknownNameError("profile", name, PROFILES, where=where)
    return PROFILES[name]
