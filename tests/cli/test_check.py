"""`audiobook check`: the table, the JSON, and what it ends with; and builds that pass it."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from cli.commands import Run
from fakes.files import narration, write_mp3

FIGURES = [
    "integrated loudness",
    "true peak",
    "sample peak",
    "RMS",
    "noise floor",
    "sample rate",
    "channels",
    "bit rate",
    "bit rate mode",
    "head",
    "tail",
    "duration",
]
QUICK = ("--engine", "tone", "--no-music")


@pytest.fixture
def good() -> str:
    """An MP3 that a shop for audiobooks would take."""
    return str(write_mp3(Path("good.mp3"), narration(), 44_100, 192))


@pytest.fixture
def quiet() -> str:
    return str(write_mp3(Path("quiet.mp3"), narration(rms_db=-24), 44_100, 192))


def test_a_file_that_passes_is_told_in_words(run_process: Run, good: str) -> None:
    done = run_process("check", good, "--profile", "acx")
    assert (done.code, done.err) == (0, "")
    head, *rows = done.out.splitlines()
    assert head == "good.mp3  (acx)"
    assert [row[2:22].strip() for row in rows] == FIGURES
    assert all(row.endswith("  ok") for row in rows[1:])
    assert rows[0].split()[-1] == "LUFS"  # which acx does not ask for
    assert rows[7].split() == ["bit", "rate", "192", "kbps", "at", "least", "192", "kbps", "ok"]


def test_a_file_that_fails_is_told_in_a_line(run: Run, good: str, quiet: str) -> None:
    done = run("check", good, quiet, "--profile", "acx")
    assert done.code == 5
    assert done.err == 'error: not as "acx" asks: quiet.mp3 fails in RMS\n'
    failed = [line for line in done.out.splitlines() if line.endswith("FAILS")]
    assert len(failed) == 1
    assert failed[0].startswith("  RMS  ")
    silent = run("check", quiet, "--profile", "acx", "--quiet")
    assert (silent.code, silent.out, silent.err) == (5, "", done.err)


def test_json_has_every_figure_and_verdict(run: Run, good: str, quiet: str) -> None:
    done = run("check", good, quiet, "--profile", "acx", "--json")
    assert done.code == 5
    first, second = done.json["files"]
    assert (first["path"], first["profile"], first["passes"]) == ("good.mp3", "acx", True)
    assert (second["path"], second["passes"]) == ("quiet.mp3", False)
    assert [figure["name"] for figure in first["figures"]] == FIGURES
    for figure in first["figures"]:
        assert figure.keys() == {"name", "value", "unit", "wanted", "passes"}
        assert figure["passes"] is True
    failed = [figure for figure in second["figures"] if not figure["passes"]]
    (rms,) = failed
    assert rms == {
        "name": "RMS",
        "value": pytest.approx(-24, abs=0.2),
        "unit": "dB",
        "wanted": "-23 to -18 dB",
        "passes": False,
    }


def test_what_cannot_be_checked(run: Run, good: str) -> None:
    run("check", "nowhere.mp3").fails(2, "error: no such file: nowhere.mp3")
    run("check", good, ".").fails(2, "error: . is a folder", hint="the files in it")
    run("check", good, "--profile", "podcats").fails(2, 'profile "podcats"', hint='"podcast"')
    Path("story.txt").write_text("Once upon a time.")
    done = run("check", "story.txt", "--json")
    what = "error: story.txt cannot be measured: it does not begin as sound files do"
    done.fails(1, what, hint="MP3, WAVE, AIFF, FLAC and Ogg files can be measured")
    assert run("check").code == 2
    Path("show.toml").write_text("[profiles.mine]\nsample_rate = 44000\n")
    run("check", good, "--profile", "mine").fails(3, "error: show.toml:2:1: MP3 has no sample rate")


@pytest.mark.parametrize("options", [(), ("--profile", "podcast-stereo"), ("--format", "wav")])
def test_what_is_built_passes(run: Run, story: Path, options: tuple[str, ...]) -> None:
    (built,) = run("build", story, *QUICK, *options, "--json").json["episodes"]
    (path,) = built["files"].values()
    profile = options if "--profile" in options else ()
    done = run("check", path, *profile, "--json")
    assert done.code == 0, done
    found = {f["name"]: f["value"] for f in done.json["files"][0]["figures"]}
    assert found["integrated loudness"] == pytest.approx(built["integrated_lufs"], abs=0.1)
    assert found["duration"] == pytest.approx(built["duration_s"], abs=0.01)


def test_a_profile_of_ones_own_shapes_the_file_and_checks_it(run: Run, story: Path) -> None:
    own = 'profile = "mine"\n[profiles.mine]\nsample_rate = 24000\nloudness_lufs = -19\n'
    Path("show.toml").write_text(own + "vbr_quality = 4\ntolerance_lu = 1\n")
    (built,) = run("build", story, *QUICK, "--json").json["episodes"]
    info = soundfile.info(built["files"]["mp3"])
    assert (info.samplerate, info.channels) == (24_000, 1)
    done = run("check", built["files"]["mp3"], "--profile", "mine", "--json")
    assert done.code == 0, done
    found = {f["name"]: f["value"] for f in done.json["files"][0]["figures"]}
    assert found["integrated loudness"] == pytest.approx(-19, abs=1)
    assert found["bit rate mode"] == "variable"
    assert found["sample rate"] == 24_000


def test_acx_gets_a_file_for_each_chapter_unless_told_otherwise(run: Run, story: Path) -> None:
    def files(*options: str) -> list[str]:
        plans = run("build", "-n", story, *QUICK, *options, "--json").json["episodes"]
        return [path for plan in plans for path in plan["files"]]

    chapters = ["output/crossing-1.mp3", "output/crossing-2.mp3"]
    assert files("--profile", "acx") == chapters
    assert files("--profile", "acx", "--split", "episode") == ["output/crossing.mp3"]
    assert files() == ["output/crossing.mp3"]
    Path("show.toml").write_text('profile = "a"\n[profiles.a]\nsplits_chapters = true\n')
    assert files() == chapters
