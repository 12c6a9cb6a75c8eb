"""What an item's own list of references and its citations in brackets say: where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .inline import find_links, holds_link
from .markdown import plain_text
from .outline import Kind, Line, Section
from .reading import Reading
from .sources import named
from .tail import names_references
from .value import Link

_CITATION = re.compile(r"[\[\s^]*\d{1,2}[\]\s]*")
_TEXTS = frozenset({Kind.TEXT, Kind.QUOTE, Kind.BULLET, Kind.NUMBER})


def listed_sources(line: Line, reading: Reading) -> list[Link]:
    """The links of an entry of a list of references."""
    if line.kind not in {Kind.BULLET, Kind.NUMBER}:
        return []
    return [named(link) for link in find_links(reading.resolved(line.content)) if link.url]


def cited(body: Sequence[Line], reading: Reading) -> list[Link]:
    """What figures in brackets lead to, `[1](https://…)`, once each."""
    found: dict[str, Link] = {}
    for line in body:
        if line.content.startswith("|") or line.kind not in _TEXTS:
            continue
        if not holds_link(text := reading.resolved(line.content)):
            continue
        for link in find_links(text):
            if link.url and _CITATION.fullmatch(link.label):
                found.setdefault(link.url, named(Link(link.url, link.url)))
    return list(found.values())


def references_below(section: Section, reading: Reading) -> list[Link]:
    """The entries of a list of references under a heading of its own, claimed; none if it is no
    such list."""
    held = list(section.content())
    if section.below or not names_references(section.title):
        return []
    lists = [line for line in held if line.kind in {Kind.BULLET, Kind.NUMBER}]
    if not lists or held[: len(lists)] != lists:
        return []
    held = lists  # What stands below the list is none of it.
    if not any(listed_sources(line, reading) for line in held):
        return []
    reading.claim_section(section)
    reading.claim(*held)
    found: list[Link] = []
    for line in held:
        text = plain_text(reading.resolved(line.content), links=False)
        found += listed_sources(line, reading) or [Link(text)]
    return found
