"""Engines that take over from each other: per chapter, never within one, and said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes.google import Answer, Asked, Google

import audiobook
from audiobook import (
    Choices,
    ConfigError,
    Event,
    MissingError,
    Report,
    SpeechError,
    UnknownNameError,
    Warned,
)
from audiobook.config import read_show, with_front_matter
from audiobook.model import Chapter, Kind, Script, Segment, Source
from audiobook.performance import Performance
from audiobook.programme import Tools
from audiobook.progress import silent
from audiobook.show import EpisodeEntry, Show
from audiobook.sound.voice import Room
from audiobook.speech.casting import Casting
from audiobook.speech.engines.tone import Tone
from audiobook.speech.relay import Relay
from audiobook.store import Store
from audiobook.utterance import Clip, Utterance, Voice

STORY = (
    "# The Near Bank\n\nThe water was high.\n\n# The River\n\nThe boat went out.\n\n"
    "Then it sank.\n\n# The Far Bank\n\nNobody came.\n"
)
IN_TURN = 'engine = ["gtts", "tone"]\n'


@pytest.fixture
def show(tmp_path: Path) -> Path:
    (tmp_path / "story.md").write_text(STORY, "utf-8")
    return tmp_path


def built(
    show: Path, settings: str = IN_TURN, told: list[Event] | None = None, **how: object
) -> Report:
    (show / "show.toml").write_text(f'story = "story.md"\n{settings}', "utf-8")
    choices = Choices(music=False, **how)  # type: ignore[arg-type]  # as the test has it
    listen = silent if told is None else told.append
    return audiobook.build(show, output=show / "out", choices=choices, listen=listen)


def who(report: Report) -> list[tuple[str, str]]:
    return [(e.chapter, e.engine) for episode in report.episodes for e in episode.engines]


def sinks(number: int, asked: Asked) -> Answer | None:
    return Answer(400) if "sank" in asked.text else None


MIXED = [("The Near Bank", "gtts"), ("The River", "tone"), ("The Far Bank", "tone")]


def test_a_chapter_that_fails_is_spoken_anew_by_the_next_with_all_that_follow(
    show: Path, google: Google
) -> None:
    google.answer = sinks
    told: list[Event] = []
    report = built(show, told=told)

    assert who(report) == MIXED
    assert report.engine == "tone"  # of the most chapters
    (warning,) = (event for event in told if isinstance(event, Warned))
    assert 'Google answers 400 to "Then it sank."' in warning.what
    assert warning.what.endswith(': tone speaks "The River" and what follows')
    assert warning.where
    assert warning.where.line == 9
    assert "Nobody came." not in google.texts


def test_what_the_first_has_spoken_is_kept_and_it_speaks_again_when_it_can(
    show: Path, google: Google
) -> None:
    google.answer = sinks
    built(show)
    google.answer = lambda number, asked: None
    report = built(show)

    assert who(report) == [(chapter, "gtts") for chapter, _ in MIXED]
    assert google.texts.count("Then it sank.") == 2
    others = [text for text in google.texts if text != "Then it sank."]
    assert len(set(others)) == len(others)


@pytest.mark.parametrize("split", ["episode", "chapter"])
def test_the_same_failures_give_the_same_files(
    show: Path, google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str
) -> None:
    google.answer = sinks
    made = []
    for number in range(2):
        monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / f"store {number}"))
        report = built(show, split=split)
        assert who(report) == MIXED
        made.append([p.read_bytes() for e in report.episodes for p in e.files.values()])

    assert made[0] == made[1]


@pytest.mark.usefixtures("google")
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            'engine = ["gtts", "tone"]\nlanguage = "kk"\n',
            'gtts is passed over: gtts has no voice for "kk"',
        ),
        (
            'engine = ["mine", "tone"]\n[engines.mine]\ncommand = ["no-such-program", "{out}"]\n',
            'mine is passed over: there is no program "no-such-program"',
        ),
    ],
)
def test_an_engine_that_cannot_speak_here_is_passed_over(
    show: Path, settings: str, why: str
) -> None:
    told: list[Event] = []
    report = built(show, settings, told)

    assert {engine for _, engine in who(report)} == {report.engine} == {"tone"}
    (warning,) = (event for event in told if isinstance(event, Warned))
    assert why in warning.what
    assert warning.where
    (planned,) = audiobook.plan(show, choices=Choices(music=False))
    assert planned.engine == "tone"


def test_where_none_can_speak_the_first_says_why(show: Path) -> None:
    nobody = (
        'engine = ["mine", "other"]\n[engines.mine]\ncommand = ["no-such-program", "{out}"]\n'
        '[engines.other]\ncommand = ["nor-this", "{out}"]\n'
    )
    with pytest.raises(MissingError, match='there is no program "no-such-program"'):
        built(show, nobody)


def test_one_engine_alone_stops_instead(show: Path, google: Google) -> None:
    google.answer = sinks
    with pytest.raises(SpeechError, match="Google answers 400"):
        built(show, 'engine = "gtts"\n')
    with pytest.raises(SpeechError, match="Google answers 400"):
        built(show, engine="gtts")


@pytest.mark.usefixtures("google")
def test_when_the_last_fails_its_error_ends_the_work(show: Path, google: Google) -> None:
    google.answer = sinks
    broken = 'engine = ["gtts", "broken"]\n[engines.broken]\ncommand = ["false", "{out}"]\n'
    with pytest.raises(SpeechError, match='broken ended with code 1 for "The River"'):
        built(show, broken)


def test_nobody_takes_over_from_an_engine_of_one_of_the_cast(show: Path, google: Google) -> None:
    google.answer = lambda number, asked: Answer(400)
    settings = 'engine = ["tone", "espeak"]\n[cast.Narrator]\nengine = "gtts"\n'
    told: list[Event] = []
    with pytest.raises(SpeechError, match="Google answers 400"):
        built(show, settings, told)
    assert [event for event in told if isinstance(event, Warned)] == []
    assert len(google.asked) == 1


def test_the_tag_names_all_who_narrate(show: Path, google: Google) -> None:
    from mutagen.id3 import ID3  # noqa: PLC0415

    google.answer = sinks
    (path,) = built(show).episodes[0].files.values()

    assert "gtts com, tone alto (synthetic voices)" in str(ID3(path))


def test_a_voice_counts_for_those_of_them_that_have_it(show: Path, google: Google) -> None:
    from mutagen.id3 import ID3  # noqa: PLC0415

    google.answer = sinks
    for voice, expected in (("bass", "gtts com, tone bass"), ("co.uk", "gtts co.uk, tone alto")):
        (path,) = built(show, voices=(("Narrator", voice),)).episodes[0].files.values()
        assert f"{expected} (synthetic voices)" in str(ID3(path))

    with pytest.raises(UnknownNameError, match='unknown voice "nobody" of engine gtts'):
        built(show, voices=(("Narrator", "nobody"),))
    with pytest.raises(UnknownNameError, match='unknown cast member "Nobody"'):
        built(show, voices=(("Nobody", "bass"),))


def test_a_voice_that_the_first_alone_has_is_to_be_named_for_it(show: Path, google: Google) -> None:
    narrator = f"{IN_TURN}[cast.Narrator]\nvoice = "
    with pytest.raises(ConfigError, match=r'unknown voice "co\.uk" of engine tone') as failed:
        built(show, f'{narrator}"co.uk"\n')
    assert failed.value.hint == 'name it for its engine: voice = { gtts = "co.uk" }'
    assert built(show, f'{narrator}{{ gtts = "co.uk" }}\n').episodes
    with pytest.raises(ConfigError, match="of engine gtts") as failed:
        built(show, f'{narrator}"co.ku"\n')
    assert '"co.uk"' in str(failed.value.hint)
    assert "voice =" not in str(failed.value.hint)


def test_a_voice_for_one_of_the_cast_is_of_their_own_engine(show: Path, google: Google) -> None:
    settings = f'{IN_TURN}[cast.Ida]\nengine = "tone"\n'
    built(show, settings, voices=(("Ida", "bass"),))
    with pytest.raises(UnknownNameError, match=r'voice "co\.uk" of engine tone'):
        built(show, settings, voices=(("Ida", "co.uk"),))
    assert google.asked


def test_it_is_set_in_front_matter_too() -> None:
    show = Show(engine="gtts", stand_ins=("espeak",))
    entry = EpisodeEntry(Path("story.md"))
    one, _ = with_front_matter(show, entry, "engine: tone\n", 2)
    two, _ = with_front_matter(show, entry, "engine: [espeak, tone]\n", 2)

    assert (one.engine, one.stand_ins) == ("tone", ())
    assert (two.engine, two.stand_ins) == ("espeak", ("tone",))


@pytest.mark.parametrize("names", ['["gtts", "gtts"]', '["auto", "espeak"]', '["a", 3]', "3"])
def test_a_list_that_makes_no_sense_is_told_with_its_place(tmp_path: Path, names: str) -> None:
    (tmp_path / "show.toml").write_text(f"engine = {names}\n")
    with pytest.raises(ConfigError, match=r'show\.toml:1:1: "engine" must'):
        read_show(tmp_path / "show.toml")


class Failing(Tone):
    """A tone under another name that fails at a text."""

    def __init__(self, name: str, fails_at: str = "") -> None:
        self.name = name
        self.fails_at = fails_at
        self.asked: list[str] = []

    def synthesise(self, utterance: Utterance, voice: Voice) -> Clip:
        self.asked.append(utterance.text)
        if utterance.text == self.fails_at:
            raise SpeechError("it fails")
        return super().synthesise(utterance, voice)


def performance(store: Store, engines: list[Failing], *lengths: int) -> Performance:
    """Chapters "a", "b" … of so many lines "a0", "a1" …, each to be spoken by one of engines."""
    names = [
        [f"{chapter}{n}" for n in range(length)]
        for chapter, length in zip("abcd", lengths, strict=False)
    ]
    source = "".join(name for chapter in names for name in chapter)
    chapters = tuple(
        Chapter(
            chapter[0][0],
            tuple(
                Segment(n, Kind.NARRATION, None, 1.0, 0, source.index(n), source.index(n) + 2)
                for n in chapter
            ),
        )
        for chapter in names
    )
    script = Script(Source("story.md", source), "Title", "en", chapters)
    castings = [
        Casting({None: Voice(engine.name, "alto", "en")}, {engine.name: engine}, engine.name)
        for engine in engines
    ]
    threads = ThreadPoolExecutor(1)
    return Performance(
        script,
        Relay(castings, silent),
        Room(22_050, 18.0),
        Tools(store, threads, threads, 1, silent),
    )


@pytest.mark.parametrize("fails_at", ["a0", "a2", "b0", "b4", "c1", "d0"])
def test_a_chapter_is_never_spoken_by_two(store: Store, fails_at: str) -> None:
    spoken = performance(store, [Failing("one", fails_at), Failing("two")], 3, 5, 2, 4)
    n_takes = len(list(spoken.takes()))

    by_line = {line.line.text: line.line.voice.engine for line in spoken.spoken}
    expected = {t: "two" if t[0] >= fails_at[0] else "one" for t in by_line}
    assert (n_takes, len(spoken.spoken)) == (14, 14)
    assert by_line == expected


def test_a_chapter_is_worked_on_while_the_next_is_spoken(store: Store) -> None:
    engine = Failing("one")
    takes = performance(store, [engine, Failing("two")], 2, 50, 1).takes()
    next(takes)
    next(takes)
    takes.close()

    assert engine.asked[:3] == ["a0", "a1", "b0"]
    assert len(engine.asked) < 20
