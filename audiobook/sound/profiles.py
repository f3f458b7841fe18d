"""The mastering profiles: what a programme is made to be, and what it must then measure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.own_profiles import OwnProfile
from audiobook.sound.levels import SILENCE_DB, Figures

__all__ = ["PROFILES", "Demand", "Measure", "Profile", "find_profile"]

_NEAR_ENOUGH_DB = 0.25
_NEAREST_DB = 0.125
"""No gain brings a programme nearer for certain: gains are multiples of twice that."""
_READ_OTHERWISE_DB = 0.05
"""A finished file may measure so much more or less than its blocks."""
_LUFS_OVER_RMS = 0.5
"""How far, about, the loudness of narration in LUFS is above its RMS in dB."""
_LEAST_CREST_DB = 8.0
"""Speech whose peaks rise no higher above its loudness sounds crushed."""


class Measure(StrEnum):
    """What can be asked of a finished file."""

    LOUDNESS = "integrated loudness"
    TRUE_PEAK = "true peak"
    SAMPLE_PEAK = "sample peak"
    RMS = "RMS"
    NOISE_FLOOR = "noise floor"
    SAMPLE_RATE = "sample rate"
    CHANNELS = "channels"
    BIT_RATE = "bit rate"
    BIT_RATE_MODE = "bit rate mode"
    HEAD = "head"
    TAIL = "tail"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a finished file must measure."""

    measure: Measure
    """What is measured."""
    least: float = -math.inf
    """No less than this, in the unit of the measure."""
    most: float = math.inf
    """No more than this."""

    def holds(self, value: float) -> bool:
        """Whether a value is what was asked for."""
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a programme is mastered to. A number that is None is not asked of a finished file."""

    name: str
    """What it is asked for by."""
    source: str
    """Who asks for this."""
    loudness_lufs: float
    """Integrated loudness aimed at, in LUFS (ITU-R BS.1770); where `rms_db` is the aim, about the
    loudness that goes with it."""
    tolerance_lu: float | None = None
    """How far from that a file may be, in LU."""
    rms_db: float | None = None
    """RMS aimed at in place of a loudness, in dB of full scale."""
    rms_range_db: tuple[float, float] | None = None
    """Least and most RMS, in dB of full scale."""
    ceiling_dbtp: float
    """No true peak, and so no sample, above this, in dBTP."""
    noise_floor_db: float | None = None
    """RMS of the quietest half second is no more than this, in dB of full scale."""
    sample_rate: int = 44_100
    """Samples per second."""
    channels: int = 1
    """1 or 2."""
    bitrate_kbps: int
    """Of the MP3, constant unless `vbr_quality` is set."""
    vbr_quality: float | None = None
    """LAME's V for an MP3 whose rate follows the sound: 0 for the best to 9.99 for the smallest."""
    demands_cbr: bool = False
    """Whether a file must be an MP3 of constant bit rate, `bitrate_kbps` at least."""
    head_s: tuple[float, float] | None = None
    """Least and most room tone before the first sound, in seconds."""
    tail_s: tuple[float, float] | None = None
    """Least and most room tone after the last sound, in seconds."""
    longest_s: float | None = None
    """A file is no longer than this, in seconds."""
    splits_chapters: bool = False
    """Whether each chapter gets a file of its own unless the user says otherwise."""

    @property
    def crest_db(self) -> float:
        """How far peaks may rise above the loudness."""
        return self.ceiling_dbtp - self.loudness_lufs

    @property
    def demands(self) -> tuple[Demand, ...]:
        """What a finished file must measure, beside the mode of its bit rate."""
        found = [
            Demand(Measure.TRUE_PEAK, most=self.ceiling_dbtp),
            Demand(Measure.SAMPLE_PEAK, most=self.ceiling_dbtp),
            Demand(Measure.SAMPLE_RATE, self.sample_rate, self.sample_rate),
            Demand(Measure.CHANNELS, self.channels, self.channels),
        ]
        if self.tolerance_lu is not None:
            bounds = (self.loudness_lufs + sign * self.tolerance_lu for sign in (-1, 1))
            found.append(Demand(Measure.LOUDNESS, *(round(bound, 3) for bound in bounds)))
        if self.noise_floor_db is not None:
            found.append(Demand(Measure.NOISE_FLOOR, most=self.noise_floor_db))
        if self.demands_cbr:
            found.append(Demand(Measure.BIT_RATE, self.bitrate_kbps))
        if self.longest_s is not None:
            found.append(Demand(Measure.DURATION, most=self.longest_s))
        ranges = {
            Measure.RMS: self.rms_range_db,
            Measure.HEAD: self.head_s,
            Measure.TAIL: self.tail_s,
        }
        found.extend(Demand(measure, *span) for measure, span in ranges.items() if span)
        return tuple(found)

    @property
    def near_enough_db(self) -> float:
        """What is no further from its aim stays: to come nearer, all of it would be made twice.

        A quarter of a decibel; where an RMS within a range is asked for, half the way to its bound.
        Less where a file that far off would not pass.
        """
        near_db, room_db = _NEAR_ENOUGH_DB, self.tolerance_lu or math.inf
        if self.rms_db is not None and self.rms_range_db is not None:
            least_db, most_db = self.rms_range_db
            room_db = min(self.rms_db - least_db, most_db - self.rms_db)
            near_db = max(near_db, room_db / 2)
        return max(_NEAREST_DB, min(near_db, room_db - _READ_OTHERWISE_DB))

    @property
    def aim_db(self) -> float:
        """What a programme is to measure: RMS in dB where that is the aim, else LUFS."""
        return self.loudness_lufs if self.rms_db is None else self.rms_db

    def error_db(self, figures: Figures) -> float:
        """How far a programme must be turned up to hit the aim, in dB; 0 for silence."""
        measured_db = figures.integrated_lufs if self.rms_db is None else figures.rms_db
        return self.aim_db - measured_db if measured_db > SILENCE_DB else 0.0


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(
            name="podcast",
            source="Apple Podcasts, Audio requirements: -16 LKFS ±1 dB, true peak at most -1 dBFS; "
            "kept here to ±0.3",
            loudness_lufs=-16.0,
            tolerance_lu=0.3,
            ceiling_dbtp=-1.0,
            bitrate_kbps=96,
        ),
        Profile(
            name="podcast-stereo",
            source="as podcast",
            loudness_lufs=-16.0,
            tolerance_lu=0.3,
            ceiling_dbtp=-1.0,
            channels=2,
            bitrate_kbps=128,
        ),
        Profile(
            name="acx",
            source="ACX, Audio Submission Requirements; -20 dB is well inside its range, and the "
            "peak is kept between samples too",
            loudness_lufs=-20.0 + _LUFS_OVER_RMS,
            rms_db=-20.0,
            rms_range_db=(-23.0, -18.0),
            ceiling_dbtp=-3.0,
            noise_floor_db=-60.0,
            bitrate_kbps=192,
            demands_cbr=True,
            head_s=(0.5, 1.0),
            tail_s=(1.0, 5.0),
            longest_s=120 * 60.0,
            splits_chapters=True,
        ),
        Profile(
            name="loud",
            source="Spotify, Loudness normalization: played at -14 LUFS, true peak at most -1 dBTP",
            loudness_lufs=-14.0,
            tolerance_lu=0.3,
            ceiling_dbtp=-1.0,
            bitrate_kbps=96,
        ),
        Profile(
            name="broadcast",
            source="EBU R 128: -23.0 LUFS, true peak at most -1 dBTP; ±0.5 LU as in version 3.0 of "
            "2014, where version 4.0 of 2020 gives production ±1 LU",
            loudness_lufs=-23.0,
            tolerance_lu=0.5,
            ceiling_dbtp=-1.0,
            bitrate_kbps=96,
        ),
    )
}
"""All that need not be set, by name."""


