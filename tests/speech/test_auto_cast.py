from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import UnknownNameError, Where
from audiobook.show import NARRATOR, CastMember, Show
from audiobook.speech.auto_cast import Speaker, auto_cast, ensemble
from audiobook.speech.casting import Casting, cast_voices
from audiobook.speech.engine import Engine, VoiceInfo, load_engine
from audiobook.utterance import Voice

VOICES = (
    *(VoiceInfo(f"f{n}", "en", "female", "adult") for n in range(5)),
    *(VoiceInfo(f"m{n}", "en", "male", "adult") for n in range(8)),
    VoiceInfo("grandma", "en", "female", "old"),
)
BY_NAME = {info.name: info for info in VOICES}
PEOPLE = st.lists(
    st.builds(
        Speaker, st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 5000),
        st.sampled_from(["female", "male", None]),
    ),
    unique_by=lambda speaker: speaker.name, max_size=30,
)  # fmt: skip


@given(PEOPLE)
def test_everybody_has_a_voice_of_their_gender_the_same_each_time(people: list[Speaker]) -> None:
    given_out = auto_cast(people, VOICES)
    assert given_out == auto_cast(list(reversed(people)), VOICES)
    assert set(given_out) == {speaker.name for speaker in people}
    for speaker in people:
        assert speaker.gender in (None, BY_NAME[given_out[speaker.name]].gender)


@given(PEOPLE, st.sampled_from(["female", "male", None]))
def test_somebody_of_few_words_changes_nobody_elses_voice(
    people: list[Speaker], gender: str | None
) -> None:
    main = [Speaker(s.name, s.n_words + 2, s.gender) for s in people]
    more = auto_cast([*main, Speaker("zzz", 1, gender)], VOICES)
    assert {name: more[name] for name in more if name != "zzz"} == auto_cast(main, VOICES)


def test_the_main_speakers_differ() -> None:
    people = [Speaker(f"woman {n}", 1000 - n, "female") for n in range(9)]
    people += [Speaker(f"man {n}", 1000 - n, "male") for n in range(9)]
    voices = auto_cast(people, VOICES)
    assert len(set(voices.values())) >= 12
    leads = [name for name, _ in list(voices.items())[:4]]
    assert all(list(voices.values()).count(voices[name]) == 1 for name in leads)


def test_the_old_sound_old_and_others_do_not() -> None:
    people = [Speaker("Grandmother", 10, "female"), Speaker("Anna", 1000, "female")]
    voices = auto_cast(people, VOICES)
    assert voices["Grandmother"] == "grandma"
    assert voices["Anna"] != "grandma"


def test_a_voice_that_is_taken_is_given_to_nobody_else() -> None:
    taken = [info.name for info in VOICES if info.name != "f3"]
    assert auto_cast([Speaker("Anna", 10, "female")], VOICES, taken) == {"Anna": "f3"}


def espeak_cast(
    show: Show, speakers: Sequence[Speaker], overrides: dict[str, str] | None = None
) -> Casting:
    def load(name: str, where: Where | None) -> Engine:
        return load_engine(name, where=where)

    return cast_voices(show, "en", load_engine("espeak"), load, overrides or {}, speakers=speakers)


def test_an_engine_offers_its_variants_beside_the_narrators_voice() -> None:
    espeak = load_engine("espeak")
    offered = ensemble(espeak, "en-gb+f2", "en")
    assert len(offered) >= 10
    assert {info.gender for info in offered} == {"female", "male"}
    assert "en-gb+f2" not in {info.name for info in offered}
    for info in offered:
        espeak.check_voice(Voice("espeak", info.name, "en"))


def test_speakers_of_a_story_have_voices_and_the_narrators_is_apart() -> None:
    people = [Speaker("Anna", 500, "female"), Speaker("Ben", 400, "male")]
    casting = espeak_cast(Show(cast=(CastMember(NARRATOR, voice="en-gb"),)), people)
    names = [casting.voice(name).name for name in (None, "Anna", "Ben")]
    assert names[0] == "en-gb"
    assert names[1].startswith("en-gb+f")
    assert names[2].startswith("en-gb+m")


def test_a_cast_goes_before() -> None:
    show = Show(
        cast=(
            CastMember("Anna", voice="en-us", rate=1.1),
            CastMember("Ben", gender="female", pitch=0.9),
            CastMember("Carl", engine="tone"),
        )
    )
    people = [Speaker(name, 9, "male") for name in ("Anna", "Ben", "Carl", "Dora")]
    casting = espeak_cast(show, people, {"Dora": "en-gb-scotland"})
    assert casting.voice("Anna").name == "en-us"
    assert casting.voice("Ben").name.startswith("en-us+f")
    assert casting.voice("Ben").pitch == 0.9
    assert casting.voice("Carl").engine == "tone"
    assert casting.voice("Dora").name == "en-gb-scotland"


def test_an_engine_that_tells_no_genders_gives_all_the_narrators_voice() -> None:
    google = load_engine("gtts")
    assert ensemble(google, "com", "en") == ()
    casting = cast_voices(
        Show(cast=(CastMember(NARRATOR, voice="co.uk"), CastMember("Anna", rate=0.9))),
        "en",
        google,
        lambda name, where: load_engine(name, where=where),
        {},
        speakers=[Speaker("Anna", 5, "female"), Speaker("Ben", 5, "male")],
    )
    assert {casting.voice(name).name for name in (None, "Anna", "Ben")} == {"co.uk"}
    assert casting.voice("Anna").rate == 0.9


def test_without_speakers_nobody_is_given_a_voice() -> None:
    casting = espeak_cast(Show(), ())
    assert casting.voice("Anna") == casting.voice(None)
    with pytest.raises(UnknownNameError, match='unknown cast member "Anna"'):
        espeak_cast(Show(), (), {"Anna": "en-us"})
