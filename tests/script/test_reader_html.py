from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Paragraph, Role
from audiobook.script.readers.html import read
from audiobook.script.selection import selected

Law = Callable[[Book], None]


def book(html: str, *cast: str) -> Book:
    return read(html.encode(), "page.html", cast)


def paragraphs(found: Book) -> list[Paragraph]:
    return [
        item for chapter in found.chapters for item in chapter.items if isinstance(item, Paragraph)
    ]


def said(html: str) -> list[str]:
    return [item.text for item in paragraphs(selected(book(html)))]


def test_a_page_becomes_paragraphs_without_markup() -> None:
    found = book(
        "<title>T</title><style>p{}</style><p>One <b>bold</b>\n word.<script>x()</script>"
        "<p>Two &amp; three&nbsp;four.<template><p>no</template>"
    )
    assert [item.text for item in paragraphs(found)] == ["One bold word.", "Two & three four."]
    assert found.source.text.split("\n") == ["One bold word.", "", "Two & three four.", "", ""]


def test_chapters_of_a_page_without_headings_are_found_by_their_words() -> None:
    found = book("<p>CHAPTER I<p>The Mill<p>It was late.<p>Kapitel 2<p>Home.")
    assert [chapter.title for chapter in found.chapters] == ["CHAPTER I", "Kapitel 2"]


def test_contents_that_were_typed_make_no_chapters() -> None:
    entries = ["Prologue", "Chapter 1: The Mill ..... 3", "Chapter 2: Home  17", "Chapter 3  29"]
    texts = ["Prologue", "Before.", "Chapter 1: The Mill", "It was late.", "Chapter 2: Home"]
    texts += ["He slept.", "Chapter 3", "Morning."]
    found = book("".join(f"<p>{text}" for text in ["Contents", *entries, *texts]))
    assert [item.text for item in paragraphs(selected(found))] == texts
    assert [chapter.title for chapter in found.chapters if chapter.title] == texts[::2]


def test_chapters_that_are_numbered_anew_in_each_part_are_no_contents() -> None:
    lines = ["Chapter 1", "Chapter 2", "Chapter 3"]
    texts = [text for line in lines * 2 for text in (line, f"What {line} tells. " * 20)]
    found = book("".join(f"<p>{text}" for text in texts))
    assert [chapter.title for chapter in found.chapters] == lines * 2


STORY = "<h1>The Mill</h1><p>It was late, and nobody came to the mill."


@pytest.mark.parametrize("main", ["main", "article"])
def test_what_a_site_puts_around_a_story_is_left_out(main: str) -> None:
    page = (
        f"<nav><a href=/>Home</a></nav><div><{main}>{STORY}"
        f"<form><label>Mail</label></form></{main}>"
        "<aside><h2>Read on</h2><p>The River.</aside></div><footer>Privacy</footer>"
    )
    assert said(page) == ["The Mill", "It was late, and nobody came to the mill."]
    found = book(page)
    assert [chapter.title for chapter in found.chapters if chapter.title] == ["The Mill"]
    assert "Privacy" in found.source.text


@pytest.mark.parametrize(
    "page",
    [
        "<main></main>{}",
        "<article><h1>A teaser</h1></article>{}",
        "<article>{}</article><article>{}</article>",
        "<h1>Its title stands before it</h1><main><p>And what is told, at some length.</main>",
    ],
)
def test_a_page_whose_story_is_elsewhere_is_read_whole(page: str) -> None:
    page = page.replace("{}", STORY)
    assert len(said(page)) == len(paragraphs(book(page))) > 0


def test_places_are_those_of_the_visible_text() -> None:
    found = book('<p>He said<a role="doc-noteref" href="#n">12</a> nothing.</p>')
    (only,) = paragraphs(found)
    assert only.text == "He said nothing."
    start = only.text.index("nothing")
    assert found.source.text[slice(*only.source_span(start, start + 7))] == "nothing"
    assert [(found.source.text[o.start : o.end], o.why) for o in found.left_out] == [
        ("12", "notes")
    ]


