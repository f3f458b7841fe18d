"""What Google calls a language, and which of its languages stands in for one it has not."""

from __future__ import annotations

import pytest

from audiobook.speech.engines.gtts import GoogleTranslate
from audiobook.utterance import Voice


@pytest.mark.parametrize("language", ["cmn", "cmn-Hans-CN", "cmn-Hant-TW", "nn", "nn-NO"])
def test_google_speaks_what_is_near(language: str) -> None:
    google = GoogleTranslate()
    google.check_voice(Voice("gtts", google.default_voice(language), language))


def test_languages_are_listed_once_each_by_their_own_tags() -> None:
    listed = [info.language for info in GoogleTranslate().voices() if info.name == "com"]

    assert len(set(listed)) == len(listed)
    assert {"nb", "zh-CN", "zh-TW", "he", "fil"} <= set(listed)
    assert not {"nn", "cmn", "iw"} & set(listed)
