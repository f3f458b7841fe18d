"""Footnotes in Markdown, as Pandoc and GitHub have them: marks in the text, the notes elsewhere.

It rained.[^1] And more.

[^1]: A note, which goes on
in the next line.

    Its second paragraph is set in by four spaces.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

__all__ = ["LABEL", "LABEL_WHY", "add_footnotes"]

LABEL = "[^"
"""How a mark begins, and what stands before a note."""

LABEL_WHY = "a note’s mark"
"""Why what points to a note, and what stands before it, is left out."""

_LABEL = r"\[\^([^\s\[\]]{1,100})\]"
_MARK = re.compile(_LABEL)
_OPENING = re.compile(rf"{_LABEL}:[ \t]*")
_INDENT = 4


def add_footnotes(parser: MarkdownIt) -> None:
    """Have a parser find notes and their marks.

    The blocks of a note stand between tokens ``note_open``, whose content is what stands before
    the note, and ``note_close``; there is no note within another. A ``note_mark`` is what points
    to a note that there is, anywhere in the document; other brackets are text.
    """
    may_end = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.before("reference", "note", _find_note, {"alt": may_end})
    parser.inline.ruler.before("link", "note_mark", _find_mark)


def _find_note(state: StateBlock, first: int, stop: int, silent: bool) -> bool:
    if state.env.get("in_note") and state.sCount[first] >= state.blkIndent:
        return False
    start = state.bMarks[first] + state.tShift[first]
    opening = _OPENING.match(state.src, start, state.eMarks[first])
    if opening is None or silent:
        return opening is not None
    state.env.setdefault("notes", set()).add(opening[1].casefold())
    token = state.push("note_open", "", 1)
    token.content = opening.group().rstrip()
    _read_blocks(state, first, stop, opening.end())
    token.map = [first, state.line]
    state.push("note_close", "", -1)
    return True


def _read_blocks(state: StateBlock, first: int, stop: int, start: int) -> None:
    """Read the blocks of a note, whose first line begins at an index of the text."""
    lines = state.bMarks, state.tShift, state.sCount
    kept = [values[first] for values in lines]
    indent = state.blkIndent
    state.blkIndent += _INDENT
    state.env["in_note"] = True
    for values, value in zip(lines, (start, 0, state.blkIndent), strict=True):
        values[first] = value
    state.md.block.tokenize(state, first, stop)
    state.env["in_note"] = False
    state.blkIndent = indent
    for values, value in zip(lines, kept, strict=True):
        values[first] = value


def _find_mark(state: StateInline, silent: bool) -> bool:
    mark = _MARK.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    if mark is None or mark[1].casefold() not in state.env.get("notes", ()):
        return False
    if not silent:
        state.push("note_mark", "", 0).content = mark.group()
    state.pos = mark.end()
    return True
