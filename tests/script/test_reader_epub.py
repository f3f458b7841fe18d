from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.books import OPF, container, epub, package, page, zipped

import audiobook
from audiobook.errors import StoryError
from audiobook.model import Book, BookChapter, Paragraph, Role
from audiobook.progress import Event, Warned
from audiobook.script.readers.epub import read
from audiobook.script.selection import selected

ONE = "<h2>One</h2><p>First text.</p>"
TWO = "<h2>Two</h2><p>Second text.</p>"
JPEG = b"\xff\xd8\xff\xe0 a picture"


def book(data: bytes) -> Book:
    return read(data, "book.epub", ())


def texts(chapter: BookChapter) -> list[str]:
    return [item.text for item in chapter.items if isinstance(item, Paragraph)]


def spoken(data: bytes) -> list[tuple[str, list[str]]]:
    return [(chapter.title, texts(chapter)) for chapter in selected(book(data)).chapters]


@pytest.mark.parametrize("version", [2, 3])
def test_the_table_of_contents_names_the_chapters(version: int) -> None:
    contents = [("a.xhtml", "The First"), ("b.xhtml", "The Second")]
    data = epub({"a.xhtml": ONE, "b.xhtml": TWO}, contents=contents, version=version)
    assert spoken(data) == [
        ("The First", ["One", "First text."]),
        ("The Second", ["Two", "Second text."]),
    ]


@pytest.mark.parametrize("version", [2, 3])
def test_many_chapters_of_few_documents_begin_at_anchors(version: int) -> None:
    numbers = range(1, 23)
    parts = [f'<h3 id="c{n}">Chapter {n}</h3><p>Text {n}.</p>' for n in numbers]
    documents = {f"{i}.xhtml": "".join(parts[i * 8 : i * 8 + 8]) for i in range(3)}
    contents = [(f"{(n - 1) // 8}.xhtml#c{n}", f"Chapter {n}") for n in numbers]
    found = spoken(epub(documents, contents=contents, version=version))
    assert found == [(f"Chapter {n}", [f"Chapter {n}", f"Text {n}."]) for n in numbers]


STORIES = {
    "a.xhtml": "<h1>The Mill</h1><section id='i'><h2>I</h2><p>Dawn.</p></section>"
    "<section id='ii'><h2>II</h2><p>Noon.</p></section>",
    "b.xhtml": "<h1>The Ferry</h1><p>Dusk.</p>"
    "<section id='i'><h2>Later</h2><p>Night.</p></section>",
}
NAV = """<nav epub:type="toc"><ol>
<li><a href="a.xhtml">The Mill</a><ol>
<li><a href="a.xhtml#i">I</a></li><li><a href="a.xhtml#ii">II</a></li></ol></li>
<li><a href="b.xhtml">The Ferry</a><ol><li><a href="b.xhtml#i">Later</a></li></ol></li>
</ol></nav>"""
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    + "".join(
        f"{opens}<navPoint><navLabel><text>{title}</text></navLabel><content src='{src}'/>{closes}"
        for opens, title, src, closes in [
            ("", "The Mill", "a.xhtml", ""),
            ("", "I", "a.xhtml#i", "</navPoint>"),
            ("", "II", "a.xhtml#ii", "</navPoint></navPoint>"),
            ("", "The Ferry", "b.xhtml", ""),
            ("", "Later", "b.xhtml#i", "</navPoint></navPoint>"),
        ]
    )
    + "</navMap></ncx>"
)


@pytest.mark.parametrize(
    ("version", "file", "contents"), [(3, "nav.xhtml", page(NAV)), (2, "toc.ncx", NCX)]
)
def test_a_number_is_called_after_what_it_is_a_part_of(
    version: int, file: str, contents: str
) -> None:
    data = epub(STORIES, version=version, files={f"OEBPS/{file}": contents})
    assert spoken(data) == [
        ("The Mill: I", ["The Mill", "I", "Dawn."]),  # no chapter of two words alone
        ("The Mill: II", ["II", "Noon."]),
        ("The Ferry", ["The Ferry", "Dusk."]),
        ("Later", ["Later", "Night."]),
    ]


def test_a_title_page_that_is_left_out_names_no_chapter() -> None:
    documents = {
        "t.xhtml": '<section epub:type="titlepage"><h1>The Mill</h1></section>',
        "a.xhtml": ONE,
        "b.xhtml": TWO,
    }
    contents = """<nav epub:type="toc"><ol><li><a href="t.xhtml">The Mill</a><ol>
        <li><a href="a.xhtml">One</a></li><li><a href="b.xhtml">Two</a></li></ol></li></ol></nav>"""
    data = epub(documents, files={"OEBPS/nav.xhtml": page(contents)})
    assert [title for title, _ in spoken(data)] == ["One", "Two"]


