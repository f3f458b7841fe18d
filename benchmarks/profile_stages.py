"""Where the seconds of a build go, for an hour of programme, on one thread.

python benchmarks/profile_stages.py --minutes 20 [--music]
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any
from unittest import mock

from stories import SENTENCES_PER_MINUTE, as_markdown, story

import audiobook

_STAGES = {
    "speak": ("engines/espeak.py", "synthesise"),
    "keep clips": ("speech/synthesis.py", "keep_clip"),
    "voice chain": ("sound/voice.py", "find_take"),
    "load, resample": ("sound/voice.py", "speech_of"),
    "stitch, overlay": ("sound/stitch.py", "stitch_and_overlay"),
    "duck": ("sound/duck.py", "duck_gain"),
    "render, all of it": ("sound/render.py", "render"),
    "encode": ("episode/lame.py", "encode"),
    "decode again": ("episode/mp3.py", "decoded"),
    "measure": ("sound/levels.py", "levels_of"),
    "scenes": ("sound/scene.py", "make_scene"),
    "keep blocks": ("episode/blocks.py", "keep_block"),
    "join": ("episode/join.py", "write_episode"),
}
"""By the function whose time, with all it calls, is the stage's."""


class _Here(Executor):
    """Does the work where it is asked for, so that one profile holds it all."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


def main() -> None:
    """Build once under the profiler and print the stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--music", action="store_true", help="with opening, bed and closing")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="profile-"))
    os.environ["AUDIOBOOK_CACHE"] = str(folder / "store")
    path = folder / "story.md"
    path.write_text(as_markdown(story(round(options.minutes * SENTENCES_PER_MINUTE))))
    choices = audiobook.Choices(engine="espeak", music=options.music)
    profiler = cProfile.Profile()
    try:
        with mock.patch("audiobook.builder.ThreadPoolExecutor", return_value=_Here()):
            report = profiler.runcall(audiobook.build, path, output=folder / "out", choices=choices)
    finally:
        shutil.rmtree(folder)
    hours = report.episodes[0].duration_s / 3600
    print(f"{hours * 60:.1f} min of programme in {report.elapsed_s:.1f} s; seconds an hour:")
    for name, seconds in _seconds(profiler).items():
        print(f"  {name:<18} {seconds / hours:7.2f}")
    print(f"  {'all':<18} {report.elapsed_s / hours:7.2f}  (the profiler's own cost included)")


def _seconds(profiler: cProfile.Profile) -> dict[str, float]:
    """Cumulative seconds of each stage's function."""
    seconds = dict.fromkeys(_STAGES, 0.0)
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, _, cumulative, _) in stats.items():
        for name, (module, wanted) in _STAGES.items():
            if function == wanted and file.replace("\\", "/").endswith(module):
                seconds[name] += cumulative
    return seconds


if __name__ == "__main__":
    main()
