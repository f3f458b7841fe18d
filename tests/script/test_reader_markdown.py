from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from fakes.work import n_lines_run

from audiobook.errors import StoryError, UnknownNameError, Where
from audiobook.model import Book, Cue, Kind, Paragraph, Reading, Source
from audiobook.script import read, split
from audiobook.script.notation.speakers import GUESS_CONFIDENCE
from audiobook.script.readers import markdown

ReadMarkdown = Callable[..., Book]


def _titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


def _paragraphs(book: Book) -> list[Paragraph]:
    return [item for c in book.chapters for item in c.items if isinstance(item, Paragraph)]


def _cues(book: Book) -> list[Cue]:
    return [item for c in book.chapters for item in c.items if isinstance(item, Cue)]


def _left_out(book: Book) -> list[tuple[str, str]]:
    return [(book.source.text[one.start : one.end], one.why) for one in book.left_out]


# Headings and chapters


def test_every_heading_of_the_first_level_is_a_chapter(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("Before.\n\n# One\n\na\n\n## Deeper\n\nb\n\nTwo\n===\n\nc\n")
    assert _titles(book) == ["", "One", "Two"]
    assert book.title is None
    kinds = [(item.text, item.kind) for item in book.chapters[1].items]
    assert kinds == [
        ("One", Kind.HEADING),
        ("a", Kind.NARRATION),
        ("Deeper", Kind.HEADING),
        ("b", Kind.NARRATION),
    ]


def test_a_single_first_heading_over_others_is_the_title(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("# The *Book*\n\n![music](bed)\n\n## One\n\na\n\n## Two ##\n\nb\n")
    assert book.title == "The Book"
    assert _titles(book) == ["One", "Two"]
    assert [item.text for item in _paragraphs(book)] == ["The Book", "One", "a", "Two", "b"]
    assert isinstance(book.chapters[0].items[1], Cue)


def test_text_between_title_and_chapters_is_kept_apart(read_markdown: ReadMarkdown) -> None:
    assert _titles(read_markdown("# Book\n\nBy me.\n\n## One\n\na\n")) == ["", "One"]


def test_chapters_may_be_of_any_level(read_markdown: ReadMarkdown) -> None:
    assert _titles(read_markdown("### One\n\na\n\n### Two\n\nb\n")) == ["One", "Two"]
    assert _titles(read_markdown("# Only\n\na\n")) == ["Only"]
    assert _titles(read_markdown("> # Quoted\n\na\n")) == [""]


# Text and its places


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("It was *late*, **very** _late_.", "It was late, very late."),
        ("Salt &amp; pepper&mdash;both\\*", "Salt & pepper—both*"),
        ("The `inner  code` ran.", "The inner code ran."),
        ("`` a`b ``", "a`b"),
        ("See [the *map*](https://x.org/a_b \"t\").", "See the map."),
        ("See [the map][m].\n\n[m]: https://x.org", "See the map."),
        ("Write to <https://x.org>.", "Write to https://x.org."),
        ("A <b>bold</b> word<!-- no -->.", "A bold word."),
        ("<div>In a\nbox</div>", "In a box"),
        ("A line  \nbroken\\\nhard", "A line broken hard"),
        ("> quoted\nlazily\n> *on*", "quoted lazily on"),
        ("    indented *prose*", "indented prose"),
        ("snake_case_name 2*3*4 a * b", "snake_case_name 234 a * b"),
        ("[not a link] (x) ]( ![ ", "[not a link] (x) ]( !["),
    ],
)  # fmt: skip
def test_markup_is_not_spoken(read_markdown: ReadMarkdown, story: str, text: str) -> None:
    (paragraph,) = _paragraphs(read_markdown(story))
    assert paragraph.text == text


@pytest.mark.parametrize("mark", ["\\", "  "])
def test_short_lines_that_their_author_breaks_are_verse(
    read_markdown: ReadMarkdown, mark: str
) -> None:
    end = f"{mark}\n"
    book = read_markdown(
        f"Slow runs *the water,{end}Slow runs* the night,{end}Nobody calls.\n\nHo."
    )
    verse = [(item.text, item.goes_on) for item in _paragraphs(book) if item.kind is Kind.VERSE]
    assert verse == [
        ("Slow runs the water,", True),
        ("Slow runs the night,", True),
        ("Nobody calls.", False),
    ]
    for other in (f"One{end}two{end}three", f"One{end}two", "One\ntwo\nthree"):
        assert [item.kind for item in _paragraphs(read_markdown(other))] == [Kind.NARRATION]


