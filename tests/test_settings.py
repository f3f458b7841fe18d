"""Settings are read by type, and each complaint says where and what instead."""

from __future__ import annotations

import contextlib
import datetime
import tomllib
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yaml import safe_dump

from audiobook.errors import ConfigError, UnknownNameError
from audiobook.settings import MOST_TOML_BYTES, Table, parse_toml, parse_yaml
from audiobook.toml_places import toml_places
from audiobook.yaml_values import yaml_values


def toml(text: str) -> Table:
    return parse_toml(text.encode(), "show.toml")


def yaml(text: str) -> Table:
    return parse_yaml(text, "story.md", 2)


def refused(read: Callable[[], object]) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read()
    assert "\n" not in str(caught.value)
    assert caught.value.where is not None
    return caught.value


WRONG: list[tuple[str, Callable[[Table], object], str]] = [
    ("3", lambda t: t.text("x"), "a text"),
    ("true", lambda t: t.text("x"), "a text"),
    ('"  "', lambda t: t.text("x"), "a text"),
    ('"a\\u0000b"', lambda t: t.text("x"), "a text"),
    ('"a\\u001bb"', lambda t: t.text("x"), "a text"),
    ("[1, 2]", lambda t: t.text("x"), "a text"),
    ('"a text that goes on"', lambda t: t.text("x", most_bytes=9), "longer than 9 bytes"),
    ('"ééééé"', lambda t: t.text("x", most_bytes=9), "longer than 9 bytes"),
    ("true", lambda t: t.text_or_none("x", None), "a text"),
    ('"yes"', lambda t: t.flag("x"), "true or false"),
    ("1", lambda t: t.flag("x"), "true or false"),
    ('"1"', lambda t: t.number("x", 0, 2, 1), "a number"),
    ("true", lambda t: t.number("x", 0, 2, 1), "a number"),
    ("2.1", lambda t: t.number("x", 0, 2, 1), "between 0 and 2"),
    ("-1", lambda t: t.number("x", 0, 2, 1), "between 0 and 2"),
    (".nan", lambda t: t.number("x", 0, 2, 1), "between 0 and 2"),
    (".inf", lambda t: t.number("x", 0, 2, 1), "between 0 and 2"),
    ("1.0", lambda t: t.integer("x", 1, 9), "a whole number from 1 to 9"),
    ("true", lambda t: t.integer("x", 1, 9), "a whole number from 1 to 9"),
    ("10", lambda t: t.integer("x", 1, 9), "a whole number from 1 to 9"),
    ('"tomorrow"', lambda t: t.date("x"), "a date such as 2026-11-22"),
    ('"2026-02-30"', lambda t: t.date("x"), "a date such as 2026-11-22"),
    ('"2026-W47-7"', lambda t: t.date("x"), "a date such as 2026-11-22"),
    ("20261122", lambda t: t.date("x"), "a date such as 2026-11-22"),
    ('"a"', lambda t: t.table("x"), "a table"),
    ("[]", lambda t: t.table("x"), "a table"),
    ('"a"', lambda t: t.tables("x"), "a list of tables"),
    ("[1]", lambda t: t.tables("x"), "a list of tables"),
    ("3", lambda t: t.table_or_text("x"), "a text"),
]


@pytest.mark.parametrize(("value", "ask", "wanted"), WRONG)
def test_a_wrong_value_is_told_with_its_place(
    value: str, ask: Callable[[Table], object], wanted: str
) -> None:
    in_toml = value.replace(".nan", "nan").replace(".inf", "inf")
    error = refused(lambda: ask(toml(f"# a comment\n  x = {in_toml}\n")))
    assert wanted in error.what
    assert str(error.where) == "show.toml:2:3"
    assert error.where
    assert error.where.excerpt == f"  x = {in_toml}"

    error = refused(lambda: ask(yaml(f"# a comment\nx: {value}\n")))
    assert wanted in error.what
    assert str(error.where) == "story.md:3:1"


def test_a_number_that_python_does_not_write_is_told() -> None:
    error = refused(lambda: toml("x = 0x" + "f" * 9000).number("x", 0, 2, 1))
    assert "not a number of thousands of digits" in error.what


def test_a_text_that_yaml_takes_for_something_else_is_to_be_quoted() -> None:
    error = refused(lambda: yaml("language: no\n").text("language"))
    assert error.what == '"language" must be a text, not false'
    assert error.hint == "put it in quotes"


@pytest.mark.parametrize("read", [toml, lambda text: yaml(text.replace(" =", ":"))])
def test_right_values_come_back(read: Callable[[str], Table]) -> None:
    table = read('text = "  two words "\nflag = false\nwhole = 3\nday = 2026-11-22\nnone = ""\n')
    assert table.names() == ["text", "flag", "whole", "day", "none"]
    assert table.text("text") == "two words"
    assert table.flag("flag") is False
    assert table.number("whole", 0, 9, 1.0) == 3.0
    assert table.integer("whole", 0, 9) == 3
    assert table.date("day") == datetime.date(2026, 11, 22)
    assert table.text_or_none("none", "default") is None
    assert table.text_or_none("flag", "default") is None
    table.finish()


