"""The law of the account: each character of a story has one use, and the script agrees with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from fakes.books import epub
from fakes.docx import paragraph as word_paragraph
from fakes.docx import write_docx
from fakes.pdf import book_pages, write_pdf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.lexicon import Lexicon, LexiconEntry
from audiobook.model import Book, Role, Script
from audiobook.script import split
from audiobook.script.accounting import Account, Use, account
from audiobook.script.readers import docx, fountain, html, markdown, pdf, text
from audiobook.script.readers import epub as epub_reader
from audiobook.script.selection import selected
from audiobook.script.spoken import pronounced

SAID = (Use.SPOKEN, Use.NORMALISED)
LEXICON = Lexicon((LexiconEntry("Kairat", "kigh rat"),))


def of_script(book: Book, max_characters: int | None = None, language: str = "en") -> Script:
    script = split(book, language=language, title="Story", max_characters=max_characters)
    return pronounced(script, LEXICON, max_characters=max_characters)


def visible(string: str) -> str:
    return "".join(string.split())


def check(book: Book, script: Script) -> Account:
    """See that the account is whole, and says of segments and omissions what they say."""
    found = account(book, script)
    source = book.source.text
    assert [s.start for s in found.stretches[:1]] == [0][: len(source)]
    assert all(a.end == b.start for a, b in pairwise(found.stretches))
    assert found.stretches[-1].end == len(source)
    assert sum(total.n_characters for total in found.totals) == len(source)

    uses = [stretch for stretch in found.stretches for _ in range(stretch.start, stretch.end)]
    assert not [s for s in found.stretches if s.use is Use.LOST]
    is_said = [use.use in SAID for use in uses]
    for segment in script.segments:
        said = [source[at] for at in range(segment.start, segment.end) if is_said[at]]
        assert visible("".join(said)) == visible(segment.text)
        is_said[segment.start : segment.end] = [False] * (segment.end - segment.start)
    assert not any(is_said)
    for omission in script.left_out:
        there = {(s.use, s.why) for s in uses[omission.start : omission.end]}
        assert there <= {(Use.LEFT_OUT, omission.why)}

    readings = [(s, r) for s in script.segments for r in s.readings]
    assert len(found.normalised) == len(readings)
    for one, (segment, reading) in zip(found.normalised, readings, strict=True):
        assert (one.text, one.say) == (segment.text[reading.start : reading.stop], reading.say)
        there = [source[at] for at in range(one.start, one.end) if uses[at].use in SAID]
        assert visible("".join(there)) == visible(one.text)
        assert uses[one.start].use is Use.NORMALISED
    assert sum(rule.count for rule in found.rules) == len(readings)
    return found


LINES = (
    "Chapter 1",
    "It was 3 May 1912, and Kairat had £5.50.",
    "“Is it far?” asked Mr. Old. “Not  far.”",
    "***",
    "He said —",
    "…",
    "CHAPTER IV",
    "one & two, *three* and _four_ [5]",
    "Mara: I know.",
    "a < b > c",
)
STORIES = st.lists(st.sampled_from(LINES), min_size=1, max_size=8)
INCLUDED = st.sets(st.sampled_from([role for role in Role if role is not Role.BODY]))
LIMITS = st.one_of(st.none(), st.integers(20, 60))


def of_text(lines: Sequence[str], gap: str = "\r\n\r\n") -> Book:
    return text.read(gap.join(lines).encode(), "story.txt", ())


def of_markdown(lines: Sequence[str]) -> Book:
    marked = (
        "# The *Hill*\n\n> " + "\n\n".join(lines) + "\n\n- [a](b.md)\n\n1. &amp; \\* <b>x</b>\n"
    )
    return markdown.read(marked.encode(), "story.md", ["Mara"])


def of_html(lines: Sequence[str]) -> Book:
    body = "".join(f"<p>{line}<br>{line}</p><table><tr><td>1<td>2</table>" for line in lines)
    return html.read(f"<h1>The<br>Hill</h1>{body}<img alt='a hill'>".encode(), "story.html", ())


def of_epub(lines: Sequence[str]) -> Book:
    body = "".join(f"<p>{line.replace('&', '&amp;').replace('<', '&lt;')}</p>" for line in lines)
    notes = '<aside epub:type="footnote"><p>1. A note.</p></aside>'
    documents = {"a.xhtml": f"<h1>One</h1>{body}{notes}", "b.xhtml": f"<h1>Two</h1>{body}"}
    contents = [("a.xhtml", "One"), ("b.xhtml", "Two")]
    return epub_reader.read(epub(documents, contents=contents), "story.epub", ())


def of_docx(lines: Sequence[str]) -> Book:
    plain = [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]
    body = word_paragraph("One", "H1") + "".join(map(word_paragraph, plain))
    return docx.read(write_docx(body), "story.docx", ())


def of_fountain(lines: Sequence[str]) -> Book:
    scenes = "\n\n".join(f"FERRYMAN\n(softly)\n{line} [[no]]" for line in lines)
    return fountain.read(f"Title: T\n\nEXT. BANK\n\n{scenes}\n".encode(), "story.fountain", ())


MAKERS = [of_text, of_markdown, of_html, of_epub, of_docx, of_fountain]


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=60, deadline=None)
@example(lines=["Chapter 1", "…", "…"], include=set(), limit=20)
@given(lines=STORIES, include=INCLUDED, limit=LIMITS)
def test_every_character_has_one_use(
    make: Callable[[Sequence[str]], Book], lines: list[str], include: set[Role], limit: int | None
) -> None:
    book = selected(make(lines), include)
    try:
        script = of_script(book, limit)
    except StoryError:
        return
    found = check(book, script)
    if make is not of_markdown:  # all other readers name what they leave out
        assert not [s for s in found.stretches if s.use is Use.MARKUP]


@settings(max_examples=200, deadline=None)
@example(story="11.")
@example(story="1\r\n\u20281")
@example(story="a\n\n11.\n\n11. 11. b\n")
@given(story=st.text(st.sampled_from("aZ1.’“”—*_ \t\r\n\u2028[]:é\u00ad"), max_size=60))
def test_every_character_of_any_text_has_one_use(story: str) -> None:
    for read, name in ((text.read, "story.txt"), (markdown.read, "story.md")):
        try:
            book = read(story.encode(), name, ())
            script = of_script(book)
        except StoryError:
            continue
        check(book, script)


def test_every_character_of_a_pdf_has_one_use() -> None:
    told = "They came to the wind-swept mill on 3 May 1912, and nobody was there to let them in."
    data = write_pdf(book_pages([("The Road", [told] * 9), ("The Mill", [told] * 9)], head="HEAD"))
    book = selected(pdf.read(data, "story.pdf", ()))
    found = check(book, of_script(book))
    assert "page numbers" in {total.why for total in found.totals}
    assert not [s for s in found.stretches if s.use is Use.MARKUP]


def test_an_account_names_each_use() -> None:
    story = (
        "---\ntitle: T\n---\n\n# The *Hill*\n\nKairat paid &amp; left in **1912**. [Go](x.md)\n\n"
        "![music](lute-bed)\n\nMara: “No.”\n"
    )
    book = markdown.read(story.encode(), "story.md", ["Mara"])
    found = check(book, of_script(book))

    parts = [(story[s.start : s.end], s.use, s.why) for s in found.stretches if s.use != Use.BLANK]
    assert parts == [
        ("---\ntitle: T\n---\n", Use.LEFT_OUT, "front matter"),
        ("#", Use.MARKUP, ""),
        ("The ", Use.SPOKEN, ""),
        ("*", Use.MARKUP, ""),
        ("Hill", Use.SPOKEN, ""),
        ("*", Use.MARKUP, ""),
        ("Kairat", Use.NORMALISED, "lexicon"),
        (" paid ", Use.SPOKEN, ""),
        ("&", Use.NORMALISED, "abbreviations"),
        ("amp;", Use.MARKUP, ""),
        (" left in ", Use.SPOKEN, ""),
        ("**", Use.MARKUP, ""),
        ("1912", Use.NORMALISED, "years"),
        ("**", Use.MARKUP, ""),
        (".", Use.SPOKEN, ""),
        ("[", Use.MARKUP, ""),
        ("Go", Use.SPOKEN, ""),
        ("]", Use.MARKUP, ""),
        ("(x.md)", Use.LEFT_OUT, "a link's address"),
        ("![music](lute-bed)", Use.CUE, "music"),
        ("Mara: ", Use.LEFT_OUT, "who speaks, and how"),
        ("“No.”", Use.SPOKEN, ""),
    ]
    assert [(one.text, one.say, one.rule) for one in found.normalised] == [
        ("Kairat", "kigh rat", "lexicon"),
        ("&", "and", "abbreviations"),
        ("1912", "nineteen twelve", "years"),
    ]


def test_totals_add_up_by_use_and_reason() -> None:
    book = of_text(["In 1912 and 1912 and 1913.", "It was cold."])
    found = check(book, of_script(book))
    spoken, said_otherwise, blank = found.totals
    assert (spoken.use, spoken.n_words) == (Use.SPOKEN, 6)
    assert (said_otherwise.why, said_otherwise.n_stretches, said_otherwise.n_words) == (
        "years",
        3,
        3,
    )
    assert (blank.use, blank.n_characters, blank.n_words) == (Use.BLANK, 4, 0)
    (rule,) = found.rules
    assert (rule.rule, rule.count) == ("years", 3)
    assert [example.text for example in rule.examples] == ["1912", "1913"]


def test_text_that_nobody_speaks_is_lost() -> None:
    """What the law rests on: an account of a script that lacks a segment says so."""
    book = of_text(["One is here.", "Two is not."])
    script = of_script(book)
    (chapter,) = script.chapters
    broken = Script(
        script.source, "T", "en", (type(chapter)(chapter.title, chapter.items[:1]),), ()
    )
    lost = [s for s in account(book, broken).stretches if s.use is Use.LOST]
    assert "".join(book.source.text[s.start : s.end] for s in lost) == "Twoisnot."
