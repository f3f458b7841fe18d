"""show.toml and front matter become a Show, whole and each setting with its place."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from audiobook.config import read_show, with_front_matter
from audiobook.errors import ConfigError, UnknownNameError
from audiobook.show import CastMember, EpisodeEntry, Feed, Music, Show

DAY = datetime.date(2026, 11, 22)
SHOW = {
    "title": ('"The Ferry"', "The Ferry"),
    "author": ('"A. Reader"', "A. Reader"),
    "narrator": ('"N. Speaker"', "N. Speaker"),
    "language": ('"kk"', "kk"),
    "description": ('"A river."', "A river."),
    "category": ('"Fiction > Drama"', "Fiction > Drama"),
    "genre": ('"Speech"', "Speech"),
    "explicit": ("true", True),
    "date": ("2026-11-22", DAY),
    "copyright": ('"© them"', "© them"),
    "profile": ('"acx"', "acx"),
    "engine": ('["espeak", "tone"]', "espeak"),
    "narration": ("true", True),
    "auto_cast": ("false", False),
}
MUSIC = {
    "opening": ('"in.ogg"', "in.ogg"),
    "bed": ('"bed.ogg"', "bed.ogg"),
    "closing": ("false", None),
    "bed_db": ("-20", -20.0),
    "duck_db": ("-6.5", -6.5),
}
MEMBER = {
    "engine": ('"espeak"', "espeak"),
    "voice": ('"en-gb"', "en-gb"),
    "rate": ("0.9", 0.9),
    "pitch": ("1.2", 1.2),
    "gain_db": ("-3", -3.0),
    "aka": ('["Bob", "his lady"]', ("Bob", "his lady")),
    "gender": ('"female"', "female"),
}
FEED = {
    "url": ('"https://example.org/f/"', "https://example.org/f/"),
    "link": ('"https://example.org/"', "https://example.org/"),
    "email": ('"a@example.org"', "a@example.org"),
}
ENTRY = {
    "title": ('"One"', "One"),
    "date": ("2026-11-22", DAY),
    "number": ("7", 7),
    "description": ('"The first."', "The first."),
}


def in_toml(settings: dict[str, tuple[str, object]]) -> str:
    return "".join(f"{name} = {value}\n" for name, (value, _) in settings.items())


def in_yaml(settings: dict[str, tuple[str, object]], indent: str = "") -> str:
    return "".join(f"{indent}{name}: {value}\n" for name, (value, _) in settings.items())


def wanted(settings: dict[str, tuple[str, object]]) -> dict[str, object]:
    return {name: value for name, (_, value) in settings.items()}


def given_by(thing: object, names: dict[str, tuple[str, object]]) -> dict[str, object]:
    return {name: getattr(thing, name) for name in names}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "show.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def laid(show: Show, front: str, story: Path = Path("story.md")) -> Show:
    return with_front_matter(show, EpisodeEntry(story), front, 2)[0]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (
            Show,
            {
                *(*SHOW, "cover", "profiles", "cast", "music", "feed", "episodes", "folder"),
                *("places", "lexicon", "rules_off", "engines", "stand_ins"),
            },
        ),
        (Music, {*MUSIC, "places"}),
        (CastMember, {*MEMBER, "name", "voices", "places"}),
        (Feed, {*FEED}),
        (EpisodeEntry, {*ENTRY, "story", "is_only", "where"}),
    ],
)
def test_no_setting_is_forgotten_by_these_tests(kind: type, names: set[str]) -> None:
    assert {item.name for item in fields(kind)} == names


def test_every_field_is_set_from_show_toml(write: Callable[[str], Path]) -> None:
    path = write(
        in_toml(SHOW)
        + 'cover = "art/c.png"\n'
        + f"[music]\n{in_toml(MUSIC)}[feed]\n{in_toml(FEED)}[profiles.soft]\nloudness_lufs = -18\n"
        + '[say]\nCho = "Joe"\n[spoken]\nroman = false\n[engines.piper]\ncuda = true\n'
        + f'[cast.Sophia]\n{in_toml(MEMBER)}[cast.Kairat]\nvoice = {{ espeak = "a", gtts = "b" }}\n'
        + f'[[episodes]]\nstory = "one.md"\n{in_toml(ENTRY)}[[episodes]]\nstory = "two.md"\n'
    )
    show = read_show(path)
    sophia, kairat = show.cast
    first, second = show.episodes

    assert given_by(show, SHOW) == wanted(SHOW)
    assert given_by(show.music, MUSIC) == wanted(MUSIC)
    assert given_by(show.feed, FEED) == wanted(FEED)
    assert given_by(sophia, MEMBER) == wanted(MEMBER)
    assert given_by(first, ENTRY) == wanted(ENTRY)
    assert [(own.name, own.table.flag("cuda")) for own in show.engines] == [("piper", True)]
    assert (show.cover, show.folder) == (path.parent / "art/c.png", path.parent)
    assert (first.story, second) == (
        path.parent / "one.md",
        EpisodeEntry(path.parent / "two.md", number=2),
    )
    assert (kairat.name, kairat.voices) == ("Kairat", (("espeak", "a"), ("gtts", "b")))
    assert [kairat.voice_for(name) for name in ("espeak", "gtts", "tone")] == ["a", "b", None]
    assert sophia.voice_for("tone") == "en-gb"
    assert show.member("Sophia") == sophia
    assert list(show.speakers) == ["Sophia", "Kairat", "Bob", "his lady"]
    for item in fields(Show):
        if item.name not in {"places", "folder"}:
            assert getattr(show, item.name) != getattr(Show(), item.name), item.name


def test_every_setting_has_its_place(write: Callable[[str], Path]) -> None:
    path = write(in_toml(SHOW) + f"[feed]\n{in_toml(FEED)}[music]\nbed = false\n[cast.A]\n")
    show = read_show(path)

    for line, name in enumerate([*SHOW, None, *(f"feed.{name}" for name in FEED)], 1):
        assert name is None or str(show.where(name)) == f"{path}:{line}:1"
    assert str(show.music.where()) == f"{path}:{len(SHOW) + len(FEED) + 2}:1"
    assert str(show.cast[0].where()) == f"{path}:{len(SHOW) + len(FEED) + 4}:1"
    assert show.where("narrater") is None
    assert str(show.music.where("bed")) == f"{path}:{len(SHOW) + len(FEED) + 3}:1"


def test_what_front_matter_leaves_alone_stands_where_it_stood(write: Callable[[str], Path]) -> None:
    path = write('[music]\nopening = "a"\nbed = "b"\n[cast.A]\nvoice = "v"\n')
    show = laid(read_show(path), "music: {bed: c}\ncast:\n  A: {rate: 1.1}\n")

    assert str(show.music.where("opening")) == f"{path}:2:1"
    assert str(show.music.where("bed")) == "story.md:2:9"
    assert str(show.cast[0].where("voice")) == f"{path}:5:1"
    assert str(show.cast[0].where("rate")) == "story.md:4:7"


def test_every_setting_of_front_matter_lies_over_show_toml(write: Callable[[str], Path]) -> None:
    show = read_show(
        write('story = "one.md"\n[music]\nbed = "other"\n[feed]\nurl = "https://x/"\n')
    )
    front = (
        in_yaml({name: value for name, value in SHOW.items() if name not in ENTRY})
        + f"music:\n{in_yaml(MUSIC, '  ')}feed:\n{in_yaml(FEED, '  ')}"
        + f"cast:\n  Sophia:\n{in_yaml(MEMBER, '    ')}layout: of another program\n"
    )
    over = laid(show, front)

    for name, (_, value) in SHOW.items():
        assert getattr(over, name) == (getattr(show, name) if name in ENTRY else value), name
    assert given_by(over.music, MUSIC) == wanted(MUSIC)
    assert given_by(over.feed, FEED) == wanted(FEED)
    assert given_by(over.cast[0], MEMBER) == wanted(MEMBER)
    assert str(over.where("author")) == "story.md:2:1"


def test_several_names_may_stand_in_a_list(write: Callable[[str], Path]) -> None:
    show = read_show(write('story = "one.md"\nauthor = ["A. Reader", "B. Writer"]\n'))
    over = laid(show, "author:\n  - Ana Cruz\n  - J. O’Neill\nnarrator: [N. Speaker]\n")
    assert show.author == "A. Reader, B. Writer"
    assert (over.author, over.narrator) == ("Ana Cruz, J. O’Neill", "N. Speaker")
    with pytest.raises(ConfigError, match="author"):
        laid(show, "author: [{name: Ana}]\n")


@pytest.mark.parametrize(
    ("front", "language"),
    [
        ("lang: pt-BR\n", "pt-BR"),
        ("lang: pt\nlanguage: de\n", "de"),
        ("lang: Brazilian Portuguese\n", "fr"),
        ("lang: [en, de]\n", "fr"),
    ],
)
def test_what_pandoc_calls_the_language_is_taken_where_it_is_a_tag(
    front: str, language: str, write: Callable[[str], Path]
) -> None:
    show = read_show(write('story = "one.md"\nlanguage = "fr"\n'))
    over = laid(show, front)
    assert over.language == language
    where = over.where("language")
    assert where is not None
    assert language in str(where.excerpt)


def test_what_front_matter_does_not_say_stays(write: Callable[[str], Path]) -> None:
    show = read_show(
        write(
            f'story = "one.md"\n{in_toml(SHOW)}[music]\n{in_toml(MUSIC)}[feed]\n{in_toml(FEED)}'
            f'[cast.A]\n{in_toml(MEMBER)}[cast.B]\nvoice = {{ gtts = "x" }}\n'
        )
    )

    assert laid(show, "") == show
    assert laid(show, "music: {}\nfeed: {}\ncast: {A: {}, B: {}}\n") == show
    over = laid(
        show,
        "music: {bed: x}\nfeed: {link: 'http://y'}\ncast: {B: {rate: 2}, A: {voice: {e: z}}}\n",
    )
    assert (over.music.bed, over.music.bed_db) == ("x", -20.0)
    assert (over.feed.link, over.feed.email) == ("http://y", "a@example.org")
    assert [member.name for member in over.cast] == ["A", "B"]
    assert (over.cast[1].rate, over.cast[1].voices) == (2.0, (("gtts", "x"),))
    assert (over.cast[0].voice, over.cast[0].voices, over.cast[0].rate) == (
        None,
        (("e", "z"),),
        0.9,
    )


def test_front_matter_speaks_of_the_episode_where_there_is_a_show(
    write: Callable[[str], Path],
) -> None:
    show = read_show(write('title = "Show"\ndescription = "Of the show."\nstory = "one.md"\n'))
    front = "title: One\ndescription: Of one.\ndate: 2026-11-22\n"
    over, entry = with_front_matter(show, show.episodes[0], front, 2)

    assert (over.title, over.description, over.date) == ("Show", "Of the show.", None)
    assert (entry.title, entry.description, entry.date) == ("One", "Of one.", DAY)

    alone, entry = with_front_matter(Show(), EpisodeEntry(Path("one.md")), front, 2)
    assert (alone.title, alone.description, alone.date) == ("One", "Of one.", DAY)
    assert entry.title == "One"


WRONG = [
    ("title = 3", 'show.toml:1:1: "title" must be a text'),
    ('explicit = "no"', 'show.toml:1:1: "explicit" must be true or false'),
    ('date = "soon"', 'show.toml:1:1: "date" must be a date'),
    (f'description = "{"x" * 4001}"', 'show.toml:1:1: "description" is longer'),
    ('music = "none"', 'show.toml:1:1: "music" must be a table'),
    ("[music]\nbed_db = 3", 'show.toml:2:1: "bed_db" must be between -60 and 0'),
    ("[music]\nduck_db = 1", 'show.toml:2:1: "duck_db" must be between -60 and 0'),
    ("[music]\nbed = true", 'show.toml:2:1: "bed" must be a text'),
    ('cast = ["A"]', 'show.toml:1:1: "cast" must be a table'),
    ('[cast]\nA = "x"', 'show.toml:2:1: "A" must be a table'),
    ("[cast.A]\nrate = 0.4", 'show.toml:2:1: "rate" must be between 0.5 and 2'),
    ("[cast]\nA = { pitch = 9 }", 'show.toml:2:7: "pitch" must be between 0.5 and 2'),
    ("[cast.A]\ngain_db = 13", 'show.toml:2:1: "gain_db" must be between -12 and 12'),
    ("[cast.A]\nvoice = 1", 'show.toml:2:1: "voice" must be a text'),
    ("[cast.A]\nvoice = { tone = 1 }", 'show.toml:2:11: "tone" must be a text'),
    ("[feed]\nurl = 1", 'show.toml:2:1: "url" must be a text'),
    ('[feed]\nurl = "example.org"', 'show.toml:2:1: "url" must be an http or https address'),
    ('[feed]\nurl = "https://a.org/f.xml"', 'show.toml:2:1: "url" must be the address of a fol'),
    ('[feed]\nlink = "a.org"', 'show.toml:2:1: "link" must be an http or https address'),
    ('[feed]\nemail = "nonsense"', 'show.toml:2:1: "email" must be an address of mail'),
    ('title = "x"\ncategory = "Fictoin"', 'show.toml:2:1: unknown category "Fictoin"'),
    ("story = []", 'show.toml:1:1: "story" must be a text'),
    ('episodes = "all"', 'show.toml:1:1: "episodes" must be a list of tables'),
    ('[[episodes]]\ntitle = "x"', 'show.toml:1:1: an episode needs a "story"'),
    ('[[episodes]]\nstory = "a"\nnumber = 0', 'show.toml:3:1: "number" must be a whole number'),
    ('story = "a"\n[[episodes]]\nstory = "b"', "show.toml:1:1: a show has either"),
    (
        '[[episodes]]\nstory = "a"\nnumber = 4\n[[episodes]]\nstory = "b"\nnumber = 4',
        "show.toml:6:1: two episodes have the number 4",
    ),
    (
        '[[episodes]]\nstory = "a"\nnumber = 2\n[[episodes]]\nstory = "b"',
        "show.toml:4:1: two episodes have the number 2",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_setting_is_told_with_its_place(
    text: str, message: str, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(text).parent)
    with pytest.raises(ConfigError) as caught:
        read_show(Path("show.toml"))
    assert str(caught.value).startswith(message)
    assert caught.value.where
    assert caught.value.where.excerpt == text.split("\n")[(caught.value.where.line or 0) - 1]


UNKNOWN = [
    ('titel = "x"', 'show.toml:1:1: unknown setting "titel" (hint: did you mean "title"?)'),
    ("[musik]\nbed = 1", 'show.toml:1:1: unknown setting "musik" (hint: did you mean "music"?)'),
    ('[music]\nbett = "x"', 'show.toml:2:1: unknown setting "bett"'),
    ('[cast.A]\nvoise = "x"', 'show.toml:2:1: unknown setting "voise" (hint: did you mean "voice'),
    ('[feed]\nemial = "x"', 'show.toml:2:1: unknown setting "emial" (hint: did you mean "email"?)'),
    ('[[episodes]]\nstory = "a"\nnumbr = 1', 'show.toml:3:1: unknown setting "numbr"'),
]


@pytest.mark.parametrize(("text", "message"), UNKNOWN)
def test_an_unknown_setting_is_offered_the_near_one(
    text: str, message: str, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(text).parent)
    with pytest.raises(UnknownNameError) as caught:
        read_show(Path("show.toml"))
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("front", ["music: {bett: x}", "cast: {A: {voise: x}}", "feed: {urk: x}"])
def test_within_its_own_tables_front_matter_is_held_to_its_settings(front: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        laid(Show(), front)
    assert str(caught.value.where).startswith("story.md:2:")


@pytest.mark.parametrize(
    ("email", "is_one"),
    [
        ("ida@example.org", True),
        ("ida.roe+feed@mail.example.org", True),
        ("ida@bücher.example", True),
        ("ida", False),
        ("ida@", False),
        ("@example.org", False),
        ("ida@localhost", False),
        ("ida@example..org", False),
        ("ida@example.org, bea@example.org", False),
        ("Ida <ida@example.org>", False),
    ],
)
def test_an_address_of_mail_is_one_that_directories_can_write_to(email: str, is_one: bool) -> None:
    front = f'feed: {{email: "{email}"}}'
    if is_one:
        assert laid(Show(), front).feed.email == email
    else:
        with pytest.raises(ConfigError, match="email"):
            laid(Show(), front)


def test_a_category_of_another_program_is_no_hindrance_in_front_matter() -> None:
    assert laid(Show(), "category: my blog").category == "my blog"


def test_nobody_reads_a_show_as_long_as_a_book(write: Callable[[str], Path]) -> None:
    with pytest.raises(ConfigError, match="is larger than 1048576 bytes"):
        read_show(write("#" * 3_000_000))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a show in `inside` and a secret beside it."""
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret.md").write_text("secret", "utf-8")
    (tmp_path / "inside" / "link.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "inside" / "out").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "../secret.md",
        "a/../../secret.md",
        "/etc/passwd",
        "link.md",
        "out/secret.md",
        "~/../../../x",
    ],
)
@pytest.mark.parametrize("setting", ["story", "cover", "episode"])
def test_no_path_leaves_the_folder_of_the_show(name: str, setting: str, house: Path) -> None:
    text = f'[[episodes]]\nstory = "{name}"' if setting == "episode" else f'\n{setting} = "{name}"'
    (house / "inside" / "show.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="lies outside the folder of the show") as caught:
        read_show(Path("inside/show.toml"))
    assert str(caught.value.where) == "inside/show.toml:2:1"


def test_no_cover_leaves_the_folder_of_its_story(house: Path) -> None:
    with pytest.raises(ConfigError, match="lies outside"):
        laid(Show(), "cover: ../secret.md\n", Path("inside/story.md"))
    show = laid(Show(), "cover: art/cover.png\n", Path("inside/story.md"))
    assert show.cover == Path("inside/art/cover.png")


def test_a_member_may_go_by_other_names(tmp_path: Path) -> None:
    (tmp_path / "show.toml").write_text('[cast.A]\naka = ["B", "the lady"]\n[cast.C]\naka = "D"\n')
    show = read_show(tmp_path / "show.toml")
    assert show.speakers == {"A": "A", "C": "C", "B": "A", "the lady": "A", "D": "C"}


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('[cast.A]\naka = ["B"]\n[cast.B]\n', '"B" is a name of both B and A'),
        ('[cast.A]\naka = ["X"]\n[cast.B]\naka = ["X"]\n', '"X" is a name of both A and B'),
        ("[cast.A]\naka = [1]\n", '"aka" must be a list of texts'),
    ],
)
def test_a_name_is_one_of_the_casts_alone(tmp_path: Path, toml: str, what: str) -> None:
    (tmp_path / "show.toml").write_text(toml)
    with pytest.raises(ConfigError, match=what) as caught:
        read_show(tmp_path / "show.toml")
    assert caught.value.where