@pytest.mark.parametrize(
    "hidden",
    ["<p hidden>x</p>", '<p style="display: none">x</p>', '<div hidden="">a<p>b</p></div>']
    + [f"<{tag}>x</{tag}>" for tag in ("script", "style", "template", "noscript", "textarea")],
)
def test_what_a_browser_does_not_show_is_no_text(hidden: str) -> None:
    assert book(f"<p>One.</p>{hidden}<p>Two.</p>").source.text.split() == ["One.", "Two."]


def test_title_author_and_language_come_from_the_head() -> None:
    page = (
        '<html lang="de-AT"><head><title> Die\n Fähre </title>'
        '<meta name="Author" content="A. Autor"></head><p>Text.'
    )
    found = book(page)
    assert (found.title, found.authors, found.language) == ("Die Fähre", ("A. Autor",), "de-AT")
    assert book(page.replace("de-AT", "Deutsch")).language is None


def test_headings_make_chapters_below_the_title() -> None:
    found = book("<h1>Book</h1><h2>One</h2><p>a</p><h3>Within</h3><p>b</p><h2>Two</h2><p>c</p>")
    assert [chapter.title for chapter in found.chapters] == ["One", "Two"]
    kinds = [(item.text, item.kind) for item in paragraphs(found) if item.kind is Kind.HEADING]
    assert [text for text, _ in kinds] == ["Book", "One", "Within", "Two"]


def test_a_heading_of_two_lines_is_read_as_one() -> None:
    assert said("<h2>Act<br/>I</h2><p>x</p>")[0] == "Act I"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", '<meta charset="iso-8859-1">'),
        ("utf-8", '<meta charset="iso-8859-1">'),
        ("koi8-r", '<meta charset="koi8-r">'),
        ("shift_jis", '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">'),
        ("gb18030", '<?xml version="1.0" encoding="GB2312"?>'),
    ],
)
def test_encodings_are_told(encoding: str, declared: str) -> None:
    words = {"koi8-r": "Глава", "shift_jis": "吾輩は猫", "gb18030": "红楼梦"}
    word = words.get(encoding, "“Fähre”")
    found = read(f"{declared}<p>{word}</p>".encode(encoding), "a.html", ())
    assert [item.text for item in paragraphs(found)] == [word]


@pytest.mark.parametrize("encoding", ["utf-7", "punycode", "rot13", "zlib", "no-such", "undefined"])
def test_what_is_no_encoding_of_text_is_not_looked_up(encoding: str) -> None:
    assert said(f'<meta charset="{encoding}"><p>Über +AD4-</p>') == ["Über +AD4-"]


def test_verse_keeps_its_lines() -> None:
    found = paragraphs(
        book(
            '<div class="poem"><p>the first<br/>the second</p></div>'
            "<p>Roses are red,<br>Violets are blue,<br>Sugar is sweet.</p>"
            "<pre>\nin lines\n  as typed\n\nagain</pre>"
        )
    )
    assert [item.text for item in found][:2] == ["the first", "the second"]
    assert [item.text for item in found][-3:] == ["in lines", "as typed", "again"]
    assert {item.kind for item in found} == {Kind.VERSE}
    assert [item.goes_on for item in found] == [True, False, True, True, False, True, False, False]


def test_breaks_in_prose_part_nothing_but_two_part_paragraphs() -> None:
    assert said("<p>It was wrapped by hand at<br>the end of lines.<br><br>Then this.</p>") == [
        "It was wrapped by hand at the end of lines.",
        "Then this.",
    ]


def test_code_is_left_out_and_listed() -> None:
    found = book("<p>Type</p><pre><code>rm -rf</code></pre>")
    assert [item.text for item in paragraphs(found)] == ["Type"]
    assert [omission.why for omission in found.left_out] == ["code"]


