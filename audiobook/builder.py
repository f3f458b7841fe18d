"""The way from a source, or a text, to finished files.

    source ─▶ Show ─▶ Script ─▶ voices ─▶ clips ─▶ takes ─▶ Timeline ─▶ blocks ─▶ files

As far as the voices everything is looked at here, for all episodes; from there on
`audiobook.production` makes one programme after the other. `audiobook.planning` goes the same way
as far as it goes without speaking.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import product
from pathlib import Path

from audiobook.covers import cover_of
from audiobook.episode.encoder import Encoder
from audiobook.episode.formats import check_formats, format_names
from audiobook.errors import UsageError
from audiobook.finished import warn_of_others
from audiobook.parts import Part, parts_of
from audiobook.production import Ready, produced
from audiobook.programme import Tools, encoder_of, load_music, room_of
from audiobook.progress import Listener, Noted, one_at_a_time, silent
from audiobook.report import Built, Report
from audiobook.sound.profiles import Profile
from audiobook.speech.casting import Casting
from audiobook.speech.choose import Engines
from audiobook.speech.pacing import Pacer
from audiobook.store import Store, check_target, make_writable, sweep
from audiobook.stories import read_stories, read_story, story_of_text
from audiobook.story import Choices, Story
from audiobook.voicing import voiced

__all__ = ["build", "say", "say_story"]

_AHEAD_PER_JOB = 3


def build(
    source: str | Path | None = None,
    *,
    output: str | Path = "output",
    choices: Choices | None = None,
    jobs: int | None = None,
    fresh: bool = False,
    executor: Executor | None = None,
    listen: Listener = silent,
) -> Report:
    """Make the episodes of a story or a show.

    Args:
        source: a story file, or a folder with a show.toml; None for the nearest show.toml above
            the current folder, else the one in ./script.
        output: the folder for the finished files; made where it is missing.
        choices: what goes before the show's own settings.
        jobs: how much is done at once; None for one for each core.
        fresh: make everything anew, whatever the store holds.
        executor: where sound is worked on, such as a pool of processes; None for threads of the
            build's own. Engines are waited for in threads in any case.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: what can go wrong is listed in `audiobook.errors`. Everything made until
            then is kept, and a finished file of an earlier build stays.
    """
    begun = time.monotonic()
    choices = choices or Choices()
    if jobs is not None and jobs < 1:
        raise UsageError(f"{jobs} jobs do nothing", hint="use 1 or more")
    n_jobs = jobs or os.cpu_count() or 1
    listen = one_at_a_time(listen)
    check_formats(choices.formats)
    stories = read_stories(source, choices, listen)
    with ExitStack() as stack:
        threads = ThreadPoolExecutor(n_jobs)
        stack.callback(threads.shutdown, cancel_futures=True)
        store = Store(fresh=fresh)
        tools = Tools(store, executor or threads, threads, _AHEAD_PER_JOB * n_jobs, listen)
        stack.callback(tools.pacer.close)
        engines = Engines(listen, stories[0].show.engines)
        stack.callback(engines.close)
        folder = Path(output)
        # All of them before the first is spoken: hours may go into that.
        ready = [_made_ready(story, choices, engines, folder, tools) for story in stories]
        make_writable(folder)
        built: list[Built] = []
        for each in ready:
            for part in each.parts:
                listen(Noted(_overview(part, each.relay.preferred)))
                built.append(produced(part, each, folder, tools))
        store.sweep()
        sweep(folder)
    return Report(tuple(built), time.monotonic() - begun)


def say(
    text: str,
    path: str | Path,
    *,
    like: str | Path | None = None,
    rate: float | None = None,
    words: bool = False,
    choices: Choices | None = None,
    listen: Listener = silent,
) -> Report:
    """Speak a text into a file, mastered as an episode is, without music.

    Args:
        text: what to say.
        path: the file to write; its suffix names the format.
        like: a story whose narrator, language, engines and lexicon are to be heard; None for
            those of the nearest show, if there is one.
        rate: how fast, 1 being the engine's own speed, from 0.5 to 2; None for the narrator's.
        words: whether to tell when each word is heard; see `Built.words`.
        choices: as for `build`; split and only are of no account.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: as for `build`.
    """
    path = Path(path)
    choices = choices or Choices()
    listen = one_at_a_time(listen)
    told = None if like is None else read_story(like, choices, listen)
    story = story_of_text(text, path.stem, choices, told, rate=rate)
    with closing(Engines(listen, story.show.engines)) as engines:
        return say_story(story, path, choices, engines, words=words, listen=listen)


def say_story(
    story: Story,
    path: Path,
    choices: Choices,
    engines: Engines,
    *,
    words: bool = False,
    listen: Listener = silent,
) -> Report:
    """Speak a story into a file of that name; see `say`.

    Args:
        story: what to say, all of it.
        path: the file to write; its suffix names the format.
        choices: as for `say`.
        engines: make the engines, which stay open.
        words: whether to tell when each word is heard.
        listen: is told of progress and warnings.

    Raises:
        AudiobookError: as for `build`.
    """
    begun = time.monotonic()
    choices = replace(choices, formats=(_format_of(path),))
    if not path.parent.exists():
        raise UsageError(f"there is no folder {path.parent}", hint="name a file in one there is")
    make_writable(path.parent)
    with ThreadPoolExecutor() as executor, closing(Pacer()) as pacer:
        tools = Tools(Store(), executor, executor, _AHEAD_PER_JOB, listen, pacer)
        check_target(path)
        profile = story.profile(choices)
        room = room_of(profile, narration=story.show.narration)
        trusted = None if words else room
        chosen = voiced(story, choices, engines, tools.store, listen, room=trusted)
        part = Part(story, chosen.script, path.stem, None)
        ready = Ready(chosen.relay, None, profile, room, _encoders(choices, profile), (part,))
        timed_by = engines if words else None
        built = produced(part, ready, path.parent, tools, timed_by=timed_by, is_said=True)
    return Report((built,), time.monotonic() - begun)


def _made_ready(
    story: Story, choices: Choices, engines: Engines, folder: Path, tools: Tools
) -> Ready:
    """Choose an episode's voices, and see to its cover, its music and its files.

    The music is let go again: that of many episodes would fill the memory.
    """
    profile = story.profile(choices)
    room = room_of(profile, narration=story.show.narration)
    chosen = voiced(story, choices, engines, tools.store, tools.listen, room=room)
    cover = cover_of(story.show, story.book, tools.listen)
    encoders = _encoders(choices, profile)
    load_music(story.show.music, chosen.script, story.folders, profile, tools.store)
    parts = tuple(parts_of(story, chosen.script, choices))
    paths = [part.file(folder, encoder) for part, encoder in product(parts, encoders.values())]
    for path in paths:
        check_target(path)
    warn_of_others(paths, story, tools.listen)
    return Ready(chosen.relay, cover, profile, room, encoders, parts)


def _encoders(choices: Choices, profile: Profile) -> dict[str, Encoder]:
    return {name: encoder_of(name, profile) for name in choices.formats}


def _overview(part: Part, casting: Casting) -> str:
    """A line on what is about to be made."""
    script = part.script
    n_segments = sum(1 for _ in script.segments)
    n_voices = len({casting.voice(segment.speaker) for segment in script.segments})
    counts = [(len(script.chapters), "chapter"), (n_segments, "segment"), (n_voices, "voice")]
    shown = [f"{n} {noun}" + ("s" if n != 1 else "") for n, noun in counts]
    title = ": ".join(dict.fromkeys([part.story.title, script.title]))
    return " · ".join([title, *shown, casting.voice(None).engine])


def _format_of(path: Path) -> str:
    """The format that a file's suffix names."""
    name = path.suffix.removeprefix(".").casefold()
    if not name:
        known = " or ".join(f".{name}" for name in format_names())
        raise UsageError(f"{path} has no suffix", hint=f"end it in {known}")
    check_formats([name])
    return name
