from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import pytest
from fakes.accounts import check_accounted, paragraphs, texts
from fakes.docx import paragraph, part, write_docx
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Role
from audiobook.script import read
from audiobook.script.readers import docx

STORY = "It was late when they came to the mill, and nobody was there to let them in."


def _read(body: str, parts: dict[str, str] | None = None) -> Book:
    book = docx.read(write_docx(body, parts), "story.docx", ())
    check_accounted(book)
    return book


def test_headings_of_styles_are_chapters_and_the_title_is_above_them() -> None:
    book = _read(
        paragraph("The Mill", "Title")
        + paragraph("One", "H1")
        + paragraph(STORY)
        + paragraph("A part", "H2")
        + paragraph("Two", "Mine")
        + paragraph(STORY)
        + paragraph("Three", properties='<w:outlineLvl w:val="0"/>')
        + paragraph(STORY)
    )
    assert [chapter.title for chapter in book.chapters] == ["One", "Two", "Three"]
    headings = [item.text for item in paragraphs(book) if item.kind is Kind.HEADING]
    assert headings == ["The Mill", "One", "A part", "Two", "Three"]


def test_chapters_of_a_book_without_styles_are_found_by_their_words() -> None:
    book = _read(
        paragraph("The Mill", "Title")
        + paragraph("CHAPTER ONE")
        + paragraph("The Letter")
        + paragraph(STORY)
        + paragraph("Chapter Two: The Road")
        + paragraph("He left")
    )
    assert [c.title for c in book.chapters] == ["CHAPTER ONE", "Chapter Two: The Road"]
    headings = [item.text for item in paragraphs(book) if item.kind is Kind.HEADING]
    assert headings == ["The Mill", "CHAPTER ONE", "The Letter", "Chapter Two: The Road"]


def test_the_words_of_chapters_are_text_where_a_book_has_headings() -> None:
    book = _read(paragraph("One", "H1") + paragraph("Two", "H1") + paragraph("Chapter 3"))
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]


def test_the_core_properties_name_the_book() -> None:
    core = (
        '<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>The Mill</dc:title><dc:creator>Nemo</dc:creator></c:coreProperties>"
    )
    styles = part(
        "styles",
        '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:eastAsia="x" w:val="en-GB"/></w:rPr>'
        "</w:rPrDefault></w:docDefaults>",
    )
    book = _read(paragraph(STORY), {"docProps/core.xml": core, "word/styles.xml": styles})
    assert (book.title, book.authors, book.language) == ("The Mill", ("Nemo",), "en-GB")


CORE = (
    '<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{}</dc:title></c:coreProperties>"
)


@pytest.mark.parametrize(
    ("core", "before", "after", "title"),
    [
        ("", "", "", "The Mill"),
        ("Document1", "", "", "The Mill"),
        ("A Mill", "", "", "A Mill"),
        ("", paragraph("For nobody."), "", "The Mill"),
        ("", paragraph("One", "H1"), "", None),
        ("", "", paragraph("The Other Mill", "Title"), None),
    ],
)
def test_the_paragraph_in_the_style_title_names_the_book_where_nothing_else_does(
    core: str, before: str, after: str, title: str | None
) -> None:
    body = before + paragraph("The Mill", "Title") + paragraph(STORY) + after
    book = _read(body + paragraph("Two", "H1"), {"docProps/core.xml": CORE.format(core)})
    assert book.title == title


def test_changes_are_read_as_if_accepted() -> None:
    gone = '<w:rPr><w:del w:id="9"/></w:rPr>'
    book = _read(
        paragraph(
            "<w:r><w:t>One</w:t></w:r><w:ins><w:r><w:t>, two</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText>, three</w:delText></w:r></w:del>"
            "<w:moveFrom><w:r><w:t>, four</w:t></w:r></w:moveFrom>"
            "<w:moveTo><w:r><w:t>, five</w:t></w:r></w:moveTo>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>, six</w:t></w:r>"
            "<w:hyperlink><w:r><w:t>, seven</w:t></w:r></w:hyperlink>",
            properties=gone,
        )
        + paragraph("<w:r><w:noBreakHyphen/><w:t>eight.</w:t></w:r>")
    )
    assert texts(book) == ["One, two, five, seven-eight."]


