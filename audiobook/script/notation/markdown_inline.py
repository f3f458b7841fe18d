"""The inside of a Markdown block: its text, each piece with its place in the source.

markdown-it tells the lines of a block and nothing of the places within; so a rule of ours, asked
first at every position, notes how many tokens there are when the parser comes by it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from audiobook.errors import StoryError, Where
from audiobook.model import Cue, Omission, Source
from audiobook.script.assemble import Run
from audiobook.script.notation.annotations import (
    CUE_OPTIONS,
    PauseMark,
    ReadingMark,
    mark_at,
    options_at,
)
from audiobook.script.notation.footnotes import LABEL_WHY, add_footnotes
from audiobook.script.notation.slips import (
    UNPLAYED_WHY,
    check_cue,
    check_settings,
    check_text,
    is_picture,
    is_sound,
)

__all__ = ["Mark", "Passage", "Piece", "inline", "make_parser"]

Mark: TypeAlias = PauseMark | ReadingMark
"""What an author says of the text beside it."""
Piece: TypeAlias = Run | Cue | Omission | Mark
"""What a passage is made of: text that stands in the source as it is, cues, what is left out."""

_OPTIONS = re.compile(r"\{[ \t]*(?:[\w-]+=[^\s{}]+(?:[ \t]+|(?=\})))*+\}")


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of a block as markdown-it cuts it out: markers of quotes and lists removed."""

    source: Source
    """The story."""
    content: str
    """Its lines, joined by line feeds."""
    lines: tuple[tuple[int, int], ...]
    """For each line the index of its first character in `content` and its offset in the source."""

    def offset(self, index: int) -> int:
        """Offset in the source of the character at `index` of the content."""
        at, offset = self.lines[max(0, bisect_right(self.lines, index, key=lambda x: x[0]) - 1)]
        return offset + index - at

    def where(self, index: int) -> Where:
        """The line and column of the character at `index` of the content."""
        return self.source.where(self.offset(index))

    def line(self, n: int) -> str:
        """The text of the nth line, from 0, without the white space before it."""
        start = self.lines[n][0]
        end = self.content.find("\n", start)
        return self.content[start : end if end >= 0 else None]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Offsets in the source of `content[start:stop]`, which is not empty."""
        return self.offset(start), self.offset(stop - 1) + 1


def make_parser() -> MarkdownIt:
    """CommonMark, tables and footnotes, save that indented text is text, never code.

    `inline` does what the parser's own stage of that name would; what else is disabled merges
    tokens whose places are still to be told.
    """
    parser = MarkdownIt("commonmark").enable("table")
    parser.disable(["code", "inline", "text_join", "fragments_join"])
    parser.inline.ruler.before("text", "place", _note_place)
    parser.inline.ruler.before("link", "mark", _find_mark)
    parser.inline.ruler.after("image", "slip", _find_slip)
    add_footnotes(parser)
    return parser


def _note_place(state: StateInline, silent: bool) -> bool:
    # An image's alternative text is parsed on the side, into tokens of its own.
    if not silent and state.tokens is state.env["tokens"]:
        if state.pending:
            state.pushPending()
        state.env["places"].append((len(state.tokens), state.pos))
    return False


def _find_mark(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[", state.pos) or state.tokens is not state.env["tokens"]:
        return False
    mark = mark_at(state.src, state.pos, state.env["place"])
    if mark is None:
        return False
    if not silent:
        state.push("mark", "", 0).meta["mark"] = mark
    state.pos = mark.end
    return True


def _find_slip(state: StateInline, silent: bool) -> bool:
    # The settings of an image are read with it, later; in its alternative text there are no marks.
    is_after_image = state.tokens[-1:] and state.tokens[-1].type == "image"
    if not silent and not is_after_image and state.tokens is state.env["tokens"]:
        check_text(state.src, state.pos, state.env["place"])
    return False


def inline(parser: MarkdownIt, passage: Passage, env: MutableMapping[str, Any]) -> Iterator[Piece]:
    """The pieces of a passage in order, with offsets in the source; a run stays on its line.

    Args:
        parser: from `make_parser`.
        passage: what to parse.
        env: what the parser found out about the whole document: its link definitions.

    Raises:
        StoryError, UnknownNameError: a mark, or the settings of a cue, cannot be read.
    """
    tokens: list[Token] = []
    places: list[tuple[int, int]] = []
    content = passage.content
    own = {"tokens": tokens, "places": places, "place": passage.where}
    parser.inline.parse(content, parser, {**env, **own}, tokens)
    places.append((len(tokens), len(content)))
    done = 0
    for (first, at), (last, after) in pairwise(places):
        for piece in _pieces(passage, tokens[first:last], at, after):
            if isinstance(piece, tuple):
                yield from _placed(passage, piece, done)
            elif piece.end > piece.start:
                yield _moved(piece, passage)
                done = piece.end


def _moved(piece: Cue | Omission | Mark, passage: Passage) -> Cue | Omission | Mark:
    """A piece with offsets in the source for indices in the content."""
    start, end = passage.span(piece.start, piece.end)
    if isinstance(piece, ReadingMark):
        return replace(piece, start=start, closing=passage.offset(piece.closing), end=end)
    return replace(piece, start=start, end=end)


def _placed(passage: Passage, run: Run, done: int) -> Iterator[Run]:
    """What of a run is not done yet, line by line, with offsets in the source."""
    text, start = run
    for line in re.finditer(r"\n|[^\n]+", text[max(0, done - start) :]):
        yield line.group(), passage.offset(max(start, done) + line.start())


def _pieces(passage: Passage, tokens: list[Token], at: int, after: int) -> Iterator[Piece]:
    """The pieces of the tokens made between two places, with indices in the content."""
    content = passage.content
    for token in tokens:
        if token.type == "mark":
            yield token.meta["mark"]
            return
        if token.type == "note_mark":
            yield Omission(at, at + len(token.content), LABEL_WHY)
            return
        if token.markup == "autolink":
            if token.type == "link_open":
                yield content[at + 1 : content.index(">", at)], at + 1
            return
        if token.type == "image":
            yield _image(passage, token, at, after)
            at = after
        elif token.type == "html_inline":
            why = "a comment" if token.content.startswith("<!--") else "an HTML tag"
            yield Omission(at, at + len(token.content), why)
        elif token.type == "link_close":
            yield Omission(content.find("]", at, after) + 1, after, "a link's address")
        else:
            yield from _text(content, token, at)
        if token.type != "link_open":
            # A delimiter is one character, whether or not it has become markup.
            at += max(1, len(token.content))


def _text(content: str, token: Token, at: int) -> Iterator[Run]:
    if token.type == "text":
        yield token.content, at
    elif token.type == "text_special":
        # An escaped character stands after its backslash.
        is_escape = token.info == "escape"
        yield token.content, at + is_escape * (len(token.markup) - len(token.content))
    elif token.type == "code_inline":
        yield _code(content, token, at)
    elif token.type in ("softbreak", "hardbreak"):
        yield "\n", at


def _code(content: str, token: Token, at: int) -> Run:
    """A code span's text: it loses a space on either side where it has both."""
    start = at + len(token.markup)
    stop = start + len(token.content)
    if content[start:stop].replace("\n", " ") != token.content:
        start, stop = start + 1, stop + 1
    return content[start:stop], start


def _image(passage: Passage, token: Token, start: int, stop: int) -> Cue | Omission:
    kind, target = token.content, unquote(str(token.attrGet("src") or ""))
    if kind not in CUE_OPTIONS or is_picture(target):
        check_cue(kind, target, passage.where, start)
        found = _OPTIONS.match(passage.content, stop)
        why = UNPLAYED_WHY if is_sound(target) else "a picture"
        return Omission(start, found.end() if found else stop, why)
    check_settings(passage.content, stop, kind, passage.where)
    options, end = options_at(passage.content, stop, kind, passage.where)
    if not target and kind != "music":
        raise StoryError(
            f"this {kind} has no name",
            where=passage.where(start),
            hint=f"write ![{kind}](name), with a sound file or a built-in piece",
        )
    return Cue(kind, start, end, target or None, options)
