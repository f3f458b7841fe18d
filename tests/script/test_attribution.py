from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.model import Book, BookChapter, Cue, Kind, Paragraph, Script, Source
from audiobook.script import split
from audiobook.script.dialogue.cast_report import cast_report
from audiobook.script.dialogue.conversation import Stretch, conversation
from audiobook.script.dialogue.gathering import gathered
from audiobook.script.dialogue.roster import roster_of_cast
from audiobook.show import CastMember

ANNA_AND_BEN = (CastMember("Anna", gender="female"), CastMember("Ben", gender="male"))


def book_of(texts: Sequence[str | tuple[str, str]]) -> Book:
    """A book of one chapter: texts, cued where a name stands before one; "***" is a scene break."""
    items: list[Paragraph | Cue] = []
    offset = 0
    for text in texts:
        speaker, said = (None, text) if isinstance(text, str) else text
        if said == "***":
            items.append(Cue("break", offset, offset + 3))
        else:
            end = offset + len(said)
            items.append(Paragraph(said, ((0, offset),), end, Kind.NARRATION, speaker))
        offset += len(said) + 1
    source = "\n".join(text if isinstance(text, str) else text[1] for text in texts)
    return Book(Source("b", source), "B", (), "en", (BookChapter("One", tuple(items)),))


def spoken(
    texts: Sequence[str | tuple[str, str]],
    cast: Sequence[CastMember] = (),
    language: str = "en",
) -> list[Stretch]:
    """The stretches of speech of a book."""
    found = conversation(book_of(texts), language, cast)
    return [stretch for stretches in found for stretch in stretches if stretch.span.spoken]


def speakers(
    texts: Sequence[str], cast: Sequence[CastMember] = (), language: str = "en"
) -> list[str | None]:
    found = [stretch.attribution for stretch in spoken(texts, cast, language)]
    return [one.speaker if one else None for one in found]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "“Stay,” said Anna."),
        ("en", "“Stay,” Anna said quietly."),
        ("en", "“Stay,” Anna, who had come in, said."),
        ("en", "Anna looked up and asked, “Why?”"),
        ("en", "“Stay,” said little Anna to Ben."),
        ("de", "»Bleib«, sagte Anna."),
        ("fr", "— Reste, dit Anna."),
        ("es", "—Quédate —dijo Anna."),
        ("ru", "— Останься, — сказала Anna."),
        ("kk", "— Қал, — деді Anna."),
    ],
)
def test_a_verb_of_speech_tells_who_speaks(language: str, text: str) -> None:
    (found,) = spoken([text], ANNA_AND_BEN, language)
    assert found.attribution is not None
    assert (found.attribution.speaker, found.attribution.rule) == ("Anna", "explicit")
    assert found.attribution.confidence > 0.9


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "“Stay,” she said.", "Anna"),
        ("en", "“Stay,” said he.", "Ben"),
        ("en", "“Stay,” said the old woman.", "Anna"),
        ("de", "»Bleib«, sagte er.", "Ben"),
        ("fr", "— Reste, dit-elle.", "Anna"),
        ("es", "—Quédate —dijo él.", "Ben"),
        ("ru", "— Останься, — сказала она.", "Anna"),
    ],
)
def test_a_pronoun_means_whoever_was_named_and_has_its_gender(
    language: str, text: str, name: str
) -> None:
    assert speakers(["Anna. Ben.", text], ANNA_AND_BEN, language) == [name]


def test_names_are_gathered_that_begin_with_a_kazakh_letter() -> None:
    texts = ["— Бұл кім? — деді Қайрат.", "— Мен, — деді Әсел.", "— Кел! — деді Қайрат."]
    assert speakers(texts, language="kk") == ["Қайрат", None, "Қайрат"]


def test_names_are_gathered_from_behind_a_dash() -> None:
    talk = ["—¿Adónde? —preguntó María.", "—A casa —dijo Iker—. Ya.", "—¿Ya? —dijo Iker."]
    assert speakers(talk, (), "es") == ["María", "Iker", "Iker", "Iker"]


def test_several_titles_belong_to_one_name() -> None:
    talk = [
        "»Guten Tag«, sagte Herr Dr. Müller.",
        "»Tag«, antwortete Frau Prof. Dr. Schmidt.",
        "»Bleiben Sie«, sagte Herr Dr. Lenz.",
        "»Gern«, sagte Müller.",
    ]
    named = ["Herr Dr. Müller", "Frau Prof. Dr. Schmidt", "Herr Dr. Lenz", "Herr Dr. Müller"]
    assert speakers(talk, language="de") == named
    roster = roster_of_cast([("Herr Dr. Müller", (), None)])
    assert (roster.find("Müller") is not None, roster.find("Dr")) == (True, None)


