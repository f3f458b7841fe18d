"""What a plan foretells, held against what a build then does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.commands import Run
from fakes.google import Google

from audiobook.build_rates import keep_rate
from audiobook.store import Store

TONE = ("--engine", "tone", "--no-music")
REFRAIN = "The river was high, and nobody had crossed it since Tuesday."

TALE = (
    "It rained. The road ended at the water. A bell hung from a post there. She rang it. Nobody"
    " came. A dog barked, a mile away on the other bank of the river, and then it was silent as"
    " well.\n\nShe sat down. It was cold.\n\nShe waited.\n"
)


def planned(run: Run, *arguments: object) -> Any:
    (plan,) = run("plan", *arguments, "--json").json["episodes"]
    return plan


def test_chapters_and_speakers_add_up_to_the_whole(run: Run, story: Path) -> None:
    assert run("build", story, *TONE, "--only", "1").code == 0
    plan = planned(run, story, *TONE)
    assert [chapter["title"] for chapter in plan["by_chapter"]] == plan["chapters"]
    for parts in (plan["by_chapter"], plan["speakers"]):
        for name in ("segments", "segments_kept", "characters", "characters_to_speak", "requests"):
            assert sum(part[name] for part in parts) == plan[name], name
    near, far = plan["by_chapter"]
    assert (near["segments_kept"], near["characters_to_speak"]) == (near["segments"], 0)
    assert (far["segments_kept"], far["characters_to_speak"]) == (0, far["characters"])
    lasts_s = sum(chapter["estimated_s"] for chapter in plan["by_chapter"])
    assert lasts_s == pytest.approx(plan["estimated_s"], abs=0.2)


def test_under_auto_it_says_what_it_takes_for_granted(
    run: Run, google: Google, story: Path
) -> None:
    """Whatever espeak-ng has spoken: a build asks Google first."""
    assert run("build", story, "--engine", "espeak", "--no-music").code == 0
    plan = planned(run, story, "--no-music")
    assert (plan["engine"], plan["engine_is_assumed"]) == ("gtts", True)
    shown = "The Crossing  (auto: gtts where Google answers)\n"
    assert run("plan", story, "--no-music").out.startswith(shown)
    assert google.asked == []

    assert run("build", story, "--no-music").code == 0
    plan = planned(run, story, "--no-music")
    assert (plan["engine"], plan["engine_is_assumed"]) == ("gtts", False)
    plan = planned(run, story, "--no-music", "--language", "kk")
    assert (plan["engine"], plan["engine_is_assumed"]) == ("espeak", False)


def test_an_engine_that_lacks_something_is_told_as_by_a_build(run: Run, story: Path) -> None:
    Path("show.toml").write_text('[engines.parrot]\ncommand = ["no-such-parrot", "{out}"]\n')
    options = (story, "--engine", "parrot", "--no-music")
    plan, build = run("plan", *options), run("build", *options)
    plan.fails(4, "no-such-parrot")
    assert plan.err == build.err


@pytest.mark.slow
def test_a_store_that_cannot_be_written_stops_no_plan(
    run: Run, story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "file"))
    (tmp_path / "file").write_text("no folder")
    done = run("plan", story, "--engine", "tone")
    assert done.code == 0, done
    assert "speaks" in done.out
    run("build", story, "--engine", "tone").fails(1, "cannot write", hint="AUDIOBOOK_CACHE")


def test_what_is_said_twice_is_counted_once(run: Run) -> None:
    Path("refrain.md").write_text(f"{REFRAIN}\n\nShe waited.\n\n{REFRAIN}\n")
    plan = planned(run, "refrain.md", *TONE)
    assert (plan["segments"], plan["segments_kept"]) == (3, 0)
    assert plan["characters"] - plan["characters_to_speak"] == len(REFRAIN)
    (built,) = run("build", "refrain.md", *TONE, "--json").json["episodes"]
    assert built["segments_synthesised"] == 2


def test_requests_are_those_that_a_build_sends(run: Run, google: Google, story: Path) -> None:
    long = "It went on, " * 20 + "and ended."
    story.write_text(f"{story.read_text()}\n{long}\n\n{long}\n")
    options = (story, "--engine", "gtts", "--no-music")
    plan = planned(run, *options)
    assert google.asked == []
    assert plan["requests_by_engine"] == {"gtts": plan["requests"]}
    assert run("build", *options).code == 0
    n_probes = google.texts.count("Yes.")
    assert len(google.asked) - n_probes == plan["requests"] > plan["segments"]
    assert planned(run, *options)["requests"] == 0


def test_short_sentences_share_requests_and_a_build_sends_those_planned(
    run: Run, google: Google
) -> None:
    Path("tale.md").write_text(TALE)
    options = ("tale.md", "--engine", "gtts", "--no-music")
    plan = planned(run, *options)
    assert run("build", *options).code == 0
    sent = [text for text in google.texts if text != "Yes."]
    assert len(sent) == plan["requests"] == plan["segments"] == 4
    assert " ".join(sent) == " ".join(TALE.split())
    assert planned(run, "tale.md", *TONE)["segments"] == 9

    Path("tale.md").write_text(TALE.replace("cold", "freezing"))
    assert planned(run, *options)["requests"] == 1


def test_a_story_is_packed_for_the_engine_of_its_narrator(run: Run) -> None:
    Path("tale.md").write_text(TALE)
    segments = {}
    for engine in ('"gtts"', '["gtts", "espeak"]', '["espeak", "gtts"]', '"espeak"'):
        Path("show.toml").write_text(f'title = "T"\nstory = "tale.md"\nengine = {engine}\n')
        segments[engine] = planned(run, "--no-music")["segments"]
    assert list(segments.values()) == [4, 4, 4, 9]

    Path("show.toml").write_text(
        'title = "T"\nstory = "tale.md"\nengine = "gtts"\n[cast.Narrator]\nengine = "espeak"\n'
    )
    assert planned(run, "--no-music")["segments"] == 9


@pytest.mark.usefixtures("google")
def test_requests_have_a_column_where_some_are_sent(run: Run, story: Path) -> None:
    assert "requests" not in run("plan", story, *TONE).out
    out = run("plan", story, "--engine", "gtts", "--no-music").out
    assert out.count("to speak  requests\n") == 2


def test_a_price_in_the_show_gives_a_cost_by_chapter_and_speaker(run: Run, story: Path) -> None:
    Path("show.toml").write_text(
        'title = "T"\nengine = "gtts"\n'
        "[engines.gtts]\nprice_per_million_characters = 1000\n"
        '[cast.Ferryman]\nengine = "tone"\n'
    )
    plan = planned(run, story, "--no-music")
    ferryman = len("“Not today,”")
    assert plan["cost"] == pytest.approx((plan["characters"] - ferryman) / 1000)
    costs = {speaker["name"]: speaker["cost"] for speaker in plan["speakers"]}
    assert costs.pop("Ferryman") is None
    assert sum(costs.values()) == pytest.approx(plan["cost"], abs=1e-5)
    assert sum(chapter["cost"] for chapter in plan["by_chapter"]) == pytest.approx(plan["cost"])
    assert (
        f"costs     {plan['cost']:.4f}, by the show's prices"
        in run("plan", story, "--no-music").out
    )
    assert planned(run, story, *TONE)["cost"] is None


def test_a_price_must_be_one(run: Run, story: Path) -> None:
    Path("show.toml").write_text("[engines.gtts]\nprice_per_million_characters = -1\n")
    done = run("plan", story)
    done.fails(3, "show.toml:2:")
    Path("show.toml").write_text("[engines.gtts]\nprice_per_milion_characters = 1\n")
    assert run("plan", story, "--engine", "gtts").code == 3


@pytest.mark.slow
def test_time_is_told_by_the_builds_of_this_machine_alone(run: Run) -> None:
    Path("long.md").write_text("\n\n".join(f"{n}: {REFRAIN}" for n in range(12)))
    before = planned(run, "long.md", *TONE)
    assert (before["expected_s"], before["expected_from"]) == (None, [])
    assert "takes     not known" in run("plan", "long.md", *TONE).out

    built = run("build", "long.md", *TONE, "--json").json
    kept = planned(run, "long.md", *TONE)
    assert kept["expected_s"] is None
    Path("long.md").write_text("\n\n".join(f"Anew, {n}: {REFRAIN}" for n in range(24)))
    after = planned(run, "long.md", *TONE)
    (rate,) = after["expected_from"]
    assert (rate["engine"], rate["builds"]) == ("tone", 1)
    assert 0 < rate["s_per_speech_s"] < built["elapsed_s"] / 20
    speech_s = after["speech_to_make_s"]
    assert after["expected_s"] == pytest.approx(rate["s_per_speech_s"] * speech_s, abs=0.06)
    assert "as 1 build with tone on this machine" in run("plan", "long.md", *TONE).out
    assert planned(run, "long.md", "--engine", "espeak")["expected_s"] is None


@pytest.mark.usefixtures("no_google")
def test_the_first_of_engines_that_take_over_is_planned_with(run: Run, story: Path) -> None:
    Path("show.toml").write_text('title = "T"\nengine = ["gtts", "espeak"]\n')
    plan = planned(run, story, "--no-music")
    assert plan["engine"] == "gtts"
    assert plan["requests"] > 0


def test_a_time_that_rounds_to_nothing_is_told_as_such(run: Run, store: Store) -> None:
    Path("short.md").write_text(f"{REFRAIN}\n")
    keep_rate(store, "tone", 100.0, 2.0)
    assert "takes     under a second, as 1 build with tone" in run("plan", "short.md", *TONE).out
    assert 0 < planned(run, "short.md", *TONE)["expected_s"] < 1
    assert run("build", "short.md", *TONE).code == 0
    assert "takes" not in run("plan", "short.md", *TONE).out
