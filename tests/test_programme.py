"""A whole programme, from clips to the finished file, measured by decoding it."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fakes.programmes import Line, blocks_of, clip_of, oversampled_peak, script_of

from audiobook.episode.encoder import EncodedBlock, Encoder
from audiobook.episode.formats import load_encoder
from audiobook.episode.join import write_episode
from audiobook.episode.measure import measure
from audiobook.episode.tags import Tag
from audiobook.episode.wav import WavEncoder
from audiobook.errors import ConfigError
from audiobook.model import Cue
from audiobook.programme import Mixed, Tools, load_music, mix_and_encode, room_of
from audiobook.progress import Event, StageAdvanced, StageEnded, StageStarted, silent
from audiobook.show import Music, Show
from audiobook.sound import Sound
from audiobook.sound.levels import unpacked
from audiobook.sound.loudness import integrated_lufs, step_energies
from audiobook.sound.profiles import PROFILES, Profile, find_profile
from audiobook.sound.timeline import Timeline
from audiobook.sound.voice import find_take
from audiobook.speech.synthesis import keep_clip
from audiobook.store import Store, digest
from audiobook.utterance import Clip

PODCAST = PROFILES["podcast"]
SILENT = Music(None, None, None)
SCORED = Music("opening.wav", "bed.wav", "closing.wav")
CHAPTERS: list[list[Line | Cue]] = [
    [Line(f"{chapter}-{i}", 1.5 + (3 * i + chapter) % 4, 250 + 300 * (i % 3)) for i in range(4)]
    for chapter in range(4)
]


@cache
def clip(name: str, seconds: float) -> Clip:
    return clip_of(seconds, seed=sum(map(ord, name)))


def tune(seconds: float, seed: int) -> np.ndarray:
    """Plucked notes that ring and die away, shape (n,)."""
    random = np.random.default_rng(seed)
    sound = np.zeros(int(seconds * 44_100))
    time_s = np.arange(44_100 * 2) / 44_100
    for at in range(0, len(sound) - 44_100, 22_050):
        hz = 110 * 2 ** (random.integers(0, 24) / 12)
        note = np.exp(-3 * time_s) * np.sin(2 * np.pi * hz * time_s)
        part = sound[at : at + len(note)]
        part += 0.2 * note[: len(part)] * np.minimum(1, time_s * 100)[: len(part)]
    return sound


@pytest.fixture(scope="module")
def music_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    for seed, (name, seconds) in enumerate((("opening", 8), ("bed", 21), ("closing", 6))):
        soundfile.write(folder / f"{name}.wav", tune(seconds, seed), 44_100)
    return folder


@dataclass(frozen=True)
class Programme:
    timeline: Timeline
    mixed: Mixed
    path: Path
    events: tuple[Event, ...]

    def decoded(self) -> Sound:
        samples, _ = soundfile.read(self.path, dtype="float32", always_2d=True)
        return np.ascontiguousarray(samples.T)


def made(
    folder: Path,
    store: Store,
    music: Music,
    music_folder: Path,
    *,
    profile: Profile = PODCAST,
    n_threads: int = 1,
    chapters: list[list[Line | Cue]] | None = None,
    encoder: Encoder | None = None,
) -> Programme:
    """A programme, as a build makes it."""
    script = script_of(chapters or CHAPTERS)
    takes = []
    for chapter in chapters or CHAPTERS:
        for item in chapter:
            if isinstance(item, Line):
                key = digest(item.name)
                keep_clip(store, key, clip(item.name, item.speech_s))
                takes.append(find_take(store, key, room_of(profile)))
    pieces = load_music(music, script, [music_folder], profile, store)
    if encoder is None:
        encoder = load_encoder("mp3", profile.sample_rate, profile.channels, profile.bitrate_kbps)
    events: list[Event] = []
    with ThreadPoolExecutor(n_threads) as executor:
        tools = Tools(store, executor, executor, 3 * n_threads, events.append)
        mixed = mix_and_encode(
            script,
            takes,
            show=Show(music=music),
            profile=profile,
            pieces=pieces,
            encoder=encoder,
            tools=tools,
        )
    path = folder / f"episode.{encoder.extension}"
    timeline = mixed.timeline
    n_samples = timeline.n_frames * encoder.frame_samples
    write_episode(path, encoder, Tag("A Story"), mixed.blocks, n_samples, store)
    return Programme(timeline, mixed, path, tuple(events))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The store that `programme` works with."""
    return Store(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def programme(
    music_folder: Path, kept: Store, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Music], Programme]:
    """Each programme is made once for this module."""

    @cache
    def make(profile: str, music: Music) -> Programme:
        folder = tmp_path_factory.mktemp("programme")
        return made(folder, kept, music, music_folder, profile=find_profile(profile))

    return make


