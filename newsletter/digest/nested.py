"""What is nested below a bullet of a list of links: more bullets that it groups, or its address.

`- Ann:` with links below it names who or what they belong to; each of these is an item. `- A tool`
with an address below it is one item, and the address is where it leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import BULLET, Block, cut
from .outline import EMPTY, Kind, Line
from .sources import link_line, links_line
from .value import Link

_LONGEST_NAME = 80  # characters of a bullet that only names a group


@dataclass(slots=True)
class Entry:
    """A bullet that is read as an item, and the bullet of the group it stands in, if any."""

    block: Block
    group: Block | None = None


def entries(blocks: Sequence[Block]) -> list[Entry]:
    """Each bullet in order; of one that is only a group's name those below it."""
    found = []
    for block in blocks:
        if block.kind != BULLET:
            continue
        members = _members(block)
        found += [Entry(one, block) for one in members] if members else [Entry(block)]
    return found


def _members(block: Block) -> list[Block]:
    """The bullets of a group: its name ends with a colon, and most of them have a link."""
    if not block.below or len(block.text) > _LONGEST_NAME + sum(len(x.url) for x in block.links):
        return []
    if not block.text.rstrip("*_ ").endswith((":", "：")) or (block.linked and block.only is None):
        return []
    below = cut(block.below, block.outline)
    linked = sum(one.linked or bool(links_below(one)[0]) for one in below)
    if any(one.kind != BULLET for one in below) or linked * 2 <= len(below):
        return []
    return below


def links_below(block: Block) -> tuple[list[Link], list[Line]]:
    """The links of a line below a bullet that is nothing else, if only one has any; and that line.

    Both are empty when the bullet itself has a link.
    """
    if block.linked:
        return [], []
    held = [line for line in block.below if line.kind not in EMPTY]
    linked = [line for line in held if "://" in line.raw]
    if len(linked) != 1 or linked[0].kind is Kind.CODE:
        return [], []
    text = block.outline.resolved(linked[0].content)
    link = link_line(text)
    links = [link] if link is not None and link.url else links_line(text)
    return links, linked if links else []
