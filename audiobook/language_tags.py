"""Language tags as BCP 47 has them, such as "en-GB"."""

from __future__ import annotations

import re

__all__ = ["EVERY_LANGUAGE", "is_language_tag", "primary"]

EVERY_LANGUAGE = "mul"
"""The tag of a voice that speaks them all: several languages, in ISO 639-2."""

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def is_language_tag(text: str) -> bool:
    """Whether a text has the form of a tag (RFC 5646, section 2.1): "en", "pt-BR", "de-x-old".

    A language of more than three letters, which that allows for some day, is taken for its name.
    """
    return _TAG.fullmatch(text) is not None


def primary(tag: str) -> str:
    """The language of a tag, without its script, region or variant: "en" of "en-GB"."""
    return tag.partition("-")[0].lower()
