"""Which item of a document is which row: the same title and link, else one of the two."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.digest import Item as Parsed
from newsletter.models import Item, Link

from .stories import link_key


def pair(items: Sequence[Parsed], rows: Sequence[Item]) -> list[tuple[Parsed, Item | None]]:
    """Which row is which item: same title and link, else same title, else same link."""
    left = {row.pk: row for row in rows}
    found: dict[int, Item] = {}
    keys = {
        row.pk: {link_key(link.url) for link in row.links.all() if link.kind == Link.Kind.SOURCE}
        - {None}
        for row in rows
    }

    def same_link(parsed: Parsed, row: Item) -> bool:
        return any(link_key(source.url) in keys[row.pk] for source in parsed.sources if source.url)

    def same_title(parsed: Parsed, row: Item) -> bool:
        return parsed.title == row.title

    for fits in (lambda p, r: same_title(p, r) and same_link(p, r), same_title, same_link):
        for place, parsed in enumerate(items):
            if place in found:
                continue
            row = next((row for row in left.values() if fits(parsed, row)), None)
            if row is not None:
                found[place] = row
                del left[row.pk]
    return [(parsed, found.get(place)) for place, parsed in enumerate(items)]
