from __future__ import annotations
from audiobook.model import Sound
__all__ = ["narrated"]
def narrated(speech: Sound, sample_rate: int) -> Sound:
    return speech
