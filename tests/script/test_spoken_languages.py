"""Other languages: numbers by num2words, abbreviations of their own, and plain prose untouched."""

from __future__ import annotations

import pytest

from audiobook.model import Chapter, Kind, Script, Segment, Source
from audiobook.script.spoken import pronounced


def read(text: str, language: str, kind: Kind = Kind.NARRATION) -> Segment:
    segment = Segment(text, kind, None, 1.0, 0, 0, len(text))
    script = Script(Source("story.txt", text), "Story", language, (Chapter("", (segment,)),))
    (found,) = pronounced(script).segments
    return found


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "23 Bücher, 3,5 Liter", "dreiundzwanzig Bücher, drei Komma fünf Liter"),
        ("de", "1.234 Leute", "eintausendzweihundertvierunddreißig Leute"),
        ("de", "Im Jahr 1905", "Im Jahr neunzehnhundertfünf"),
        ("de", "am 3. Mai, der 3. Mann", "am dritten Mai, der dritte Mann"),
        ("de", "50 % für 3,50 €", "fünfzig Prozent für drei Euro und fünfzig Cent"),
        ("de", "z. B. Dr. Müller usw.", "zum Beispiel Doktor Müller und so weiter."),
        ("de-AT", "Nr. 5", "Nummer fünf"),
        ("de", "20–30 Leute, 1914–18", "zwanzig bis dreißig Leute, neunzehnhundertvierzehn bis "
         "achtzehn"),
        ("de", "200 v. Chr., ggf. u.a. 3", "zweihundert vor Christus, gegebenenfalls unter "
         "anderem drei"),
        ("es", "de 10 – 12 km", "de diez a doce km"),
        ("fr", "10–21 ans, 5–6 kg", "10–21 ans, cinq à six kg"),
        ("ru", "10–12 человек", "10–12 человек"),
        ("de", "２３ Bücher, ٣,٥ Liter", "dreiundzwanzig Bücher, drei Komma fünf Liter"),
        ("ja", "２３冊の本", "２３冊の本"),
        ("de", "um 15:30 Uhr, 1 Jahr", "um 15:30 Uhr, 1 Jahr"),
        ("fr", "23 livres, 1 234 gens", "vingt-trois livres, mille deux cent trente-quatre gens"),
        ("fr", "le 3e homme, la 1re fois", "le troisième homme, la première fois"),
        ("fr", "M. Dupont et Mme Rose, etc.", "Monsieur Dupont et Madame Rose, et cetera."),
        ("fr", "drôle de 21 ans", "drôle de 21 ans"),
        ("es", "el 3.º, la 3ª, 50 %", "el tercero, la tercera, cincuenta por ciento"),
        ("es", "Sr. López, p. ej. 2,5", "señor López, por ejemplo dos coma cinco"),
        ("it", "23 anni, il 3º, ecc.", "ventitré anni, il terzo, eccetera."),
        ("pt", "23 anos, 5 €", "vinte e três anos, cinco euros"),
        ("nl", "23 boeken, bijv. in 1905", "drieëntwintig boeken, bijvoorbeeld in negentien "
         "honderd vijf"),
        ("ru", "15 человек и т. д.", "пятнадцать человек и так далее."),
        ("ru", "50 % и 21 %", "пятьдесят процентов и двадцать один процент"),
        ("ru", "в 5 домах, в 1905 году, 3 мая", "в 5 домах, в 1905 году, 3 мая"),
        ("uk", "15 книг", "п'ятнадцять книг"),
        ("pl", "24 domy, np. 50%", "dwadzieścia cztery domy, na przykład pięćdziesiąt procent"),
        ("pl", "w 1905 roku", "w 1905 roku"),
        ("cs", "14 domů, 50 %, atd.", "čtrnáct domů, padesát procent, a tak dále."),
        ("cs", "psi, např.", "psi, například."),
        ("kk", "23 кітап, 1905 жылы", "жиырма үш кітап, 1905 жылы"),
        ("fr", "www.exemple.fr", "exemple point fr"),
        ("ja", "23冊の本 www.example.com", "23冊の本 www.example.com"),
    ],
)  # fmt: skip
def test_numbers_and_abbreviations_are_said_in_the_language(
    language: str, text: str, said: str
) -> None:
    assert read(text, language).spoken == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "II.", "zwei."),
        ("de", "KAPITEL IV", "Kapitel vier"),
        ("fr", "Chapitre XIV", "Chapitre quatorze"),
        ("ru", "Глава II", "Глава два"),
        ("cs", "VI mi dim", "VI mi dim"),
    ],
)
def test_roman_numerals_are_numerals_in_headings(language: str, text: str, said: str) -> None:
    assert read(text, language, Kind.HEADING).spoken == said


PLAIN = {
    "en": "It was the best of times, it was the worst of times. I am what I am; mix vivid civil "
    "dim lights, he said. No. I saw it. Is it I? Yes! She said: “I will.” We may march in May.",
    "de": "Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem "
    "Bett zu einem ungeheuren Ungeziefer verwandelt. Mir ist das Dr-Wort fremd.",
    "fr": "C’est une drôle de drame, dit-il. Le livre, civil et livide, me dit : « Mi, vi, dix. » "
    "La vie de M comme je l’ai lue. Il mit le dixième mix.",
    "es": "En un lugar de la Mancha, de cuyo nombre no quiero acordarme. Mi vida, di, mil veces.",
    "it": "Nel mezzo del cammin di nostra vita mi ritrovai per una selva oscura. Di mille vidi.",
    "pt": "Vi o mar e disse: — Não é mil, é dia. Mi, di e civil. A D. e a vida.",
    "nl": "De man liep langs het water en dacht: mix, dik, lid, vil. Dat is mild, zei hij.",
    "pl": "Litwo! Ojczyzno moja! ty jesteś jak zdrowie. Mix i dym, mi i ci.",
    "cs": "Vím, že mi to dali. Vil mi civil; dim, lid, mix, vi. Byl pozdní večer, první máj.",
    "ru": "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива "
    "по-своему. Я и он.",
    "uk": "Реве та стогне Дніпр широкий, сердитий вітер завива. І я, і він.",
    "kk": "Желсіз түнде жарық ай, сәулесі суда дірілдеп.",
}


@pytest.mark.parametrize("language", PLAIN)
def test_plain_prose_is_left_as_it_is(language: str) -> None:
    text = PLAIN[language]
    assert read(text, language).readings == ()
    assert read(text, f"{language}-XX").readings == ()
    assert read(text, language, Kind.HEADING).readings == ()
