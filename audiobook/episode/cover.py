"""The square picture of a show: one drawn from its title, its own one checked, or a book's.

A drawn cover is typographic: the title in a serif face over the half rosette of a sound hole, in
one of a few palettes. The title's digest chooses palette and rings, so a title has its own cover
and always the same one. The bottom fifth is left clear, for what players lay over it.

What directories ask for is Apple's: a square JPEG or PNG in RGB without alpha, 1400 to 3000 px.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import io
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont, ImageOps

from audiobook.errors import ConfigError, Where

__all__ = ["check_cover", "draw_cover", "square_cover"]

_Colour: TypeAlias = tuple[int, int, int]

_OVERSAMPLING = 2
_JPEG_QUALITY = 92

# Lengths as shares of the picture's side.
_MARGIN = 0.09
_HORIZON = 0.8
_RADIUS = 0.3
_RADIUS_ALONE = 0.41
_TITLE_HEIGHTS = tuple(size / 1000 for size in range(120, 34, -5))
_AUTHOR_HEIGHTS = (0.036, 0.032, 0.028)
_TITLE_BOX_HEIGHT = 0.29
_AUTHOR_BOX_HEIGHT = 0.05
_TEXT_GAP = 0.03
_MOST_LETTERS = 400
"""No text longer than this fits its box, whatever its letters."""
_LINE_SPACING = 1.14
"""Baseline to baseline, in heights of the face."""

_LEAST_PX = 1400
_MOST_PX = 3000
_MOST_BYTES = 10_000_000
_MOST_DECODED_PX = 40_000_000
"""Of a book's cover: scans have 20 million pixels."""
_FORMATS = ("JPEG", "PNG")
_MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
"""By the format that Pillow finds: MPO is a camera's JPEG with further pictures behind it."""
_HINT = f"give a square JPEG or PNG of {_LEAST_PX} to {_MOST_PX} pixels in RGB, or none"


@dataclass(frozen=True, slots=True)
class _Palette:
    ground: _Colour
    accent: _Colour
    shade: _Colour


@dataclass(frozen=True, slots=True)
class _Lettering:
    lines: list[str]
    face: ImageFont.FreeTypeFont


_INK: _Colour = (246, 238, 224)
_PALETTES = (
    _Palette((22, 38, 58), (214, 168, 96), (94, 126, 150)),  # night blue, brass
    _Palette((24, 52, 48), (222, 178, 110), (110, 150, 132)),  # fir, straw
    _Palette((58, 24, 38), (224, 160, 120), (160, 98, 104)),  # oxblood, apricot
    _Palette((44, 34, 66), (218, 172, 150), (132, 112, 160)),  # aubergine, rose
    _Palette((62, 40, 24), (226, 180, 104), (164, 116, 78)),  # walnut, honey
    _Palette((18, 50, 66), (230, 190, 140), (92, 146, 156)),  # petrol, sand
    _Palette((40, 46, 52), (212, 146, 104), (126, 136, 142)),  # slate, copper
    _Palette((52, 58, 34), (222, 190, 120), (142, 146, 96)),  # olive, wheat
)


def draw_cover(title: str, author: str | None, *, size_px: int = _LEAST_PX) -> bytes:
    """A cover, as an RGB JPEG of `size_px` by `size_px`; the same bytes for the same arguments.

    The face is Source Serif Pro, which has the Latin, Greek and Cyrillic letters. An accented
    letter it lacks is drawn without its accents, and a symbol it lacks is left out. A text with
    any other letter it lacks, or too long to fit, is not drawn, nor is an author without a title:
    rather the rosette alone than a title in boxes.

    Args:
        title: of the show or the story.
        author: drawn small below the title; None for nobody.
        size_px: the side, from 1400 to 3000.
    """
    side = size_px * _OVERSAMPLING
    digest = hashlib.blake2b(title.encode(errors="replace"), digest_size=2).digest()
    palette = _PALETTES[digest[0] % len(_PALETTES)]
    picture = Image.new("RGB", (side, side), palette.ground)
    draw = ImageDraw.Draw(picture)
    lettered = _draw_text(draw, title, author, palette, side)
    _draw_rosette(draw, palette, side, _RADIUS if lettered else _RADIUS_ALONE, digest[1])
    picture = picture.resize((size_px, size_px), Image.Resampling.LANCZOS)
    return _jpeg(picture)


def check_cover(path: Path, *, where: Where | None = None) -> tuple[bytes, str]:
    """A show's own cover as it is, and its media type.

    Args:
        path: the picture.
        where: the setting that names it, for errors.

    Raises:
        ConfigError: it cannot be read, or directories would refuse it.
    """
    try:
        if path.is_fifo():  # it would be waited for
            raise _refused(path, "is a pipe", where)
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "name a picture in the folder of the show, or of the story, or none"
        raise ConfigError(
            f"cannot read the cover {path}: {reason}", where=where, hint=hint
        ) from error
    if len(data) > _MOST_BYTES:
        raise _refused(path, "is larger than 10 MB", where)
    picture = _opened(data)
    if picture is None:
        raise _refused(path, "is not a JPEG or PNG picture", where)
    if fault := _fault(picture):
        raise _refused(path, fault, where)
    return data, _MEDIA_TYPES[str(picture.format)]


