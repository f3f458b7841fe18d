"""The same clips into the same MP3 (44.1 kHz mono, 128 kbps) by others and by this project.

    python benchmarks/peers.py --minutes 30

Others: the plain pydub loop (`out += clip`, then export), and Pandrator where it is installed
(`pip install --no-deps pandrator==0.13.0`). Both need an ffmpeg program. This project's time has
its mastering in it; theirs has none. Memory is the greatest sum over all processes of a contender.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from stories import SENTENCES_PER_MINUTE, as_markdown, keep_only_clips, story

import audiobook
from audiobook.speech.synthesis import load_clip
from audiobook.store import Store

_PROFILE = "---\nprofile: same\nprofiles: {same: {base: podcast, bitrate_kbps: 128}}\n---\n\n"
_PAUSE_MS = 300


def main() -> None:
    """Make the clips once, then let each contender make its episode of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--run", choices=_CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        _CONTENDERS[options.run](options.folder)
        return
    folder = Path(tempfile.mkdtemp(prefix="peers-"))
    try:
        minutes = _make_clips(folder, options.minutes)
        seconds = {name: _show(name, folder, minutes) for name in _able()}
    finally:
        shutil.rmtree(folder)
    others = [s for name, s in seconds.items() if name != "audiobook"]
    if others:
        print(f"audiobook against the fastest other: {min(others) / seconds['audiobook']:.1f} ×")


def _able() -> list[str]:
    """The contenders that can run here."""
    has_ffmpeg = shutil.which("ffmpeg") is not None
    able = ["audiobook"]
    if has_ffmpeg:
        able += ["pydub loop"] + (["pandrator"] if find_spec("pandrator") else [])
    missing = [name for name in _CONTENDERS if name not in able]
    if missing:
        print(f"left out, for want of ffmpeg or the package: {', '.join(missing)}")
    return able


def _make_clips(folder: Path, minutes: float) -> float:
    """Have a story spoken into the store, and its clips written as WAV files for the others."""
    path = folder / "story.md"
    path.write_text(_PROFILE + as_markdown(story(round(minutes * SENTENCES_PER_MINUTE))))
    os.environ["AUDIOBOOK_CACHE"] = str(folder / "store")
    choices = audiobook.Choices(engine="espeak", music=False)
    (built,) = audiobook.build(path, output=folder / "first", choices=choices).episodes
    store = Store()
    wavs = folder / "wavs"
    wavs.mkdir()
    kept = sorted(p for p in (store.folder / "clips").glob("*/*"))
    for number, clip_path in enumerate(kept):
        clip = load_clip(store, clip_path.name)
        assert clip is not None
        with wave.open(str(wavs / f"{number:06}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(clip.sample_rate)
            file.writeframes(clip.samples.astype("<i2").tobytes())
    keep_only_clips(store)
    print(f"{built.duration_s / 60:.0f} min, {len(kept)} clips")
    return built.duration_s / 60


def _show(name: str, folder: Path, minutes: float) -> float:
    command = [sys.executable, __file__, "--run", name, "--folder", str(folder)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        peak = _Peak(process)
        assert process.stdout
        seconds = json.loads(process.stdout.read() or b"0")
    whole = time.perf_counter() - begun
    if process.returncode:
        sys.exit(f"{name} failed")
    peak.join()
    print(
        f"{name}: {seconds:.1f} s ({whole:.1f} s with its start), "
        f"{minutes * 60 / seconds:.0f} × real time, {peak.mb:.0f} MB"
    )
    return seconds


class _Peak(threading.Thread):
    """Watches the memory of a process and all its children, fifty times a second."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self._process = process
        self.start()

    def run(self) -> None:
        """Watch until the process ends."""
        while self._process.poll() is None:
            self.mb = max(self.mb, sum(map(_resident_mb, _tree(self._process.pid))))
            time.sleep(0.02)


def _tree(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return [pid]
    return [pid, *(p for child in text.split() for p in _tree(int(child)))]


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def _by_audiobook(folder: Path) -> None:
    os.environ["AUDIOBOOK_CACHE"] = str(folder / "store")
    choices = audiobook.Choices(engine="espeak", music=False)
    begun = time.perf_counter()
    audiobook.build(folder / "story.md", output=folder / "ours", choices=choices)
    print(time.perf_counter() - begun)


def _by_pydub(folder: Path) -> None:
    from pydub import AudioSegment  # noqa: PLC0415  # only this contender's

    begun = time.perf_counter()
    pause = AudioSegment.silent(_PAUSE_MS, frame_rate=44_100)
    out = AudioSegment.empty()
    for path in sorted((folder / "wavs").iterdir()):
        out += AudioSegment.from_wav(path).set_frame_rate(44_100) + pause
    out.export(folder / "pydub.mp3", format="mp3", bitrate="128k")
    print(time.perf_counter() - begun)


def _by_pandrator(folder: Path) -> None:
    from pandrator.web import audio_assembly  # noqa: PLC0415  # only where it is installed

    begun = time.perf_counter()
    parts = [
        audio_assembly.AudioAssemblyPart(
            path=path,
            expected_duration_ms=audio_assembly.pcm_duration_ms(path),
            silence_after_ms=_PAUSE_MS,
        )
        for path in sorted((folder / "wavs").iterdir())
    ]
    plan = audio_assembly.build_audio_assembly_plan(
        parts,
        output_format="mp3",
        bitrate="128k",
        sample_rate_hz=44_100,
        channels=1,
        chapters=[(0, "One")],
    )
    audio_assembly.assemble_audio_plan(
        plan, folder / "pandrator.mp3", backend="streaming", ffmpeg_executable="ffmpeg"
    )
    print(time.perf_counter() - begun)


_CONTENDERS: dict[str, Callable[[Path], None]] = {
    "audiobook": _by_audiobook,
    "pydub loop": _by_pydub,
    "pandrator": _by_pandrator,
}


if __name__ == "__main__":
    main()
