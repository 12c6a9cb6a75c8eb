"""A table at the head of an issue whose rows repeat the titles below it: an index of its items.

Each row and the item of the same title are one item: the row says who published it, or sums it
up, and the heading below tells the rest. Only where every row of a table names such an item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .contents import plain
from .inline import find_links, without_links
from .value import Item, Link, SectionReading

_TABLES = "tables"
_LEAST = 2  # rows; one alone may have the title of an item by chance
_NAME = re.compile(r"\*\*[^*\n]+\*\*\s*")


def join_rows(
    items: Sequence[Item], sections: Sequence[SectionReading]
) -> tuple[list[Item], list[SectionReading]]:
    """The items with the rows of indexes joined to those they name, and how sections were read."""
    kept = list(items)
    read = list(sections)
    for place, section in enumerate(read):
        if section.shape != _TABLES:
            continue
        rows = [one for one in kept if section.line <= one.line <= section.last]
        named = {plain(one.title): one for one in kept if one.line > section.last}
        if len(rows) < _LEAST or not all(plain(row.title) in named for row in rows):
            continue
        joined = {named[plain(row.title)].line: row for row in rows}
        kept = [
            _joined(one, joined[one.line]) if one.line in joined else one
            for one in kept
            if one not in rows
        ]
        read[place] = replace(section, items=0)
    return kept, read


def _joined(item: Item, row: Item) -> Item:
    """The item with what its row says beside its title."""
    labels = {link.url: link for link in row.sources}
    sources = [labels.pop(link.url, link) for link in item.sources]
    said = [part for part in row.body.split("\n\n") if not _repeats(part, row.sources)]
    return replace(
        item,
        sources=(*sources, *labels.values()),
        body="\n\n".join(part for part in (*said, item.body) if part),
        category=item.category or row.category,
        tags=item.tags or row.tags,
        date=item.date or row.date,
    )


def _repeats(part: str, sources: Sequence[Link]) -> bool:
    """Whether a cell says nothing but the row's source."""
    urls = {link.url for link in find_links(part)}
    return (
        bool(urls)
        and urls <= {link.url for link in sources}
        and not re.search(r"\w", without_links(_NAME.sub("", part)))
    )
