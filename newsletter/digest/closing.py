"""Sections that end an issue and are none of its items: last words, what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from .colophon import is_colophon
from .greetings import closes
from .outline import Outline
from .plans import UNCERTAIN, Choice
from .tail import is_tail
from .titles import section_name
from .vocabulary import is_one_of


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

    A list of links there is a part of the tail; of anything else the editor is asked.
    """
    for one in choices:
        if is_one_of("contents", section_name(one.plan.section.title)) and not one.divided_score:
            one.forced = False
    for place in range(len(choices) - 1, 0, -1):
        one = choices[place]
        section = one.plan.section
        if one.plan.tail or one.forced is False:
            continue
        if not is_colophon(section.title) or section.below:
            return
        one.plan.tail = is_tail(section, outline, begun=True)
        one.forced = None if one.plan.tail else False