def test_people_take_turns() -> None:
    talk = ["“One,” said Anna.", "“Two,” said Ben.", "“Three.”", "“Four.”", "“Five.”", "“Six.”"]
    assert speakers(talk, ANNA_AND_BEN) == ["Anna", "Ben"] * 3


def test_a_guess_between_two_is_no_surer_than_a_coin() -> None:
    (found,) = spoken(["Anna and Ben slept.", "“Stay.”"], ANNA_AND_BEN)
    assert found.attribution is not None
    assert 1 / 3 < found.attribution.confidence < 1 / 2


def test_who_is_addressed_answers() -> None:
    talk = ["“What is it, Ben?” asked Anna.", "“Nothing.”"]
    assert speakers(talk, (*ANNA_AND_BEN, CastMember("Carl"))) == ["Anna", "Ben"]


def test_what_somebody_does_beside_speech_tells_who_speaks() -> None:
    assert speakers(["Ben was there.", "Anna smiled. “You came.”"], ANNA_AND_BEN) == ["Anna"]
    assert speakers(["Anna turned to Ben:", "“You came.”"], ANNA_AND_BEN) == ["Anna"]


def test_a_speech_over_paragraphs_has_one_speaker() -> None:
    talk = ["“One,” said Anna. “Two.", "“Three.", "“Four.”", "“Five,” said Ben."]
    assert speakers(talk, ANNA_AND_BEN) == ["Anna", "Anna", "Anna", "Anna", "Ben"]


def test_two_may_speak_in_one_paragraph() -> None:
    assert speakers(["“One,” said Anna. “Two,” said Ben."], ANNA_AND_BEN) == ["Anna", "Ben"]


def test_one_of_the_cast_does_not_say_what_another_is_said_to_say_beside_them() -> None:
    texts = ["“Bob!” said Anna. “Come in,” said Bob. “I will,” said Anna.", "“It is I,” said Ben."]
    assert speakers(texts, ANNA_AND_BEN) == ["Anna", None, "Anna", "Ben"]


def test_a_narrator_who_is_in_the_story_speaks_for_themselves() -> None:
    (found,) = spoken(["“Stay,” said I."], ANNA_AND_BEN)
    assert found.attribution is not None
    assert (found.attribution.speaker, found.attribution.rule) == (None, "narrator")
    assert found.attribution.confidence > 0.9


def test_nobody_is_taken_for_a_stranger() -> None:
    assert speakers(["Anna and Ben slept.", "“Stay,” said a voice."], ANNA_AND_BEN) == [None]


def test_a_cast_is_known_by_its_other_names() -> None:
    cast = (CastMember("Mrs. Bennet", aka=("his lady",)), CastMember("Elizabeth Bennet"))
    talk = ["“One,” said his lady.", "“Two,” said Elizabeth.", "“Three,” said Mrs Bennet."]
    assert speakers(talk, cast) == ["Mrs. Bennet", "Elizabeth Bennet", "Mrs. Bennet"]


def test_where_the_author_names_speakers_nobody_is_guessed() -> None:
    found = spoken([("Anna", "“Stay.”"), "“Why?” asked Ben."], ANNA_AND_BEN)
    assert [stretch.attribution for stretch in found] == [None, None]
    script = split(book_of([("Anna", "“Stay.”"), "“Why?” asked Ben."]), language="en", title="B")
    assert [(s.speaker, s.confidence) for s in script.segments][:2] == [("Anna", 1.0), (None, 0.0)]


NOVEL = """
Mr. Darcy and Mrs. Long met Elizabeth Bennet there. He bowed, and she smiled.
“You came,” said Elizabeth.
“I did,” replied Mr. Darcy.
When Darcy had sat down, Miss Bingley came. “Dear Lizzy!” she cried to Elizabeth Bennet.
“Good day,” said Miss Bingley. Lizzy said nothing, for Elizabeth was tired. London was hot.
“Who is there?” asked the constable. “Nobody,” said Mrs. Long.
“Well,” said the constable. “Well,” the constable said again.
""".strip().splitlines()


