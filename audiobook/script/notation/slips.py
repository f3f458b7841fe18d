"""Marks that are mistyped, and would be read aloud or left out without a word.

A story that was written for another purpose has pictures, brackets and braces, too. So only what
nobody writes for anything else is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from audiobook.errors import StoryError, UnknownNameError, near_names
from audiobook.model import Omission, Source
from audiobook.script.notation.annotations import CUE_OPTIONS, Place

__all__ = [
    "LOOSE_SETTING",
    "UNPLAYED_WHY",
    "check_cue",
    "check_settings",
    "check_text",
    "is_picture",
    "is_sound",
    "unplayed",
]

UNPLAYED_WHY = "a sound that no mark plays"
"""Why an image is left out that leads to a sound."""

_PICTURE = re.compile(
    r"\.(?:avif|bmp|gif|heic|ico|jpe?g|png|svg|tiff?|webp)(?:[?#].*)?\Z|\Adata:image/",
    re.IGNORECASE,
)
_SOUND = re.compile(r"\.(?:aac|aiff?|flac|m4a|mp3|oga|ogg|opus|wav|wma)\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"\A[a-z][a-z\d+.-]*:|[/?#]", re.IGNORECASE)
_NEAR = 0.8
_MAX_KIND = 12

_BROKEN_CUE = re.compile(r"!\[([^\[\]\n]{1,20})\]([ \t]{0,8})\(([^()\n]{0,200})\)?")
_SETTINGS_APART = re.compile(r"\s{1,80}(?=\{[ \t]*(?:[\w-]{1,80}[ \t]*=|(?:fade|gain|duck)\b))")
LOOSE_SETTING = re.compile(
    r"\{[ \t]*((pause|fade)[ \t]*[=:]?[ \t]*[\d.]{1,12}[ \t]*m?s\b"
    r"|(gain|duck)[ \t]*[=:]?[ \t]*[-+]?[\d.]{1,12}[ \t]*dB\b|(spoken)[ \t]*=[ \t]*(?:yes|no)\b)",
    re.IGNORECASE,
)
"""A setting as headings and cues have them, where it may stand after none."""
_AFTER_CUE = "write it right after the cue, as in ![music](name){fade=3s gain=-3dB}"
_PLACES = {
    "pause": "write [2s] for a pause, or put the setting at the end of a heading",
    "spoken": "put it at the end of a heading",
    "fade": _AFTER_CUE,
    "gain": _AFTER_CUE,
    "duck": _AFTER_CUE,
}
_WORDY_PAUSE = re.compile(
    r"\[[ \t]*pause[ \t]*[=:]?[ \t]*[\d.,]{1,12}[ \t]*(?!st\b)[hms][a-z]{0,12}[ \t]*\](?![(\[])",
    re.IGNORECASE,
)


def unplayed(source: Source, items: Iterable[object]) -> Iterator[str]:
    """A line for each image that leads to a sound: it may have been meant for a cue.

    Args:
        source: the story.
        items: what was found in it.
    """
    for item in items:
        if isinstance(item, Omission) and item.why == UNPLAYED_WHY:
            image = source.text[item.start : item.end]
            line = source.where(item.start).line
            yield f"line {line}: {image} is left out: ![sound](…) would play it"


def is_picture(target: str) -> bool:
    """Whether what an image leads to is a picture, by its name."""
    return _PICTURE.search(target) is not None


def is_sound(target: str) -> bool:
    """Whether it is a sound, by its name."""
    return _SOUND.search(target) is not None


def check_cue(alt: str, target: str, place: Place, at: int) -> None:
    """See that an image is none that was meant for a cue: ``![Music](bed.wav)``.

    Args:
        alt: its alternative text, which is no kind of cue.
        target: what it leads to.
        place: for errors.
        at: index of its first character.

    Raises:
        UnknownNameError: it was.
    """
    kind = _near_kind(alt)
    is_elsewhere = _ADDRESS.search(target) and not is_sound(target)
    if kind is not None and not is_elsewhere and not is_picture(target):
        raise UnknownNameError("mark", alt, (kind,), where=place(at + 2))


def _near_kind(alt: str) -> str | None:
    """The kind of cue that an alternative text is, or is near."""
    name = alt.strip()
    near = near_names(name, CUE_OPTIONS, most=1, alike=_NEAR) if len(name) <= _MAX_KIND else []
    return near[0] if near else None


def check_settings(text: str, at: int, kind: str, place: Place) -> None:
    """See that no settings stand apart from the cue before them: ``![music](bed) {fade=3s}``.

    Args:
        text: of a paragraph, markup included.
        at: index just past the cue.
        kind: of the cue.
        place: for errors.

    Raises:
        StoryError: they do.
    """
    if apart := _SETTINGS_APART.match(text, at):
        raise StoryError(
            f"these settings stand apart from the {kind}",
            where=place(apart.end()),
            hint=f"write them right after it: ![{kind}](name){{fade=3s}}",
        )


def check_text(text: str, at: int, place: Place) -> None:
    """See that what is text by its form was not meant for a mark.

    Args:
        text: of a paragraph, markup included.
        at: index of a character that nothing escapes, where no mark and no image begins.
        place: for errors.

    Raises:
        StoryError, UnknownNameError: it was.
    """
    if broken := _BROKEN_CUE.match(text, at):
        _check_broken_cue(broken, place)
    elif loose := LOOSE_SETTING.match(text, at):
        name = str(loose[2] or loose[3] or loose[4]).lower()
        raise StoryError(
            f'"{loose[1]}" is no setting of anything here', where=place(at), hint=_PLACES[name]
        )
    elif pause := _WORDY_PAUSE.match(text, at):
        raise StoryError(
            f"{pause.group()} is no pause",
            where=place(at),
            hint="write the time alone, such as [2s]",
        )


def _check_broken_cue(broken: re.Match[str], place: Place) -> None:
    """See that what has the form of an image was not meant for a cue: ``![music](my bed.wav)``."""
    alt, space, given = broken.groups()
    target = given.strip("<> \t")
    kind = _near_kind(alt)
    if kind is None or is_picture(target) or (space and not is_sound(target)):
        return
    if alt not in CUE_OPTIONS:
        raise UnknownNameError("mark", alt, (kind,), where=place(broken.start(1)))
    name = f"<{target}>" if re.search(r"\s", target) else target or "name"
    raise StoryError(
        f"this {kind} cannot be read", where=place(broken.start()), hint=f"write ![{kind}]({name})"
    )
