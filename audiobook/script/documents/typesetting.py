"""Set lines become paragraphs again: by indents, gaps, sizes, and the room that lines leave."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from audiobook.script.documents.pages import Page, PageLine

__all__ = ["SetLine", "drops_hyphen", "is_drop_cap", "set_pages", "set_paragraphs", "words_of"]

_COLUMN_SHARE = 0.15
_MAX_INDENT_EM = 5.0
_MAX_INDENT = 60.0
"""The same in points, in letters of common size."""
_INDENT_EM = 0.6
_GAP = 1.3
_SIZE_STEP = 1.08
_DROP_CAP = 1.6
_ROOM = 0.3
"""The share of a column that a line must leave free to end a paragraph without a full stop."""
_SENTENCE_END = re.compile(r"[.!?…:;][\"”’»)\]\d*†]*\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+)-\Z")
_PARTED = re.compile(r"[^\W\d_]+\Z")
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line and the column it is set in; lengths are in points."""

    line: PageLine
    """The line."""
    page: int
    """Number of its page, from 0."""
    column_left: float
    """Where its column begins."""
    column_right: float
    """Where its column ends."""

    @property
    def indent_em(self) -> float:
        """How far it is set in, in its own size."""
        return (self.line.left - self.column_left) / max(self.line.size, 1.0)

    @property
    def room(self) -> float:
        """How much of its column it leaves free at its end."""
        return max(0.0, self.column_right - self.line.right)


def set_pages(pages: Sequence[Page]) -> list[SetLine]:
    """The lines of all pages with their columns.

    A column begins where many lines of a page do, unless another begins a mere indent to its
    left. It is as wide as most columns of the book, or as its own lines.
    """
    margins = _margins([_columns(page) for page in pages])
    placed = [
        (number, line, left)
        for number, page in enumerate(pages)
        for columns in [margins[number]]
        for line in page
        for left in [_column(columns, line)]
    ]
    rights: dict[tuple[int, float], list[float]] = defaultdict(list)
    for number, line, left in placed:
        rights[number, left].append(line.right)
    ends = {place: _common_right(of_column) for place, of_column in rights.items()}
    width = median(end - left for (_, left), end in ends.items()) if ends else 0.0
    return [
        SetLine(line, number, left, max(ends[number, left], left + width))
        for number, line, left in placed
    ]


def _columns(page: Page) -> list[float]:
    """Where a page's columns begin, from left to right."""
    starts = Counter(round(line.left) for line in page)
    common = sorted(left for left, n in starts.items() if n >= max(2, _COLUMN_SHARE * len(page)))
    em = median(line.size for line in page) if page else 1.0
    columns: list[float] = []
    for left in common or [min(starts, default=0)]:
        if not columns or left - columns[-1] > _MAX_INDENT_EM * em:
            columns.append(left)
    return columns


def _margins(columns: list[list[float]]) -> list[list[float]]:
    """The columns of each page; the first where those of most left, or right, pages begin.

    On a page of speeches of one line each, all that is seen to begin there is set in.
    """
    usual: dict[int, float] = {}
    for side in (0, 1):
        starts = Counter(of_page[0] for of_page in columns[side::2])
        usual[side] = max(starts, key=lambda left: starts[left], default=0.0)
    return [
        [usual[n % 2], *of_page[1:]] if 0 < of_page[0] - usual[n % 2] < _MAX_INDENT else of_page
        for n, of_page in enumerate(columns)
    ]


def _column(columns: list[float], line: PageLine) -> float:
    return max((left for left in columns if left <= line.left + 2), default=columns[0])


def _common_right(rights: list[float]) -> float:
    """Where a column ends: where all but a few of its lines stay within."""
    return sorted(rights)[round(0.95 * (len(rights) - 1))]


