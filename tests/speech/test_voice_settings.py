"""Voices that a show lists for an engine that cannot tell them."""

from __future__ import annotations

import pytest

from audiobook.errors import ConfigError
from audiobook.settings import parse_toml
from audiobook.speech.engine import VoiceInfo
from audiobook.speech.voice_settings import read_voice_infos


@pytest.mark.parametrize(
    ("toml", "voices"),
    [
        ("", ()),
        ('voices = ["amy", "joe"]', (VoiceInfo("amy", "mul"), VoiceInfo("joe", "mul"))),
        ('voices = "amy"', (VoiceInfo("amy", "mul"),)),
        (
            'languages = ["en", "de"]\nvoices = ["amy"]',
            (VoiceInfo("amy", "en"), VoiceInfo("amy", "de")),
        ),
        (
            'languages = ["en"]\n[voices]\namy = {}\n'
            'eva = { language = "de-AT", gender = "female", age = "old", quality = "low" }\n',
            (VoiceInfo("amy", "en"), VoiceInfo("eva", "de-AT", "female", "old", "low")),
        ),
    ],
)
def test_voices_are_listed(toml: str, voices: tuple[VoiceInfo, ...]) -> None:
    assert read_voice_infos(parse_toml(toml.encode(), "show.toml")) == voices


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('languages = ["en", "e n"]', 'show.toml:1:1: "e n" is no language tag'),
        ("[voices]\namy = 3", 'show.toml:2:1: "amy" must be a table'),
        ('[voices]\namy = { gendre = "female" }', 'show.toml:2:9: unknown setting "gendre"'),
        ('[voices.amy]\ngender = "femal"', 'show.toml:2:1: unknown gender "femal".*"female"'),
        ('[voices.amy]\nlanguage = "?"', r'show.toml:2:1: "\?" is no language tag'),
        ('voices = ["amy", 3]', 'show.toml:1:1: "voices" must be a list of texts'),
        ('[voices]\n" " = {}', "show.toml:2:1: a voice needs a name"),
        ('[voices]\n"a\\u0000b" = {}', "show.toml:1:1: a voice needs a name that can be written"),
        ('voices = ["a\\u202Eb"]', "show.toml:1:1: a voice needs a name that can be written"),
    ],
)
def test_what_is_wrong_with_a_voice_is_told_with_its_place(toml: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        read_voice_infos(parse_toml(toml.encode(), "show.toml"))