def test_every_character_knows_its_place(read_markdown: ReadMarkdown) -> None:
    story = (
        "# A *b* #\r\n\r\n- *z** \\*y\\* one **two** &amp; `3`\r\n"
        "  four [five](x 'y')\r\n\r\n> \tsix\r\n"
    )
    for paragraph in _paragraphs(read_markdown(story)):
        for index, character in enumerate(paragraph.text):
            found = story[paragraph.source_offset(index)]
            assert found == character or (character == " " and found.isspace()), paragraph


def test_list_items_are_paragraphs(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("- one\n- two\n\n  more\n\n1. three\n2. four\n")
    assert [p.text for p in _paragraphs(book)] == ["one", "two", "more", "three", "four"]


def test_a_number_that_does_not_count_from_one_is_said(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("1912. A flood.\n1913. 7. None.\n")
    assert [p.text for p in _paragraphs(book)] == ["1912.", "A flood.", "1913.", "7.", "None."]


def test_what_is_not_spoken_is_listed(read_markdown: ReadMarkdown) -> None:
    story = (
        "---\ntitle: T\n---\nA [b](url)<i>![pic](p.png){width=9}.\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n"
        "<!-- a\n\ncomment -->\n\n<script>\nx = 1\n</script>\n\n[ref]: https://x.org\n"
    )
    assert _left_out(read_markdown(story)) == [
        ("---\ntitle: T\n---\n", "front matter"),
        ("(url)", "a link's address"),
        ("<i>", "an HTML tag"),
        ("![pic](p.png){width=9}", "a picture"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a table"),
        ("```\ncode\n```", "code"),
        ("<!-- a\n\ncomment -->", "a comment"),
        ("<script>\nx = 1\n</script>", "HTML"),
        ("[ref]: https://x.org", "a link's address"),
    ]


def test_text_nested_beyond_what_is_parsed_is_listed(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("One.\n\n" + ">" * 200 + " Deep down.\n")
    assert [p.text for p in _paragraphs(book)] == ["One."]
    assert [why for _, why in _left_out(book)] == ["nested too deeply"]


def test_front_matter_is_handed_on(read_markdown: ReadMarkdown) -> None:
    assert read_markdown("---\ntitle: T\n---\nText.").front_matter == "title: T\n"


@pytest.mark.parametrize("mark", ["<!--", "<script>", "<Style>"])
def test_a_block_that_never_ends_is_told(read_markdown: ReadMarkdown, mark: str) -> None:
    with pytest.raises(StoryError, match=f"{mark} never ends") as caught:
        read_markdown(f"One.\n\n{mark} two\n\n# Three\n")
    assert str(caught.value.where) == "story.md:3:1"


@pytest.mark.parametrize(
    "code", ["```\ntwo", "~~~~ x\ntwo\n~~~\n```", "> ```\n> two\n>", "```\n\n"]
)
def test_code_that_never_ends_is_told(read_markdown: ReadMarkdown, code: str) -> None:
    mark = code.split()[code.startswith(">")]
    with pytest.raises(StoryError, match=f"the code after {mark} never ends") as caught:
        read_markdown(f"One.\n\n{code}\n\n# Three\n")
    assert str(caught.value.where) == "story.md:3:1"
    assert f"close it with {mark}" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "code", ["```\n```", "~~~ x\n```\n~~~~~", "> ```\n> two\n>  ```", "- ```\n  two\n  ```"]
)
@pytest.mark.parametrize("after", ["", "\n", "\n\nThree."])
def test_code_that_ends_is_left_out(read_markdown: ReadMarkdown, code: str, after: str) -> None:
    book = read_markdown(f"One.\n\n{code}{after}")
    assert [p.text for p in _paragraphs(book)] == ["One.", *after.split()]
    assert _left_out(book) == [(code, "code")]


def test_an_escaped_mark_of_code_is_none(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("One.\n\n\\~~~~\n\nTwo.\n")
    assert [p.text for p in _paragraphs(book)] == ["One.", "~~~~", "Two."]


@pytest.mark.parametrize("mark", ["<?!", "<!A", "<![CDATA["])
def test_other_marks_that_never_end_are_text(read_markdown: ReadMarkdown, mark: str) -> None:
    assert [p.text for p in _paragraphs(read_markdown(f"One\n\n{mark} two"))] == [
        "One",
        f"{mark} two",
    ]


# Cues


def test_music_and_stings_are_cues(read_markdown: ReadMarkdown) -> None:
    story = "![music](<my bed.ogg>){fade=3s duck=-12dB}\n\nA ![sting](door) b. ![music]()\n"
    book = read_markdown(story)
    music, sting, end = _cues(book)
    assert (music.kind, music.name) == ("music", "my bed.ogg")
    assert music.options == (("fade", "3s"), ("duck", "-12dB"))
    assert story[music.start : music.end] == story.split("\n", maxsplit=1)[0]
    assert (sting.kind, sting.name, sting.options) == ("sting", "door", ())
    assert (end.kind, end.name) == ("music", None)
    assert [(p.text, p.goes_on) for p in _paragraphs(book)] == [("A", True), ("b.", False)]


def test_settings_that_are_none_are_told(read_markdown: ReadMarkdown) -> None:
    with pytest.raises(StoryError, match="settings of the music") as caught:
        read_markdown("One.\n\n![music](bed){fade 3s}\n")
    assert str(caught.value.where) == "story.md:3:14"


def test_settings_of_a_picture_are_left_out_with_it(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("A ![b](c.png){ width=50%  id=c=d } e ![f](g.png){} h ![i](j){k} l.\n")
    assert [p.text for p in _paragraphs(book)] == ["A e h {k} l."]


def test_settings_of_a_picture_that_never_end_take_no_time(read_markdown: ReadMarkdown) -> None:
    settings = "{" + "a=a" * 20
    began = process_time()
    (text,) = _paragraphs(read_markdown(f"A ![b](c.png){settings} and so on."))
    assert process_time() - began < 1
    assert text.text == f"A {settings} and so on."


@pytest.mark.parametrize("mark", ["***", "---", "_ _ _"])
def test_thematic_breaks_are_scene_breaks(read_markdown: ReadMarkdown, mark: str) -> None:
    story = f"One.\n\n{mark}\n\nTwo.\n"
    (cue,) = _cues(read_markdown(story))
    assert (cue.kind, story[cue.start : cue.end]) == ("break", mark)


# Speakers


def test_a_line_may_name_its_speaker(read_markdown: ReadMarkdown) -> None:
    story = "It was late.\nMara: “Is it *far*?”\nshe asked\nOld Tom: Not far.\nOld Tom?: Go.\n"
    paragraphs = _paragraphs(read_markdown(story, "Mara", "Old Tom"))
    assert [(p.speaker, p.text, p.goes_on) for p in paragraphs] == [
        (None, "It was late.", True),
        ("Mara", "“Is it far?”", True),
        (None, "she asked", True),
        ("Old Tom", "Not far.", True),
        ("Old Tom", "Go.", False),
    ]
    assert story[slice(*paragraphs[3].source_span(0, 8))] == "Not far."


def test_only_names_of_the_cast_are_cues(read_markdown: ReadMarkdown) -> None:
    story = "Mara: yes.\nmara: no.\nNote: that.\nHe said: “No.”\n"
    assert [p.speaker for p in _paragraphs(read_markdown(story, "Mara"))] == ["Mara", None]
    assert [p.text for p in _paragraphs(read_markdown(story))] == [" ".join(story.split())]


@pytest.mark.parametrize("cast", [[], ["Mara"]])
def test_a_backslash_escapes_a_cue(read_markdown: ReadMarkdown, cast: list[str]) -> None:
    story = "\\Mara: a name.\n\\Then: “No.”\nA \\Mara: here.\n"
    (paragraph,) = _paragraphs(read_markdown(story, *cast))
    said = "Mara: a name. Then: “No.” A \\Mara: here."
    assert (paragraph.speaker, paragraph.text) == (None, said)


@pytest.mark.parametrize("mark", ["“", '"', "„", "«", "‘"])
def test_an_unknown_speaker_is_told(read_markdown: ReadMarkdown, mark: str) -> None:
    with pytest.raises(UnknownNameError, match='unknown speaker "Marra"') as caught:
        read_markdown(f"One.\nMarra: {mark}No.\n", "Mara", "Old Tom")
    assert str(caught.value.where) == "story.md:2:1"
    assert "Mara" in (caught.value.hint or "")
    assert caught.value.exit_code == 3


def test_names_that_are_in_no_cast_are_told(read_markdown: ReadMarkdown) -> None:
    story = "---\ntitle: T\n---\n\nIda: Who is there?\n\nTom: I am.\n\nIda: Come in.\n"
    (warning,) = read_markdown(story).warnings
    assert warning.startswith('line 5: "Ida:" is read aloud')
    assert "under cast:" in warning
    assert read_markdown(story, "Ida").warnings == ()
    assert read_markdown(story.replace("Tom:", "Ida:")).warnings == ()
    assert read_markdown(f"{story}\nIt rained.\n\nNobody came.\n\nIt grew dark.\n").warnings == ()


def test_a_guess_is_less_sure(read_markdown: ReadMarkdown) -> None:
    first, second = _paragraphs(read_markdown("Mara?: Yes.\nMara: No.\n", "Mara"))
    assert (first.speaker, first.confidence) == ("Mara", GUESS_CONFIDENCE)
    assert (second.speaker, second.confidence) == ("Mara", 1.0)


def test_other_names_lead_to_those_of_the_cast() -> None:
    cast = {"Mara": "Mara", "the old woman": "Mara"}
    book = markdown.read(b"the old woman: Come in.\n", "story.md", cast)
    assert [(p.speaker, p.text) for p in _paragraphs(book)] == [("Mara", "Come in.")]


@pytest.mark.parametrize("cast", [[], ["Mara"]])
def test_the_narrator_is_no_speaker(read_markdown: ReadMarkdown, cast: list[str]) -> None:
    book = read_markdown("Narrator: It was late. “Who calls?”\n“I.”\n", *cast)
    segments = list(split(book, language="en", title="T").segments)
    assert [(s.text, s.kind, s.speaker, s.confidence) for s in segments] == [
        ("It was late.", Kind.NARRATION, None, 1.0),
        ("“Who calls?”", Kind.DIALOGUE, None, 1.0),
        ("“I.”", Kind.DIALOGUE, None, 0.0),
    ]


def test_an_unknown_speaker_in_a_comment_is_not(read_markdown: ReadMarkdown) -> None:
    assert _paragraphs(read_markdown("<!--\nMarra: “No.”\n-->\n", "Mara")) == []


def test_a_real_story_reads_as_meant(data: Path) -> None:
    book = read(data / "lantern.md", cast=["Mara", "Old Tom"])
    assert book.title == "The Lantern"
    assert _titles(book) == ["The hill", "The lantern"]
    assert [cue.kind for cue in _cues(book)] == ["music", "sting", "break", "music"]
    assert {p.speaker for p in _paragraphs(book)} == {None, "Mara", "Old Tom"}


# Marks


def test_pauses_and_readings_stand_at_their_place(read_markdown: ReadMarkdown) -> None:
    story = (
        "“It was [1s]late,” he said [2s].\n\n[300ms]\n\nIn (*Caen*, (h. c.))"
        '[sub:"Kong"; ipa:"kɑ̃"], then. [400ms] [19th] [1st] [3] (x)[y]\n'
    )
    one, two = _paragraphs(read_markdown(story.replace("\n\n[300ms]", "")))
    assert (one.text, one.pauses, one.pause_ms) == (
        "“It was late,” he said .", ((8, 1000), (23, 2000)), None
    )  # fmt: skip
    assert two.text == "In Caen, (h. c.), then.  [19th] [1st] [3] (x)[y]".replace("  ", " ")
    assert two.readings == (Reading(3, 16, "Kong", "kɑ̃"),)
    assert two.pauses == ((24, 400),)
    assert _paragraphs(read_markdown(story))[0].pause_ms == 300


def test_speech_goes_on_over_a_pause(read_markdown: ReadMarkdown) -> None:
    script = split(read_markdown("“It was [1s]late,” he said.\n"), language="en", title="T")
    assert [(s.text, s.kind, s.pause_ms) for s in script.segments] == [
        ("“It was", Kind.DIALOGUE, 1000),
        ("late,”", Kind.DIALOGUE, 120),
        ("he said.", Kind.NARRATION, 1200),
    ]


def test_a_reading_is_never_cut(read_markdown: ReadMarkdown) -> None:
    book = read_markdown('It was (late. He “Went.” Then it rained)[sub:"so"] again. And more.\n')
    for limit in (None, 20):
        script = split(book, language="en", title="T", max_characters=limit)
        (segment,) = (segment for segment in script.segments if segment.readings)
        assert segment.spoken.startswith("It was so")


@pytest.mark.parametrize("unit", ['(Go)[sub:"Ga"] ', '(Go)[rate:"slow"][1s] on. ', "Go[1s] on. "])
def test_marks_of_one_paragraph_are_no_more_work_than_their_number(
    read_markdown: ReadMarkdown, unit: str
) -> None:
    def n_lines(n_marks: int) -> int:
        story = unit * n_marks
        return n_lines_run(lambda: split(read_markdown(story), language="en", title="T"))

    n_lines(1)
    assert n_lines(400) < 5 * n_lines(100)


def test_headings_have_settings(read_markdown: ReadMarkdown) -> None:
    story = '# A {pause=2s .x #id title="The \\"A\\""}\n\na {k=2s}\n\n# B { spoken=no }\n\nb\n'
    book = read_markdown(story)
    assert _titles(book) == ['The "A"', "B"]
    assert [(p.text, p.pause_ms) for p in _paragraphs(book)] == [
        ("A", 2000),
        ("a {k=2s}", None),
        ("b", None),
    ]


@pytest.mark.parametrize(
    ("story", "place", "what"),
    [
        ("a [2sec]", "1:4", '"sec" is no unit of time here'),
        ("a [2 M]", "1:4", '"M" is no unit of time here'),
        ("a [1,5s]", "1:4", '"1,5s" is no length of time'),
        ("a [-2s]", "1:4", '"-2s" is no length of time'),
        ("a [61s]", "1:4", "61s is longer than a minute"),
        ("[2s] a", "1:1", "this pause has nothing before it"),
        ("a [2s]\n\n[2s]", "3:1", "this pause has nothing before it"),
        ("a\n\n![music](x)\n\n[2s]", "5:1", "this pause has nothing before it"),
        ('(a)[sub:"b]', "1:9", "the quotation mark is never closed"),
        ("(a)[sub:b]", "1:9", "sub needs a text in quotes"),
        ('(a)[sub:" "]', "1:9", "sub has no text"),
        ('(a)[sub:"b"', "1:4", "the mark never ends"),
        ('(a)[sub:"b";sub:"c"]', "1:13", "sub is given twice"),
        ('(a)[sub:"b";]', "1:13", "a name is missing here"),
        ('(a)[say:"b"]', "1:5", 'unknown mark "say"'),
        ('a [sub:"b"]', "1:3", "nothing stands in round brackets before it"),
        ('( )[sub:"b"]', "1:4", "nothing stands in round brackets before it"),
        ('(a (b)[sub:"c"])[sub:"d"]', "1:1", "one mark stands within another"),
        ('(a [2s] b)[sub:"c"]', "1:1", "a pause cannot stand in the brackets"),
        ('(<b></b>)[sub:"c"]', "1:1", "nothing to speak stands in the brackets"),
        ('a (&nbsp;<b>)[sub:"c"]', "1:3", "nothing to speak stands in the brackets"),
        ("# A {pase=2s}", "1:6", 'unknown setting "pase"'),
        ("# A {pause=2}", "1:5", '"2" has no unit'),
        ("# A {pause=2s", "1:13", "these settings cannot be read"),
        ("# A {pause=2s pause=3s}", "1:15", "pause is given twice"),
        ("# A {spoken=maybe}", "1:5", "spoken is yes or no"),
        ("# A {spoken=no pause=2s}", "1:5", "has no pause"),
        ('# A\n\n# B\n\n## C {title="D"}\n', "5:4", "this heading opens no chapter"),
        ("![sound]()", "1:1", "this sound has no name"),
        ("![sting](a){duck=-3dB}", "1:13", 'unknown setting "duck"'),
        ("![music](a){duck=-3}", "1:18", '"-3" is no level here'),
        ("![music](a){duck=3dB}", "1:18", '"3dB" is no level here'),
        ("![music](a){fade=3m}", "1:18", '"m" is no unit of time here'),
        ("![music](a){fade=3s fade=4s}", "1:21", "fade is given twice"),
        ("a ![music](my bed e.wav)", "1:3", "this music cannot be read"),
        ("![sound](<door.wav)", "1:1", "this sound cannot be read"),
        ("![music](door.wav", "1:1", "this music cannot be read"),
        ("![sound] (door.wav)", "1:1", "this sound cannot be read"),
        ("![musik](my bed e.wav)", "1:3", 'unknown mark "musik"'),
        ("![Music](st.wav)", "1:3", 'unknown mark "Music"'),
        ("a ![stings](lute-opening)", "1:5", 'unknown mark "stings"'),
        ("![musik][b]\n\n[b]: bed.ogg", "1:3", 'unknown mark "musik"'),
        ("![Music]()", "1:3", 'unknown mark "Music"'),
        ("![music](a) {fade=3s}", "1:13", '"fade=3s" is no setting of anything here'),
        ("![music](a) {loud=yes}", "1:13", "these settings stand apart from the music"),
        ("![sting](a)\n{gain=-3dB duck=x}", "2:1", '"gain=-3dB" is no setting of anything'),
        ("a {pause=2s} b", "1:3", '"pause=2s" is no setting of anything here'),
        ("a { Pause 2s }", "1:3", '"Pause 2s" is no setting of anything here'),
        ("# A {pause=2s} b", "1:5", '"pause=2s" is no setting of anything here'),
        ("{spoken=no}", "1:1", '"spoken=no" is no setting of anything here'),
        ("a [pause 2s] b", "1:3", "[pause 2s] is no pause"),
        ("a [*b* [Pause: 500 ms]](c)", "1:8", "[Pause: 500 ms] is no pause"),
    ],
)
def test_a_mark_that_is_none_is_told(
    read_markdown: ReadMarkdown, story: str, place: str, what: str
) -> None:
    with pytest.raises((StoryError, UnknownNameError)) as caught:
        read_markdown(story)
    assert what in caught.value.what
    assert str(caught.value.where) == f"story.md:{place}"


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("![Music](notes.png) a", "a"),
        ("![music](score.svg?raw=1) a", "a"),
        ("![hound](https://x.org/img/7) a", "a"),
        ("![The music of the spheres](x) a", "a"),
        ("![music](my score.png)", "![music](my score.png)"),
        ("Thank you![Music] (He laughs.)", "Thank you![Music] (He laughs.)"),
        ("[Pause] [pause 1] [a pause of 2s] {a=2} {pause} {gain=0}", None),
        ("\\{pause=2s} \\[pause 2s] !\\[music](a b)", "{pause=2s} [pause 2s] ![music](a b)"),
        ("`{pause=2s}` <!-- [pause 2s] -->a", "{pause=2s} a"),
        ("{pause: 2 stars} {fade=3spans}", None),
    ],
)
def test_what_was_written_for_another_purpose_is_read(
    read_markdown: ReadMarkdown, story: str, text: str | None
) -> None:
    book = read_markdown(story)
    assert " ".join(p.text for p in _paragraphs(book)) == (text or story)
    assert (_cues(book), book.warnings) == ([], ())


def test_a_sound_in_place_of_a_picture_is_told(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("One.\n\nThe ![creak](door.wav){volume=9} door.\n")
    assert _left_out(book) == [("![creak](door.wav){volume=9}", "a sound that no mark plays")]
    (warning,) = book.warnings
    assert warning.startswith("line 3: ![creak](door.wav)")
    assert "![sound]" in warning


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_place_is_told_by_any_line_end(read_markdown: ReadMarkdown, line_end: str) -> None:
    lines = ["---", "title: T", "---", "A line.", "", "He waited [2min] on.", ""]
    with pytest.raises(StoryError) as caught:
        read_markdown(line_end.join(lines))
    assert caught.value.where == Where("story.md", 6, 12, lines[5])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_script_file_is_one_by_any_line_end(read_markdown: ReadMarkdown, line_end: str) -> None:
    lines = ["---", "title: T", "segments: lines", "---", "One. Two.", "Three.", ""]
    found = _paragraphs(read_markdown(line_end.join(lines)))
    assert [(p.text, p.is_segment) for p in found] == [("One. Two.", True), ("Three.", True)]


def test_places_are_found_only_for_what_is_wrong(
    read_markdown: ReadMarkdown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Source, "where")
    story = '# One {pause=2s}\n\nOf (it)[sub:"that"] all[400ms].\n\n![music](bed){fade=3s}\n\nA.\n'
    (pause,) = _paragraphs(read_markdown(story))[1].pauses
    assert pause == (9, 400)


def test_segments_are_lines_or_nothing(read_markdown: ReadMarkdown) -> None:
    with pytest.raises(UnknownNameError, match='unknown way to cut segments "words"') as caught:
        read_markdown("---\ntitle: T\nsegments: words\n---\nA.\n")
    assert str(caught.value.where) == "story.md:3:1"


@pytest.mark.parametrize("line", ["Note: that.", "Marra: No.", "and then?: No."])
def test_in_a_script_file_what_looks_like_a_name_must_be_one(
    read_markdown: ReadMarkdown, line: str
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_markdown(f"---\nsegments: lines\n---\nOne.\n{line}\n", "Mara")
    assert str(caught.value.where) == "story.md:5:1"
    assert "put a backslash before the colon" in (caught.value.hint or "")
