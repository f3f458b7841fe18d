"""The profiles are those of who asks for them, and a show can have its own."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from audiobook.config import read_show, with_front_matter
from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.show import EpisodeEntry, Show
from audiobook.sound.levels import SILENCE_DB, Figures
from audiobook.sound.profiles import PROFILES, Demand, Measure, Profile, find_profile

FIGURES = Figures(-18.5, -2.0, -2.1, -19.25, -65.0, 0.7, 2.0)
OWN = {
    "loudness_lufs": ("-19", -19.0),
    "tolerance_lu": ("1", 1.0),
    "rms_db": ("-21", -21.0),
    "rms_range_db": ("[-24, -17.5]", (-24.0, -17.5)),
    "ceiling_dbtp": ("-2", -2.0),
    "noise_floor_db": ("-65", -65.0),
    "sample_rate": ("24000", 24_000),
    "channels": ("2", 2),
    "bitrate_kbps": ("48", 48),
    "vbr_quality": ("4", 4.0),
    "demands_cbr": ("false", False),
    "head_s": ("[0.2, 2]", (0.2, 2.0)),
    "tail_s": ("[1, 9.5]", (1.0, 9.5)),
    "longest_s": ("3600", 3600.0),
    "splits_chapters": ("true", True),
}


def show(text: str, folder: Path) -> Show:
    path = folder / "show.toml"
    path.write_text(text, "utf-8")
    return read_show(path)


def own(lines: str, folder: Path) -> Profile:
    return find_profile("mine", show(f"[profiles.mine]\n{lines}\n", folder).profiles)


def demands(profile: Profile) -> dict[Measure, tuple[float, float]]:
    return {demand.measure: (demand.least, demand.most) for demand in profile.demands}


def test_each_profile_asks_for_what_its_source_does() -> None:
    inf = float("inf")
    common = {Measure.SAMPLE_RATE: (44_100, 44_100), Measure.CHANNELS: (1, 1)}
    peaks = {Measure.TRUE_PEAK: (-inf, -1), Measure.SAMPLE_PEAK: (-inf, -1)}
    wanted = {
        "podcast": common | peaks | {Measure.LOUDNESS: (-16.3, -15.7)},
        "podcast-stereo": common
        | peaks
        | {Measure.LOUDNESS: (-16.3, -15.7), Measure.CHANNELS: (2, 2)},
        "acx": common
        | {
            Measure.RMS: (-23, -18),
            Measure.TRUE_PEAK: (-inf, -3),
            Measure.SAMPLE_PEAK: (-inf, -3),
            Measure.NOISE_FLOOR: (-inf, -60),
            Measure.BIT_RATE: (192, inf),
            Measure.HEAD: (0.5, 1),
            Measure.TAIL: (1, 5),
            Measure.DURATION: (-inf, 7200),
        },
        "loud": common | peaks | {Measure.LOUDNESS: (-14.3, -13.7)},
        "broadcast": common | peaks | {Measure.LOUDNESS: (-23.5, -22.5)},
    }
    assert {name: demands(profile) for name, profile in PROFILES.items()} == wanted
    assert [name for name, profile in PROFILES.items() if profile.demands_cbr] == ["acx"]
    assert [name for name, profile in PROFILES.items() if profile.splits_chapters] == ["acx"]
    assert all(profile.source for profile in PROFILES.values())


def test_a_demand_holds_at_its_bounds() -> None:
    demand = Demand(Measure.HEAD, 0.5, 1.0)
    held = [demand.holds(value) for value in (0.49, 0.5, 0.7, 1.0, 1.01)]
    assert held == [False, True, True, True, False]


def test_the_error_is_that_of_what_is_aimed_at() -> None:
    assert PROFILES["podcast"].error_db(FIGURES) == pytest.approx(2.5)
    assert PROFILES["acx"].error_db(FIGURES) == pytest.approx(-0.75)
    silent = Figures(*[SILENCE_DB] * 5, 1.0, 1.0)
    assert [profile.error_db(silent) for profile in PROFILES.values()] == [0.0] * len(PROFILES)


def test_where_a_range_is_asked_for_its_middle_need_not_be_hit() -> None:
    enough = {name: profile.near_enough_db for name, profile in PROFILES.items()}
    assert enough == dict.fromkeys(PROFILES, 0.25) | {"acx": 1.0}
    narrow = replace(PROFILES["acx"], rms_range_db=(-20.3, -19.0))
    assert narrow.near_enough_db == pytest.approx(0.25)


@pytest.mark.parametrize(("tolerance_lu", "near_db"), [(5.0, 0.25), (0.2, 0.15), (0.1, 0.125)])
def test_what_would_not_pass_is_not_near_enough(tolerance_lu: float, near_db: float) -> None:
    strict = replace(PROFILES["podcast"], tolerance_lu=tolerance_lu)
    assert strict.near_enough_db == pytest.approx(near_db)
    narrow = replace(PROFILES["acx"], rms_range_db=(-20.2, -18.0))
    assert narrow.near_enough_db == pytest.approx(0.15)


def test_the_crest_is_the_room_above_the_loudness() -> None:
    crests = {name: profile.crest_db for name, profile in PROFILES.items()}
    assert crests == {
        "podcast": 15,
        "podcast-stereo": 15,
        "acx": 16.5,
        "loud": 13,
        "broadcast": 22,
    }


@pytest.mark.parametrize("setting", sorted(OWN.keys() - {"rms_db"}))
def test_any_number_may_be_ones_own(setting: str, tmp_path: Path) -> None:
    written, value = OWN[setting]
    profile = own(f'base = "podcast"\n{setting} = {written}', tmp_path)
    assert replace(PROFILES["podcast"], **{setting: value}) == replace(  # type: ignore[arg-type]
        profile, name="podcast", source=PROFILES["podcast"].source
    )
    assert profile.name == "mine"


def test_no_number_is_forgotten() -> None:
    assert {field.name for field in fields(Profile)} == {*OWN, "name", "source"}


def test_a_profile_has_one_aim_whatever_its_base_has(tmp_path: Path) -> None:
    by_rms = own('base = "podcast"\nrms_db = -21', tmp_path)
    assert (by_rms.aim_db, by_rms.loudness_lufs) == (-21, -20.5)
    assert Measure.LOUDNESS not in demands(by_rms)
    by_loudness = own('base = "acx"\nloudness_lufs = -24\ntolerance_lu = 1', tmp_path)
    assert (by_loudness.aim_db, by_loudness.rms_db) == (-24, None)
    assert demands(by_loudness)[Measure.LOUDNESS] == (-25, -23)


def test_demands_follow_ones_own_numbers(tmp_path: Path) -> None:
    profile = own('base = "acx"\nrms_range_db = [-22, -19]\nbitrate_kbps = 256', tmp_path)
    asked = demands(profile)
    assert asked[Measure.RMS] == (-22, -19)
    assert asked[Measure.BIT_RATE] == (256, float("inf"))
    assert asked[Measure.NOISE_FLOOR] == demands(PROFILES["acx"])[Measure.NOISE_FLOOR]
    softer = demands(own("loudness_lufs = -18.1", tmp_path))
    assert softer[Measure.LOUDNESS] == (-18.4, -17.8)


def test_front_matter_lies_over_show_toml(tmp_path: Path) -> None:
    mine = show("[profiles.mine]\nchannels = 2\nloudness_lufs = -19\n", tmp_path)
    entry = EpisodeEntry(Path("story.md"))
    front = "profile: mine\nprofiles:\n  mine: {loudness_lufs: -20}\n  other: {base: acx}\n"
    over, _ = with_front_matter(mine, entry, front, 2)
    profile = find_profile(over.profile, over.profiles)
    assert (profile.channels, profile.loudness_lufs) == (2, -20)
    assert find_profile("other", over.profiles).rms_db == -20


@pytest.mark.parametrize(
    ("lines", "place", "what", "hint"),
    [
        ("loudnes_lufs = -18", "2:1", 'unknown setting "loudnes_lufs"', '"loudness_lufs"'),
        ('base = "podcats"', "2:1", 'unknown profile "podcats"', '"podcast"'),
        ('base = "mine"', "2:1", 'unknown profile "mine"', "podcast"),
        ("loudness_lufs = 3", "2:1", "between -40 and -8", None),
        ('loudness_lufs = "soft"', "2:1", "a number", None),
        ("ceiling_dbtp = nan", "2:1", "between -20 and 0", None),
        ("channels = 6", "2:1", "a whole number from 1 to 2", None),
        ("sample_rate = 44000", "2:1", "no sample rate of 44000 Hz", "44100"),
        ("vbr_quality = 10", "2:1", "between 0 and 9.99", None),
        ("head_s = 1", "2:1", "two numbers", None),
        ("head_s = [1]", "2:1", "two numbers", None),
        ("head_s = [true, 1]", "2:1", "two numbers", None),
        ("head_s = [2, 1]", "2:1", "that rise", None),
        ("head_s = [nan, 1]", "2:1", "that rise", None),
        ('head_s = "12"', "2:1", "two numbers", None),
        ("splits_chapters = 1", "2:1", "true or false", None),
        ("loudness_lufs = -8.5", "2:1", "too near", "8 dB apart"),
        ("rms_db = -9", "2:1", "too near an RMS of -9 dB", "8 dB apart"),
        ("channels = 2\nceiling_dbtp = -15", "3:1", "too near", "8 dB apart"),
        ('base = "acx"\nrms_db = -30', "3:1", "outside its range", None),
        ("rms_db = -20\ntolerance_lu = 1", "2:1", "are two aims", "keep one"),
        ('base = "acx"\nvbr_quality = 4', "3:1", "a constant bit rate", "demands_cbr"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    lines: str, place: str, what: str, hint: str | None, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        own(lines, tmp_path)
    assert str(caught.value.where) == f"{tmp_path}/show.toml:{place}"
    assert caught.value.exit_code == 3
    assert hint is None or (caught.value.hint and hint in caught.value.hint)


def test_a_profile_of_the_program_keeps_its_name(tmp_path: Path) -> None:
    shadow = show("[profiles.acx]\nchannels = 2\n", tmp_path)
    with pytest.raises(ConfigError, match="comes with the program") as caught:
        find_profile("acx", shadow.profiles)
    assert str(caught.value.where) == f"{tmp_path}/show.toml:1:1"


def test_near_names_are_ones_own_too(tmp_path: Path) -> None:
    profiles = show("[profiles.bedtime]\n[profiles.radio]\n", tmp_path).profiles
    with pytest.raises(UnknownNameError) as typed:
        find_profile("bedtim", profiles)
    assert typed.value.exit_code == 2
    assert typed.value.hint == 'did you mean "bedtime"?'
    with pytest.raises(UnknownNameError) as written:
        find_profile("lud", profiles, where=Where("show.toml", 3))
    assert written.value.exit_code == 3
    assert '"loud"' in str(written.value.hint)
