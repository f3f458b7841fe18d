"""What the names of people look like, and what they tell of whoever bears them."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["CAPITALISED", "bare", "familiar_of", "gender_of", "title_of", "untitled"]

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĘĚĞĪİŁĽŃŇŐŒŔŘŚŠŞŤŪŮŰŹŻŽΑ-ΩА-ЯЁЄІЇҐӘҒҚҢӨҰҮҺ"
_MALE_TITLES = """
    mr mister sir lord master uncle father brother king prince duke count earl baron monsieur
    m don señor signor herr grandfather squire papa dad friar abbé viscount marquis emperor
    господин
"""
_FEMALE_TITLES = """
    mrs miss ms lady madam madame mme mlle mademoiselle aunt mother sister queen princess
    duchess countess baroness dame doña señora señorita signora signorina frau fräulein
    grandmother nurse mamma mama mum empress marchioness viscountess госпожа
"""
_OTHER_TITLES = """
    dr doctor captain capt colonel col major general gen admiral lieutenant lieut sergeant
    constable inspector professor prof rev reverend judge president senator cousin commander
    detective superintendent chief comrade doktor docteur доктор
"""
_TITLES: dict[str, str | None] = {
    **dict.fromkeys(_OTHER_TITLES.split()),
    **dict.fromkeys(_MALE_TITLES.split(), "male"),
    **dict.fromkeys(_FEMALE_TITLES.split(), "female"),
}

_FEMALE_NAMES = """
    ada adela adele agatha agnes alexandra alice alison amanda amelia amy ana andrea angela
    anita ann anna anne annie antonia anya audrey augusta barbara beatrice bella bertha bess
    bessie beth betsy betty bridget camilla carmen caroline catherine cathy cecilia cecily
    celia charlotte chloe christina christine clara claire clarissa claudia constance cora
    cordelia cynthia daisy deborah delia denise diana dinah dolly dora doris dorothea dorothy
    edith effie eleanor elena eleonora eliza elizabeth ella ellen elsa elsie emilia emily emma
    esther ethel eugenia eva eve evelina evelyn fanny felicity flora florence frances gabriela
    georgiana geraldine gertrude gina gladys gloria grace greta gwen gwendolen hanna hannah
    harriet hazel heather helen helena henrietta hermia hester hilda ida ilse imogen ingrid
    irene iris isabel isabella ivy jane janet jean jenny jessica jessie jo joan joanna
    josephine joyce judith julia julie juliet kate katharine katherine kathleen kitty lara
    laura lavinia leah lena letitia lily linda lisa lizzie lizzy lois louisa louise lucia
    lucille lucinda lucy lydia mabel madeleine maggie margaret maria marianne marie marilla
    marina marion marjorie martha mary matilda maud maude may mercedes mildred millicent mina
    minnie miranda miriam molly monica muriel myra nancy natalie natasha nell nellie nelly
    nina nora olga olivia ophelia pamela patricia paula pauline peggy penelope petunia phoebe
    phyllis polly priscilla prudence rachel rebecca rita rosa rosalind rosamond rose rosemary
    ruth sally sarah selina sofia sonia sophia sophie stella susan susanna susie sybil sylvia
    tatiana tess theodora theresa tilly ursula valerie vera veronica victoria viola violet
    virginia vivian wendy wilhelmina winifred yvonne zoe анна мария соня наташа лиза катя
    ольга татьяна елена
"""
_MALE_NAMES = """
    aaron abel abraham adam adrian alan albert alec alexander alexei alfred algernon allan
    ambrose andrew andrei angus anthony anton antonio archibald archie arnold arthur august
    barnaby barney bartholomew basil ben benedict benjamin bernard bert bertie bill billy bob
    bobby boris bruce carl carlos cecil charles charley charlie christopher claude clement
    clive colin cyril dan daniel david dennis dick diego dmitri donald douglas duncan ebenezer
    edgar edmund edward edwin egbert eliot emil enoch eric ernest eugene eustace ezra felix
    ferdinand fernando francis frank franz fred frederic frederick geoffrey george georg
    gerald gilbert giles godfrey gordon graham gregor gregory guy hans harold harry hector
    heinrich henri henry herbert herman horace howard hubert hugh hugo humphrey ian igor isaac
    ivan jack jacob jacques jake james jan jasper jean-pierre jem jeremiah jeremy jerry jim
    jimmy joe joel john johnny jonathan jorge josé joseph joshua juan jude julian julius karl
    keith kenneth kevin konrad lancelot laurence lawrence leo leon leonard leopold lewis
    lionel louis lucas luke luis manuel marcus mark martin matthew maurice max maxim michael
    miguel mike miles montague moses mortimer mycroft nathan nathaniel ned neil nicholas nick
    nigel nikolai noah norman oliver oscar oswald otto owen patrick paul pavel pedro percy
    peter phil philip pierre pip quentin ralph randolph ray raymond reginald richard rob
    robert robin roderick roger roland ronald rudolf rufus rupert sam samuel sebastian
    septimus sergei sherlock sidney silas silvester simon stanley stephen steven stuart sydney
    ted terence thaddeus theodore thomas tim timothy tobias toby tom tommy tony tristram
    vernon victor vincent vladimir walter wilfred wilhelm will william willie winston zachary
    иван пётр петр николай андрей алексей дмитрий
