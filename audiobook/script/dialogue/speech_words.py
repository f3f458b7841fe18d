"""The words that tell who speaks, by language: verbs of speech, pronouns, kin and the like."""

from __future__ import annotations

import functools

from audiobook.language_tags import primary

__all__ = ["determiners", "pronouns", "roles", "speech_verbs"]

_VERBS = {
    "en": """said says say saying replied replies cried cries asked asks answered answers returned
    exclaimed whispered shouted murmured muttered added continued observed remarked inquired
    enquired demanded declared called repeated began suggested growled sighed laughed gasped sobbed
    screamed yelled explained told announced interrupted interposed interjected responded rejoined
    retorted resumed protested objected agreed admitted insisted pleaded begged urged warned snapped
    snarled stammered faltered echoed ejaculated pursued concluded commented confessed assented
    assured persisted proceeded thought moaned groaned hissed bellowed roared piped squeaked croaked
    drawled mumbled breathed panted chimed burst smiled nodded grunted wailed ventured volunteered
    proposed promised ordered commanded bawled vociferated queried questioned reflected mused
    soliloquised soliloquized reasoned argued affirmed asserted stated reported reminded corrected
    lisped simpered sneered chuckled giggled thundered shrieked screeched barked cooed crowed
    apologised apologized teased joked lied quoted recited sang read wrote went put cut finished
    ended broke owned conceded acknowledged allowed granted confirmed denied contradicted countered
    entreated implored beseeched prayed coaxed soothed wondered guessed supposed hinted observing
    crying addressed advised boomed gulped hazarded prompted purred spluttered squealed vowed""",
    "de": """sagte sagt antwortete antwortet fragte fragt rief ruft erwiderte erwidert meinte meint
    flüsterte murmelte schrie bemerkte erklärte versetzte entgegnete sprach spricht fügte
    unterbrach wiederholte begann bat seufzte lachte brummte dachte befahl bestätigte fuhr
    versicherte schloss schloß stammelte keuchte knurrte jammerte drängte warnte""",
    "fr": """dit disait répondit répond demanda demande cria crie murmura murmure reprit reprend
    ajouta ajoute s’écria s'écria s’exclama s'exclama répliqua continua fit observa interrompit
    répéta pensa chuchota déclara affirma soupira balbutia insista expliqua poursuivit hurla
    protesta conclut annonça interrogea remarqua commença gémit grommela lança avoua""",
    "es": """dijo dice respondió responde preguntó pregunta exclamó gritó murmuró añadió contestó
    repuso replicó susurró continuó repitió observó pensó prosiguió agregó interrumpió explicó
    insistió declaró suspiró afirmó comentó ordenó admitió balbuceó concluyó aseguró""",
    "it": """disse dice rispose risponde chiese domandò esclamò gridò mormorò aggiunse replicò
    sussurrò continuò ripeté osservò pensò riprese interruppe spiegò sospirò urlò ordinò""",
    "pt": """disse diz respondeu responde perguntou pergunta exclamou gritou murmurou acrescentou
    replicou sussurrou continuou repetiu observou pensou prosseguiu interrompeu explicou insistiu
    suspirou tornou""",
    "ru": """сказал сказала говорил говорила говорит ответил ответила отвечал отвечала отвечает
    спросил спросила спрашивал спрашивала крикнул крикнула закричал закричала вскричал вскричала
    прошептал прошептала проговорил проговорила воскликнул воскликнула заметил заметила прибавил
    прибавила добавил добавила повторил повторила продолжал продолжала подумал подумала возразил
    возразила произнёс произнес произнесла пробормотал пробормотала начал начала перебил перебила
    объяснил объяснила вздохнул вздохнула""",
    "kk": """деді дейді айтты сұрады сөйледі айқайлады сыбырлады""",
    "uk": """сказав сказала відповів відповіла спитав спитала запитав запитала крикнув крикнула
    прошепотів прошепотіла промовив промовила додав додала мовив мовила""",
    "pl": """powiedział powiedziała rzekł rzekła odparł odparła odpowiedział odpowiedziała zapytał
    zapytała spytał spytała zawołał zawołała krzyknął krzyknęła szepnął szepnęła mruknął mruknęła
    dodał dodała odrzekł odrzekła westchnął westchnęła pomyślał pomyślała mówił mówiła wyjaśnił
    wyjaśniła stwierdził stwierdziła""",
}
_PRONOUNS: dict[str, dict[str, str | None]] = {
    "en": {"he": "male", "she": "female", "i": None},
    "de": {"er": "male", "sie": "female", "ich": None},
    "fr": {"il": "male", "elle": "female", "je": None},
    "es": {"él": "male", "ella": "female", "yo": None},
    "it": {"lui": "male", "egli": "male", "lei": "female", "ella": "female", "io": None},
    "pt": {"ele": "male", "ela": "female", "eu": None},
    "ru": {"он": "male", "она": "female", "я": None},
    "uk": {"він": "male", "вона": "female", "я": None},
    "pl": {"on": "male", "ona": "female", "ja": None},
}
_DETERMINERS = {
    "en": "the a an his her my our their your this that",
    "de": "der die das ein eine sein seine ihr ihre mein meine",
    "fr": "le la l’ l' un une son sa mon ma ce cette leur",
    "es": "el la un una su mi",
    "it": "il lo la un una l’ l'",
    "pt": "o a um uma seu sua",
    "ru": "его её ее мой моя",
}
_ROLES = {
    "en": (
        """lady wife mother sister aunt daughter woman girl niece widow maid hostess landlady mamma
        mama grandmother governess housekeeper ladyship matron bride granddaughter heroine nun""",
        """gentleman husband father brother uncle man boy son nephew fellow lad host landlord papa
        grandfather clergyman lordship sailor soldier policeman monk bridegroom grandson widower""",
    ),
    "de": (
        "mutter schwester frau tante tochter dame nichte alte großmutter mädchen",
        "vater bruder mann onkel sohn herr junge neffe alter großvater prokurist",
    ),
    "fr": (
        "mère sœur soeur femme tante fille dame nièce vieille grand-mère",
        "père frère homme oncle fils monsieur garçon neveu mari vieux grand-père",
    ),
    "es": (
        "madre hermana mujer tía hija señora niña sobrina abuela",
        "padre hermano hombre tío hijo señor niño sobrino abuelo marido",
    ),
    "it": ("madre sorella donna zia figlia signora", "padre fratello uomo zio figlio signore"),
    "pt": ("mãe irmã mulher tia filha senhora", "pai irmão homem tio filho senhor"),
    "ru": (
        "мать сестра женщина тётка дочь старуха девушка жена",
        "отец брат мужчина дядя сын старик мальчик муж",
    ),
}


@functools.cache
def speech_verbs(language: str) -> tuple[str, ...]:
    """Forms of verbs that introduce speech, longest first; none for a language not known here."""
    verbs = set(_VERBS.get(primary(language), "").split())
    return tuple(sorted(verbs, key=lambda verb: (-len(verb), verb)))


def pronouns(language: str) -> dict[str, str | None]:
    """Pronouns in lower case that may be the subject of a verb of speech.

    Each has the gender of whoever it stands for, or None where the narrator means themselves.
    """
    return _PRONOUNS.get(primary(language), {})


@functools.cache
def determiners(language: str) -> tuple[str, ...]:
    """Words that stand before the noun that somebody is called by, as in "the doctor"."""
    return tuple(_DETERMINERS.get(primary(language), "").split())


@functools.cache
def roles(language: str) -> dict[str, str]:
    """Nouns in lower case that say no more of somebody than "female" or "male"."""
    female, male = _ROLES.get(primary(language), ("", ""))
    return dict.fromkeys(female.split(), "female") | dict.fromkeys(male.split(), "male")
