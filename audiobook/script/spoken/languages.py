"""Numbers, sums and abbreviations of languages other than English, through num2words.

Where a form hangs on grammar that the figures do not show (case in the Slavic languages, gender
of one and two), the text is left as it is: an engine knows more of its own language.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from audiobook.model import Kind
from audiobook.script.numerals import roman_value
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["LANGUAGES", "RULES"]

LANGUAGES = ("de", "fr", "es", "it", "pt", "nl", "ru", "uk", "pl", "cs", "kk")
"""The languages, besides English, whose numbers are spoken; primary subtags."""

_CODES = {"kk": "kz"}
"""What num2words calls a language, where that is not its subtag."""
_LABELS = {
    "de": "Kapitel|Teil|Akt|Aufzug|Szene|Auftritt|Band|Buch",
    "fr": "Chapitre|Partie|Acte|Scène|Tome|Livre|Volume",
    "es": "Capítulo|Parte|Acto|Escena|Tomo|Libro|Volumen",
    "it": "Capitolo|Parte|Atto|Scena|Volume|Libro",
    "pt": "Capítulo|Parte|Ato|Acto|Cena|Tomo|Livro|Volume",
    "nl": "Hoofdstuk|Deel|Boek|Bedrijf",
    "ru": "Глава|Часть|Том|Книга|Акт",
    "uk": "Розділ|Глава|Частина|Том|Книга",
    "pl": "Rozdział|Część|Tom|Księga|Akt",
    "cs": "Kapitola|Část|Díl|Kniha|Svazek",
    "kk": "Тарау|Бөлім|Том|Кітап",
}
"""What a Roman numeral stands after in a heading."""
_CLOSERS = "\"'”’“»«)] "
_SLAVIC = ("ru", "uk", "pl", "cs")
_POINTS = {
    "de": "Komma",
    "fr": "virgule",
    "es": "coma",
    "it": "virgola",
    "pt": "vírgula",
    "nl": "komma",
    "pl": "przecinek",
    "cs": "celá",
}
_PER_CENT = {
    "de": ("Prozent",) * 3,
    "fr": ("pour cent",) * 3,
    "es": ("por ciento",) * 3,
    "it": ("per cento",) * 3,
    "pt": ("por cento",) * 3,
    "nl": ("procent",) * 3,
    "pl": ("procent",) * 3,
    "cs": ("procento", "procenta", "procent"),
    "ru": ("процент", "процента", "процентов"),
    "uk": ("відсоток", "відсотки", "відсотків"),
    "kk": ("пайыз",) * 3,
}
"""For one, for two to four, for more."""
_CURRENCIES = {"$": "USD", "£": "GBP", "€": "EUR", "₽": "RUB", "zł": "PLN", "Kč": "CZK"}

_NUMBER = r"(?:\d{1,3}(?:[.   ]\d{3})+|\d{1,15})(?:,\d{1,9})?"
_BEFORE = r"(?<![\w.,/:$£€+−–-])"
_AFTER = r"(?![\w/°²³]|[.,:]\d|[-–]|[’']\w)"
_ANY = re.compile(rf"{_BEFORE}{_NUMBER}{_AFTER}")
_PER_CENT_OF = re.compile(rf"{_BEFORE}(?P<from>{_NUMBER})[   ]?%")
_SIGN = "(?P<sign>[$£€₽]|zł|Kč)"
_MONEY = re.compile(
    rf"{_BEFORE}(?P<from>{_NUMBER})[   ]?{_SIGN}(?!\w)"
    rf"|(?<![\w$£€])(?P<before>[$£€])[   ]?(?P<then>{_NUMBER}){_AFTER}"
)
_TO = {"de": "bis", "fr": "à", "es": "a", "it": "a", "pt": "a", "nl": "tot"}
"""What stands for the dash of a range; where cases hang on it, the range is left as it is."""
_RANGE = re.compile(rf"{_BEFORE}(?P<from>{_NUMBER}) ?– ?(?P<to>{_NUMBER}){_AFTER}")
_GENDERED = {
    "de": re.compile(r"1|0*1"),
    "fr": re.compile(r"\d*(?<!1)1"),
    "es": re.compile(r"\d*(?<!1)1|[2-9]\d\d|\d+[2-9]\d\d"),
    "it": re.compile(r"1"),
    "pt": re.compile(r"\d*(?<!1)[12]|[2-9]\d\d"),
    "nl": re.compile(r"1"),
    "ru": re.compile(r"\d*(?<!1)[12]"),
    "uk": re.compile(r"\d*(?<!1)[12]"),
    "pl": re.compile(r"\d*(?<!1)[12]|\d*[5-9]"),
    "cs": re.compile(r"\d*(?<!1)[12]"),
}
"""Numbers whose form hangs on the gender of what is counted."""
_GOVERNED = {
    "ru": "в во на о об от до из с со к ко у по за для без при около более менее между над под",
    "uk": "в у на о об від до з із зі к по за для без при біля більше менше між над під",
    "pl": "w we na o od do z ze u po za dla bez przy około ponad między nad pod",
    "cs": "v ve na o od do z ze s se k ke u po za pro bez při kolem mezi nad pod",
}
"""Words after which a number is not in the nominative."""
_GOVERNED_BEFORE = {
    language: re.compile(r"\b(?:" + words.replace(" ", "|") + r")\s$", re.IGNORECASE)
    for language, words in _GOVERNED.items()
}
_YEAR_AFTER = re.compile(
    r"[   ]?(?:год|г\.|гг|рік|рок|р\.|r\.|rok|století|век|wiek|столітт|ж\b|жыл)"
)
_MONTH_AFTER = re.compile(
    r"[   ](?:янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер"
    r"|вер|жов|лис|гру|sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čer"
    r"|srp|zář|říj|pro|қаң|ақп|нау|сәу|там|қыр|қаз|қар|жел|мамыр|маусым|шілде)"
)


def _words(value: Decimal | int, language: str, to: str = "cardinal") -> str | None:
    """A number in words; None where num2words has none for it."""
    from num2words import num2words  # noqa: PLC0415  # the first number pays, not every import

    try:
        return str(num2words(value, lang=_CODES.get(language, language), to=to))
    except (NotImplementedError, ArithmeticError, LookupError, TypeError, ValueError):
        return None


@lru_cache(maxsize=4096)
def _said(written: str, language: str) -> str | None:
    """A number as the language writes it, with a comma before its decimals, in words."""
    whole, _, decimals = re.sub(r"[.   ]", "", written).partition(",")
    if len(whole) > 1 and whole[0] == "0":
        return None
    if not decimals:
        is_year = language in ("de", "nl") and 1100 <= int(whole) <= 1999 and len(written) == 4
        return _words(int(whole), language, "year" if is_year else "cardinal")
    if language not in _POINTS:
        return _words(Decimal(f"{whole}.{decimals}"), language)
    parts = [_words(int(whole), language), *(_words(int(d), language) for d in decimals)]
    return (
        None if None in parts else f"{parts[0]} {_POINTS[language]} {' '.join(map(str, parts[1:]))}"
    )


def _is_known(written: str, match: re.Match[str], context: Context) -> bool:
    """Whether a number has but one form here."""
    text, language = match.string, context.language
    if language in _GENDERED and _GENDERED[language].fullmatch(written):
        return False
    if language in _SLAVIC or language == "kk":
        if _YEAR_AFTER.match(text, match.end()) or _MONTH_AFTER.match(text, match.end()):
            return False
        before = text[max(0, match.start() - 12) : match.start()]
        return language == "kk" or not _GOVERNED_BEFORE[language].search(before)
    return True


def _number(match: re.Match[str], context: Context) -> str | None:
    is_known = _is_known(match[0], match, context)
    return _said(match[0], context.language) if is_known else None


def _range(match: re.Match[str], context: Context) -> str | None:
    ends = match["from"], match["to"]
    if not all(_is_known(end, match, context) for end in ends):
        return None
    first, last = (_said(end, context.language) for end in ends)
    return first and last and f"{first} {_TO[context.language]} {last}"


def _per_cent(match: re.Match[str], context: Context) -> str | None:
    language, written = context.language, match["from"]
    if language in _SLAVIC and not _is_known("0", match, context):
        return None
    said = _said(written, language)
    one, few, many = _PER_CENT[language]
    if "," in written:
        return said and f"{said} {few}"
    n = int(re.sub(r"\D", "", written))
    if language == "cs":
        unit = one if n == 1 else few if 2 <= n <= 4 else many
    else:
        unit = _slavic(n, one, few, many)
    if n == 1 and language == "de":
        said = "ein"
    return said and f"{said} {unit}"


def _slavic(n: int, one: str, few: str, many: str) -> str:
    """The form that East Slavic counting asks for: 1, 21 … one; 2–4, 22–24 … few."""
    if n % 100 in (11, 12, 13, 14):
        return many
    return one if n % 10 == 1 else few if n % 10 in (2, 3, 4) else many


def _money(match: re.Match[str], context: Context) -> str | None:
    language = context.language
    if language in _SLAVIC and not _is_known("0", match, context):
        return None
    written = match["from"] or match["then"]
    sign = match["sign"] or match["before"]
    whole, _, cents = re.sub(r"[.   ]", "", written).partition(",")
    if len(cents) not in (0, 2) or len(whole) > 12:
        return None
    return _currency(int(whole), cents, sign, language)


@lru_cache(maxsize=1024)
def _currency(whole: int, cents: str, sign: str, language: str) -> str | None:
    from num2words import num2words  # noqa: PLC0415  # the first number pays, not every import

    if language == "pt" and sign == "£":
        return None  # it takes the pound for a masculine
    value = Decimal(f"{whole}.{cents or '00'}")
    code = _CODES.get(language, language)
    try:
        said = str(num2words(value, lang=code, to="currency", currency=_CURRENCIES[sign]))
    except (NotImplementedError, ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return re.sub(r" amerykańsk\w+", "", said if int(cents or 0) else _NO_CENTS.sub("", said))


_NO_CENTS = re.compile(r"(?:,| und| et| con| e) (?:null|zéro|cero|zero|nul|ноль|нуль|нөл) \w+$")

_ORDINALS = {
    "fr": re.compile(r"(?<![\w.,])(\d{1,4})(?:er|re|ère|e|ème|nde?)\b"),
    "nl": re.compile(r"(?<![\w.,])(\d{1,4})(?:ste|de|e)\b"),
    "es": re.compile(r"(?<![\w.,])(\d{1,4})\.?([ºª])"),
    "it": re.compile(r"(?<![\w.,])(\d{1,4})([°ºª])(?! ?[CF])"),
    "pt": re.compile(r"(?<![\w.,])(\d{1,4})\.?([ºª])"),
    "de": re.compile(
        r"\b(?P<article>[Dd](?:er|ie|as|em|en)|[Aa]m|[Vv]om|[Zz]um|[Bb]eim|[Ii]m) "
        r"(?P<at>\d{1,3}\.)(?= \w)"
    ),
    "ru": re.compile(r"(?<![\w.,])(\d{1,4})-?й\b"),
    "uk": re.compile(r"(?<![\w.,])(\d{1,4})-?й\b"),
}


def _ordinal(match: re.Match[str], context: Context) -> str | None:
    language = context.language
    written = match["at"][:-1] if language == "de" else match[1]
    said = _words(int(written), language, "ordinal")
    if said is None:
        return None
    if language == "fr" and match[0].endswith(("re", "ère")):
        return "première" if written == "1" else None
    if language == "de":
        return said + ("" if match["article"].casefold() in ("der", "die", "das") else "n")
    if language in ("es", "it", "pt") and match[2] == "ª":
        return re.sub(r"o\b", "a", said)
    return said


_ABBREVIATIONS = {
    "de": "z. B.|zum Beispiel;z.B.|zum Beispiel;d. h.|das heißt;d.h.|das heißt;u. a.|unter anderem"
    ";usw.|und so weiter;bzw.|beziehungsweise;evtl.|eventuell;ca.|circa;vgl.|vergleiche"
    ";u. U.|unter Umständen;s. o.|siehe oben;u.a.|unter anderem;etc.|et cetera"
    ";v. Chr.|vor Christus;n. Chr.|nach Christus;ggf.|gegebenenfalls",
    "fr": "etc.|et cetera;p. ex.|par exemple;c.-à-d.|c’est-à-dire;av. J.-C.|avant Jésus-Christ"
    ";apr. J.-C.|après Jésus-Christ;cf.|confer",
    "es": "etc.|etcétera;p. ej.|por ejemplo;EE. UU.|Estados Unidos;EE.UU.|Estados Unidos"
    ";a. C.|antes de Cristo;d. C.|después de Cristo;Ud.|usted;Uds.|ustedes;Vd.|usted",
    "it": "ecc.|eccetera;a.C.|avanti Cristo;d.C.|dopo Cristo;p. es.|per esempio",
    "pt": "etc.|et cetera;p. ex.|por exemplo;a.C.|antes de Cristo;d.C.|depois de Cristo",
    "nl": "bijv.|bijvoorbeeld;bv.|bijvoorbeeld;enz.|enzovoort;d.w.z.|dat wil zeggen"
    ";o.a.|onder andere;m.a.w.|met andere woorden;a.u.b.|alstublieft",
    "ru": "и т. д.|и так далее;и т.д.|и так далее;и т. п.|и тому подобное;и т.п.|и тому подобное"
    ";т. е.|то есть;т.е.|то есть;т. к.|так как;т.к.|так как;напр.|например",
    "uk": "і т. д.|і так далі;і т.д.|і так далі;і т. п.|і тому подібне;і т.п.|і тому подібне"
    ";напр.|наприклад;т. зв.|так званий",
    "pl": "np.|na przykład;itd.|i tak dalej;itp.|i tym podobne;tzn.|to znaczy;m.in.|między innymi"
    ";tj.|to jest",
    "cs": "např.|například;atd.|a tak dále;apod.|a podobně;tj.|to jest;mj.|mimo jiné",
    "kk": "т.б.|тағы басқа;т. б.|тағы басқа",
}
_BEFORE_NAMES = {
    "de": "Dr.|Doktor;Prof.|Professor;Hr.|Herr;Fr.|Frau",
    "fr": "M.|Monsieur;MM.|Messieurs;Mme|Madame;Mmes|Mesdames;Mlle|Mademoiselle;Dr|Docteur"
    ";Me|Maître;Mgr|Monseigneur",
    "es": "Sr.|señor;Sra.|señora;Srta.|señorita;D.|don;Dña.|doña;Dr.|doctor;Dra.|doctora",
    "it": "sig.|signor;sig.ra|signora;Sig.|Signor;Sig.ra|Signora;dott.|dottor;Dott.|Dottor"
    ";prof.|professor",
    "pt": "Sr.|senhor;Sra.|senhora;Dr.|doutor;Dra.|doutora",
    "nl": "dhr.|meneer;Dhr.|Meneer;mevr.|mevrouw;Mevr.|Mevrouw;Dr.|Doctor;dr.|doctor",
    "ru": "г-н|господин;г-жа|госпожа",
}
_BEFORE_FIGURES = {
    "de": "Nr.|Nummer;S.|Seite;Bd.|Band;Kap.|Kapitel;Abb.|Abbildung",
    "fr": "n°|numéro;N°|numéro;p.|page;pp.|pages;vol.|volume;chap.|chapitre",
    "es": "n.º|número;núm.|número;pág.|página;págs.|páginas;cap.|capítulo",
    "it": "n.|numero;pag.|pagina;pagg.|pagine;cap.|capitolo",
    "pt": "n.º|número;pág.|página;cap.|capítulo",
    "nl": "nr.|nummer;blz.|bladzijde;hfst.|hoofdstuk",
    "pl": "nr|numer;str.|strona",
    "ru": "№|номер;стр.|страница",
    "uk": "№|номер;стор.|сторінка",
    "cs": "č.|číslo;str.|strana",
}


def _abbreviations(
    table: dict[str, str], before: str, after: str, *, ends: bool = False
) -> tuple[Rule, ...]:
    """A rule for each language of a table of its abbreviations; some may end a sentence."""
    return tuple(
        _abbreviation_rule(language, words, before, after, ends)
        for language, words in table.items()
    )


def _abbreviation_rule(language: str, written: str, before: str, after: str, ends: bool) -> Rule:
    words = dict(pair.split("|") for pair in written.split(";"))
    ordered = sorted(map(re.escape, words), key=len, reverse=True)
    pattern = re.compile(before + "(?:" + "|".join(ordered).replace(r"\ ", "[   ]") + ")" + after)

    def say(match: re.Match[str], _context: Context) -> str:
        said = words[re.sub(r"\s", " ", match[0])]
        at_end = ends and not match.string[match.end() :].strip(_CLOSERS)
        return said + ("." if at_end else "")

    return Rule("abbreviations", Clue.ABBREVIATION, pattern, say, (language,))


def _heading_rule(language: str, labels: str) -> Rule:
    """Roman numerals of headings, which are all that certainly are some."""
    pattern = re.compile(
        rf"^(?:(?:{labels}) )?(?P<at>[IVXL]{{1,9}})\b(?=\.?$|[.:] | [—–-] )", re.IGNORECASE
    )

    def say(match: re.Match[str], context: Context) -> str | None:
        value = roman_value(match["at"]) if context.kind is Kind.HEADING else None
        return _words(value, language) if value else None

    return Rule("roman", Clue.HEADED, pattern, say, (language,))


RULES = (
    *(_heading_rule(language, labels) for language, labels in _LABELS.items()),
    *_abbreviations(_ABBREVIATIONS, r"(?<![\w.])", r"(?!\w)", ends=True),
    *_abbreviations(_BEFORE_NAMES, r"(?<![\w.’'])", r"(?=[   ][A-ZÀ-ÞА-Я])"),
    *_abbreviations(_BEFORE_FIGURES, r"(?<![\w.])", r"(?=[   ]?\d)"),
    *(
        Rule("ordinals", Clue.DIGIT, pattern, _ordinal, (language,))
        for language, pattern in _ORDINALS.items()
    ),
    Rule("money", Clue.DIGIT, _MONEY, _money, LANGUAGES),
    Rule("units", Clue.DIGIT, _PER_CENT_OF, _per_cent, LANGUAGES),
    Rule("ranges", Clue.DIGIT, _RANGE, _range, tuple(_TO)),
    Rule("numbers", Clue.DIGIT, _ANY, _number, LANGUAGES),
)
"""In the order in which they are tried."""
