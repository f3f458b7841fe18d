from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.model import Kind, Paragraph
from audiobook.script.dialogue.paragraphs import dialogue

# Language, and paragraphs with their speech between bars.
MARKED = [
    ("fr", ["|— Oui,| dit-il. |J’arrive.|"]),
    ("fr", ["|— Qui est là ?| demanda la vieille dame en se levant, |qui donc ?|"]),
    ("fr", ["|– Non !| s’écria M. Dupont.", "Il partit."]),
    ("fr", ["|— Alors, vient-il ce soir ?|"]),
    ("fr", ["|« Oui,| répondit-elle, |je viens. »| Elle sortit."]),
    ("es", ["|—Sí| —dijo él—. |Voy ahora.|"]),
    ("es", ["|—No lo sé| —respondió Ana."]),
    ("es", ["|—¿Quién?| —preguntó—. |¿Yo?|"]),
    ("ru", ["|— Да,| — сказал он. — |Я иду.|"]),
    ("ru", ["|— Это — правда,| — сказала Анна."]),
    ("ru", ["Он сказал: |«Да, это так».|"]),
    ("ru", ["|«Да,| — сказал он, — |иду».|"]),
    ("kk", ["|— Бұл кім?| — деді Айгүл. — |Кел!|"]),
    ("pl", ["|– Idę| – powiedział Jan. – |Czekaj!|"]),
    ("pt", ["|— Sim| — disse ele. — |Vou.|"]),
    ("it", ["|— Sì,| — disse Anna."]),
    ("hu", ["|– Jövök.|"]),
    ("en", ["— Yes, he said, and left."]),
    ("de", ["– Ja, sagte er."]),
    ("en", ["|“One.|", "|“Two.|", "|“Three,”| said he."]),
    ("en", ["|‘One.|", "|‘Two,’| said he."]),
    ("fr", ["|« Un.|", "|» Deux. »| Il sortit."]),
    ("en", ["|“One. He left.|", "She stayed."]),
]


def paragraph(text: str, kind: Kind = Kind.NARRATION, speaker: str | None = None) -> Paragraph:
    return Paragraph(text, ((0, 0),), len(text), kind, speaker)


def marked_up(texts: list[str], language: str) -> list[str]:
    found = dialogue([paragraph(text) for text in texts], language)
    return [
        "".join(f"|{text[s.start : s.stop].strip()}|" if s.spoken else text[s.start : s.stop]
                for s in spans)
        for text, spans in zip(texts, found, strict=True)
    ]  # fmt: skip


def squeezed(text: str) -> str:
    return text.replace(" ", "")


@pytest.mark.parametrize(("language", "marked"), MARKED)
def test_speech_is_told_from_narration_by_the_language(language: str, marked: list[str]) -> None:
    found = marked_up([text.replace("|", "") for text in marked], language)
    assert list(map(squeezed, found)) == list(map(squeezed, marked))


@pytest.mark.parametrize("kind", [Kind.HEADING, Kind.VERSE])
def test_headings_and_verse_hold_no_dialogue(kind: Kind) -> None:
    (found,) = dialogue([paragraph("“Yes,” he said.", kind)], "en")
    assert [span.spoken for span in found] == [False]


@given(
    st.lists(st.text("aDé .,!’‘“”«»'—– -", min_size=1, max_size=60), max_size=3),
    st.sampled_from(["en", "fr", "es", "ru", "pl", "de"]),
)
def test_spans_are_all_of_every_paragraph(texts: list[str], language: str) -> None:
    for text, found in zip(
        texts, dialogue([paragraph(text) for text in texts], language), strict=True
    ):
        assert "".join(text[span.start : span.stop] for span in found) == text
        assert all(span.start < span.stop for span in found)


@given(st.sampled_from(["fr", "es", "ru", "pl"]), st.lists(st.sampled_from(
    ["— Oui", ", dit-il", ". ", " —dijo él—", " — сказал он. — ", "Ja", " – ", "«", "»"]
)))  # fmt: skip
def test_incises_lose_nothing(language: str, parts: list[str]) -> None:
    text = "— " + "".join(parts)
    (found,) = dialogue([paragraph(text)], language)
    assert "".join(text[span.start : span.stop] for span in found) == text