@pytest.mark.parametrize(
    "body",
    [
        '<p>Before.</p><h2><a id="two"/>Two</h2><p>After.</p>',
        '<p>Before.</p><h2>T<a id="two"/>wo</h2><p>After.</p>',
        '<p>Before.<a id="two"/></p><h2>Two</h2><p>After.</p>',
        '<p>Before.</p><h2>Two</h2><p id="two">After.</p>',
        '<p>Before.</p><div id="two"><div><h2>Two</h2></div></div><p>After.</p>',
        '<p>Before.</p><a name="two"></a><h2>Two</h2><p>After.</p>',
        "<p>Before.</p><h2>Two</h2><p>After.</p>",
    ],
)
def test_a_chapter_begins_with_its_heading_wherever_its_anchor_is(body: str) -> None:
    data = epub({"a.xhtml": body}, contents=[("a.xhtml", "One"), ("a.xhtml#two", "Two")])
    assert spoken(data) == [("One", ["Before."]), ("Two", ["Two", "After."])]


def test_the_spine_and_not_the_manifest_gives_the_order() -> None:
    data = epub(
        {"b.xhtml": ONE},
        manifest='<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="x" href="x.xhtml" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="a"/>',
        files={"OEBPS/a.xhtml": page(TWO), "OEBPS/x.xhtml": page("<p>Not in the spine.</p>")},
    )
    assert spoken(data) == [("One", ["One", "First text."]), ("Two", ["Two", "Second text."])]


def test_headings_make_the_chapters_where_there_is_no_table_of_contents() -> None:
    assert [title for title, _ in spoken(epub({"a.xhtml": ONE + TWO}))] == ["One", "Two"]


def test_what_the_package_says_is_kept() -> None:
    metadata = (
        "<dc:title id='s'>Short</dc:title><dc:title id='t'> The  Whole Title</dc:title>"
        "<meta refines='#t' property='title-type'>main</meta>"
        "<dc:creator id='a'>Ann Author</dc:creator><dc:creator opf:role='aut'>Bo</dc:creator>"
        "<dc:creator id='x'>Tim Translator</dc:creator>"
        "<meta refines='#x' property='role'>trl</meta><dc:language>pt-BR</dc:language>"
    )
    found = book(epub({"a.xhtml": ONE}, metadata=metadata))
    assert found.title == "The Whole Title"
    assert found.authors == ("Ann Author", "Bo")
    assert found.language == "pt-BR"


def test_a_language_that_is_told_by_its_name_is_not_told() -> None:
    told = "<dc:language>English</dc:language>"
    assert book(epub({"a.xhtml": ONE}, metadata=told)).language is None
    told += "<dc:language>en-x-old</dc:language>"
    assert book(epub({"a.xhtml": ONE}, metadata=told)).language == "en-x-old"


@pytest.mark.parametrize(
    ("item", "metadata"),
    [
        ('<item id="c" href="c.jpg" media-type="image/jpeg" properties="cover-image"/>', ""),
        (
            '<item id="c" href="c.jpg" media-type="image/jpeg"/>',
            '<meta name="cover" content="c"/><dc:title>T</dc:title>',
        ),
    ],
)
def test_the_cover_is_taken_along(item: str, metadata: str) -> None:
    files = {"OEBPS/c.jpg": JPEG}
    found = book(epub({"a.xhtml": ONE}, manifest=item, metadata=metadata, files=files))
    assert found.cover == JPEG
    assert book(epub({"a.xhtml": ONE}, manifest=item, metadata=metadata)).cover is None
    files = {"OEBPS/c.jpg": b"<svg/>"}
    assert book(epub({"a.xhtml": ONE}, manifest=item, metadata=metadata, files=files)).cover is None


def test_parts_that_nobody_wants_to_hear_are_left_out_and_can_be_had() -> None:
    front = '<section epub:type="titlepage"><h1>A Book</h1><p>by Ann</p></section>'
    notes = '<section epub:type="endnotes"><h2>Notes</h2><p id="n1">1. See Ovid.</p></section>'
    text = ONE.replace("text.", 'text.<a epub:type="noteref" href="n.xhtml#n1">1</a>')
    data = epub(
        {"t.xhtml": front, "a.xhtml": text, "b.xhtml": TWO, "n.xhtml": notes},
        contents=[(f"{name}.xhtml", name) for name in "tabn"],
    )
    assert spoken(data) == [("a", ["One", "First text."]), ("b", ["Two", "Second text."])]
    reasons = [omission.why for omission in selected(book(data)).left_out]
    assert reasons == ["front matter", "notes", "notes"]
    with_notes = selected(book(data), {Role.NOTES})
    assert texts(with_notes.chapters[-1]) == ["Notes", "1. See Ovid."]