def test_scene_breaks_are_cues() -> None:
    items = book("<p>a</p><hr><p>b</p><p>* * *</p><p>c</p>").chapters[0].items
    assert [type(item) for item in items] == [Paragraph, Cue, Paragraph, Cue, Paragraph]


def test_numbers_of_lists_are_read_where_they_say_more_than_the_order() -> None:
    assert said("<ol><li>one<li>two</ol>") == ["one", "two"]
    assert said('<ol start="7"><li>seven<li value="12">twelve</ol>') == [
        "7.",
        "seven",
        "12.",
        "twelve",
    ]


def test_tables_of_data_are_left_out_row_by_row_and_others_read() -> None:
    data = book("<p>a</p><table><tr><th>Year<th>Sum<tr><td>1912<td>3</table>")
    rows = [item for item in paragraphs(data) if item.role is Role.TABLES]
    assert [item.text for item in rows] == ["Year", "Sum", "1912", "3"]
    assert [item.goes_on for item in rows] == [True, False, True, False]
    assert said("<table><tr><td>A letter</td></tr></table>") == ["A letter"]
    assert said("<table role='presentation'><tr><td>A<td>B</table>") == ["A", "B"]


def test_a_picture_speaks_only_if_it_is_asked_for() -> None:
    found = book('<p>a</p><p><img alt="A ship" src="x"></p><p>See <img alt="the icon"> here.</p>')
    pictures = [item.text for item in paragraphs(found) if item.role is Role.PICTURES]
    assert pictures == ["A ship"]
    assert [item.text for item in paragraphs(selected(found))] == ["a", "See here."]
    assert [item.text for item in paragraphs(selected(found, {Role.PICTURES}))][1] == "A ship"


def test_a_painted_initial_is_a_letter() -> None:
    assert said('<p><img alt="O"/>nce upon a time.</p>') == ["Once upon a time."]


@pytest.mark.parametrize(
    ("markup", "role"),
    [
        ("<nav>x</nav>", Role.CONTENTS),
        ('<section role="doc-endnotes"><h2>N</h2><p>x</p></section>', Role.NOTES),
        ('<aside epub:type="footnote">x</aside>', Role.NOTES),
        ('<div class="footnotes"><p>x</p></div>', Role.NOTES),
        ('<section epub:type="titlepage"><h1>x</h1></section>', Role.FRONT),
        ('<section epub:type="backmatter"><p>x</p></section>', Role.BACK),
        ('<section epub:type="index">x</section>', Role.BACK),
        ('<div epub:type="pagebreak">x</div>', Role.PAGES),
        ('<figure><img alt=""><figcaption>x</figcaption></figure>', Role.PICTURES),
        ("<h2>Footnotes</h2><p>x</p>", Role.NOTES),
        ('<section epub:type="frontmatter"><div epub:type="preface">x</div></section>', Role.BODY),
        ('<section epub:type="chapter">x</section>', Role.BODY),
    ],
)
def test_marks_say_what_a_part_is_for(markup: str, role: Role) -> None:
    found = paragraphs(book(f"<p>Text.</p>{markup}"))
    assert found[0].role is Role.BODY
    assert {item.role for item in found[1:]} == {role}


@pytest.mark.parametrize(
    "mark",
    [
        '<a epub:type="noteref" href="#n">1</a>',
        '<a href="#n"><sup>1</sup></a>',
        '<sup><a href="#n">1</a></sup>',
        '<a href="#n">[1]</a>',
        '<a href="#n">*</a>',
        '<a class="fnanchor" href="#n">note</a>',
        '<span class="pagenum">[Pg 7]</span>',
        '<span role="doc-pagebreak">7</span>',
    ],
)
def test_marks_within_a_line_are_left_out(mark: str) -> None:
    assert said(f"<p>One{mark} two.</p>") == ["One two."]


@pytest.mark.parametrize("link", ['<a href="#n">1912</a>', "<sup>2</sup>", '<a href="x#n">me</a>'])
def test_other_links_are_read(link: str) -> None:
    assert "One" in said(f"<p>One {link}</p>")[0]
    assert said(f"<p>One {link}</p>") == ["One " + re.sub("<.*?>", "", link)]


