"""What an author is told of a story: its account, who speaks, which parts, which words to hear."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from cli.commands import STORY, Run
from fakes.books import epub

TONE = ("--engine", "tone")
FIELDS = {"text", "speaker", "kind", "confidence", "start", "end"}
NAMED = """\
---
language: en
engine: tone
cast: {Narrator: {voice: bass}}
say: {Zhanar: "zha nar, as if it were said very slowly indeed"}
---

One day Zhanar met Yerlan. “No,” said Yerlan. Then Yerlan and Zhanar left with Aigerim.
"""


@pytest.fixture
def book() -> Path:
    """A book with a note and a title page."""
    documents = {
        "title.xhtml": '<section epub:type="titlepage"><p>By nobody.</p></section>',
        "a.xhtml": "<h1>One</h1><p>He left in 1912.</p>"
        '<aside epub:type="footnote"><p>Or so they say.</p></aside>',
    }
    path = Path("book.epub")
    path.write_bytes(epub(documents, contents=[("a.xhtml", "One")]))
    return path


def told(run: Run, *arguments: object) -> Any:
    return run("script", *arguments, "--json").json


def test_a_report_accounts_for_every_character(run: Run, story: Path) -> None:
    plain, reported = told(run, story), told(run, story, "--report")
    account = reported.pop("account")
    assert reported == plain  # what was there stays as it was
    assert {field for c in plain["chapters"] for s in c["segments"] for field in s} >= FIELDS

    assert account["characters"] == len(STORY)
    stretches = account["stretches"]
    assert (stretches[0]["start"], stretches[-1]["end"]) == (0, len(STORY))
    assert all(a["end"] == b["start"] for a, b in pairwise(stretches))
    of_use = {
        use: "".join(STORY[s["start"] : s["end"]] for s in stretches if s["use"] == use)
        for use in {s["use"] for s in stretches}
    }
    said = "".join(s["text"] for c in plain["chapters"] for s in c["segments"])
    assert of_use["spoken"].split() != []
    assert "".join(of_use["spoken"].split()) == "".join(said.split())
    assert of_use["markup"] == "##"
    assert "Ferryman: " in of_use["left out"]
    assert sum(total["characters"] for total in account["totals"]) == len(STORY)


def test_a_report_is_a_table(run: Run) -> None:
    Path("s.txt").write_text("It was 1912.\n\nIt was cold in 1913.")
    lines = run("script", "s.txt", "--report").out.splitlines()
    assert lines[0] == "s: 1 chapter, 34 characters"
    assert [line.split() for line in lines[1:]] == [
        ["characters", "words", "places"],
        ["spoken", "24", "6", "4"],
        ["normalised", "years", "8", "2", "2"],
        ["white", "space", "2", "0", "1"],
        ["Said", "otherwise:"],
        ["2", "years", "1912", "→", "nineteen", "twelve", "·", "1913", "→", "nineteen", "thirteen"],
    ]


def test_the_cast_is_told_with_examples(run: Run, story: Path) -> None:
    cast = told(run, story, "--cast")["cast"]
    assert [line["speaker"] for line in cast] == [None, "Old Ida", "Ferryman"]
    assert sum(line["share"] for line in cast) == pytest.approx(1, abs=1e-3)
    ida = cast[1]
    assert (ida["segments"], ida["words"], ida["confidence"]) == (1, 3, 1)
    line = STORY[: STORY.index("“Then")].count("\n") + 1
    assert ida["examples"] == [{"text": "“Then I wait.”", "line": line, "column": 10}]

    shown = run("script", story, "--cast").out
    assert f"{line}:10  “Then I wait.”" in shown
    assert "Narrator" in shown


def test_the_language_is_told_where_a_story_does_not_say_it(run: Run) -> None:
    Path("zug.txt").write_text("„Es ist kalt“, sagte Anna. „Ich warte nicht auf den Zug.“\n")
    german = told(run, "zug.txt")
    assert german["language"] == "de"
    assert [s["speaker"] for s in german["chapters"][0]["segments"]] == ["Anna", None, "Anna"]
    assert told(run, "zug.txt", "--language", "en")["language"] == "en"


def test_both_tables_stand_beside_a_written_file(run: Run, story: Path) -> None:
    shown = run("script", story, "--report", "--cast", "-o", "out.md").out
    assert "characters" in shown
    assert "Old Ida" in shown
    assert "# The Near Bank" not in shown
    assert "# The Near Bank" in Path("out.md").read_text()
    assert run("script", story, "--report", "--json", "-o", "out.json").out == ""
    assert '"account"' in Path("out.json").read_text()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_story_is_not_written_over_by_its_script(
    run: Run, story: Path, options: tuple[str, ...]
) -> None:
    done = run("script", story, *options, "-o", story)
    assert done.code == 2
    assert "is the story itself" in done.err
    assert story.read_text("utf-8") == STORY
    assert list(Path().glob("*.new")) == []


@pytest.mark.parametrize("name", ["play.txt", "play", "play.md.new", "play.epub"])
def test_a_script_file_has_a_name_by_which_it_is_read(run: Run, story: Path, name: str) -> None:
    done = run("script", story, "-o", name)
    assert (done.code, Path(name).exists()) == (2, False)
    assert f"{name} would not be read as a script file" in done.err
    assert "ends in .md" in done.err
    assert run("script", story, "-o", "play.MARKDOWN").code == 0


def test_what_is_written_is_told(run: Run, story: Path) -> None:
    assert run("script", story, "-o", "a.md").err == "a.md: written\n"
    assert run("script", story, "-o", "a.md").err == "a.md: nothing has changed\n"
    story.write_text(story.read_text("utf-8") + "\nIt rained.\n", "utf-8")
    merged = run("script", story, "-o", "a.md")
    assert (merged.out, merged.err) == (
        "",
        "a.md: what has changed in the story is merged into it\n",
    )
    assert "It rained." in Path("a.md").read_text("utf-8")
    assert run("script", story, "--json", "-o", "a.json").err == "a.json: written\n"


@pytest.fixture
def show() -> None:
    """A show in the folder, with one story."""
    Path("script").mkdir()
    Path("script/named.md").write_text(NAMED)
    Path("script/show.toml").write_text('title = "S"\nstory = "named.md"\n')


@pytest.mark.usefixtures("show")
def test_without_a_story_that_of_the_nearest_show_is_meant(run: Run) -> None:
    named = Path("script/named.md")
    assert run("script").out == run("script", named).out != ""
    assert run("words", "--json").json == run("words", named, "--json").json
    for name, arguments in (("a.wav", ()), ("b.wav", (named,))):
        assert run("words", *arguments, "--say", "Zhanar", "-o", name).code == 0
    assert Path("a.wav").read_bytes()[-1000:] == Path("b.wav").read_bytes()[-1000:]
    assert soundfile.info("a.wav").duration == soundfile.info("b.wav").duration


@pytest.mark.parametrize("command", ["script", "words"])
def test_without_a_story_and_a_show_it_is_said(run: Run, command: str) -> None:
    done = run(command)
    assert done.code == 2
    assert "there is no show.toml here or above" in done.err


@pytest.mark.usefixtures("show")
@pytest.mark.parametrize("command", ["script", "words"])
def test_of_a_show_of_several_stories_one_is_to_be_named(run: Run, command: str) -> None:
    Path("script/two.md").write_text("It rained.")
    Path("script/show.toml").write_text(
        'title = "S"\n[[episodes]]\nstory = "named.md"\n[[episodes]]\nstory = "two.md"\n'
    )
    done = run(command)
    assert done.code == 2
    assert "the show has 2 stories" in done.err
    assert "name one of them: script/named.md, script/two.md" in done.err


def test_data_is_not_written_over_a_script_file(run: Run, story: Path) -> None:
    run("script", story, "-o", "mine.md")
    mine = Path("mine.md").read_bytes()
    done = run("script", story, "--json", "-o", "mine.md")
    assert (done.code, Path("mine.md").read_bytes()) == (2, mine)
    for _ in range(2):
        assert run("script", story, "--json", "-o", "mine.json").code == 0


def test_parts_of_a_book_are_spoken_when_asked_for(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*options: str) -> str:
        chapters = told(run, book, *options)["chapters"]
        return " ".join(s["text"] for c in chapters for s in c["segments"])

    assert said() == "One He left in 1912."
    assert said("--include", "notes") == "One He left in 1912. Or so they say."
    both = "By nobody. One He left in 1912. Or so they say."
    assert said("--include", "Front Matter", "--include", "notes") == both
    monkeypatch.setenv("AUDIOBOOK_INCLUDE", "notes front-matter")
    assert said() == both

    (plan,) = run("plan", book, *TONE, "--json").json["episodes"]
    (built,) = run("build", book, *TONE, "--no-music", "--json").json["episodes"]
    assert plan["segments"] == built["segments"] == 4


@pytest.mark.parametrize("command", ["script", "plan", "build", "words"])
def test_a_part_that_there_is_not_is_refused(run: Run, book: Path, command: str) -> None:
    refused = run(command, book, "--include", "note")
    refused.fails(2, 'unknown part of a book "note"', hint='did you mean "notes"')


def test_words_to_check_come_the_most_frequent_first(run: Run) -> None:
    Path("s.md").write_text(NAMED)
    found = run("words", "s.md", "--json").json
    assert [(w["word"], w["count"], w["why"]) for w in found["words"]] == [
        ("Yerlan", 3, "name"),
        ("Aigerim", 1, "name"),
    ]  # what the lexicon says is settled
    assert (found["words"][0]["line"], found["words"][0]["column"]) == (8, 20)
    assert "met Yerlan." in found["words"][0]["context"]

    limited = run("words", "s.md", "--limit", "1")
    assert limited.out.split()[:3] == ["3", "Yerlan", "name"]
    assert len(limited.out.splitlines()) == 1
    assert "1 more: --limit 2 shows them all" in limited.err
    assert run("words", "s.md", "--limit", "1", "--json").json["found"] == 2


def test_a_story_without_odd_words_lists_none(run: Run) -> None:
    Path("s.txt").write_text("nothing is odd here.")
    done = run("words", "s.txt")
    assert (done.out, done.err) == ("", "there is no name and no odd word in it\n")
    assert run("words", "s.txt", "--json").json == {"words": [], "found": 0}


def test_a_word_is_spoken_as_the_story_would(run: Run) -> None:
    """In the narrator's voice, and as the lexicon has it: the tone engine shows both."""
    Path("s.md").write_text(NAMED)
    lexical = run("words", "s.md", "--say", "Zhanar", "-o", "zhanar.wav", "--json").json
    assert lexical["episodes"][0]["files"] == {"wav": "zhanar.wav"}
    assert lexical["episodes"][0]["title"] == "zhanar"
    assert run("words", "s.md", "--say", "Yerlan", "-o", "yerlan.wav").code == 0

    assert pitch_hz("zhanar.wav") == pytest.approx(98, abs=3)  # bass
    assert soundfile.info("zhanar.wav").duration > soundfile.info("yerlan.wav").duration + 1.5

    run("words", "s.md", "--say", "Yerlan", "-o", "tenor.wav", "--voice", "tenor")
    assert pitch_hz("tenor.wav") == pytest.approx(147, abs=3)


def pitch_hz(path: str) -> float:
    sound, sample_rate = soundfile.read(path)
    spectrum = np.abs(np.fft.rfft(sound))
    return float(np.fft.rfftfreq(len(sound), 1 / sample_rate)[spectrum.argmax()])


def test_what_cannot_be_said_is_an_error(run: Run, story: Path) -> None:
    run("words", story, "--say", "…", *TONE).fails(3, "nothing to speak")
    run("words", story, "--say", "Ida", "-o", "ida.doc", *TONE).fails(2, "doc")
    run("words", "none.txt", "--say", "Ida").fails(2, "none.txt")
