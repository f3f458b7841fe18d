"""Every error tells what, where and what to do, on one line, and survives the way to a process."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from audiobook import errors
from audiobook.errors import AudiobookError, ConfigError, UnknownNameError, Where, near_names

PLACE = Where("show.toml", 3, 7, 'engine = "espaek"')
EXIT_CODES = {
    "AudiobookError": 1,
    "UsageError": 2,
    "StoryError": 3,
    "ConfigError": 3,
    "UnknownNameError": 3,
    "MissingError": 4,
    "NotInstalledError": 4,
    "NotSetUpError": 4,
    "SpeechError": 1,
    "SoundError": 1,
    "LostError": 1,
    "OutputError": 1,
    "CheckError": 5,
}


def kinds() -> Iterator[type[AudiobookError]]:
    waiting = [AudiobookError]
    while waiting:
        kind = waiting.pop()
        if kind.__module__ == "audiobook.errors":
            yield kind
        waiting.extend(kind.__subclasses__())


def test_the_tree_is_the_one_that_the_module_draws() -> None:
    assert {kind.__name__: kind.exit_code for kind in kinds()} == EXIT_CODES
    drawn = (errors.__doc__ or "").splitlines()
    for name, code in EXIT_CODES.items():
        assert any(f"{name} " in line and f" {code}  " in line for line in drawn), name


@pytest.mark.parametrize(
    "kind", sorted(set(kinds()) - {UnknownNameError}, key=lambda k: k.__name__)
)
def test_an_error_is_one_line_with_its_place_and_cure(kind: type[AudiobookError]) -> None:
    error = kind("it cannot be", where=PLACE, hint="do better")

    assert str(error) == "show.toml:3:7: it cannot be (hint: do better)"
    assert str(kind("it cannot be")) == "it cannot be"
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.what, again.where, again.hint) == (error.what, PLACE, "do better")
    assert again.exit_code == EXIT_CODES[kind.__name__]


def test_an_unknown_name_survives_the_way_from_another_process() -> None:
    error = UnknownNameError("engine", "espaek", ["espeak", "gtts"], where=PLACE)
    again = pickle.loads(pickle.dumps(error))

    assert isinstance(again, UnknownNameError)
    assert str(again) == str(error)
    assert (again.kind, again.name, again.exit_code) == ("engine", "espaek", 3)


def test_an_unknown_name_in_a_file_is_a_wrong_setting_and_a_typed_one_wrong_usage() -> None:
    assert issubclass(UnknownNameError, ConfigError)
    assert UnknownNameError("engine", "x", [], where=PLACE).exit_code == 3
    assert UnknownNameError("engine", "x", []).exit_code == 2


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("espaek", ["gtts", "espeak"], 'did you mean "espeak"?'),
        ("ESPEAK", ["gtts", "espeak"], 'did you mean "espeak"?'),
        ("sofia", ["Sophia", "Kairat"], 'did you mean "Sophia"?'),
        ("en-gb-x", ["en-gb", "kk"], 'did you mean "en-gb"?'),
        ("nope", ["openai", "tone"], "known: openai, tone"),
        ("klingon", ["no-NO", "kk"], "known: kk, no-NO"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [f"voice-{n:02}" for n in range(14)], None),
        ("zzz", [], None),
    ],
)
def test_the_near_names_are_offered_else_all(name: str, known: list[str], hint: str | None) -> None:
    given = UnknownNameError("name", name, known).hint
    if len(known) == 14:
        assert given == "known: " + ", ".join(known[:12]) + " and 2 more"
    else:
        assert given == hint


def test_a_name_of_any_length_and_content_stays_on_one_line() -> None:
    error = UnknownNameError("setting", "a\nb\x1b[2J" + "x" * 100_000, ["title"])
    assert len(str(error)) < 200
    assert str(error).isprintable()


def test_near_names_come_nearest_first() -> None:
    assert near_names("narator", ["Narrator", "Navigator", "Kairat"], most=2) == [
        "Narrator",
        "Navigator",
    ]


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (Where("a.md"), "a.md"),
        (Where("a.md", 3), "a.md:3"),
        (Where("a.md", 3, 7), "a.md:3:7"),
        (Where("a.md", 3, 7, "text"), "a.md:3:7"),
    ],
)
def test_a_place_is_written_as_editors_read_it(where: Where, shown: str) -> None:
    assert str(where) == shown
