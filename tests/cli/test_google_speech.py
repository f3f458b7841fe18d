"""Builds that Google speaks, or refuses to: whole processes against a Google on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.commands import PROGRAM, Finished, Run
from fakes.google import Answer, Asked, Google

pytestmark = pytest.mark.usefixtures("no_partial_files")

PROBE = 1  # the request by which a build sees that Google answers
TEXTS = ["The Near Bank", "The water was high. The road ended there.", "“Not today,”", "he said."]
GTTS = ("--engine", "gtts", "--no-music")


def test_google_speaks_the_whole_story(run_process: Run, story: Path, google: Google) -> None:
    done = run_process("build", story, *GTTS, "--json")
    assert done.code == 0, done
    assert done.json["engine"] == "gtts"
    assert done.json["episodes"][0]["segments_synthesised"] == 7
    assert google.texts[PROBE : PROBE + 4] == TEXTS
    assert len(google.texts) == PROBE + 7


def test_auto_takes_google_where_it_answers(run: Run, story: Path, google: Google) -> None:
    done = run("build", story, "--no-music", "--json")
    assert done.json["engine"] == "gtts"
    assert "warning" not in done.err
    assert len(google.texts) == PROBE + 7


@pytest.mark.usefixtures("no_google")
def test_auto_takes_espeak_where_it_does_not(run_process: Run, story: Path) -> None:
    done = run_process("build", story, "--no-music", "--json")
    assert done.code == 0
    assert done.json["engine"] == "espeak"
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    (warning,) = warnings
    assert "Google Translate cannot be reached" in warning
    assert "espeak-ng speaks instead" in warning


@pytest.mark.usefixtures("no_google")
def test_offline(run: Run, story: Path) -> None:
    done = run("build", story, *GTTS)
    done.fails(4, "Google Translate cannot be reached", hint="--engine espeak")
    assert "tries" not in done.err  # it is told at once
    assert "0 of 7 segments are kept" in done.err
    assert not Path("output").exists()
    said = run("say", "Hello", "--engine", "gtts")
    said.fails(4, "Google Translate cannot be reached", hint="--engine espeak")


def test_a_plan_asks_nobody(run: Run, story: Path, google: Google) -> None:
    assert run("plan", story).code == 0
    assert run("build", "-n", story, "--engine", "gtts").code == 0
    assert google.asked == []


def test_refused_from_the_beginning(run: Run, story: Path, google: Google) -> None:
    google.answer = lambda number, asked: REFUSED
    done = run("build", story, *GTTS)
    refused = "Google takes no more requests for now (429), after 5 tries; 0 of 7 segments are kept"
    done.fails(4, refused, hint="build again later")
    assert google.texts == ["Yes."] * 5


def is_by_google(done: Finished) -> bool:
    assert done.code == 0, done
    (episode,) = done.json["episodes"]
    return (
        {done.json["engine"]} == {chapter["engine"] for chapter in episode["engines"]} == {"gtts"}
    )


@pytest.mark.parametrize("engine", [pytest.param("gtts", marks=pytest.mark.slow), "auto"])
def test_what_is_kept_asks_nobody(
    run_process: Run, story: Path, google: Google, engine: str
) -> None:
    options = ("build", story, "--engine", engine, "--no-music", "--json")
    assert is_by_google(run_process(*options))
    made = Path("output/crossing.mp3").read_bytes()
    google.asked.clear()
    google.answer = lambda number, asked: REFUSED
    again = run_process(*options)

    assert is_by_google(again)
    assert "warning" not in again.err
    assert google.asked == []
    assert Path("output/crossing.mp3").read_bytes() == made


@pytest.mark.parametrize("engine", ["gtts", "auto"])
def test_what_is_ready_for_the_mix_asks_nobody(
    run: Run, story: Path, google: Google, engine: str
) -> None:
    options = ("build", story, "--engine", engine, "--no-music", "--json")
    assert is_by_google(run(*options))
    forget_clips()
    google.asked.clear()
    google.answer = lambda number, asked: REFUSED

    assert is_by_google(run(*options))
    assert google.asked == []


def test_words_are_timed_in_clips(run: Run, google: Google) -> None:
    said = ("say", "Nobody came.", "--engine", "gtts")
    assert run(*said).code == 0
    forget_clips()
    google.answer = lambda number, asked: REFUSED

    assert run(*said).code == 0
    run(*said, "--words").fails(4, "0 of 1 segments are kept", hint="build again later")


def forget_clips() -> None:
    """Have the store lose what was spoken, but not what was made of it."""
    for folder in Path(os.environ["AUDIOBOOK_CACHE"]).glob("*/clips"):
        shutil.rmtree(folder)


@pytest.mark.slow
def test_a_book_of_googles_is_not_taken_over(run_process: Run, story: Path, google: Google) -> None:
    """Neither for a new line, nor where all is made anew; asked for by name, it is."""
    assert is_by_google(run_process("build", story, "--no-music", "--json"))
    made = Path("output/crossing.mp3").read_bytes()
    story.write_text(story.read_text() + "\nNobody came.\n")
    google.asked.clear()
    google.answer = lambda number, asked: REFUSED
    hint = "build again later, or use --engine espeak to have all of it spoken by espeak-ng"
    told = (
        "Google takes no more requests for now (429), after 5 tries; 7 of 8 segments are kept, so"
        " espeak-ng does not take over"
    )
    for extra in ((), ("--fresh",)):
        run_process("build", story, "--no-music", *extra).fails(4, told, hint=hint)
        assert google.texts == ["Yes."] * 5
        assert Path("output/crossing.mp3").read_bytes() == made
        google.asked.clear()

    failed = Answer(500, headers={"Retry-After": "0"})
    google.answer = lambda number, asked: failed if number < 4 else None
    assert is_by_google(run_process("build", story, "--no-music", "--json"))
    assert google.texts == ["Yes."] * 5 + ["Nobody came."]


def test_a_fair_part_by_google_is_enough(run: Run, story: Path, google: Google) -> None:
    """Espeak-ng does not take over from a Google that has spoken but one chapter."""
    assert run("build", story, *GTTS, "--only", "2").code == 0
    google.answer = lambda number, asked: Answer(403)

    hint = "build again later, or use --engine espeak to have all of it spoken by espeak-ng"
    told = 'Google answers 403 to "Yes."; 3 of 7 segments are kept, so espeak-ng does not take over'
    run("build", story, "--no-music").fails(4, told, hint=hint)


def test_where_espeak_has_spoken_more_it_goes_on(run: Run, story: Path, google: Google) -> None:
    assert run("build", story, *GTTS, "--only", "2").code == 0
    assert run("build", story, "--engine", "espeak", "--no-music").code == 0
    google.answer = lambda number, asked: REFUSED
    google.asked.clear()
    done = run("build", story, "--no-music", "--json")

    assert done.json["engine"] == "espeak"
    assert "espeak-ng speaks instead" in done.err
    assert google.texts == ["Yes."]


def test_a_voice_that_only_one_of_them_has_is_taken_with_it(
    run: Run, story: Path, google: Google
) -> None:
    said = ("build", story, "--no-music", "--json", "--voice")
    assert is_by_google(run(*said, "co.uk"))
    run(*said, "en-us+f3").fails(2, 'unknown voice "en-us+f3"')
    google.answer = lambda number, asked: REFUSED
    assert is_by_google(run(*said, "co.uk"))
    assert run(*said, "en-us+f3").json["engine"] == "espeak"


@pytest.mark.slow
def test_a_wait_is_told(
    run: Run, story: Path, google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.speech.retrying._TOLD_FROM_S", 0.0)
    for options in ((), ("-q",)):
        google.answer = lambda number, asked: REFUSED if number == PROBE + 1 else None
        google.asked.clear()
        done = run("build", story, *GTTS, "--json", "--fresh", *options)
        assert is_by_google(done)
        told = [line for line in done.err.splitlines() if "wait" in line]
        assert told == ([] if options else ["Google asks to wait 0 s (try 2 of 5)"])


REFUSED = Answer(429, headers={"Retry-After": "0"})
FAILURES = {
    "429": (REFUSED, "takes no more requests for now (429)"),
    "5xx": (Answer(503, b"<html>", {"Retry-After": "0"}), "Google fails with status 503"),
}


@pytest.mark.parametrize("failure", ["5xx", pytest.param("429", marks=pytest.mark.slow)])
def test_a_failure_midway_keeps_what_was_spoken(
    run_process: Run, run: Run, story: Path, google: Google, failure: str
) -> None:
    answer, what = FAILURES[failure]

    def fail_from_the_third(number: int, asked: Asked) -> Answer | None:
        return answer if asked.text in TEXTS[2:] else None

    google.answer = fail_from_the_third
    done = run_process("build", story, *GTTS)
    done.fails(1, "error: crossing.md:14:11: ", hint="what is spoken is kept: build again later")
    assert f"{what}, after 5 tries; 2 of 7 segments are kept" in done.err
    assert "   | Ferryman: “Not today,”\n" in done.err
    assert list(Path("output").iterdir()) == []
    assert set(google.texts[PROBE:]) == set(TEXTS[:3])  # none is asked after a failure

    google.asked.clear()
    google.answer = lambda number, asked: None
    again = run("build", story, *GTTS, "--json")
    assert again.code == 0
    assert again.json["episodes"][0]["segments_reused"] == 2
    assert TEXTS[2] in google.texts
    assert not set(TEXTS[:2]) & set(google.texts)
    assert len(google.texts) == PROBE + 5


@pytest.mark.slow
def test_a_passing_failure_is_got_over(run: Run, story: Path, google: Google) -> None:
    at_once = {"Retry-After": "0"}
    failures = {2: Answer(429, headers=at_once), 5: Answer(500, headers=at_once)}
    google.answer = lambda number, asked: failures.get(number)
    done = run("build", story, *GTTS, "-q")
    assert (done.code, done.err) == (0, "")
    assert len(google.texts) == PROBE + 7 + 2


def test_a_killed_build_asks_for_nothing_twice(run: Run, story: Path, google: Google) -> None:
    """But for the one request that nobody was there to hear answered."""
    with subprocess.Popen([*PROGRAM, "build", str(story), *GTTS], stderr=subprocess.DEVNULL) as it:

        def kill_at_the_fifth(number: int, asked: Asked) -> None:
            if number == PROBE + 4:
                it.kill()

        google.answer = kill_at_the_fifth
        assert it.wait(30) < 0
    unheard = google.texts[PROBE + 4 :]
    answered = google.texts[PROBE : PROBE + 4]
    google.asked.clear()
    google.answer = lambda number, asked: None
    again = run("build", story, *GTTS, "--json")

    assert len(answered) == 4
    assert again.json["episodes"][0]["segments_reused"] == 4
    assert google.texts[PROBE:][:1] == unheard
    assert not set(answered) & set(google.texts)


def test_a_stranger_in_between_is_not_trusted(
    run_process: Run, story: Path, google: Google
) -> None:
    """A server whose certificate nobody vouches for gets no word of the story."""
    done = run_process("build", story, *GTTS, env={"REQUESTS_CA_BUNDLE": ""})
    done.fails(4, "certificate cannot be verified", hint="REQUESTS_CA_BUNDLE")
    assert google.asked == []
