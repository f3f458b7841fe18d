from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.script.clauses import cut
from audiobook.script.sentences import sentences, sentences_of_speech


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "Mr. Pell came at 3.15 p.m. and left.|He was early!|Why?"),
        ("en-GB", "Give it to me.|He said no.|She was ill.|They looked at art.|You may.|Go."),
        ("en", "It was No. 5 of them, no more.|Really."),
        ("en", "“Mr. James was called.|He came—Mrs. Grey did not.|‘Mrs. Oakshott, 117,’ it said."),
        ("en", "Yours, Edw. Gardiner.|He gave her £5 6s. 3d. and a key.|It cost 3d.|Nobody paid."),
        ("en", "He read vol. II, ch. 3.|It cost 6½d.; she paid.|He took 180 lbs. and ran."),
        ("en", "Mon.–Fri.; 3 p.m. sharp.|No. 7 vs. No. 8, i.e. Anna.|It was cold.|-5 was it."),
        ("en", "About five ft. seven in. in height.|He came in.|He sat."),
        ("de", "Am 4. Mai kam er z. B. allein.|Er ging."),
        ("de", "Es war das 19. Jahrhundert.|Sein 3. Sohn wohnte im 2. Stock.|Er kam am 21. Mai."),
        ("de", "Er starb mit 21.|Dann ging sie am 3.|Sie war die 2.|Es regnete.|Zimmer 4.|Ruhe."),
        ("en", "CHARLES II. had slept in it.|So had Henry VIII.|Nobody asked."),
        ("es", "Vive en el n.º 7, 2.ª planta.|Nadie más."),
        ("fr", "— Oui, dit M. Dupont à Mme. Rose.|Il part au no. 3."),
        ("es", "Vino D. Juan con Dña. Ana.|Luego el Sr. Paz."),
        ("nl", "Hij zag Mevr. Smit.|Hij ging."),
        ("pl", "Widział św. Jana.|Dr. Nowak poszedł."),
        ("ru", "Площадь им. Кирова.|Он ушёл."),
        ("es", "¿Quién es?|¡Nadie!|No sé."),
        ("ru", "Он ушёл.|Никого нет."),
        ("zh", "你好。|再见。"),
        ("tlh", "One.|Two."),
    ],
)
def test_sentences_end_where_they_end(language: str, marked: str) -> None:
    spaced = marked.replace("|", "" if language == "zh" else " ")
    assert [part.strip() for part in sentences(spaced, language)] == marked.split("|")


@pytest.mark.parametrize("marks", ["“”", "‘’", '""', "''", "«»"])
def test_speech_is_cut_at_its_sentences_whatever_its_marks(marks: str) -> None:
    text = f"{marks[0]}I was. Nobody knew. It’s all.{marks[1]}"
    first, last = f"{marks[0]}I was. ", f"It’s all.{marks[1]}"
    assert sentences_of_speech(text, "en") == [first, "Nobody knew. ", last]


@given(st.text('aB .?!"“”’;:\n1é。', max_size=200))
def test_sentences_are_all_of_the_text(text: str) -> None:
    assert "".join(sentences(text, "en")) == text


def test_a_text_of_any_length_is_cut_whole() -> None:
    text = "“word and “another " * 20_000 + "x" * 30_000
    assert "".join(sentences(text, "en")) == text


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("It rained. It poured all day.", 24, ["It rained.", "It poured all day."]),
        ("It rained, it poured; it was late.", 30, ["It rained, it poured;", "it was late."]),
        ("The old man, the sea, the boat.", 24, ["The old man, the sea,", "the boat."]),
        ("The old man and the cold sea", 20, ["The old man", "and the cold sea"]),
        ("The grey and windy cold sea", 20, ["The grey", "and windy cold sea"]),
        ("Donaudampfschifffahrtsgesellschaft", 20, ["Donaudampfschifffahr", "tsgesellschaft"]),
        ("exactly twenty chars", 20, ["exactly twenty chars"]),
        ("exactly twenty chars more", 20, ["exactly twenty chars", "more"]),
    ],
)
def test_long_text_is_cut_at_the_best_place(text: str, limit: int, parts: list[str]) -> None:
    assert [part.strip() for part in cut(text, limit)] == parts


@given(st.lists(st.text("ab,;.—é", min_size=1, max_size=30)), st.integers(20, 60))
def test_cut_text_is_whole_and_within_the_limit(words: list[str], limit: int) -> None:
    text = " ".join(words)
    parts = cut(text, limit)
    assert "".join(parts) == text
    assert all(len(part.strip()) <= limit for part in parts)
    if all(len(word) <= limit for word in words):
        assert all(part.endswith((" ", "—")) for part in parts[:-1])