@pytest.mark.parametrize("day", ["2026-11-22", '"2026-11-22"', "2026-11-22 07:32:00"])
def test_a_day_may_be_a_text_or_have_a_time(day: str) -> None:
    assert toml(f"date = {day}").date("date") == datetime.date(2026, 11, 22)
    assert yaml(f"date: {day}").date("date") == datetime.date(2026, 11, 22)


def test_a_name_is_one_of_those_known_or_offered_the_near_one() -> None:
    table = toml('kind = "pop"\n')
    assert table.one_of("kind", {"pop": 1, "rock": 2}) == "pop"
    assert table.one_of("other", ("pop", "rock")) is None
    error = refused(lambda: table.one_of("kind", ("poppy", "rock")))
    assert isinstance(error, UnknownNameError)
    assert error.what == 'unknown kind "pop"'
    assert error.hint == 'did you mean "poppy"?'
    assert str(error.where) == "show.toml:1:1"


def test_what_is_not_given_is_none_or_the_default() -> None:
    table = toml("")
    asked = [table.text, table.flag, table.date, table.table, table.table_or_text]
    assert [ask("x") for ask in asked] == [None] * 5
    assert table.tables("x") == []
    assert table.text_or_none("x", "default") == "default"
    assert table.number("x", 0, 2, 1.5) == 1.5
    assert table.integer("x", 0, 2) is None


def test_a_name_nobody_asked_for_is_offered_the_near_one() -> None:
    table = toml('title = "A"\n\nlangauge = "en"\n')
    table.text("title")
    table.text("language")
    error = refused(table.finish)
    assert isinstance(error, UnknownNameError)
    assert error.what == 'unknown setting "langauge"'
    assert error.hint == 'did you mean "language"?'
    assert str(error.where) == "show.toml:3:1"
    assert error.exit_code == 3


def test_tables_within_tables_know_their_places() -> None:
    table = toml('[cast.Kairat]\nvoice = { espeak = "a", gtts = 3 }\n[[e]]\n[[e]]\n  n = 1\n')
    cast = table.table("cast")
    kairat = cast and cast.table("Kairat")
    voice = kairat and kairat.table_or_text("voice")
    assert isinstance(voice, Table)
    assert voice.text("espeak") == "a"
    assert str(refused(lambda: voice.text("gtts")).where) == "show.toml:2:25"
    assert str(table.tables("e")[1].where("n")) == "show.toml:5:3"
    assert str(table.tables("e")[0].where()) == "show.toml:3:1"


BAD_TOML = [
    ("title = \n", "show.toml:1:9", "title = "),
    ('a = 1\nb = "x\n', "show.toml:2:7", 'b = "x'),
    ("a = 1\na = 2\n", "show.toml:2:6", "a = 2"),
    ("x = [1,\n", "show.toml:2", ""),
    ("é = 1\n", "show.toml:1:1", "é = 1"),
]


@pytest.mark.parametrize(("text", "place", "excerpt"), BAD_TOML)
def test_what_is_not_toml_is_told_with_its_line(text: str, place: str, excerpt: str) -> None:
    error = refused(lambda: toml(text))
    assert error.what.startswith("is not TOML: ")
    assert "at line" not in error.what
    assert str(error.where) == place
    assert error.where
    assert error.where.excerpt == excerpt


@pytest.mark.parametrize(
    "data",
    [
        b"a = 1\n\xff = 2\n",
        b"\xff\xfea\x00",
        b"x = " + b"[" * 5_000,
        b"x" + b".x" * 100_000 + b" = 1",
        b"x = " + b"9" * 5_000,
        b"a = \x00",
        b"#" * (MOST_TOML_BYTES + 1),
    ],
    ids=["latin-1", "utf-16", "deep", "dotted", "long number", "nul", "huge"],
)
def test_hostile_toml_is_refused(data: bytes) -> None:
    assert refused(lambda: parse_toml(data, "show.toml")).exit_code == 3