def find_profile(
    name: str, own: Iterable[OwnProfile] = (), *, where: Where | None = None
) -> Profile:
    """The profile of that name.

    Args:
        name: of one in the table above, or of one's own.
        own: those that a show sets for itself.
        where: where the name stands; None when it was typed.

    Raises:
        UnknownNameError: there is none.
        ConfigError: one's own contradicts itself; with the place.
    """
    by_name = {profile.name: profile for profile in own}
    if name in PROFILES:
        if name in by_name:
            raise ConfigError(
                f'"{name}" is the name of a profile that comes with the program',
                where=by_name[name].where(),
                hint="choose another name",
            )
        return PROFILES[name]
    if name not in by_name:
        raise UnknownNameError("profile", name, [*PROFILES, *by_name], where=where)
    return _made(by_name[name])


def _made(own: OwnProfile) -> Profile:
    """A profile from another one with some of its numbers changed."""
    if own.base not in PROFILES:
        raise UnknownNameError("profile", own.base, PROFILES, where=own.where("base"))
    source = f"{own.base}, with numbers of its own"
    profile = replace(PROFILES[own.base], name=own.name, source=source, **_aimed(own))  # type: ignore[arg-type]  # `read_own_profiles` gives each number its field's type
    _check(profile, own)
    return profile


def _aimed(own: OwnProfile) -> dict[str, object]:
    """The changes of a profile, with what follows from them: it has one aim, whatever its base's.

    Raises:
        ConfigError: both a loudness and an RMS are aimed at.
    """
    changes = dict(own.changes)
    of_loudness = [name for name in ("loudness_lufs", "tolerance_lu") if name in changes]
    rms_db = changes.get("rms_db")
    if not isinstance(rms_db, float):
        return changes | ({"rms_db": None} if of_loudness else {})
    if of_loudness:
        raise ConfigError(
            f'"rms_db" and "{of_loudness[0]}" are two aims',
            where=own.where("rms_db"),
            hint="keep one of them: a programme is brought to a loudness or to an RMS",
        )
    return changes | {"loudness_lufs": rms_db + _LUFS_OVER_RMS, "tolerance_lu": None}


def _check(profile: Profile, own: OwnProfile) -> None:
    """See that a profile does not contradict itself."""
    if profile.crest_db < _LEAST_CREST_DB:
        loudness = f"a loudness of {profile.loudness_lufs:g} LUFS"
        if profile.rms_db is not None:
            loudness = f"an RMS of {profile.rms_db:g} dB"
        raise ConfigError(
            f"a ceiling of {profile.ceiling_dbtp:g} dBTP is too near {loudness}",
            where=own.where("ceiling_dbtp", "loudness_lufs", "rms_db"),
            hint=f"keep them {_LEAST_CREST_DB:g} dB apart at least",
        )
    span = profile.rms_range_db
    if profile.rms_db is not None and span and not span[0] <= profile.rms_db <= span[1]:
        raise ConfigError(
            f"an RMS of {profile.rms_db:g} dB is outside its range, {span[0]:g} to {span[1]:g} dB",
            where=own.where("rms_db", "rms_range_db"),
        )
    if profile.demands_cbr and profile.vbr_quality is not None:
        raise ConfigError(
            "a constant bit rate is demanded, and vbr_quality makes one that varies",
            where=own.where("vbr_quality", "demands_cbr"),
            hint="leave it out, or set demands_cbr = false",
        )
