"""The page of an audition: a player for each voice. It asks for nothing but the files beside it."""

from __future__ import annotations

import html
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audiobook.language_tags import EVERY_LANGUAGE
from audiobook.speech.engine import VoiceInfo

__all__ = ["AuditionedVoice", "audition_page"]

_POLICY = "default-src 'none'; media-src 'self' file:; style-src 'unsafe-inline'"
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}"
    "blockquote{margin:1.5rem 0;padding-left:1rem;border-left:.25rem solid;white-space:pre-line}"
    "ol{padding-left:1.5rem}li{margin:2rem 0}h2{font-size:1.1rem;margin:0}"
    "p{margin:.25rem 0}audio{display:block;width:100%;margin:.5rem 0}"
    "code{font-size:.9rem;overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True)
class AuditionedVoice:
    """A voice that can be heard."""

    engine: str
    """Name of its engine."""
    info: VoiceInfo
    """What is known of it."""
    path: Path
    """The file that it is heard in."""
    duration_s: float
    """How long that lasts, in seconds."""


def audition_page(
    text: str, language: str, voices: Sequence[AuditionedVoice], command: Sequence[str] = ()
) -> str:
    """A page in HTML that is to lie beside the files it plays.

    Args:
        text: what is heard.
        language: its language, as a BCP 47 tag.
        voices: who is heard.
        command: what builds a story as it is heard, all but the voice; none to show none.
    """
    tag = html.escape(language)
    players = "\n".join(_player(number, voice, command) for number, voice in enumerate(voices, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Audition: {len(voices)} voices</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Audition</h1>
<blockquote lang="{tag}" dir="auto">{_escaped(text)}</blockquote>
<ol>
{players}
</ol>
</main>
</body>
</html>
"""


def _player(number: int, voice: AuditionedVoice, command: Sequence[str]) -> str:
    info, source = voice.info, quote(voice.path.name)
    facts = (voice.engine, info.language, info.gender, info.age, info.quality, info.note)
    told = " · ".join(_escaped(fact) for fact in facts if fact and fact != EVERY_LANGUAGE)
    shown = ""
    if command:
        choice = shlex.join([*command, "--engine", voice.engine, "--voice", info.name])
        shown = f"\n<p><code>{_escaped(choice)}</code></p>"
    title = f"voice-{number}"
    return (
        f'<li><h2 id="{title}">{_escaped(info.name)}</h2>\n<p>{told}</p>\n'
        f'<audio controls preload="metadata" src="{source}" aria-labelledby="{title}"></audio>'
        f"{shown}</li>"
    )


def _escaped(text: str) -> str:
    """A text that is no markup, without what a page cannot hold."""
    return html.escape("".join(c if c.isprintable() or c == "\n" else " " for c in text))
