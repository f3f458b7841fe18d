"""The page on the command line says what the commands say of themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from audiobook.cli.reference import reference
from audiobook.episode.formats import format_names
from audiobook.sound.profiles import PROFILES

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_the_page_is_up_to_date() -> None:
    made = subprocess.check_output([sys.executable, "-m", "audiobook.cli.reference"])
    assert made.decode() == reference()
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "make it anew: python -m audiobook.cli.reference > docs/command-line.md"
    )


def test_the_page_names_what_can_be_chosen() -> None:
    profiles = [line for line in reference().splitlines() if line.startswith("| `--profile")]
    assert profiles
    assert all(f" {name}," in line for name in PROFILES for line in profiles)
    (formats,) = {line for line in reference().splitlines() if line.startswith("| `--format")}
    assert all(name in formats for name in format_names())
    making, finished = ("build", "plan", "script", "words", "say"), ("check", "publish", "serve")
    for command in (*making, "voices", *finished, "doctor", "cache"):
        assert f"\n## audiobook {command}\n" in reference()
