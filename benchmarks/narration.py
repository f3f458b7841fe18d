"""What the narration preset does to synthetic voices, in figures and as spectrograms.

    python benchmarks/narration.py [--voice en-us --voice de] [--pictures FOLDER]

The shipped story's first chapter is built without the preset and with it, mastered alike, and both
are measured. A picture shows ten seconds without it, with it, and between them the difference: red
where there is more than before, blue where there is less.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

import audiobook

_STORY = Path(__file__).parent.parent / "script" / "kairat-yusuf.md"
_BANDS_HZ = {"warmth": (160, 250), "presence": (2000, 5000), "sibilants' band": (5000, 9000)}
_WINDOW = 512
_PICTURE_S = 10.0
_PICTURE_HZ = 10_000
_LEAST_DB, _MOST_DB, _MOST_CHANGE_DB = -100.0, -30.0, 9.0


def main() -> None:
    """Build, measure and show each voice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", action="append", help="of espeak-ng; default: en-us and en-gb")
    parser.add_argument("--pictures", type=Path, help="a folder for spectrograms")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="narration-"))
    try:
        for voice in options.voice or ["en-us", "en-gb"]:
            before, after, rate = _both(voice, folder)
            _tell(voice, _figures(before, rate), _figures(after, rate))
            if options.pictures:
                options.pictures.mkdir(parents=True, exist_ok=True)
                _picture(before, after, rate).save(options.pictures / f"{voice}.png")
    finally:
        shutil.rmtree(folder)


def _both(voice: str, folder: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """The sound without the preset and with it, shape (n,), and its rate."""
    sounds = []
    for narration in (False, True):
        choices = audiobook.Choices(
            engine="espeak",
            voices=(("Narrator", voice),),
            formats=("wav",),
            only="1",
            music=False,
            narration=narration,
        )
        (built,) = audiobook.build(_STORY, output=folder, choices=choices).episodes
        sound, rate = soundfile.read(built.files["wav"])
        sounds.append(sound)
    return sounds[0], sounds[1], rate


def _spectra(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """The powers of each window, half a window on from the last."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[:: _WINDOW // 2]
    return np.asarray(np.abs(np.fft.rfft(windows * np.hanning(_WINDOW))) ** 2)


def _figures(sound: NDArray[np.float64], rate: int) -> dict[str, float]:
    powers = _spectra(sound)
    hz = np.fft.rfftfreq(_WINDOW, 1 / rate)
    whole = powers.sum(axis=1)
    bands, figures = {}, {}
    for name, (low, high) in _BANDS_HZ.items():
        bands[name] = powers[:, (hz >= low) & (hz < high)].sum(axis=1)
        share = bands[name].sum() / whole.sum()
        figures[f"{name}, {low} to {high} Hz, of all, dB"] = 10 * np.log10(share)
    hiss = bands["sibilants' band"]
    loud = whole > 1e-3 * np.percentile(whole, 99)
    sibilants = hiss[loud & (hiss > 0.35 * whole)]
    vowels = whole[loud & (hiss < 0.02 * whole)]
    figures["sibilants against vowels, dB"] = 10 * np.log10(sibilants.mean() / vowels.mean())
    levels_db = 10 * np.log10(whole[loud])
    figures["from the soft tenth to the loudest twentieth, dB"] = np.ptp(
        np.percentile(levels_db, [10, 95])
    )
    figures["peak over RMS, dB"] = 20 * np.log10(np.abs(sound).max() / np.sqrt((sound**2).mean()))
    return figures


def _tell(voice: str, before: dict[str, float], after: dict[str, float]) -> None:
    print(f"{voice:<50} {'without':>8} {'with':>8} {'change':>8}")
    for name, value in before.items():
        print(f"  {name:<48} {value:8.1f} {after[name]:8.1f} {after[name] - value:+8.1f}")


def _picture(before: NDArray[np.float64], after: NDArray[np.float64], rate: int) -> Image.Image:
    n_samples, n_bins = int(_PICTURE_S * rate), int(_PICTURE_HZ * _WINDOW / rate)
    shown_db = [
        10 * np.log10(_spectra(sound[:n_samples])[:, :n_bins].T[::-1] / _WINDOW**2 + 1e-13)
        for sound in (before, after)
    ]
    change = (shown_db[1] - shown_db[0]) / _MOST_CHANGE_DB
    change[np.maximum(*shown_db) < _LEAST_DB + 10] = 0
    rows = [_greys(shown_db[0]), _reds_and_blues(change), _greys(shown_db[1])]
    line = np.full((4, change.shape[1], 3), 255, np.uint8)
    return Image.fromarray(np.concatenate([rows[0], line, rows[1], line, rows[2]]))


def _greys(level_db: NDArray[np.float64]) -> NDArray[np.uint8]:
    share = np.clip((level_db - _LEAST_DB) / (_MOST_DB - _LEAST_DB), 0, 1)
    return np.repeat((255 * share).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def _reds_and_blues(change: NDArray[np.float64]) -> NDArray[np.uint8]:
    """White for no change, red for more, blue for less."""
    more, less = np.clip(change, 0, 1), np.clip(-change, 0, 1)
    colours = np.stack([1 - less, 1 - more - less, 1 - more], axis=-1)
    return np.asarray((255 * np.clip(colours, 0, 1)).astype(np.uint8))


if __name__ == "__main__":
    main()
