"""What the marks of a book say of its parts: EPUB's vocabulary, ARIA's roles, classes, titles.

The terms are those of EPUB 3 Structural Semantics Vocabulary 1.1, DPub-ARIA 1.1, the guide of
OPF 2.0.1 (section 2.6) and Z39.98's drama and verse; classes those of Project Gutenberg and of the
programs that most books come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from audiobook.model import Role

__all__ = [
    "BLOCK_TAGS",
    "DIRECTION",
    "PERSONA",
    "UNSEEN_TAGS",
    "is_verse",
    "role_of_terms",
    "role_of_title",
    "terms_of",
]

PERSONA = "persona"
"""The name of who speaks in a play."""

DIRECTION = "stage-direction"
"""What is done in a play, and not said."""

_UNSEEN = """
head script style template noscript iframe object embed audio video canvas select button input
label textarea datalist meter progress map rp annotation annotation-xml noembed noframes xmp
"""
UNSEEN_TAGS = frozenset(_UNSEEN.split())
"""Elements that hold nothing to be read."""

_BLOCKS = """
address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p
pre search section summary table tbody td tfoot th thead tr ul
"""
BLOCK_TAGS = frozenset(_BLOCKS.split())
"""Elements that begin a line of their own."""

_ROLES = {
    Role.BODY: "preface foreword introduction preamble prologue epigraph dedication afterword"
    " epilogue conclusion appendix text start",
    Role.FRONT: "frontmatter cover titlepage title-page halftitlepage halftitle half-title"
    " copyright-page imprint imprimatur seriespage other-credits credits credit contributors"
    " dramatis-personae banner",
    Role.BACK: "backmatter colophon index bibliography glossary acknowledgments acknowledgements"
    " errata contentinfo",
    Role.CONTENTS: "toc toc-brief landmarks loi lot loa lov navigation",
    Role.NOTES: "footnote footnotes endnote endnotes rearnote rearnotes noteref backlink notes",
    Role.PAGES: "pagebreak page-list pagelist",
}
_ROLE_BY_TERM = {term: role for role, terms in _ROLES.items() for term in terms.split()}

_CLASSES = {
    "footnotes": "footnotes",
    "footnote": "footnote",
    "endnotes": "endnotes",
    "endnote": "endnote",
    "fnanchor": "noteref",
    "fnref": "noteref",
    "noteref": "noteref",
    "footnote-ref": "noteref",
    "footnoteref": "noteref",
    "toc": "toc",
    "titlepage": "titlepage",
    "title-page": "titlepage",
    "copyright": "copyright-page",
    "copyrightpage": "copyright-page",
    "poem": "verse",
    "poetry": "verse",
    "stanza": "verse",
    "verse": "verse",
}
_INLINE_CLASSES = dict.fromkeys(
    ("pagenum", "pageno", "page-number", "pagenumber", "page_number", "pagebreak"), "pagebreak"
)
_VERSE = frozenset(("verse", "poem", "poetry", "song", "hymn", "lyrics"))

_TITLES = {
    Role.CONTENTS: "contents|table of contents|list of (?:illustrations|figures|tables|maps)"
    "|inhalt|inhaltsverzeichnis|table des matières|sommaire|índice|indice|sommario|inhoud"
    "|содержание|оглавление",
    Role.FRONT: "cover|title ?page|half[- ]?title(?: ?page)?|copyright(?: (?:page|notice))?"
    "|imprint|cubierta|portada|titelblatt|titelseite|impressum|page de titre"
    "|mentions légales",
    Role.NOTES: "(?:foot|end)?notes|anmerkungen|fußnoten|notes de bas de page|notas|примечания",
    Role.BACK: "index|uncopyright|colophon|bibliography|register|bibliographie"
    "|about (?:the|this) (?:author|publisher|type|font)|also by .{1,60}"
    "|(?:the )?full project gutenberg licen[cs]e",
}
_ROLE_BY_TITLE = [(re.compile(titles, re.IGNORECASE), role) for role, titles in _TITLES.items()]

_TYPE_NAMES = ("{http://www.idpf.org/2007/ops}type", "epub:type")


def terms_of(attributes: Mapping[str, str], *, inline: bool) -> frozenset[str]:
    """What an element's type, role and classes say that it is, each term without its prefix.

    Args:
        attributes: of the element.
        inline: whether it stands within a line: some classes mean a thing only there.
    """
    if not attributes:
        return frozenset()
    types = next((attributes[name] for name in _TYPE_NAMES if name in attributes), "")
    terms = {word.rpartition(":")[2] for word in types.lower().split()}
    roles = attributes.get("role", "").lower().split()
    terms |= {role.removeprefix("doc-") for role in roles}
    for name in attributes.get("class", "").lower().split():
        term = _CLASSES.get(name) or (_INLINE_CLASSES.get(name) if inline else None)
        if term:
            terms.add(term)
    return frozenset(terms)


def role_of_terms(terms: frozenset[str], within: Role = Role.BODY) -> Role:
    """What an element with such terms is for, inside one that is for `within`."""
    if not terms:
        return within
    roles = {_ROLE_BY_TERM[term] for term in terms if term in _ROLE_BY_TERM}
    particular = sorted(roles - {Role.BODY, Role.FRONT, Role.BACK}, key=list(Role).index)
    if particular:
        return particular[0]
    if within not in (Role.BODY, Role.FRONT, Role.BACK) or not roles:
        return within
    if within is Role.BACK and Role.BODY not in roles:
        return within
    # A preface in the front matter is spoken.
    return Role.BODY if Role.BODY in roles else min(roles, key=list(Role).index)


def role_of_title(title: str) -> Role:
    """What the section under a heading is for: BODY unless its title is one of a few."""
    if len(title) <= 80:
        for pattern, role in _ROLE_BY_TITLE:
            if pattern.fullmatch(title.strip(" .:[]")):
                return role
    return Role.BODY


def is_verse(terms: frozenset[str]) -> bool:
    """Whether an element with such terms is verse."""
    return not _VERSE.isdisjoint(terms)
