"""The store keeps values whole or not at all, whoever is killed and whatever is full."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiobook.errors import OutputError, Where
from audiobook.model import Kind, Reading, Segment
from audiobook.show import Music
from audiobook.store import HEADER_BYTES, Store, default_folder, digest, replacing, sweep
from audiobook.utterance import Delivery, Utterance, Voice

KEY = "0123456789abcdef0123456789abcdef01234567"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.binary(max_size=300), kind=st.sampled_from(["clip", "block"]))
def test_what_was_put_comes_back(value: bytes, kind: str, store: Store) -> None:
    key = digest(kind, value)
    store.put(kind, key, value)

    assert store.has(kind, key)
    assert store.get(kind, key) == value
    assert store.path(kind, key).read_bytes()[HEADER_BYTES:] == value


def test_what_was_not_put_is_missing(store: Store) -> None:
    store.put("clip", KEY, b"value")

    assert store.get("block", KEY) is None
    assert not store.has("clip", KEY[::-1])


def test_a_store_is_made_when_something_is_put(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "b")
    assert store.get("clip", KEY) is None
    store.sweep()
    assert list(tmp_path.iterdir()) == []


def test_a_value_is_replaced_by_the_next(store: Store) -> None:
    for value in (b"old", b"newer", b""):
        store.put("clip", KEY, value)
        assert store.get("clip", KEY) == value
    assert files_in(store.folder) == [store.path("clip", KEY)]


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: b"",
    lambda data: data[:10],
    lambda data: data[:HEADER_BYTES],
    lambda data: data[:-1],
    lambda data: data + b"x",
    lambda data: b"x" + data[1:],
    lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    lambda data: bytes(len(data)),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_value_counts_as_missing_and_can_be_put_again(
    damage: Callable[[bytes], bytes], store: Store
) -> None:
    store.put("clip", KEY, b"value")
    path = store.path("clip", KEY)
    path.write_bytes(damage(path.read_bytes()))

    assert store.get("clip", KEY) is None
    store.put("clip", KEY, b"value")
    assert store.get("clip", KEY) == b"value"


@pytest.mark.parametrize(("kind", "key"), [("block", KEY), ("clip", KEY[::-1])])
def test_a_value_in_the_place_of_another_counts_as_missing(
    kind: str, key: str, store: Store
) -> None:
    store.put("clip", KEY, b"value")
    store.put(kind, key, b"other")
    store.path("clip", KEY).replace(store.path(kind, key))

    assert store.get(kind, key) is None


def test_nobody_waits_for_a_pipe_in_the_place_of_a_value(store: Store) -> None:
    path = store.path("clip", KEY)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert store.get("clip", KEY) is None


def test_a_folder_in_the_place_of_a_value_is_no_value(store: Store) -> None:
    store.path("clip", KEY).mkdir(parents=True)
    assert store.get("clip", KEY) is None
    with pytest.raises(OutputError, match="cannot write") as caught:
        store.put("clip", KEY, b"value")
    assert "AUDIOBOOK_CACHE" in str(caught.value.hint)


def test_fresh_takes_what_was_there_for_missing_and_sees_what_it_puts(store: Store) -> None:
    store.put("clip", KEY, b"old")
    fresh = Store(store.folder.parent, fresh=True)

    assert fresh.get("clip", KEY) is None
    assert not fresh.has("clip", KEY)
    fresh.put("clip", KEY, b"new")
    assert fresh.get("clip", KEY) == b"new"
    assert store.get("clip", KEY) == b"new"


KILLED = """
import os, signal, sys
from pathlib import Path
from audiobook.store import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_whoever_is_killed_while_writing_leaves_the_old_value(store: Store) -> None:
    store.put("clip", KEY, b"old")
    path = store.path("clip", KEY)
    done = run(KILLED, path)

    assert done.returncode == -signal.SIGKILL
    assert store.get("clip", KEY) == b"old"
    (stray,) = set(files_in(store.folder)) - {path}
    assert stray.name.startswith(".")


