"""How voices look: lists of them, auditions, and what is to be installed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from audiobook.cli.reporting.figures import counted, megabytes
from audiobook.cli.reporting.reporter import Reporter
from audiobook.cli.reporting.tables import table
from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.progress import Noted, Warned
from audiobook.utterance import GENDERS

if TYPE_CHECKING:
    from audiobook.auditioning import Audition
    from audiobook.speech.engine import VoiceInfo
    from audiobook.speech.listing import ListedVoice, VoiceList
    from audiobook.speech.voice_store import PlannedInstall

__all__ = ["install_lines", "show_audition", "show_installed", "show_voices"]

_FIELDS = ("name", "language", "gender", "age", "quality", "note")
_HEAD = ("language", "gender", "engine", "voice", "quality", "installed", "")
_MOST_VARIANTS = 8
_NOTE_WIDTH = 60
_WIDTH = 100


def show_voices(found: VoiceList, reporter: Reporter) -> None:
    """Print voices, each with its engine, and which engines have none to show."""
    if reporter.as_json:
        unusable = [{"name": e.name, "problem": e.problem, "hint": e.hint} for e in found.unusable]
        reporter.data({"voices": list(map(_voice_data, found.voices)), "unusable": unusable})
        return
    if found.voices:
        reporter.lines(*table([_HEAD, *map(_row, found.voices)]), *_variant_lines(found.voices))
        return
    for engine in found.unusable:
        reporter.listen(Warned(f"{engine.name}: {engine.problem}", hint=engine.hint))
    if not found.unusable:
        reporter.listen(Noted("no voice is known to be what was asked for"))


def show_audition(audition: Audition, reporter: Reporter) -> None:
    """Print where the files and the page of an audition are."""
    if reporter.as_json:
        reporter.data(
            {
                "page": str(audition.page),
                "text": audition.text,
                "language": audition.language,
                "voices": [
                    {
                        "engine": voice.engine,
                        "voice": voice.info.name,
                        "file": str(voice.path),
                        "duration_s": round(voice.duration_s, 3),
                    }
                    for voice in audition.voices
                ],
            }
        )
        return
    rows = [
        (voice.engine, voice.info.name, f"{voice.duration_s:.1f} s", str(voice.path))
        for voice in audition.voices
    ]
    reporter.lines(*table(rows, right=(2,)), f"Listen: {audition.page}")


def install_lines(planned: PlannedInstall) -> list[str]:
    """What somebody should know who is asked whether to install a voice."""
    voice = planned.voice
    lines = [
        f"{voice.name}: {counted(voice.n_voices, 'voice')} for {voice.engine}, "
        f"{', '.join(voice.languages)}",
        f"  licence   {voice.licence or 'told by its model card'}: {voice.about}",
        f"  to        {planned.folder}",
        f"  fetches   {megabytes(planned.n_bytes)} of {megabytes(voice.n_bytes)}",
    ]
    for file in planned.files:
        lines += [f"    {file.url}", f"      {file.n_bytes} bytes, {file.checksum}"]
    return lines


def show_installed(planned: PlannedInstall, reporter: Reporter) -> None:
    """Print where a voice lies now, and how much was fetched for it."""
    voice = planned.voice
    paths = [planned.folder / file.name for file in voice.files]
    if reporter.as_json:
        reporter.data(
            {
                "name": voice.name,
                "engine": voice.engine,
                "licence": voice.licence,
                "about": voice.about,
                "fetched_bytes": planned.n_bytes,
                "files": [str(path) for path in paths],
            }
        )
    else:
        reporter.lines(*map(str, paths))


def _voice_data(voice: ListedVoice) -> dict[str, object]:
    return {
        "engine": voice.engine,
        **_info_data(voice.info),
        "installed": voice.is_installed,
        "needs_network": voice.needs_network,
        "variants": [_info_data(variant) for variant in voice.variants],
    }


def _info_data(info: VoiceInfo) -> dict[str, object]:
    return {name: getattr(info, name) for name in _FIELDS}


def _row(voice: ListedVoice) -> tuple[str, ...]:
    info = voice.info
    language = "any" if info.language == EVERY_LANGUAGE else info.language
    installed = "online" if voice.needs_network else "yes" if voice.is_installed else "no"
    note = textwrap.shorten(info.note or "", _NOTE_WIDTH, placeholder=" …")
    return language, info.gender or "", voice.engine, info.name, info.quality or "", installed, note


def _variant_lines(voices: Iterable[ListedVoice]) -> Iterator[str]:
    """What is made of voices, once for all of which the same is made."""
    names: dict[tuple[str, str], list[str]] = {}
    for voice in voices:
        told = "; ".join(_variants_told(voice))
        names.setdefault((voice.engine, told), []).append(voice.info.name)
    for (engine, told), same in names.items():
        if told:
            whose = same[0] if len(same) == 1 else f"each of {len(same)} voices"
            yield from textwrap.wrap(
                f"{engine}, variants of {whose}: {told}",
                _WIDTH,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )


def _variants_told(voice: ListedVoice) -> Iterator[str]:
    """What is made of a voice, by gender, each by what is added to its name."""
    for gender in (*GENDERS, None):
        made = [variant.name for variant in voice.variants if variant.gender == gender]
        if made:
            added = " ".join(name.removeprefix(voice.info.name) for name in made[:_MOST_VARIANTS])
            more = f" and {len(made) - _MOST_VARIANTS} more" if made[_MOST_VARIANTS:] else ""
            yield f"{gender}: {added}{more}" if gender else f"{added}{more}"
