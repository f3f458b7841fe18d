"""A story that does not say its language is in the one that its words are of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audiobook.model import Book
from audiobook.script.language import language_of, language_of_text

TOLD = {
    "en": "It was the best of times, it was the worst of times.",
    "de": "„Komm herein“, sagte Anna. „Es ist kalt, und ich warte.“",
    "fr": "— Bonjour, dit Marie. Comment allez-vous ?\n— Très bien, et vous ? dit-elle.",
    "es": "—¿Adónde vas? —preguntó María.\n—A casa —dijo Juan—. Tengo sueño.",
    "it": "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura.",
    "pt": "— Não sei — disse ele. — O mar não é meu.",
    "nl": "De man liep langs het water en dacht dat hij niet alleen was.",
    "sv": "Han sade att det inte var så, och hon gick.",
    "pl": "— Nie wiem — powiedział. — To jest tak, jak było.",
    "cs": "Byl pozdní večer a on se nevrátil, jak řekl.",
    "ru": "— Я не знаю, — сказал он. — Что это было?",
    "uk": "— Я не знаю, — сказав він. — Що це було?",
    "kk": "Бұл бір үлкен үй еді, мен оған бардым.",
    "tr": "Ve bir gün, ne için geldi, dedi. Bu çok güzel.",
    "el": "Δεν ξέρω, είπε.",
    "ja": "「東京へ行く」と彼は言った。",
    "zh": "他说他不知道。",
    "ko": "그는 모른다고 말했다.",
}


@pytest.mark.parametrize("language", TOLD)
def test_a_text_tells_its_language(language: str) -> None:
    assert language_of_text(TOLD[language]) == language


@pytest.mark.parametrize(
    "text",
    ["", "1912", "Hello there.", "Netherfield", "El Paso. La Paz.", "Die Hard. Die another day."],
)
def test_a_few_words_tell_nothing(text: str) -> None:
    assert language_of_text(text) is None


def test_foreign_speech_does_not_make_a_story_foreign() -> None:
    text = "She said to him that it was late. “Да, конечно,” he said. “Je ne sais pas.”"
    assert language_of_text(text) == "en"


def test_only_what_a_book_says_is_asked(read_text: Callable[[str], Book]) -> None:
    story = "Kapitel 1\n\n„Es ist kalt“, sagte Anna. „Ich warte nicht mehr auf den Zug.“\n"
    assert language_of(read_text(story)) == "de"