def set_paragraphs(lines: Sequence[SetLine]) -> Iterator[list[SetLine]]:
    """Lines in reading order, over all pages, as paragraphs."""
    leading = _leading(lines)
    paragraph: list[SetLine] = []
    for line in lines:
        if paragraph and _begins(paragraph, line, leading):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _leading(lines: Sequence[SetLine]) -> float:
    """The distance of lines in most of a book, in their own size."""
    steps = Counter(
        round((a.line.baseline - b.line.baseline) / max(b.line.size, 1.0), 1)
        for a, b in pairwise(lines)
        if a.page == b.page and a.line.size == b.line.size
    )
    likely = {step: n for step, n in steps.items() if 0.8 <= step <= 3}
    return max(likely, key=lambda step: likely[step], default=1.2)


def _begins(paragraph: list[SetLine], line: SetLine, leading: float) -> bool:
    """Whether a line begins a new paragraph after the lines of one."""
    before = paragraph[-1]
    if is_drop_cap(before, line):
        return False
    sizes = sorted((before.line.size, line.line.size))
    if sizes[1] > _SIZE_STEP * sizes[0]:
        return True
    if before.line.is_parted or _is_beside(before, line):
        return False
    step = (before.line.baseline - line.line.baseline) / max(line.line.size, 1.0)
    is_apart = before.page == line.page and step > _GAP * leading
    is_bolder = before.line.is_bold != line.line.is_bold and len(paragraph) == 1
    return (
        is_apart
        or (is_bolder and before.room > 0)
        or _is_set_in(paragraph, line)
        or _ends(before, line)
    )


def _is_set_in(paragraph: list[SetLine], line: SetLine) -> bool:
    """Whether a line is set in as the first of a paragraph, and not as all of a quotation."""
    before = paragraph[-1]
    if line.indent_em <= _INDENT_EM:
        return False
    is_alike = before.indent_em >= line.indent_em - _INDENT_EM / 2
    ends = _SENTENCE_END.search(before.line.text) is not None
    return not is_alike or (ends and (len(paragraph) == 1 or before.room > line.line.size))


def is_drop_cap(before: SetLine, line: SetLine) -> bool:
    """Whether a line is the large first letter of the next one."""
    return (
        len(before.line.text.strip()) == 1
        and before.line.text.strip().isupper()
        and before.line.size > _DROP_CAP * line.line.size
        and before.page == line.page
        and line.line.left > before.line.left
        and line.line.text[:1].isalpha()
    )


def _is_beside(before: SetLine, line: SetLine) -> bool:
    """Whether two pieces stand on one line: a wide space parted them."""
    level = abs(before.line.baseline - line.line.baseline) < 0.3 * line.line.size
    return before.page == line.page and level and line.line.left >= before.line.right - 1


def _ends(before: SetLine, line: SetLine) -> bool:
    """Whether a line has so much room after it that its paragraph ends there."""
    per_character = (line.line.right - line.line.left) / max(len(line.line.text), 1)
    word = line.line.text.split(maxsplit=1)[0]
    if before.room < (len(word) + 2) * per_character:
        return False
    width = before.column_right - before.column_left
    return bool(_SENTENCE_END.search(before.line.text)) or before.room > _ROOM * width


def words_of(pages: Sequence[Page]) -> Counter[str]:
    """How often each word stands whole within a line, in lower case."""
    words: Counter[str] = Counter()
    for page in pages:
        for line in page:
            end = len(line.text) - (line.is_parted or line.text.endswith("-"))
            whole = _PARTED.sub("", line.text[:end]) if end < len(line.text) else line.text
            words.update(_WORD.findall(whole.lower()))
    return words


def drops_hyphen(before: PageLine, after: PageLine, words: Counter[str]) -> bool | None:
    """Whether the hyphen at a line's end goes when its word is joined; None where none is parted.

    It stays in a word that has it elsewhere, goes from one that stands elsewhere without it. Of
    words seen nowhere else it stays between two that are words themselves, and before a capital.
    """
    first, second = _LAST_WORD.search(before.text), _FIRST_WORD.match(after.text)
    if not before.text.endswith("-") or not first or not second:
        return None
    a, b = first[1].lower(), second[1].lower()
    if words[f"{a}-{b}"]:
        return False
    if words[a + b]:
        return True
    if second[1][0].isupper():
        return False
    return before.is_parted and not (words[a] > 1 and words[b] > 1)
