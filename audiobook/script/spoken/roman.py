"""Roman numerals, where they are numerals: after Chapter and the like, after the names of kings."""

from __future__ import annotations

import re

from audiobook.model import Kind
from audiobook.script.numerals import roman_value
from audiobook.script.spoken.english import cardinal, ordinal, year
from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_LABEL = (
    "Chapter|Book|Part|Act|Scene|Volume|Vol\\.|Canto|Section|Article|Appendix|Letter|Stave|Psalm"
    "|Plate|Figure|Fig\\.|Table|Lecture|Episode|Season|Sonnet|Symphony|Phase|Stage|Type|Class|Mark"
    "|Level|Title|Schedule|Adventure|Number|World War|Super Bowl|Vatican|Apollo|Corps"
)
_LABEL_CAPITALS = "|".join(label.upper() for label in _LABEL.split("|"))
_AFTER_LABEL = re.compile(
    rf"\b(?P<label>{_LABEL}|{_LABEL_CAPITALS}) (?P<at>[IVXLCDM]{{1,12}})(?![\w.]\w|\w|’|')"
)
_LONE_I = re.compile(r"[\"'”’)\]]*(?:$|[.,;:!?)\]—–-]| (?:of|and|to|SCENE|Scene|—|–|-)(?!\w))")
_KINGS = (
    "Henry|Charles|Edward|George|James|William|Richard|Louis|Elizabeth|Mary|Philip|Peter|Paul"
    "|Catherine|Frederick|Wilhelm|Otto|Leopold|Ferdinand|Alfonso|Francis|Franz|Joseph|Rudolf"
    "|Maximilian|Sixtus|Urban|Boniface|Julius|Ivan|Christian|Gustav|Haakon|Olaf|Ramses|Rameses"
    "|Ptolemy|Cleopatra|Darius|Xerxes|Artaxerxes|Baldwin|Robert|Malcolm|Umberto|Emmanuel|Amenhotep"
    "|Thutmose|Seti|Selim|Mehmed|Murad|Constantine|Theodosius|Justinian|Leo|Pius|Benedict|Gregory"
    "|Clement|Innocent|Nicholas|Alexander|Napoleon|Carlos|Isabella|Margaret|Harald|Stephen|Edmund"
)
_TITLES = "King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Pharaoh|Prince|Duke|Shah"
_REGNAL = re.compile(
    rf"(?P<title>\b(?:{_TITLES}) (?:[A-Z][a-z]+ )?)?(?P<name>\b[A-Z][a-zé]{{1,30}}) "
    r"(?P<at>[IVX]{1,8})(?!\w|\.\w|’(?!s)|'(?!s))"
)
_KING = re.compile(rf"(?:{_KINGS})")
_SPEAKS = re.compile(
    r" (?:am|have|think|thought|know|love|loved|hope|say|swear|believe|mean|want|do|don’t|don't)\b"
)
_OF_HIM = re.compile(r"(?:[’']s\b| of [A-Z]|[,.;:)]| and [A-Z][a-z]+ [IVX]{1,8}\b)")
_CENTURY = re.compile(r"\b(?P<at>[IVX]{1,6})(?:th|st|nd|rd)?(?= centur(?:y|ies)\b)")
_NUMBERED = re.compile(r"^(?P<at>[IVXL]{1,9})(?=[.:)]|$| [—–-] )")
_PAGES = re.compile(r"\b(?:pp?|pages?)\.? (?P<from>[ivxl]{1,8})(?:[-–](?P<to>[ivxl]{1,8}))?(?!\w)")
_PAGE_ENDS = re.compile(r"[\"'”’)\]]*(?:$|[.,;:!?)\]])")
_LISTED = re.compile(r"(?<!\w)\((?P<at>i{1,3}|iv|vi{0,3}|ix)\)")
_YEAR = re.compile(r"\bM[DCLXVIM]{4,14}\b")


def _cardinal(match: re.Match[str], _context: Context) -> str | None:
    value = roman_value(match["at"].upper())
    return None if value is None else cardinal(value)


def _after_label(match: re.Match[str], context: Context) -> str | None:
    is_war = match["label"].casefold() == "world war"
    alone = match["at"] in ("I", "C", "D", "M", "L")
    if alone and not is_war and not _LONE_I.match(match.string, match.end()):
        return None
    if alone and match["at"] != "I" and not _is_fifty(match, context):
        return None  # Section C, Appendix D
    return _cardinal(match, context)


def _is_fifty(match: re.Match[str], context: Context) -> bool:
    """Whether a lone L counts: what is lettered seldom comes as far; what is counted may."""
    counted = match["label"].casefold() in ("chapter", "psalm", "sonnet", "canto")
    return match["at"] == "L" and counted and context.kind is Kind.HEADING


def _regnal(match: re.Match[str], context: Context) -> str | None:
    """The Eighth for a king; a number for another name; nothing for a lone I that speaks."""
    value = roman_value(match["at"])
    if value is None:
        return None
    is_king = bool(match["title"]) or _KING.fullmatch(match["name"])
    if len(match["at"]) == 1 and not _is_lone_numeral(match, bool(is_king)):
        return None
    return f"the {ordinal(value)}" if is_king else _cardinal(match, context)


def _is_lone_numeral(match: re.Match[str], is_king: bool) -> bool:
    if not is_king:
        return False
    if match["title"]:
        return not _SPEAKS.match(match.string, match.end())
    return match["at"] != "I" or _OF_HIM.match(match.string, match.end()) is not None


def _century(match: re.Match[str], _context: Context) -> str | None:
    value = roman_value(match["at"])
    return None if value is None else ordinal(value)


def _numbered(match: re.Match[str], context: Context) -> str | None:
    return _cardinal(match, context) if context.kind is Kind.HEADING else None


def _pages(match: re.Match[str], _context: Context) -> str | None:
    is_letter = len(match["from"]) == 1 and not match["to"] and "." not in match[0]
    if is_letter and not _PAGE_ENDS.match(match.string, match.end()):
        return None  # turn the page i said; page x of y
    values = [roman_value(written.upper()) for written in match.groups() if written]
    label = "pages" if len(values) > 1 or match[0].startswith("pp") else "page"
    said = " to ".join(cardinal(value) for value in values if value)
    return None if None in values else f"{label} {said}"


def _year(match: re.Match[str], _context: Context) -> str | None:
    value = roman_value(match[0])
    return None if value is None or value < 1100 else year(value)


_EN = ("en",)
RULES = (
    Rule("roman", Clue.NUMERAL, _AFTER_LABEL, _after_label, _EN),
    Rule("roman", Clue.NUMERAL, _NUMBERED, _numbered, _EN),
    Rule("roman", Clue.CENTURY, _CENTURY, _century, _EN),
    Rule("roman", Clue.NUMERAL, _REGNAL, _regnal, _EN),
    Rule("roman", Clue.CAPITALS, _YEAR, _year, _EN),
    Rule("roman", Clue.PAGE, _PAGES, _pages, _EN),
    Rule("roman", Clue.BRACKET, _LISTED, _cardinal, _EN),
)
"""In the order in which they are tried."""
