"""The account that every reader owes: each character of the text in one place, and only one."""

from __future__ import annotations

from audiobook.model import Book, Cue, Paragraph, Role

__all__ = ["check_accounted", "paragraphs", "texts"]


def check_accounted(book: Book) -> None:
    """See that each character that is not white space is spoken, a cue, or left out, once."""
    text = book.source.text
    uses = bytearray(len(text))
    items = [item for chapter in book.chapters for item in chapter.items]
    for run in (*book.left_out, *(item for item in items if isinstance(item, Cue))):
        assert 0 <= run.start <= run.end <= len(text), run
        for at in range(run.start, run.end):
            uses[at] += 1
    for paragraph in (item for item in items if isinstance(item, Paragraph)):
        assert paragraph.text == " ".join(paragraph.text.split()) != ""
        assert paragraph.end == paragraph.source_offset(len(paragraph.text) - 1) + 1
        for index, character in enumerate(paragraph.text):
            at = paragraph.source_offset(index)
            assert text[at] == character or character == " ", (paragraph.text, index)
            uses[at] += character != " "
    wrong = [
        (at, character, uses[at])
        for at, character in enumerate(text)
        if uses[at] != 1 and not character.isspace()
    ]
    assert wrong == []


def paragraphs(book: Book, role: Role | None = Role.BODY) -> list[Paragraph]:
    """The paragraphs of a book that are there for a role, or all of them, in order."""
    items = (item for chapter in book.chapters for item in chapter.items)
    found = [item for item in items if isinstance(item, Paragraph)]
    return [item for item in found if role in (None, item.role)]


def texts(book: Book, role: Role | None = Role.BODY) -> list[str]:
    """What those paragraphs say."""
    return [paragraph.text for paragraph in paragraphs(book, role)]
