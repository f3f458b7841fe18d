from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audiobook.errors import StoryError
from audiobook.model import Book, Cue, Kind, Script
from audiobook.script import Pauses, read, split
from audiobook.script.selection import selected

ReadText = Callable[[str], Book]
ReadMarkdown = Callable[..., Book]


def _script(book: Book, max_characters: int | None = None) -> Script:
    return split(book, language="en", title="Story", max_characters=max_characters)


def _rows(book: Book) -> list[tuple[str, str, int]]:
    return [(s.text, s.kind.value, s.pause_ms) for s in _script(book).segments]


def test_dialogue_and_narration_and_their_pauses(read_text: ReadText) -> None:
    book = read_text(
        "Chapter 1\n\nIt rained. “Come in,” she said. “There is tea. Hot tea.” He came.\n\n"
        "“Why?” he asked, “now?”\n\n***\n\nThe end.\n\nChapter 2\n\nMore.\n"
    )
    assert _rows(book) == [
        ("Chapter 1", "heading", 900),
        ("It rained.", "narration", 250),
        ("“Come in,”", "dialogue", 120),
        ("she said.", "narration", 250),
        ("“There is tea.", "dialogue", 250),
        ("Hot tea.”", "dialogue", 250),
        ("He came.", "narration", 600),
        ("“Why?”", "dialogue", 120),
        ("he asked,", "narration", 120),
        ("“now?”", "dialogue", 1500),
        ("The end.", "narration", 1200),
        ("Chapter 2", "heading", 900),
        ("More.", "narration", 1200),
    ]


def test_music_of_a_chapter_without_words_is_heard_where_the_next_begins(
    read_markdown: ReadMarkdown,
) -> None:
    story = (
        "# One\n\nIt rained.\n\n# Interlude {spoken=no}\n\n***\n\n![sting](lute-opening)\n\n"
        "# Two\n\nIt stopped.\n\n# Coda {spoken=no}\n\n![music]()\n"
    )
    book = selected(read_markdown(story))
    one, two = _script(book).chapters
    assert [item.kind for item in one.items] == [Kind.HEADING, Kind.NARRATION]
    sting, *_, silence = two.items
    assert isinstance(sting, Cue)
    assert isinstance(silence, Cue)
    assert (sting.kind, sting.name) == ("sting", "lute-opening")
    assert (silence.kind, silence.name) == ("music", None)
    assert [o.why for o in book.left_out if "***" in story[o.start : o.end]] == ["a scene break"]


def test_pauses_are_settings(read_text: ReadText) -> None:
    pauses = Pauses(sentence_ms=1, section_ms=2)
    script = split(read_text("One. Two."), language="en", title="x", pauses=pauses)
    assert [segment.pause_ms for segment in script.segments] == [1, 2]


def test_a_heading_within_a_chapter_is_set_off(read_markdown: ReadMarkdown) -> None:
    assert _rows(read_markdown("# A\n\n## B\n\nOne.\n\n## C\n\nTwo.\n\n# D\n\nx\n"))[:5] == [
        ("A", "heading", 900),
        ("B", "heading", 900),
        ("One.", "narration", 1200),
        ("C", "heading", 900),
        ("Two.", "narration", 1200),
    ]


def test_speech_that_runs_over_paragraphs_is_all_speech(read_text: ReadText) -> None:
    book = read_text("He said: “One. Two.\n\n“Three.\n\n“Four.” He sat.\n\nFive.")
    assert [(s.text, s.kind) for s in _script(book).segments] == [
        ("He said:", Kind.NARRATION),
        ("“One.", Kind.DIALOGUE),
        ("Two.", Kind.DIALOGUE),
        ("“Three.", Kind.DIALOGUE),
        ("“Four.”", Kind.DIALOGUE),
        ("He sat.", Kind.NARRATION),
        ("Five.", Kind.NARRATION),
    ]


