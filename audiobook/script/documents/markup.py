"""From the bytes of a marked-up document to its tree, whatever it says it is.

Nothing outside the document is loaded, and no entity that it declares is expanded: a document is
parsed as XML only where it declares none.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree

from audiobook.errors import StoryError, Where
from audiobook.script.documents.limits import MAX_ATTRIBUTES, MAX_DOCUMENT_BYTES, MAX_TAGS
from audiobook.script.documents.tag_soup import tidied
from audiobook.script.encoding import decode

__all__ = [
    "attributes_of",
    "is_remote",
    "local_name",
    "parse",
    "parse_xml",
    "text_of",
    "texts_of",
]

_HEAD_BYTES = 2048
_MAX_NAME_CHARACTERS = 2000
_DECLARED = re.compile(
    rb"""<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)|<meta[^>]*\bcharset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
# Single-byte encodings, which any bytes fit, and those of East Asia. Others are not looked up:
# Python knows some that are no encodings of text.
_SINGLE_BYTE = re.compile(
    r"iso-?8859-?\d+|windows-125\d|cp125\d|cp437|cp850|cp866|koi8-[ru]|(x-)?mac-?(roman|cyrillic)"
    r"|tis-620"
)
_EAST_ASIAN = re.compile(
    r"shift[_-]?jis|sjis|euc-(jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5|big5-hkscs"
)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "", "iso8859-1": ""}

_REMOTE = re.compile(r"[a-zA-Z][\w+.-]*:|//")
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*>")
_DOCTYPE_START = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{1,40});")


def _decoded(data: bytes, name: str) -> str:
    """The text of a document: by its byte order mark, else by what it declares, else as `decode`.

    A declared single-byte encoding is not believed of bytes that are UTF-8.

    Raises:
        StoryError: it is no text, or too large.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise StoryError(f"is larger than {MAX_DOCUMENT_BYTES >> 20} MiB", where=Where(name))
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    label = (declared[1] or declared[2]).decode("ascii", "ignore").lower() if declared else ""
    is_single = _SINGLE_BYTE.fullmatch(label) is not None
    encoding = _SUPERSETS.get(label, label)
    if encoding and (_EAST_ASIAN.fullmatch(label) or (is_single and not _is_utf8(data))):
        with suppress(UnicodeError, LookupError):  # it was declared wrongly
            data = data.decode(encoding).encode("utf-8")
    return decode(data, name)


def parse(data: bytes, name: str) -> etree._Element:
    """The root of an XHTML or HTML document: parsed as XML if it can be, else as HTML.

    Args:
        data: its bytes.
        name: what to call it in errors.

    Raises:
        StoryError: it is no text, it has too many tags, or nothing can be made of it.
    """
    text = _bare(_decoded(data, name), name)
    if "<!ENTITY" not in text:
        with suppress(etree.LxmlError):  # it is no XML, though it may say so
            return etree.fromstring(_named(text).encode("utf-8", "replace"), _xml_parser())
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(tidied(text).encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise _unreadable(name) from error
    if root is None:
        raise _unreadable(name)
    return root


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root of an XML document that a program wrote, its small faults mended.

    Raises:
        StoryError: nothing can be made of it, or it declares entities.
    """
    text = _bare(_decoded(data, name), name)
    root = None
    if "<!ENTITY" not in text:
        try:
            root = etree.fromstring(
                _named(text).encode("utf-8", "replace"), _xml_parser(recover=True)
            )
        except etree.LxmlError as error:
            raise _unreadable(name) from error
    if root is None:
        raise _unreadable(name)
    return root


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def attributes_of(element: etree._Element) -> dict[str, str]:
    """The attributes of an element, by name; none of one that has more than `MAX_ATTRIBUTES`.

    lxml finds the value of each by going through all before it.
    """
    attributes = element.attrib
    if len(attributes) > MAX_ATTRIBUTES:
        return {}
    return {str(name): str(value) for name, value in attributes.items()}


def is_remote(address: str) -> bool:
    """Whether an address leads out of the document and those beside it."""
    return _REMOTE.match(address) is not None


def texts_of(element: etree._Element) -> Iterator[str]:
    """All text within an element, piece by piece."""
    return map(str, element.itertext())


def text_of(element: etree._Element) -> str:
    """The text within an element that is a title or a name, white space folded.

    Of what is longer than any, the beginning.
    """
    parts: list[str] = []
    left = _MAX_NAME_CHARACTERS
    for text in texts_of(element):
        parts.append(text[:left])
        left -= len(text)
        if left <= 0:
            break
    return " ".join("".join(parts).split())


def _xml_parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _bare(text: str, name: str) -> str:
    """A document without its declarations, if it is of a size that can be parsed."""
    if text.count("<") + text.count("=") > MAX_TAGS:
        raise StoryError(f"has more than {MAX_TAGS:,} tags and attributes", where=Where(name))
    declaration = _XML_DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    start = _DOCTYPE_START.search(text)
    doctype = _DOCTYPE.match(text, start.start()) if start else None
    return text[: doctype.start()] + text[doctype.end() :] if doctype else text


def _named(text: str) -> str:
    """A document with characters in place of HTML's names for them; an unknown name is text."""
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    character = html.unescape(match[0])
    return character if character != match[0] else f"&amp;{match[1]};"


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unreadable(name: str) -> StoryError:
    return StoryError("is no document that can be read", where=Where(name))
