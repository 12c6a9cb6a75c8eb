"""Lists below a text that say where to find it: "GitHub", "Demo", "Discussion".

What tells them from lists of titles is that their names recur under other headings: a title is
written once.
"""

from __future__ import annotations

from .blocks import BULLET, PARAGRAPH, PICTURE, RULE, blocks_of
from .inline import only_link
from .outline import EMPTY, Kind, Line, Outline, Section
from .reading import Reading
from .value import Link


def recurring_links(outline: Outline) -> frozenset[str]:
    """The names, in small letters, of bullets that are only a link, in more than one section."""
    places: dict[str, set[int]] = {}
    for section, _heading in outline.headed():
        for name in _names(section, outline):
            places.setdefault(name, set()).add(id(section))
    return frozenset(name for name, sections in places.items() if len(sections) > 1)


def says_where(section: Section, outline: Outline) -> bool:
    """Whether a section is a text and, below it, bullets that are only links, half of them such."""
    if not outline.recurring_links:
        return False
    blocks = [one for one in blocks_of(section, outline) if one.kind not in {RULE, PICTURE}]
    names = _names(section, outline)
    texts = len(blocks) - len(names)
    if not names or not texts or any(one.kind != PARAGRAPH for one in blocks[:texts]):
        return False
    return sum(name in outline.recurring_links for name in names) * 2 >= len(names)


def take_places(section: Section, body: list[Line], reading: Reading) -> list[Link]:
    """The links of such bullets, which are taken out of `body`."""
    if not says_where(section, reading.outline):
        return []
    found = [line for line in body if line.kind is Kind.BULLET]
    body[:] = [line for line in body if line.kind is not Kind.BULLET]
    reading.claim(*found)
    links = (only_link(reading.resolved(line.content)) for line in found)
    return [link for link in links if link is not None]


def _names(section: Section, outline: Outline) -> list[str]:
    return [
        one.only.label.casefold()
        for one in blocks_of(section, outline)
        if one.kind == BULLET
        and one.only is not None
        and all(line.kind in EMPTY for line in one.below)
    ]
