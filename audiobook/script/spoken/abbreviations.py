"""Abbreviations of English, where what they stand for is certain."""

from __future__ import annotations

import re
from collections.abc import Mapping

from audiobook.script.spoken.rule import Clue, Context, Rule, sentence_stop

__all__ = ["RULES"]

_TITLES = {
    "Mr": "Mister",
    "Mrs": "Missus",
    "Ms": "Miz",
    "Messrs": "Messieurs",
    "Mme": "Madame",
    "Mlle": "Mademoiselle",
    "Dr": "Doctor",
    "Prof": "Professor",
    "Rev": "Reverend",
    "Hon": "Honourable",
    "Capt": "Captain",
    "Col": "Colonel",
    "Gen": "General",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Maj": "Major",
    "Cmdr": "Commander",
    "Adm": "Admiral",
    "Gov": "Governor",
    "Sen": "Senator",
    "Pres": "President",
    "Fr": "Father",
    "Mt": "Mount",
    "Ft": "Fort",
    "St": "Saint",
}
_WITHOUT_STOP = ("Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Mme", "Mlle", "Messrs")
_BARE = "|".join(_WITHOUT_STOP)
_STOPPED = "|".join(_TITLES)
_TITLE = re.compile(rf"\b(?:({_BARE})(?= [A-Z“‘])|({_STOPPED})\.(?= ?[A-ZÀ-Þ]))")
_ALWAYS = re.compile(r"\b(Mrs?|Messrs)\.(?= |$|[,;:’'—-])")
_DOCTOR = re.compile(r"(?<=[Tt]he )[Dd]r\.(?= [a-z])")
_ROAD = re.compile(
    r"(?<=[a-z0-9] )(St|Dr|Ave|Rd|Blvd|Sq|Ln|Pl)(?:\.(?=[,;:)’'”\"?!]|$| [a-z])|(?=[,;.]|$))"
)
_ROADS = {
    "St": "Street",
    "Dr": "Drive",
    "Ave": "Avenue",
    "Rd": "Road",
    "Blvd": "Boulevard",
    "Sq": "Square",
    "Ln": "Lane",
    "Pl": "Place",
}
_NAME_BEFORE = re.compile(r"(?:\b[A-Z][\w’']*|\d(?:st|nd|rd|th)) $")

_WORDS = {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "et cetera",
    "&c.": "et cetera",
    "viz.": "namely",
    "vs.": "versus",
    "cf.": "compare",
    "ibid.": "ibidem",
    "approx.": "approximately",
    "dept.": "department",
    "inc.": "incorporated",
    "ltd.": "limited",
    "corp.": "corporation",
    "bros.": "brothers",
    "co.": "company",
    "jr.": "junior",
    "sr.": "senior",
    "esq.": "esquire",
    "w/o": "without",
    "c/o": "care of",
    "w/": "with",
    "a.k.a.": "also known as",
}
_WORD = re.compile(
    r"(?<![\w.])(?:" + "|".join(re.escape(w) for w in sorted(_WORDS, key=len, reverse=True)) + ")"
    r"(?![\w/])",
    re.IGNORECASE,
)
_AND = re.compile(r"(?<= )&(?= )")
_BEFORE_NUMBER = {
    "no": "number",
    "nos": "numbers",
    "vol": "volume",
    "vols": "volumes",
    "ch": "chapter",
    "chap": "chapter",
    "fig": "figure",
    "figs": "figures",
    "p": "page",
    "pp": "pages",
    "pt": "part",
    "sec": "section",
    "art": "article",
    "ca": "circa",
    "c": "circa",
    "op": "opus",
    "bk": "book",
    "ex": "exercise",
    "l": "line",
    "ll": "lines",
    "para": "paragraph",
}
_NUMBERED = re.compile(
    r"(?<![\w.’'])((?i:" + "|".join(_BEFORE_NUMBER) + r"))\.(?= ?\d| [IVXL]{2,9}\b| [VX]\b)"
)


def _capitals_kept(words: Mapping[str, str], written: str) -> str:
    said = words[written.casefold()]
    return said.capitalize() if written[0].isupper() else said


def _title(match: re.Match[str], _context: Context) -> str | None:
    return _TITLES[match[1] or match[2]]


def _road(match: re.Match[str], _context: Context) -> str | None:
    """Street after a name or a number of a street; a saint comes before a name instead."""
    if not _NAME_BEFORE.search(match.string, max(0, match.start() - 40), match.start()):
        return None
    return _ROADS[match[1]] + sentence_stop(match)


def _word(match: re.Match[str], _context: Context) -> str:
    return _capitals_kept(_WORDS, match[0]) + sentence_stop(match)


_EN = ("en",)
RULES = (
    Rule("abbreviations", Clue.TITLE, _TITLE, _title, _EN),
    Rule("abbreviations", Clue.TITLE, _ALWAYS, lambda m, _: _TITLES[m[1]], _EN),
    Rule("abbreviations", Clue.TITLE, _DOCTOR, lambda _match, _: "doctor", _EN),
    Rule("abbreviations", Clue.TITLE, _ROAD, _road, _EN),
    Rule("abbreviations", Clue.STOP, _WORD, _word, _EN),
    Rule("abbreviations", Clue.STOP, _AND, lambda _match, _: "and", _EN),
    Rule(
        "abbreviations",
        Clue.STOP,
        _NUMBERED,
        lambda m, _: _capitals_kept(_BEFORE_NUMBER, m[1]),
        _EN,
    ),
)
"""In the order in which they are tried."""
