"""A long programme: built cold, unchanged, and after one sentence was edited.

    python benchmarks/longform.py --hours 1 [--times 3] [--verify] [--music]

Prints, from one run: seconds, × real time, peak memory, what was spoken and encoded, and the
ratios to LAME alone on as many threads and to copying the file.
"""

from __future__ import annotations

import argparse
import compileall
import copy
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import soundfile
from stories import SENTENCES_PER_MINUTE, as_markdown, keep_only_clips, sentences, story

import audiobook
from audiobook.episode.lame import load_lame
from audiobook.episode.mp3_settings import Cbr, Mp3Settings
from audiobook.store import Store

_LAME_STRETCH_S = 300
_N_COPIES = 5


@dataclass(frozen=True)
class Run:
    """A finished build."""

    seconds: float
    peak_mb: float
    report: dict[str, object]

    @property
    def file(self) -> Path:
        """The file that was made."""
        (file,) = self.report["files"].values()  # type: ignore[attr-defined]
        return Path(file)


def main() -> None:
    options = _options()
    if options.lame:
        print(_lame_speed(options.lame, options.jobs))
        return
    folder = Path(tempfile.mkdtemp(prefix="longform-"))
    compileall.compile_dir(Path(audiobook.__file__).parent, quiet=1)  # as pip does for a user
    try:
        _run(options, folder)
    finally:
        shutil.rmtree(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--times", type=int, default=3, help="how often it is built cold")
    parser.add_argument("--music", action="store_true", help="with opening, bed and closing")
    parser.add_argument("--verify", action="store_true", help="compare edits with clean builds")
    parser.add_argument("--lame", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path) -> None:
    chapters = story(round(options.hours * 60 * SENTENCES_PER_MINUTE))
    store = folder / "store"
    speech = _build(options, chapters, store, folder / "first")
    hours = speech.report["duration_s"] / 3600  # type: ignore[operator]
    print(f"{hours:.2f} h, {speech.report['segments']} segments, {options.jobs} threads")
    _show("cold, speech included", speech, hours)
    mix = _build(options, chapters[:1], store, folder / "mix", "wav")
    shares = []
    for _ in range(options.times):  # by turns: a machine that others use is now fast, now slow
        keep_only_clips(Store(store))
        cold = _build(options, chapters, store, folder / "out")
        _show("cold, speech kept", cold, hours)
        lame_s = hours * 3600 / _lame_alone(mix.file, options.jobs)
        print(f"LAME alone: {lame_s:.1f} s, {hours * 3600 / lame_s:.0f} × real time")
        shares.append(lame_s / cold.seconds)
    told = ", ".join(f"{share:.2f}" for share in shares)
    print(f"  cold build, speech kept, against LAME alone: {told}")
    print(f"  of these the median: {statistics.median(shares):.2f}")
    copy_s = _copy_seconds(cold.file, folder / "copy.mp3")
    print(f"copying {cold.file.stat().st_size / 1e6:.0f} MB over an older copy: {copy_s:.2f} s")
    _show("no change", _build(options, chapters, store, folder / "out"), hours)
    for name, edited in _edits(chapters).items():
        run = _build(options, edited, store, folder / "out")
        _show(f"{name} one sentence", run, hours)
        print(f"  over 1.5 × copying by {run.seconds - 1.5 * copy_s:+.2f} s")
        if options.verify:
            clean = _build(options, edited, folder / f"store-{name}", folder / "clean")
            same = run.file.read_bytes() == clean.file.read_bytes()
            print(f"  identical to a clean build: {same}")


def _edits(chapters: list[list[list[str]]]) -> dict[str, list[list[list[str]]]]:
    replaced, inserted = islice(sentences(seed=99), 2)
    at = len(chapters) // 2
    edits = {name: copy.deepcopy(chapters) for name in ("replace", "insert", "delete")}
    edits["replace"][at][8][2] = replaced
    edits["insert"][at][8].insert(2, inserted)
    del edits["delete"][at][8][2]
    return edits


def _build(
    options: argparse.Namespace,
    chapters: list[list[list[str]]],
    store: Path,
    out: Path,
    extension: str = "mp3",
) -> Run:
    out.mkdir(exist_ok=True)
    path = out.parent / "story.md"
    path.write_text(as_markdown(chapters))
    command = [sys.executable, "-m", "audiobook", "build", str(path), "-o", str(out), "--json"]
    command += ["--engine", "espeak", "--jobs", str(options.jobs), "-q", "--format", extension]
    command += [] if options.music else ["--no-music"]
    environment = {**os.environ, "AUDIOBOOK_CACHE": str(store)}
    answer = out.parent / "report.json"
    begun = time.perf_counter()
    with answer.open("wb") as file:
        pid = os.posix_spawn(
            sys.executable,
            command,
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1)],
        )
        _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        sys.exit(f"the build failed: {status}")
    (report,) = json.loads(answer.read_text())["episodes"]
    return Run(seconds, usage.ru_maxrss / 1024, report)


def _lame_alone(file: Path, threads: int) -> float:
    """How many times real time LAME alone is with this mix, measured in a process of its own.

    It has to be the mix: what was decoded is a little easier to encode once more. A child's
    greatest memory begins with its parent's, so this one has to stay small.
    """
    command = [sys.executable, __file__, "--lame", str(file), "--jobs", str(threads)]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def _lame_speed(file: Path, threads: int) -> float:
    pcm, rate = soundfile.read(file, frames=_LAME_STRETCH_S * 44100, start=44100, dtype="float32")
    sound = np.ascontiguousarray(pcm[np.newaxis])
    settings, lame = Mp3Settings(rate, 1, Cbr(96)), load_lame()
    n_stretches = 2 * threads
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: lame.encode(sound, settings), range(n_stretches)))
    return n_stretches * len(pcm) / rate / (time.perf_counter() - begun)


def _copy_seconds(file: Path, target: Path) -> float:
    """What it takes to put a copy in the place of an older one, as a build does with its file.

    The median of a few: some file systems write to the disk then, and wait for what is under way.
    """
    shutil.copyfile(file, target)
    seconds = []
    for _ in range(_N_COPIES):
        begun = time.perf_counter()
        shutil.copyfile(file, target.with_suffix(".new"))
        target.with_suffix(".new").replace(target)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def _show(name: str, run: Run, hours: float) -> None:
    report = run.report
    print(
        f"{name}: {run.seconds:.2f} s, {hours * 3600 / run.seconds:.0f} × real time, "
        f"{run.peak_mb:.0f} MB, {report['segments_synthesised']} spoken, "
        f"{report['blocks_encoded']} of {report['blocks']} blocks encoded, "
        f"{report['integrated_lufs']:.2f} LUFS, {report['true_peak_dbtp']:.2f} dBTP"
    )


if __name__ == "__main__":
    main()
