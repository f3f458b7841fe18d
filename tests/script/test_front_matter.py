from __future__ import annotations

import pytest

from audiobook.errors import StoryError
from audiobook.script import front_matter


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("closing", ["---", "..."])
def test_front_matter_stands_between_marks(line_end: str, closing: str) -> None:
    text = line_end.join(["---", "title: The Lantern", "cast: {}", closing, "# One", ""])
    found = front_matter(text)
    assert found is not None
    assert found.yaml == f"title: The Lantern{line_end}cast: {{}}{line_end}"
    assert found.first_line == 2
    assert text[found.end :] == f"# One{line_end}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# One\n",
        "\n---\ntitle: x\n---\n",
        " ---\ntitle: x\n---\n",
        "----\ntitle: x\n----\n",
        "---\n\nA break, then text.\n\n---\n",
        "---\nA break, then text that never ends.\n",
    ],
)
def test_a_story_without_front_matter_has_none(text: str) -> None:
    assert front_matter(text) is None


def test_front_matter_at_the_end_of_the_file_is_found() -> None:
    found = front_matter("---\n---")
    assert found is not None
    assert (found.yaml, found.end) == ("", 7)


def test_front_matter_that_never_ends_is_told() -> None:
    with pytest.raises(StoryError, match="never ends") as caught:
        front_matter("---\ntitle: The Lantern\n\n# One\n", "story.md")
    assert str(caught.value.where) == "story.md:1:1"