def test_old_books_say_little_and_are_understood() -> None:
    links = "".join(f'<p><a href="c{n}.html">Chapter {n}</a></p>' for n in range(1, 6))
    documents = {
        "title.html": "<p>THE TITLE</p>",
        "rights.html": "<p>Copyright 1999 Ann. All rights reserved. ISBN 1.</p>",
        "toc.html": f"<p>IN THIS BOOK</p>{links}",
        **{f"c{n}.html": f"<p><b>{n}</b></p><p>Text {n}.</p>" for n in range(1, 6)},
        "c9.html": '<p>Text<a href="fn.html#f1"><sup>1</sup></a>.</p>',
        "fn.html": '<p id="f1">1 A note.</p><p>Still here.</p>',
    }
    contents = [(f"c{n}.html", f"Chapter {n}") for n in (1, 2, 3, 4, 5, 9)]
    guide = '<reference type="title-page" href="title.html"/>'
    found = spoken(epub(documents, contents=contents, version=2, guide=guide))
    assert found[1] == ("Chapter 1", ["1", "Text 1."])
    assert found[0] == ("", ["IN THIS BOOK"])
    assert found[-1] == ("Chapter 9", ["Text.", "Still here."])
    assert len(found) == 7


def test_titles_in_the_contents_tell_the_parts() -> None:
    documents = {"t.html": "<p>A Book</p>", "a.html": "<p>Text.</p>", "i.html": "<p>Ants, 7</p>"}
    contents = [("t.html", "Title Page"), ("a.html", "I"), ("i.html", "Index")]
    assert spoken(epub(documents, contents=contents)) == [("I", ["Text."])]


def test_a_guide_sets_apart_no_more_than_its_part() -> None:
    listed = '<div id="toc"><p>In this book</p></div>'
    body = listed + '<h2 id="c1">One</h2><p>Text.</p><h2 id="c2">Two</h2>'
    found = spoken(
        epub(
            {"a.html": body},
            contents=[("a.html#c1", "One"), ("a.html#c2", "Two")],
            guide='<reference type="toc" href="a.html#toc"/>',
            version=2,
        )
    )
    assert found == [("One", ["One", "Text."]), ("Two", ["Two"])]


def test_documents_off_the_way_are_back_matter() -> None:
    data = epub(
        {"a.xhtml": ONE},
        manifest='<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="b" linear="no"/>',
        files={"OEBPS/b.xhtml": page(TWO)},
    )
    assert spoken(data) == [("One", ["One", "First text."])]
    assert {omission.why for omission in selected(book(data)).left_out} == {"back matter"}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("text%20one.xhtml", "text one.xhtml"),
        ("text%20one.xhtml", "text%20one.xhtml"),
        ("../OEBPS/./a.xhtml", "a.xhtml"),
        ("/OEBPS/a.xhtml", "a.xhtml"),
        ("TEXT\\A.xhtml", "Text/a.XHTML"),
        ("Gr%C3%B6%C3%9Fe.xhtml", "Gro\u0308\u00dfe.xhtml"),
    ],
)
def test_documents_are_found_however_their_names_are_written(address: str, name: str) -> None:
    files = {
        "META-INF/container.xml": container(),
        OPF: package([address]),
        f"OEBPS/{name}": page(ONE),
    }
    assert spoken(zipped(files)) == [("One", ["One", "First text."])]


def test_names_that_do_not_say_they_are_utf8_are_read_as_it() -> None:
    data = epub({"Größe.xhtml": ONE})
    name = "Größe.xhtml".encode()
    for mark, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            flags = data[start + flag_at + 1] & ~0x08
            data = data[: start + flag_at + 1] + bytes([flags]) + data[start + flag_at + 2 :]
            start += 4
    assert name in data
    assert spoken(data) == [("One", ["One", "First text."])]


def test_what_is_missing_is_passed_over_with_a_warning() -> None:
    data = epub({"a.xhtml": ONE}, spine='<itemref idref="gone"/>')
    found = book(data)
    assert [texts(chapter) for chapter in found.chapters] == [["One", "First text."]]
    assert found.warnings == ("gone is missing",)


