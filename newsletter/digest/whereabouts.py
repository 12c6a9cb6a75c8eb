"""Lists below a text that say where to find it: "GitHub", "Demo", "Discussion".

What tells them from lists of titles is that their names recur under other headings: a title is
written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from .blocks import BULLET, PARAGRAPH, PICTURE, RULE, Block, blocks_of
from .inline import only_link
from .labels import is_placeholder
from .outline import EMPTY, Line, Outline, Section
from .reading import Reading
from .sources import named, names_place
from .value import Link

_MOST = 12  # bullets of a section; a longer list is what it consists of


def recurring_links(outline: Outline) -> frozenset[str]:
    """The names, in small letters, of bullets that are only a link, in more than one section."""
    places: dict[str, set[int]] = {}
    for section, _heading in outline.headed():
        for name in _names(section, outline):
            places.setdefault(name, set()).add(id(section))
    return frozenset(name for name, sections in places.items() if len(sections) > 1)


def says_where(section: Section, outline: Outline) -> bool:
    """Whether a section is a text and, below it, bullets that are only links, which say where.

    Half of their names recur, or are such as name no title: "Read more", "GitHub", "读原文".
    """
    blocks = [one for one in blocks_of(section, outline) if one.kind not in {RULE, PICTURE}]
    if sum(one.kind == BULLET for one in blocks) > _MOST:
        return False
    names = _places(blocks)
    known = set(map(id, names))
    texts = [one for one in blocks if id(one) not in known]
    if not names or not any(one.kind == PARAGRAPH for one in texts):
        return False
    if any(one.kind == BULLET and one.linked for one in texts):
        return False
    links = [one.only for one in names if one.only is not None]
    if len(links) > 1 and is_placeholder(links[0].label):
        return True
    if any(one.kind != PARAGRAPH for one in texts):
        return False
    said = sum(
        link.label.casefold() in outline.recurring_links or names_place(link) for link in links
    )
    return said * 2 >= len(links)


def take_places(section: Section, body: list[Line], reading: Reading) -> list[Link]:
    """The links of such bullets, which are taken out of `body`."""
    if not says_where(section, reading.outline):
        return []
    blocks = [one for one in blocks_of(section, reading.outline) if one.kind not in {RULE, PICTURE}]
    numbers = {one.first for one in _places(blocks)}
    found = [line for line in body if line.number in numbers]
    body[:] = [line for line in body if line.number not in numbers]
    reading.claim(*found)
    links = (only_link(reading.resolved(line.content)) for line in found)
    return [named(link) for link in links if link is not None]


def _places(blocks: Sequence[Block]) -> list[Block]:
    """The bullets with nothing but a link that stand last, or first of which is "Read more"."""
    runs = [list(run) for bare, run in groupby(blocks, _is_bare) if bare]
    if runs and runs[-1][-1] is blocks[-1]:
        return runs[-1]
    named = (run for run in runs if run[0].only and is_placeholder(run[0].only.label))
    return next(named, [])


def _is_bare(block: Block) -> bool:
    held = block.kind == BULLET and block.only is not None and bool(block.only.url)
    return held and all(line.kind in EMPTY for line in block.below)


def _names(section: Section, outline: Outline) -> list[str]:
    return [
        one.only.label.casefold()
        for one in blocks_of(section, outline)
        if one.only is not None and _is_bare(one)
    ]
