"""Items into the index: when they appear, when their words are corrected, and older ones in turn.

An entry's *place* is the moment its issue appeared, in seconds, and below it the item: so entries
are in the order in which they are shown, and a day is a range.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from newsletter.digest import markdown
from newsletter.editions import taking_up
from newsletter.models import Item, Link, SearchEntry

from .words import VERSION, spelled_out, words_of

_BITS = 28
_MASK = (1 << _BITS) - 1
# A text beyond this is data; what stands behind is not found.
_LONGEST = 20_000
# Another one where words are made otherwise: then all items are taken up once more.
_CURSOR = f"search {VERSION}"
_BATCH = 200


def place_of(moment: dt.datetime, item: int = _MASK) -> int:
    """The place of an item that appeared then; without one, the first place of that second."""
    return int(moment.timestamp()) << _BITS | (_MASK - (item & _MASK))


def publication_word(publication: int) -> str:
    """Facets are words that no text has: these begin with a low line."""
    return f"_p{publication}"


def category_word(category: int) -> str:
    """As `publication_word`."""
    return f"_c{category}"


def source_word(host: str) -> str:
    """As `publication_word`; `host` as `host_of` gives it."""
    return f"_h{host}"


def host_of(url: str) -> str:
    """The host of a source as it is looked for: lower case, without `www.`; or empty."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def write(items: Iterable[Item]) -> None:
    """Make the entries of these items what the items are now. Three queries.

    Only what has appeared has one, and only in the issue that told it first: not the copies in a
    round-up. Call it in the transaction that writes the items and their links.
    """
    rows = list(items)
    SearchEntry.objects.filter(item__in=rows).delete()
    rows = [row for row in rows if row.published_at is not None and row.copied_from_id is None]
    if not rows:
        return
    sources: dict[int, list[Link]] = {}
    for link in Link.objects.filter(item__in=rows, kind=Link.Kind.SOURCE).order_by("number"):
        if link.item_id is not None:
            sources.setdefault(link.item_id, []).append(link)
    publications = dict(
        Item.objects.filter(pk__in=[row.pk for row in rows]).values_list(
            "pk", "issue__publication_id"
        )
    )
    SearchEntry.objects.bulk_create(
        [
            SearchEntry(
                place=place_of(row.published_at, row.pk),
                item=row,
                words=_words(row, publications[row.pk], sources.get(row.pk, ())),
            )
            for row in rows
            if row.published_at is not None
        ],
        batch_size=100,
    )


def _words(row: Item, publication: int, sources: Iterable[Link]) -> str:
    """An item's words in their order, a space between; a low line where a field ends. The other
    spellings of some stand behind them, each a field of its own."""
    links = list(sources)
    parts: list[str] = []
    others: dict[str, None] = {}
    left = _LONGEST
    for text in [*texts_of(row), *(link.label for link in links)]:
        found = list(words_of(text[:left]))
        parts += [word.text for word in found]
        if not text.isascii():
            rare = (spelled_out(text[one.start : one.end]) for one in found if not one.dense)
            others |= dict.fromkeys(filter(None, rare))
        parts.append("_")
        left -= min(left, len(text))
    for other in others:
        parts += [other, "_"]
    parts.append(publication_word(publication))
    if row.category_id is not None:
        parts.append(category_word(row.category_id))
    parts += sorted({source_word(host) for link in links if (host := host_of(link.url))})
    return " ".join(parts)


def texts_of(row: Item) -> Iterator[str]:
    """What an item says, a field at a time, without markup."""
    for source in (row.title, row.insight, *_bullets(row.bullets), row.body):
        if source:
            yield markdown.plain_text(source, links=False)


def _bullets(stored: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for bullet in stored:
        yield f"{bullet.get('lead', '')} {bullet.get('text', '')}".strip()
        yield from _bullets(bullet.get("children", ()))


def sweep() -> int:
    """Take up what had appeared before there was an index, for a few seconds; how many items."""
    return taking_up.sweep(_CURSOR, _take, _BATCH)


def _take(keys: Sequence[int]) -> None:
    # Locked: who publishes or corrects one meanwhile writes its entry behind us. What has not
    # appeared is left alone, for the same reason.
    rows = Item.objects.select_for_update(no_key=True)
    write(rows.filter(pk__in=keys, published_at__isnull=False))