def test_toml_may_begin_with_a_mark_and_end_its_lines_as_windows_does() -> None:
    table = parse_toml(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n", "show.toml")
    assert table.names() == ["a", "b"]
    assert str(table.where("b")) == "show.toml:2:1"


BAD_YAML = [
    ("title: [a\nx: 1\n", "story.md:3:2"),
    ("a: 1\n\tb: 2\n", "story.md:3:1"),
    ("a: b: c\n", "story.md:2:5"),
    ("a: 1\nb: *a\n", "story.md:3:4"),
    ("a: &x {}\nb: {<<: *x}\n", "story.md:3:9"),
    ("a: !!python/object/apply:os.mkdir [harm]\n", "story.md:2:4"),
    ("a: !!int ''\n", "story.md:2:4"),
    ("- a\n- b\n", "story.md:2:1"),
    ("just text\n", "story.md:2:1"),
    ("a: 1\n---\nb: 1\n", "story.md:3:1"),
    ("a: 1\nb: 1\na: 2\n", "story.md:4:1"),
    ("? [a]\n: 1\n", "story.md:2:3"),
    ("a: 1\nday: 2026-13-45\n", "story.md:3:6"),
    ("a: 1\nb: x\0y\n", "story.md:3"),
    ("a: 1\nb: " + ":".join(["1"] * 200) + ".5\n", "story.md:3:4"),
    ("a: 1\nb: " + ":".join(["1"] * 20_000) + "\n", "story.md:3:4"),
    ("a: 1\nb: [0, 0b" + "1" * 60_000 + "]\n", "story.md:3:8"),
    ("a: 1\nb: " + "9" * 5_000 + "\n", "story.md:3:4"),
    (f"a: 1\nb: {1 << 64}\n", "story.md:3:4"),
    (f"a: 1\nb: -{1 << 64:#x}\n", "story.md:3:4"),
    ('a: 1\nb: "c\\U00110000"\n', "story.md:3:8"),
    ('a: 1\nb: "c\\Uffffffff"\n', "story.md:3:8"),
    ("%YAML 1." + "9" * 5_000 + "\n---\na: 1\n", "story.md:2:9"),
    ("a: " + "[" * 5_000, "story.md:2:35"),
    ("a: 1\n" + "#" * 70_000, "story.md:2"),
]


@pytest.mark.parametrize(("text", "place"), BAD_YAML)
def test_what_front_matter_may_not_hold_is_told_with_its_line(text: str, place: str) -> None:
    error = refused(lambda: yaml(text))
    assert error.what.startswith("front matter ")
    assert str(error.where) == place


@pytest.mark.parametrize("written", ["{:d}", "-{:d}", "0x{:x}", "-0b{:b}", "+{:_d}"])
def test_numbers_of_64_bits_are_read(written: str) -> None:
    most = (1 << 64) - 1
    values, _ = yaml_values("a: " + written.format(most))
    assert values == {"a": -most if written.startswith("-") else most}
    assert yaml_values(safe_dump(values))[0] == values


def test_half_a_character_is_no_text() -> None:
    assert "a text" in refused(lambda: yaml('a: "\\uD800"').text("a")).what


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n"])
def test_blank_front_matter_has_no_settings(text: str) -> None:
    assert yaml(text).names() == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_of_front_matter_are_counted_as_yaml_counts_them(end: str) -> None:
    table = yaml(end.join(["a: 1", "b: 2", "c: 3"]))
    where = table.where("c")
    assert (where.line, where.excerpt) == (4, "c: 3")


def test_nothing_was_run_by_a_python_tag() -> None:
    with pytest.raises(ConfigError, match="tags"):
        yaml('a: !!python/object/apply:builtins.exec ["raise SystemExit(9)"]')


@given(st.text(max_size=60))
@example("a: 0x_")
@example("a: =")
@example("=: <<")
@example('a: "\\UFFFFFFFF"')
def test_any_front_matter_is_a_table_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        table = yaml(text)
        for name in table.names():
            assert table.where(name).line
            with contextlib.suppress(ConfigError):
                assert table.text(name) != ""


NAMES = st.sampled_from(["a", "b-c", "d_1", "9", "e", "f", "g", "h"])
LINES = st.one_of(
    st.builds("{} = {}".format, NAMES, st.sampled_from(["1", '"[x]"', "'a = 3'", "1979-05-27"])),
    st.builds("  {}.{} = true".format, NAMES, NAMES),
    st.builds('{} = """\n[{}]\ng = 3\n"""""'.format, NAMES, NAMES),
    st.builds("{} = [ # ]\n  [1, 2],\n  {{ {} = ']', x.y = {{}} }},\n]".format, NAMES, NAMES),
    st.builds("[{}]".format, NAMES),
    st.builds("[t.{}] # [x]".format, NAMES),
    st.builds("[[l.{}]]".format, NAMES),
    st.just("# a = 1"),
)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_every_key_of_valid_toml_has_its_place(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = toml_places(text)
    lines = text.split("\n")
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), values)]
    n_paths = -1
    while waiting:
        path, value = waiting.pop()
        n_paths += 1
        if path:
            line, column = places[path]
            shown = lines[line][column:]
            assert shown[0] == "[" or not isinstance(path[-1], str) or shown.startswith(path[-1])
        if isinstance(value, dict):
            waiting.extend(((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(value))
    assert n_paths == len(places)
