"""The page on show.toml has each setting that the program takes, and no other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import audiobook
from audiobook.categories import category_path
from audiobook.config import read_show, with_front_matter
from audiobook.episode.cover import draw_cover
from audiobook.errors import ConfigError, UnknownNameError, Where
from audiobook.lexicon import SPOKEN_RULES
from audiobook.podcast.channel import base_url
from audiobook.progress import silent
from audiobook.show import EpisodeEntry, Show
from audiobook.sound.music import built_in_names
from audiobook.speech.choose import Engines
from audiobook.story import profile_of

PAGE = (Path(__file__).parents[1] / "docs" / "show.md").read_text("utf-8")
TOP = ""
"""Stands for the head of the file, where its top-level settings are."""
UNHEARD = "unheard-of"
HEADERS = {
    TOP: "",
    "[[episodes]]": '[[episodes]]\nstory = "a.md"\n',
    "[cast.NAME]": "[cast.Ida]\n",
    "[music]": "[music]\n",
    "[say]": '[say.word]\nipa = "w"\n',
    "[spoken]": "[spoken]\n",
    "[profiles.NAME]": "[profiles.own]\n",
    "[feed]": "[feed]\n",
    "[engines.openai]": "[engines.openai]\n",
    "[engines.piper]": "[engines.piper]\n",
    "[engines.kokoro]": "[engines.kokoro]\n",
    "[engines.PROGRAM]": '[engines.own]\ncommand = ["say", "{out}"]\n',
    "[engines.NAME.voices.VOICE]": "[engines.openai.voices.ida]\n",
}
"""How a table of the page is begun in a file, with what it cannot be without."""
PRICE = "[engines.NAME]"
"""The table on the page of what each engine may have."""
EVERYWHERE = {"price_per_million_characters"}


def rows() -> Iterator[tuple[str, str, list[str]]]:
    """The rows of the page's tables of settings: what each is of, its setting, all its cells."""
    table = TOP
    for line in PAGE.partition("## In front matter alone")[0].splitlines():
        if heading := re.match(r"##+ (?:`(.+)`)?", line):
            table = heading[1] or TOP
        elif re.match(r"\| `[a-z_]+` \|", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield table, cells[0].strip("`"), cells


SETTINGS = list(rows())
AT_TOP = {name: cells[4] for table, name, cells in SETTINGS if table == TOP}
BOUNDED = [
    (table, name, *(float(bound.replace("−", "-")) for bound in bounds[0]), cells[2])
    for table, name, cells in SETTINGS
    if (bounds := re.findall(r"(−?[\d.]+) to (−?[\d.]+)", cells[2]))
]
DEFAULTS = [
    (table, name, value[1])
    for table, name, cells in SETTINGS
    if not table.startswith("[engines") and (value := re.match(r"`(.+)`$", cells[3]))
]
EXAMPLES = re.findall(r"```toml\n(.+?)```", PAGE, re.S)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Show]:
    def read(toml: str) -> Show:
        """The show of a file, with its engines set up."""
        path = tmp_path / "show.toml"
        path.write_text(toml, "utf-8")
        show = read_show(path)
        with closing(Engines(silent, show.engines)) as engines:
            for own in show.engines:
                engines.load(own.name)
        return show

    return read


@pytest.fixture
def known(
    read: Callable[[str], Show], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], set[str]]:
    def known(toml: str) -> set[str]:
        """The names that were looked for in the table that has one that nobody looks for."""
        names: set[str] = set()

        def telling(kind: str, name: str, all_: set[str], *, where: Where) -> UnknownNameError:
            names.update(all_)
            return UnknownNameError(kind, name, all_, where=where)

        monkeypatch.setattr("audiobook.settings.UnknownNameError", telling)
        with pytest.raises(ConfigError, match=f'unknown setting "{UNHEARD}"'):
            read(toml)
        return names

    return known


def with_setting(table: str, name: str, value: str) -> str:
    """A file that has a setting, in the place of one that its table has on the page before."""
    begun = "".join(
        line for line in HEADERS[table].splitlines(True) if not line.startswith(f"{name} =")
    )
    return f"{begun}{name} = {value}\n"


def documented(table: str) -> set[str]:
    return {name for of, name, _ in SETTINGS if of == table}


@pytest.mark.parametrize("table", [table for table in HEADERS if table != "[spoken]"])
def test_a_table_on_the_page_has_what_the_program_takes(
    known: Callable[[str], set[str]], table: str
) -> None:
    listed = documented("[engines.piper]" if table == "[engines.kokoro]" else table)
    assert known(f"{HEADERS[table]}{UNHEARD} = 1\n") - EVERYWHERE == listed


