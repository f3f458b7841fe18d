"""What the settings of a cue ask of the mix: ``{fade=3s gain=-3dB duck=-12dB}``."""

from __future__ import annotations

from dataclasses import dataclass

from audiobook.errors import StoryError, UnknownNameError
from audiobook.model import Cue, Source
from audiobook.script.notation.annotations import CUE_OPTIONS, cue_setting

__all__ = ["CueSettings", "settings_of"]


@dataclass(frozen=True, slots=True)
class CueSettings:
    """How music or a sound differs from others of its kind."""

    gain_db: float = 0.0
    """Its level against theirs, in dB."""
    fade_ms: int | None = None
    """How long it takes to come up and to go down, in milliseconds; None for as long as theirs."""
    duck_db: float | None = None
    """How far it sinks while somebody speaks, in dB; None for as far as theirs."""


def settings_of(cue: Cue, source: Source) -> CueSettings:
    """The settings of a cue.

    Args:
        cue: from a reader, which has checked them, or made by anybody else.
        source: what the cue stands in, for errors.

    Raises:
        UnknownNameError: a cue of its kind has no such setting.
        StoryError: a setting cannot be read, or goes too far.
    """
    known = CUE_OPTIONS.get(cue.kind, ())
    values: dict[str, float] = {}
    for name, given in cue.options:
        if name not in known:
            raise UnknownNameError("setting", name, known, where=source.where(cue.start))
        try:
            values[name] = cue_setting(name, given)
        except StoryError as error:
            where = source.where(cue.start)
            raise StoryError(error.what, where=where, hint=error.hint) from error
    fade_ms = values.get("fade")
    return CueSettings(
        values.get("gain", 0.0), None if fade_ms is None else round(fade_ms), values.get("duck")
    )
