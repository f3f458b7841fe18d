"""What a build makes depends on what it is given, and costs what has changed."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import audiobook
from audiobook import (
    Choices,
    Event,
    Noted,
    Report,
    StageAdvanced,
    StageEnded,
    StageStarted,
    UsageError,
    Warned,
)
from audiobook.episode.tags import read_tag
from audiobook.speech.engines.gtts import GoogleTranslate
from audiobook.store import Store


def told(n_days: int) -> str:
    """A story of so many days."""
    days = (f"On day {n} she waited, and the river rose." for n in range(n_days))
    return (
        "---\ntitle: The Crossing\nauthor: M. Ferrier\ncast: {Ferryman: {}}\n---\n\n"
        "# The Near Bank\n\nThe water was high. The road ended there.\n\n"
        "Ferryman: “Not today,”\nhe said.\n\n"
        "# The Far Bank\n\n" + "\n\n".join(days) + "\n"
    )


WITH_MUSIC = Choices(engine="tone")
TONE = Choices(engine="tone", music=False)
ESPEAK = Choices(engine="espeak", music=False)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "crossing.md"
    path.write_text(told(14), encoding="utf-8")
    return path


def file_bytes(report: Report) -> list[bytes]:
    return [path.read_bytes() for episode in report.episodes for path in episode.files.values()]


def forget_everything(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Go on with a store in which there is nothing."""
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(folder))


@pytest.mark.parametrize(
    "choices",
    [
        pytest.param(WITH_MUSIC, marks=pytest.mark.slow, id="music"),
        pytest.param(ESPEAK, id="espeak"),
    ],
)
def test_the_same_story_gives_the_same_bytes(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choices: Choices
) -> None:
    """Whatever the store, the folders and the number of jobs."""
    story.write_text(told(6), encoding="utf-8")
    here = audiobook.build(story, output=tmp_path / "out", choices=choices, jobs=1)
    forget_everything(monkeypatch, tmp_path / "store 2")
    elsewhere = tmp_path / "elsewhere" / "crossing.md"
    elsewhere.parent.mkdir()
    shutil.copy(story, elsewhere)
    there = audiobook.build(elsewhere, output=tmp_path / "out 2", choices=choices, jobs=7)
    assert there.episodes[0].segments_reused == 0
    assert there.episodes[0].blocks_encoded == there.episodes[0].blocks > 1
    assert file_bytes(there) == file_bytes(here)


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the seed of Python's hashes, the time zone and the language of the machine."""
    here = audiobook.build(story, output=tmp_path / "out", choices=TONE)
    fresh = audiobook.build(story, output=tmp_path / "out", choices=TONE, fresh=True)
    assert fresh.episodes[0].segments_reused == 0
    assert fresh.episodes[0].blocks_encoded == fresh.episodes[0].blocks
    assert file_bytes(fresh) == file_bytes(here)

    options = ["--engine", "tone", "--no-music", "-o", str(tmp_path / "out 2")]
    machine = {"PYTHONHASHSEED": "4242", "TZ": "Asia/Almaty", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-m", "audiobook", "build", str(story), "-q", *options],
        env={**os.environ, **machine, "AUDIOBOOK_CACHE": str(tmp_path / "store 2")},
        check=True,
    )
    assert [(tmp_path / "out 2" / "crossing.mp3").read_bytes()] == file_bytes(here)


