"""What an edition says that is the same in whatever forms its items are."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from subscribers.choice import FOREIGN

from . import sections, words
from .cards import Card
from .layout import Source
from .pieces import Key

# Octets of a query that every mail program and server takes.
_LONGEST_QUERY = 1_000


def edition_values(source: Source, selection: int, chosen: Sequence[Card]) -> dict[Key, str]:
    """The values of an edition that are the same in whatever forms its items are.

    The numbers of its items, on cards, in contents and in text, and of each group; what it says of
    itself as a whole.
    """
    values: dict[Key, str] = {}
    groups: dict[int, int] = {}
    alone = len(chosen) == 1  # Then it needs no number.
    for number, card in enumerate(chosen, 1):
        values["place", card.id] = str(number)
        values["number", card.id] = "" if alone else f"{number}. "
        column = f"{number:>{source.digits}}. "
        values["column", card.id] = " " * len(column) if alone else column
        if card.category:
            groups[card.category.id] = groups.get(card.category.id, 0) + 1
    for category, items in groups.items():
        values["group", category] = str(items)
    for section in sections.of(chosen, grouped=source.grouped):
        values["first", section.id] = section.first
        values["span", section.id] = section.span
    there = [category for category in source.categories if category.id in groups]
    left = len(source.view.items) - len(chosen)
    foreign = selection & FOREIGN
    values["preheader", 0] = words.preheader(source.view.preheader, chosen)
    values["categories", 0] = words.categories([category.name for category in there])
    values["foreign", 0] = words.not_in_your_language(source.view.language) if foreign else ""
    values["left", 0] = words.left_out(left) if left else ""
    values["choice", 0] = _choice([category.slug for category in there]) if left else ""
    return values


def _choice(slugs: Sequence[str]) -> str:
    """What asks the sign-up page for these categories: for whoever was sent the mail on."""
    query = urlencode([("category", slug) for slug in slugs])
    return f"?{query}" if len(query) < _LONGEST_QUERY else ""