def test_a_roster_is_gathered_from_the_text() -> None:
    texts = {True: "", False: ""}
    for stretches, text in zip(conversation(book_of(NOVEL), "en"), NOVEL, strict=True):
        for stretch in stretches:
            texts[stretch.span.spoken] += text[stretch.span.start : stretch.span.stop] + " "
    found = gathered(texts[False], texts[True], "en")
    known = {character.name: character for character in found.characters}
    assert {name: known[name].gender for name in known} == {
        "Elizabeth Bennet": "female",
        "Mr. Darcy": "male",
        "Mrs. Long": "female",
        "Miss Bingley": "female",
        "The constable": None,
    }
    assert known["Elizabeth Bennet"].aliases >= {"Elizabeth", "Elizabeth Bennet"}
    assert known["Mr. Darcy"].aliases == {"Mr Darcy", "Darcy"}
    assert speakers(NOVEL)[:2] == ["Elizabeth Bennet", "Mr. Darcy"]


def test_a_married_name_is_not_that_of_a_daughter() -> None:
    text = (
        "Mrs. Bennet sat. Mrs. Bennet rose. Miss Bennet sat. Miss Bennet rose. Mr. Bennet sat. "
        "Mr. Bennet rose. Elizabeth Bennet sat. Elizabeth Bennet rose."
    )
    found = gathered(text, "Miss Elizabeth, sit.", "en")
    assert sorted(character.name for character in found.characters) == [
        "Elizabeth Bennet",
        "Miss Bennet",
        "Mr. Bennet",
        "Mrs. Bennet",
    ]


def test_a_part_of_a_name_that_two_share_means_neither() -> None:
    members = [("Anna Long", (), None), ("Ben Long", (), None)]
    roster = roster_of_cast(members)
    assert roster.find("Long") is None
    assert [m.name for m in roster.mentions("When Anna met Ben Long’s dog")] == [
        "Anna Long",
        "Ben Long",
    ]


def test_guesses_that_are_likely_wrong_are_left_to_the_narrator() -> None:
    script = split(book_of(["“Stay.”", "Anna, Ben, Carl and Dora slept."]), language="en", title="")
    said = next(segment for segment in script.segments if segment.kind is Kind.DIALOGUE)
    assert (said.speaker, said.confidence < 0.5) == (None, True)


SENTENCES = st.lists(
    st.sampled_from(
        ["“Yes,” said Anna.", "“No.”", "Ben laughed. “Go.”", "She slept.", "“Anna!” he cried.",
         "“I know,” said I.", "***", "“One. Two.", "“Anna, Ben,” said Carl.", "‘Odd", "Ben: "]
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(SENTENCES, st.booleans())
def test_laws_of_attribution(texts: list[str], has_cast: bool) -> None:
    cast = ANNA_AND_BEN if has_cast else ()
    book = book_of(texts)
    found = list(conversation(book, "en", cast))
    assert found == list(conversation(book, "en", cast))
    paragraphs = [item for item in book.chapters[0].items if isinstance(item, Paragraph)]
    for paragraph, stretches in zip(paragraphs, found, strict=True):
        spans = [stretch.span for stretch in stretches]
        assert "".join(paragraph.text[s.start : s.stop] for s in spans) == paragraph.text
        for stretch in stretches:
            assert (stretch.attribution is not None) == stretch.span.spoken
            if stretch.attribution:
                assert 0 <= stretch.attribution.confidence <= 1
                assert stretch.attribution.speaker in {None, "Anna", "Ben", "Carl"}
                assert not has_cast or stretch.attribution.speaker != "Carl"


def script_of(texts: Sequence[str], cast: Sequence[CastMember]) -> Script:
    return split(book_of([*texts, "The end."]), language="en", title="B", cast=cast)


@settings(deadline=None)
@given(SENTENCES)
def test_who_speaks_changes_nothing_of_what_is_said(texts: list[str]) -> None:
    with_cast, without = script_of(texts, ANNA_AND_BEN), script_of(texts, ())
    assert [s.text for s in with_cast.segments] == [s.text for s in without.segments]


def test_the_cast_report_tells_who_speaks_how_much() -> None:
    script = split(
        book_of(["“One two three,” said Anna.", "“Four,” said Ben. “Five.”", "Six."]),
        language="en", title="B", cast=ANNA_AND_BEN,
    )  # fmt: skip
    narrator, anna, ben = cast_report(script)
    assert (narrator.speaker, narrator.n_words, narrator.confidence) == (None, 5, 1.0)
    assert (anna.speaker, anna.n_segments, anna.n_words, anna.gender) == ("Anna", 1, 3, "female")
    assert (ben.speaker, ben.n_segments, ben.n_words, ben.gender) == ("Ben", 2, 2, "male")
    assert anna.share == pytest.approx(0.3)
    assert anna.confidence == pytest.approx(0.95)
    assert [(e.text, str(e.where)) for e in ben.examples] == [
        ("“Four,”", "b:2:1"),
        ("“Five.”", "b:2:19"),
    ]