def test_notes_come_after_their_paragraph() -> None:
    notes = part(
        "footnotes",
        f'<w:footnote w:type="separator" w:id="-1">{paragraph("no")}</w:footnote>'
        f'<w:footnote w:id="1">{paragraph("A note.")}</w:footnote>',
    )
    mark = '<w:r><w:t>Text</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r>'
    book = _read(paragraph(mark) * 2 + paragraph("More."), {"word/footnotes.xml": notes})
    assert texts(book) == ["Text", "Text", "More."]
    assert texts(book, Role.NOTES) == ["A note."]
    assert book.source.text.split("\n")[0:3:2] == ["Text", "A note."]


def test_tables_pictures_and_contents_have_roles() -> None:
    rows = "".join(
        f"<w:tr><w:tc>{paragraph(a)}</w:tc><w:tc>{paragraph(b)}</w:tc></w:tr>"
        for a, b in [("Oak", "tall"), ("Elm", "wide")]
    )
    picture = '<w:r><w:drawing><wp:inline><wp:docPr descr="A mill"/></wp:inline></w:drawing></w:r>'
    only = f"<w:tbl><w:tr><w:tc>{paragraph('Framed.')}</w:tc></w:tr></w:tbl>"
    book = _read(
        paragraph("The Mill 7", "TOC1")
        + paragraph(STORY)
        + f"<w:tbl>{rows}</w:tbl>"
        + paragraph(picture)
        + paragraph(f"<w:r><w:t>See</w:t></w:r>{picture}<w:r><w:t>there.</w:t></w:r>")
        + only
    )
    assert texts(book) == [STORY, "See there.", "Framed."]
    assert texts(book, Role.TABLES) == ["Oak", "tall", "Elm", "wide"]
    assert [item.goes_on for item in paragraphs(book, Role.TABLES)] == [True, False] * 2
    assert texts(book, Role.PICTURES) == ["A mill"]
    assert texts(book, Role.CONTENTS) == ["The Mill 7"]
    assert [run.why for run in book.left_out] == ["pictures"]


@pytest.mark.parametrize("before", ["", "<w:tr/>"])
@pytest.mark.parametrize("after", ["", "<w:tr/>"])
def test_a_frame_of_one_cell_is_text_whatever_rows_are_empty(before: str, after: str) -> None:
    row = f"<w:tr><w:tc>{paragraph('Framed.')}</w:tc></w:tr>"
    book = _read(paragraph(STORY) + f"<w:tbl>{before}{row}{after}</w:tbl>")
    assert texts(book) == [STORY, "Framed."]