def square_cover(data: bytes) -> tuple[bytes, str]:
    """A book's cover and its media type: as it is where directories take it, else made to fit.

    It is then laid, whole, on a square of its mean colour, and encoded as JPEG.

    Raises:
        ConfigError: it is no picture that can be shown.
    """
    picture = _opened(data)
    if picture is None:
        raise ConfigError("it is not a JPEG or PNG picture")
    width, height = picture.size
    if width * height > _MOST_DECODED_PX:
        raise ConfigError(f"it has {width} × {height} pixels")
    if len(data) <= _MOST_BYTES and _fault(picture) is None:
        return data, _MEDIA_TYPES[str(picture.format)]
    try:
        shown = picture.convert("RGB")
        side = min(max(width, height, _LEAST_PX), _MOST_PX)
        shown = ImageOps.contain(shown, (side, side), Image.Resampling.LANCZOS)
        ground = shown.resize((1, 1), Image.Resampling.BOX).resize((side, side))
    except Exception as error:  # as below
        raise ConfigError("it is damaged") from error
    ground.paste(shown, ((side - shown.width) // 2, (side - shown.height) // 2))
    return _jpeg(ground), _MEDIA_TYPES["JPEG"]


def _opened(data: bytes) -> Image.Image | None:
    """A picture that is still to be decoded; None for what is none, or a bomb."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=_FORMATS)
    except Exception:  # a decoder fed with junk may raise anything
        return None


def _jpeg(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    return stream.getvalue()


def _fault(picture: Image.Image) -> str | None:
    """What directories would refuse a picture for; only one of a fair size is decoded."""
    width, height = picture.size
    if width != height:
        return f"is not square: {width} × {height} pixels"
    if not _LEAST_PX <= width <= _MOST_PX:
        return f"has {width} × {height} pixels"
    if picture.mode != "RGB" or "transparency" in picture.info:
        return f"is not plain RGB but {picture.mode}"
    try:
        picture.load()
    except Exception:  # as above
        return "is damaged"
    return None


def _refused(path: Path, fault: str, where: Where | None) -> ConfigError:
    return ConfigError(f"the cover {path} {fault}", where=where, hint=_HINT)


def _draw_rosette(
    draw: ImageDraw.ImageDraw, palette: _Palette, side: int, radius: float, seed: int
) -> None:
    """Half rings around a half disc, standing on a line; its right end meets the margin."""
    n_rings = 9 + seed % 4
    heavy_every = 3 + seed // 4 % 2
    centre = (1 - _MARGIN - radius) * side
    horizon = _HORIZON * side
    step = radius * side / n_rings

    def box(reach: float) -> tuple[float, float, float, float]:
        return (centre - reach, horizon - reach, centre + reach, horizon + reach)

    for ring in range(n_rings - 1):
        heavy = ring % heavy_every == 0
        colour, width = (palette.accent, 0.0075) if heavy else (palette.shade, 0.003)
        reach = radius * side - ring * step
        draw.arc(box(reach), 180, 360, fill=colour, width=round(width * side))
    draw.pieslice(box(step), 180, 360, fill=palette.accent)
    ends = (_MARGIN * side, horizon, (1 - _MARGIN) * side, horizon)
    draw.line(ends, fill=palette.accent, width=round(0.003 * side))


def _draw_text(
    draw: ImageDraw.ImageDraw, title: str, author: str | None, palette: _Palette, side: int
) -> bool:
    """Draw title and author from the top margin down; False where the title cannot be drawn."""
    name = _fitted(title, "Semibold", _TITLE_HEIGHTS, _TITLE_BOX_HEIGHT, side)
    if name is None:
        return False
    credit = _fitted(author or "", "Regular", _AUTHOR_HEIGHTS, _AUTHOR_BOX_HEIGHT, side)
    top = _MARGIN * side
    for text, colour in ((name, _INK), (credit, palette.accent)):
        if text is None:
            continue
        for line in text.lines:
            draw.text((_MARGIN * side, top), line, font=text.face, fill=colour)
            top += text.face.size * _LINE_SPACING
        top += _TEXT_GAP * side
    return True


def _face(weight: str, size: float) -> ImageFont.FreeTypeFont:
    """The face at a size in px; laid out by Pillow itself, so alike on every machine."""
    files = importlib.resources.files("font_source_serif_pro") / "files"
    with (files / f"SourceSerifPro-{weight}.ttf").open("rb") as file:
        return ImageFont.truetype(
            io.BytesIO(file.read()), size, layout_engine=ImageFont.Layout.BASIC
        )


def _fitted(
    text: str, weight: str, heights: Sequence[float], box_height: float, side: int
) -> _Lettering | None:
    """A text in the tallest face in which it fits between the margins; None if in none."""
    if len(text) > _MOST_LETTERS:
        return None
    spelt = _spelt(text, _face(weight, heights[0] * side))
    if not spelt:
        return None
    width = (1 - 2 * _MARGIN) * side
    for height in heights:
        face = _face(weight, height * side)
        lines = _wrapped(spelt.split(), face, width)
        if lines and len(lines) * height * _LINE_SPACING <= box_height:
            return _Lettering(lines, face)
    return None


def _wrapped(words: Sequence[str], face: ImageFont.FreeTypeFont, width: float) -> list[str] | None:
    """Words in lines no wider than `width` px; None where a word is wider."""
    lines: list[str] = []
    for word in words:
        if face.getlength(word) > width:
            return None
        if lines and face.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _spelt(text: str, face: ImageFont.FreeTypeFont) -> str | None:
    """A text in letters that a face has; None where it has a letter for which that cannot be."""
    missing = bytes(face.getmask("\uffff"))  # U+FFFF is no character: every face shows its box

    def has(character: str) -> bool:
        return character.isspace() or bytes(face.getmask(character)) != missing

    spelt = ""
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        base = unicodedata.normalize("NFKD", character)[0]
        if character.isspace():
            spelt += " "
        elif category[0] in "CM":
            continue
        elif has(character):
            spelt += character
        elif has(base):
            spelt += base
        elif category[0] != "S":
            return None
    return " ".join(spelt.split())
