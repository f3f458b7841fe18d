"""A story of one's own, from anywhere and in any usual encoding, becomes a whole MP3."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import mutagen.id3
import mutagen.mp3
import pytest
import soundfile
from cli.commands import STORY, Run

WESTERN = """\
Chapter One: Größe

Der Müller hieß Jürgen. „Schön“, sagte er — und ging.

Chapter Two: Déjà vu

The naïve café closed at ten.
"""
FRONT = "---\ntitle: Zwei Wege\nauthor: J. Müller\nlanguage: de\n---\n\n"

ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8-bom": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16-le": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16-be": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("cp1252"),
    "latin-1": lambda text: text.translate({0x2014: "-", 0x201E: '"', 0x201C: '"'}).encode(
        "latin-1"
    ),
}


@pytest.mark.parametrize(
    ("encoding", "suffix", "line_end"),
    [
        *((encoding, ".txt", "\r\n") for encoding in ENCODINGS),
        *((encoding, ".md", "\n") for encoding in ENCODINGS),
        ("utf-8", ".txt", "\n"),
        ("utf-8", ".md", "\r\n"),
    ],
)
def test_every_usual_encoding_is_read(
    run: Run, tmp_path: Path, encoding: str, suffix: str, line_end: str
) -> None:
    text = WESTERN
    if suffix == ".md":
        text = FRONT + text.replace("Chapter", "# Chapter")
    story = tmp_path / f"wege{suffix}"
    story.write_bytes(ENCODINGS[encoding](text.replace("\n", line_end)))

    options = ("--engine", "tone", "--no-music", "--json", "-o", tmp_path / "made")
    (episode,) = run("build", story, *options).json["episodes"]

    path = tmp_path / "made" / "wege.mp3"
    assert episode["files"] == {"mp3": str(path)}
    assert episode["title"] == ("Zwei Wege" if suffix == ".md" else "wege")
    titles = [chapter["title"] for chapter in episode["chapters"]]
    assert titles == ["Chapter One: Größe", "Chapter Two: Déjà vu"]
    samples, sample_rate = soundfile.read(path)
    assert len(samples) / sample_rate == pytest.approx(episode["duration_s"], abs=5e-4)
    assert abs(samples).max() > 0.1
    spoken = _tag(path)["USLT"].text
    assert "Jürgen" in spoken
    assert "naïve café" in spoken
    assert "\ufeff" not in spoken


@pytest.mark.slow
def test_the_tag_says_what_the_story_and_its_front_matter_say(run_process: Run) -> None:
    Path("crossing.md").write_text(STORY, encoding="utf-8")
    done = run_process("build", "crossing.md", "--engine", "espeak", "--json")
    (episode,) = done.json["episodes"]
    path = episode["files"]["mp3"]
    tag = _tag(Path(path))

    assert tag.version[:2] == (2, 3)
    assert _text(tag, "TIT2") == "The Crossing"
    assert _text(tag, "TPE1") == "M. Ferrier"
    assert _text(tag, "TALB") == "The Crossing"
    assert _text(tag, "TCOM").startswith("espeak ")
    assert (_text(tag, "TYER"), _text(tag, "TDAT")) == ("2026", "0103")
    assert _text(tag, "TCON") == "Audiobook"
    assert _text(tag, "TLAN") == "eng"
    assert tag["COMM"].text == ["A river, a boat, a night."]
    assert tag["COMM"].lang == "eng"
    assert tag["USLT"].text.splitlines()[:3] == [
        "The Near Bank",
        "The water was high.",
        "The road ended there.",
    ]
    assert int(_text(tag, "TLEN")) == round(1000 * episode["duration_s"])

    chapters = sorted(tag.all("CHAP"), key=lambda frame: frame.start_time)
    (contents,) = tag.all("CTOC")
    assert contents.child_element_ids == [frame.element_id for frame in chapters]
    heard = [(frame.sub_frames["TIT2"].text[0], frame.start_time) for frame in chapters]
    told = [(c["title"], round(1000 * c["start_s"])) for c in episode["chapters"]]
    assert heard == told
    assert mutagen.mp3.MP3(path).info.length == pytest.approx(episode["duration_s"], abs=0.1)


def test_an_episode_is_numbered_and_named_by_its_show(run: Run) -> None:
    Path("show.toml").write_text(
        'title = "River Tales"\nauthor = "A. Writer"\nnarrator = "N. Voice"\n'
        'date = 2025-05-06\ngenre = "Fiction"\ncopyright = "CC0"\nengine = "tone"\n'
        '[[episodes]]\nstory = "one.md"\ntitle = "First"\nnumber = 7\n'
        '[[episodes]]\nstory = "two.md"\ndescription = "The second."\ndate = 2025-06-07\n'
    )
    Path("one.md").write_text("One.")
    Path("two.md").write_text("# Second\n\nTwo.")
    built = run("build", "--no-music", "--json").json
    assert [episode["title"] for episode in built["episodes"]] == ["First", "Second"]
    first, second = (_tag(Path(e["files"]["mp3"])) for e in built["episodes"])
    assert [_text(first, name) for name in ("TIT2", "TPE1", "TALB", "TCON", "TRCK")] == [
        "First",
        "A. Writer",
        "River Tales",
        "Fiction",
        "7",
    ]
    assert _text(first, "TCOM") == "N. Voice"
    assert _text(first, "TCOP") == "CC0"
    assert second["COMM"].text == ["The second."]

    (alone,) = run("build", "two.md", "--no-music", "--json").json["episodes"]
    assert alone["title"] == "Second"
    assert alone["segments_synthesised"] == 0


def test_a_long_story_is_cut_for_whoever_speaks_it(run: Run, tmp_path: Path) -> None:
    """No segment is longer than the engine takes, and all of it is said."""
    text = " ".join(f"word{n}" for n in range(150)) + "."
    (tmp_path / "long.txt").write_text(text)
    done = run("build", "long.txt", "--engine", "tone", "--no-music", "--json")
    assert done.json["episodes"][0]["segments"] > len(text) // 500
    assert "".join(_tag(Path("output/long.mp3"))["USLT"].text.split()) == text.replace(" ", "")


def test_nothing_is_written_beside_the_story(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "mine"
    source.mkdir()
    (source / "s.txt").write_text("Hello.")
    before = sorted(source.iterdir())
    assert run("build", source / "s.txt", "--engine", "tone", "--no-music", "-q").code == 0
    assert sorted(source.iterdir()) == before
    assert Path("output/s.mp3").is_file()


def _tag(path: Path) -> Any:
    return _Frames(mutagen.id3.ID3(path, translate=False))


class _Frames:
    def __init__(self, id3: mutagen.id3.ID3) -> None:
        self.version = id3.version
        self.all = id3.getall

    def __getitem__(self, name: str) -> Any:
        (frame,) = self.all(name)
        return frame


def _text(tag: Any, name: str) -> str:
    return str(tag[name].text[0])
