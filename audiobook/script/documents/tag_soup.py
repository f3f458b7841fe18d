"""HTML of any sort, made fit for a parser: known attributes only, no comments, not too deep.

libxml2 compares each attribute of a tag with all others, and stops reading where elements are
nested too deeply. So tags are read here, by the rules of HTML (WHATWG HTML, 13.2.5), and written
anew: what the parser sees is what was counted.
"""

from __future__ import annotations

import html
import re

from audiobook.script.documents.limits import MAX_DEPTH

__all__ = ["tidied"]

_NAME = r"[^\s/>=][^\s/>=]*+"
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+)"""
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)"
    r"|<[!?][^>]*+>?"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][^\s/>]*+)"
    rf"(?P<attributes>(?:[\s/]*+{_NAME}(?:\s*+=\s*+{_VALUE})?+)*+)"
    r"[\s/=]*+(?P<close>>?)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rf"({_NAME})(?:\s*+=\s*+({_VALUE}))?+")
_SELF_CLOSED = re.compile(r"/\s*>\Z")
_RAW_ENDS = {
    tag: re.compile(rf"</{tag}\b[^>]*>?|\Z", re.IGNORECASE)
    for tag in ("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp")
}

_KEPT = {
    *("id", "name", "class", "role", "epub:type", "xml:id", "lang", "xml:lang", "hidden", "style"),
    *("href", "alt", "start", "value", "reversed", "content", "property", "aria-hidden"),
}
_VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr"),
}
_END_IMPLIED = {
    *("p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup"),
    *("rt", "rp", "html", "head", "body", "colgroup", "caption"),
}


def tidied(text: str) -> str:
    """A document with its tags written anew.

    Elements nested deeper than `MAX_DEPTH` lose their tags and keep their text; XHTML's way to
    close an empty element at once is turned into HTML's.
    """
    parts: list[str] = []
    open_tags: list[str] = []
    done = 0
    while match := _TOKEN.search(text, done):
        parts.append(text[done : match.start()].replace("<", "&lt;"))
        done = match.end()
        if match["cdata"] is not None:
            parts.append(html.escape(match["cdata"]))
        elif not match["tag"] or not match["close"]:
            continue
        elif match["end"]:
            parts.append(_ended(match["tag"].lower(), open_tags))
        elif raw_end := _raw_end(match, text):
            if match["tag"].lower() == "title":
                title = text[done : raw_end.start()].replace("<", "&lt;")
                parts.append(f"<title>{title}</title>")
            done = raw_end.end()
        else:
            parts.append(_started(match, open_tags))
    parts.append(text[done:].replace("<", "&lt;"))
    return "".join(parts)


def _raw_end(match: re.Match[str], text: str) -> re.Match[str] | None:
    """Where an element ends whose content is no markup; None for other elements."""
    end = _RAW_ENDS.get(match["tag"].lower())
    if end is None or _SELF_CLOSED.search(match[0]):
        return None
    return end.search(text, match.end())


def _started(match: re.Match[str], open_tags: list[str]) -> str:
    tag = match["tag"].lower()
    if len(open_tags) >= MAX_DEPTH and tag not in _VOID:
        if tag not in _END_IMPLIED:
            open_tags.append("")
        return " "
    is_whole = tag in _VOID or _SELF_CLOSED.search(match[0]) is not None
    if not is_whole and tag not in _END_IMPLIED:
        open_tags.append(tag)
    kept: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(match["attributes"]):
        if name.lower() in _KEPT:
            unquoted = value[1:-1] if value[:1] in ('"', "'") else value
            kept.setdefault(name.lower(), unquoted.replace('"', "&quot;"))
    written = "".join(f' {name}="{value}"' for name, value in kept.items())
    end = f"</{tag}>" if is_whole and tag not in _VOID else ""
    return f"<{tag}{written}>{end}"


def _ended(tag: str, open_tags: list[str]) -> str:
    """An end tag, unless nothing of that name is open."""
    if tag in _END_IMPLIED:
        return f"</{tag}>" if len(open_tags) < MAX_DEPTH else " "
    if open_tags and not open_tags[-1]:
        open_tags.pop()
        return " "
    if tag not in open_tags:
        return ""
    while open_tags.pop() != tag:
        pass
    return f"</{tag}>"
