"""Which engine is chosen, and what the user is told of it."""

from __future__ import annotations

import pytest
from fakes.google import Answer, Google

from audiobook.errors import MissingError, UnknownNameError, Where
from audiobook.progress import Event, Warned, silent
from audiobook.speech.choose import choose


@pytest.mark.parametrize("name", [None, "auto"])
def test_google_speaks_when_it_answers(google: Google, name: str | None) -> None:
    told: list[Event] = []
    with_google = choose(name, "en", told.append)

    assert with_google.name == "gtts"
    assert told == []
    assert len(google.asked) == 1


@pytest.mark.usefixtures("no_google")
def test_offline_espeak_speaks_and_it_is_said() -> None:
    told: list[Event] = []
    engine = choose("auto", "en", told.append)
    engine.close()

    assert engine.name == "espeak"
    assert [type(event) for event in told] == [Warned]
    assert "cannot be reached" in str(told)
    assert "espeak-ng speaks instead" in str(told)


def test_espeak_speaks_while_google_refuses(google: Google) -> None:
    google.answer = lambda *_: Answer(429)
    told: list[Event] = []
    engine = choose(None, "en", told.append)
    engine.close()

    assert engine.name == "espeak"
    assert "429" in str(told)


def test_espeak_speaks_what_google_does_not(google: Google) -> None:
    told: list[Event] = []
    engine = choose(None, "kk", told.append)
    engine.close()

    assert engine.name == "espeak"
    assert told == [Warned('Google has no voice for "kk": espeak-ng speaks instead')]
    assert google.asked == []


def test_an_engine_is_taken_by_name() -> None:
    assert choose("tone", "en", silent).name == "tone"


@pytest.mark.usefixtures("no_google")
def test_an_engine_by_name_has_no_stand_in() -> None:
    with pytest.raises(MissingError, match="--engine espeak"):
        choose("gtts", "en", silent)


def test_an_unknown_name_is_told_with_its_place() -> None:
    with pytest.raises(
        UnknownNameError, match=r'show.toml:3: unknown engine "gtss".*gtts'
    ) as raised:
        choose("gtss", "en", silent, where=Where("show.toml", 3))
    assert raised.value.exit_code == 3
