"""The language of a story that does not say it, told by its letters and its commonest words."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from audiobook.model import Book, Paragraph, Role

__all__ = ["language_of", "language_of_text"]

_MOST_CHARACTERS = 100_000
"""How much of a book is looked at; more would tell no more."""
_LEAST_WORDS = 3
"""How many different words of a language are enough to tell it."""
_LEAST_SHARE = 0.3
"""The share of a text's letters that tell a writing system: foreign names must not."""

_SYSTEMS = {
    "ja": "\u3040-\u30ff",
    "ko": "\u1100-\u11ff\uac00-\ud7af",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "ru": "\u0400-\u04ff",
}
"""The letters that a writing system adds, by the language it mostly stands for. Kana come first,
for Japanese has Chinese letters, too."""
_LETTERS = {language: re.compile(f"[{letters}]") for language, letters in _SYSTEMS.items()}
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")

_COMMON = {
    "en": "the and of to that it was he his with as had she her be not you at for have but from "
    "they which my this is said i are were what there when",
    "de": "der die das und ist nicht ich sie er zu den mit dem es sich auf ein eine auch war wie "
    "aber so von als im hatte einen wir sagte noch nur",
    "fr": "le la les et des est pas je il elle que qui une dans ce vous ne pour sur mais avec au "
    "était son nous lui tout dit cette même avait",
    "es": "el la los las y que en un una es no se por con su para lo como pero más había era dijo "
    "le del al muy yo sin está qué tengo preguntó",
    "it": "il la le e che di un una non è per con si mi ma come della del nel gli era sono più "
    "anche questo lo disse aveva al cosa",
    "pt": "o os as e que em um uma não se por com seu sua para mas como do da no na era eu mais ao "
    "foi disse você ele ela tinha muito",
    "nl": "de het een en van ik te dat niet hij zijn op aan met voor er maar als ze om hem nog wat "
    "was ook je had naar zei",
    "sv": "och att det en som är på för inte jag han med av den hon var till men ett har om sig så "
    "hade vi sade sa nu",
    "da": "og at det en som er på for ikke jeg han med af den hun var til men et har om sig så "
    "havde vi sagde nu",
    "nb": "og at det en som er på for ikke jeg han med av den hun var til men et har om seg så "
    "hadde vi sa nå",
    "fi": "ja on ei se hän että oli minä mutta niin kuin hänen mitä sitä tämä sen ovat nyt myös "
    "sanoi olen vain joka mukaan",
    "pl": "i w się nie na że to z jest do jak ale co był była jego już tylko mnie tak po przez za "
    "ja czy powiedział",
    "cs": "a se v na je že to s z do ale jako by jsem byl byla tak už jen jeho jsou ve když který "
    "řekl si pro",
    "hu": "a az és hogy nem egy is volt de csak ez már van még mint azt meg ha el vagy nagyon "
    "mondta ő ki",
    "ro": "și în de la nu o un cu ce să pe din care mai este era sunt dar lui pentru se ca al zise "
    "spuse am",
    "tr": "ve bir bu da de ne için çok o ben gibi ama daha var değil ile onu sonra kadar dedi "
    "mi olan diye",
    "ru": "и в не на я что он с как это но она его а по из у то так было за же бы сказал мне ты вы",
    "uk": "і в не на я що він з як це але вона його а по із у та так було за ж би сказав мені ти "
    "ви й до",
    "bg": "и в не на се да от че за той с като но тя му си са е беше това по ще до един каза",
    "kk": "және бұл бір мен де да ол деп еді үшін бар емес болып оның еткен деді сол бірақ",
}


def language_of(book: Book) -> str | None:
    """The language of what a book says, as a BCP 47 tag; None where that cannot be told.

    Titles, notes and the like are not asked: they are often in another language.
    """
    return language_of_text("\n".join(_sample(book)))


def language_of_text(text: str) -> str | None:
    """The language of a text, as a BCP 47 tag; None where that cannot be told.

    A writing system of few languages tells it alone. Else it is the language that has most of the
    text's words among its commonest; English where as many are English.
    """
    letters = len(_LETTER.findall(text))
    system = next(
        (tag for tag, own in _LETTERS.items() if len(own.findall(text)) > letters * _LEAST_SHARE),
        None,
    )
    if system and system != "ru":
        return system
    count: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for word, n in Counter(match[0].lower() for match in _WORD.finditer(text)).items():
        for language in _by_word().get(word, ()):
            count[language] += n
            kinds[language] += 1
    told = [language for language in _COMMON if kinds[language] >= _LEAST_WORDS]
    return max(told, key=lambda language: count[language], default=system)


def _sample(book: Book) -> Iterator[str]:
    left = _MOST_CHARACTERS
    for chapter in book.chapters:
        for item in chapter.items:
            if isinstance(item, Paragraph) and item.role is Role.BODY:
                yield item.text[:left]
                left -= len(item.text)
                if left <= 0:
                    return


@functools.cache
def _by_word() -> Mapping[str, list[str]]:
    """The languages that each word is common in."""
    languages: dict[str, list[str]] = {}
    for language, words in _COMMON.items():
        for word in words.split():
            languages.setdefault(word, []).append(language)
    return languages
