"""Characters that are set and not spoken: ligatures, soft hyphens, marks of notes and of markup."""

from __future__ import annotations

import html
import re
import unicodedata

from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,9}(?: [^<>]{0,200})?/?>")
_AFTER_STOP = r"(?<=[.,;:!?…”’])|(?<=[\w.,;:!?…][\"'])"
_AFTER_WORD = rf"(?:(?<=[^\W_])|(?<=[)\]])|{_AFTER_STOP})"
_AFTER_LONG_WORD = rf"(?:(?<=[^\W\d_]{{3}})|{_AFTER_STOP})"
_RAISED = re.compile(
    rf"{_AFTER_LONG_WORD}(?:\^(?:\d{{1,3}}(?!\w)|\{{\d{{1,3}}\}})|[¹²³⁰⁴-⁹]+)|(?<=[)\]])[¹²³⁰⁴-⁹]+"
)
_BRACKETED = re.compile(_AFTER_WORD + r"\[(?:\d{1,4}|[*†‡])\]")
_DAGGER = re.compile(
    rf"(?:{_AFTER_WORD}\*|{_AFTER_LONG_WORD}\*{{2,3}})(?![\w*])|{_AFTER_WORD}[†‡]+(?!\w)|[†‡]+"
)
_EMPHASIS = re.compile(
    r"(?<!\w)(?:(?<!\*)\*{1,3}+|_{1,3}|~~|`{1,2})(?=\w)"
    r"|(?<=\S)(?:(?<!\*)\*{1,3}+(?!\*)|_{1,3}|~~|`{1,2})(?!\w)"
)
_STUB = re.compile(r"(?<![\w*])[^\W\d_]{1,2}$")


def _silent(_match: re.Match[str], _context: Context) -> str:
    return ""


def _letters(match: re.Match[str], _context: Context) -> str:
    return unicodedata.normalize("NFKC", match[0])


def _note(match: re.Match[str], _context: Context) -> str | None:
    """Nothing for a note's mark, where something else is left to be said."""
    return "" if re.search(r"[^\W\d_]", match.string[: match.start()]) else None


def _emphasis(match: re.Match[str], _context: Context) -> str | None:
    """Nothing for a mark of emphasis; stars that mask a word, as in ``s***``, stay."""
    text, start, mark = match.string, match.start(), match[0]
    if not mark.startswith("**") or text.find(mark, 0, start) >= 0:
        return ""
    return None if _STUB.search(text, max(0, start - 2), start) else ""


def _entity(match: re.Match[str], _context: Context) -> str | None:
    meant = html.unescape(match[0])
    if meant == match[0]:
        return None
    return " " if meant.isspace() else {"&": "and", "<": "", ">": ""}.get(meant, meant)


RULES = (
    Rule("characters", Clue.MARK, re.compile("[\u00ad\u200b\u2060\ufeff]+"), _silent),
    Rule("characters", Clue.MARK, re.compile("[\ufb00-\ufb06]"), _letters),
    Rule("markup", Clue.MARK, re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,5});"), _entity),
    Rule("markup", Clue.MARK, _TAG, _silent),
    Rule("markup", Clue.MARK, re.compile(r"\{[#.][\w .#-]{1,60}\}|^#{1,6}(?= )"), _silent),
    Rule("notes", Clue.MARK, _BRACKETED, _note),
    Rule("notes", Clue.MARK, _RAISED, _note),
    Rule("notes", Clue.MARK, _DAGGER, _note),
    Rule("markup", Clue.MARK, _EMPHASIS, _emphasis),
)
"""In the order in which they are tried."""
