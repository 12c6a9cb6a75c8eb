"""Sections that end an issue and are none of its items: last words, what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from .colophon import is_channel, is_colophon
from .greetings import closes
from .inline import columns, find_links, only_link
from .outline import Kind, Outline, Section
from .plans import UNCERTAIN, Choice
from .tail import is_tail
from .titles import section_name
from .vocabulary import is_one_of

_SHORTEST_TITLE = 14  # columns of a link that is the title of a piece
_LEAST = 2  # entries of a list of channels


def close(choices: Sequence[Choice]) -> None:
    """Sections behind all items that only take leave: no items, so the editor is asked."""
    for one in reversed(choices):
        if one.plan.tail:
            continue
        linked = one.divided_score > 0 or one.whole_score > UNCERTAIN
        if linked or one.plan.section.level > 2 or not closes(one.plan.section.title):
            return
        one.forced = False


def find_colophon(choices: Sequence[Choice], outline: Outline) -> None:
    """What a publication says of itself at the end is no item, nor is a heading of contents.

    A list of links there is a part of the tail, also one in front of all items; of anything else
    the editor is asked.
    """
    for one in choices:
        if is_one_of("contents", section_name(one.plan.section.title)) and not one.divided_score:
            one.forced = False
    for one in choices[:-1]:
        section = one.plan.section
        if section.below or not (is_colophon(section.title) and _only_names(section, outline)):
            break
        one.plan.tail = is_tail(section, outline, begun=True, told=True)
    for place in range(len(choices) - 1, 0, -1):
        one = choices[place]
        section = one.plan.section
        if one.plan.tail or one.forced is False:
            continue
        if section.below or not (
            is_colophon(section.title) or _leads_to_channels(section, outline)
        ):
            return
        one.plan.tail = is_tail(section, outline, begun=True, told=True)
        if not one.plan.tail:
            _ask(one)


def _ask(one: Choice) -> None:
    """Read nothing of a section as items."""
    one.forced, one.divided_score = False, 0.0
    for piece in one.plan.pieces:
        piece.shape = None


def _only_names(section: Section, outline: Outline) -> bool:
    """Whether a section is a list of links that are no titles: "Mail", "RSS", "@ann"."""
    links = [only_link(outline.resolved(line.content)) for line in section.content()]
    return all(link is not None and columns(link.label) < _SHORTEST_TITLE for link in links)


def _leads_to_channels(section: Section, outline: Outline) -> bool:
    """Whether a section is a list of nothing but where people and channels are."""
    lines = list(section.content())
    if len(lines) < _LEAST or any(line.kind not in {Kind.BULLET, Kind.NUMBER} for line in lines):
        return False
    links = [find_links(outline.resolved(line.content)) for line in lines]
    return all(found and all(is_channel(link.url) for link in found) for found in links)
