"""What a show, a story and its programme say of themselves in the tag of a finished file."""

from __future__ import annotations

from audiobook.episode.tags import ChapterMark, Cover, Tag
from audiobook.model import Script
from audiobook.parts import Part
from audiobook.sound.timeline import Timeline
from audiobook.speech.relay import Relay

__all__ = ["tag_of"]


def tag_of(part: Part, relay: Relay, cover: Cover | None, timeline: Timeline) -> Tag:
    """What players show of a programme.

    Args:
        part: what is heard in it.
        relay: who speaks.
        cover: its picture; None for none.
        timeline: where its chapters begin and end.
    """
    show, entry, grid = part.story.show, part.story.entry, timeline.grid
    date = entry.date or show.date
    return Tag(
        part.script.title,
        artist=part.story.author or "",
        album=show.title or part.story.title,
        narrator=show.narrator or _narrators(part.script, relay),
        date=date.isoformat() if date else "",
        genre=show.genre,
        track=part.number,
        disc=part.disc,
        language=part.story.language,
        comment=entry.description or show.description or "",
        lyrics=_text(part.script),
        copyright=show.copyright or "",
        cover=cover,
        duration_ms=round(timeline.duration_s * 1000),
        chapters=tuple(
            ChapterMark(
                mark.title,
                round(grid.seconds(mark.start_frame) * 1000),
                round(grid.seconds(mark.end_frame) * 1000),
            )
            for mark in timeline.marks
        ),
        source=entry.story.name,
    )


def _narrators(script: Script, relay: Relay) -> str:
    """Whose voice tells a story, or whose voices where engines have taken over."""
    voices = (relay.casting(chapter).voice(None) for chapter in script.chapters)
    names = list(dict.fromkeys(f"{voice.engine} {voice.name}" for voice in voices))
    return f"{', '.join(names)} (synthetic voice{'s' if len(names) > 1 else ''})"


def _text(script: Script) -> str:
    """What is spoken, a line for each segment and a blank one between chapters."""
    return "\n\n".join(
        "\n".join(segment.text for segment in chapter.segments) for chapter in script.chapters
    )