"""
_NAMES = {
    **dict.fromkeys(_FEMALE_NAMES.split(), "female"),
    **dict.fromkeys(_MALE_NAMES.split(), "male"),
}

_FAMILIAR = {
    familiar: set(names.split())
    for familiar, names in {
        "lizzy": "elizabeth", "lizzie": "elizabeth", "eliza": "elizabeth", "bess": "elizabeth",
        "beth": "elizabeth", "betty": "elizabeth", "betsy": "elizabeth", "kitty": "catherine",
        "kate": "catherine katherine katharine", "cathy": "catherine", "bill": "william",
        "will": "william", "willie": "william", "billy": "william", "tom": "thomas",
        "tommy": "thomas", "dick": "richard", "bob": "robert", "bobby": "robert", "rob": "robert",
        "jim": "james", "jimmy": "james", "jem": "james", "jack": "john", "johnny": "john",
        "harry": "henry harold", "ned": "edward", "ted": "edward theodore", "joe": "joseph",
        "sam": "samuel", "ben": "benjamin", "dan": "daniel", "fred": "frederick alfred",
        "charley": "charles", "charlie": "charles", "mike": "michael", "nick": "nicholas",
        "tony": "anthony", "peggy": "margaret", "maggie": "margaret", "meg": "margaret",
        "molly": "mary", "polly": "mary", "nelly": "ellen helen eleanor", "nell": "ellen eleanor",
        "fanny": "frances", "sally": "sarah", "annie": "anne anna ann", "nancy": "anne ann",
        "susie": "susan", "jenny": "jane", "dolly": "dorothy", "bertie": "albert herbert",
        "archie": "archibald", "georgy": "george", "effie": "euphemia", "amy": "amelia",
    }.items()
}  # fmt: skip

_TITLE = "|".join(sorted(map(str.capitalize, _TITLES), key=lambda title: (-len(title), title)))
_WORD = rf"[{_UPPER}](?:[’'](?=[{_UPPER}]))?[\w’'\-]*"
CAPITALISED = re.compile(
    rf"(?<![\w’'])(?:(?:{_TITLE}) (?=(?:{_TITLE})\. ))?"  # Herr Prof. Dr. Müller
    rf"(?:(?:{_TITLE}|St)\. (?=[{_UPPER}])){{0,3}}{_WORD}"
    rf"(?:(?<![’']s) (?:(?:de|du|di|da|von|van|of|la|le|del|y) (?:(?:la|le|the) )?)?{_WORD}"
    rf"|(?<=\bSt)\. {_WORD}|(?<=[ \n][{_UPPER}])\. ?{_WORD})*"
)
"""A run of capitalised words that may be somebody's name, with their title before it.

It stays on its line: the paragraphs of a story stand on one each.
"""
_PLACE_WORDS = """
    street road lane square house hall park lodge abbey castle place court bridge station hill
    church cathedral college hotel inn river terrace avenue
"""
_PLACES = frozenset(_PLACE_WORDS.split())
_POSSESSIVE = re.compile(r"(?:[’']s|[’'])$")


def bare(name: str) -> str:
    """A name without the ending of a possessive, white space single, titles without their stop."""
    words = _POSSESSIVE.sub("", name).split()
    return " ".join(word[:-1] if word.endswith(".") else word for word in words)


def title_of(name: str) -> str:
    """The title that a name of two words or more begins with, in lower case; "" for none."""
    first, _, rest = name.partition(" ")
    first = first.rstrip(".").lower()
    return first if rest and first in _TITLES else ""


def untitled(name: str) -> list[str]:
    """The words of a name without the titles that it begins with, as in “Herr Dr Müller”."""
    words = name.split(" ")
    while title_of(" ".join(words)):
        words.pop(0)
    return words


def gender_of(name: str) -> str | None:
    """Say "female" or "male", by the title or the given name that a name begins with."""
    words = [word.rstrip(".").lower() for word in name.split()]
    if words[-1:] and words[-1] in _PLACES:
        return None
    for word in words:
        if word not in _TITLES:
            return _NAMES.get(word) or _NAMES.get(_without_accents(word))
        if _TITLES[word] or len(words) == 1:
            return _TITLES[word]
    return None


def _without_accents(word: str) -> str:
    """A word in plain letters, as María is Maria elsewhere."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def familiar_of(name: str) -> frozenset[str]:
    """The given names, in lower case, that a familiar one such as "Lizzy" may stand for."""
    return frozenset(_FAMILIAR.get(name.lower(), ()))