def lufs(sound: Sound) -> float:
    return integrated_lufs(step_energies(sound, 44_100))


@pytest.mark.parametrize(
    ("profile", "music"),
    [
        ("podcast", SILENT),
        ("podcast", SCORED),
        pytest.param("loud", SILENT, marks=pytest.mark.slow),
        pytest.param("loud", SCORED, marks=pytest.mark.slow),
        pytest.param("podcast-stereo", SCORED, marks=pytest.mark.slow),
    ],
)
def test_the_finished_file_keeps_to_its_profile(
    profile: str, music: Music, programme: Callable[[str, Music], Programme]
) -> None:
    wanted, episode = PROFILES[profile], programme(profile, music)
    sound = episode.decoded()
    assert sound.shape == (wanted.channels, episode.timeline.n_frames * 1152)
    assert lufs(sound) == pytest.approx(wanted.loudness_lufs, abs=0.3)
    true_peak_dbtp = 20 * math.log10(oversampled_peak(sound))
    assert true_peak_dbtp <= wanted.ceiling_dbtp
    assert_blocks_measure_what_the_file_does(episode)


def assert_blocks_measure_what_the_file_does(episode: Programme) -> None:
    of_blocks, of_file = episode.mixed.figures, measure(episode.path).figures
    assert of_blocks.integrated_lufs == pytest.approx(of_file.integrated_lufs, abs=0.03)
    assert of_blocks.rms_db == pytest.approx(of_file.rms_db, abs=0.03)
    assert of_blocks.true_peak_dbtp == pytest.approx(of_file.true_peak_dbtp, abs=0.03)
    assert of_blocks.sample_peak_db == pytest.approx(of_file.sample_peak_db, abs=0.03)


@pytest.mark.parametrize(
    "bitrate_kbps", [64, pytest.param(96, marks=pytest.mark.slow)], ids=["64", "96"]
)
def test_the_ceiling_and_the_loudness_are_those_of_what_is_decoded(
    bitrate_kbps: int, tmp_path: Path, store: Store
) -> None:
    """Bursts of noise, of which MP3 makes something louder and far more peaked."""
    random = np.random.default_rng(1)
    sound = 0.02 * random.standard_normal(6 * 44_100)
    for at in range(0, len(sound) - 300, 11_025):
        sound[at : at + 300] += np.sign(random.standard_normal(300)) * np.hanning(300)
    soundfile.write(tmp_path / "bursts.wav", 0.9 * sound / np.abs(sound).max(), 44_100)
    profile = replace(PROFILES["loud"], bitrate_kbps=bitrate_kbps)
    music, chapters = Music("bursts.wav", None, None), CHAPTERS[:1]
    episode = made(tmp_path, store, music, tmp_path, profile=profile, chapters=chapters)
    assert 20 * math.log10(oversampled_peak(episode.decoded())) <= profile.ceiling_dbtp
    assert_blocks_measure_what_the_file_does(episode)


def test_what_was_foretold_wrong_is_made_again_with_another_gain(
    tmp_path: Path, store: Store
) -> None:
    """Little room for peaks: the limiter takes loudness that no script tells of."""
    loud = replace(PROFILES["loud"], loudness_lufs=-12.0)
    episode = made(tmp_path, store, SILENT, tmp_path, profile=loud, chapters=CHAPTERS[:1])
    assert episode.mixed.n_encoded > len(episode.mixed.blocks)
    assert lufs(episode.decoded()) == pytest.approx(-12.0, abs=0.3)


