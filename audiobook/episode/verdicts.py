"""What a finished file measures, beside what its profile asks of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audiobook.episode.measure import Measured
from audiobook.sound.profiles import Demand, Measure, Profile

__all__ = ["Verdict", "verdicts_of"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure of a file."""

    name: str
    """What is measured."""
    value: float | str | None
    """What it is, rounded as it is shown and judged; None where the file has no such thing."""
    unit: str
    """Of the value; empty where it has none."""
    wanted: str
    """What the profile asks for, in words; empty where it asks for nothing."""
    passes: bool
    """Whether that is met; true where nothing is asked for."""

    @property
    def shown(self) -> str:
        """The value with its unit, in words; "none" where there is no value."""
        return "none" if self.value is None else f"{self.value} {self.unit}".rstrip()


def verdicts_of(measured: Measured, profile: Profile) -> tuple[Verdict, ...]:
    """Every figure of a file, with what a profile asks of it."""
    demands = {demand.measure: demand for demand in profile.demands}
    figures, rate = measured.figures, measured.bit_rate

    def number(measure: Measure, value: float | None, unit: str, digits: int | None) -> Verdict:
        shown = None if value is None else round(value, digits)
        demand = demands.get(measure)
        passes = demand is None or (shown is not None and demand.holds(shown))
        return Verdict(measure, shown, unit, _in_words(demand, unit), passes)

    kbps, mode = None, None
    if rate is not None:
        kbps, mode = rate.kbps, "constant" if rate.is_constant else "variable"
    mode_passes = mode == "constant" or not profile.demands_cbr
    mode_wanted = "constant" if profile.demands_cbr else ""
    return (
        number(Measure.LOUDNESS, figures.integrated_lufs, "LUFS", 2),
        number(Measure.TRUE_PEAK, figures.true_peak_dbtp, "dBTP", 2),
        number(Measure.SAMPLE_PEAK, figures.sample_peak_db, "dB", 2),
        number(Measure.RMS, figures.rms_db, "dB", 2),
        number(Measure.NOISE_FLOOR, figures.noise_floor_db, "dB", 2),
        number(Measure.SAMPLE_RATE, measured.sample_rate, "Hz", None),
        number(Measure.CHANNELS, measured.channels, "", None),
        number(Measure.BIT_RATE, kbps, "kbps", None),
        Verdict(Measure.BIT_RATE_MODE, mode, "", mode_wanted, mode_passes),
        number(Measure.HEAD, figures.head_s, "s", 2),
        number(Measure.TAIL, figures.tail_s, "s", 2),
        number(Measure.DURATION, measured.duration_s, "s", 2),
    )


def _in_words(demand: Demand | None, unit: str) -> str:
    if demand is None:
        return ""
    least, most = f"{demand.least:g}", f"{demand.most:g}"
    if demand.least == demand.most:
        words = least
    elif demand.least == -math.inf:
        words = f"at most {most}"
    elif demand.most == math.inf:
        words = f"at least {least}"
    else:
        words = f"{least} to {most}"
    return f"{words} {unit}".rstrip()
