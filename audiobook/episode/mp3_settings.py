"""How MP3 is to be encoded."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.episode.mp3_frame import SAMPLE_RATES, bitrates_kbps
from audiobook.errors import ConfigError

__all__ = ["Cbr", "Mp3Settings", "Vbr"]


@dataclass(frozen=True, slots=True)
class Cbr:
    """A constant bit rate: every frame has the same size, to a byte."""

    kbps: int
    """Kilobits per second, one that MP3 knows at the sample rate."""


@dataclass(frozen=True, slots=True)
class Vbr:
    """A bit rate that follows the sound, for a constant quality."""

    quality: float
    """LAME's V: 0 for the best to 9.999 for the smallest."""


@dataclass(frozen=True, slots=True)
class Mp3Settings:
    """How MP3 is to be encoded.

    Raises:
        ConfigError: MP3 has no such rates, or the quality is out of range.
    """

    sample_rate: int
    """In Hz: 48000, 44100, 32000, 24000, 22050 or 16000."""
    channels: int
    """1, or 2 for joint stereo."""
    rate: Cbr | Vbr
    """Constant bit rate or constant quality."""
    effort: int = 3
    """LAME's q: 0 tries hardest, 9 is the fastest."""

    def __post_init__(self) -> None:
        if self.sample_rate not in SAMPLE_RATES:
            raise ConfigError(
                f"MP3 has no sample rate of {self.sample_rate} Hz", hint=_choice(SAMPLE_RATES)
            )
        if self.channels not in (1, 2):
            raise ConfigError(f"MP3 has 1 or 2 channels, not {self.channels}")
        if self.effort not in range(10):
            raise ConfigError(f"LAME's effort goes from 0 to 9; {self.effort} is outside")
        if isinstance(self.rate, Vbr):
            if not 0 <= self.rate.quality < 10:
                raise ConfigError(
                    f"LAME's VBR quality is at least 0 and less than 10, not {self.rate.quality}"
                )
        elif self.rate.kbps not in bitrates_kbps(self.sample_rate):
            raise ConfigError(
                f"MP3 has no bit rate of {self.rate.kbps} kbps at {self.sample_rate} Hz",
                hint=_choice(bitrates_kbps(self.sample_rate)),
            )

    @property
    def quality_percent(self) -> int:
        """LAME's summary of its settings for the Xing header: 100 for the best (VbrTag.c)."""
        vbr_quality = self.rate.quality if isinstance(self.rate, Vbr) else 4
        return max(0, 100 - round(10 * vbr_quality) - self.effort)


def _choice(values: tuple[int, ...]) -> str:
    return "choose " + ", ".join(str(value) for value in sorted(values))