class LoudBeside(WavEncoder):
    """Makes a peak where its block meets the one before, or the one after."""

    times = 1.3
    lead_frames = tail_frames = 1

    def __init__(self, sample_rate: int, channels: int, side: str) -> None:
        super().__init__(sample_rate, channels)
        self._is_before = side == "before"

    def decoded(self, block: EncodedBlock) -> tuple[int, Sound]:
        _, heard = super().decoded(block)
        peak = np.full((self.channels, 3), self.times * np.abs(heard).max(), np.float32)
        return (-3, np.hstack([peak, heard])) if self._is_before else (0, np.hstack([heard, peak]))


@pytest.mark.parametrize("side", ["before", pytest.param("after", marks=pytest.mark.slow)])
def test_a_block_is_turned_down_for_what_is_too_loud_where_it_meets_another(
    side: str, tmp_path: Path, store: Store
) -> None:
    profile = PROFILES["loud"]
    encoder = LoudBeside(profile.sample_rate, profile.channels, side)
    episode = made(tmp_path, store, SILENT, tmp_path, profile=profile, encoder=encoder)
    sound, blocks = episode.decoded(), blocks_of(episode.timeline)
    assert len(blocks) >= 3
    for block in blocks[1:-1]:
        there = sound[:, block.start_frame * 1152 : block.end_frame * 1152]
        assert 20 * math.log10(encoder.times * np.abs(there).max()) <= profile.ceiling_dbtp


class LoudFor50Ms(WavEncoder):
    """Makes 50 ms of each block ten times as loud."""

    first, last, times = 33_000, 35_205, 10.0

    def __init__(self, sample_rate: int, channels: int) -> None:
        super().__init__(sample_rate, channels)
        self.version += " loud for 50 ms"

    def decoded(self, block: EncodedBlock) -> tuple[int, Sound]:
        _, heard = super().decoded(block)
        heard[:, self.first : self.last] *= self.times
        return 0, heard


def test_a_block_is_turned_down_only_where_it_is_too_loud(tmp_path: Path, store: Store) -> None:
    profile = PROFILES["loud"]
    encoders = [kind(profile.sample_rate, profile.channels) for kind in (WavEncoder, LoudFor50Ms)]
    before, after = (
        _block_sounds(
            made(
                tmp_path,
                store,
                SILENT,
                tmp_path,
                profile=profile,
                chapters=CHAPTERS[:2],
                encoder=encoder,
            )
        )
        for encoder in encoders
    )
    n_turned = 0
    for was, now in zip(before, after, strict=True):
        there = slice(LoudFor50Ms.first, LoudFor50Ms.last)
        peak = LoudFor50Ms.times * np.abs(now[:, there]).max()
        assert 20 * math.log10(peak) <= profile.ceiling_dbtp
        n_turned += not np.array_equal(was[:, there], now[:, there])
        reach = 1000
        np.testing.assert_array_equal(now[:, : there.start - reach], was[:, : there.start - reach])
        np.testing.assert_array_equal(now[:, there.stop + reach :], was[:, there.stop + reach :])
    assert n_turned >= 2


def _block_sounds(programme: Programme) -> list[Sound]:
    sound = programme.decoded()
    spans = ((block.start_frame, block.end_frame) for block in blocks_of(programme.timeline))
    return [sound[:, 1152 * first : 1152 * last] for first, last in spans]