def _controlled(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_rows_and_cells_in_content_controls_are_read() -> None:
    trees = ("Oak", "Elm", "Ash", "Fir")
    oak, elm, ash, fir = (f"<w:tc>{paragraph(tree)}</w:tc>" for tree in trees)
    rows = f"<w:tr>{oak}{_controlled(elm)}</w:tr>" + _controlled(
        _controlled(f"<w:tr>{ash}<w:customXml>{fir}</w:customXml></w:tr>")
    )
    book = _read(paragraph(STORY) + f"<w:tbl>{rows}</w:tbl>")
    assert texts(book, Role.TABLES) == list(trees)
    assert [item.goes_on for item in paragraphs(book, Role.TABLES)] == [True, False] * 2


def _formula(content: str) -> str:
    return f'<m:oMath xmlns:m="urn:math">{content}</m:oMath>'


def _signs(written: str) -> str:
    return f"<m:r><m:rPr/><m:t>{written}</m:t></m:r>"


def test_formulas_and_symbols_are_spoken_where_they_are_text_and_else_listed() -> None:
    power = f"<m:sSup><m:e>{_signs('c')}</m:e><m:sup>{_signs('2')}</m:sup></m:sSup>"
    deleted = f"<w:del>{_signs('x')}</w:del><w:ins>{_signs('c')}</w:ins>"
    symbols = "".join(
        f'<w:sym w:font="{font}" w:char="{code}"/>'
        for font, code in [
            *(
                ("Symbol", "F061"),
                ("symbol", "42"),
                ("Arial", "2260"),
                ("Symbol", "F0B1"),
                ("Arial", "E9"),
            ),
            *(("Wingdings", "F04A"), ("Wingdings", "4A"), ("Arial", "D800"), ("Arial", "x")),
        ]
    )
    book = _read(
        paragraph(
            "<w:r><w:t>Let </w:t></w:r>"
            + _formula(_signs("E=m") + deleted)
            + f"<w:r><w:t> be </w:t>{symbols}<w:t>, or </w:t></w:r>"
            + f'<m:oMathPara xmlns:m="urn:math">{_formula(_signs("m") + power)}</m:oMathPara>'
            + "<w:r><w:t>.</w:t></w:r>"
        )
    )
    assert texts(book) == ["Let E=mc be αΒ≠±é, or ."]
    left = [(book.source.text[one.start : one.end], one.why) for one in book.left_out]
    assert left == [("\ufffd", "a symbol of a font")] * 4 + [("mc2", "a formula")]


def test_a_frame_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('In a frame.')}</w:txbxContent>"
    drawn = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert texts(_read(paragraph(drawn))) == ["In a frame."]


NUMBERED = [("Oak", (5, 0)), ("a", (5, 1)), ("b", (5, 1)), ("Elm", (5, 0)), ("a", (5, 1))]
LISTED = [*NUMBERED, ("dot", (6, 0)), ("none", (7, 0))]


def test_numbers_of_lists_are_seen_as_word_shows_them() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/>'
        '<w:lvlText w:val="Chapter %1"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
        '<w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>'
    )
    bullets = '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="*"/></w:lvl>'
    numbering = part(
        "numbering",
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1">{bullets}</w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num>',
    )

    def numbered(list_id: int, level: int) -> str:
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'

    book = _read(
        "".join(paragraph(text, properties=numbered(*place)) for text, place in LISTED),
        {"word/numbering.xml": numbering},
    )
    assert texts(book) == [
        "Chapter I Oak", "a) a", "b) b", "Chapter II Elm", "a) a", "dot", "none"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "mark",
    [
        paragraph("* * *"),
        paragraph(""),
        paragraph("", properties='<w:pBdr><w:bottom w:val="single"/></w:pBdr>'),
    ],
)
def test_scene_breaks(mark: str) -> None:
    book = _read(paragraph(STORY) * 5 + mark + paragraph(STORY) * 5)
    assert [isinstance(item, Cue) for item in book.chapters[0].items].index(True) == 5


def test_empty_paragraphs_between_all_others_are_no_breaks() -> None:
    book = _read((paragraph(STORY) + paragraph("")) * 5)
    assert not any(isinstance(item, Cue) for item in book.chapters[0].items)


def test_line_breaks_of_verse_are_kept() -> None:
    lines = "<w:br/>".join(f"<w:t>{line}</w:t>" for line in ["The wind", "The rain", "The hill"])
    book = _read(paragraph(STORY) + paragraph(f"<w:r>{lines}</w:r>"))
    assert [item.text for item in paragraphs(book) if item.kind is Kind.VERSE] == [
        "The wind",
        "The rain",
        "The hill",
    ]


def test_a_document_is_found_by_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(write_docx(paragraph(STORY)))
    assert texts(read(tmp_path / "a.docx")) == [STORY]


