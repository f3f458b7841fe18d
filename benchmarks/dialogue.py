"""How well dialogue is found and told apart by speaker, on labelled novels.

    python benchmarks/dialogue.py FOLDER…

A folder holds one novel in the layout of the Project Dialogism Novel Corpus (Vishnubhotla et al.,
LREC 2022): novel_text.txt, quotation_info.csv and character_info.csv. Where only a part of a novel
is labelled, what lies before the first and after the last label is not scored.

A quote is found when a span of speech begins and ends where a labelled one does, give or take its
marks. A speaker is right when the name is one of those of the labelled character. Of a narrator
who speaks of themselves no name is asked: they are taken for whom they mostly are.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audiobook.model import Book, BookChapter, Paragraph, Source
from audiobook.script.dialogue.conversation import conversation
from audiobook.script.dialogue.names import bare
from audiobook.show import CastMember

_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")
_HEADING = re.compile(r"(?i:chapter|book|part)\b.{0,40}|[IVXLC]+\.?|[^a-z\"“‘]{3,60}")
_MARKS = " \n\"'“”‘’«»„,.;:_—-"
_GENDERS = {"F": "female", "M": "male"}
_BANDS = (0.0, 0.33, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Label:
    """A quote as somebody has labelled it."""

    start: int
    stop: int
    speaker: str
    kind: str


@dataclass(frozen=True)
class Guess:
    """A quote as the program finds it."""

    start: int
    stop: int
    speaker: str | None
    confidence: float
    rule: str


def main() -> None:
    for with_cast in (False, True):
        print(f"\n{'With the cast given' if with_cast else 'No cast given'}")
        totals: Counter[str] = Counter()
        for folder in sys.argv[1:]:
            tally = _scored(Path(folder), with_cast=with_cast)
            print(f"  {Path(folder).name:<30} {_summary(tally)}")
            totals += tally
        print(f"  {'all':<30} {_summary(totals)}")
        _print_parts(totals, "type")
        _print_parts(totals, "rule")
        _print_parts(totals, "sure")


def _scored(folder: Path, *, with_cast: bool) -> Counter[str]:
    text = (folder / "novel_text.txt").read_text("utf-8")
    names, cast = _characters(folder)
    labels = list(_labels(folder))
    began = time.perf_counter()
    guesses = list(_guesses(text, cast if with_cast else ()))
    tally: Counter[str] = Counter(ms=int(1000 * (time.perf_counter() - began)), bytes=len(text))
    first, last = min(label.start for label in labels), max(label.stop for label in labels)
    guesses = [guess for guess in guesses if guess.stop > first and guess.start < last]
    by_place = {_place(text, guess.start, guess.stop): guess for guess in guesses}
    tally.update(guessed=len(guesses), labelled=len(labels))
    narrators = Counter(
        label.speaker
        for label in labels
        if (guess := by_place.get(_place(text, label.start, label.stop)))
        and guess.rule == "narrator"
    )
    narrator = narrators.most_common(1)[0][0] if narrators else None
    for label in labels:
        guess = by_place.get(_place(text, label.start, label.stop))
        tally["found"] += guess is not None
        is_right = guess is not None and (
            label.speaker in names.get(bare(guess.speaker).lower(), ())
            if guess.speaker
            else guess.confidence > 0 and label.speaker == narrator
        )
        tally["right"] += is_right
        for part in _parts(label, guess):
            tally[f"{part}:all"] += 1
            tally[f"{part}:right"] += is_right
    return tally


def _parts(label: Label, guess: Guess | None) -> Iterator[str]:
    yield f"type {label.kind.lower() or 'unknown'}"
    if guess:
        yield f"rule {guess.rule}"
        yield f"sure {max(band for band in _BANDS if band <= guess.confidence):.2f}"


def _place(text: str, start: int, stop: int) -> tuple[int, int]:
    """A stretch without the marks and white space at its ends."""
    said = text[start:stop]
    return start + len(said) - len(said.lstrip(_MARKS)), start + len(said.rstrip(_MARKS))


def _guesses(text: str, cast: tuple[CastMember, ...]) -> Iterator[Guess]:
    paragraphs = [
        Paragraph(match[0].replace("\n", " "), ((0, match.start()),), match.end())
        for match in _PARAGRAPH.finditer(text)
        if match[0].strip()
    ]
    chapters = tuple(BookChapter("", tuple(chapter)) for chapter in _chapters(paragraphs))
    book = Book(Source("novel", text), None, (), "en", chapters)
    for paragraph, stretches in zip(paragraphs, conversation(book, "en", cast), strict=True):
        for stretch in stretches:
            if told := stretch.attribution:
                start, stop = paragraph.source_span(stretch.span.start, stretch.span.stop)
                yield Guess(start, stop, told.speaker, told.confidence, told.rule)


def _chapters(paragraphs: list[Paragraph]) -> Iterator[list[Paragraph]]:
    """Paragraphs by chapter: one begins with a line that has no lower case, or says so."""
    chapter: list[Paragraph] = []
    for paragraph in paragraphs:
        if chapter and _HEADING.fullmatch(paragraph.text):
            yield chapter
            chapter = []
        chapter.append(paragraph)
    yield chapter


def _labels(folder: Path) -> Iterator[Label]:
    with (folder / "quotation_info.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for start, stop in ast.literal_eval(row["quoteByteSpans"]):
                yield Label(start, stop, row["speaker"], row["quoteType"])


def _characters(folder: Path) -> tuple[dict[str, set[str]], tuple[CastMember, ...]]:
    """The characters whom each name means, and all of them as a cast."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    cast = []
    with (folder / "character_info.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            main = row["Main Name"].strip()
            aliases = {alias.strip() for alias in ast.literal_eval(row["Aliases"])}
            for name in {main, *aliases}:
                names[bare(name).lower()].add(main)
            gender = _GENDERS.get(row["Gender"])
            cast.append(CastMember(main, aka=tuple(sorted(aliases)), gender=gender))
    return dict(names), tuple(cast)


def _summary(tally: Counter[str]) -> str:
    precision = tally["found"] / max(1, tally["guessed"])
    recall = tally["found"] / max(1, tally["labelled"])
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    right = tally["right"] / max(1, tally["labelled"])
    speed = tally["bytes"] / 1000 / max(1, tally["ms"])
    return (
        f"quotes {tally['labelled']:5d}  F1 {f1:.3f} (P {precision:.3f}, R {recall:.3f})  "
        f"speaker {right:.3f}  {speed:.2f} MB/s"
    )


def _print_parts(tally: Counter[str], what: str) -> None:
    parts = sorted({key.partition(":")[0] for key in tally if key.startswith(f"{what} ")})
    for part in parts:
        n_all, n_right = tally[f"{part}:all"], tally[f"{part}:right"]
        print(f"    {part:<18} {n_right:5d} of {n_all:5d}  {n_right / n_all:.3f}")


if __name__ == "__main__":
    main()