@pytest.mark.parametrize("music", [SILENT, SCORED], ids=["speech", "music"])
def test_there_is_no_digital_silence(
    music: Music, programme: Callable[[str, Music], Programme]
) -> None:
    sound = programme("podcast", music).decoded()[0]
    windows = sound[: len(sound) // 441 * 441].reshape(-1, 441)
    levels_db = 10 * np.log10(np.mean(windows.astype(np.float64) ** 2, axis=1) + 1e-20)
    assert levels_db[3:-3].min() > -100
    assert np.median(levels_db) > -30


@pytest.mark.parametrize("music", [SILENT, SCORED], ids=["speech", "music"])
def test_nothing_clicks_where_blocks_join(
    music: Music, programme: Callable[[str, Music], Programme]
) -> None:
    episode = programme("podcast", music)
    bends = np.abs(np.diff(episode.decoded()[0].astype(np.float64), n=2))
    usual = np.percentile(bends, 99.9)
    blocks = blocks_of(episode.timeline)
    assert len(blocks) >= 3
    for block in blocks[1:]:
        at = block.start_frame * 1152
        assert bends[at - 8 : at + 8].max() <= usual


def test_any_number_of_threads_makes_the_same_bytes(
    music_folder: Path, tmp_path: Path, store: Store, programme: Callable[[str, Music], Programme]
) -> None:
    one = programme("podcast", SCORED)
    four = made(tmp_path, store, SCORED, music_folder, n_threads=4)
    assert four.mixed.n_encoded == len(four.mixed.blocks) > 3
    assert four.path.read_bytes() == one.path.read_bytes()


def test_a_second_run_encodes_nothing_and_finds_what_the_first_measured(
    music_folder: Path,
    tmp_path: Path,
    kept: Store,
    programme: Callable[[str, Music], Programme],
) -> None:
    first = programme("podcast", SCORED)
    again = made(tmp_path, kept, SCORED, music_folder, n_threads=2)
    assert again.path.read_bytes() == first.path.read_bytes()
    assert again.mixed.n_encoded == 0
    assert again.mixed.figures.integrated_lufs == first.mixed.figures.integrated_lufs
    assert again.mixed.figures.true_peak_dbtp == first.mixed.figures.true_peak_dbtp
    for one, other in zip(first.mixed.blocks, again.mixed.blocks, strict=True):
        assert (one.path, one.offset, one.table.crc) == (other.path, other.offset, other.table.crc)
        np.testing.assert_array_equal(one.table.sizes, other.table.sizes)
    for block, one in zip(blocks_of(first.timeline), first.mixed.blocks, strict=True):
        levels = unpacked(kept.get("levels", one.path.name) or b"")
        assert len(levels.energies) == block.n_frames * 1152 // 4410  # its own steps alone
    n_lines = sum(isinstance(item, Line) for chapter in CHAPTERS for item in chapter)
    for episode, n_kept in ((first, 0), (again, n_lines)):
        begun, *steps, ended = episode.events
        assert begun == StageStarted("mix", n_lines)
        assert steps[-1] == StageAdvanced("mix", n_lines, n_kept)
        assert isinstance(ended, StageEnded)


def test_a_block_without_its_measurement_is_made_again(
    music_folder: Path,
    tmp_path: Path,
    kept: Store,
    programme: Callable[[str, Music], Programme],
) -> None:
    first = programme("podcast", SILENT)
    kept.path("levels", first.mixed.blocks[1].path.name).unlink()
    again = made(tmp_path, kept, SILENT, music_folder)
    assert again.mixed.n_encoded == 1
    assert again.mixed.figures.integrated_lufs == first.mixed.figures.integrated_lufs


def test_after_an_edit_the_file_is_that_of_a_clean_build(
    music_folder: Path,
    tmp_path: Path,
    kept: Store,
    store: Store,
    programme: Callable[[str, Music], Programme],
) -> None:
    before = programme("podcast", SCORED)
    edited = [list(chapter) for chapter in CHAPTERS]
    edited[2][1] = Line("quite another sentence", 3.3)
    after = made(tmp_path, kept, SCORED, music_folder, chapters=edited)
    assert 1 <= after.mixed.n_encoded <= 3 < len(after.mixed.blocks)
    data = after.path.read_bytes()
    assert data != before.path.read_bytes()
    clean = made(tmp_path, store, SCORED, music_folder, chapters=edited)
    assert clean.mixed.n_encoded == len(clean.mixed.blocks)
    assert clean.path.read_bytes() == data


def test_the_narration_preset_makes_blocks_anew_even_of_takes_that_are_the_same(
    tmp_path: Path, store: Store
) -> None:
    """As those are of a clip so soft that all the gain there may be does not bring it up."""
    line = Line("hush", 3.0)
    soft = np.rint(40 * clip("hush", 3.0).samples / 32_768.0).astype(np.int16)
    keep_clip(store, digest(line.name), Clip(22_050, soft))
    rooms = [room_of(PODCAST, narration=narration) for narration in (False, True)]
    plain, narrated = (find_take(store, digest(line.name), room) for room in rooms)
    assert plain == narrated
    for take, narration in ((plain, False), (narrated, True)):
        with ThreadPoolExecutor(1) as executor:
            mixed = mix_and_encode(
                script_of([[line]]),
                [take],
                show=Show(music=SILENT, narration=narration),
                profile=PODCAST,
                pieces={},
                encoder=load_encoder("mp3", 44_100, 1, 96),
                tools=Tools(store, executor, executor, 1, silent),
            )
        assert mixed.n_encoded


def with_bed(**settings: str) -> list[list[Line | Cue]]:
    """The chapters, over a bed of a cue's own settings."""
    cue = Cue("music", 0, 1, "bed.wav", tuple(settings.items()))
    return [[cue, *CHAPTERS[0]], *CHAPTERS[1:]]


@pytest.mark.parametrize(
    "settings",
    [{"gain": "9dB", "duck": "-3dB"}, {"fade": "30s", "gain": "12dB"}, {"gain": "-20dB"}],
    ids=["loud", "slow", "soft"],
)
def test_the_gain_of_a_programme_counts_what_its_cues_set(
    settings: dict[str, str], music_folder: Path, tmp_path: Path, store: Store
) -> None:
    """Foretold so well that nothing is made twice."""
    episode = made(tmp_path, store, SILENT, music_folder, chapters=with_bed(**settings))
    assert episode.mixed.n_encoded == len(episode.mixed.blocks)
    assert lufs(episode.decoded()) == pytest.approx(PODCAST.loudness_lufs, abs=0.3)


def test_another_duck_makes_the_blocks_of_its_bed_anew_and_leaves_those_beyond_it(
    music_folder: Path, tmp_path: Path, store: Store
) -> None:
    keys = []
    for duck in ("-15dB", "-16dB"):
        bed, *others = with_bed(duck=duck)
        chapters = [[*bed, Cue("music", 0, 1)], *others]
        episode = made(tmp_path, store, SILENT, music_folder, chapters=chapters)
        keys.append([block.path.name for block in episode.mixed.blocks])
    assert keys[0][0] != keys[1][0]
    # A chapter is a block here; the second still hears the end of the first.
    assert keys[0][-2:] == keys[1][-2:]
    assert episode.mixed.n_encoded <= len(episode.mixed.blocks) - 2


def test_a_story_of_silence_is_no_louder_for_it(
    music_folder: Path, tmp_path: Path, store: Store
) -> None:
    line = Line("hush", 0.5)
    keep_clip(store, digest(line.name), Clip(22_050, np.zeros(11_025, np.int16)))
    take = find_take(store, digest(line.name), room_of(PODCAST))
    script = script_of([[line]])
    with ThreadPoolExecutor(1) as executor:
        tools = Tools(store, executor, executor, 1, silent)
        encoder = load_encoder("mp3", 44_100, 1, 96)
        mixed = mix_and_encode(
            script,
            [take],
            show=Show(music=SILENT),
            profile=PODCAST,
            pieces={},
            encoder=encoder,
            tools=tools,
        )
    assert mixed.figures.integrated_lufs <= -70
    assert mixed.figures.true_peak_dbtp < -50  # room tone


def test_a_file_of_one_word_is_not_filled_with_noise(tmp_path: Path, store: Store) -> None:
    """As a part's title is, in a file of its own: nearly all of it is room tone."""
    acx = PROFILES["acx"]
    word = made(tmp_path, store, SILENT, tmp_path, profile=acx, chapters=[[Line("Go", 0.25, 1200)]])
    figures = measure(word.path).figures
    assert figures.noise_floor_db <= -60
    assert 0.5 <= figures.head_s <= 1
    assert figures.true_peak_dbtp <= -3


@pytest.mark.parametrize("kind", ["music", "sting", "sound"])
def test_music_that_is_missing_is_told_with_its_place(
    store: Store, tmp_path: Path, kind: str
) -> None:
    cue = Cue(kind, 0, 1, "nowhere.wav")
    with pytest.raises(ConfigError) as caught:
        load_music(SILENT, script_of([[Line("a"), cue]]), [tmp_path], PODCAST, store)
    assert caught.value.where
    assert caught.value.where.line == 1


def test_every_field_of_the_profile_that_shapes_the_voice_is_in_its_room() -> None:
    rooms = {
        room_of(replace(PODCAST, **change))  # type: ignore[arg-type]
        for change in (
            {},
            {"sample_rate": 24_000},
            {"loudness_lufs": -20.0},
            {"ceiling_dbtp": -3.0},
        )
    }
    assert len(rooms) == 4
