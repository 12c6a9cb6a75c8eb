"""What is nested below a bullet of a list of links: more bullets that it groups, or its address.

`- Ann:` with links below it names who or what they belong to; each of these is an item. So does a
bold name, and a name without a colon where the bullets below it are titles with a link. `- A tool`
with an address below it is one item, and the address is where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .blocks import BULLET, Block, cut
from .inline import columns, starts_with_link
from .labels import is_placeholder
from .markdown import plain_text
from .outline import EMPTY, Kind, Line
from .sources import link_line, links_line, split_trailer
from .value import Link

_LONGEST_NAME = 100  # characters of a bullet that only names a group
SHORTEST_TITLE = 14  # columns of most titles; "Paper", "Code" and "Demo" are parts of one thing
_MEMBERS = 3  # titles below one of the names without a colon; with fewer each may be one thing
_DEEPEST = 3  # groups in each other
_NOTHING = frozenset({Kind.BLANK, Kind.DROPPED})
_BOLD = re.compile(r"\W{0,8}(\*\*|__)(?=\S)(?:(?!\1).)+(?<=\S)\1\W{0,8}$")
_ENDS_SENTENCE = re.compile(r"[.…。；;]\W*$")


@dataclass(slots=True)
class Entry:
    """A bullet that is read as an item, and the bullets of the groups it stands in, if any."""

    block: Block
    groups: tuple[Block, ...] = ()


def entries(blocks: Sequence[Block], groups: tuple[Block, ...] = ()) -> list[Entry]:
    """Each bullet in order; of one that is only a group's name those below it."""
    bullets = [block for block in blocks if block.kind == BULLET]
    names = _names(bullets) if len(groups) < _DEEPEST else frozenset()
    found = []
    for block in bullets:
        members = _members(block, named=id(block) in names)
        found += entries(members, (*groups, block)) if members else [Entry(block, groups)]
    return found


def _names(bullets: Sequence[Block]) -> frozenset[int]:
    """The `id` of the bullets that name a group without a colon.

    Below them are titles with a link, and below one of them several; or the name is bold.
    """
    found = {id(block): _listed(block) for block in bullets}
    for block in bullets:
        if not found[id(block)] and _may_name(block):
            inner = [_listed(one) for one in cut(block.below, block.outline)]
            found[id(block)] = [title for listed in inner for title in listed]
    many = any(len(titles) >= _MEMBERS and _are_titles(titles) for titles in found.values())
    return frozenset(
        id(one)
        for one in bullets
        if (titles := found[id(one)])
        and (many or (_are_titles(titles) and _BOLD.match(one.text) is not None))
    )


def _listed(block: Block) -> list[Block]:
    """The bullets below one that may be a name, when each begins with a link."""
    if not _may_name(block):
        return []
    below = cut(block.below, block.outline)
    linked = all(one.kind == BULLET and starts_with_link(one.text) for one in below)
    return below if linked else []


def _are_titles(bullets: Sequence[Block]) -> bool:
    """Whether most links that bullets begin with are titles of something."""
    return sum(_is_titled(one) for one in bullets) * 2 > len(bullets)


def _may_name(block: Block) -> bool:
    """Whether a bullet is no more than a name above others."""
    if block.kind != BULLET or not block.below:
        return False
    text = block.text
    if block.linked or len(text) > _LONGEST_NAME:
        return False
    return "\n" not in text and _ENDS_SENTENCE.search(text) is None


def _is_titled(block: Block) -> bool:
    """Whether the link a bullet begins with is the title of something."""
    links = block.links
    if not links or not links[0].url:
        return False
    shown = columns(plain_text(block.text, links=False))
    return not is_placeholder(links[0].label) and shown >= SHORTEST_TITLE


def _members(block: Block, *, named: bool) -> list[Block]:
    """The bullets of a group: most of them have a link, or are groups themselves.

    Its name ends with a colon, or it is `named` by what stands below it.
    """
    if not block.below or len(block.text) > _LONGEST_NAME + sum(len(x.url) for x in block.links):
        return []
    colon = block.text.rstrip("*_ ").endswith((":", "："))
    if not (colon or named) or (block.linked and block.only is None):
        return []
    below = cut(block.below, block.outline)
    linked = sum(one.linked or bool(links_below(one)[0]) or bool(_listed(one)) for one in below)
    if any(one.kind != BULLET for one in below) or linked * 2 <= len(below):
        return []
    return below


def links_below(block: Block) -> tuple[list[Link], list[Line]]:
    """The links below a bullet, on one line or each on its own, that are nothing else; their lines.

    Both are empty when the bullet itself has a link.
    """
    if block.linked:
        return [], []
    held = [line for line in block.below if line.kind not in EMPTY]
    linked = [line for line in held if "://" in line.raw]
    if not linked or any(line.kind is Kind.CODE for line in linked):
        return [], []
    if len(linked) > 1 and (
        len(linked) < len(held) or any(x.kind is not Kind.BULLET for x in held)
    ):
        return [], []
    found: list[Link] = []
    for line in linked:
        text = block.outline.resolved(line.content)
        link = link_line(text)
        links = [link] if link is not None and link.url else links_line(text)
        if not links and len(linked) == 1 and line is held[-1]:
            left, links = split_trailer(text)  # "Source: …", or the end of what is said.
            return links, [] if left else linked
        if not links:
            return [], []
        found += links
    return found, linked


def outdented(lines: Sequence[Line]) -> list[Line]:
    """The same lines without the indentation they share."""
    raws = [line.raw.expandtabs(4) for line in lines if line.kind not in _NOTHING]
    cut = min((len(raw) - len(raw.lstrip()) for raw in raws if raw.strip()), default=0)
    if not raws or not cut:
        return list(lines)
    made = []
    for line in lines:
        raw = line.raw.expandtabs(4)
        space = min(cut, len(raw) - len(raw.lstrip()))
        made.append(replace(line, raw=raw[space:], indent=max(0, line.indent - cut)))
    return made
