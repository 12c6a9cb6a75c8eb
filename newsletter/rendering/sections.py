"""The contents of many items: not each title, which the bodies repeat, but their sections.

A section is a category where the issue is sorted by them, else ten items; each leads to its first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from subscribers import styles

from .cards import Card


@dataclass(frozen=True, slots=True)
class Section:
    """`id` is the category's key, or the place of the ten; `first` the anchor of its first item.

    `span` is its numbers, like 1-10 with an en dash; name and chip are those of the category.
    """

    id: int
    name: str
    chip: str
    first: str
    span: str
    count: int


def of(cards: Sequence[Card], *, grouped: bool) -> list[Section]:
    """The sections of these cards, numbered from 1; none where one list of titles is short."""
    if len(cards) <= styles.UNFOLDED:
        return []
    found: list[Section] = []
    number = 0
    if grouped:
        keys = [card.category.id if card.category else 0 for card in cards]
    else:
        keys = [place // styles.SECTION for place in range(len(cards))]
    for key, places in itertools.groupby(keys):
        first, count = cards[number], len(list(places))
        named = first.category if grouped else None
        found.append(
            Section(
                key,
                named.name if named else "",
                first.chip if named else "",
                first.anchor,
                f"{number + 1}–{number + count}" if count > 1 else str(number + 1),
                count,
            )
        )
        number += count
    return found
