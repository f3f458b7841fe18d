"""Characters that are set and not spoken: ligatures, soft hyphens, marks of notes and of markup."""

from __future__ import annotations

import html
import re
import unicodedata

from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["RULES"]

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,9}(?: [^<>]{0,200})?/?>")
_RAISED = re.compile(
    r"\^(?:\d{1,3}|\{\d{1,3}\})|(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?…”’\"')]))[¹²³⁰⁴-⁹]+"
)
_EMPHASIS = re.compile(
    r"(?<!\w)(?:\*{1,3}|_{1,3}|~~|`{1,2})(?=\w)|(?<=\S)(?:\*{1,3}|_{1,3}|~~|`{1,2})(?!\w)"
)
_NOTE_BEFORE = r"(?<=[^\W_a-zA-Z]|[a-zA-Z.,;:!?…”’\"')\]])"


def _silent(_match: re.Match[str], _context: Context) -> str:
    return ""


def _letters(match: re.Match[str], _context: Context) -> str:
    return unicodedata.normalize("NFKC", match[0])


def _note(match: re.Match[str], _context: Context) -> str | None:
    """Nothing for a note's mark, where something else is left to be said."""
    return "" if re.search(r"[^\W\d_]", match.string[: match.start()]) else None


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
    Rule("notes", Clue.MARK, re.compile(_NOTE_BEFORE + r" ?\[(?:\d{1,4}|[a-z*†‡])\]"), _note),
    Rule("notes", Clue.MARK, _RAISED, _note),
    Rule("notes", Clue.MARK, re.compile(_NOTE_BEFORE + r"(?:\*{1,3}|[†‡]+)(?!\w)|[†‡]+"), _note),
    Rule("markup", Clue.MARK, _EMPHASIS, _silent),
)
"""In the order in which they are tried."""