def test_what_the_mark_of_a_note_leads_to_is_a_note() -> None:
    assert said('<p>One<sup><a href="#n">1</a></sup>.</p><p>Two.</p><p id="n">1 See Ovid.</p>') == [
        "One.",
        "Two.",
    ]


def test_a_play_names_its_speakers() -> None:
    found = book(
        '<table><tr><td epub:type="z3998:persona">Jack</td><td>Yes. '
        '<i epub:type="z3998:stage-direction">Exit <b epub:type="z3998:persona">Lane</b>.</i>'
        " No.</td></tr>"
        '<tr><td></td><td><i epub:type="z3998:stage-direction">Silence.</i></td></tr></table>'
        '<p><b epub:type="z3998:persona">GWENDOLEN</b>. Well?</p><p>The end.</p>',
        "Gwendolen",
    )
    spoken = [(item.speaker, item.text, item.goes_on) for item in paragraphs(found)]
    assert spoken == [
        ("Jack", "Yes.", True),
        (None, "Exit Lane.", True),
        ("Jack", "No.", False),
        (None, "Silence.", False),
        ("Gwendolen", "Well?", False),
        (None, "The end.", False),
    ]
    assert {omission.why for omission in found.left_out} == {"a speaker's name"}


def test_gutenberg_boilerplate_is_not_the_book() -> None:
    found = book(
        "<p>The Project Gutenberg eBook of Ferry</p><p>Title: Ferry</p><p>Author: A. Person</p>"
        "<div>*** START OF THE PROJECT GUTENBERG EBOOK FERRY ***</div><h2>Chapter I</h2><p>Text."
        "</p><div>*** END OF THE PROJECT GUTENBERG EBOOK FERRY ***</div><p>Licence.</p>"
    )
    assert [item.text for item in paragraphs(selected(found))] == ["Chapter I", "Text."]
    assert (found.title, found.authors) == ("Ferry", ("A. Person",))


def test_a_page_without_text_says_so() -> None:
    for empty in (b"", b"   ", b"<p></p>", b"<script>1</script>"):
        with pytest.raises(StoryError):
            read(empty, "a.html", ())


def test_badly_written_xhtml_loses_nothing() -> None:
    assert said(
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        '<body><p>Tom & Ann<a id="x"/> met.<p>A &lt; b < c &hellip; <br></body>'
    ) == ["Tom & Ann met.", "A < b < c …"]


PIECES = [
    *("One ", "two.", "“Three,” ", "é", "&nbsp;", "&amp;", "<", ">", "4 < 5", "\n", " ", "x" * 70),
    *("<p>", "</p>", "<div>", "</div>", "<br>", "<hr>", "<h1>", "</h1>", "<h2>", "</h2>", "<b>"),
    *("</b>", "<i epub:type='stage-direction'>", "</i>", "<td epub:type='persona'>", "</td>"),
    *("<table>", "<tr>", "<td>", "</table>", "<ol start=3>", "<li>", "</ol>", "<pre>", "</pre>"),
    *("<a href='#x'>", "<sup>", "</sup>", "</a>", "<img alt='A'>", "<img alt='a b'>", "<!-- c -->"),
    *("<p id=x>", "<section role='doc-endnotes'>", "</section>", "* * *", "<p class='verse'>"),
    *("<span class=pagenum>", "</span>", "<script>", "</script>", "<svg><title>s</title></svg>"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_every_visible_character_is_in_one_place(check_accounted: Law, html: str) -> None:
    try:
        found = book(html)
    except StoryError as error:
        assert error.what in ("has no text", "is no document that can be read")  # noqa: PT017
        return
    check_accounted(found)
    check_accounted(selected(found))


def test_a_picture_within_a_scene_break_is_in_one_place(check_accounted: Law) -> None:
    check_accounted(book("<p>One.</p>* * *<svg><title>s</title></svg>* * *<p>Two.</p>"))