def test_a_named_speaker_is_sure_and_an_unnamed_one_is_not(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("Mara: Come. “No.”\nshe said.\n“Why?”\n", "Mara")
    assert [(s.text, s.kind, s.speaker, s.confidence) for s in _script(book).segments] == [
        ("Come.", Kind.DIALOGUE, "Mara", 1.0),
        ("“No.”", Kind.DIALOGUE, "Mara", 1.0),
        ("she said.", Kind.NARRATION, None, 1.0),
        ("“Why?”", Kind.DIALOGUE, None, 0.0),
    ]


def test_a_cued_line_and_its_tag_are_close(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("Mara: “Come,”\nshe said.\n\nMara: “Go.”\nShe left.\n", "Mara")
    assert [s.pause_ms for s in _script(book).segments] == [120, 600, 250, 1200]


@pytest.mark.parametrize(
    ("story", "texts"),
    [
        ("One.\n\n…\n\nTwo.", ["One. …", "Two."]),
        ("…\n\n?!\n\nTwo.", ["… ?! Two."]),
        ("One. — . .", ["One. — . ."]),
        ("“One.” . . . “Two.”", ["“One.” . . .", "“Two.”"]),
        ("Chapter 1\n\nOne.\n\nChapter 2\n\n…\n", ["Chapter 1", "One.", "Chapter 2 …"]),
        ("…\n\nChapter 1\n\nOne.", ["… Chapter 1", "One."]),
        ("One.\n\n***\n\n…", ["One. …"]),
    ],
)
def test_punctuation_alone_goes_with_its_neighbour(
    read_text: ReadText, story: str, texts: list[str]
) -> None:
    assert [segment.text for segment in _script(read_text(story)).segments] == texts


@pytest.mark.parametrize("story", ["", " \r\n\t\n", "…", "* * *", "?!\n\n—\n\n***\n\n_", "\ufeff"])
def test_nothing_to_speak_is_an_error(
    read_text: ReadText, read_markdown: ReadMarkdown, story: str
) -> None:
    for book in (read_text(story), read_markdown(story)):
        with pytest.raises(StoryError, match="nothing to speak") as caught:
            _script(book)
        assert caught.value.hint
        assert str(caught.value.where) == book.source.name


def test_chapters_have_titles(read_text: ReadText) -> None:
    titles = [c.title for c in _script(read_text("One.\n\nII\n\nTwo.")).chapters]
    assert titles == ["Story", "II"]
    assert [c.title for c in _script(read_text("One.")).chapters] == ["Story"]


def test_cues_keep_their_place_between_segments(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("![music](a)\n\n# One\n\nx ![sting](b) y\n\n# Two\n\nz\n\n![music]()\n")
    shapes = [
        [item.name if isinstance(item, Cue) else item.text for item in chapter.items]
        for chapter in _script(book).chapters
    ]
    assert shapes == [["a", "One", "x", "b", "y"], ["Two", "z", None]]


def test_a_chapter_without_speech_leaves_its_cues_to_another(read_markdown: ReadMarkdown) -> None:
    book = read_markdown("…\n\n![music](a)\n\n# One\n\n# ?!\n\n![sting](b)\n")
    chapters = _script(book).chapters
    assert [chapter.title for chapter in chapters] == ["One"]
    names = [item.name for item in chapters[0].items if isinstance(item, Cue)]
    assert names == ["a", "b"]


def test_a_long_sentence_is_cut_and_its_end_keeps_the_pause(read_text: ReadText) -> None:
    book = read_text("The rain came down, and the river rose; nobody slept. Then it was day.")
    segments = list(_script(book, max_characters=24).segments)
    assert [(s.text, s.pause_ms) for s in segments] == [
        ("The rain came down,", 60),
        ("and the river rose;", 60),
        ("nobody slept.", 250),
        ("Then it was day.", 1200),
    ]


def test_punctuation_that_fits_with_no_word_is_listed(read_text: ReadText) -> None:
    script = _script(read_text("Soup " + "." * 50 + " 5"), max_characters=20)
    assert all(len(segment.text) <= 20 for segment in script.segments)
    dots = sum(segment.text.count(".") for segment in script.segments)
    assert dots + sum(one.end - one.start for one in script.left_out) == 50
    assert {one.why for one in script.left_out} == {"punctuation without a word"}


def test_a_novel_reads_as_meant(data: Path) -> None:
    script = _script(read(data / "ferry.txt"))
    assert [chapter.title for chapter in script.chapters] == [
        "Story",
        "CHAPTER ONE",
        "CHAPTER TWO: The Light",
    ]
    said = {s.text: s.kind for s in script.segments}
    assert next(iter(said.values())) is Kind.NARRATION
    assert said["It was the 3rd of March; it was raining."] is Kind.NARRATION
    assert any(text.endswith("and Mr. Pell could remember a good deal.") for text in said)
    assert said["“Give it to me."] is Kind.DIALOGUE
    assert said["“And I have taken this boat ever since.”"] is Kind.DIALOGUE
    assert said["The engine beat under them. …"] is Kind.NARRATION
    stable = 'Far out, low down, a "stable" spark burned—and went out—and burned.'
    assert said[stable] is Kind.NARRATION


def test_british_quotes_read_as_meant(data: Path) -> None:
    script = _script(read(data / "clock.txt"))
    assert [s.text for s in script.segments if s.kind is Kind.DIALOGUE] == [
        "‘You’re late,’",
        "‘The boys’ watches were promised for noon, and it’s gone half past one.’",
        "‘I’m sorry.’",
        "‘The man at the bridge said “wait”, so I waited.’",
    ]
