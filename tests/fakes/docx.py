"""Word documents, as small as they can be (ISO/IEC 29500-1)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

__all__ = ["STYLES", "paragraph", "part", "write_docx"]

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{more}</w:style>'
    for key, name, more in [
        ("Title", "Title", ""),
        ("H1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("H2", "heading 2", ""),
        ("Mine", "My Chapter", '<w:basedOn w:val="H1"/>'),
        ("TOC1", "toc 1", ""),
        ("Loop", "loop", '<w:basedOn w:val="Loop"/>'),
    ]
)
"""Styles for the body of ``styles.xml``."""


def part(name: str, content: str) -> str:
    """A part with a root of that name."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{name} xmlns:w="{_WORD}" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"{content}</w:{name}>"
    )


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """A paragraph; of text where its content begins with no tag."""
    if content and not content.startswith("<"):
        content = f'<w:r><w:t xml:space="preserve">{content}</w:t></w:r>'
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{content}</w:p>"


def write_docx(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A document.

    Args:
        body: what stands in its body.
        parts: further files by name, or others for those there are.
    """
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONSHIPS,
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/styles.xml": part("styles", STYLES),
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files | dict(parts or {})).items():
            archive.writestr(name, content)
    return data.getvalue()