def test_of_very_many_warnings_the_first_are_kept() -> None:
    spine = "".join(f'<itemref idref="gone{n}\n{"x" * 300}"/>' for n in range(25))
    warnings = book(epub({"a.xhtml": ONE}, spine=spine)).warnings
    assert (len(warnings), warnings[-1]) == (21, "and 5 more")
    assert all(len(warning) <= 200 and warning.isprintable() for warning in warnings)


def test_warnings_reach_the_listener(tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(epub({"a.xhtml": ONE, "b.xhtml": b"\0\0"}))
    events: list[Event] = []
    script = audiobook.read_script(path, listen=events.append)
    assert [segment.text for segment in script.segments] == ["One", "First text."]
    assert [event.what for event in events if isinstance(event, Warned)] == [
        "OEBPS/b.xhtml: is not text"
    ]


def test_the_package_is_found_without_its_container() -> None:
    data = epub({"a.xhtml": ONE}, files={"META-INF/container.xml": "<broken"})
    assert spoken(data) == [("One", ["One", "First text."])]


def test_documents_that_are_no_xml_are_read_as_html() -> None:
    data = epub(
        {
            "a.xhtml": page("<p>Tom & Ann &nbsp;met.<br>Then&hellip;</p>").encode(),
            "b.xhtml": '<?xml version="1.0" encoding="utf-8"?><html><p>caf\xe9</p></html>'.encode(
                "cp1252"
            ),
        }
    )
    assert [text for _, found in spoken(data) for text in found] == [
        "Tom & Ann met. Then…",
        "café",
    ]


def test_a_locked_book_says_so() -> None:
    encrypted = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        '<e:EncryptionMethod Algorithm="{}"/><e:CipherData>'
        '<e:CipherReference URI="OEBPS/a.xhtml"/></e:CipherData></e:EncryptedData></encryption>'
    )
    aes = encrypted.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(StoryError, match="DRM"):
        book(epub({"a.xhtml": ONE}, files={"META-INF/encryption.xml": aes}))
    fonts = encrypted.format("http://www.idpf.org/2008/embedding")
    assert spoken(epub({"a.xhtml": ONE}, files={"META-INF/encryption.xml": fonts}))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"plain text", epub({}), epub({"a.xhtml": ""})]
)
def test_what_is_no_book_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(StoryError) as caught:
        book(data)
    assert "\n" not in str(caught.value)


def test_a_whole_book_is_accounted_for(check_accounted: Callable[[Book], None]) -> None:
    play = (
        '<table><tr><td epub:type="z3998:persona">Jack</td><td>Yes. <i epub:type="z3998:'
        'stage-direction">Exit.</i> No.</td></tr></table>'
    )
    data = epub(
        {
            "t.xhtml": '<section epub:type="titlepage"><h1>A</h1><img alt="logo"/></section>',
            "a.xhtml": ONE + '<hr/><p>a<a href="#n"><sup>1</sup></a> b</p><p id="n">1 n</p>' + play,
            "b.xhtml": "<p>* * *</p><pre>a\nb</pre><ol start='4'><li>x</li></ol>",
        },
        contents=[("a.xhtml", "One"), ("b.xhtml", "B")],
    )
    found = book(data)
    check_accounted(found)
    check_accounted(selected(found))
    check_accounted(selected(found, frozenset(Role)))
    assert OPF not in found.source.text


@pytest.mark.slow
def test_a_long_novel_is_read_in_seconds_and_little_memory(tmp_path: Path) -> None:
    said = (
        "<p>“Is it far to the other side of the water?” asked Mara, who had never been there.</p>"
        "<p>“Not far,” said the ferryman, and pulled at the rope; and they went on, the two of "
        "them, in the 3rd hour of the night, over water that nobody had crossed since the spring, "
        "when the bridge had gone and £500 had been asked for another.</p>"
        "<p>It was said in the town that the rope had been her grandfather's, and that it had "
        "held a ship once, in the great storm, when the sea stood in the fields for nine days "
        "and the cattle were brought up into the church.</p>"
    )
    n_chapters = 50
    chapter = said * (200_000 // n_chapters // len(said.split()) + 1)
    documents = {f"c{n}.xhtml": f"<h2>Chapter {n}</h2>{chapter}" for n in range(n_chapters)}
    path = tmp_path / "novel.epub"
    path.write_bytes(epub(documents, contents=[(name, name) for name in documents]))
    audiobook.read_script(path)  # what is imported is no part of the measure
    begun = time.process_time()
    script = audiobook.read_script(path)
    assert time.process_time() - begun < 20
    assert len(script.source.text.split()) > 200_000
    tracemalloc.start()
    audiobook.read_script(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 11 * sys.getsizeof(script.source.text)