def test_what_killed_builds_left_in_the_output_is_swept_once_it_is_a_day_old(
    story: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    old, young, others = (output / f".partial-{name}" for name in ("a" * 32, "b" * 32, "mine"))
    for path in (old, young, others):
        path.write_bytes(b"half of it")
    day_ago_s = time.time() - 25 * 3600
    for path in (old, others):
        os.utime(path, (day_ago_s, day_ago_s))

    audiobook.build(story, output=output, choices=TONE)
    assert set(output.iterdir()) == {young, others, output / "crossing.mp3"}


def test_the_narration_preset_is_the_shows_choice_or_the_users(story: Path, tmp_path: Path) -> None:
    def made(narration: bool | None) -> list[bytes]:
        choices = Choices(engine="espeak", music=False, narration=narration, only="1")
        return file_bytes(audiobook.build(story, output=tmp_path / "out", choices=choices))

    plain = made(None)
    preset = made(True)
    assert made(False) == plain != preset
    (tmp_path / "show.toml").write_text('title = "x"\nnarration = true\n', encoding="utf-8")
    assert made(None) == made(True)
    assert made(None) != made(False)


def test_nothing_changed_costs_nothing(story: Path, tmp_path: Path) -> None:
    first = audiobook.build(story, output=tmp_path / "out", choices=TONE)
    old = file_bytes(first)
    shutil.rmtree(tmp_path / "out")
    again = audiobook.build(story, output=tmp_path / "out", choices=TONE)
    (episode,) = again.episodes
    assert (episode.segments_synthesised, episode.blocks_encoded) == (0, 0)
    assert episode.segments_reused == episode.segments > 14
    assert file_bytes(again) == old


def test_a_build_clears_away_what_killed_ones_left_half_written(
    story: Path, tmp_path: Path, store: Store
) -> None:
    audiobook.build(story, output=tmp_path / "out", choices=TONE)
    folders = tmp_path / "out", store.folder / "block" / "00"
    left = [folder / f".partial-{'0' * 32}" for folder in folders]
    fresh = [place.with_name(f".partial-{'1' * 32}") for place in left]
    for path in left + fresh:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    for path in left:
        os.utime(path, (0, 0))
    audiobook.build(story, output=tmp_path / "out", choices=TONE)
    assert not [path for path in left if path.exists()]
    assert all(path.exists() for path in fresh)  # another build may be writing it


def test_an_edit_costs_its_size_and_gives_the_bytes_of_a_clean_build(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.write_text(told(24), encoding="utf-8")
    (first,) = audiobook.build(story, output=tmp_path / "out", choices=TONE).episodes
    edited_text = told(24).replace("On day 11 she waited", "On day 11 she swam")
    story.write_text(edited_text, encoding="utf-8")
    edited = audiobook.build(story, output=tmp_path / "out", choices=TONE)
    (episode,) = edited.episodes
    assert episode.segments_synthesised == 1
    assert 1 <= episode.blocks_encoded <= 3 < first.blocks

    forget_everything(monkeypatch, tmp_path / "store 2")
    clean = audiobook.build(story, output=tmp_path / "clean", choices=TONE)
    assert clean.episodes[0].segments_synthesised == episode.segments
    assert file_bytes(clean) == file_bytes(edited)


def test_a_damaged_store_is_mended(story: Path, tmp_path: Path, store_folder: Path) -> None:
    good = file_bytes(audiobook.build(story, output=tmp_path / "out", choices=TONE))
    values = sorted(path for path in store_folder.rglob("*") if path.is_file())
    chance = random.Random(7)
    for path in chance.sample(values, len(values) // 2):
        data = bytearray(path.read_bytes())
        place = chance.randrange(len(data))
        path.write_bytes(data[:place] if chance.random() < 0.5 else b"\0" * len(data))
    assert file_bytes(audiobook.build(story, output=tmp_path / "out", choices=TONE)) == good


def flip_a_bit(paths: Sequence[Path]) -> None:
    for path in paths:
        data = bytearray(path.read_bytes())
        data[len(data) * 4 // 5] ^= 16
        path.write_bytes(data)


def change_places(paths: Sequence[Path]) -> None:
    values = [path.read_bytes() for path in paths]
    for path, value in zip(paths, values[1:] + values[:1], strict=True):
        path.write_bytes(value)


@pytest.mark.slow
@pytest.mark.parametrize("harm", [flip_a_bit, change_places])
def test_no_value_of_the_store_that_is_not_the_right_one_is_heard(
    harm: Callable[[Sequence[Path]], None], story: Path, tmp_path: Path, store_folder: Path
) -> None:
    good = file_bytes(audiobook.build(story, output=tmp_path / "out", choices=WITH_MUSIC))
    for kind in ("block", "levels", "take", "music"):
        values = sorted(store_folder.glob(f"*/{kind}/*/*"))
        assert len(values) > 1
        harm(values)
        if kind == "music":  # what is made of it is not kept either
            shutil.rmtree(next(store_folder.glob("*/block")))
        again = audiobook.build(story, output=tmp_path / f"after-{kind}", choices=WITH_MUSIC)
        assert file_bytes(again) == good, kind


def test_progress_comes_as_events_and_nothing_is_printed(
    story: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    events: list[Event] = []
    report = audiobook.build(story, output=tmp_path / "out", choices=TONE, listen=events.append)
    assert capfd.readouterr() == ("", "")
    assert isinstance(events[0], Noted)
    assert "The Crossing" in events[0].what
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    assert stages == [event.stage for event in events if isinstance(event, StageEnded)]
    assert stages == ["speech", "mix"]
    total = report.episodes[0].segments
    for stage, n_steps in (("speech", total), ("mix", report.episodes[0].blocks)):
        done = [e.done for e in events if isinstance(e, StageAdvanced) and e.stage == stage]
        assert done == sorted(set(done))
        assert (len(done), done[-1]) == (n_steps, total)


def test_the_work_may_be_done_elsewhere(story: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as executor:
        lent = audiobook.build(story, output=tmp_path / "a", choices=TONE, executor=executor)
        assert executor.submit(int).result() == 0  # it is given back in working order
    own = audiobook.build(story, output=tmp_path / "b", choices=TONE, fresh=True)
    assert file_bytes(lent) == file_bytes(own)


@pytest.mark.slow
def test_sound_may_be_worked_on_in_other_processes(story: Path, tmp_path: Path) -> None:
    theme = 0.1 * np.sin(np.arange(9 * 44_100) / 20)
    soundfile.write(tmp_path / "theme.wav", theme, 44_100)
    music = '[music]\nopening = false\nbed = "theme.wav"\nclosing = "theme.wav"\n'
    (tmp_path / "show.toml").write_text(f'story = "{story.name}"\n{music}')
    choices = replace(TONE, music=True)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as executor:
        for fresh in (False, True):
            lent = audiobook.build(
                tmp_path, output=tmp_path / "a", choices=choices, executor=executor, fresh=fresh
            )
            assert lent.episodes[0].blocks_encoded
    own = audiobook.build(tmp_path, output=tmp_path / "b", choices=choices, fresh=True)
    assert file_bytes(lent) == file_bytes(own)


def test_a_plan_foretells_the_build(story: Path, tmp_path: Path) -> None:
    (plan,) = audiobook.plan(story, output=tmp_path / "out", choices=TONE)
    (built,) = audiobook.build(story, output=tmp_path / "out", choices=TONE).episodes
    assert plan.files == tuple(built.files.values())
    assert plan.segments == built.segments
    assert plan.segments_kept == 0
    assert plan.chapters == tuple(chapter.title for chapter in built.chapters)
    assert plan.estimated_s == pytest.approx(built.duration_s, rel=0.05)
    (after,) = audiobook.plan(story, output=tmp_path / "out", choices=TONE)
    assert after.segments_kept == after.segments
    assert after.estimated_s == pytest.approx(built.duration_s, abs=0.06)
    assert audiobook.plan(story, choices=ESPEAK)[0].segments_kept == 0


def test_a_plan_knows_what_is_kept_and_who_speaks_slowly(story: Path, tmp_path: Path) -> None:
    slowly = told(14).replace("cast: {", "cast: {Narrator: {rate: 0.5}, ")
    story.write_text(slowly, encoding="utf-8")
    (plan,) = audiobook.plan(story, choices=TONE)
    audiobook.build(story, output=tmp_path / "out", choices=TONE)

    anew = replace(TONE, profile="loud", narration=True)  # the clips serve, their takes do not
    (after,) = audiobook.plan(story, choices=anew)
    (built,) = audiobook.build(story, output=tmp_path / "out", choices=anew).episodes
    assert built.segments_synthesised == after.characters_to_speak == 0
    assert after.estimated_s == pytest.approx(built.duration_s, abs=0.06)
    assert plan.estimated_s == pytest.approx(built.duration_s, rel=0.05)


def test_the_beginning_is_encoded_while_the_rest_is_spoken(story: Path, tmp_path: Path) -> None:
    story.write_text(told(60), encoding="utf-8")
    events: list[Event] = []
    audiobook.build(story, output=tmp_path / "out", choices=TONE, jobs=2, listen=events.append)
    steps = [event.stage for event in events if isinstance(event, StageAdvanced)]
    assert steps.index("mix") < len(steps) - 1 - steps[::-1].index("speech")


def test_what_misses_its_profile_is_told(story: Path, tmp_path: Path) -> None:
    fussy = "profile: fussy\nprofiles: {fussy: {base: acx, noise_floor_db: -90}}\nauthor:"
    story.write_text(told(6).replace("author:", fussy), encoding="utf-8")
    events: list[Event] = []
    audiobook.build(story, output=tmp_path / "out", choices=ESPEAK, listen=events.append)
    warned = [event.what for event in events if isinstance(event, Warned)]
    assert len(warned) == 2  # of each chapter's file
    assert all("noise floor" in what and "fussy" in what and "-90" in what for what in warned)
    events.clear()
    story.write_text(told(6), encoding="utf-8")
    audiobook.build(story, output=tmp_path / "out", choices=ESPEAK, listen=events.append)
    assert not [event for event in events if isinstance(event, Warned)]


def test_what_a_file_has_not_is_told_as_none(tmp_path: Path) -> None:
    events: list[Event] = []
    choices = replace(TONE, profile="acx", formats=("wav",))
    audiobook.say("Good evening.", tmp_path / "a.wav", choices=choices, listen=events.append)
    warned = [event.what for event in events if isinstance(event, Warned)]
    assert any("bit rate is none, profile acx asks for at least 192 kbps" in w for w in warned)
    assert not any("None" in what for what in warned)


@pytest.mark.parametrize(
    "profile",
    [
        "podcast",
        "acx",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("podcast-stereo", "loud", "broadcast")
        ),
    ],
)
def test_a_build_meets_its_profile_in_the_finished_file(tmp_path: Path, profile: str) -> None:
    story = tmp_path / "crossing.md"
    story.write_text(told(9), encoding="utf-8")
    choices = Choices(engine="espeak", profile=profile, music=profile != "acx")
    report = audiobook.build(story, output=tmp_path / "out", choices=choices)
    paths = [path for episode in report.episodes for path in episode.files.values()]
    for episode, checked in zip(report.episodes, audiobook.check(paths, profile), strict=True):
        assert [verdict for verdict in checked.verdicts if not verdict.passes] == []
        # What was measured of the blocks is what is decoded from the file.
        figures = checked.measured.figures
        assert episode.integrated_lufs == pytest.approx(figures.integrated_lufs, abs=0.1)
        assert episode.true_peak_dbtp == pytest.approx(figures.true_peak_dbtp, abs=0.01)


def test_an_rms_is_foretold_so_well_that_nothing_is_made_twice(tmp_path: Path) -> None:
    story = tmp_path / "crossing.md"
    story.write_text(told(9), encoding="utf-8")
    choices = Choices(engine="espeak", profile="acx", music=False)
    *_, episode = audiobook.build(story, output=tmp_path / "out", choices=choices).episodes
    assert episode.blocks_encoded == episode.blocks >= 3
    (checked,) = audiobook.check(episode.files.values(), "acx")
    assert checked.measured.figures.rms_db == pytest.approx(-20, abs=0.5)


@pytest.mark.slow
def test_a_programme_of_more_than_4_gib_of_samples(tmp_path: Path) -> None:
    text = "\n\n".join(["# Again", "The river rose and " * 24 + "fell."] * 1750)
    story = tmp_path / "endless.md"
    settings = "profile: small\nprofiles: {small: {base: podcast, bitrate_kbps: 32}}"
    story.write_text(f"---\n{settings}\n---\n\n{text}\n", encoding="utf-8")
    report = audiobook.build(story, output=tmp_path / "out", choices=TONE)
    (episode,) = report.episodes
    n_samples = episode.duration_s * 44_100
    assert n_samples * 2 > 1 << 32
    assert episode.blocks_encoded < episode.blocks / 4  # it says the same over and over
    with soundfile.SoundFile(episode.files["mp3"]) as file:
        assert file.frames == round(n_samples)
        file.seek(file.frames - 44_100)
        assert abs(file.read()).max() > 0
    assert episode.chapters[-1].start_s > episode.duration_s * 0.999


@pytest.mark.slow
def test_music_lies_beside_the_story_or_its_show(tmp_path: Path) -> None:
    show = tmp_path / "show"
    (show / "stories").mkdir(parents=True)
    for name, folder in (("tune", show / "stories"), ("theme", show)):
        noise = np.random.default_rng(1).normal(0, 0.1, 20 * 44_100)
        soundfile.write(folder / f"{name}.wav", noise, 44_100)
    story = show / "stories" / "crossing.md"
    story.write_text("# One\n\n![music](tune.wav)\n\nThe river rose.\n", encoding="utf-8")
    (bare,) = audiobook.build(story, output=tmp_path / "out", choices=WITH_MUSIC).episodes
    settings = 'story = "stories/crossing.md"\n[music]\nopening = "theme.wav"\nbed = false\n'
    (show / "show.toml").write_text(settings, encoding="utf-8")
    (shown,) = audiobook.build(show, output=tmp_path / "out", choices=WITH_MUSIC).episodes
    assert shown.duration_s > 20
    assert bare.segments == shown.segments


def test_the_engines_of_a_show_are_chosen_once_and_shared(
    tmp_path: Path, no_google: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = []
    for number in range(4):
        (tmp_path / f"{number}.md").write_text(f"Story {number} begins here.", encoding="utf-8")
        entries.append(f'[[episodes]]\nstory = "{number}.md"\ntitle = "{number}"\n')
    (tmp_path / "show.toml").write_text("\n".join(entries), encoding="utf-8")
    asked: list[str] = []
    check_ready = GoogleTranslate.check_ready

    def counted(engine: GoogleTranslate) -> None:
        asked.append(engine.name)
        check_ready(engine)

    monkeypatch.setattr(GoogleTranslate, "check_ready", counted)
    events: list[Event] = []
    report = audiobook.build(
        tmp_path, output=tmp_path / "out", choices=Choices(music=False), listen=events.append
    )
    assert (len(report.episodes), report.engine) == (4, "espeak")
    assert len([event for event in events if isinstance(event, Warned)]) == 1
    assert asked == ["gtts"]


@pytest.mark.parametrize(
    ("choices", "jobs"), [(Choices(engine="tone", formats=()), None), (TONE, 0), (TONE, -1)]
)
def test_choices_that_make_no_sense(
    story: Path, tmp_path: Path, choices: Choices, jobs: int | None
) -> None:
    with pytest.raises(UsageError):
        audiobook.build(story, output=tmp_path / "out", choices=choices, jobs=jobs)


def test_nothing_is_said_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        audiobook.say("Hello.", tmp_path / "typo" / "hello.mp3", choices=TONE)
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize("format_", ["mp3", "wav"])
def test_the_file_of_another_story_is_not_replaced_in_silence(
    story: Path, tmp_path: Path, format_: str
) -> None:
    other = story.with_suffix(".txt")
    other.write_text("The river rose.\n", encoding="utf-8")
    choices = replace(TONE, formats=(format_,))

    def warned(source: Path, output: str = "out") -> list[tuple[str, str | None]]:
        events: list[Event] = []
        audiobook.build(source, output=tmp_path / output, choices=choices, listen=events.append)
        return [(event.what, event.hint) for event in events if isinstance(event, Warned)]

    path = tmp_path / "out" / f"crossing.{format_}"
    assert warned(story) == warned(story) == warned(other, "else") == []
    ((what, hint),) = warned(other)
    assert what == f"{path} is made from crossing.md, and is about to be replaced"
    assert "--output" in (hint or "")
    # What stood there leaves no trace, and nothing tells where the story lies.
    assert path.read_bytes() == (tmp_path / "else" / path.name).read_bytes()
    assert tmp_path.name.encode("utf-16-le") not in path.read_bytes()


def test_many_files_of_another_story_are_one_warning(story: Path, tmp_path: Path) -> None:
    chapters = replace(TONE, split="chapter")
    audiobook.build(story, output=tmp_path, choices=chapters)
    events: list[Event] = []
    other = story.rename(story.with_suffix(".markdown"))
    audiobook.build(other, output=tmp_path, choices=chapters, listen=events.append)
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert warning.what.startswith(f"{tmp_path / 'crossing-1.mp3'} is made from crossing.md")
    assert warning.what.endswith(", and 1 more like it")


def test_the_chapters_of_each_story_of_a_show_are_a_disc(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.md").write_text("# A\n\nWords.\n\n# B\n\nMore.\n", encoding="utf-8")
    entries = '[[episodes]]\nstory = "one.md"\n[[episodes]]\nstory = "two.md"\n'
    (tmp_path / "show.toml").write_text(f'title = "Rivers"\n{entries}', encoding="utf-8")
    chapters = replace(TONE, split="chapter")
    events: list[Event] = []
    report = audiobook.build(
        tmp_path, output=tmp_path / "out", choices=chapters, listen=events.append
    )
    tags = [read_tag(episode.files["mp3"]) for episode in report.episodes]
    assert {tag.album for tag in tags} == {"Rivers"}
    assert [(tag.disc, tag.track) for tag in tags] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    told = [event.what.partition(" · ")[0] for event in events if isinstance(event, Noted)]
    assert told == ["one: A", "one: B", "two: A", "two: B"]

    whole, alone = (
        audiobook.build(tmp_path / "two.md", output=tmp_path / f"out-{n}", choices=choices)
        for n, choices in enumerate((TONE, chapters))
    )
    assert read_tag(whole.episodes[0].files["mp3"]).disc is None
    assert [read_tag(each.files["mp3"]).disc for each in alone.episodes] == [2, 2]