def test_the_rules_are_on_the_page() -> None:
    assert documented("[spoken]") == set(SPOKEN_RULES)


def test_every_engine_may_have_a_price(read: Callable[[str], Show]) -> None:
    assert documented(PRICE) == EVERYWHERE
    for name in ("espeak", "gtts", "kokoro", "openai", "piper", "tone"):
        (own,) = read("".join(f"[engines.{name}]\n{price} = 15\n" for price in EVERYWHERE)).engines
        assert own.price == 15


def test_every_table_is_on_the_page(read: Callable[[str], Show]) -> None:
    tables = {table for table, _, _ in SETTINGS}
    assert tables - {PRICE} == HEADERS.keys() - {"[engines.kokoro]"}
    begun = {name for table in tables for name in re.findall(r"^\[+(\w+)", table)}
    assert begun == {name for name in AT_TOP if is_table(read, name)}


def is_table(read: Callable[[str], Show], name: str) -> bool:
    """Whether a setting holds others, by what is said of one that is a list of lists."""
    with pytest.raises(ConfigError) as raised:
        read(f"{name} = [[1]]\n")
    return re.search(f'"{name}" must be a (table|list of tables)', raised.value.what) is not None


@pytest.mark.parametrize(("name", "may_stand"), AT_TOP.items())
def test_front_matter_takes_what_the_page_says(name: str, may_stand: str) -> None:
    entry = EpisodeEntry(Path("story.md"))
    if may_stand == "no" and name != "engines":
        with_front_matter(Show(), entry, f"{name}: [[1]]\n", 2)
        return
    with pytest.raises(ConfigError, match=f'"{name}" must be'):
        with_front_matter(Show(), entry, f"{name}: [[1]]\n", 2)


def test_front_matter_says_of_the_episode_what_the_page_says() -> None:
    of_episode = {name for name, may_stand in AT_TOP.items() if may_stand == "the episode's"}
    assert of_episode == {"title", "date", "description"}
    front = "title: T\ndate: 2026-11-29\ndescription: D\nauthor: A\n"
    show, entry = with_front_matter(Show(folder=Path()), EpisodeEntry(Path("a.md")), front, 2)
    assert (show.title, show.date, show.description, show.author) == (None, None, None, "A")
    assert all((entry.title, entry.date, entry.description))


@pytest.mark.parametrize(("table", "name", "least", "most", "value"), BOUNDED)
def test_the_bounds_on_the_page_are_the_program_s(
    read: Callable[[str], Show], table: str, name: str, least: float, most: float, value: str
) -> None:
    of = "[engines.openai]" if table == PRICE else table
    whole, two = value.startswith("whole"), value.startswith("two")

    def number(bound: float) -> str:
        shown = f"{bound:.0f}" if whole else repr(bound)
        return f"[{shown}, {shown}]" if two else shown

    step = 1 if whole else 0.01
    for bound in (least, most):
        read(with_setting(of, name, number(bound)))
    for beyond in (least - step, most + step):
        with pytest.raises(ConfigError, match=f'"{name}" must be'):
            read(with_setting(of, name, number(beyond)))


@pytest.mark.parametrize(("table", "name", "value"), DEFAULTS)
def test_a_default_on_the_page_changes_nothing(
    read: Callable[[str], Show], table: str, name: str, value: str
) -> None:
    assert tomllib.loads(f"v = {value}")
    assert read(with_setting(table, name, value)) == read(HEADERS[table])


def test_there_is_something_to_hold_the_program_to() -> None:
    assert len(EXAMPLES) == PAGE.count("```toml") > 8
    assert len(BOUNDED) == sum(" to " in cells[2] for _, _, cells in SETTINGS) > 25
    assert len(DEFAULTS) > 30


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_on_the_page_can_be_built(
    read: Callable[[str], Show], tmp_path: Path, example: str
) -> None:
    (front,) = re.findall(r"```markdown\n(.+?)```", PAGE, re.S)
    show = read(example)
    for entry in show.episodes:
        entry.story.write_text(front if entry.story.stem == "crossing" else "Words.", "utf-8")
    assert show.episodes
    if show.cover:
        show.cover.write_bytes(draw_cover(show.title or "", show.author))
    choices = audiobook.Choices(engine="espeak", music=False)
    assert audiobook.plan(tmp_path, choices=choices)
    music = {show.music.opening, show.music.bed, show.music.closing}
    assert music <= {None, *built_in_names()}
    assert profile_of(show, None).name == show.profile
    assert category_path(show.category, None)
    assert base_url(show, None).startswith("http")
