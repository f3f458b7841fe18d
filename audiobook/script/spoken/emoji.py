"""Emoji and dingbats, which a narrator does not read.

Which they are: Unicode Technical Standard 51, "Unicode Emoji", and the blocks Miscellaneous Symbols
and Dingbats. Arrows, signs of arithmetic, music and biology, ornamental quotes and numbers among
them mean something, and stay.
"""

from __future__ import annotations

import re

from audiobook.script.spoken.rule import Clue, Context, Rule

__all__ = ["EMOJI", "RULES"]

EMOJI = "emoji"
"""The name of the rule."""

_PICTURE = (
    "[\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe"
    "\u2600-\u263f\u2641\u2643-\u266c\u2670-\u26ff\u2700-\u2714\u2717-\u2752\u2761-\u2767"
    "\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u3030"
    "\U0001f000-\U0001f0ff\U0001f170-\U0001f19a\U0001f1e6-\U0001f202\U0001f21a-\U0001f265"
    "\U0001f300-\U0001f6ff\U0001f780-\U0001f7ff\U0001f900-\U0001faff]"
)
_MORE = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_JOINED = "[\u2190-\u2bff\U0001f000-\U0001faff]"
_ONE = rf"(?:{_PICTURE}|[0-9#*]\ufe0f?\u20e3)(?:{_MORE}|\u200d{_JOINED}?)*"
_RUN = rf"(?>{_ONE}(?: ?{_ONE})*)"
_LEFT_OUT = re.compile(rf"^{_RUN} ?| ?{_RUN}(?=[\s.,;:!?…)”’»]|$)|{_RUN}")


def _silent(match: re.Match[str], _context: Context) -> str:
    """Nothing, or the space that keeps two words apart."""
    text, start, stop = match.string, match.start(), match.end()
    return " " if text[start - 1 : start].isalnum() and text[stop : stop + 1].isalnum() else ""


RULES = (Rule(EMOJI, Clue.PICTURE, _LEFT_OUT, _silent),)
"""The one rule."""