def test_strays_are_swept_once_they_are_a_day_old_and_nothing_else_is(store: Store) -> None:
    store.put("clip", KEY, b"value")
    path = store.path("clip", KEY)
    run(KILLED, path)
    run(KILLED, path)
    old, young = sorted(set(files_in(store.folder)) - {path})
    day_ago_s = time.time() - 25 * 3600
    for stale in (old, path):
        os.utime(stale, (day_ago_s, day_ago_s))

    store.sweep()
    assert set(files_in(store.folder)) == {path, young}


def test_of_the_files_in_a_folder_only_strays_are_swept(tmp_path: Path) -> None:
    stray = tmp_path / f".partial-{'0a' * 16}"
    others = {tmp_path / name for name in ("a.mp3", ".partial-mine", f".partial-{'x' * 32}")}
    day_ago_s = time.time() - 25 * 3600
    for path in (stray, *others):
        path.touch()
        os.utime(path, (day_ago_s, day_ago_s))

    sweep(tmp_path)
    assert set(tmp_path.iterdir()) == others
    sweep(tmp_path / "missing")


WRITERS = """
import sys
from pathlib import Path
from audiobook.store import Store
store = Store(Path(sys.argv[1]))
value = sys.argv[2].encode() * 50_000
sys.stdin.read()
for _ in range(100):
    store.put("clip", sys.argv[3], value)
    assert store.get("clip", sys.argv[3])[:1] in (b"a", b"b")
"""


def test_two_processes_may_put_the_same_value_at_once(store: Store) -> None:
    command = [sys.executable, "-c", WRITERS, str(store.folder.parent)]
    both = [
        subprocess.Popen([*command, letter, KEY], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for letter in "ab"
    ]
    for process in both:  # begun at once, now that both wait for it
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    for process in both:
        assert process.communicate(timeout=60) == (None, b"")
        assert process.returncode == 0

    assert store.get("clip", KEY) in (b"a" * 50_000, b"b" * 50_000)
    assert files_in(store.folder) == [store.path("clip", KEY)]


def test_a_file_is_replaced_at_the_end_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "episode.mp3"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert files_in(tmp_path) == [path]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_when_the_writer_fails_the_old_file_stays(
    failure: type[BaseException], tmp_path: Path
) -> None:
    path = tmp_path / "episode.mp3"
    path.write_bytes(b"old")

    def write_half() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == [path]


FULL = """
import resource, signal, sys
from pathlib import Path
from audiobook.errors import OutputError
from audiobook.store import replacing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    with replacing(Path(sys.argv[1])) as file:
        for _ in range(100):
            file.write(bytes(1000))
except OutputError as error:
    print(error)
"""


def test_when_no_more_can_be_written_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "episode.mp3"
    path.write_bytes(b"old")
    done = run(FULL, path)

    assert done.stderr == ""
    assert done.stdout.startswith(f"cannot write {path}: File too large")
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == [path]


def test_a_full_disk_has_a_cure_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught, replacing(tmp_path / "episode.mp3"):
        Path("/dev/full").write_bytes(b"x")
    assert "No space left on device" in caught.value.what
    assert caught.value.hint == "free some space, then build again: what is made already is kept"
    assert files_in(tmp_path) == []


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none" / "a.mp3", tmp_path / "file" / "a.mp3"):
        with pytest.raises(OutputError) as caught, replacing(path):
            pass
        assert str(path) in caught.value.what
        assert "--output" in (caught.value.hint or "")
    with pytest.raises(OutputError), replacing(tmp_path / "file" / "b" / "a", make_folder=True):
        pass
    with replacing(tmp_path / "none" / "a.mp3", make_folder=True) as file:
        file.write(b"made")
    assert (tmp_path / "none" / "a.mp3").read_bytes() == b"made"


def test_a_store_that_cannot_be_written_has_a_cure_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        Store(tmp_path / "file").put("clip", KEY, b"value")
    assert "AUDIOBOOK_CACHE" in (caught.value.hint or "")


def test_the_variable_says_where_the_store_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path))
    assert default_folder() == tmp_path
    assert Store().folder.parent == tmp_path
    monkeypatch.setenv("AUDIOBOOK_CACHE", "")
    assert default_folder().name == "audiobook"