ENTITIES = (
    "<!DOCTYPE x ["
    + '<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><x>&i;</x>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
NESTED_BOXES = "<w:r><w:pict><w:txbxContent><w:p>" * 50
GOOD_NAMES = write_docx(paragraph(STORY))
BAD = {
    "nothing": b"",
    "rubbish": random.Random(1).randbytes(5000),
    "half of it": write_docx(paragraph(STORY))[:400],
    "another archive": write_docx("", {"_rels/.rels": ""})[:-30],
    "no text": write_docx(""),
    "entities": write_docx("", {"word/document.xml": ENTITIES}),
    "an entity outside": write_docx("", {"word/document.xml": OUTSIDE}),
    "a bomb": write_docx("", {"word/document.xml": "<a>" + " " * (40 << 20)}),
    "many tags": write_docx("", {"word/document.xml": "<a>" * 1_200_000}),
    "deep tables": write_docx("<w:tbl><w:tr><w:tc>" * 5000 + paragraph("x")),
    "deep frames": write_docx("<w:p>" + NESTED_BOXES + "<w:r><w:t>x</w:t></w:r>"),
    "a file without a name": GOOD_NAMES.replace(b"word/styles.xml", b"\0" * 15),
    "damaged styles": write_docx(paragraph("x"), {"word/styles.xml": "<a"}),
    "styles that go round": write_docx(paragraph("x", "Loop")),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_told_in_a_line(case: str) -> None:
    started = perf_counter()
    try:
        book = docx.read(BAD[case], "bad.docx", ())
    except StoryError as error:
        assert "\n" not in str(error)  # noqa: PT017  # both outcomes are lawful
    else:
        check_accounted(book)
        assert "root:" not in book.source.text
    assert perf_counter() - started < 5


def test_a_damaged_part_is_a_warning() -> None:
    book = _read(paragraph(STORY), {"word/footnotes.xml": "\0\1\2"})
    assert texts(book) == [STORY]
    assert "word/footnotes.xml" in book.warnings[0]


GOOD = write_docx(
    paragraph("One", "H1")
    + paragraph(STORY, properties='<w:numPr><w:numId w:val="5"/></w:numPr>')
    + f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc></w:tr></w:tbl>"
)
with zipfile.ZipFile(io.BytesIO(GOOD)) as _archive:
    BODY = _archive.read("word/document.xml").decode()
TAGS = ("<w:p>", "</w:p>", "<w:tbl>", "<w:r>", "<w:t>", "&x;", "<!--", "<w:br/>", "]]>", '"', "\0")
PIECES = st.one_of(st.sampled_from(TAGS), st.text(max_size=6))
MUTATIONS = st.lists(st.tuples(st.floats(0, 1), PIECES), min_size=1, max_size=12)


def _check(data: bytes) -> None:
    try:
        book = docx.read(data, "bad.docx", ())
    except StoryError as error:
        assert "\n" not in str(error)  # noqa: PT017  # both outcomes are lawful
    else:
        check_accounted(book)


def _check_mutation(cuts: Sequence[tuple[float, str]], noise: tuple[float, bytes]) -> None:
    """Read a document with pieces of another put in its text, and one with damaged bytes."""
    body = BODY
    for where, put in cuts:
        at = int(where * len(body))
        body = body[:at] + put + body[at:]
    _check(write_docx("", {"word/document.xml": body}))
    at = int(noise[0] * len(GOOD))
    _check(GOOD[:at] + noise[1] + GOOD[at + len(noise[1]) :])


NOISE = st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8))


@settings(max_examples=150, deadline=None)
@given(MUTATIONS, NOISE)
def test_a_damaged_file_is_read_or_refused(
    cuts: list[tuple[float, str]], noise: tuple[float, bytes]
) -> None:
    _check_mutation(cuts, noise)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=20_000, deadline=None)
@given(MUTATIONS, NOISE)
def test_many_damaged_files_are_read_or_refused(
    cuts: list[tuple[float, str]], noise: tuple[float, bytes]
) -> None:
    _check_mutation(cuts, noise)


def test_warnings_are_one_line_whatever_a_part_is_called() -> None:
    folder = "a\nb"
    main = part("document", f"<w:body>{paragraph(STORY)}</w:body>")
    relationships = (
        '<Relationships><Relationship Type="urn:/officeDocument" '
        'Target="a&#10;b/document.xml"/></Relationships>'
    )
    parts = {
        "_rels/.rels": relationships,
        f"{folder}/document.xml": main,
        f"{folder}/styles.xml": "",
    }
    (warning,) = _read("", parts).warnings
    assert warning == "a b/styles.xml: is no document that can be read"
