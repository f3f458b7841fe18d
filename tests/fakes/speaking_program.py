"""A program that speaks in tones, as a user's own would: OUT [HOW] [VOICE] [RATE].

It is run by tests. The text comes on its standard input; a character lasts 20 ms at rate 1.
"""

from __future__ import annotations

import os
import sys
import time
import wave
from pathlib import Path

SAMPLE_RATE = 8_000
PERIODS = {"alto": 36, "bass": 81}  # in samples


def write(out: str, n_samples: int, period: int, peak: int = 8_000) -> None:
    wave_form = b"".join(
        (peak if at % period < period // 2 else -peak).to_bytes(2, "little", signed=True)
        for at in range(period)
    )
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((wave_form * (n_samples // period + 1))[: 2 * n_samples])


def hang(out: str) -> None:
    time.sleep(600)


def linger(out: str) -> None:
    """Leave a child behind that holds what its parent prints to, and a pipe that a test reads."""
    pipe = os.open(os.environ["LINGERER"], os.O_WRONLY)
    os.write(pipe, b"here")
    os.set_inheritable(pipe, True)
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "600"])
    well(out)


def chatter(out: str) -> None:
    for _ in range(64):
        sys.stderr.write("x" * (1 << 16))
    well(out)


def fail(out: str) -> None:
    sys.exit("I am\nvery \x1bhoarse\n")


def crash(out: str) -> None:
    os.abort()


def rubbish(out: str) -> None:
    Path(out).write_bytes(b"I am no sound\n" * 100)


def flood(out: str) -> None:
    with Path(out).open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def half(out: str) -> None:
    well(out)
    os.truncate(out, 200)


def well(out: str) -> None:
    write(out, 800, PERIODS["alto"])


FAULTS = {
    "hang": hang,
    "linger": linger,
    "chatter": chatter,
    "fail": fail,
    "crash": crash,
    "nothing": lambda out: None,
    "pipe": os.mkfifo,
    "silence": lambda out: write(out, 800, 36, peak=0),
    "rubbish": rubbish,
    "flood": flood,
    "half": half,
    "deaf": well,
}
"""What it does instead of reading its text and speaking it."""


def main(out: str, how: str = "well", voice: str = "alto", rate: str = "1") -> None:
    if fault := FAULTS.get(how):
        fault(out)
        return
    text = sys.stdin.buffer.read().decode("utf-8")
    write(out, round(len(text) * 0.02 * SAMPLE_RATE / float(rate)), PERIODS[voice])


if __name__ == "__main__":
    main(*sys.argv[1:])