def test_reading_a_value_opens_one_file_and_closes_it(store: Store) -> None:
    store.put("clip", KEY, b"value")
    n_most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    for _ in range(min(n_most, 2_000) + 10):
        assert store.get("clip", KEY) == b"value"


VOICE = Voice("tone", "alto", "en", rate=0.9)
SEGMENT = Segment("Once.", Kind.NARRATION, None, 1.0, 300, 0, 5)
CHANGED: dict[type, Callable[[object], object]] = {
    str: lambda value: f"{value}x",
    float: lambda value: float(str(value)) + 0.125,
    int: lambda value: int(str(value)) + 1,
    Kind: lambda value: Kind.VERSE,
    tuple: lambda value: (Reading(0, 4, "Twice"),),
    type(None): lambda value: Where("a"),
}


@pytest.mark.parametrize(
    ("thing", "field"),
    [
        (thing, field.name)
        for thing in (VOICE, SEGMENT, Music())
        for field in dataclasses.fields(thing)
    ],
)
def test_every_field_of_a_thing_shapes_its_digest(thing: Voice, field: str) -> None:
    value = getattr(thing, field)
    changed = dataclasses.replace(thing, **{field: CHANGED[type(value)](value)})

    assert digest("v1", changed) != digest("v1", thing)
    assert digest("v1", dataclasses.replace(thing)) == digest("v1", thing)


def test_parts_are_told_apart() -> None:
    parts: list[tuple[object, ...]] = [
        (),
        ("",),
        (None,),
        ("a", "b"),
        ("ab",),
        (["a", "b"],),
        ("a", ["b"]),
        (1,),
        ("1",),
        (1.5,),
        (b"1",),
        ({"a": 1, "b": 2},),
        ({"a": {"b": 2}},),
        (VOICE,),
        (SEGMENT,),
        ((VOICE, SEGMENT),),
        ("\ud800",),
    ]
    digests = {digest(*part) for part in parts}
    assert len(digests) == len(parts)
    assert all(len(name) == 40 and int(name, 16) >= 0 for name in digests)
    assert digest({"b": 2, "a": 1}) == digest({"a": 1, "b": 2})


def test_what_is_keyed_when_given_leaves_the_keys_of_all_else_as_they_were() -> None:
    said = {"class": "Utterance", "text": "The road.", "sounds": []}
    plain = Utterance("The road.")
    assert digest(plain) == digest(said)
    given = [Utterance("The road.", (), (Delivery(0, 3, level),)) for level in ("strong", None)]
    assert len({digest(one) for one in (plain, *given)}) == 3


def test_a_digest_is_the_same_in_every_process() -> None:
    program = (
        "from audiobook.store import digest; from audiobook.utterance import Voice;"
        'print(digest("v1", {"b": 2, "a": 1}, Voice("tone", "alto", "en", rate=0.9)))'
    )
    assert run(program).stdout.strip() == digest("v1", {"a": 1, "b": 2}, VOICE)


@pytest.mark.parametrize("part", [Path("a"), {1, 2}, datetime.date(2026, 11, 22), object(), Voice])
def test_what_has_no_lasting_name_is_no_part(part: object) -> None:
    with pytest.raises(TypeError, match="cannot be part of a digest"):
        digest(part)


def test_a_forgiving_store_keeps_what_it_can(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError):
        Store(tmp_path / "file").put("clips", "aa", b"x")
    for folder, kept in ((tmp_path / "file", None), (tmp_path, b"x")):
        store = pickle.loads(pickle.dumps(Store(folder, forgiving=True)))
        store.put("clips", "aa", b"x")
        assert store.get("clips", "aa") == kept
