"""A file that is as its profile asks passes; one that is wrong in one thing fails in that alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fakes.files import narration, room_noise, write_mp3

from audiobook import check
from audiobook.episode.verdicts import Verdict, verdicts_of
from audiobook.errors import ConfigError, SoundError, UnknownNameError, UsageError
from audiobook.sound import Sound
from audiobook.sound.profiles import PROFILES, Measure

RATE = 44_100


def acx_mp3(path: Path, sound: Sound) -> Path:
    return write_mp3(path, sound, RATE, 192)


def with_tone_between_samples(sound: Sound) -> Sound:
    """With a burst whose samples all miss its peaks: a quarter of the rate, half a step off."""
    n = 4000
    burst = 0.8 * np.hanning(n) * np.sin(np.pi / 2 * np.arange(n) + np.pi / 4)
    sound = sound.copy()
    sound[0, -n - 3 * RATE : -3 * RATE] = burst
    return sound


def with_spike(sound: Sound) -> Sound:
    sound = sound.copy()
    at = sound.shape[1] // 3
    sound[0, at : at + 40] += 0.9 * np.hanning(40).astype(np.float32)
    return sound


FAILING: dict[str, tuple[Callable[[Path], Path], set[Measure]]] = {
    "too soft": (lambda p: acx_mp3(p, narration(rms_db=-23.4)), {Measure.RMS}),
    "too loud": (lambda p: acx_mp3(p, narration(rms_db=-17.6)), {Measure.RMS}),
    "peak between samples": (
        lambda p: acx_mp3(p, with_tone_between_samples(narration())),
        {Measure.TRUE_PEAK},
    ),
    "peak": (
        lambda p: acx_mp3(p, with_spike(narration())),
        {Measure.TRUE_PEAK, Measure.SAMPLE_PEAK},
    ),
    "noisy room": (lambda p: acx_mp3(p, narration(noise_db=-57)), {Measure.NOISE_FLOOR}),
    "sample rate": (
        lambda p: write_mp3(p, narration(sample_rate=48_000), 48_000, 192),
        {Measure.SAMPLE_RATE},
    ),
    "stereo": (lambda p: acx_mp3(p, np.repeat(narration(), 2, axis=0)), {Measure.CHANNELS}),
    "bit rate": (lambda p: write_mp3(p, narration(), RATE, 160), {Measure.BIT_RATE}),
    "changing bit rate": (
        lambda p: write_mp3(p, narration(), RATE, (192, 256)),
        {Measure.BIT_RATE_MODE},
    ),
    "short head": (lambda p: acx_mp3(p, narration(head_s=0.3)), {Measure.HEAD}),
    "long head": (lambda p: acx_mp3(p, narration(head_s=1.3)), {Measure.HEAD}),
    "short tail": (lambda p: acx_mp3(p, narration(tail_s=0.7)), {Measure.TAIL}),
    "long tail": (lambda p: acx_mp3(p, narration(tail_s=5.4)), {Measure.TAIL}),
}


def test_a_file_that_is_all_that_acx_asks_for(tmp_path: Path) -> None:
    (checked,) = check([acx_mp3(tmp_path / "a.mp3", narration())], "acx")
    assert checked.failures == ()
    asked = {verdict.name for verdict in checked.verdicts if verdict.wanted}
    assert asked == {*Measure} - {Measure.LOUDNESS}


@pytest.mark.parametrize("kind", FAILING)
def test_a_file_that_is_wrong_in_one_thing_fails_in_that(kind: str, tmp_path: Path) -> None:
    make, wanted = FAILING[kind]
    (checked,) = check([make(tmp_path / "a.mp3")], "acx")
    assert {verdict.name for verdict in checked.failures} == wanted


def test_a_file_that_is_too_long(tmp_path: Path) -> None:
    (checked,) = check([acx_mp3(tmp_path / "a.mp3", narration())], "acx")
    for seconds, wanted in ((7200.0, []), (7200.02, [Measure.DURATION])):
        longer = replace(checked.measured, duration_s=seconds)
        verdicts = verdicts_of(longer, PROFILES["acx"])
        assert [verdict.name for verdict in verdicts if not verdict.passes] == wanted


def test_every_demand_is_failed_by_one_of_these() -> None:
    found = set().union(*(measures for _, measures in FAILING.values()), {Measure.DURATION})
    asked = {demand.measure for demand in PROFILES["acx"].demands}
    assert found == asked | {Measure.BIT_RATE_MODE}


def test_what_is_no_mp3_has_no_bit_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", narration()[0], RATE)
    acx, podcast = (check([tmp_path / "a.wav"], name)[0] for name in ("acx", "podcast"))
    assert [v.name for v in acx.failures] == [Measure.BIT_RATE, Measure.BIT_RATE_MODE]
    assert all(v.value is None for v in acx.failures)
    assert [v.name for v in podcast.failures] == [Measure.LOUDNESS]


def test_verdicts_say_what_is_wanted(tmp_path: Path) -> None:
    (checked,) = check([acx_mp3(tmp_path / "a.mp3", narration())], PROFILES["acx"])
    found = {verdict.name: verdict for verdict in checked.verdicts}
    wanted = {name: verdict.wanted for name, verdict in found.items()}
    assert wanted == {
        "integrated loudness": "",
        "true peak": "at most -3 dBTP",
        "sample peak": "at most -3 dB",
        "RMS": "-23 to -18 dB",
        "noise floor": "at most -60 dB",
        "sample rate": "44100 Hz",
        "channels": "1",
        "bit rate": "at least 192 kbps",
        "bit rate mode": "constant",
        "head": "0.5 to 1 s",
        "tail": "1 to 5 s",
        "duration": "at most 7200 s",
    }
    assert found["bit rate"] == Verdict("bit rate", 192, "kbps", "at least 192 kbps", passes=True)
    assert found["head"].value == pytest.approx(0.75, abs=0.051)
    assert found["duration"].value == round(narration().shape[1] / RATE, 2)


def test_what_is_judged_is_what_is_shown(tmp_path: Path) -> None:
    (checked,) = check([acx_mp3(tmp_path / "a.mp3", narration())], "podcast")
    figures = replace(checked.measured.figures, integrated_lufs=-16.3049)
    verdict, *_ = verdicts_of(replace(checked.measured, figures=figures), PROFILES["podcast"])
    assert verdict == Verdict(
        "integrated loudness", -16.3, "LUFS", "-16.3 to -15.7 LUFS", passes=True
    )


def test_silence_is_measured_and_fails(tmp_path: Path) -> None:
    silence = room_noise(4, -90)[np.newaxis].astype(np.float32)
    (checked,) = check([acx_mp3(tmp_path / "a.mp3", silence)], "acx")
    assert [v.name for v in checked.failures] == [Measure.RMS, Measure.HEAD]


def test_profiles_of_the_nearest_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = acx_mp3(tmp_path / "a.mp3", narration())
    folder = tmp_path / "show"
    (folder / "script").mkdir(parents=True)
    monkeypatch.chdir(folder)
    with pytest.raises(UnknownNameError, match='unknown profile "mine"'):
        check([path], "mine")
    own = '[profiles.mine]\nbase = "acx"\ntail_s = [3, 4]\n'
    (folder / "script" / "show.toml").write_text(own)
    (checked,) = check([path], "mine")
    assert [verdict.name for verdict in checked.failures] == [Measure.TAIL]
    assert checked.profile.name == "mine"
    with pytest.raises(UnknownNameError) as caught:
        check([path], "mien")
    assert caught.value.hint == 'did you mean "mine"?'
    (folder / "show.toml").write_text("[profiles.mine]\nsample_rate = 24000\nbitrate_kbps = 192\n")
    with pytest.raises(ConfigError, match="no bit rate of 192 kbps at 24000 Hz") as impossible:
        check([path], "mine")
    assert str(impossible.value.where) == "show.toml:3:1"
    assert check([path], "acx")[0].failures == ()  # which needs no show


def test_all_files_are_found_before_one_is_judged(tmp_path: Path) -> None:
    path = acx_mp3(tmp_path / "a.mp3", narration())
    with pytest.raises(UsageError, match="no such file"):
        check([path, tmp_path / "nowhere.mp3"])
    (tmp_path / "text.mp3").write_text("Hello.")
    with pytest.raises(SoundError, match="cannot be measured"):
        check([str(path), str(tmp_path / "text.mp3")])
    assert check([]) == ()
